-- New deliveries are counted, and what is ready at once stands in batches.
create or replace function deliveries_inserted() returns trigger language plpgsql as $$
declare
    mark bigint := change_mark();
begin
    insert into progress (bulletin_no, tier, channel_id, groups, seats, waiting, held, ready, changed)
    select bulletin_no, tier, channel_id, count(*), sum(members),
        count(*) filter (where state = 'waiting'), count(*) filter (where state = 'held'),
        count(*) filter (where state = 'ready'), mark
    from became group by bulletin_no, tier, channel_id order by bulletin_no, tier, channel_id
    on conflict (bulletin_no, tier, channel_id) do update set
        groups = progress.groups + excluded.groups, seats = progress.seats + excluded.seats,
        waiting = progress.waiting + excluded.waiting, held = progress.held + excluded.held,
        ready = progress.ready + excluded.ready,
        version = progress.version + 1, changed = greatest(progress.changed, mark), changed_at = clock_timestamp();

    insert into batches (channel_id, priority, bulletin_no, opened_at, groups)
    select channel_id, priority, bulletin_no, opened_at, groups[part * 500 + 1 : part * 500 + 500]
    from (
        select channel_id, priority, bulletin_no, min(turn_at) as opened_at,
            array_agg(group_id order by parent_group, group_id) as groups
        from became where state = 'ready' and due_at is null group by channel_id, priority, bulletin_no
    ) as ready, generate_series(0, (cardinality(groups) - 1) / 500) as part
    order by channel_id, priority, bulletin_no, part;
    return null;
end $$;

create or replace trigger deliveries_inserted after insert on deliveries
    referencing new table as became for each statement execute function deliveries_inserted();
