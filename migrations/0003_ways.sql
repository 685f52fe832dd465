-- How a group gets its copy: pushed by us, or forwarded by hand and heard.

create type group_way as enum ('push', 'listen', 'listen_then_push');

alter table groups
    -- null = by tier and urgency, as the settings say
    add column way group_way,
    -- minutes until what listens is pushed to; null = by urgency
    add column push_after integer constraint push_after_not_negative check (push_after >= 0);

-- the way for all groups of one bulletin; null = each group's own
alter table bulletins add column way group_way;
