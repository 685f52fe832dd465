-- What LINE tells us: one bad event stops no other, members are counted behind the link, and nobody counts as a person who
-- cannot be told from others.

-- An event that cannot be worked on is tried a few times and then set aside, with the reason, until somebody has it
-- tried again.
alter table webhook_events
    add column id             bigint generated always as identity,
    add column tries          smallint not null default 0,
    -- not before; null = at once
    add column try_at         timestamptz,
    add column failed_at      timestamptz,
    add column failed_because text,
    add constraint failed_because_iff_failed check ((failed_at is null) = (failed_because is null)),
    add constraint failed_or_processed check (failed_at is null or processed_at is null);
drop index webhook_events_unprocessed;
create index webhook_events_unprocessed on webhook_events (received_at)
    where processed_at is null and failed_at is null;
create unique index webhook_events_failed on webhook_events (id) where failed_at is not null;

-- The members of a LINE group are counted behind the link: from when on LINE is to be asked, and when it was asked last.
alter table groups
    add column count_due_at timestamptz,
    add column counted_at   timestamptz;
create index groups_count_due on groups (count_due_at) where count_due_at is not null;

-- A group that gets another LINE group, or has one without a known number of members, is to be counted, whatever code did
-- it. What was known of the LINE group before does not hold for the new one.
create function groups_ask_for_count() returns trigger language plpgsql as $$
declare
    moved boolean := tg_op = 'UPDATE' and new.line_group_id is distinct from old.line_group_id;
begin
    if new.line_group_id is null then
        new.count_due_at := null;
        return new;
    end if;
    if moved and old.line_group_id is not null then
        new.members := null;
        new.line_name := null;
    end if;
    if moved or (new.members is null and new.count_due_at is null) then
        new.count_due_at := new.updated_at;
    end if;
    return new;
end $$;
create trigger groups_ask_for_count before insert or update of line_group_id, members on groups
    for each row execute function groups_ask_for_count();
update groups set count_due_at = updated_at where line_group_id is not null and members is null;
