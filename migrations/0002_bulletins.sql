-- Bulletins and their rendered messages.

create type bulletin_kind as enum ('news', 'correction', 'withdrawal', 'test', 'drill');
create type bulletin_stage as enum ('draft', 'submitted', 'scheduled', 'published', 'withdrawn');
create type forwarding_mode as enum ('as_configured', 'automatic');

create table bulletins (
    id               uuid primary key,
    kind             bulletin_kind not null,
    about            uuid references bulletins,
    subject          text not null,
    body             text not null,
    urgency          smallint not null constraint urgency_is_0_to_3 check (urgency between 0 and 3),
    document_number  text,
    document_date    date,
    origin_id        integer not null references groups,
    audience         jsonb not null,
    links            jsonb not null,
    forwarding       forwarding_mode not null,
    acknowledgement  jsonb not null,
    expires_at       timestamptz,
    -- the unguessable end of the public page's address
    public_token     text not null unique,
    stage            bulletin_stage not null default 'draft',
    created_at       timestamptz not null,
    created_by       text not null,
    updated_at       timestamptz not null,
    scheduled_for    timestamptz,
    published_at     timestamptz,
    withdrawn_at     timestamptz,
    withdrawn_reason text,
    -- the engine stops sending it: LINE refused the message though the group is there
    paused_at        timestamptz,
    -- how many deliveries were made at publish: what the counters are held against
    deliveries       integer,
    constraint published_at_iff_published check ((stage in ('published', 'withdrawn')) = (published_at is not null)),
    constraint withdrawn_at_iff_withdrawn check ((stage = 'withdrawn') = (withdrawn_at is not null)),
    constraint scheduled_for_when_scheduled check (stage <> 'scheduled' or scheduled_for is not null),
    constraint about_another check (about is null or about <> id)
);
create index bulletins_paused on bulletins (id) where paused_at is not null;
create index bulletins_scheduled on bulletins (scheduled_for) where stage = 'scheduled';

-- What was published can never be changed or deleted; what happens to it afterwards can be noted.
create function bulletins_immutable() returns trigger language plpgsql as $$
begin
    if tg_op = 'DELETE' then
        if old.stage <> 'draft' then
            raise exception 'a published bulletin is never deleted' using errcode = 'restrict_violation';
        end if;
        return old;
    end if;
    if old.published_at is not null and (
        (old.kind, old.about, old.subject, old.body, old.urgency, old.document_number, old.document_date, old.origin_id,
         old.audience, old.links, old.forwarding, old.acknowledgement, old.public_token, old.published_at)
        is distinct from
        (new.kind, new.about, new.subject, new.body, new.urgency, new.document_number, new.document_date, new.origin_id,
         new.audience, new.links, new.forwarding, new.acknowledgement, new.public_token, new.published_at)
    ) then
        raise exception 'a published bulletin is never changed' using errcode = 'restrict_violation';
    end if;
    return new;
end $$;
create trigger bulletins_immutable before update or delete on bulletins
    for each row execute function bulletins_immutable();

-- The LINE message array of a bulletin, rendered once per variant and sent as these very bytes.
create table messages (
    id           uuid primary key,
    bulletin_id  uuid not null references bulletins,
    -- the group whose steward added a note; null for the bulletin alone
    noted_by     integer references groups,
    body         text not null,
    sha256       bytea not null,
    created_at   timestamptz not null
);
create index messages_by_bulletin on messages (bulletin_id);
