-- Records acceptances, which nearly all outcomes are: in one statement, so in one round trip. They are facts, so they are taken
-- whoever holds the channel by now and whatever the deliveries' states were. Wakes what waits for them, and ends the batches whose
-- last deliveries they are. Gives how many became ready on which channel.
--
-- Bulletins that somebody else has locked are passed over, with all that is theirs, and given as `busy`: the outcomes of the others
-- do not wait for them. `bulletin_ids` are the locks to take, in everybody's order, and `bulletin_nos` their numbers.
--
-- Planned once in a session, by indexes and row by row, as `claim_batches` is and for the same reasons.
create or replace function record_accepted(bulletin_ids uuid[], bulletin_nos integer[], at timestamptz, bulletins integer[],
    groups integer[], answered timestamptz[], called timestamptz[], requests uuid[], messages text[], finished bigint[])
    returns table (channel integer, ready bigint, busy integer)
    language plpgsql set plan_cache_mode = force_generic_plan set enable_seqscan = off set enable_hashjoin = off
    set enable_mergejoin = off as $$
declare
    locked integer[];
begin
    select coalesce(array_agg(no), '{}') into locked from (
        select no, pg_try_advisory_xact_lock_shared(hashtextextended(id::text, 1)) as free
        from unnest(bulletin_ids, bulletin_nos) as named(id, no)
    ) as tried where not free;
    -- batches before deliveries, as a new holder of a channel takes them
    if finished <> '{}' then
        delete from batches where id = any (finished) and bulletin_no <> all (locked);
    end if;
    return query
    with ended as (
        update deliveries d set
            state = 'accepted', reason = null, ended_at = n.answered, due_at = null,
            key_used_at = coalesce(d.key_used_at, n.called), outcome_open = false,
            attempts = d.attempts + 1::smallint,
            line_request_id = coalesce(n.request, d.line_request_id),
            line_message_ids = coalesce(n.message, d.line_message_ids),
            changed = (select change_mark())
        from unnest(bulletins, groups, answered, called, requests, messages)
            as n(bulletin_no, group_id, answered, called, request, message)
        where d.bulletin_no = n.bulletin_no and d.group_id = n.group_id and d.state <> 'accepted'
            and n.bulletin_no <> all (locked)
        returning d.bulletin_no, d.group_id, d.has_children
    ), parents as (
        select e.bulletin_no, array_agg(e.group_id) as groups from ended e where e.has_children group by e.bulletin_no
    ), woken as (
        update deliveries d set
            state = state_at_turn(d.automatic), turn_at = at,
            release_at = release_at_turn(d.automatic, d.forward_within, at),
            bypassed_parent = false, changed = (select change_mark())
        from parents p
        where d.bulletin_no = p.bulletin_no and d.parent_group = any (p.groups) and d.state = 'waiting'
        returning d.channel_id, d.state
    )
    select w.channel_id, count(*) filter (where w.state = 'ready'), null::integer from woken w group by w.channel_id;
    return query select null::integer, null::bigint, no from unnest(locked) as no;
end $$;
