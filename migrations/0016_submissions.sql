-- Files of offices, and what offices send upward (letter of March 2561, clause 3; letter of October 2563).

create type file_kind as enum ('image', 'video', 'pdf');

-- Files that were uploaded: what is known of them. Their bytes are in the store of files, under the same SHA-256. The row is there before
-- the bytes are, so that nothing is kept of which no row tells.
create table files (
    id            bytea primary key constraint id_is_a_sha256 check (octet_length(id) = 32),
    kind          file_kind not null,
    bytes         bigint not null check (bytes > 0),
    width         integer check (width > 0),
    height        integer check (height > 0),
    -- how long a video plays
    milliseconds  integer check (milliseconds > 0),
    -- the 64 bits by which pictures that look alike are found
    look          bigint,
    -- a small picture of it
    preview_id    bytea references images,
    -- the SHA-256 of what came, where a picture was written afresh
    upload_sha256 bytea not null constraint upload_is_a_sha256 check (octet_length(upload_sha256) = 32),
    -- since when the bytes are kept; null = they were on their way
    stored_at     timestamptz,
    -- since when anybody may fetch it: it was accepted for a bulletin
    released_at   timestamptz,
    -- when it was uploaded last
    created_at    timestamptz not null,
    created_by    text not null,
    constraint a_look_iff_an_image check ((look is null) = (kind <> 'image')),
    constraint a_length_iff_a_video check ((milliseconds is null) = (kind <> 'video')),
    constraint released_when_stored check (released_at is null or stored_at is not null)
);
create index files_by_age on files (created_at);
create index files_by_preview on files (preview_id) where preview_id is not null;
create index files_by_upload on files (upload_sha256);

-- What submissions may be about; changed by those who publish.
create table submission_topics (
    code       text primary key check (code ~ '^[a-z0-9_]{1,40}$'),
    thai       text not null check (length(thai) between 1 and 100),
    english    text not null check (length(english) between 1 and 100),
    retired_at timestamptz
);
insert into submission_topics (code, thai, english) values
    ('vulnerable_groups', 'กลุ่มเปราะบาง', 'Vulnerable groups'),
    ('farmers', 'เกษตรกร', 'Farmers'),
    ('cost_of_living', 'ค่าครองชีพ', 'Cost of living'),
    ('health', 'สาธารณสุข', 'Health'),
    ('education', 'การศึกษา', 'Education'),
    ('jobs', 'อาชีพและรายได้', 'Jobs and income'),
    ('disasters', 'ภัยพิบัติ', 'Disasters'),
    ('other', 'เรื่องอื่น ๆ', 'Other');

create type submission_kind as enum ('infographic', 'image_set', 'video', 'document', 'text');
create type submission_state as enum ('received', 'checked', 'proposed', 'accepted', 'returned');
create type submission_way as enum ('page', 'api', 'line');

-- What offices send up, as it was sent last. What was sent before is in its steps.
create table submissions (
    id            uuid primary key,
    office_id     integer not null references offices,
    kind          submission_kind not null,
    topic         text not null references submission_topics,
    title         text not null check (length(title) between 1 and 300),
    outcome       text not null check (length(outcome) <= 2000),
    beneficiaries text check (length(beneficiaries) between 1 and 300),
    figures       text check (length(figures) between 1 and 300),
    -- whom to name as its source
    source        text check (length(source) between 1 and 300),
    -- the unit to ask, and how
    contact       text check (length(contact) between 1 and 300),
    way           submission_way not null,
    state         submission_state not null default 'received',
    sent_at       timestamptz not null,
    sent_by       text not null,
    changed_at    timestamptz not null,
    -- the draft that it became
    bulletin_id   uuid unique,
    constraint a_bulletin_iff_accepted check ((state = 'accepted') = (bulletin_id is not null))
);
create index submissions_by_office on submissions (office_id, id);
create index submissions_open on submissions (id) where state in ('received', 'checked', 'proposed');

-- Its files in their order, each with what it shows.
create table submission_files (
    submission_id uuid not null references submissions,
    no            smallint not null check (no between 1 and 4),
    file_id       bytea not null references files,
    alt           text not null check (length(alt) between 1 and 300),
    primary key (submission_id, no),
    constraint a_file_once unique (submission_id, file_id)
);
create index submission_files_by_file on submission_files (file_id);

-- What was done with it, in order; never changed (submission_steps_append_only).
create table submission_steps (
    submission_id uuid not null references submissions,
    no            smallint not null check (no > 0),
    state         submission_state not null,
    at            timestamptz not null,
    by            text not null,
    -- what was remarked; where it was returned, why
    remark        text check (length(remark) between 1 and 1000),
    -- what was sent, where it was sent
    sent          jsonb,
    primary key (submission_id, no),
    constraint a_reason_where_it_was_returned check (state <> 'returned' or remark is not null),
    constraint sent_iff_received check ((state = 'received') = (sent is not null))
);
