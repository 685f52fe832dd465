-- The groups that a bulletin goes to: what the audience selects among the origin and all below it, and the groups between,
-- as a cascade passes through them. What is excluded takes all below it along. Null = no filter. A form asks for them while
-- it is being filled in, so paths and offices are looked at only where something narrows, and then all at once.
create or replace function audience_groups(origin integer, tiers smallint[], provinces text[], kinds office_kind[],
    chosen integer[], excluded integer[]) returns setof groups language sql stable as $$
    with open as materialized (
        select g.* from groups g where g.path @> array[origin] and not g.retired and not (g.path && excluded)
    )
    select open.* from open
    where (tiers is null and provinces is null and kinds is null and chosen is null) or open.id in (
        select unnest(o.path) from open o
        where (tiers is null or o.tier = any (tiers))
            and (chosen is null or o.id = any (chosen))
            and ((provinces is null and kinds is null) or o.office_id in (
                select f.id from offices f
                where (provinces is null or f.province = any (provinces)) and (kinds is null or f.kind = any (kinds)))))
$$;
