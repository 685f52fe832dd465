-- Deliveries refer to groups and channels without foreign keys, so these rows must never go.
create or replace function never_deleted() returns trigger language plpgsql as $$
begin
    raise exception '% are never deleted', tg_table_name using errcode = 'restrict_violation';
end $$;

create or replace trigger groups_never_deleted before delete on groups for each statement execute function never_deleted();

create or replace trigger channels_never_deleted before delete on channels for each statement execute function never_deleted();
