-- The queue in batches, and updates of deliveries that touch no index.
--
-- A partial index on the state made every move of a delivery write new entries into all indexes of its row. Now the
-- indexes hold only what does not change on the usual way (waiting, ready, accepted), so these updates stay within the
-- row's page, and what is ready is found through rows that name hundreds of deliveries each.

-- Deliveries that became ready at the same time, on one channel and of one priority. A hint, never the truth: each
-- delivery that is ready and not put off stands in at least one row, written by the statement that made it ready; it may
-- stand there still when it is not ready any more. A row goes once nothing in it is ready.
create table queue (
    id           bigint generated always as identity,
    channel_id   integer not null,
    priority     smallint not null,
    bulletin_id  uuid not null,
    -- the earliest turn among them
    turn_at      timestamptz not null,
    delivery_ids uuid[] not null,
    constraint queue_pkey primary key (channel_id, priority, id)
);
create unique index queue_by_id on queue (id);

-- ids do not get smaller by compressing
alter table queue alter column delivery_ids set storage external;
alter table claims alter column delivery_ids set storage external;

-- The rows of the queue from which a claim was taken.
alter table claims add column queue_ids bigint[] not null default '{}';

-- Null for nearly every row, and so is its change: an index on such a column costs the others nothing.
alter table deliveries
    -- since when a group below may be waiting for this one to send
    add column blocks_since timestamptz generated always as
        (case when has_children and state in ('held', 'ready') then turn_at end) stored,
    -- the id of what ended otherwise than accepted and may be tried again or reversed
    add column failure_id uuid generated always as
        (case when state in ('failed', 'unreachable', 'declined') then id end) stored;

drop index deliveries_fresh, deliveries_due, deliveries_waiting, deliveries_held_due, deliveries_open_parents,
    deliveries_failures;
create index deliveries_by_parent on deliveries (parent_id) where parent_id is not null;
create index deliveries_due on deliveries (channel_id, due_at) where due_at is not null;
create index deliveries_release_due on deliveries (release_at) where release_at is not null;
create index deliveries_blocking on deliveries (blocks_since) where blocks_since is not null;
create index deliveries_failures on deliveries (failure_id) where failure_id is not null;

-- Room for one new version of every row of a page: waiting becomes ready in one transaction for all of them.
alter table deliveries set (fillfactor = 50);

-- A move that the table of states does not know is refused, row by row; asking costs nothing where the move is allowed.
create function delivery_refused() returns trigger language plpgsql as $$
begin
    raise exception 'delivery % cannot go from % to %', new.id, old.state, new.state
        using errcode = 'check_violation', constraint = 'delivery_follows_the_table';
end $$;
create trigger deliveries_follow_the_table after update on deliveries for each row
    when (old.state <> new.state and not delivery_may_become(old.state, new.state))
    execute function delivery_refused();

-- The same, but as the planner can write them into a statement instead of calling them for each row: their volatility is
-- that of what they are made of.
create or replace function state_at_turn(automatic boolean) returns delivery_state language sql immutable parallel safe as $$
    select case when automatic then 'ready'::delivery_state else 'held' end
$$;
create or replace function release_at_turn(automatic boolean, forward_within integer, turn timestamptz) returns timestamptz
    language sql stable parallel safe as $$
    select case when not automatic then turn + make_interval(mins => forward_within) end
$$;

create or replace function deliveries_inserted() returns trigger language plpgsql as $$
begin
    insert into progress (bulletin_id, tier, channel_id, groups, seats, waiting, held, ready)
    select bulletin_id, tier, channel_id, count(*), sum(members),
        count(*) filter (where state = 'waiting'), count(*) filter (where state = 'held'),
        count(*) filter (where state = 'ready')
    from became group by bulletin_id, tier, channel_id order by bulletin_id, tier, channel_id
    on conflict (bulletin_id, tier, channel_id) do update set
        groups = progress.groups + excluded.groups, seats = progress.seats + excluded.seats,
        waiting = progress.waiting + excluded.waiting, held = progress.held + excluded.held,
        ready = progress.ready + excluded.ready,
        version = progress.version + 1, changed = greatest(progress.changed, change_mark()), changed_at = clock_timestamp();

    insert into queue (channel_id, priority, bulletin_id, turn_at, delivery_ids)
    select channel_id, priority, bulletin_id, turn_at, ids[part * 500 + 1 : part * 500 + 500]
    from (
        select channel_id, priority, bulletin_id, min(turn_at) as turn_at, array_agg(id order by id) as ids
        from became where state = 'ready' and due_at is null group by channel_id, priority, bulletin_id
    ) as ready, generate_series(0, (cardinality(ids) - 1) / 500) as part
    order by channel_id, priority, bulletin_id, part;
    return null;
end $$;

-- Counters move by what the rows say after the statement less what they said before it: one pass over both sides, and
-- nothing has to be brought together row by row. An acceptance is counted in the histogram the same way, as its time
-- never changes.
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
        select bulletin_id, tier, channel_id, -1 as n, state, members, acknowledged, ended_at from was
        union all
        select bulletin_id, tier, channel_id, 1, state, members, acknowledged, ended_at from became
    ), published as materialized (
        select bulletin_id, (select published_at from bulletins where bulletins.id = bulletin_id) as at
        from (select distinct bulletin_id from became) as several
    ), counted as materialized (
        select m.bulletin_id, m.tier, m.channel_id, m.state,
            case when m.state = 'accepted' then
                histogram_bucket(extract(epoch from m.ended_at - p.at)::double precision) end as bucket,
            sum(n) as groups, sum(n * members) as seats,
            sum(n) filter (where acknowledged > 0) as acknowledged_groups, sum(n * acknowledged) as taps,
            min(ended_at) as first_at, max(ended_at) as last_at
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
            coalesce(sum(acknowledged_groups), 0) as acknowledged_groups, sum(taps) as taps,
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

insert into queue (channel_id, priority, bulletin_id, turn_at, delivery_ids)
select channel_id, priority, bulletin_id, turn_at, ids[part * 500 + 1 : part * 500 + 500]
from (
    select channel_id, priority, bulletin_id, min(turn_at) as turn_at, array_agg(id order by id) as ids
    from deliveries where state = 'ready' and due_at is null group by channel_id, priority, bulletin_id
) as ready, generate_series(0, (cardinality(ids) - 1) / 500) as part
order by channel_id, priority, bulletin_id, part;
