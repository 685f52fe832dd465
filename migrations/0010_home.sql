-- A copy of the database is told from the database that it is a copy of, so that a restored one does not send
-- again by itself what the other one sent after the copy was made.

alter type park_reason add value 'restored';

-- Where these rows were served last, and until when: one row, written by the nodes. A copy by pg_dump brings the
-- row along but not the place, which is made of the cluster, the database and this very table.
create table home (
    only_one boolean primary key default true constraint there_is_one_home check (only_one),
    place    text not null,
    seen_at  timestamptz not null
);

create function present_place() returns text language sql stable as $$
    select concat_ws('/', (select system_identifier from pg_control_system()),
        (select oid from pg_database where datname = current_database()), 'home'::regclass::oid)
$$;

-- Nodes of earlier releases served here and may do so for a while yet.
insert into home (place, seen_at)
select present_place(), coalesce((select max(last_accepted_at) from progress), 'epoch')
where exists (select from channels);
