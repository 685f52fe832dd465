-- Where these rows are: a copy of the database is somewhere else.
create or replace function present_place() returns text language sql stable as $$
    select concat_ws('/', (select system_identifier from pg_control_system()),
        (select oid from pg_database where datname = current_database()), 'home'::regclass::oid)
$$;
