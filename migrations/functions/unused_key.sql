-- A key that LINE does not know: the one that a delivery has, if it was never used, else another. For what goes somewhere else than
-- before, and was not accepted where it went.
create or replace function unused_key(key uuid, used_at timestamptz) returns uuid language sql volatile as $$
    select case when used_at is null then key else gen_random_uuid() end
$$;
