-- Tree files that people upload: looked at first, then applied, and undone as long as nothing was sent by them. They hold names and
-- telephone numbers, so their texts go after a while (upkeep), and only who did what when stays, in the audit.

create table tree_uploads (
    id          uuid primary key,
    file_name   text not null,
    file        bytea not null,
    -- serves the groups for which neither the file nor the database names one
    channel     text,
    -- what it would change, as it was shown (domain::tree_file::ChangedGroup)
    changes     jsonb not null,
    uploaded_at timestamptz not null,
    uploaded_by text not null,
    applied_at  timestamptz,
    applied_by  text,
    -- the changed groups as they were, as a tree file by which it is undone
    before      bytea,
    undone_at   timestamptz,
    undone_by   text,
    constraint applied_by_somebody check ((applied_at is null) = (applied_by is null) and (applied_at is null) = (before is null)),
    constraint undone_by_somebody check ((undone_at is null) = (undone_by is null)),
    constraint only_what_was_applied_is_undone check (undone_at is null or applied_at is not null)
);
create index tree_uploads_by_time on tree_uploads (uploaded_at);
