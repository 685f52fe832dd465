-- Puts back into the queue what was put off on these channels until now, about as many on each as it has room for. The row is
-- written, so that a delivery stands in one batch or is put off, never both. What somebody else has locked is left, and its
-- channels are answered: nobody waits here, as others' claims are made in the same transaction.
create or replace function open_due(channels integer[], rooms integer[], at timestamptz) returns integer[] language plpgsql as $$
declare
    passed_over integer[];
begin
    if not exists (select from deliveries where channel_id = any (channels) and due_at <= at) then
        return '{}';
    end if;
    -- in everybody's order: bulletins, then channels, then deliveries
    with due as materialized (
        select d.bulletin_no, d.group_id, d.channel_id from unnest(channels, rooms) as w(channel, room) cross join lateral (
            select bulletin_no, group_id, channel_id from deliveries
            where channel_id = w.channel and due_at <= at and state = 'ready' order by due_at limit greatest(w.room, 1)
        ) as d
    ), named as materialized (
        select no, id from bulletins where no in (select bulletin_no from due)
    ), free as materialized (
        select no from named where pg_try_advisory_xact_lock_shared(hashtextextended(id::text, 1))
    ), kept as materialized (
        select id from channels where id in (select d.channel_id from due d join free f on f.no = d.bulletin_no)
        for share skip locked
    ), opened as (
        update deliveries d set due_at = null, changed = (select change_mark())
        from due join free on free.no = due.bulletin_no join kept on kept.id = due.channel_id
        where d.bulletin_no = due.bulletin_no and d.group_id = due.group_id and d.due_at <= at and d.state = 'ready'
    )
    select array_agg(distinct channel_id) into passed_over from due
    where bulletin_no not in (select no from free) or channel_id not in (select id from kept);
    return coalesce(passed_over, '{}');
end $$;
