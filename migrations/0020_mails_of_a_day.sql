-- Mails that an office had in the last day: how many is bounded.
create index establishment_mails_by_time on establishment_mails (queued_at);
