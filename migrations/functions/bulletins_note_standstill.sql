-- A bulletin that is paused begins a standstill, and ends it when it goes on.
create or replace function bulletins_note_standstill() returns trigger language plpgsql as $$
begin
    if old.paused_at is not null then
        update standstills set ended_at = greatest(began_at, new.updated_at)
        where bulletin_id = new.id and ended_at is null;
    end if;
    if new.paused_at is not null then
        insert into standstills (bulletin_id, began_at) values (new.id, new.paused_at);
    end if;
    return null;
end $$;

create or replace trigger bulletins_note_standstill after update of paused_at on bulletins
    for each row when (old.paused_at is distinct from new.paused_at) execute function bulletins_note_standstill();
