-- Claims batches of a channel for the holder with this epoch, most urgent first, then oldest first: as many as have room, but
-- at least one. Only those more urgent than `below`, where it is given. None of a bulletin that is paused or has expired.
--
-- `at` is now by the clock that is behind, from which a key counts as used; `later` by the one that is ahead, by which a
-- bulletin has expired. `known`: where the answer to an earlier claim was lost, the holder's claims that it knows of; others of its epoch are
-- answered again. Refuses with the error GC001 where the channel has another holder or is parked, if there is
-- anything to claim; a look that finds nothing writes nothing.
create or replace function claim_batches(channel integer, holder bigint, at timestamptz, later timestamptz, room integer,
    below smallint, known bigint[]) returns table (batch bigint, bulletin_id uuid, bulletin_no integer, published_at timestamptz,
    group_id integer, variant smallint, recipient text, retry_key uuid, key_used_at timestamptz, outcome_open boolean,
    attempts smallint, priority smallint, has_children boolean, members integer, expires_at timestamptz)
    language plpgsql as $$
#variable_conflict use_column
declare
    picked bigint[] := '{}';
    named  bigint;
    given  bigint;
begin
    perform open_due(channel, at, room);
    if known is null and not exists (select from sendable_batches(channel, later, below, 1)) then
        return;
    end if;
    -- held to the end: nothing that is claimed here moves to another channel or LINE group meanwhile
    perform from channels c where c.id = channel and c.epoch = holder and c.parked_reason is null for share;
    if not found then
        raise exception 'channel % is parked or has another holder than %', channel, holder using errcode = 'GC001';
    end if;
    if known is not null then
        picked := array(select b.id from batches b
            where b.channel_id = channel and b.epoch = holder and b.id <> all (known));
    end if;
    -- until something was found: a late answer may have ended all that a batch names
    loop
        picked := picked || array(select s.id from (
            select id, sum(size) over (order by priority, id) as upto, size from sendable_batches(channel, later, below, 100)
        ) as s where s.upto <= room or s.upto = s.size);
        exit when picked = '{}';
        update batches set epoch = holder, claimed_at = at where id = any (picked) and epoch is null;
        return query
        select b.id, l.id, l.no, l.published_at, d.group_id, d.variant, r.line_group_id, d.retry_key, d.key_used_at, d.outcome_open,
            d.attempts, d.priority, d.has_children, d.members, l.expires_at
        from batches b cross join unnest(b.groups) with ordinality as named(id, n)
            join deliveries d on d.bulletin_no = b.bulletin_no and d.group_id = named.id
            join bulletins l on l.no = b.bulletin_no
            left join line_groups r on r.no = d.recipient
        where b.id = any (picked) and d.channel_id = channel and d.state = 'ready' and d.due_at is null
        order by b.priority, b.id, named.n;
        get diagnostics given = row_count;
        select sum(cardinality(b.groups)) into named from batches b where b.id = any (picked);
        if given < named then
            delete from batches b where b.id = any (picked) and not exists (
                select from deliveries d where d.bulletin_no = b.bulletin_no and d.group_id = any (b.groups)
                    and d.channel_id = channel and d.state = 'ready' and d.due_at is null);
        end if;
        exit when given > 0;
        picked := '{}';
    end loop;
end $$;
