-- A channel that is parked begins a standstill, and ends it when it goes on.
create or replace function channels_note_standstill() returns trigger language plpgsql as $$
begin
    if old.parked_at is not null then
        update standstills set ended_at = greatest(began_at, new.updated_at)
        where channel_id = new.id and ended_at is null;
    end if;
    if new.parked_at is not null then
        insert into standstills (channel_id, began_at) values (new.id, new.parked_at);
    end if;
    return null;
end $$;

create or replace trigger channels_note_standstill after update of parked_at on channels
    for each row when (old.parked_at is distinct from new.parked_at) execute function channels_note_standstill();
