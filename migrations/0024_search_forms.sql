-- The form in which groups and offices are looked for: making small letters of a code for each row is most of what a search costs.
alter table offices add column search_form text not null generated always as (name_form || '|' || lower(code)) stored;
alter table groups add column search_form text not null generated always as (name_form || '|' || lower(code)) stored;
