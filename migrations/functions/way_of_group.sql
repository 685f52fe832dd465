drop function if exists way_of_group(group_way, smallint, group_way[], boolean);
-- How a group gets its copy of a bulletin: `own` is its way, or the bulletin's for all; null = that of its tier. A tier that listens
-- changes nothing for a group into which bulletins go by themselves: at once it is pushed to, after a while it listens until then. Where
-- `listen_pushes`, what listens is pushed to after a while (domain::way::WayRules::of; a test compares the two).
create or replace function way_of_group(own group_way, tier smallint, tiers group_way[], listen_pushes boolean, goes_in forwarding,
    goes_in_within integer) returns group_way language sql immutable parallel safe as $$
    select case
        when own is null and tiers[tier] = 'listen' and goes_in = 'automatic' then 'push'::group_way
        when own is null and tiers[tier] = 'listen' and goes_in_within is not null then 'listen_then_push'
        when listen_pushes and coalesce(own, tiers[tier]) = 'listen' then 'listen_then_push'
        else coalesce(own, tiers[tier]) end
$$;
