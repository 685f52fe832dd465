-- The queue: deliveries, the claims on them, the attempts that failed, the acknowledgements, and progress.

create type delivery_state as enum ('waiting', 'held', 'ready', 'accepted', 'failed', 'unreachable', 'declined',
    'withdrawn', 'expired');
create type delivery_reason as enum ('not_linked', 'account_removed', 'message_refused', 'retries_exhausted',
    'outcome_unknown', 'not_for_us', 'bulletin_withdrawn', 'bulletin_expired', 'line_busy', 'no_answer');

-- A UUIDv7: time-ordered, so that new rows land at the end of the indexes.
create function uuid_v7(at timestamptz) returns uuid language sql volatile parallel safe as $$
    select encode(set_bit(set_bit(overlay(uuid_send(gen_random_uuid())
        placing substring(int8send(floor(extract(epoch from at) * 1000)::bigint) from 3) from 1 for 6), 52, 1), 53, 1),
        'hex')::uuid
$$;

-- The mark of the running transaction: what changed in it can be found again by later readers, in commit-safe order.
create function change_mark() returns bigint language sql stable as $$
    select pg_current_xact_id()::text::bigint
$$;

-- No foreign keys: what it refers to is never deleted, and the rows stay lean.
create table deliveries (
    id               uuid not null,
    bulletin_id      uuid not null,
    parent_id        uuid,
    message_id       uuid not null,
    retry_key        uuid not null,
    key_used_at      timestamptz,
    due_at           timestamptz,
    turn_at          timestamptz,
    release_at       timestamptz,
    ended_at         timestamptz,
    changed          bigint not null default change_mark(),
    group_id         integer not null,
    channel_id       integer not null,
    members          integer not null default 0,
    forward_within   integer,
    acknowledged     integer not null default 0,
    state            delivery_state not null,
    reason           delivery_reason,
    tier             smallint not null,
    -- 0 goes first: (3 - urgency) * 2, plus one where no group below waits for it
    priority         smallint not null,
    attempts         smallint not null default 0,
    has_children     boolean not null,
    automatic        boolean not null,
    bypassed_parent  boolean not null default false,
    outcome_open     boolean not null default false,
    recipient        text,
    forwarded_by     text,
    line_request_id  text,
    line_message_ids text[],
    constraint deliveries_pkey primary key (id),
    constraint ended_at_iff_terminal check ((state in ('waiting', 'held', 'ready')) = (ended_at is null)),
    constraint turn_at_iff_turn_came check (case state when 'waiting' then turn_at is null
        when 'held' then turn_at is not null when 'ready' then turn_at is not null else true end),
    constraint only_an_open_outcome_has_a_used_key check (not outcome_open or key_used_at is not null)
) with (fillfactor = 70);

create unique index deliveries_one_per_group on deliveries (bulletin_id, group_id);
create index deliveries_fresh on deliveries (channel_id, priority, id)
    where state = 'ready' and due_at is null;
create index deliveries_due on deliveries (channel_id, due_at) where state = 'ready' and due_at is not null;
create index deliveries_waiting on deliveries (parent_id) where state = 'waiting';
create index deliveries_held_due on deliveries (release_at) where state = 'held' and release_at is not null;
create index deliveries_open_parents on deliveries (turn_at) where state in ('held', 'ready') and has_children;

-- A batch of deliveries taken by a sender. The row is there before the first of them is sent and goes
-- when the last is recorded, so what a dead sender may have sent can always be told.
create table claims (
    id           bigint generated always as identity primary key,
    channel_id   integer not null,
    epoch        bigint not null,
    claimed_at   timestamptz not null,
    delivery_ids uuid[] not null
);

-- One call to LINE that did not simply succeed; append-only.
create table attempts (
    id              bigint generated always as identity primary key,
    delivery_id     uuid not null,
    at              timestamptz not null,
    status          smallint,
    reason          delivery_reason,
    line_request_id text,
    milliseconds    integer not null,
    detail          text
);
create index attempts_by_delivery on attempts (delivery_id);

-- A tap on the acknowledge button by one person in one group; the person only as a keyed hash.
create table acknowledgements (
    delivery_id uuid not null,
    person      bytea not null,
    at          timestamptz not null,
    primary key (delivery_id, person)
);

-- Per bulletin, tier and channel: counts by state and a histogram of the seconds from publish to acceptance.
create table progress (
    bulletin_id       uuid not null,
    tier              smallint not null,
    channel_id        integer not null,
    groups            integer not null default 0,
    seats             bigint not null default 0,
    waiting           integer not null default 0,
    held              integer not null default 0,
    ready             integer not null default 0,
    accepted          integer not null default 0,
    failed            integer not null default 0,
    unreachable       integer not null default 0,
    declined          integer not null default 0,
    withdrawn         integer not null default 0,
    expired           integer not null default 0,
    acknowledged_groups integer not null default 0,
    taps              integer not null default 0,
    first_accepted_at timestamptz,
    last_accepted_at  timestamptz,
    histogram         integer[] not null default array_fill(0, array[240]),
    version           bigint not null default 1,
    changed           bigint not null default change_mark(),
    changed_at        timestamptz not null default clock_timestamp(),
    primary key (bulletin_id, tier, channel_id)
) with (fillfactor = 50);
create index progress_open on progress (bulletin_id) where waiting + held + ready > 0;
create index progress_changed on progress (changed);

-- The bucket of a time in seconds: each is a tenth wider than the one before, from a millisecond on.
create function histogram_bucket(seconds double precision) returns integer language sql immutable parallel safe as $$
    select least(240, 1 + floor(ln(greatest(seconds, 0.001) * 1000) / ln(1.1))::integer)
$$;

-- The table of design: which state may follow which (domain::delivery::may_become; a test compares the two).
create function delivery_may_become(was delivery_state, becomes delivery_state) returns boolean
    language sql immutable parallel safe as $$
    select becomes = 'accepted' or case was
        when 'waiting' then becomes in ('held', 'ready', 'withdrawn', 'expired')
        when 'held' then becomes in ('ready', 'declined', 'withdrawn', 'expired')
        when 'ready' then becomes in ('failed', 'unreachable', 'withdrawn', 'expired')
        when 'declined' then becomes = 'held'
        when 'failed' then becomes in ('waiting', 'ready')
        when 'unreachable' then becomes in ('waiting', 'ready')
        else false end
$$;

-- What a waiting delivery becomes when its turn comes, and when it then goes on by itself.
create function state_at_turn(automatic boolean) returns delivery_state language sql immutable parallel safe as $$
    select case when automatic then 'ready' else 'held' end::delivery_state
$$;
create function release_at_turn(automatic boolean, forward_within integer, turn timestamptz) returns timestamptz
    language sql immutable parallel safe as $$
    select case when not automatic then turn + make_interval(mins => forward_within) end
$$;

-- Progress is kept here and nowhere else: whatever moves deliveries, the counters move with them in the same
-- statement, so no code path can forget it. Rows are locked in key order, after the deliveries.
create function deliveries_inserted() returns trigger language plpgsql as $$
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
    return null;
end $$;
create trigger deliveries_inserted after insert on deliveries referencing new table as became
    for each statement execute function deliveries_inserted();

-- Both sides of every changed row are brought together by grouping, never by joining: transition tables have no
-- statistics, and a join of two of them may be planned as a nested loop.
create function deliveries_updated() returns trigger language plpgsql as $$
declare
    wrong record;
begin
    select id, max(state) filter (where not fresh) as was, max(state) filter (where fresh) as becomes into wrong
    from (select id, state, false as fresh from was union all select id, state, true from became) as both_sides
    group by id
    having max(state) filter (where not fresh) <> max(state) filter (where fresh)
        and not delivery_may_become(max(state) filter (where not fresh), max(state) filter (where fresh))
    limit 1;
    if found then
        raise exception 'delivery % cannot go from % to %', wrong.id, wrong.was, wrong.becomes
            using errcode = 'check_violation', constraint = 'delivery_follows_the_table';
    end if;

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

    with moved as materialized (
        select id, bulletin_id, tier, channel_id, -1 as n, state, members, acknowledged, ended_at from was
        union all
        select id, bulletin_id, tier, channel_id, 1, state, members, acknowledged, ended_at from became
    ), sums as (
        select bulletin_id, tier, channel_id, sum(n) as groups, sum(n * members) as seats,
            coalesce(sum(n) filter (where state = 'waiting'), 0) as waiting,
            coalesce(sum(n) filter (where state = 'held'), 0) as held,
            coalesce(sum(n) filter (where state = 'ready'), 0) as ready,
            coalesce(sum(n) filter (where state = 'accepted'), 0) as accepted,
            coalesce(sum(n) filter (where state = 'failed'), 0) as failed,
            coalesce(sum(n) filter (where state = 'unreachable'), 0) as unreachable,
            coalesce(sum(n) filter (where state = 'declined'), 0) as declined,
            coalesce(sum(n) filter (where state = 'withdrawn'), 0) as withdrawn,
            coalesce(sum(n) filter (where state = 'expired'), 0) as expired,
            coalesce(sum(n) filter (where acknowledged > 0), 0) as acknowledged_groups,
            sum(n * acknowledged) as taps
        from moved group by bulletin_id, tier, channel_id
    ), acceptances as (
        select bulletin_id, tier, max(channel_id) filter (where n > 0) as channel_id,
            max(ended_at) filter (where n > 0) as at
        from moved group by id, bulletin_id, tier
        having max(state) filter (where n > 0) = 'accepted' and max(state) filter (where n < 0) <> 'accepted'
    ), published as materialized (
        select bulletin_id, (select published_at from bulletins where bulletins.id = bulletin_id) as at
        from (select distinct bulletin_id from acceptances) as several
    ), buckets as (
        select a.bulletin_id, a.tier, a.channel_id, min(a.at) as first_at, max(a.at) as last_at, count(*) as n,
            histogram_bucket(extract(epoch from a.at - p.at)::double precision) as bucket
        from acceptances a join published p using (bulletin_id)
        group by a.bulletin_id, a.tier, a.channel_id, bucket
    ), times as (
        select bulletin_id, tier, channel_id, min(first_at) as first_at, max(last_at) as last_at,
            jsonb_object_agg(bucket, n) as counts
        from buckets group by bulletin_id, tier, channel_id
    )
    update progress p set
        groups = p.groups + s.groups, seats = p.seats + s.seats,
        waiting = p.waiting + s.waiting, held = p.held + s.held, ready = p.ready + s.ready,
        accepted = p.accepted + s.accepted, failed = p.failed + s.failed,
        unreachable = p.unreachable + s.unreachable, declined = p.declined + s.declined,
        withdrawn = p.withdrawn + s.withdrawn, expired = p.expired + s.expired,
        acknowledged_groups = p.acknowledged_groups + s.acknowledged_groups, taps = p.taps + s.taps,
        first_accepted_at = least(p.first_accepted_at, t.first_at),
        last_accepted_at = greatest(p.last_accepted_at, t.last_at),
        histogram = case when t.counts is null then p.histogram else (
            select array_agg(h.n + coalesce((t.counts ->> h.bucket::text)::integer, 0) order by h.bucket)
            from unnest(p.histogram) with ordinality as h(n, bucket)) end,
        version = p.version + 1, changed = greatest(p.changed, change_mark()), changed_at = clock_timestamp()
    from sums s left join times t using (bulletin_id, tier, channel_id)
    where p.bulletin_id = s.bulletin_id and p.tier = s.tier and p.channel_id = s.channel_id;
    return null;
end $$;
create trigger deliveries_updated after update on deliveries referencing old table as was new table as became
    for each statement execute function deliveries_updated();

-- The groups that a bulletin goes to: what the audience selects among the origin and all below it, and the
-- groups between, as a cascade passes through them. What is excluded takes all below it along. Null = no filter.
create function audience_groups(origin integer, tiers smallint[], provinces text[], kinds office_kind[],
    chosen integer[], excluded integer[]) returns setof groups language sql stable as $$
    with open as (
        select g.* from groups g where g.path @> array[origin] and not g.retired and not (g.path && excluded)
    ), selected as (
        select open.path from open join offices o on o.id = open.office_id
        where (tiers is null or open.tier = any (tiers))
            and (provinces is null or o.province = any (provinces))
            and (kinds is null or o.kind = any (kinds))
            and (chosen is null or open.id = any (chosen))
    )
    select open.* from open where open.id in (select unnest(path) from selected)
$$;
