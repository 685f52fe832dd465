-- The index of the numbers of a register also holds when each entry was received and its id, so that what was received within a time is
-- found in it without reading the entries: of a year all behind that time would be read.
alter table register_entries drop constraint register_entries_by_number,
    add constraint register_entries_by_number unique (office_id, year, number) include (received_at, id);

-- The index of words knows the office, so that a search costs as much as the office's own register, whatever stands in those of others.
create extension if not exists btree_gin;
drop index register_entries_by_words;
create index register_entries_by_words on register_entries using gin (office_id, search_form gin_trgm_ops);
