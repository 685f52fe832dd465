-- A move that the table of states does not know is refused, row by row; asking costs nothing where the move is allowed.
create or replace function delivery_refused() returns trigger language plpgsql as $$
begin
    raise exception 'delivery % of bulletin % cannot go from % to %', new.group_id, new.bulletin_no, old.state, new.state
        using errcode = 'check_violation', constraint = 'delivery_follows_the_table';
end $$;

create or replace trigger deliveries_follow_the_table after update on deliveries for each row
    when (old.state <> new.state and not delivery_may_become(old.state, new.state))
    execute function delivery_refused();
