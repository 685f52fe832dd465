-- The number of a bulletin that is published at this time: a million for each month, and a number within it. So numbers grow
-- with time, and what belongs to a month is a range of them.
create or replace function next_bulletin_no(at timestamptz) returns integer language plpgsql as $$
declare
    month integer := bulletin_month(at);
begin
    perform open_month(month);
    return month * 1000000 + nextval('bulletin_numbers')::integer;
end $$;
