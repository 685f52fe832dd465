-- Puts back into the queue what was put off on a channel until now. The row is written, so that a delivery stands in one
-- batch or is put off, never both.
create or replace function open_due(channel integer, at timestamptz, most integer) returns void language plpgsql as $$
begin
    if not exists (select from deliveries where channel_id = channel and due_at <= at) then
        return;
    end if;
    -- in everybody's order: bulletins, then the channel, then deliveries
    perform pg_advisory_xact_lock_shared(hashtextextended(id::text, 1)) from (
        select id from bulletins where no in (
            select bulletin_no from deliveries where channel_id = channel and due_at <= at order by due_at limit most)
        order by id) as ordered;
    perform from channels where id = channel for share;
    update deliveries d set due_at = null, changed = (select change_mark())
    from (
        select bulletin_no, group_id from deliveries
        where channel_id = channel and due_at <= at and state = 'ready' order by due_at limit most
    ) as due
    where d.bulletin_no = due.bulletin_no and d.group_id = due.group_id and d.due_at <= at and d.state = 'ready';
end $$;
