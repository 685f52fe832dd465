-- A code stands on paper in villages: what it is for never changes.
create or replace function read_back_codes_immutable() returns trigger language plpgsql as $$
begin
    raise exception 'a read-back code is never changed' using errcode = 'restrict_violation';
end $$;

create or replace trigger read_back_codes_immutable before update or delete on read_back_codes
    for each row execute function read_back_codes_immutable();
