-- A picture is known by what it is.
create or replace function images_immutable() returns trigger language plpgsql as $$
begin
    raise exception 'a picture is never changed' using errcode = 'restrict_violation';
end $$;

create or replace trigger images_immutable before update of id, bytes, width, height on images
    for each row execute function images_immutable();
