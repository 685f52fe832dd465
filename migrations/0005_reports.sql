-- Who took note besides the members who tap: the group's own steward, and an office of which somebody above reported what it
-- said by telephone.

create type report_kind as enum ('seen', 'acknowledged');

-- At the end and null for most rows, so that they stay as lean as they are.
alter table deliveries
    -- when the group's own steward acknowledged
    add column steward_at timestamptz,
    -- What somebody above reported on the office's behalf, when, who, and in which words. It stands beside what LINE told and
    -- never in its place: no state follows it.
    add column reported report_kind,
    add column reported_at timestamptz,
    add column reported_by text,
    add column reported_comment text,
    -- not valid: true of every row there is, as the columns are new, and looking at each would take long
    add constraint reported_by_somebody_at_some_time check ((reported is null) = (reported_at is null)
        and (reported is null) = (reported_by is null) and (reported is not null or reported_comment is null)) not valid;

alter table progress
    add column by_steward integer not null default 0,
    add column reported integer not null default 0;
