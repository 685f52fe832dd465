-- Deliveries name a LINE group by its number: what was frozen at publishing stays so only if a number always means the same.
create or replace function line_groups_immutable() returns trigger language plpgsql as $$
begin
    raise exception 'the number of a LINE group never changes' using errcode = 'restrict_violation';
end $$;

create or replace trigger line_groups_immutable before update or delete on line_groups
    for each statement execute function line_groups_immutable();
