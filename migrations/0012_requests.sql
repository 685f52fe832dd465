-- What letters ask of offices: whom they appoint as coordinators, and what is to be done by when.

create type coordinator_source as enum ('web', 'api', 'csv', 'paper', 'fax', 'email');

-- Appointments of coordinators, ผู้ประสานงาน: the nine fields of the form in the letter of March 2561 and nothing else of the person.
create table coordinators (
    id              uuid primary key,
    office_id       integer not null references offices,
    deputy          boolean not null,
    first_name      text not null check (length(first_name) between 1 and 300),
    last_name       text not null check (length(last_name) between 1 and 300),
    position        text not null check (length(position) between 1 and 300),
    affiliation     text check (length(affiliation) between 1 and 300),
    -- telephone, mobile, e-mail and LINE ID as JSON, sealed with a key of the key file; null = erased
    contacts_sealed bytea,
    source          coordinator_source not null,
    valid_from      timestamptz not null,
    -- the moment at which the appointment has ended; null = nobody has ended it
    valid_until     timestamptz,
    made_by         text not null,
    made_at         timestamptz not null,
    ended_by        text,
    erased_at       timestamptz,
    constraint an_end_after_the_beginning check (valid_until > valid_from),
    constraint ended_by_somebody check ((valid_until is null) = (ended_by is null)),
    constraint contacts_until_they_are_erased check ((contacts_sealed is null) = (erased_at is not null)),
    constraint erased_after_the_end check (erased_at is null or valid_until is not null)
);
-- one without an end for each office, and one deputy; those before end where the next begins
create unique index coordinators_one_at_a_time on coordinators (office_id, deputy) where valid_until is null;
create index coordinators_by_office on coordinators (office_id, deputy, valid_from desc);
create index coordinators_to_erase on coordinators (valid_until) where erased_at is null and valid_until is not null;

-- What a draft asks of offices, as it was written: part of what is approved and never changed once it is published.
alter table bulletins add column requests jsonb not null default '[]';

create type request_kind as enum ('report_establishment', 'name_coordinator', 'disseminate', 'send_material', 'inform_staff', 'for_information');
create type request_purpose as enum ('act', 'inform');
create type request_state as enum ('open', 'done', 'not_applicable');

-- What a published bulletin asks, with the moment at which its time is over.
create table requests (
    bulletin_id uuid not null references bulletins,
    -- its place in the bulletin, from 1
    no          smallint not null check (no between 1 and 10),
    kind        request_kind not null,
    purpose     request_purpose not null,
    text        text not null check (length(text) between 1 and 1000),
    due_at      timestamptz,
    issued_at   timestamptz not null,
    primary key (bulletin_id, no)
);

-- How each office that got the bulletin stands with a request.
create table office_requests (
    id          bigint generated always as identity primary key,
    bulletin_id uuid not null,
    request_no  smallint not null,
    office_id   integer not null references offices,
    -- the highest tier of the office's groups that got the bulletin
    tier        smallint not null,
    state       request_state not null default 'open',
    answered_at timestamptz,
    answered_by text,
    -- what the office says of it; where it does not apply, why
    comment     text check (length(comment) between 1 and 1000),
    foreign key (bulletin_id, request_no) references requests,
    constraint one_for_each_office unique (bulletin_id, request_no, office_id),
    constraint answered_iff_not_open check ((state = 'open') = (answered_at is null) and (state = 'open') = (answered_by is null)),
    constraint no_comment_while_open check (state <> 'open' or comment is null),
    constraint a_reason_where_it_does_not_apply check (state <> 'not_applicable' or comment is not null)
);
create index office_requests_by_office on office_requests (office_id, id);
create index office_requests_open on office_requests (office_id) where state = 'open';
create index office_requests_answered on office_requests (answered_at) where answered_at is not null;
create index bulletins_asking on bulletins (published_at) where requests <> '[]' and published_at is not null;
