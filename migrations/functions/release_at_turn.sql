-- When a delivery whose turn came goes on by itself. Stable, like what it is made of, so that the planner writes it into the
-- statement.
create or replace function release_at_turn(automatic boolean, forward_within integer, turn timestamptz) returns timestamptz
    language sql stable parallel safe as $$
    select case when not automatic then turn + make_interval(mins => forward_within) end
$$;
