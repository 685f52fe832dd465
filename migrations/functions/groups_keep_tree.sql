-- A child's tier is its parent's plus one, but a tier-3 group may hang under a tier-3 group
-- (a district's local authorities); and `path` always says what `parent_id` says.
create or replace function groups_keep_tree() returns trigger language plpgsql as $$
declare
    wrong text;
begin
    if pg_trigger_depth() > 1 then
        return null;
    end if;
    select child.code into wrong
    from groups child join groups parent on parent.id = child.parent_id
    where not (child.tier = parent.tier + 1 or (child.tier = 3 and parent.tier = 3))
    limit 1;
    if found then
        raise exception 'group % does not have the tier after its parent''s', wrong
            using errcode = 'check_violation', constraint = 'tier_follows_parent';
    end if;
    with recursive down as (
        select id, array[id] as path from groups where parent_id is null
        union all
        select child.id, down.path || child.id
        from groups child join down on child.parent_id = down.id
        where not child.id = any (down.path)
    )
    update groups set path = down.path
    from down where down.id = groups.id and groups.path is distinct from down.path;
    select code into wrong from groups where path = '{}' or path[cardinality(path)] <> id limit 1;
    if found then
        raise exception 'group % does not hang under the root', wrong
            using errcode = 'check_violation', constraint = 'groups_hang_under_the_root';
    end if;
    return null;
end $$;

create or replace trigger groups_inserted after insert on groups for each statement execute function groups_keep_tree();

create or replace trigger groups_moved after update of parent_id, tier on groups
    for each statement execute function groups_keep_tree();
