-- The bulletins that a digest carries follow it in these of its groups: what LINE took of it, it took of them, and what was seen or is not
-- sent any more holds for all of it. What is taken back is their stewards' turn again, unless a copy of their own was heard there. Done
-- again, it changes nothing.
create or replace function follow_digests(digests integer[], groups integer[]) returns void language sql
    set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off as $$
    update deliveries i set state = d.state, reason = d.reason, ended_at = d.ended_at, changed = (select change_mark()),
        turn_at = case when d.state = 'held' then d.turn_at else i.turn_at end, due_at = null
    from unnest(digests, groups) as n(digest_no, group_id)
        join deliveries d on d.bulletin_no = n.digest_no and d.group_id = n.group_id
        join bulletins whole on whole.no = n.digest_no
        join bulletins carried on carried.digest_id = whole.id
    where i.bulletin_no = carried.no and i.group_id = n.group_id and i.state <> d.state and case d.state
        when 'accepted' then true
        when 'seen' then i.state in ('waiting', 'held')
        when 'held' then i.state = 'seen' and not exists (select from heard_messages h
            where h.bulletin_no = i.bulletin_no and h.group_id = i.group_id and h.verdict <> 'taken_back')
        when 'withdrawn' then i.state in ('waiting', 'held')
        when 'expired' then i.state in ('waiting', 'held')
        else false end
$$;
