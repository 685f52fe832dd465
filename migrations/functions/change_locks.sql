-- The class of these locks; the second number is a mark below the one that is taken, without its upper bits.
create or replace function change_locks() returns integer language sql immutable parallel safe as $$ select 1734632197 $$;
