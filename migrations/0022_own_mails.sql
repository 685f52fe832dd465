-- A report of groups that a person sent by mail from a mailbox of their own is noted as one on paper is.
create type report_way as enum ('paper', 'mail');

drop trigger if exists establishment_papers_append_only on establishment_papers;
drop trigger if exists establishment_papers_never_emptied on establishment_papers;
alter table establishment_papers rename to establishment_sendings;
alter table establishment_sendings add column way report_way not null default 'paper';
alter table establishment_sendings alter column way drop default;
-- to which address it went by mail
alter table establishment_sendings add column recipient text constraint recipient_is_bounded check (length(recipient) between 3 and 254);
alter table establishment_sendings add constraint recipient_iff_mail check ((recipient is not null) = (way = 'mail'));
alter table establishment_sendings add constraint number_only_on_paper check (number is null or way = 'paper');
drop index establishment_papers_by_report;
create index establishment_sendings_by_report on establishment_sendings (report_id, way, id);
