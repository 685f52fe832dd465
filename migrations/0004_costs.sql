-- What pushing costs: counted by the day with every acceptance, beside what LINE says, and held against a budget.

-- A copy that the budget does not allow yet waits with this reason.
alter type delivery_reason add value 'over_budget';
-- And so does one for a group that is too large for what LINE has left of the month, while smaller ones go on.
alter type delivery_reason add value 'over_quota';

-- What was pushed and what was heard of a bulletin on one of LINE's days, which begin at midnight in Japan; kept by deliveries_updated.
create table day_costs (
    day             date not null,
    channel_id      integer not null,
    bulletin_no     integer not null,
    tier            smallint not null,
    -- copies that LINE accepted, and the members of their groups: what LINE counts
    pushed_groups   integer not null default 0,
    pushed_messages bigint not null default 0,
    -- of the groups, those of which LINE has not said how many members they have
    pushed_unknown  integer not null default 0,
    -- copies that were forwarded by hand, and the members of their groups: what was saved
    seen_groups     integer not null default 0,
    seen_members    bigint not null default 0,
    primary key (day, channel_id, bulletin_no, tier)
) with (fillfactor = 50, autovacuum_vacuum_threshold = 500, autovacuum_vacuum_scale_factor = 0.05);
create index day_costs_by_bulletin on day_costs (bulletin_no);

-- How many messages LINE says were pushed on a channel on one of its days.
create table line_day_counts (
    channel_id integer not null references channels,
    day        date not null,
    -- null = LINE has not counted that day yet
    messages   bigint,
    asked_at   timestamptz not null,
    primary key (channel_id, day)
);

alter table channels
    -- the budget of a month; null = as the settings say
    add column budget_messages integer constraint budget_messages_not_negative check (budget_messages >= 0),
    add column budget_baht integer constraint budget_baht_not_negative check (budget_baht >= 0),
    -- when an operator opened the reserve for what is most urgent; it holds to the end of that month
    add column reserve_opened_at timestamptz;

insert into day_costs (day, channel_id, bulletin_no, tier, pushed_groups, pushed_messages, pushed_unknown, seen_groups, seen_members)
select (ended_at at time zone 'Asia/Tokyo')::date, channel_id, bulletin_no, tier,
    count(*) filter (where state = 'accepted'), coalesce(sum(members) filter (where state = 'accepted'), 0),
    count(*) filter (where state = 'accepted' and members = 0),
    count(*) filter (where state = 'seen'), coalesce(sum(members) filter (where state = 'seen'), 0)
from deliveries where state in ('accepted', 'seen') group by 1, 2, 3, 4;
