-- How a group gets its copy of a bulletin: `own` is its way, or the bulletin's for all; null = that of its tier. Where `listen_pushes`,
-- what listens is pushed to after a while (domain::way::WayRules::of; a test compares the two).
create or replace function way_of_group(own group_way, tier smallint, tiers group_way[], listen_pushes boolean) returns group_way
    language sql immutable parallel safe as $$
    select case when listen_pushes and coalesce(own, tiers[tier]) = 'listen' then 'listen_then_push'::group_way
        else coalesce(own, tiers[tier]) end
$$;
