-- Claims batches for several askers, each for one channel as its holder with its epoch: most urgent first, then oldest first, as
-- many as have room, but at least one for each. Only those more urgent than `below`, where it is given. None of a bulletin that is
-- paused or has expired. An answer names its asker by the place in the arrays.
--
-- `at` is now by the clock that is behind, from which a key counts as used; `later` by the one that is ahead, by which a
-- bulletin has expired. `adopts`: the answer to an earlier claim may have been lost, so batches of the holder that are not among
-- those that it knows of (`known`) are answered again.
--
-- An asker for whom there is something, but whose channel is parked or has another holder, is answered with one row without a
-- batch and `refused`; one whose channel, or some of whose batches, somebody else has locked, with one that is not. Nobody waits
-- for them, so that no channel and no bulletin holds up another. A look that finds nothing writes nothing.
--
-- Its statements are planned once in a session, for any size of arrays: planning cost a third of a claim. So that a plan made while
-- the tables were small is not a slow one later, they go by indexes, row by row.
create or replace function claim_batches(channels integer[], holders bigint[], rooms integer[], belows smallint[], adopts boolean[],
    known bigint[], at timestamptz, later timestamptz) returns table (asker bigint, refused boolean, batch bigint,
    bulletin_id uuid, bulletin_no integer, published_at timestamptz, group_id integer, variant smallint, recipient text,
    retry_key uuid, key_used_at timestamptz, outcome_open boolean, attempts smallint, priority smallint, has_children boolean,
    members integer, expires_at timestamptz)
    language plpgsql set plan_cache_mode = force_generic_plan set enable_seqscan = off set enable_hashjoin = off
    set enable_mergejoin = off as $$
#variable_conflict use_column
declare
    -- channels on which somebody has locked what was put off until now
    late        integer[];
    -- askers, by their places
    asked       bigint[];
    holding     bigint[];
    replaced    bigint[];
    looking     bigint[];
    served      bigint[];
    passed_over bigint[] := '{}';
    -- batches
    taken       bigint[];
    locked      bigint[] := '{}';
    got         bigint[];
    missed      bigint[];
    named       bigint;
    given       bigint;
begin
    late := open_due(channels, rooms, at);
    asked := array(select w.place from unnest(channels, belows, adopts) with ordinality as w(channel, below, adopt, place)
        where w.adopt or w.channel = any (late) or exists (select from sendable_batches(w.channel, later, w.below, 1)));
    if asked = '{}' then
        return;
    end if;
    -- held to the end: nothing that is claimed here moves to another channel or LINE group meanwhile
    select array_agg(place) filter (where holds), array_agg(place) filter (where not holds) into holding, replaced from (
        select w.place, c.epoch = w.holder and c.parked_reason is null as holds
        from unnest(channels, holders) with ordinality as w(channel, holder, place) join channels c on c.id = w.channel
        where w.place = any (asked) for share of c skip locked
    ) as looked;
    return query
    select a.place, a.place = any (coalesce(replaced, '{}')), null::bigint, null::uuid, null::integer, null::timestamptz,
        null::integer, null::smallint, null::text, null::uuid, null::timestamptz, null::boolean, null::smallint, null::smallint,
        null::boolean, null::integer, null::timestamptz
    from unnest(asked) as a(place) where holding is null or a.place <> all (holding);
    if holding is null then
        return;
    end if;
    passed_over := array(select w.place from unnest(channels) with ordinality as w(channel, place)
        where w.place = any (holding) and w.channel = any (late));
    taken := array(select b.id
        from unnest(channels, holders, adopts) with ordinality as w(channel, holder, adopt, place)
            join batches b on b.channel_id = w.channel and b.epoch = w.holder
        where w.adopt and w.place = any (holding) and b.id <> all (known));
    looking := holding;
    -- until something was found for each: others may have locked the first batches, and a late answer may have ended all that a
    -- batch names
    while looking is not null loop
        with wanted as materialized (
            select s.id, w.place, w.holder
            from unnest(channels, holders, rooms, belows) with ordinality as w(channel, holder, room, below, place)
                cross join lateral (
                    select id, size, sum(size) over (order by priority, id) as upto
                    from (
                        select id, priority, size from sendable_batches(w.channel, later, w.below, 100 + cardinality(locked))
                        where id <> all (locked)
                    ) as open
                ) as s
            where w.place = any (looking) and (s.upto <= w.room or s.upto = s.size)
        ), free as materialized (
            select b.id, w.place, w.holder from wanted w join batches b on b.id = w.id
            where b.epoch is null for update of b skip locked
        ), claimed as (
            update batches b set epoch = f.holder, claimed_at = at from free f where b.id = f.id
            returning b.id, f.place
        )
        -- brought together by grouping, as a join of the two goes row by row here
        select array_agg(id) filter (where is_claimed), array_agg(id) filter (where not is_claimed),
            array_agg(distinct place) filter (where is_claimed), array_agg(distinct place) filter (where not is_claimed)
        into got, missed, served, looking
        from (
            select id, place, bool_or(mine) as is_claimed from (
                select id, place, false as mine from wanted union all select id, place, true from claimed
            ) as sides group by id, place
        ) as looked;
        passed_over := passed_over || coalesce(looking, '{}');
        locked := locked || coalesce(missed, '{}');
        -- who got some waits for the rest until it asks again
        looking := array(select place from unnest(looking) as place where place <> all (coalesce(served, '{}')));
        taken := taken || coalesce(got, '{}');
        return query
        select w.place, false, b.id, l.id, l.no, l.published_at, d.group_id, d.variant, r.line_group_id, d.retry_key,
            d.key_used_at, d.outcome_open, d.attempts, d.priority, d.has_children, d.members, l.expires_at
        from batches b
            join unnest(channels, holders) with ordinality as w(channel, holder, place)
                on w.channel = b.channel_id and w.holder = b.epoch
            cross join unnest(b.groups) with ordinality as named(id, n)
            join deliveries d on d.bulletin_no = b.bulletin_no and d.group_id = named.id
            join bulletins l on l.no = b.bulletin_no
            left join line_groups r on r.no = d.recipient
        where b.id = any (taken) and d.channel_id = b.channel_id and d.state = 'ready' and d.due_at is null
        order by b.priority, b.id, named.n;
        get diagnostics given = row_count;
        select sum(cardinality(b.groups)) into named from batches b where b.id = any (taken);
        if given < named then
            with gone as (
                delete from batches b where b.id = any (taken) and not exists (
                    select from deliveries d where d.bulletin_no = b.bulletin_no and d.group_id = any (b.groups)
                        and d.channel_id = b.channel_id and d.state = 'ready' and d.due_at is null)
                returning b.channel_id
            )
            select array_agg(distinct w.place) || looking into looking
            from unnest(channels) with ordinality as w(channel, place)
            where w.place = any (holding) and w.channel in (select channel_id from gone);
        end if;
        taken := '{}';
        if looking = '{}' then
            looking := null;
        end if;
    end loop;
    return query
    select distinct a.place, false, null::bigint, null::uuid, null::integer, null::timestamptz,
        null::integer, null::smallint, null::text, null::uuid, null::timestamptz, null::boolean, null::smallint, null::smallint,
        null::boolean, null::integer, null::timestamptz
    from unnest(passed_over) as a(place);
end $$;
