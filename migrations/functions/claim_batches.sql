-- Claims batches of several channels, each for the holder with its epoch, most urgent first, then oldest first: as many as have
-- room, but at least one of each channel. Only those more urgent than `below`, where it is given. None of a bulletin that is
-- paused or has expired.
--
-- `at` is now by the clock that is behind, from which a key counts as used; `later` by the one that is ahead, by which a
-- bulletin has expired. `adopts`: the answer to an earlier claim may have been lost, so batches of the holder that are not among
-- those that it knows of (`known`) are answered again.
--
-- A channel where there is something to claim, and which is parked or has another holder, is answered with one row without a
-- batch and `refused`; one that somebody else has locked, with one that is not. Nobody waits for them, so that no channel
-- holds up another. A look that finds nothing writes nothing.
--
-- Its statements are planned once in a session, for any size of arrays: planning cost a third of a claim. So that a plan made while
-- the tables were small is not a slow one later, they go by indexes.
create or replace function claim_batches(channels integer[], holders bigint[], rooms integer[], belows smallint[], adopts boolean[],
    known bigint[], at timestamptz, later timestamptz) returns table (channel integer, refused boolean, batch bigint,
    bulletin_id uuid, bulletin_no integer, published_at timestamptz, group_id integer, variant smallint, recipient text,
    retry_key uuid, key_used_at timestamptz, outcome_open boolean, attempts smallint, priority smallint, has_children boolean,
    members integer, expires_at timestamptz)
    language plpgsql set plan_cache_mode = force_generic_plan set enable_seqscan = off as $$
#variable_conflict use_column
declare
    asked  integer[];
    free   integer[];
    lost   integer[];
    picked bigint[];
    named  bigint;
    given  bigint;
begin
    perform open_due(channels, at, (select max(room) from unnest(rooms) as room));
    asked := array(select w.channel from unnest(channels, belows, adopts) as w(channel, below, adopt)
        where w.adopt or exists (select from sendable_batches(w.channel, later, w.below, 1)));
    if asked = '{}' then
        return;
    end if;
    -- held to the end: nothing that is claimed here moves to another channel or LINE group meanwhile
    select array_agg(id) filter (where holds), array_agg(id) filter (where not holds) into free, lost from (
        select c.id, c.epoch = w.holder and c.parked_reason is null as holds
        from channels c join unnest(channels, holders) as w(channel, holder) on w.channel = c.id
        where c.id = any (asked) for share of c skip locked
    ) as looked;
    return query
    select a.channel, a.channel = any (coalesce(lost, '{}')), null::bigint, null::uuid, null::integer, null::timestamptz,
        null::integer, null::smallint, null::text, null::uuid, null::timestamptz, null::boolean, null::smallint, null::smallint,
        null::boolean, null::integer, null::timestamptz
    from unnest(asked) as a(channel) where free is null or a.channel <> all (free);
    picked := array(select b.id
        from batches b join unnest(channels, holders, adopts) as w(channel, holder, adopt)
            on w.channel = b.channel_id and w.holder = b.epoch
        where w.adopt and b.channel_id = any (free) and b.id <> all (known));
    -- until something was found: a late answer may have ended all that a batch names
    while free is not null loop
        picked := picked || array(select s.id
            from unnest(channels, rooms, belows) as w(channel, room, below)
                cross join lateral (
                    select id, size, sum(size) over (order by priority, id) as upto
                    from sendable_batches(w.channel, later, w.below, 100)
                ) as s
            where w.channel = any (free) and (s.upto <= w.room or s.upto = s.size));
        exit when picked = '{}';
        update batches b set epoch = w.holder, claimed_at = at
        from unnest(channels, holders) as w(channel, holder)
        where b.id = any (picked) and b.epoch is null and b.channel_id = w.channel;
        return query
        select b.channel_id, false, b.id, l.id, l.no, l.published_at, d.group_id, d.variant, r.line_group_id, d.retry_key,
            d.key_used_at, d.outcome_open, d.attempts, d.priority, d.has_children, d.members, l.expires_at
        from batches b cross join unnest(b.groups) with ordinality as named(id, n)
            join deliveries d on d.bulletin_no = b.bulletin_no and d.group_id = named.id
            join bulletins l on l.no = b.bulletin_no
            left join line_groups r on r.no = d.recipient
        where b.id = any (picked) and d.channel_id = b.channel_id and d.state = 'ready' and d.due_at is null
        order by b.priority, b.id, named.n;
        get diagnostics given = row_count;
        select sum(cardinality(b.groups)) into named from batches b where b.id = any (picked);
        exit when given = named;
        with gone as (
            delete from batches b where b.id = any (picked) and not exists (
                select from deliveries d where d.bulletin_no = b.bulletin_no and d.group_id = any (b.groups)
                    and d.channel_id = b.channel_id and d.state = 'ready' and d.due_at is null)
            returning b.channel_id
        )
        select array_agg(distinct g.channel_id) into free from gone g;
        picked := '{}';
    end loop;
end $$;
