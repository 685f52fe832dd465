-- What was done with a submission is a record.
create or replace function submission_steps_append_only() returns trigger language plpgsql as $$
begin
    raise exception 'the steps of a submission are append-only' using errcode = 'restrict_violation';
end $$;

create or replace trigger submission_steps_append_only before update or delete on submission_steps
    for each row execute function submission_steps_append_only();

create or replace trigger submission_steps_never_emptied before truncate on submission_steps
    for each statement execute function submission_steps_append_only();
