-- The first batches of a channel that may be sent now, most urgent first, then oldest first.
create or replace function sendable_batches(channel integer, at timestamptz, below smallint, most integer)
    returns table (id bigint, priority smallint, size integer) language sql stable as $$
    select b.id, b.priority, cardinality(b.groups)
    from batches b join bulletins l on l.no = b.bulletin_no
    where b.channel_id = channel and b.epoch is null and (below is null or b.priority < below)
        and l.paused_at is null and (l.expires_at is null or l.expires_at > at)
    order by b.priority, b.id limit most
$$;
