-- Rewrites the deliveries of a month dense in which hardly anything moves any more: their pages had room for changes. While they are
-- copied the month is read and written as ever. Only at the end nobody uses deliveries, for the moment in which what has changed
-- meanwhile is copied again and one table takes the other's place. The whole is one transaction (read committed, so that the second
-- copy sees more than the first): a month is either as it was or dense.
create or replace function close_month(month integer) returns void language plpgsql as $$
declare
    part    text := 'deliveries_' || month;
    dense   text := part || '_dense';
    lower   text := (month * 1000000)::text;
    upper   text := ((month + 1) * 1000000)::text;
    columns text;
    named   text;
    -- what the first copy cannot see is of this transaction or a later one
    mark    xid := pg_snapshot_xmin(pg_current_snapshot())::xid;
begin
    execute format('create table %I (like %I including all) with (fillfactor = 100)', dense, part);
    select string_agg(quote_ident(attname), ', ' order by attnum) into columns
    from pg_attribute where attrelid = part::regclass and attnum > 0 and not attisdropped and attgenerated = '';
    execute format('insert into %I (%s) select %2$s from %I order by bulletin_no, parent_group nulls first, group_id',
        dense, columns, part);
    execute format('reindex table %I', dense);
    -- says that no row has to be looked at when it takes the other's place
    execute format('alter table %I add constraint of_this_month check (bulletin_no >= %s and bulletin_no < %s)',
        dense, lower, upper);
    execute format('analyze %I', dense);
    execute format('create temp table changed_meanwhile on commit drop as select * from %I with no data', part);
    lock table deliveries in access exclusive mode;
    -- the month is looked through once: nobody can use it meanwhile
    execute format('insert into changed_meanwhile select * from %I where age(xmin) <= age($1)', part) using mark;
    execute format('delete from %I d using changed_meanwhile c
        where d.bulletin_no = c.bulletin_no and d.group_id = c.group_id', dense);
    execute format('insert into %I (%s) select %2$s from changed_meanwhile', dense, columns);
    execute format('alter table deliveries detach partition %I', part);
    execute format('alter table deliveries attach partition %I for values from (%s) to (%s)', dense, lower, upper);
    execute format('alter table %I drop constraint of_this_month', dense);
    execute format('drop table %I', part);
    execute format('alter table %I rename to %I', dense, part);
    -- so that a month's indexes are called the same whether it is dense or not
    for named in select c.relname from pg_index i join pg_class c on c.oid = i.indexrelid
        where i.indrelid = part::regclass and strpos(c.relname, '_dense') > 0
    loop
        execute format('alter index %I rename to %I', named, replace(named, '_dense', ''));
    end loop;
    drop table changed_meanwhile;
end $$;
