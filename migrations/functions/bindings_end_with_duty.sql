-- A binding ends with the account that it is for: nobody is written to, and no user id is kept, after the duty. What ends by the
-- passing of time is removed by upkeep; a steward whom the tree file replaces, where it is imported.
create or replace function bindings_end_with_duty() returns trigger language plpgsql as $$
begin
    delete from bindings where account_id = new.id;
    delete from binding_codes where account_id = new.id;
    return null;
end $$;

create or replace trigger accounts_end_bindings after update of disabled_at, role, office_id on accounts
    for each row when (new.disabled_at is not null or new.role <> old.role or new.office_id is distinct from old.office_id)
    execute function bindings_end_with_duty();
