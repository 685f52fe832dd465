-- What was said of a group, what was reported and what was sent are records: they stay as they are.
create or replace function establishment_append_only() returns trigger language plpgsql as $$
begin
    raise exception '% are records and stay as they are', tg_table_name using errcode = 'restrict_violation';
end $$;

create or replace trigger establishment_marks_append_only before update or delete on establishment_marks
    for each row execute function establishment_append_only();

create or replace trigger establishment_reports_append_only before update or delete on establishment_reports
    for each row execute function establishment_append_only();

create or replace trigger establishment_sendings_append_only before update or delete on establishment_sendings
    for each row execute function establishment_append_only();

create or replace trigger establishment_mails_never_deleted before delete on establishment_mails
    for each row execute function establishment_append_only();

-- with what refers to it, a report cannot be emptied away without these
create or replace trigger establishment_marks_never_emptied before truncate on establishment_marks
    for each statement execute function establishment_append_only();

create or replace trigger establishment_sendings_never_emptied before truncate on establishment_sendings
    for each statement execute function establishment_append_only();

create or replace trigger establishment_mails_never_emptied before truncate on establishment_mails
    for each statement execute function establishment_append_only();
