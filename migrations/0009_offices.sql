-- What the letters ask of offices: who does it, and the register of what an office received.

-- An office's coordinator, ผู้ประสานงาน.
alter type role add value 'coordinator';
alter table accounts
    drop constraint an_office_where_the_role_needs_one,
    -- by its word: a value cannot be used in the transaction that adds it
    add constraint an_office_where_the_role_needs_one
        check (role::text not in ('steward', 'agency', 'coordinator') or office_id is not null);
