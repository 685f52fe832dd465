-- Whether everything in this database is made up by the demo: one row, written before the demo's first account is
-- made. A node refuses such a database, because the password of the demo's accounts is public. A copy by pg_dump
-- brings the row along.
create table demo_data (
    only_one boolean primary key default true constraint there_is_one_demo_data check (only_one),
    made_at  timestamptz not null
);

-- Demos of earlier releases left no row, but the audit names them.
insert into demo_data (made_at) select min(at) from audit where actor = 'demo' having count(*) > 0;
