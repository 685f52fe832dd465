-- What LINE tells us: one bad event stops no other, members are counted behind the link, and nobody counts as a person who
-- cannot be told from others.

-- An event that cannot be worked on is tried a few times and then set aside, with the reason, until somebody has it
-- tried again.
alter table webhook_events
    add column id             bigint generated always as identity,
    add column tries          smallint not null default 0,
    -- not before; null = at once
    add column try_at         timestamptz,
    add column failed_at      timestamptz,
    add column failed_because text,
    add constraint failed_because_iff_failed check ((failed_at is null) = (failed_because is null)),
    add constraint failed_or_processed check (failed_at is null or processed_at is null);
drop index webhook_events_unprocessed;
create index webhook_events_unprocessed on webhook_events (received_at)
    where processed_at is null and failed_at is null;
create unique index webhook_events_failed on webhook_events (id) where failed_at is not null;

-- The members of a LINE group are counted behind the link: from when on LINE is to be asked, and when it was asked last.
alter table groups
    add column count_due_at timestamptz,
    add column counted_at   timestamptz;
create index groups_count_due on groups (count_due_at) where count_due_at is not null;

-- A group that gets another LINE group, or has one without a known number of members, is to be counted, whatever code did
-- it. What was known of the LINE group before does not hold for the new one.
create function groups_ask_for_count() returns trigger language plpgsql as $$
declare
    moved boolean := tg_op = 'UPDATE' and new.line_group_id is distinct from old.line_group_id;
begin
    if new.line_group_id is null then
        new.count_due_at := null;
        return new;
    end if;
    if moved and old.line_group_id is not null then
        new.members := null;
        new.line_name := null;
    end if;
    if moved or (new.members is null and new.count_due_at is null) then
        new.count_due_at := new.updated_at;
    end if;
    return new;
end $$;
create trigger groups_ask_for_count before insert or update of line_group_id, members on groups
    for each row execute function groups_ask_for_count();
update groups set count_due_at = updated_at where line_group_id is not null and members is null;

-- Taps for which LINE names nobody are counted apart from persons: they may all be one person's. `acknowledged` and `taps` stay
-- the sums of both.
alter table deliveries
    add column unnamed integer not null default 0,
    add constraint unnamed_are_some_of_the_taps check (unnamed between 0 and acknowledged);
alter table progress add column unnamed integer not null default 0;
alter table acknowledgements add column named boolean not null default true;

-- So many unnamed taps are told beside so many persons: both together are no more than the group has members, or, where that is
-- not known (0), than a LINE group can have.
create function unnamed_within(members integer, persons integer, unnamed integer) returns integer
    language sql immutable parallel safe as $$
    select greatest(0, least(unnamed, coalesce(nullif(members, 0), 500) - persons))
$$;

-- As before, with the taps that name nobody among the counters.
create or replace function deliveries_updated() returns trigger language plpgsql as $$
begin
    -- a relink can bring a channel in that the bulletin did not use before
    insert into progress (bulletin_id, tier, channel_id)
    select bulletin_id, tier, channel_id from became
    except select bulletin_id, tier, channel_id from was
    order by 1, 2, 3
    on conflict do nothing;

    perform 1 from progress
    where (bulletin_id, tier, channel_id) in
        (select bulletin_id, tier, channel_id from was union select bulletin_id, tier, channel_id from became)
    order by bulletin_id, tier, channel_id for no key update;

    with moved as (
        select bulletin_id, tier, channel_id, -1 as n, state, members, acknowledged, unnamed, ended_at from was
        union all
        select bulletin_id, tier, channel_id, 1, state, members, acknowledged, unnamed, ended_at from became
    ), published as materialized (
        select bulletin_id, (select published_at from bulletins where bulletins.id = bulletin_id) as at
        from (select distinct bulletin_id from became) as several
    ), counted as materialized (
        select m.bulletin_id, m.tier, m.channel_id, m.state,
            case when m.state = 'accepted' then
                histogram_bucket(extract(epoch from m.ended_at - p.at)::double precision) end as bucket,
            sum(n) as groups, sum(n * members) as seats,
            sum(n) filter (where acknowledged > 0) as acknowledged_groups, sum(n * acknowledged) as taps,
            sum(n * unnamed) as unnamed, min(ended_at) as first_at, max(ended_at) as last_at
        from moved m join published p using (bulletin_id)
        group by 1, 2, 3, 4, 5
    ), sums as (
        select bulletin_id, tier, channel_id, sum(groups) as groups, sum(seats) as seats,
            coalesce(sum(groups) filter (where state = 'waiting'), 0) as waiting,
            coalesce(sum(groups) filter (where state = 'held'), 0) as held,
            coalesce(sum(groups) filter (where state = 'ready'), 0) as ready,
            coalesce(sum(groups) filter (where state = 'accepted'), 0) as accepted,
            coalesce(sum(groups) filter (where state = 'failed'), 0) as failed,
            coalesce(sum(groups) filter (where state = 'unreachable'), 0) as unreachable,
            coalesce(sum(groups) filter (where state = 'declined'), 0) as declined,
            coalesce(sum(groups) filter (where state = 'withdrawn'), 0) as withdrawn,
            coalesce(sum(groups) filter (where state = 'expired'), 0) as expired,
            coalesce(sum(acknowledged_groups), 0) as acknowledged_groups, sum(taps) as taps, sum(unnamed) as unnamed,
            min(first_at) filter (where state = 'accepted') as first_at,
            max(last_at) filter (where state = 'accepted') as last_at,
            jsonb_object_agg(bucket, groups) filter (where bucket is not null and groups <> 0) as counts
        from counted group by 1, 2, 3
    )
    update progress p set
        groups = p.groups + s.groups, seats = p.seats + s.seats,
        waiting = p.waiting + s.waiting, held = p.held + s.held, ready = p.ready + s.ready,
        accepted = p.accepted + s.accepted, failed = p.failed + s.failed,
        unreachable = p.unreachable + s.unreachable, declined = p.declined + s.declined,
        withdrawn = p.withdrawn + s.withdrawn, expired = p.expired + s.expired,
        acknowledged_groups = p.acknowledged_groups + s.acknowledged_groups, taps = p.taps + s.taps,
        unnamed = p.unnamed + s.unnamed,
        first_accepted_at = least(p.first_accepted_at, s.first_at),
        last_accepted_at = greatest(p.last_accepted_at, s.last_at),
        histogram = case when s.counts is null then p.histogram else (
            select array_agg(h.n + coalesce((s.counts ->> h.bucket::text)::integer, 0) order by h.bucket)
            from unnest(p.histogram) with ordinality as h(n, bucket)) end,
        version = p.version + 1, changed = greatest(p.changed, change_mark()), changed_at = clock_timestamp()
    from sums s
    where p.bulletin_id = s.bulletin_id and p.tier = s.tier and p.channel_id = s.channel_id;

    insert into queue (channel_id, priority, bulletin_id, turn_at, delivery_ids)
    select channel_id, priority, bulletin_id, turn_at, ids[part * 500 + 1 : part * 500 + 500]
    from (
        select channel_id, priority, bulletin_id, min(turn_at) as turn_at, array_agg(id order by id) as ids
        from became where state = 'ready' and due_at is null and (id, channel_id) not in (
            select id, channel_id from was where state = 'ready' and due_at is null)
        group by channel_id, priority, bulletin_id
    ) as ready, generate_series(0, (cardinality(ids) - 1) / 500) as part
    order by channel_id, priority, bulletin_id, part;
    return null;
end $$;
