-- The index of the numbers of a register also holds when each entry was received and its id, so that what was received within a time is
-- found in it without reading the entries: of a year all behind that time would be read.
alter table register_entries drop constraint register_entries_by_number,
    add constraint register_entries_by_number unique (office_id, year, number) include (received_at, id);
