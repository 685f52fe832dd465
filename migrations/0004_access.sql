-- What comes in from LINE, who may do what, and what was done.

create type role as enum ('admin', 'publisher', 'approver', 'steward', 'operator', 'agency');

-- Every webhook event once. What people write is not kept: only what the product acts on.
create table webhook_events (
    channel_id    integer not null,
    event_id      text not null,
    kind          text not null,
    line_group_id text,
    person        bytea,
    data          text,
    reply_token   text,
    occurred_at   timestamptz not null,
    received_at   timestamptz not null,
    processed_at  timestamptz,
    primary key (channel_id, event_id)
);
create index webhook_events_unprocessed on webhook_events (received_at) where processed_at is null;

create table api_keys (
    id           uuid primary key,
    name         text not null,
    role         role not null,
    office_id    integer references offices,
    prefix       text not null unique,
    key_sha256   bytea not null,
    created_at   timestamptz not null,
    last_used_at timestamptz,
    revoked_at   timestamptz
);

-- The answer to a POST, kept with its effect, so that the same call again does nothing again.
create table idempotency_keys (
    api_key_id  uuid not null,
    route       text not null,
    key         text not null,
    body_sha256 bytea not null,
    status      smallint not null,
    response    text not null,
    created_at  timestamptz not null,
    primary key (api_key_id, route, key)
);
create index idempotency_keys_by_age on idempotency_keys (created_at);

-- What people and keys did, in the transaction that did it; chained by hash afterwards.
create table audit (
    id       bigint generated always as identity primary key,
    at       timestamptz not null,
    actor    text not null,
    act      text not null,
    subject  text not null,
    detail   jsonb not null,
    seal     bytea,
    -- the place in the chain of seals
    sealed_no bigint unique,
    constraint sealed_no_iff_sealed check ((seal is null) = (sealed_no is null))
);
create index audit_unsealed on audit (id) where seal is null;

-- What a seal is made over.
create function audit_entry_bytes(entry audit) returns bytea language sql stable as $$
    select convert_to(jsonb_build_array(entry.id, extract(epoch from entry.at), entry.actor, entry.act, entry.subject,
        entry.detail)::text, 'UTF8')
$$;

create function audit_append_only() returns trigger language plpgsql as $$
begin
    if tg_op = 'UPDATE' and old.seal is null and new.seal is not null
        and (old.id, old.at, old.actor, old.act, old.subject, old.detail)
            is not distinct from (new.id, new.at, new.actor, new.act, new.subject, new.detail) then
        return new;
    end if;
    raise exception 'the audit is append-only' using errcode = 'restrict_violation';
end $$;
create trigger audit_append_only before update or delete on audit for each row execute function audit_append_only();
