-- What looking after accounts and reading the audit needs.

-- Whether the account is that of the standing deputy of its office, and not of the office-holder.
alter table accounts add column deputy boolean not null default false;

create index account_links_by_expiry on account_links (expires_at);

-- The audit is read newest first, by who, what or whom: each at the cost of what is shown.
create index audit_by_time on audit (at, id);
create index audit_by_actor on audit (actor, at, id);
create index audit_by_act on audit (act, at, id);

create index api_keys_by_office on api_keys (office_id);
