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
