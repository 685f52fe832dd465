-- Setting up the groups of provinces and ministries, and reporting it (letter of 23 March 2561, clauses 1 and 3). How far a group has come
-- follows from these records and from the tree; nothing of them is changed or deleted (establishment_append_only).

create type establishment_mark as enum ('created', 'not_created', 'verified', 'not_verified');

-- What somebody says of a group: its office that it was created, operations that it is verified, or that this was wrong. The later one of
-- a pair holds.
create table establishment_marks (
    id       bigint generated always as identity primary key,
    group_id integer not null references groups,
    kind     establishment_mark not null,
    remark   text constraint remark_is_bounded check (length(remark) between 1 and 500),
    made_at  timestamptz not null,
    made_by  text not null
);
create index establishment_marks_by_group on establishment_marks (group_id, id);

-- A report of an office on its groups and those below, as it was made.
create table establishment_reports (
    id        uuid primary key,
    office_id integer not null references offices,
    no        integer not null constraint report_numbers_begin_at_one check (no > 0),
    -- the groups that stand as created in it
    created   integer[] not null,
    -- every group as it stood (domain::establishment::ReportedGroup)
    rows      jsonb not null,
    made_at   timestamptz not null,
    made_by   text not null,
    constraint one_report_of_a_number unique (office_id, no)
);

-- That a report was sent on paper; of several the last holds.
create table establishment_papers (
    id        bigint generated always as identity primary key,
    report_id uuid not null references establishment_reports,
    sent_on   date not null,
    -- under which number of the office's register of outgoing letters
    number    text constraint number_is_bounded check (length(number) between 1 and 150),
    noted_at  timestamptz not null,
    noted_by  text not null
);
create index establishment_papers_by_report on establishment_papers (report_id, id);

-- Mails of reports. 'sending' is on record before the mail server is called, so what is cut off there is 'unknown' and never sent again
-- by itself (mails_follow_the_table).
create type mail_state as enum ('queued', 'sending', 'accepted', 'refused', 'unknown');

create table establishment_mails (
    report_id  uuid not null references establishment_reports,
    -- 1, and one more each time that a person sends it again
    no         smallint not null constraint mail_numbers_begin_at_one check (no > 0),
    recipient  text not null,
    -- the same each time, so that the recipient's side can tell a repeat
    message_id text not null,
    queued_at  timestamptz not null,
    queued_by  text not null,
    state      mail_state not null default 'queued',
    attempts   smallint not null default 0,
    -- not before
    try_at     timestamptz not null,
    sending_at timestamptz,
    ended_at   timestamptz,
    -- what the mail server said last
    answer     text constraint answer_is_bounded check (length(answer) between 1 and 500),
    primary key (report_id, no),
    constraint mail_ended_iff_not_open check ((state in ('queued', 'sending')) = (ended_at is null))
);
create unique index establishment_mails_one_open on establishment_mails (report_id) where state in ('queued', 'sending');
create index establishment_mails_due on establishment_mails (try_at) where state in ('queued', 'sending');

----------------------------------------------------------------------------------------------------------------------
-- Reminders of what bulletins ask of an office by a day: to whoever is bound in LINE and does the office's work, each step once for all
-- that one bulletin asks by the same moment.
alter table reminders
    drop constraint reminder_of_a_bulletin_or_an_alert,
    alter column group_id drop not null,
    -- the bulletin that asks; null = of a held delivery or an alert
    add column asking_id uuid references bulletins,
    -- whom it goes to: the office itself, or of the step above the office above; `about` are the offices that have not answered
    add column office_id integer references offices,
    add column due_at    timestamptz,
    add constraint reminder_of_a_delivery_an_alert_or_requests check (
        case when asking_id is not null
            then bulletin_no is null and alert_id is null and group_id is null and step is not null and office_id is not null and due_at is not null
            else group_id is not null and office_id is null and due_at is null
                and (bulletin_no is null) = (step is null) and (bulletin_no is null) <> (alert_id is null) end);
create unique index reminders_of_requests on reminders (asking_id, office_id, due_at, step) where asking_id is not null;
