-- Why a scheduled bulletin was not published when its hour came: it is a draft again, and its author is told.
create type unscheduled_reason as enum ('expires_at', 'due_at', 'about_withdrawn', 'not_approved', 'audience',
    'no_channel', 'classified', 'message', 'other');

alter table bulletins
    add column unscheduled_at     timestamptz,
    add column unscheduled_reason unscheduled_reason,
    add constraint unscheduled_reason_iff_unscheduled check ((unscheduled_at is null) = (unscheduled_reason is null));

-- What forms made is kept for minutes only, as it may be shown once.
create index idempotency_keys_of_forms on idempotency_keys (created_at) where route like 'FORM %';
