-- The register is a record: an entry, an endorsement and a closed year stay as they are. Only the form in which an entry is looked
-- for may grow, with what is endorsed.
create or replace function register_append_only() returns trigger language plpgsql as $$
begin
    raise exception 'the register is append-only' using errcode = 'restrict_violation';
end $$;

create or replace trigger register_entries_append_only before delete or update of id, office_id, year, number, bulletin_id, document_number,
    document_date, sender, recipient, subject, received_at, recorded_at, recorded_by, how, remark on register_entries
    for each row execute function register_append_only();

create or replace trigger register_endorsements_append_only before update or delete on register_endorsements
    for each row execute function register_append_only();

create or replace trigger register_years_stay_closed before update on register_years
    for each row when (old.closed_at is not null or new.last_number < old.last_number) execute function register_append_only();

create or replace trigger register_years_never_deleted before delete on register_years
    for each row execute function register_append_only();

-- with what refers to it, none of the three can be emptied without the first
create or replace trigger register_endorsements_never_emptied before truncate on register_endorsements
    for each statement execute function register_append_only();
