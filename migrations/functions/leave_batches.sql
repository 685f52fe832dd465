-- Takes deliveries out of the batches in which they wait to be sent; a batch that names nothing more is gone. What a dispatcher has
-- claimed stays in its claim.
create or replace function leave_batches(bulletins integer[], channels integer[], groups integer[]) returns void
    language sql volatile as $$
    with gone as materialized (
        select * from unnest(bulletins, channels, groups) as g(bulletin_no, channel_id, group_id)
    ), smaller as materialized (
        select b.id, array_agg(named.id order by named.n) filter (where g.group_id is null) as groups
        from batches b cross join unnest(b.groups) with ordinality as named(id, n)
            left join gone g on g.bulletin_no = b.bulletin_no and g.channel_id = b.channel_id and g.group_id = named.id
        where b.epoch is null and b.bulletin_no in (select bulletin_no from gone)
        group by b.id having count(g.group_id) > 0
    ), emptied as (
        delete from batches b using smaller s where b.id = s.id and s.groups is null and b.epoch is null
    )
    update batches b set groups = s.groups from smaller s where b.id = s.id and s.groups is not null and b.epoch is null
$$;
