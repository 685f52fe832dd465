-- A group that gets another LINE group, or has one without a known number of members, is to be counted, whatever code did
-- it. What was known of the LINE group before does not hold for the new one.
create or replace function groups_ask_for_count() returns trigger language plpgsql as $$
declare
    moved boolean := tg_op = 'UPDATE' and new.line_group_id is distinct from old.line_group_id;
begin
    if new.line_group_id is null then
        new.count_due_at := null;
        return new;
    end if;
    if moved and old.line_group_id is not null then
        new.members := null;
        new.line_name := null;
    end if;
    if moved then
        new.linked_name := null;
        new.usual_members := null;
    end if;
    if moved or (new.members is null and new.count_due_at is null) then
        new.count_due_at := new.updated_at;
    end if;
    return new;
end $$;

create or replace trigger groups_ask_for_count before insert or update of line_group_id, members on groups
    for each row execute function groups_ask_for_count();
