-- The mark up to which every transaction that took one has ended. What is read afterwards shows all of them.
create or replace function change_horizon() returns bigint language plpgsql volatile parallel unsafe as $$
declare
    newest bigint;
begin
    select last_value into newest from change_marks;
    return least(newest, (
        select min(newest - ((newest - objid::bigint) & 2147483647)) from pg_locks
        where locktype = 'advisory' and objsubid = 2 and classid::bigint = change_locks() and granted
            and database = (select oid from pg_database where datname = current_database())));
end $$;
