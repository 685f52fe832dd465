-- Stewards who added the official account as a friend: whom LINE's events are about, and where a reminder goes.

-- The account's @-name, by which people find it; asked of LINE.
alter table channels add column basic_id text;

-- A LINE user whom a steward's account is bound to. LINE's user id is needed to write to the person and is kept for nothing else: it
-- is sealed for its account, shown to nobody, and goes with the row, which ends with the duty (bindings_end_with_duty).
create table bindings (
    account_id     uuid primary key references accounts,
    -- whose account the person added: user ids are told apart by LINE's provider, and only a friend can be written to
    channel_id     integer not null references channels,
    -- the same keyed hash that events bear
    person         bytea not null,
    user_id_sealed bytea not null,
    bound_at       timestamptz not null
);
create index bindings_by_person on bindings (person);
create index bindings_by_channel on bindings (channel_id);

-- The word that binds whoever types it in the chat of two; only its hash is kept.
create table binding_codes (
    code_sha256 bytea primary key,
    account_id  uuid not null references accounts,
    created_at  timestamptz not null,
    expires_at  timestamptz not null,
    used_at     timestamptz
);
create index binding_codes_by_account on binding_codes (account_id);
create index binding_codes_by_expiry on binding_codes (expires_at);

-- Whether a steward of the group wrote it, as far as that was known then: null = none of them is bound, or LINE named nobody.
alter table heard_messages add column by_steward boolean;

-- When somebody was last told that a tap on ส่งต่อ in a group did nothing: anybody can tap it, and all members read the answer.
create table forward_hints (
    bulletin_no integer not null,
    channel_id  integer not null,
    -- where it was tapped: a LINE group, or a person as a keyed hash
    place       text not null,
    told_at     timestamptz not null,
    primary key (bulletin_no, channel_id, place)
);
create index forward_hints_by_time on forward_hints (told_at);

-- Reminders of held deliveries, one row for each that was ever planned: it is inserted before anything is sent, so that none goes
-- out twice.
create type reminder_step as enum ('half', 'deadline', 'deputy', 'above');
create type reminder_outcome as enum ('accepted', 'refused', 'not_needed', 'unknown');

create table reminders (
    bulletin_no     integer not null,
    -- the group that is held; of the step above: the group above those that are missing
    group_id        integer not null,
    step            reminder_step not null,
    -- the held groups that it is about
    about           integer[] not null,
    -- to whom it goes, as they were bound when it was planned
    account_id      uuid not null references accounts,
    channel_id      integer not null references channels,
    person          bytea not null,
    planned_at      timestamptz not null,
    -- the key under which LINE takes it once, and the bytes that every try repeats
    retry_key       uuid not null default gen_random_uuid(),
    body            text,
    first_tried_at  timestamptz,
    attempts        smallint not null default 0,
    -- LINE may have accepted it for all we know
    outcome_open    boolean not null default false,
    -- not before
    try_at          timestamptz not null,
    outcome         reminder_outcome,
    ended_at        timestamptz,
    line_request_id uuid,
    primary key (bulletin_no, group_id, step),
    constraint reminder_ended_iff_outcome check ((ended_at is null) = (outcome is null)),
    constraint reminder_tried_with_its_body check (first_tried_at is null or body is not null)
);
create index reminders_open on reminders (try_at) where ended_at is null;
create index reminders_by_time on reminders (planned_at);
create index reminders_about on reminders using gin (about) where step = 'above';
