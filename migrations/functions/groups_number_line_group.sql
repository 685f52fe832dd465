-- A group that is linked carries the number of its LINE group, whatever code linked it; a LINE group seen for the first time gets
-- one.
create or replace function groups_number_line_group() returns trigger language plpgsql as $$
begin
    new.line_group_no := null;
    if new.line_group_id is null then
        return new;
    end if;
    select l.no into new.line_group_no from line_groups l where l.line_group_id = new.line_group_id;
    if not found then
        insert into line_groups (line_group_id) values (new.line_group_id) on conflict do nothing;
        -- asked again: another transaction may have been first
        select l.no into strict new.line_group_no from line_groups l where l.line_group_id = new.line_group_id;
    end if;
    return new;
end $$;

create or replace trigger groups_number_line_group before insert or update of line_group_id, line_group_no on groups
    for each row execute function groups_number_line_group();
