-- Counters and batches follow every move of a delivery, in the same statement, so that no code path can forget them.
create or replace function deliveries_updated() returns trigger language plpgsql as $$
declare
    mark           bigint := change_mark();
    -- by which rows of progress are found: a join alone would be planned as a walk through all bulletins that ever were
    touched        integer[] := array(select distinct bulletin_no from became);
    digests        integer[] := array(
        select distinct d.no from bulletins d where d.no = any (touched) and d.kind = 'digest');
    gone_bulletins integer[];
    gone_channels  integer[];
    gone_groups    integer[];
begin
    -- What a digest carries follows it, and first: it has the lower numbers, and rows of progress are locked in order.
    if digests <> '{}' then
        perform follow_digests(array_agg(bulletin_no), array_agg(group_id)) from became
        where bulletin_no = any (digests) and state in ('accepted', 'seen', 'held', 'withdrawn', 'expired');
    end if;

    -- a relink can bring a channel in that the bulletin did not use before
    insert into progress (bulletin_no, tier, channel_id, changed)
    select bulletin_no, tier, channel_id, mark from became
    except select bulletin_no, tier, channel_id, mark from was
    order by 1, 2, 3
    on conflict do nothing;

    perform 1 from progress
    where bulletin_no = any (touched) and (bulletin_no, tier, channel_id) in
        (select bulletin_no, tier, channel_id from was union select bulletin_no, tier, channel_id from became)
    order by bulletin_no, tier, channel_id for no key update;

    -- Counters move by what the rows say after the statement less what they said before it: one pass over both sides, and
    -- nothing has to be brought together row by row. The times of acceptances are counted the same way, as they never change.
    with moved as (
        select bulletin_no, tier, channel_id, -1 as n, state, members, acknowledged, unnamed, ended_at,
            steward_at, reported from was
        union all
        select bulletin_no, tier, channel_id, 1, state, members, acknowledged, unnamed, ended_at,
            steward_at, reported from became
    ), published as materialized (
        select bulletin_no, b.published_at as at, b.digest_id is not null as carried
        from (select distinct bulletin_no from became) as several
            cross join lateral (select published_at, digest_id from bulletins where no = bulletin_no) as b
    ), counted as materialized (
        select m.bulletin_no, m.tier, m.channel_id, m.state,
            case when m.state = 'accepted' then histogram_bucket(date_part('epoch', m.ended_at - p.at)) end as bucket,
            -- LINE's day; what goes out within a digest costs nothing besides
            case when m.state in ('accepted', 'seen') and not p.carried then (m.ended_at at time zone 'Asia/Tokyo')::date end as day,
            sum(n) as groups, sum(n * members) as seats, sum(n) filter (where members = 0) as unknown,
            sum(n) filter (where acknowledged > 0) as acknowledged_groups, sum(n * acknowledged) as taps,
            sum(n * unnamed) as unnamed, min(ended_at) as first_at, max(ended_at) as last_at,
            sum(n) filter (where steward_at is not null) as by_steward, sum(n) filter (where reported is not null) as reported
        from moved m join published p using (bulletin_no)
        group by 1, 2, 3, 4, 5, 6
    ), sums as (
        select bulletin_no, tier, channel_id, sum(groups) as groups, sum(seats) as seats,
            coalesce(sum(groups) filter (where state = 'waiting'), 0) as waiting,
            coalesce(sum(groups) filter (where state = 'held'), 0) as held,
            coalesce(sum(groups) filter (where state = 'ready'), 0) as ready,
            coalesce(sum(groups) filter (where state = 'accepted'), 0) as accepted,
            coalesce(sum(groups) filter (where state = 'seen'), 0) as seen,
            coalesce(sum(groups) filter (where state = 'failed'), 0) as failed,
            coalesce(sum(groups) filter (where state = 'unreachable'), 0) as unreachable,
            coalesce(sum(groups) filter (where state = 'declined'), 0) as declined,
            coalesce(sum(groups) filter (where state = 'withdrawn'), 0) as withdrawn,
            coalesce(sum(groups) filter (where state = 'expired'), 0) as expired,
            coalesce(sum(acknowledged_groups), 0) as acknowledged_groups, sum(taps) as taps, sum(unnamed) as unnamed,
            coalesce(sum(by_steward), 0) as by_steward, coalesce(sum(reported), 0) as reported,
            min(first_at) filter (where state = 'accepted') as first_at,
            max(last_at) filter (where state = 'accepted') as last_at
        from counted group by 1, 2, 3
    ), times as (
        -- its rows of progress are locked above, so nobody else writes these
        insert into acceptance_times (bulletin_no, tier, channel_id, bucket, groups)
        select bulletin_no, tier, channel_id, bucket, sum(groups) from counted where bucket is not null
        group by 1, 2, 3, 4 having sum(groups) <> 0
        on conflict (bulletin_no, tier, channel_id, bucket) do update set groups = acceptance_times.groups + excluded.groups
    ), costs as (
        insert into day_costs (day, channel_id, bulletin_no, tier, pushed_groups, pushed_messages, pushed_unknown, seen_groups,
            seen_members)
        select day, channel_id, bulletin_no, tier, coalesce(sum(groups) filter (where state = 'accepted'), 0),
            coalesce(sum(seats) filter (where state = 'accepted'), 0), coalesce(sum(unknown) filter (where state = 'accepted'), 0),
            coalesce(sum(groups) filter (where state = 'seen'), 0), coalesce(sum(seats) filter (where state = 'seen'), 0)
        from counted where day is not null group by 1, 2, 3, 4 having bool_or(groups <> 0 or seats <> 0 or unknown <> 0)
        on conflict (day, channel_id, bulletin_no, tier) do update set
            pushed_groups = day_costs.pushed_groups + excluded.pushed_groups,
            pushed_messages = day_costs.pushed_messages + excluded.pushed_messages,
            pushed_unknown = day_costs.pushed_unknown + excluded.pushed_unknown,
            seen_groups = day_costs.seen_groups + excluded.seen_groups,
            seen_members = day_costs.seen_members + excluded.seen_members
    )
    update progress p set
        groups = p.groups + s.groups, seats = p.seats + s.seats,
        waiting = p.waiting + s.waiting, held = p.held + s.held, ready = p.ready + s.ready,
        accepted = p.accepted + s.accepted, seen = p.seen + s.seen, failed = p.failed + s.failed,
        unreachable = p.unreachable + s.unreachable, declined = p.declined + s.declined,
        withdrawn = p.withdrawn + s.withdrawn, expired = p.expired + s.expired,
        acknowledged_groups = p.acknowledged_groups + s.acknowledged_groups, taps = p.taps + s.taps,
        unnamed = p.unnamed + s.unnamed,
        by_steward = p.by_steward + s.by_steward, reported = p.reported + s.reported,
        first_accepted_at = least(p.first_accepted_at, s.first_at),
        last_accepted_at = greatest(p.last_accepted_at, s.last_at),
        version = p.version + 1, changed = greatest(p.changed, mark), changed_at = clock_timestamp()
    from sums s
    where p.bulletin_no = any (touched) and p.bulletin_no = s.bulletin_no and p.tier = s.tier and p.channel_id = s.channel_id;

    -- The queue: what is ready and not put off stands in a batch. Most statements record what came of calls, and only the dispatcher takes
    -- that out of its batch. Both sides are brought together by grouping: a join would be planned for the few rows of a first call.
    if exists (select from became where (state = 'ready' and due_at is null) or state in ('seen', 'withdrawn', 'expired')) then
        -- what left it in another way than through a dispatcher leaves its batch: it ended, or changed its channel
        select array_agg(bulletin_no), array_agg(left_channel), array_agg(group_id)
        into gone_bulletins, gone_channels, gone_groups
        from (
            select bulletin_no, group_id, max(channel_id) filter (where before) as left_channel
            from (
                select bulletin_no, group_id, channel_id, true as before, false as over from was
                where state = 'ready' and due_at is null
                union all
                select bulletin_no, group_id, channel_id, false, state <> 'ready' from became
                where (state = 'ready' and due_at is null) or state in ('seen', 'withdrawn', 'expired')
            ) as sides
            group by bulletin_no, group_id
            having count(*) = 2 and (bool_or(over) or min(channel_id) <> max(channel_id))
        ) as gone;
        if gone_groups is not null then
            perform leave_batches(gone_bulletins, gone_channels, gone_groups);
        end if;

        -- what entered it stands in a batch
        insert into batches (channel_id, priority, bulletin_no, opened_at, groups)
        select channel_id, priority, bulletin_no, opened_at, groups[part * 500 + 1 : part * 500 + 500]
        from (
            select channel_id, priority, bulletin_no, min(turn_at) as opened_at,
                array_agg(group_id order by parent_group, group_id) as groups
            from (
                select bulletin_no, group_id, channel_id, max(priority) as priority, max(turn_at) as turn_at,
                    max(parent_group) as parent_group
                from (
                    select bulletin_no, group_id, channel_id, priority, turn_at, parent_group, 1 as n from became
                    where state = 'ready' and due_at is null
                    union all
                    select bulletin_no, group_id, channel_id, priority, turn_at, parent_group, -1 from was
                    where state = 'ready' and due_at is null
                ) as sides
                group by bulletin_no, group_id, channel_id having sum(n) = 1
            ) as entered
            group by channel_id, priority, bulletin_no
        ) as ready, generate_series(0, (cardinality(groups) - 1) / 500) as part
        order by channel_id, priority, bulletin_no, part;
    end if;
    return null;
end $$;

create or replace trigger deliveries_updated after update on deliveries
    referencing old table as was new table as became for each statement execute function deliveries_updated();
