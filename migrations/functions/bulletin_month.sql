-- The month in which something is published, counted from January 1970, as it is in Thailand.
create or replace function bulletin_month(at timestamptz) returns integer language sql stable parallel safe as $$
    select ((date_part('year', at at time zone 'Asia/Bangkok') - 1970) * 12
        + date_part('month', at at time zone 'Asia/Bangkok') - 1)::integer
$$;
