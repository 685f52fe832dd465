-- The bucket of a time in seconds: each is a tenth wider than the one before, from a millisecond on.
create or replace function histogram_bucket(seconds double precision) returns integer language sql immutable parallel safe as $$
    select least(240, 1 + floor(ln(greatest(seconds, 0.001) * 1000) / ln(1.1))::integer)
$$;
