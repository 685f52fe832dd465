-- Names and texts in the form in which they are compared: one spelling of Thai, without letter case and blanks. Only the
-- program knows that form (domain::thai), writes it beside what it is of, and brings what is looked for into it; here it
-- is a text like any other. The function that did a part of this is gone: two programs of one form would drift apart, and
-- it ran over every text that a search had to look at again.

alter table bulletins add column search_form text;
alter table groups add column name_form text;
alter table offices add column name_form text;
alter table accounts add column name_form text;

-- what is there already is found as before
update bulletins set search_form = search_form(subject || '|' || coalesce(document_number, '') || '|' || body);
update groups set name_form = search_form(name);
update offices set name_form = search_form(name);
update accounts set name_form = search_form(display_name);

-- without a default: whoever writes a name or a text writes its form
alter table bulletins alter column search_form set not null;
alter table groups alter column name_form set not null;
alter table offices alter column name_form set not null;
alter table accounts alter column name_form set not null;

drop index bulletins_by_words;
drop function search_form;
create index bulletins_by_words on bulletins using gin (search_form gin_trgm_ops);

-- Offices are in one of the 77 provinces or in none; an area of another name was in nobody's bulletins.
update offices set province = null where province !~ '^[1-9][0-9]$';
alter table offices add constraint province_is_a_code check (province ~ '^[1-9][0-9]$');
