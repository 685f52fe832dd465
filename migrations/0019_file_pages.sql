-- The first pages of a document as pictures: each is a file of its own. They go with the document.
create table file_pages (
    document_id bytea not null references files on delete cascade,
    no          smallint not null check (no between 1 and 4),
    page_id     bytea not null references files,
    primary key (document_id, no)
);
create index file_pages_by_page on file_pages (page_id);

-- What somebody uploaded lately.
create index files_by_uploader on files (created_by, created_at);
