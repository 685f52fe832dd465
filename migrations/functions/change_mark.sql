-- The next mark. Call it once in a statement, as `(select change_mark())`. The lock is taken before the mark and names a
-- lower one: whoever reads the sequence and then the locks cannot miss it.
create or replace function change_mark() returns bigint language plpgsql volatile parallel unsafe as $$
begin
    perform pg_advisory_xact_lock_shared(change_locks(), (last_value & 2147483647)::integer) from change_marks;
    return nextval('change_marks');
end $$;
