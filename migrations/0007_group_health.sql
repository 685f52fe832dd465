-- Groups that stay linked: what the webhook hears, without what is said, and alerts about LINE groups.

-- The form of an event as LINE sent it, for `channel watch`: no text, no name and no id of anybody.
alter table webhook_events
    -- LINE's type of it, such as message/sticker
    add column line_type   text,
    -- group, room, user, or null where LINE names none
    add column place       text,
    -- the group that was linked to the LINE group when it came
    add column group_id    integer,
    -- whether LINE said who it was
    add column named       boolean not null default false,
    -- whether it came with a reply token
    add column answerable  boolean not null default false,
    -- whether it quotes a message
    add column quotes      boolean not null default false,
    -- whether LINE says that it delivers it again
    add column redelivered boolean not null default false,
    -- what was found in it, such as a verdict
    add column note        text;
create index webhook_events_in_order on webhook_events (channel_id, id);

-- What is compared with what LINE says of a group later: its name when LINE told it first, and the most members that it had, both until
-- somebody has looked at the difference.
alter table groups
    add column linked_name   text,
    add column usual_members integer;
update groups set linked_name = line_name, usual_members = members where line_group_id is not null;
-- each linked group is asked about now and then
update groups set count_due_at = now() + random() * interval '7 days' where line_group_id is not null and count_due_at is null;

create type group_alert_kind as enum ('renamed', 'shrunk', 'lost');

create table group_alerts (
    id         bigint generated always as identity primary key,
    group_id   integer not null references groups,
    kind       group_alert_kind not null,
    since      timestamptz not null,
    -- renamed: the names before and now; shrunk: the members before and now
    before     text,
    now        text,
    cleared_at timestamptz,
    -- whoever looked at it; null = it is right again by itself
    cleared_by text
);
-- one open alert for each group and kind
create unique index group_alerts_open on group_alerts (group_id, kind) where cleared_at is null;
create index group_alerts_by_group on group_alerts (group_id, since);
