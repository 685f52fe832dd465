-- What the board of operations is read from, at the same cost however much history there is.

-- When a channel or a bulletin stood still: without these times nobody could say later how much of a delivery's
-- way was waiting for a parked channel. Kept by triggers, so that no code path can forget it.
create table standstills (
    id          bigint generated always as identity primary key,
    channel_id  integer,
    bulletin_id uuid,
    began_at    timestamptz not null,
    ended_at    timestamptz,
    constraint standstill_of_a_channel_or_a_bulletin check (num_nonnulls(channel_id, bulletin_id) = 1)
);
create index standstills_by_channel on standstills (channel_id, began_at) where channel_id is not null;
create index standstills_by_bulletin on standstills (bulletin_id) where bulletin_id is not null;

create function channels_note_standstill() returns trigger language plpgsql as $$
begin
    if old.parked_at is not null then
        update standstills set ended_at = greatest(began_at, new.updated_at)
        where channel_id = new.id and ended_at is null;
    end if;
    if new.parked_at is not null then
        insert into standstills (channel_id, began_at) values (new.id, new.parked_at);
    end if;
    return null;
end $$;
create trigger channels_note_standstill after update of parked_at on channels
    for each row when (old.parked_at is distinct from new.parked_at) execute function channels_note_standstill();

create function bulletins_note_standstill() returns trigger language plpgsql as $$
begin
    if old.paused_at is not null then
        update standstills set ended_at = greatest(began_at, new.updated_at)
        where bulletin_id = new.id and ended_at is null;
    end if;
    if new.paused_at is not null then
        insert into standstills (bulletin_id, began_at) values (new.id, new.paused_at);
    end if;
    return null;
end $$;
create trigger bulletins_note_standstill after update of paused_at on bulletins
    for each row when (old.paused_at is distinct from new.paused_at) execute function bulletins_note_standstill();

insert into standstills (channel_id, began_at) select id, parked_at from channels where parked_at is not null;
insert into standstills (bulletin_id, began_at) select id, paused_at from bulletins where paused_at is not null;

-- What a bulletin came to in each province, kept by upkeep, so that a month of bulletins is read as sums.
create table province_progress (
    bulletin_id  uuid not null,
    -- the province as offices have it; empty = of no province
    province     text not null,
    groups       integer not null,
    accepted     integer not null,
    seats        bigint not null,
    acknowledged integer not null,
    primary key (bulletin_id, province)
);

-- The version of the bulletin's progress that its sums were made at.
create table province_progress_marks (
    bulletin_id uuid primary key,
    version     bigint not null
);

create index bulletins_published on bulletins (published_at) where published_at is not null;

-- What ended otherwise than accepted and may be tried again or reversed: small, newest last.
create index deliveries_failures on deliveries (id) where state in ('failed', 'unreachable', 'declined');

-- The hops of a bulletin that came to their end: how long each delivery's way from the group above took, and where.
-- `person`: until somebody, or the time set, let it in; null where the moment at which its turn came is not known,
-- because the group above was passed by and accepted later, or was tried again. `line`: from the first call to LINE with
-- the key that was accepted until LINE accepted it, with what was tried in between.
create function delivery_hops(bulletin uuid) returns table (id uuid, group_id integer, tier smallint,
    members integer, published_at timestamptz, accepted_at timestamptz, person double precision,
    parked double precision, queue double precision, line double precision) language sql stable as $$
    with stands as materialized (
        select s.channel_id, s.began_at, coalesce(s.ended_at, 'infinity') as ended_at
        from bulletins b join standstills s on s.bulletin_id = b.id
            or s.channel_id in (select p.channel_id from progress p where p.bulletin_id = $1)
        where b.id = $1 and coalesce(s.ended_at, 'infinity') > b.published_at
            and s.began_at < (select max(p.last_accepted_at) from progress p where p.bulletin_id = $1)
    ), hops as (
        select d.id, d.group_id, d.tier, d.members, d.channel_id, b.published_at, d.turn_at, d.ended_at, d.automatic,
            least(greatest(coalesce(d.key_used_at, d.ended_at), d.turn_at), d.ended_at) as called_at,
            case when d.parent_id is null then b.published_at
                when d.bypassed_parent and p.state = 'accepted' then null
                when p.ended_at <= d.turn_at then p.ended_at end as came_at
        from deliveries d join bulletins b on b.id = d.bulletin_id
            left join deliveries p on p.id = d.parent_id and p.bulletin_id = $1
        where d.bulletin_id = $1 and d.state = 'accepted' and d.turn_at is not null and d.turn_at <= d.ended_at
    )
    select h.id, h.group_id, h.tier, h.members, h.published_at, h.ended_at,
        case when h.automatic then 0 else extract(epoch from h.turn_at - h.came_at) end::double precision,
        extract(epoch from least(stood.before, h.called_at - h.turn_at)
            + least(stood.after, h.ended_at - h.called_at))::double precision,
        extract(epoch from greatest(h.called_at - h.turn_at - stood.before, interval '0'))::double precision,
        extract(epoch from greatest(h.ended_at - h.called_at - stood.after, interval '0'))::double precision
    from hops h cross join lateral (
        select
            coalesce(sum(greatest(least(s.ended_at, h.called_at) - greatest(s.began_at, h.turn_at), interval '0')),
                interval '0') as before,
            coalesce(sum(greatest(least(s.ended_at, h.ended_at) - greatest(s.began_at, h.called_at), interval '0')),
                interval '0') as after
        from stands s where s.channel_id is null or s.channel_id = h.channel_id) stood
$$;
