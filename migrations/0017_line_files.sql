-- Files that coordinators and stewards send to the official account in their chat of two.

-- The requests of one bulletin in their order, for its file.
create index office_requests_of_bulletin on office_requests (bulletin_id, id);

-- What LINE says that it is; what it really is, its first bytes say (file_kind).
create type line_file_kind as enum ('image', 'video', 'file');
create type line_file_state as enum ('to_fetch', 'fetched', 'handed_over', 'taken_back', 'gone', 'refused');

-- Where something is to be fetched that was sent, and what became of it. LINE keeps it for a while that it does not tell, so it is fetched at
-- once. Rows go a month after they have ended.
create table line_files (
    channel_id    integer not null references channels,
    -- LINE's id of the message, by which it is fetched
    message_id    text not null,
    -- who sent it and for which office, as they were bound then
    account_id    uuid not null references accounts,
    office_id     integer not null references offices,
    kind          line_file_kind not null,
    -- what is handed over together: 's' and LINE's id of the set for pictures that were sent together, 'm' and the message's for others
    bundle        text not null,
    set_index     smallint,
    -- how many pictures the set has; null = LINE did not say
    set_total     smallint,
    sent_at       timestamptz not null,
    received_at   timestamptz not null,
    -- good for one free answer, for about a minute
    reply_token   text,
    state         line_file_state not null default 'to_fetch',
    -- the number of the try tells whose it is: who comes late changes nothing
    attempts      smallint not null default 0,
    -- not before; while it is being fetched, when whoever does so has certainly ended
    try_at        timestamptz not null,
    file_id       bytea references files,
    submission_id uuid references submissions,
    refused_as    text,
    ended_at      timestamptz,
    primary key (channel_id, message_id),
    constraint a_file_iff_fetched check ((file_id is not null) = (state = 'fetched')),
    constraint a_submission_iff_handed_over check ((submission_id is not null) = (state = 'handed_over')),
    constraint a_word_iff_refused check ((refused_as is not null) = (state = 'refused')),
    constraint ended_iff_nothing_is_to_do check ((ended_at is null) = (state in ('to_fetch', 'fetched')))
);
create index line_files_to_fetch on line_files (try_at) where state = 'to_fetch';
create index line_files_fetched on line_files (received_at) where state = 'fetched';
create index line_files_by_bundle on line_files (account_id, bundle);
create index line_files_ended on line_files (ended_at) where ended_at is not null;
