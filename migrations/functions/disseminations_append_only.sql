-- What was spread is a record: it is replaced, never changed.
create or replace function disseminations_append_only() returns trigger language plpgsql as $$
begin
    raise exception 'a record of dissemination is replaced by a new one' using errcode = 'restrict_violation';
end $$;

create or replace trigger disseminations_append_only before update or delete on disseminations
    for each row execute function disseminations_append_only();

create or replace trigger disseminations_never_emptied before truncate on disseminations
    for each statement execute function disseminations_append_only();

create or replace trigger dissemination_files_append_only before update or delete on dissemination_files
    for each row execute function disseminations_append_only();

create or replace trigger dissemination_files_never_emptied before truncate on dissemination_files
    for each statement execute function disseminations_append_only();
