-- What the letters ask of offices: who does it, and the register of what an office received.

-- An office's coordinator, ผู้ประสานงาน.
alter type role add value 'coordinator';
alter table accounts
    drop constraint an_office_where_the_role_needs_one,
    -- by its word: a value cannot be used in the transaction that adds it
    add constraint an_office_where_the_role_needs_one
        check (role::text not in ('steward', 'agency', 'coordinator') or office_id is not null);

----------------------------------------------------------------------------------------------------------------------
-- The receive register, สมุดทะเบียนรับ: what an office received, under a number of its own that runs through the calendar year,
-- and who was told to act on it. A record: nothing of it is ever changed or deleted (register_append_only).

-- Whether bulletins enter the register by themselves: never, when a group of the office was seen to have them, or already when
-- LINE accepted them for it.
create type register_rule as enum ('never', 'seen', 'accepted');
-- How an entry came about: typed on a page, sent to the API, or by itself.
create type receipt_way as enum ('page', 'api', 'seen', 'accepted');
-- ทราบ, เห็นควรมอบ, มอบ … ดำเนินการ, ดำเนินการแล้ว
create type endorsement_kind as enum ('noted', 'propose', 'assign', 'done');

alter table offices
    add column register_rule register_rule not null default 'never',
    -- from when on: what came before the office chose so is not entered
    add column register_since timestamptz,
    add constraint register_since_iff_by_itself check ((register_rule = 'never') = (register_since is null));
create index offices_registering on offices (id) where register_rule <> 'never';

-- The last number that an office gave in a year of the Buddhist era. Taken in the transaction of the entry, whose lock on this row
-- makes the next one wait: what is rolled back leaves no gap.
create table register_years (
    office_id   integer not null references offices,
    year        smallint not null,
    last_number integer not null default 0 constraint numbers_begin_at_one check (last_number >= 0),
    -- the year has ended and takes no entry any more
    closed_at   timestamptz,
    closed_by   text,
    primary key (office_id, year),
    constraint closed_by_iff_closed check ((closed_at is null) = (closed_by is null))
);

create table register_entries (
    id              uuid primary key,
    office_id       integer not null references offices,
    year            smallint not null,
    number          integer not null constraint number_is_positive check (number > 0),
    -- null = a letter from outside
    bulletin_id     uuid references bulletins,
    -- What stands on the letter; of a bulletin as it was when it was received, so that the register can be read by itself.
    document_number text,
    document_date   date,
    sender          text,
    recipient       text,
    subject         text not null,
    -- to the minute, as the stamp has it
    received_at     timestamptz not null,
    recorded_at     timestamptz not null,
    recorded_by     text not null,
    how             receipt_way not null,
    remark          text,
    -- subject, number, sender, recipient, remark and what was endorsed, in the form in which they are looked for (domain::thai)
    search_form     text not null,
    constraint register_entries_by_number unique (office_id, year, number),
    foreign key (office_id, year) references register_years
);
create unique index register_entries_of_bulletin on register_entries (office_id, bulletin_id) where bulletin_id is not null;
create index register_entries_by_time on register_entries (office_id, received_at);
create index register_entries_by_words on register_entries using gin (search_form gin_trgm_ops);

-- The chain of endorsements under an entry, in order.
create table register_endorsements (
    entry_id    uuid not null references register_entries,
    position    smallint not null constraint positions_begin_at_one check (position > 0),
    kind        endorsement_kind not null,
    -- as it was typed: a name or a title, and the unit
    author      text not null,
    unit        text,
    -- may be left open where something is proposed
    assignee    text,
    -- in the author's words; of what is done, how
    said        text,
    endorsed_at timestamptz not null,
    recorded_at timestamptz not null,
    recorded_by text not null,
    primary key (entry_id, position),
    constraint assigned_to_somebody check (kind <> 'assign' or assignee is not null)
);

-- How far the changes of deliveries have been looked at for entries that come about by themselves (change_mark).
create table register_mark (
    id   smallint primary key default 1 constraint there_is_one_mark check (id = 1),
    mark bigint not null
);
insert into register_mark (mark) values (0);
