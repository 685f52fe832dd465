-- Marks of changes that wait for nobody but their own writers.
--
-- A mark was the number of its transaction, and a reader waited until every transaction of the whole cluster with a lower
-- number had ended: one that somebody left open in another database stopped the feed for everybody. Now a mark comes from
-- a sequence, and whoever takes one holds a lock that says from where on marks may still be missing.

create sequence change_marks;
-- later than every mark there is
select setval('change_marks', greatest(2, pg_current_xact_id()::text::bigint));

-- The class of these locks; the second number is a mark below the one that is taken, without its upper bits.
create function change_locks() returns integer language sql immutable parallel safe as $$ select 1734632197 $$;

-- The next mark. Call it once in a statement, as `(select change_mark())`. The lock is taken before the mark and names a
-- lower one: whoever reads the sequence and then the locks cannot miss it.
create or replace function change_mark() returns bigint language plpgsql volatile parallel unsafe as $$
begin
    perform pg_advisory_xact_lock_shared(change_locks(), (last_value & 2147483647)::integer) from change_marks;
    return nextval('change_marks');
end $$;

-- The mark up to which every transaction that took one has ended. What is read afterwards shows all of them.
create function change_horizon() returns bigint language plpgsql volatile parallel unsafe as $$
declare
    newest bigint;
begin
    select last_value into newest from change_marks;
    return least(newest, (
        select min(newest - ((newest - objid::bigint) & 2147483647)) from pg_locks
        where locktype = 'advisory' and objsubid = 2 and classid::bigint = change_locks() and granted
            and database = (select oid from pg_database where datname = current_database())));
end $$;

-- a default would take a mark for every row
alter table deliveries alter column changed drop default;

create or replace function deliveries_inserted() returns trigger language plpgsql as $$
declare
    mark bigint := change_mark();
begin
    insert into progress (bulletin_id, tier, channel_id, groups, seats, waiting, held, ready, changed)
    select bulletin_id, tier, channel_id, count(*), sum(members),
        count(*) filter (where state = 'waiting'), count(*) filter (where state = 'held'),
        count(*) filter (where state = 'ready'), mark
    from became group by bulletin_id, tier, channel_id order by bulletin_id, tier, channel_id
    on conflict (bulletin_id, tier, channel_id) do update set
        groups = progress.groups + excluded.groups, seats = progress.seats + excluded.seats,
        waiting = progress.waiting + excluded.waiting, held = progress.held + excluded.held,
        ready = progress.ready + excluded.ready,
        version = progress.version + 1, changed = greatest(progress.changed, mark), changed_at = clock_timestamp();

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
declare
    mark bigint := change_mark();
begin
    -- a relink can bring a channel in that the bulletin did not use before
    insert into progress (bulletin_id, tier, channel_id, changed)
    select bulletin_id, tier, channel_id, mark from became
    except select bulletin_id, tier, channel_id, mark from was
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
        version = p.version + 1, changed = greatest(p.changed, mark), changed_at = clock_timestamp()
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
