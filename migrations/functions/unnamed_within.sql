-- So many unnamed taps are told beside so many persons: both together are no more than the group has members, or, where that is
-- not known (0), than a LINE group can have.
create or replace function unnamed_within(members integer, persons integer, unnamed integer) returns integer
    language sql immutable parallel safe as $$
    select greatest(0, least(unnamed, coalesce(nullif(members, 0), 500) - persons))
$$;
