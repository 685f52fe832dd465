-- An entry is never changed; its seal is added once. It is deleted only where the newest entry `audit_drop` says so, which keeps the
-- place and the seal that the rest of the chain goes on from; and only after a year, whatever that entry says.
create or replace function audit_append_only() returns trigger language plpgsql as $$
begin
    if tg_op = 'UPDATE' then
        if old.seal is null and new.seal is not null
            and (old.id, old.at, old.actor, old.act, old.subject, old.detail)
                is not distinct from (new.id, new.at, new.actor, new.act, new.subject, new.detail) then
            return new;
        end if;
    elsif tg_op = 'DELETE' then
        if old.at < now() - interval '1 year' and old.sealed_no <=
            (select (detail ->> 'last')::bigint from audit where act = 'audit_drop' order by id desc limit 1) then
            return old;
        end if;
    end if;
    raise exception 'the audit is append-only' using errcode = 'restrict_violation';
end $$;

create or replace trigger audit_append_only before update or delete on audit for each row execute function audit_append_only();
create or replace trigger audit_never_emptied before truncate on audit for each statement execute function audit_append_only();
