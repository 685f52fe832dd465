-- The hops of a bulletin that came to their end: how long each delivery's way from the group above took, and where.
-- `person`: until somebody, or the time set, let it in; null where the moment at which its turn came is not known,
-- because the group above was passed by and accepted later, or was tried again. `line`: from the first call to LINE with
-- the key that was accepted until LINE accepted it, with what was tried in between.
create or replace function delivery_hops(bulletin integer) returns table (id uuid, group_id integer, tier smallint,
    members integer, published_at timestamptz, accepted_at timestamptz, person double precision,
    parked double precision, queue double precision, line double precision) language sql stable as $$
    with stands as materialized (
        select s.channel_id, s.began_at, coalesce(s.ended_at, 'infinity') as ended_at
        from bulletins b join standstills s on s.bulletin_id = b.id
            or s.channel_id in (select p.channel_id from progress p where p.bulletin_no = $1)
        where b.no = $1 and coalesce(s.ended_at, 'infinity') > b.published_at
            and s.began_at < (select max(p.last_accepted_at) from progress p where p.bulletin_no = $1)
    ), hops as (
        select delivery_id(b.published_at, d.bulletin_no, d.group_id) as id, d.group_id, d.tier, d.members, d.channel_id, b.published_at, d.turn_at, d.ended_at, d.automatic,
            least(greatest(coalesce(d.key_used_at, d.ended_at), d.turn_at), d.ended_at) as called_at,
            case when d.parent_group is null then b.published_at
                when d.bypassed_parent and p.state = 'accepted' then null
                when p.ended_at <= d.turn_at then p.ended_at end as arrived_at
        from deliveries d join bulletins b on b.no = d.bulletin_no
            left join deliveries p on p.bulletin_no = $1 and p.group_id = d.parent_group
        where d.bulletin_no = $1 and d.state = 'accepted' and d.turn_at is not null and d.turn_at <= d.ended_at
    )
    select h.id, h.group_id, h.tier, h.members, h.published_at, h.ended_at,
        case when h.automatic then 0 else extract(epoch from h.turn_at - h.arrived_at) end::double precision,
        extract(epoch from least(overlap.before, h.called_at - h.turn_at)
            + least(overlap.after, h.ended_at - h.called_at))::double precision,
        extract(epoch from greatest(h.called_at - h.turn_at - overlap.before, interval '0'))::double precision,
        extract(epoch from greatest(h.ended_at - h.called_at - overlap.after, interval '0'))::double precision
    from hops h cross join lateral (
        select
            coalesce(sum(greatest(least(s.ended_at, h.called_at) - greatest(s.began_at, h.turn_at), interval '0')),
                interval '0') as before,
            coalesce(sum(greatest(least(s.ended_at, h.ended_at) - greatest(s.began_at, h.called_at), interval '0')),
                interval '0') as after
        from stands s where s.channel_id is null or s.channel_id = h.channel_id) overlap
$$;
