-- An entry is never changed or deleted; its seal is added once.
create or replace function audit_append_only() returns trigger language plpgsql as $$
begin
    if tg_op = 'UPDATE' and old.seal is null and new.seal is not null
        and (old.id, old.at, old.actor, old.act, old.subject, old.detail)
            is not distinct from (new.id, new.at, new.actor, new.act, new.subject, new.detail) then
        return new;
    end if;
    raise exception 'the audit is append-only' using errcode = 'restrict_violation';
end $$;

create or replace trigger audit_append_only before update or delete on audit for each row execute function audit_append_only();
