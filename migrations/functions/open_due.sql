-- Puts back into the queue what was put off on these channels until now. The row is written, so that a delivery stands in one
-- batch or is put off, never both. What somebody else has locked is left for the next look: nobody waits here, as others'
-- claims are made in the same transaction.
create or replace function open_due(channels integer[], at timestamptz, most integer) returns void language plpgsql as $$
begin
    if not exists (select from deliveries where channel_id = any (channels) and due_at <= at) then
        return;
    end if;
    -- in everybody's order: bulletins, then channels, then deliveries
    with due as materialized (
        select bulletin_no, group_id, channel_id from deliveries
        where channel_id = any (channels) and due_at <= at and state = 'ready' order by due_at limit most
    ), free as materialized (
        select no from bulletins where no in (select bulletin_no from due)
            and pg_try_advisory_xact_lock_shared(hashtextextended(id::text, 1))
    ), kept as materialized (
        select id from channels where id in (select d.channel_id from due d join free f on f.no = d.bulletin_no)
        for share skip locked
    )
    update deliveries d set due_at = null, changed = (select change_mark())
    from due join free on free.no = due.bulletin_no join kept on kept.id = due.channel_id
    where d.bulletin_no = due.bulletin_no and d.group_id = due.group_id and d.due_at <= at and d.state = 'ready';
end $$;
