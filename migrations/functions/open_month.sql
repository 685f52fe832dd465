-- Makes the partitions of a month (see bulletin_month) where they are missing. Upkeep does so ahead of time; publishing looks
-- once more.
create or replace function open_month(month integer) returns void language plpgsql as $$
declare
    parent text;
    part   text;
    spare  text;
begin
    if to_regclass('deliveries_' || month) is not null then
        return;
    end if;
    perform pg_advisory_xact_lock(1734632198, month);
    -- asked of the table itself: what a session remembers of names is not brought up to date by such a lock
    perform from pg_inherits i join pg_class c on c.oid = i.inhrelid
    where i.inhparent = 'deliveries'::regclass and c.relname = 'deliveries_' || month;
    if found then
        return;
    end if;
    foreach parent in array array['attempts', 'acknowledgements', 'heard_messages', 'heard_cards', 'deliveries'] loop
        part := parent || '_' || month;
        -- room for two new versions of every row of a page: waiting becomes ready in one transaction for all of them, and accepted in
        -- another. Of 92 bytes at first, 100 in the queue and 156 at the end, 32 rows fit so: by then the first version's place is
        -- taken back. With less room the last of them go to other pages and into the indexes, and the table ends up larger.
        -- Statistics follow a bulletin soon, as each adds many rows to few.
        spare := case parent when 'deliveries' then 'with (fillfactor = 36, autovacuum_analyze_scale_factor = 0.02)' else '' end;
        execute format('create table %I (like %I including defaults including constraints including generated) %s',
            part, parent, spare);
        -- unlike "partition of", this keeps nobody from reading and writing the other months
        execute format('alter table %I attach partition %I for values from (%s) to (%s)',
            parent, part, month * 1000000, (month + 1) * 1000000);
    end loop;
end $$;
