-- What a waiting delivery becomes when its turn comes. Its volatility is that of what it is made of, so that the planner writes
-- it into the statement instead of calling it for each row.
create or replace function state_at_turn(automatic boolean) returns delivery_state language sql immutable parallel safe as $$
    select case when automatic then 'ready'::delivery_state else 'held' end
$$;
