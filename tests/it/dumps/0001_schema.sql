--
-- PostgreSQL database dump
--

\restrict tlOG9guUGdB9niee2SPQNnQglsj5jP9MPHBtZKRxXI93wkFzAhRGQYeonnCjEaC

-- Dumped from database version 15.18 (Debian 15.18-0+deb12u1)
-- Dumped by pg_dump version 15.18 (Debian 15.18-0+deb12u1)

SET statement_timeout = 0;
SET lock_timeout = 0;
SET idle_in_transaction_session_timeout = 0;
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SELECT pg_catalog.set_config('search_path', '', false);
SET check_function_bodies = false;
SET xmloption = content;
SET client_min_messages = warning;
SET row_security = off;

--
-- Name: pg_trgm; Type: EXTENSION; Schema: -; Owner: -
--

CREATE EXTENSION IF NOT EXISTS pg_trgm WITH SCHEMA public;


--
-- Name: EXTENSION pg_trgm; Type: COMMENT; Schema: -; Owner: -
--

COMMENT ON EXTENSION pg_trgm IS 'text similarity measurement and index searching based on trigrams';


--
-- Name: bulletin_kind; Type: TYPE; Schema: public; Owner: -
--

CREATE TYPE public.bulletin_kind AS ENUM (
    'news',
    'correction',
    'withdrawal',
    'test',
    'drill'
);


--
-- Name: bulletin_stage; Type: TYPE; Schema: public; Owner: -
--

CREATE TYPE public.bulletin_stage AS ENUM (
    'draft',
    'submitted',
    'scheduled',
    'published',
    'withdrawn'
);


--
-- Name: delivery_reason; Type: TYPE; Schema: public; Owner: -
--

CREATE TYPE public.delivery_reason AS ENUM (
    'not_linked',
    'account_removed',
    'message_refused',
    'retries_exhausted',
    'outcome_unknown',
    'not_for_us',
    'bulletin_withdrawn',
    'bulletin_expired',
    'line_busy',
    'no_answer'
);


--
-- Name: delivery_state; Type: TYPE; Schema: public; Owner: -
--

CREATE TYPE public.delivery_state AS ENUM (
    'waiting',
    'held',
    'ready',
    'accepted',
    'failed',
    'unreachable',
    'declined',
    'withdrawn',
    'expired'
);


--
-- Name: forwarding; Type: TYPE; Schema: public; Owner: -
--

CREATE TYPE public.forwarding AS ENUM (
    'automatic',
    'stewarded'
);


--
-- Name: forwarding_mode; Type: TYPE; Schema: public; Owner: -
--

CREATE TYPE public.forwarding_mode AS ENUM (
    'as_configured',
    'automatic'
);


--
-- Name: office_kind; Type: TYPE; Schema: public; Owner: -
--

CREATE TYPE public.office_kind AS ENUM (
    'national',
    'ministry',
    'department',
    'province',
    'provincial_agency',
    'central_agency',
    'state_enterprise',
    'district',
    'local_authority',
    'partner'
);


--
-- Name: park_reason; Type: TYPE; Schema: public; Owner: -
--

CREATE TYPE public.park_reason AS ENUM (
    'operator',
    'quota_used_up',
    'token_refused',
    'restored'
);


--
-- Name: role; Type: TYPE; Schema: public; Owner: -
--

CREATE TYPE public.role AS ENUM (
    'admin',
    'publisher',
    'approver',
    'steward',
    'operator',
    'agency'
);


--
-- Name: secret_key_state; Type: TYPE; Schema: public; Owner: -
--

CREATE TYPE public.secret_key_state AS ENUM (
    'next',
    'seals',
    'old',
    'dropped',
    'persons'
);


--
-- Name: unscheduled_reason; Type: TYPE; Schema: public; Owner: -
--

CREATE TYPE public.unscheduled_reason AS ENUM (
    'expires_at',
    'due_at',
    'about_withdrawn',
    'not_approved',
    'audience',
    'no_channel',
    'classified',
    'message',
    'other'
);


SET default_tablespace = '';

SET default_table_access_method = heap;

--
-- Name: groups; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.groups (
    id integer NOT NULL,
    code text NOT NULL,
    parent_id integer,
    tier smallint NOT NULL,
    name text NOT NULL,
    name_form text NOT NULL,
    office_id integer NOT NULL,
    path integer[] DEFAULT '{}'::integer[] NOT NULL,
    channel_id integer,
    line_group_id text,
    line_group_no integer,
    line_name text,
    linked_at timestamp with time zone,
    lost_at timestamp with time zone,
    members integer,
    count_due_at timestamp with time zone,
    counted_at timestamp with time zone,
    head_count integer,
    forwarding public.forwarding NOT NULL,
    forward_within integer,
    retired boolean DEFAULT false NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    CONSTRAINT forward_within_not_negative CHECK ((forward_within >= 0)),
    CONSTRAINT head_count_not_negative CHECK ((head_count >= 0)),
    CONSTRAINT line_groups_have_a_number CHECK (((line_group_id IS NULL) = (line_group_no IS NULL))),
    CONSTRAINT linked_groups_have_a_channel CHECK (((line_group_id IS NULL) OR (channel_id IS NOT NULL))),
    CONSTRAINT members_not_negative CHECK ((members >= 0)),
    CONSTRAINT root_is_tier_1 CHECK (((parent_id IS NULL) = (tier = 1))),
    CONSTRAINT tier_is_1_to_3 CHECK (((tier >= 1) AND (tier <= 3)))
);


--
-- Name: audience_groups(integer, smallint[], text[], public.office_kind[], integer[], integer[]); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.audience_groups(origin integer, tiers smallint[], provinces text[], kinds public.office_kind[], chosen integer[], excluded integer[]) RETURNS SETOF public.groups
    LANGUAGE sql STABLE
    AS $$
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


--
-- Name: audit_append_only(); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.audit_append_only() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
begin
    if tg_op = 'UPDATE' then
        if old.seal is null and new.seal is not null
            and (old.id, old.at, old.actor, old.act, old.subject, old.detail)
                is not distinct from (new.id, new.at, new.actor, new.act, new.subject, new.detail) then
            return new;
        end if;
    elsif tg_op = 'DELETE' then
        if old.at < now() - interval '1 year' and old.sealed_no <=
            (select (detail ->> 'last')::bigint from audit where act = 'audit_drop' order by id desc limit 1) then
            return old;
        end if;
    end if;
    raise exception 'the audit is append-only' using errcode = 'restrict_violation';
end $$;


--
-- Name: audit; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.audit (
    id bigint NOT NULL,
    at timestamp with time zone NOT NULL,
    actor text NOT NULL,
    act text NOT NULL,
    subject text NOT NULL,
    detail jsonb NOT NULL,
    seal bytea,
    sealed_no bigint,
    CONSTRAINT a_drop_keeps_the_last_seal CHECK (((act <> 'audit_drop'::text) OR COALESCE((((detail ->> 'last'::text) ~ '^[1-9][0-9]{0,17}$'::text) AND ((detail ->> 'seal'::text) ~ '^[0-9a-f]{64}$'::text)), false))),
    CONSTRAINT sealed_no_iff_sealed CHECK (((seal IS NULL) = (sealed_no IS NULL)))
);


--
-- Name: audit_entry_bytes(public.audit); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.audit_entry_bytes(entry public.audit) RETURNS bytea
    LANGUAGE sql STABLE
    AS $$
    select convert_to(jsonb_build_array(entry.id, extract(epoch from entry.at), entry.actor, entry.act, entry.subject,
        entry.detail)::text, 'UTF8')
$$;


--
-- Name: bulletin_month(timestamp with time zone); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.bulletin_month(at timestamp with time zone) RETURNS integer
    LANGUAGE sql STABLE PARALLEL SAFE
    AS $$
    select ((date_part('year', at at time zone 'Asia/Bangkok') - 1970) * 12
        + date_part('month', at at time zone 'Asia/Bangkok') - 1)::integer
$$;


--
-- Name: bulletins_immutable(); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.bulletins_immutable() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
declare
    changed boolean;
begin
    if tg_op = 'DELETE' then
        if old.stage <> 'draft' then
            raise exception 'a published bulletin is never deleted' using errcode = 'restrict_violation';
        end if;
        return old;
    end if;
    changed := (old.kind, old.about, old.subject, old.body, old.urgency, old.document_number, old.document_date,
            old.origin_id, old.audience, old.links, old.forwarding, old.acknowledgement, old.public_token,
            old.image_id, old.image_alt)
        is distinct from
        (new.kind, new.about, new.subject, new.body, new.urgency, new.document_number, new.document_date,
            new.origin_id, new.audience, new.links, new.forwarding, new.acknowledgement, new.public_token,
            new.image_id, new.image_alt);
    if old.published_at is not null and (changed or (old.published_at, old.no) is distinct from (new.published_at, new.no)) then
        raise exception 'a published bulletin is never changed' using errcode = 'restrict_violation';
    end if;
    -- when it expires belongs to what is approved; at publish it is only filled in
    if old.published_at is null and new.published_at is null
        and (changed or old.expires_at is distinct from new.expires_at) then
        new.approved_at := null;
        new.approved_by := null;
    end if;
    return new;
end $$;


--
-- Name: bulletins_note_standstill(); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.bulletins_note_standstill() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
begin
    if old.paused_at is not null then
        update standstills set ended_at = greatest(began_at, new.updated_at)
        where bulletin_id = new.id and ended_at is null;
    end if;
    if new.paused_at is not null then
        insert into standstills (bulletin_id, began_at) values (new.id, new.paused_at);
    end if;
    return null;
end $$;


--
-- Name: change_horizon(); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.change_horizon() RETURNS bigint
    LANGUAGE plpgsql
    AS $$
declare
    newest bigint;
begin
    select last_value into newest from change_marks;
    return least(newest, (
        select min(newest - ((newest - objid::bigint) & 2147483647)) from pg_locks
        where locktype = 'advisory' and objsubid = 2 and classid::bigint = change_locks() and granted
            and database = (select oid from pg_database where datname = current_database())));
end $$;


--
-- Name: change_locks(); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.change_locks() RETURNS integer
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$ select 1734632197 $$;


--
-- Name: change_mark(); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.change_mark() RETURNS bigint
    LANGUAGE plpgsql
    AS $$
begin
    perform pg_advisory_xact_lock_shared(change_locks(), (last_value & 2147483647)::integer) from change_marks;
    return nextval('change_marks');
end $$;


--
-- Name: channels_note_standstill(); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.channels_note_standstill() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
begin
    if old.parked_at is not null then
        update standstills set ended_at = greatest(began_at, new.updated_at)
        where channel_id = new.id and ended_at is null;
    end if;
    if new.parked_at is not null then
        insert into standstills (channel_id, began_at) values (new.id, new.parked_at);
    end if;
    return null;
end $$;


--
-- Name: claim_batches(integer[], bigint[], integer[], smallint[], boolean[], bigint[], timestamp with time zone, timestamp with time zone); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.claim_batches(channels integer[], holders bigint[], rooms integer[], belows smallint[], adopts boolean[], known bigint[], at timestamp with time zone, later timestamp with time zone) RETURNS TABLE(asker bigint, refused boolean, batch bigint, bulletin_id uuid, bulletin_no integer, published_at timestamp with time zone, group_id integer, variant smallint, recipient text, retry_key uuid, key_used_at timestamp with time zone, outcome_open boolean, attempts smallint, priority smallint, has_children boolean, members integer, expires_at timestamp with time zone)
    LANGUAGE plpgsql
    SET plan_cache_mode TO 'force_generic_plan'
    SET enable_seqscan TO 'off'
    SET enable_hashjoin TO 'off'
    SET enable_mergejoin TO 'off'
    AS $$
#variable_conflict use_column
declare
    -- channels on which somebody has locked what was put off until now
    late        integer[];
    -- askers, by their places
    asked       bigint[];
    holding     bigint[];
    replaced    bigint[];
    looking     bigint[];
    served      bigint[];
    passed_over bigint[] := '{}';
    -- batches
    taken       bigint[];
    locked      bigint[] := '{}';
    got         bigint[];
    missed      bigint[];
    named       bigint;
    given       bigint;
begin
    late := open_due(channels, rooms, at);
    asked := array(select w.place from unnest(channels, belows, adopts) with ordinality as w(channel, below, adopt, place)
        where w.adopt or w.channel = any (late) or exists (select from sendable_batches(w.channel, later, w.below, 1)));
    if asked = '{}' then
        return;
    end if;
    -- held to the end: nothing that is claimed here moves to another channel or LINE group meanwhile
    select array_agg(place) filter (where holds), array_agg(place) filter (where not holds) into holding, replaced from (
        select w.place, c.epoch = w.holder and c.parked_reason is null as holds
        from unnest(channels, holders) with ordinality as w(channel, holder, place) join channels c on c.id = w.channel
        where w.place = any (asked) for share of c skip locked
    ) as looked;
    return query
    select a.place, a.place = any (coalesce(replaced, '{}')), null::bigint, null::uuid, null::integer, null::timestamptz,
        null::integer, null::smallint, null::text, null::uuid, null::timestamptz, null::boolean, null::smallint, null::smallint,
        null::boolean, null::integer, null::timestamptz
    from unnest(asked) as a(place) where holding is null or a.place <> all (holding);
    if holding is null then
        return;
    end if;
    passed_over := array(select w.place from unnest(channels) with ordinality as w(channel, place)
        where w.place = any (holding) and w.channel = any (late));
    taken := array(select b.id
        from unnest(channels, holders, adopts) with ordinality as w(channel, holder, adopt, place)
            join batches b on b.channel_id = w.channel and b.epoch = w.holder
        where w.adopt and w.place = any (holding) and b.id <> all (known));
    looking := holding;
    -- until something was found for each: others may have locked the first batches, and a late answer may have ended all that a
    -- batch names
    while looking is not null loop
        with wanted as materialized (
            select s.id, w.place, w.holder
            from unnest(channels, holders, rooms, belows) with ordinality as w(channel, holder, room, below, place)
                cross join lateral (
                    select id, size, sum(size) over (order by priority, id) as upto
                    from (
                        select id, priority, size from sendable_batches(w.channel, later, w.below, 100 + cardinality(locked))
                        where id <> all (locked)
                    ) as open
                ) as s
            where w.place = any (looking) and (s.upto <= w.room or s.upto = s.size)
        ), free as materialized (
            select b.id, w.place, w.holder from wanted w join batches b on b.id = w.id
            where b.epoch is null for update of b skip locked
        ), claimed as (
            update batches b set epoch = f.holder, claimed_at = at from free f where b.id = f.id
            returning b.id, f.place
        )
        -- brought together by grouping, as a join of the two goes row by row here
        select array_agg(id) filter (where is_claimed), array_agg(id) filter (where not is_claimed),
            array_agg(distinct place) filter (where is_claimed), array_agg(distinct place) filter (where not is_claimed)
        into got, missed, served, looking
        from (
            select id, place, bool_or(mine) as is_claimed from (
                select id, place, false as mine from wanted union all select id, place, true from claimed
            ) as sides group by id, place
        ) as looked;
        passed_over := passed_over || coalesce(looking, '{}');
        locked := locked || coalesce(missed, '{}');
        -- who got some waits for the rest until it asks again
        looking := array(select place from unnest(looking) as place where place <> all (coalesce(served, '{}')));
        taken := taken || coalesce(got, '{}');
        return query
        select w.place, false, b.id, l.id, l.no, l.published_at, d.group_id, d.variant, r.line_group_id, d.retry_key,
            d.key_used_at, d.outcome_open, d.attempts, d.priority, d.has_children, d.members, l.expires_at
        from batches b
            join unnest(channels, holders) with ordinality as w(channel, holder, place)
                on w.channel = b.channel_id and w.holder = b.epoch
            cross join unnest(b.groups) with ordinality as named(id, n)
            join deliveries d on d.bulletin_no = b.bulletin_no and d.group_id = named.id
            join bulletins l on l.no = b.bulletin_no
            left join line_groups r on r.no = d.recipient
        where b.id = any (taken) and d.channel_id = b.channel_id and d.state = 'ready' and d.due_at is null
        order by b.priority, b.id, named.n;
        get diagnostics given = row_count;
        select sum(cardinality(b.groups)) into named from batches b where b.id = any (taken);
        if given < named then
            with gone as (
                delete from batches b where b.id = any (taken) and not exists (
                    select from deliveries d where d.bulletin_no = b.bulletin_no and d.group_id = any (b.groups)
                        and d.channel_id = b.channel_id and d.state = 'ready' and d.due_at is null)
                returning b.channel_id
            )
            select array_agg(distinct w.place) || looking into looking
            from unnest(channels) with ordinality as w(channel, place)
            where w.place = any (holding) and w.channel in (select channel_id from gone);
        end if;
        taken := '{}';
        if looking = '{}' then
            looking := null;
        end if;
    end loop;
    return query
    select distinct a.place, false, null::bigint, null::uuid, null::integer, null::timestamptz,
        null::integer, null::smallint, null::text, null::uuid, null::timestamptz, null::boolean, null::smallint, null::smallint,
        null::boolean, null::integer, null::timestamptz
    from unnest(passed_over) as a(place);
end $$;


--
-- Name: close_month(integer); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.close_month(month integer) RETURNS void
    LANGUAGE plpgsql
    AS $_$
declare
    part    text := 'deliveries_' || month;
    dense   text := part || '_dense';
    lower   text := (month * 1000000)::text;
    upper   text := ((month + 1) * 1000000)::text;
    columns text;
    named   text;
    -- what the first copy cannot see is of this transaction or a later one
    mark    xid := pg_snapshot_xmin(pg_current_snapshot())::xid;
begin
    execute format('create table %I (like %I including all) with (fillfactor = 100)', dense, part);
    select string_agg(quote_ident(attname), ', ' order by attnum) into columns
    from pg_attribute where attrelid = part::regclass and attnum > 0 and not attisdropped and attgenerated = '';
    execute format('insert into %I (%s) select %2$s from %I order by bulletin_no, parent_group nulls first, group_id',
        dense, columns, part);
    execute format('reindex table %I', dense);
    -- says that no row has to be looked at when it takes the other's place
    execute format('alter table %I add constraint of_this_month check (bulletin_no >= %s and bulletin_no < %s)',
        dense, lower, upper);
    execute format('analyze %I', dense);
    execute format('create temp table changed_meanwhile on commit drop as select * from %I with no data', part);
    lock table deliveries in access exclusive mode;
    -- the month is looked through once: nobody can use it meanwhile
    execute format('insert into changed_meanwhile select * from %I where age(xmin) <= age($1)', part) using mark;
    execute format('delete from %I d using changed_meanwhile c
        where d.bulletin_no = c.bulletin_no and d.group_id = c.group_id', dense);
    execute format('insert into %I (%s) select %2$s from changed_meanwhile', dense, columns);
    execute format('alter table deliveries detach partition %I', part);
    execute format('alter table deliveries attach partition %I for values from (%s) to (%s)', dense, lower, upper);
    execute format('alter table %I drop constraint of_this_month', dense);
    execute format('drop table %I', part);
    execute format('alter table %I rename to %I', dense, part);
    -- so that a month's indexes are called the same whether it is dense or not
    for named in select c.relname from pg_index i join pg_class c on c.oid = i.indexrelid
        where i.indrelid = part::regclass and strpos(c.relname, '_dense') > 0
    loop
        execute format('alter index %I rename to %I', named, replace(named, '_dense', ''));
    end loop;
    drop table changed_meanwhile;
end $_$;


--
-- Name: deliveries_inserted(); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.deliveries_inserted() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
declare
    mark bigint := change_mark();
begin
    insert into progress (bulletin_no, tier, channel_id, groups, seats, waiting, held, ready, changed)
    select bulletin_no, tier, channel_id, count(*), sum(members),
        count(*) filter (where state = 'waiting'), count(*) filter (where state = 'held'),
        count(*) filter (where state = 'ready'), mark
    from became group by bulletin_no, tier, channel_id order by bulletin_no, tier, channel_id
    on conflict (bulletin_no, tier, channel_id) do update set
        groups = progress.groups + excluded.groups, seats = progress.seats + excluded.seats,
        waiting = progress.waiting + excluded.waiting, held = progress.held + excluded.held,
        ready = progress.ready + excluded.ready,
        version = progress.version + 1, changed = greatest(progress.changed, mark), changed_at = clock_timestamp();

    insert into batches (channel_id, priority, bulletin_no, opened_at, groups)
    select channel_id, priority, bulletin_no, opened_at, groups[part * 500 + 1 : part * 500 + 500]
    from (
        select channel_id, priority, bulletin_no, min(turn_at) as opened_at,
            array_agg(group_id order by parent_group, group_id) as groups
        from became where state = 'ready' and due_at is null group by channel_id, priority, bulletin_no
    ) as ready, generate_series(0, (cardinality(groups) - 1) / 500) as part
    order by channel_id, priority, bulletin_no, part;
    return null;
end $$;


--
-- Name: deliveries_updated(); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.deliveries_updated() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
declare
    mark           bigint := change_mark();
    gone_bulletins integer[];
    gone_channels  integer[];
    gone_groups    integer[];
begin
    -- a relink can bring a channel in that the bulletin did not use before
    insert into progress (bulletin_no, tier, channel_id, changed)
    select bulletin_no, tier, channel_id, mark from became
    except select bulletin_no, tier, channel_id, mark from was
    order by 1, 2, 3
    on conflict do nothing;

    perform 1 from progress
    where (bulletin_no, tier, channel_id) in
        (select bulletin_no, tier, channel_id from was union select bulletin_no, tier, channel_id from became)
    order by bulletin_no, tier, channel_id for no key update;

    -- Counters move by what the rows say after the statement less what they said before it: one pass over both sides, and
    -- nothing has to be brought together row by row. The times of acceptances are counted the same way, as they never change.
    with moved as (
        select bulletin_no, tier, channel_id, -1 as n, state, members, acknowledged, unnamed, ended_at from was
        union all
        select bulletin_no, tier, channel_id, 1, state, members, acknowledged, unnamed, ended_at from became
    ), published as materialized (
        select bulletin_no, (select published_at from bulletins where bulletins.no = bulletin_no) as at
        from (select distinct bulletin_no from became) as several
    ), counted as materialized (
        select m.bulletin_no, m.tier, m.channel_id, m.state,
            case when m.state = 'accepted' then histogram_bucket(date_part('epoch', m.ended_at - p.at)) end as bucket,
            sum(n) as groups, sum(n * members) as seats,
            sum(n) filter (where acknowledged > 0) as acknowledged_groups, sum(n * acknowledged) as taps,
            sum(n * unnamed) as unnamed, min(ended_at) as first_at, max(ended_at) as last_at
        from moved m join published p using (bulletin_no)
        group by 1, 2, 3, 4, 5
    ), sums as (
        select bulletin_no, tier, channel_id, sum(groups) as groups, sum(seats) as seats,
            coalesce(sum(groups) filter (where state = 'waiting'), 0) as waiting,
            coalesce(sum(groups) filter (where state = 'held'), 0) as held,
            coalesce(sum(groups) filter (where state = 'ready'), 0) as ready,
            coalesce(sum(groups) filter (where state = 'accepted'), 0) as accepted,
            coalesce(sum(groups) filter (where state = 'failed'), 0) as failed,
            coalesce(sum(groups) filter (where state = 'unreachable'), 0) as unreachable,
            coalesce(sum(groups) filter (where state = 'declined'), 0) as declined,
            coalesce(sum(groups) filter (where state = 'withdrawn'), 0) as withdrawn,
            coalesce(sum(groups) filter (where state = 'expired'), 0) as expired,
            coalesce(sum(acknowledged_groups), 0) as acknowledged_groups, sum(taps) as taps, sum(unnamed) as unnamed,
            min(first_at) filter (where state = 'accepted') as first_at,
            max(last_at) filter (where state = 'accepted') as last_at
        from counted group by 1, 2, 3
    ), times as (
        -- its rows of progress are locked above, so nobody else writes these
        insert into acceptance_times (bulletin_no, tier, channel_id, bucket, groups)
        select bulletin_no, tier, channel_id, bucket, groups from counted where bucket is not null and groups <> 0
        on conflict (bulletin_no, tier, channel_id, bucket) do update set groups = acceptance_times.groups + excluded.groups
    )
    update progress p set
        groups = p.groups + s.groups, seats = p.seats + s.seats,
        waiting = p.waiting + s.waiting, held = p.held + s.held, ready = p.ready + s.ready,
        accepted = p.accepted + s.accepted, failed = p.failed + s.failed,
        unreachable = p.unreachable + s.unreachable, declined = p.declined + s.declined,
        withdrawn = p.withdrawn + s.withdrawn, expired = p.expired + s.expired,
        acknowledged_groups = p.acknowledged_groups + s.acknowledged_groups, taps = p.taps + s.taps,
        unnamed = p.unnamed + s.unnamed,
        first_accepted_at = least(p.first_accepted_at, s.first_at),
        last_accepted_at = greatest(p.last_accepted_at, s.last_at),
        version = p.version + 1, changed = greatest(p.changed, mark), changed_at = clock_timestamp()
    from sums s
    where p.bulletin_no = s.bulletin_no and p.tier = s.tier and p.channel_id = s.channel_id;

    -- The queue: what is ready and not put off stands in a batch. Most statements record what came of calls, and only the dispatcher takes
    -- that out of its batch. Both sides are brought together by grouping: a join would be planned for the few rows of a first call.
    if exists (select from became where (state = 'ready' and due_at is null) or state in ('withdrawn', 'expired')) then
        -- what left it in another way than through a dispatcher leaves its batch: it ended, or changed its channel
        select array_agg(bulletin_no), array_agg(left_channel), array_agg(group_id)
        into gone_bulletins, gone_channels, gone_groups
        from (
            select bulletin_no, group_id, max(channel_id) filter (where before) as left_channel
            from (
                select bulletin_no, group_id, channel_id, true as before, false as over from was
                where state = 'ready' and due_at is null
                union all
                select bulletin_no, group_id, channel_id, false, state <> 'ready' from became
                where (state = 'ready' and due_at is null) or state in ('withdrawn', 'expired')
            ) as sides
            group by bulletin_no, group_id
            having count(*) = 2 and (bool_or(over) or min(channel_id) <> max(channel_id))
        ) as gone;
        if gone_groups is not null then
            perform leave_batches(gone_bulletins, gone_channels, gone_groups);
        end if;

        -- what entered it stands in a batch
        insert into batches (channel_id, priority, bulletin_no, opened_at, groups)
        select channel_id, priority, bulletin_no, opened_at, groups[part * 500 + 1 : part * 500 + 500]
        from (
            select channel_id, priority, bulletin_no, min(turn_at) as opened_at,
                array_agg(group_id order by parent_group, group_id) as groups
            from (
                select bulletin_no, group_id, channel_id, max(priority) as priority, max(turn_at) as turn_at,
                    max(parent_group) as parent_group
                from (
                    select bulletin_no, group_id, channel_id, priority, turn_at, parent_group, 1 as n from became
                    where state = 'ready' and due_at is null
                    union all
                    select bulletin_no, group_id, channel_id, priority, turn_at, parent_group, -1 from was
                    where state = 'ready' and due_at is null
                ) as sides
                group by bulletin_no, group_id, channel_id having sum(n) = 1
            ) as entered
            group by channel_id, priority, bulletin_no
        ) as ready, generate_series(0, (cardinality(groups) - 1) / 500) as part
        order by channel_id, priority, bulletin_no, part;
    end if;
    return null;
end $$;


--
-- Name: delivery_hops(integer); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.delivery_hops(bulletin integer) RETURNS TABLE(id uuid, group_id integer, tier smallint, members integer, published_at timestamp with time zone, accepted_at timestamp with time zone, person double precision, parked double precision, queue double precision, line double precision)
    LANGUAGE sql STABLE
    AS $_$
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
                when p.ended_at <= d.turn_at then p.ended_at end as came_at
        from deliveries d join bulletins b on b.no = d.bulletin_no
            left join deliveries p on p.bulletin_no = $1 and p.group_id = d.parent_group
        where d.bulletin_no = $1 and d.state = 'accepted' and d.turn_at is not null and d.turn_at <= d.ended_at
    )
    select h.id, h.group_id, h.tier, h.members, h.published_at, h.ended_at,
        case when h.automatic then 0 else extract(epoch from h.turn_at - h.came_at) end::double precision,
        extract(epoch from least(stood.before, h.called_at - h.turn_at)
            + least(stood.after, h.ended_at - h.called_at))::double precision,
        extract(epoch from greatest(h.called_at - h.turn_at - stood.before, interval '0'))::double precision,
        extract(epoch from greatest(h.ended_at - h.called_at - stood.after, interval '0'))::double precision
    from hops h cross join lateral (
        select
            coalesce(sum(greatest(least(s.ended_at, h.called_at) - greatest(s.began_at, h.turn_at), interval '0')),
                interval '0') as before,
            coalesce(sum(greatest(least(s.ended_at, h.ended_at) - greatest(s.began_at, h.called_at), interval '0')),
                interval '0') as after
        from stands s where s.channel_id is null or s.channel_id = h.channel_id) stood
$_$;


--
-- Name: delivery_id(timestamp with time zone, integer, integer); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.delivery_id(published_at timestamp with time zone, bulletin_no integer, group_id integer) RETURNS uuid
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$
    select (lpad(to_hex(floor(extract(epoch from published_at) * 1000)::bigint), 12, '0')
        || to_hex(28672 | (bulletin_no >> 19))
        || to_hex((-9223372036854775808)::bigint | ((bulletin_no & 524287)::bigint << 43) | (group_id::bigint << 12)))::uuid
$$;


--
-- Name: delivery_may_become(public.delivery_state, public.delivery_state); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.delivery_may_become(was public.delivery_state, becomes public.delivery_state) RETURNS boolean
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$
    select becomes = 'accepted' or case was
        when 'waiting' then becomes in ('held', 'ready', 'withdrawn', 'expired')
        when 'held' then becomes in ('ready', 'declined', 'withdrawn', 'expired')
        when 'ready' then becomes in ('failed', 'unreachable', 'withdrawn', 'expired')
        when 'declined' then becomes = 'held'
        when 'failed' then becomes in ('waiting', 'ready')
        when 'unreachable' then becomes in ('waiting', 'ready')
        else false end
$$;


--
-- Name: delivery_refused(); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.delivery_refused() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
begin
    raise exception 'delivery % of bulletin % cannot go from % to %', new.group_id, new.bulletin_no, old.state, new.state
        using errcode = 'check_violation', constraint = 'delivery_follows_the_table';
end $$;


--
-- Name: groups_ask_for_count(); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.groups_ask_for_count() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
declare
    moved boolean := tg_op = 'UPDATE' and new.line_group_id is distinct from old.line_group_id;
begin
    if new.line_group_id is null then
        new.count_due_at := null;
        return new;
    end if;
    if moved and old.line_group_id is not null then
        new.members := null;
        new.line_name := null;
    end if;
    if moved or (new.members is null and new.count_due_at is null) then
        new.count_due_at := new.updated_at;
    end if;
    return new;
end $$;


--
-- Name: groups_keep_tree(); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.groups_keep_tree() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
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


--
-- Name: groups_number_line_group(); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.groups_number_line_group() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
begin
    new.line_group_no := null;
    if new.line_group_id is null then
        return new;
    end if;
    select l.no into new.line_group_no from line_groups l where l.line_group_id = new.line_group_id;
    if not found then
        insert into line_groups (line_group_id) values (new.line_group_id) on conflict do nothing;
        -- asked again: another transaction may have been first
        select l.no into strict new.line_group_no from line_groups l where l.line_group_id = new.line_group_id;
    end if;
    return new;
end $$;


--
-- Name: histogram_bucket(double precision); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.histogram_bucket(seconds double precision) RETURNS integer
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$
    select least(240, 1 + floor(ln(greatest(seconds, 0.001) * 1000) / ln(1.1))::integer)
$$;


--
-- Name: images_immutable(); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.images_immutable() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
begin
    raise exception 'a picture is never changed' using errcode = 'restrict_violation';
end $$;


--
-- Name: leave_batches(integer[], integer[], integer[]); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.leave_batches(bulletins integer[], channels integer[], groups integer[]) RETURNS void
    LANGUAGE sql
    AS $$
    with gone as materialized (
        select * from unnest(bulletins, channels, groups) as g(bulletin_no, channel_id, group_id)
    ), smaller as materialized (
        select b.id, array_agg(named.id order by named.n) filter (where g.group_id is null) as groups
        from batches b cross join unnest(b.groups) with ordinality as named(id, n)
            left join gone g on g.bulletin_no = b.bulletin_no and g.channel_id = b.channel_id and g.group_id = named.id
        where b.epoch is null and b.bulletin_no in (select bulletin_no from gone)
        group by b.id having count(g.group_id) > 0
    ), emptied as (
        delete from batches b using smaller s where b.id = s.id and s.groups is null and b.epoch is null
    )
    update batches b set groups = s.groups from smaller s where b.id = s.id and s.groups is not null and b.epoch is null
$$;


--
-- Name: line_groups_immutable(); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.line_groups_immutable() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
begin
    raise exception 'the number of a LINE group never changes' using errcode = 'restrict_violation';
end $$;


--
-- Name: never_deleted(); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.never_deleted() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
begin
    raise exception '% are never deleted', tg_table_name using errcode = 'restrict_violation';
end $$;


--
-- Name: next_bulletin_no(timestamp with time zone); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.next_bulletin_no(at timestamp with time zone) RETURNS integer
    LANGUAGE plpgsql
    AS $$
declare
    month integer := bulletin_month(at);
begin
    perform open_month(month);
    return month * 1000000 + nextval('bulletin_numbers')::integer;
end $$;


--
-- Name: open_due(integer[], integer[], timestamp with time zone); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.open_due(channels integer[], rooms integer[], at timestamp with time zone) RETURNS integer[]
    LANGUAGE plpgsql
    AS $$
declare
    passed_over integer[];
begin
    if not exists (select from deliveries where channel_id = any (channels) and due_at <= at) then
        return '{}';
    end if;
    -- in everybody's order: bulletins, then channels, then deliveries
    with due as materialized (
        select d.bulletin_no, d.group_id, d.channel_id from unnest(channels, rooms) as w(channel, room) cross join lateral (
            select bulletin_no, group_id, channel_id from deliveries
            where channel_id = w.channel and due_at <= at and state = 'ready' order by due_at limit greatest(w.room, 1)
        ) as d
    ), named as materialized (
        select no, id from bulletins where no in (select bulletin_no from due)
    ), free as materialized (
        select no from named where pg_try_advisory_xact_lock_shared(hashtextextended(id::text, 1))
    ), kept as materialized (
        select id from channels where id in (select d.channel_id from due d join free f on f.no = d.bulletin_no)
        for share skip locked
    ), opened as (
        update deliveries d set due_at = null, changed = (select change_mark())
        from due join free on free.no = due.bulletin_no join kept on kept.id = due.channel_id
        where d.bulletin_no = due.bulletin_no and d.group_id = due.group_id and d.due_at <= at and d.state = 'ready'
    )
    select array_agg(distinct channel_id) into passed_over from due
    where bulletin_no not in (select no from free) or channel_id not in (select id from kept);
    return coalesce(passed_over, '{}');
end $$;


--
-- Name: open_month(integer); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.open_month(month integer) RETURNS void
    LANGUAGE plpgsql
    AS $$
declare
    parent text;
    part   text;
    spare  text;
begin
    if to_regclass('deliveries_' || month) is not null then
        return;
    end if;
    perform pg_advisory_xact_lock(1734632198, month);
    -- asked of the table itself: what a session remembers of names is not brought up to date by such a lock
    perform from pg_inherits i join pg_class c on c.oid = i.inhrelid
    where i.inhparent = 'deliveries'::regclass and c.relname = 'deliveries_' || month;
    if found then
        return;
    end if;
    foreach parent in array array['attempts', 'acknowledgements', 'deliveries'] loop
        part := parent || '_' || month;
        -- room for two new versions of every row of a page: waiting becomes ready in one transaction for all of them, and accepted in
        -- another. Of 92 bytes at first, 100 in the queue and 156 at the end, 32 rows fit so: by then the first version's place is
        -- taken back. With less room the last of them go to other pages and into the indexes, and the table ends up larger.
        -- Statistics follow a bulletin soon, as each adds many rows to few.
        spare := case parent when 'deliveries' then 'with (fillfactor = 36, autovacuum_analyze_scale_factor = 0.02)' else '' end;
        execute format('create table %I (like %I including defaults including constraints including generated) %s',
            part, parent, spare);
        -- unlike "partition of", this keeps nobody from reading and writing the other months
        execute format('alter table %I attach partition %I for values from (%s) to (%s)',
            parent, part, month * 1000000, (month + 1) * 1000000);
    end loop;
end $$;


--
-- Name: present_place(); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.present_place() RETURNS text
    LANGUAGE sql STABLE
    AS $$
    select concat_ws('/', (select system_identifier from pg_control_system()),
        (select oid from pg_database where datname = current_database()), 'home'::regclass::oid)
$$;


--
-- Name: record_accepted(uuid[], integer[], timestamp with time zone, integer[], integer[], timestamp with time zone[], timestamp with time zone[], uuid[], text[], bigint[]); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.record_accepted(bulletin_ids uuid[], bulletin_nos integer[], at timestamp with time zone, bulletins integer[], groups integer[], answered timestamp with time zone[], called timestamp with time zone[], requests uuid[], messages text[], finished bigint[]) RETURNS TABLE(channel integer, ready bigint, busy integer)
    LANGUAGE plpgsql
    AS $$
declare
    locked integer[];
begin
    select coalesce(array_agg(no), '{}') into locked from (
        select no, pg_try_advisory_xact_lock_shared(hashtextextended(id::text, 1)) as free
        from unnest(bulletin_ids, bulletin_nos) as named(id, no)
    ) as tried where not free;
    -- batches before deliveries, as a new holder of a channel takes them
    if finished <> '{}' then
        delete from batches where id = any (finished) and bulletin_no <> all (locked);
    end if;
    return query
    with ended as (
        update deliveries d set
            state = 'accepted', reason = null, ended_at = n.answered, due_at = null,
            key_used_at = coalesce(d.key_used_at, n.called), outcome_open = false,
            attempts = d.attempts + 1::smallint,
            line_request_id = coalesce(n.request, d.line_request_id),
            line_message_ids = coalesce(n.message, d.line_message_ids),
            changed = (select change_mark())
        from unnest(bulletins, groups, answered, called, requests, messages)
            as n(bulletin_no, group_id, answered, called, request, message)
        where d.bulletin_no = n.bulletin_no and d.group_id = n.group_id and d.state <> 'accepted'
            and n.bulletin_no <> all (locked)
        returning d.bulletin_no, d.group_id, d.has_children
    ), parents as (
        select e.bulletin_no, array_agg(e.group_id) as groups from ended e where e.has_children group by e.bulletin_no
    ), woken as (
        update deliveries d set
            state = state_at_turn(d.automatic), turn_at = at,
            release_at = release_at_turn(d.automatic, d.forward_within, at),
            bypassed_parent = false, changed = (select change_mark())
        from parents p
        where d.bulletin_no = p.bulletin_no and d.parent_group = any (p.groups) and d.state = 'waiting'
        returning d.channel_id, d.state
    )
    select w.channel_id, count(*) filter (where w.state = 'ready'), null::integer from woken w group by w.channel_id;
    return query select null::integer, null::bigint, no from unnest(locked) as no;
end $$;


--
-- Name: release_at_turn(boolean, integer, timestamp with time zone); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.release_at_turn(automatic boolean, forward_within integer, turn timestamp with time zone) RETURNS timestamp with time zone
    LANGUAGE sql STABLE PARALLEL SAFE
    AS $$
    select case when not automatic then turn + make_interval(mins => forward_within) end
$$;


--
-- Name: seal_entries(bigint); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.seal_entries(most bigint) RETURNS bigint
    LANGUAGE plpgsql
    AS $$
declare
    last_no   bigint;
    last_seal bytea;
    entry     record;
    ids       bigint[] := '{}';
    seals     bytea[] := '{}';
begin
    perform pg_advisory_xact_lock(hashtextextended('gcc_relay audit seal', 3));
    select sealed_no, seal into last_no, last_seal from audit where seal is not null order by sealed_no desc limit 1;
    -- in a loop, as each needs the one before: as a recursive query every step goes through all the others
    for entry in select id, audit_entry_bytes(a) as bytes from audit a where seal is null order by id limit most loop
        last_seal := sha256(coalesce(last_seal, '') || entry.bytes);
        ids := array_append(ids, entry.id);
        seals := array_append(seals, last_seal);
    end loop;
    update audit set seal = sealed.seal, sealed_no = coalesce(last_no, 0) + sealed.n
    from unnest(ids, seals) with ordinality as sealed(id, seal, n) where audit.id = sealed.id;
    return cardinality(ids);
end $$;


--
-- Name: sendable_batches(integer, timestamp with time zone, smallint, integer); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.sendable_batches(channel integer, at timestamp with time zone, below smallint, most integer) RETURNS TABLE(id bigint, priority smallint, size integer)
    LANGUAGE sql STABLE
    AS $$
    select b.id, b.priority, cardinality(b.groups)
    from batches b join bulletins l on l.no = b.bulletin_no
    where b.channel_id = channel and b.epoch is null and (below is null or b.priority < below)
        and l.paused_at is null and (l.expires_at is null or l.expires_at > at)
    order by b.priority, b.id limit most
$$;


--
-- Name: state_at_turn(boolean); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.state_at_turn(automatic boolean) RETURNS public.delivery_state
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$
    select case when automatic then 'ready'::delivery_state else 'held' end
$$;


--
-- Name: unnamed_within(integer, integer, integer); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.unnamed_within(members integer, persons integer, unnamed integer) RETURNS integer
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$
    select greatest(0, least(unnamed, coalesce(nullif(members, 0), 500) - persons))
$$;


--
-- Name: unused_key(uuid, timestamp with time zone); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.unused_key(key uuid, used_at timestamp with time zone) RETURNS uuid
    LANGUAGE sql
    AS $$
    select case when used_at is null then key else gen_random_uuid() end
$$;


--
-- Name: _sqlx_migrations; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public._sqlx_migrations (
    version bigint NOT NULL,
    description text NOT NULL,
    installed_on timestamp with time zone DEFAULT now() NOT NULL,
    success boolean NOT NULL,
    checksum bytea NOT NULL,
    execution_time bigint NOT NULL
);


--
-- Name: acceptance_times; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.acceptance_times (
    bulletin_no integer NOT NULL,
    channel_id integer NOT NULL,
    tier smallint NOT NULL,
    bucket smallint NOT NULL,
    groups integer NOT NULL
)
WITH (fillfactor='50', autovacuum_vacuum_threshold='500', autovacuum_vacuum_scale_factor='0.05');


--
-- Name: account_identities; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.account_identities (
    person_hash bytea NOT NULL,
    account_id uuid NOT NULL,
    issuer text NOT NULL,
    bound_at timestamp with time zone NOT NULL,
    used_at timestamp with time zone
);


--
-- Name: account_links; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.account_links (
    token_sha256 bytea NOT NULL,
    account_id uuid NOT NULL,
    created_at timestamp with time zone NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    used_at timestamp with time zone
);


--
-- Name: accounts; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.accounts (
    id uuid NOT NULL,
    username text NOT NULL,
    display_name text NOT NULL,
    name_form text NOT NULL,
    role public.role NOT NULL,
    office_id integer,
    deputy boolean DEFAULT false NOT NULL,
    password_hash text,
    totp_sealed bytea,
    totp_used bigint DEFAULT 0 NOT NULL,
    language text DEFAULT 'th'::text NOT NULL,
    valid_from timestamp with time zone,
    valid_until timestamp with time zone,
    created_at timestamp with time zone NOT NULL,
    signed_in_at timestamp with time zone,
    disabled_at timestamp with time zone,
    CONSTRAINT an_office_where_the_role_needs_one CHECK (((role <> ALL (ARRAY['steward'::public.role, 'agency'::public.role])) OR (office_id IS NOT NULL))),
    CONSTRAINT language_is_known CHECK ((language = ANY (ARRAY['th'::text, 'en'::text]))),
    CONSTRAINT username_is_plain CHECK ((username ~ '^[a-z0-9][a-z0-9._-]{1,63}$'::text)),
    CONSTRAINT valid_in_order CHECK ((valid_from < valid_until))
);


--
-- Name: acknowledgements; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.acknowledgements (
    bulletin_no integer NOT NULL,
    group_id integer NOT NULL,
    at timestamp with time zone NOT NULL,
    person bytea NOT NULL,
    named boolean DEFAULT true NOT NULL
)
PARTITION BY RANGE (bulletin_no);


--
-- Name: acknowledgements_578; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.acknowledgements_578 (
    bulletin_no integer NOT NULL,
    group_id integer NOT NULL,
    at timestamp with time zone NOT NULL,
    person bytea NOT NULL,
    named boolean DEFAULT true NOT NULL
);


--
-- Name: api_keys; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.api_keys (
    id uuid NOT NULL,
    name text NOT NULL,
    role public.role NOT NULL,
    office_id integer,
    prefix text NOT NULL,
    key_sha256 bytea NOT NULL,
    created_at timestamp with time zone NOT NULL,
    last_used_at timestamp with time zone,
    revoked_at timestamp with time zone,
    expires_at timestamp with time zone,
    networks cidr[] DEFAULT '{}'::cidr[] NOT NULL,
    CONSTRAINT key_ends_after_it_begins CHECK ((expires_at > created_at)),
    CONSTRAINT not_too_many_networks CHECK ((cardinality(networks) <= 32))
);


--
-- Name: attempts; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.attempts (
    id bigint NOT NULL,
    bulletin_no integer NOT NULL,
    group_id integer NOT NULL,
    at timestamp with time zone NOT NULL,
    status smallint,
    reason public.delivery_reason,
    line_request_id text,
    milliseconds integer NOT NULL,
    detail text
)
PARTITION BY RANGE (bulletin_no);


--
-- Name: attempts_578; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.attempts_578 (
    id bigint NOT NULL,
    bulletin_no integer NOT NULL,
    group_id integer NOT NULL,
    at timestamp with time zone NOT NULL,
    status smallint,
    reason public.delivery_reason,
    line_request_id text,
    milliseconds integer NOT NULL,
    detail text
);


--
-- Name: attempts_id_seq; Type: SEQUENCE; Schema: public; Owner: -
--

ALTER TABLE public.attempts ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.attempts_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Name: audit_id_seq; Type: SEQUENCE; Schema: public; Owner: -
--

ALTER TABLE public.audit ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.audit_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Name: batches; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.batches (
    id bigint NOT NULL,
    channel_id integer NOT NULL,
    priority smallint NOT NULL,
    bulletin_no integer NOT NULL,
    opened_at timestamp with time zone NOT NULL,
    epoch bigint,
    claimed_at timestamp with time zone,
    groups integer[] NOT NULL,
    CONSTRAINT claimed_by_somebody_at_some_time CHECK (((epoch IS NULL) = (claimed_at IS NULL)))
)
WITH (fillfactor='50', autovacuum_vacuum_threshold='500', autovacuum_vacuum_scale_factor='0');
ALTER TABLE ONLY public.batches ALTER COLUMN groups SET STORAGE EXTERNAL;


--
-- Name: batches_id_seq; Type: SEQUENCE; Schema: public; Owner: -
--

ALTER TABLE public.batches ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.batches_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Name: bulletin_numbers; Type: SEQUENCE; Schema: public; Owner: -
--

CREATE SEQUENCE public.bulletin_numbers
    START WITH 0
    INCREMENT BY 1
    MINVALUE 0
    MAXVALUE 999999
    CACHE 1
    CYCLE;


--
-- Name: bulletins; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.bulletins (
    id uuid NOT NULL,
    no integer,
    kind public.bulletin_kind NOT NULL,
    about uuid,
    subject text NOT NULL,
    body text NOT NULL,
    search_form text NOT NULL,
    urgency smallint NOT NULL,
    document_number text,
    document_date date,
    origin_id integer NOT NULL,
    audience jsonb NOT NULL,
    links jsonb NOT NULL,
    forwarding public.forwarding_mode NOT NULL,
    acknowledgement jsonb NOT NULL,
    image_id bytea,
    image_alt text,
    expires_at timestamp with time zone,
    public_token text NOT NULL,
    stage public.bulletin_stage DEFAULT 'draft'::public.bulletin_stage NOT NULL,
    created_at timestamp with time zone NOT NULL,
    created_by text NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    submitted_at timestamp with time zone,
    submitted_by text,
    approved_at timestamp with time zone,
    approved_by text,
    returned_at timestamp with time zone,
    returned_by text,
    returned_reason text,
    scheduled_for timestamp with time zone,
    unscheduled_at timestamp with time zone,
    unscheduled_reason public.unscheduled_reason,
    published_at timestamp with time zone,
    withdrawn_at timestamp with time zone,
    withdrawn_reason text,
    paused_at timestamp with time zone,
    deliveries integer,
    CONSTRAINT about_another CHECK (((about IS NULL) OR (about <> id))),
    CONSTRAINT approved_by_iff_approved CHECK (((approved_at IS NULL) = (approved_by IS NULL))),
    CONSTRAINT image_alt_iff_image CHECK (((image_id IS NULL) = (image_alt IS NULL))),
    CONSTRAINT no_iff_published CHECK (((no IS NULL) = (published_at IS NULL))),
    CONSTRAINT nobody_approves_their_own CHECK (((approved_by IS NULL) OR ((approved_by <> created_by) AND (approved_by IS DISTINCT FROM submitted_by)))),
    CONSTRAINT published_at_iff_published CHECK (((stage = ANY (ARRAY['published'::public.bulletin_stage, 'withdrawn'::public.bulletin_stage])) = (published_at IS NOT NULL))),
    CONSTRAINT returned_by_iff_returned CHECK ((((returned_at IS NULL) = (returned_by IS NULL)) AND ((returned_at IS NULL) = (returned_reason IS NULL)))),
    CONSTRAINT scheduled_for_when_scheduled CHECK (((stage <> 'scheduled'::public.bulletin_stage) OR (scheduled_for IS NOT NULL))),
    CONSTRAINT submitted_at_when_submitted CHECK (((stage <> 'submitted'::public.bulletin_stage) OR (submitted_at IS NOT NULL))),
    CONSTRAINT submitted_by_iff_submitted CHECK (((submitted_at IS NULL) = (submitted_by IS NULL))),
    CONSTRAINT unscheduled_reason_iff_unscheduled CHECK (((unscheduled_at IS NULL) = (unscheduled_reason IS NULL))),
    CONSTRAINT urgency_is_0_to_3 CHECK (((urgency >= 0) AND (urgency <= 3))),
    CONSTRAINT withdrawn_at_iff_withdrawn CHECK (((stage = 'withdrawn'::public.bulletin_stage) = (withdrawn_at IS NOT NULL)))
);


--
-- Name: change_marks; Type: SEQUENCE; Schema: public; Owner: -
--

CREATE SEQUENCE public.change_marks
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;


--
-- Name: channels; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.channels (
    id integer NOT NULL,
    code text NOT NULL,
    name text NOT NULL,
    secret_sealed bytea NOT NULL,
    next_secret_sealed bytea,
    token_sealed bytea NOT NULL,
    rate_per_second integer NOT NULL,
    epoch bigint DEFAULT 0 NOT NULL,
    parked_reason public.park_reason,
    parked_at timestamp with time zone,
    bot_user_id text,
    quota_limit bigint,
    quota_used bigint,
    quota_checked_at timestamp with time zone,
    last_webhook_at timestamp with time zone,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    CONSTRAINT parked_at_iff_parked CHECK (((parked_reason IS NULL) = (parked_at IS NULL))),
    CONSTRAINT rate_is_positive CHECK (((rate_per_second >= 1) AND (rate_per_second <= 1000000)))
);


--
-- Name: channels_id_seq; Type: SEQUENCE; Schema: public; Owner: -
--

ALTER TABLE public.channels ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.channels_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Name: deliveries; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.deliveries (
    bulletin_no integer NOT NULL,
    group_id integer NOT NULL,
    channel_id integer NOT NULL,
    members integer DEFAULT 0 NOT NULL,
    variant smallint NOT NULL,
    tier smallint NOT NULL,
    priority smallint NOT NULL,
    has_children boolean NOT NULL,
    automatic boolean NOT NULL,
    parent_group integer,
    recipient integer,
    forward_within integer,
    acknowledged integer DEFAULT 0 NOT NULL,
    unnamed integer DEFAULT 0 NOT NULL,
    attempts smallint DEFAULT 0 NOT NULL,
    bypassed_parent boolean DEFAULT false NOT NULL,
    outcome_open boolean DEFAULT false NOT NULL,
    state public.delivery_state NOT NULL,
    reason public.delivery_reason,
    changed bigint NOT NULL,
    turn_at timestamp with time zone,
    release_at timestamp with time zone,
    due_at timestamp with time zone,
    key_used_at timestamp with time zone,
    ended_at timestamp with time zone,
    retry_key uuid,
    line_request_id uuid,
    line_message_ids text,
    forwarded_by text,
    declined_because text,
    blocks_since timestamp with time zone GENERATED ALWAYS AS (
CASE
    WHEN (has_children AND (state = ANY (ARRAY['held'::public.delivery_state, 'ready'::public.delivery_state]))) THEN turn_at
    ELSE NULL::timestamp with time zone
END) STORED,
    failure_no integer GENERATED ALWAYS AS (
CASE
    WHEN (state = ANY (ARRAY['failed'::public.delivery_state, 'unreachable'::public.delivery_state, 'declined'::public.delivery_state])) THEN bulletin_no
    ELSE NULL::integer
END) STORED,
    CONSTRAINT ended_at_iff_terminal CHECK (((state = ANY (ARRAY['waiting'::public.delivery_state, 'held'::public.delivery_state, 'ready'::public.delivery_state])) = (ended_at IS NULL))),
    CONSTRAINT only_an_open_outcome_has_a_used_key CHECK (((NOT outcome_open) OR (key_used_at IS NOT NULL))),
    CONSTRAINT turn_at_iff_turn_came CHECK (
CASE state
    WHEN 'waiting'::public.delivery_state THEN (turn_at IS NULL)
    WHEN 'held'::public.delivery_state THEN (turn_at IS NOT NULL)
    WHEN 'ready'::public.delivery_state THEN (turn_at IS NOT NULL)
    ELSE true
END),
    CONSTRAINT unnamed_are_some_of_the_taps CHECK (((unnamed >= 0) AND (unnamed <= acknowledged)))
)
PARTITION BY RANGE (bulletin_no);


--
-- Name: deliveries_578; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.deliveries_578 (
    bulletin_no integer NOT NULL,
    group_id integer NOT NULL,
    channel_id integer NOT NULL,
    members integer DEFAULT 0 NOT NULL,
    variant smallint NOT NULL,
    tier smallint NOT NULL,
    priority smallint NOT NULL,
    has_children boolean NOT NULL,
    automatic boolean NOT NULL,
    parent_group integer,
    recipient integer,
    forward_within integer,
    acknowledged integer DEFAULT 0 NOT NULL,
    unnamed integer DEFAULT 0 NOT NULL,
    attempts smallint DEFAULT 0 NOT NULL,
    bypassed_parent boolean DEFAULT false NOT NULL,
    outcome_open boolean DEFAULT false NOT NULL,
    state public.delivery_state NOT NULL,
    reason public.delivery_reason,
    changed bigint NOT NULL,
    turn_at timestamp with time zone,
    release_at timestamp with time zone,
    due_at timestamp with time zone,
    key_used_at timestamp with time zone,
    ended_at timestamp with time zone,
    retry_key uuid,
    line_request_id uuid,
    line_message_ids text,
    forwarded_by text,
    declined_because text,
    blocks_since timestamp with time zone GENERATED ALWAYS AS (
CASE
    WHEN (has_children AND (state = ANY (ARRAY['held'::public.delivery_state, 'ready'::public.delivery_state]))) THEN turn_at
    ELSE NULL::timestamp with time zone
END) STORED,
    failure_no integer GENERATED ALWAYS AS (
CASE
    WHEN (state = ANY (ARRAY['failed'::public.delivery_state, 'unreachable'::public.delivery_state, 'declined'::public.delivery_state])) THEN bulletin_no
    ELSE NULL::integer
END) STORED,
    CONSTRAINT ended_at_iff_terminal CHECK (((state = ANY (ARRAY['waiting'::public.delivery_state, 'held'::public.delivery_state, 'ready'::public.delivery_state])) = (ended_at IS NULL))),
    CONSTRAINT only_an_open_outcome_has_a_used_key CHECK (((NOT outcome_open) OR (key_used_at IS NOT NULL))),
    CONSTRAINT turn_at_iff_turn_came CHECK (
CASE state
    WHEN 'waiting'::public.delivery_state THEN (turn_at IS NULL)
    WHEN 'held'::public.delivery_state THEN (turn_at IS NOT NULL)
    WHEN 'ready'::public.delivery_state THEN (turn_at IS NOT NULL)
    ELSE true
END),
    CONSTRAINT unnamed_are_some_of_the_taps CHECK (((unnamed >= 0) AND (unnamed <= acknowledged)))
)
WITH (fillfactor='36', autovacuum_analyze_scale_factor='0.02');


--
-- Name: demo_data; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.demo_data (
    only_one boolean DEFAULT true NOT NULL,
    made_at timestamp with time zone NOT NULL,
    CONSTRAINT there_is_one_demo_data CHECK (only_one)
);


--
-- Name: failed_sign_ins; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.failed_sign_ins (
    account_id uuid NOT NULL,
    failures integer NOT NULL,
    since timestamp with time zone NOT NULL
);


--
-- Name: functions_applied; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.functions_applied (
    name text NOT NULL,
    sha256 bytea NOT NULL
);


--
-- Name: groups_id_seq; Type: SEQUENCE; Schema: public; Owner: -
--

ALTER TABLE public.groups ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.groups_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Name: home; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.home (
    only_one boolean DEFAULT true NOT NULL,
    place text NOT NULL,
    seen_at timestamp with time zone NOT NULL,
    CONSTRAINT there_is_one_home CHECK (only_one)
);


--
-- Name: idempotency_keys; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.idempotency_keys (
    api_key_id uuid NOT NULL,
    route text NOT NULL,
    key text NOT NULL,
    body_sha256 bytea NOT NULL,
    status smallint NOT NULL,
    response text NOT NULL,
    created_at timestamp with time zone NOT NULL
);


--
-- Name: images; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.images (
    id bytea NOT NULL,
    bytes bytea NOT NULL,
    width smallint NOT NULL,
    height smallint NOT NULL,
    created_at timestamp with time zone NOT NULL,
    created_by text NOT NULL,
    CONSTRAINT images_fit_line CHECK ((((width >= 1) AND (width <= 1024)) AND ((height >= 1) AND (height <= 1024)) AND (height <= (3 * width)) AND (octet_length(bytes) < 1000000))),
    CONSTRAINT images_id_is_the_hash CHECK ((id = sha256(bytes)))
);
ALTER TABLE ONLY public.images ALTER COLUMN bytes SET STORAGE EXTERNAL;


--
-- Name: join_codes; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.join_codes (
    code_sha256 bytea NOT NULL,
    group_id integer NOT NULL,
    created_at timestamp with time zone NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    used_at timestamp with time zone
);


--
-- Name: known_devices; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.known_devices (
    token_sha256 bytea NOT NULL,
    account_id uuid NOT NULL,
    seen_at timestamp with time zone NOT NULL
);


--
-- Name: line_groups; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.line_groups (
    no integer NOT NULL,
    line_group_id text NOT NULL
);


--
-- Name: line_groups_no_seq; Type: SEQUENCE; Schema: public; Owner: -
--

ALTER TABLE public.line_groups ALTER COLUMN no ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.line_groups_no_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Name: messages; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.messages (
    bulletin_id uuid NOT NULL,
    variant smallint NOT NULL,
    noted_by integer,
    forward_button boolean DEFAULT false NOT NULL,
    body text NOT NULL,
    sha256 bytea NOT NULL,
    created_at timestamp with time zone NOT NULL
);


--
-- Name: node_keys; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.node_keys (
    node uuid NOT NULL,
    name text NOT NULL,
    key_ids bytea[] NOT NULL,
    seen_at timestamp with time zone NOT NULL
);


--
-- Name: offices; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.offices (
    id integer NOT NULL,
    code text NOT NULL,
    name text NOT NULL,
    name_form text NOT NULL,
    kind public.office_kind NOT NULL,
    province text,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    CONSTRAINT province_is_a_code CHECK ((province ~ '^[1-9][0-9]$'::text))
);


--
-- Name: offices_id_seq; Type: SEQUENCE; Schema: public; Owner: -
--

ALTER TABLE public.offices ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.offices_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Name: passkeys; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.passkeys (
    id uuid NOT NULL,
    account_id uuid NOT NULL,
    credential_id bytea NOT NULL,
    credential jsonb NOT NULL,
    name text NOT NULL,
    made_at timestamp with time zone NOT NULL,
    used_at timestamp with time zone
);


--
-- Name: progress; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.progress (
    bulletin_no integer NOT NULL,
    tier smallint NOT NULL,
    channel_id integer NOT NULL,
    groups integer DEFAULT 0 NOT NULL,
    seats bigint DEFAULT 0 NOT NULL,
    waiting integer DEFAULT 0 NOT NULL,
    held integer DEFAULT 0 NOT NULL,
    ready integer DEFAULT 0 NOT NULL,
    accepted integer DEFAULT 0 NOT NULL,
    failed integer DEFAULT 0 NOT NULL,
    unreachable integer DEFAULT 0 NOT NULL,
    declined integer DEFAULT 0 NOT NULL,
    withdrawn integer DEFAULT 0 NOT NULL,
    expired integer DEFAULT 0 NOT NULL,
    acknowledged_groups integer DEFAULT 0 NOT NULL,
    taps integer DEFAULT 0 NOT NULL,
    unnamed integer DEFAULT 0 NOT NULL,
    first_accepted_at timestamp with time zone,
    last_accepted_at timestamp with time zone,
    version bigint DEFAULT 1 NOT NULL,
    changed bigint NOT NULL,
    changed_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL
)
WITH (fillfactor='50', autovacuum_vacuum_threshold='500', autovacuum_vacuum_scale_factor='0.05');


--
-- Name: province_progress; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.province_progress (
    bulletin_no integer NOT NULL,
    province text NOT NULL,
    groups integer NOT NULL,
    accepted integer NOT NULL,
    seats bigint NOT NULL,
    acknowledged integer NOT NULL
);


--
-- Name: province_progress_marks; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.province_progress_marks (
    bulletin_no integer NOT NULL,
    version bigint NOT NULL
);


--
-- Name: recovery_codes; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.recovery_codes (
    account_id uuid NOT NULL,
    code_sha256 bytea NOT NULL,
    made_at timestamp with time zone NOT NULL,
    used_at timestamp with time zone,
    seen_at timestamp with time zone
);


--
-- Name: secret_keys; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.secret_keys (
    key_id bytea NOT NULL,
    state public.secret_key_state NOT NULL,
    since timestamp with time zone NOT NULL,
    CONSTRAINT key_id_has_four_bytes CHECK ((length(key_id) = 4))
);


--
-- Name: sessions; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.sessions (
    id_sha256 bytea NOT NULL,
    handle uuid DEFAULT gen_random_uuid() NOT NULL,
    account_id uuid,
    data jsonb NOT NULL,
    remembered boolean NOT NULL,
    device text DEFAULT ''::text NOT NULL,
    created_at timestamp with time zone NOT NULL,
    last_seen_at timestamp with time zone NOT NULL,
    expires_at timestamp with time zone NOT NULL
);


--
-- Name: sign_in_limits; Type: TABLE; Schema: public; Owner: -
--

CREATE UNLOGGED TABLE public.sign_in_limits (
    counted bytea NOT NULL,
    free_at timestamp with time zone NOT NULL
);


--
-- Name: sign_in_waits; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.sign_in_waits (
    session_sha256 bytea NOT NULL,
    kind text NOT NULL,
    data bytea NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    CONSTRAINT wait_is_known CHECK ((kind = ANY (ARRAY['provider'::text, 'passkey'::text, 'new_passkey'::text])))
);


--
-- Name: standstills; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.standstills (
    id bigint NOT NULL,
    channel_id integer,
    bulletin_id uuid,
    began_at timestamp with time zone NOT NULL,
    ended_at timestamp with time zone,
    CONSTRAINT standstill_of_a_channel_or_a_bulletin CHECK ((num_nonnulls(channel_id, bulletin_id) = 1))
);


--
-- Name: standstills_id_seq; Type: SEQUENCE; Schema: public; Owner: -
--

ALTER TABLE public.standstills ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.standstills_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Name: stewards; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.stewards (
    id integer NOT NULL,
    group_id integer NOT NULL,
    deputy boolean DEFAULT false NOT NULL,
    name text,
    title text,
    phone text,
    account_id uuid,
    valid_from timestamp with time zone NOT NULL,
    valid_until timestamp with time zone
);


--
-- Name: stewards_id_seq; Type: SEQUENCE; Schema: public; Owner: -
--

ALTER TABLE public.stewards ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.stewards_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Name: webhook_events; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.webhook_events (
    id bigint NOT NULL,
    channel_id integer NOT NULL,
    event_id text NOT NULL,
    kind text NOT NULL,
    line_group_id text,
    person bytea,
    data text,
    reply_token text,
    occurred_at timestamp with time zone NOT NULL,
    received_at timestamp with time zone NOT NULL,
    processed_at timestamp with time zone,
    tries smallint DEFAULT 0 NOT NULL,
    try_at timestamp with time zone,
    failed_at timestamp with time zone,
    failed_because text,
    CONSTRAINT failed_because_iff_failed CHECK (((failed_at IS NULL) = (failed_because IS NULL))),
    CONSTRAINT failed_or_processed CHECK (((failed_at IS NULL) OR (processed_at IS NULL)))
)
WITH (autovacuum_vacuum_threshold='500', autovacuum_vacuum_scale_factor='0.05');


--
-- Name: webhook_events_id_seq; Type: SEQUENCE; Schema: public; Owner: -
--

ALTER TABLE public.webhook_events ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.webhook_events_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Name: acknowledgements_578; Type: TABLE ATTACH; Schema: public; Owner: -
--

ALTER TABLE ONLY public.acknowledgements ATTACH PARTITION public.acknowledgements_578 FOR VALUES FROM (578000000) TO (579000000);


--
-- Name: attempts_578; Type: TABLE ATTACH; Schema: public; Owner: -
--

ALTER TABLE ONLY public.attempts ATTACH PARTITION public.attempts_578 FOR VALUES FROM (578000000) TO (579000000);


--
-- Name: deliveries_578; Type: TABLE ATTACH; Schema: public; Owner: -
--

ALTER TABLE ONLY public.deliveries ATTACH PARTITION public.deliveries_578 FOR VALUES FROM (578000000) TO (579000000);


--
-- Data for Name: _sqlx_migrations; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public._sqlx_migrations VALUES (1, 'schema', '2026-11-29 06:05:48.22363+00', true, '\x12883303e51f0fc706f27a3963934a90f73c2f895fcc540f54d63a7dcf5e3fa7521eb8d9ea0e5047b425fd28b2face92', 123634178);


--
-- Data for Name: acceptance_times; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.acceptance_times VALUES (578000000, 1, 1, 1, 1);
INSERT INTO public.acceptance_times VALUES (578000002, 1, 1, 1, 1);
INSERT INTO public.acceptance_times VALUES (578000001, 1, 1, 1, 1);
INSERT INTO public.acceptance_times VALUES (578000002, 1, 2, 1, 1);


--
-- Data for Name: account_identities; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: account_links; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: accounts; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: acknowledgements_578; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: api_keys; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: attempts_578; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.attempts_578 VALUES (1, 578000000, 5, '2018-03-23 00:00:00+00', 500, 'line_busy', '935e4ce4-4151-421b-89a4-5e19bc12c170', 2, 'Internal Server Error');
INSERT INTO public.attempts_578 VALUES (2, 578000000, 8, '2018-03-23 00:00:00+00', 413, 'message_refused', 'abc56a7a-f27f-40fa-ab42-a676ddc1460b', 2, 'Payload Too Large');
INSERT INTO public.attempts_578 VALUES (3, 578000001, 5, '2018-03-23 00:00:00+00', 500, 'line_busy', '2f4a98c3-ba68-4627-854c-37735ffe1d38', 4, 'Internal Server Error');
INSERT INTO public.attempts_578 VALUES (4, 578000002, 5, '2018-03-23 00:00:00+00', 500, 'line_busy', '65050948-1324-4f51-8e40-b440c7587ef7', 1, 'Internal Server Error');


--
-- Data for Name: audit; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.audit OVERRIDING SYSTEM VALUE VALUES (1, '2018-03-23 00:00:00+00', 'user:tester', 'publish', 'bulletin:01625027-ac00-7d88-8994-62b4ead82084', '{"deliveries": 8, "forwarding": "as_configured"}', '\x7fe47bca2d072d6979219ebb841044052a0f7ce04b47ef02b8e938e1cd1ba276', 1);
INSERT INTO public.audit OVERRIDING SYSTEM VALUE VALUES (2, '2018-03-23 00:00:00+00', 'user:tester', 'withdraw', 'bulletin:01625027-ac00-7d88-8994-62b4ead82084', '{"reason": "ข้อมูลคลาดเคลื่อน", "stopped": 6, "notified": 2}', '\xc065009a8cceef67c4aa2a7c6debc4772f5bf6652f35845884567297499964d8', 2);
INSERT INTO public.audit OVERRIDING SYSTEM VALUE VALUES (3, '2018-03-23 00:00:00+00', 'user:tester', 'publish', 'bulletin:01625027-ac00-7c03-8d7b-a0e80d2e7442', '{"deliveries": 8, "forwarding": "as_configured"}', '\x19046f8f097371a57efa3a93502493c4e9e95d67c5f217ab0e26bf018d67233f', 3);


--
-- Data for Name: batches; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: bulletins; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.bulletins VALUES ('01625027-ac00-7d88-8994-62b4ead82084', 578000000, 'news', NULL, 'การปฏิบัติการสื่อสารงานของรัฐบาล', 'ด้วยสำนักนายกรัฐมนตรีได้จัดประชุมหารือแนวทางการสื่อสารงานของรัฐบาล', 'การปฏิบัติการสื่อสารงานของรัฐบาล|มท0206.2/ว1620|ด้วยสำนักนายกรัฐมนตรีได้จัดประชุมหารือแนวทางการสื่อสารงานของรัฐบาล', 3, 'มท ๐๒๐๖.๒/ว ๑๖๒๐', '2018-03-23', 1, '{}', '[]', 'as_configured', '{"requested": true}', NULL, NULL, '2018-03-30 00:00:00+00', 's9ZQshsp0vbpLNde8Q5P4Q', 'withdrawn', '2018-03-23 00:00:00+00', 'user:tester', '2018-03-23 00:00:00+00', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, '2018-03-23 00:00:00+00', '2018-03-23 00:00:00+00', 'ข้อมูลคลาดเคลื่อน', '2018-03-23 00:00:00+00', 8);
INSERT INTO public.bulletins VALUES ('01625027-ac00-7dc1-9884-6c14fdd535b5', 578000001, 'withdrawal', '01625027-ac00-7d88-8994-62b4ead82084', 'การปฏิบัติการสื่อสารงานของรัฐบาล', 'ขอยกเลิกประกาศเรื่องนี้ที่ได้ส่งไปก่อนหน้านี้ เนื่องจากข้อมูลคลาดเคลื่อน', 'การปฏิบัติการสื่อสารงานของรัฐบาล|มท0206.2/ว1620|ขอยกเลิกประกาศเรื่องนี้ที่ได้ส่งไปก่อนหน้านี้เนื่องจากข้อมูลคลาดเคลื่อน', 3, 'มท ๐๒๐๖.๒/ว ๑๖๒๐', '2018-03-23', 1, '{}', '[]', 'automatic', '{"requested": false}', NULL, NULL, '2018-03-30 00:00:00+00', 'ME8T4t4T2RP7r4yfG6RPYA', 'published', '2018-03-23 00:00:00+00', 'user:tester', '2018-03-23 00:00:00+00', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, '2018-03-23 00:00:00+00', NULL, NULL, NULL, 2);
INSERT INTO public.bulletins VALUES ('01625027-ac00-7c03-8d7b-a0e80d2e7442', 578000002, 'news', NULL, 'การปฏิบัติการสื่อสารงานของรัฐบาล', 'ด้วยสำนักนายกรัฐมนตรีได้จัดประชุมหารือแนวทางการสื่อสารงานของรัฐบาล', 'การปฏิบัติการสื่อสารงานของรัฐบาล|มท0206.2/ว1620|ด้วยสำนักนายกรัฐมนตรีได้จัดประชุมหารือแนวทางการสื่อสารงานของรัฐบาล', 3, 'มท ๐๒๐๖.๒/ว ๑๖๒๐', '2018-03-23', 1, '{}', '[]', 'as_configured', '{"requested": true}', NULL, NULL, '2018-03-30 00:00:00+00', 'osBn1JgWL3FKJdAnhlDhaQ', 'published', '2018-03-23 00:00:00+00', 'user:tester', '2018-03-23 00:00:00+00', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, '2018-03-23 00:00:00+00', NULL, NULL, NULL, 8);


--
-- Data for Name: channels; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.channels VALUES (1, 'gcc', 'GCC', '\x01b155bff1878413e5f643f7e62e3ad58ba7c6f113e2f919025413b18aa2c3fc7487894828e7b3107933bdbf3594fe7b247c50556f76df3b53025bd6a0570a8378f980d7c1afd7180d8b312805', NULL, '\x01b155bff1611e924abf3916031c7f1e51505bca8345a0d1767d76b8b8cb121570527ffcc6d4bed98e77ff7527d087ab3e5dad77bae3525c1f7908a62240ce', 1950, 5, NULL, NULL, NULL, NULL, 1070, '2018-03-23 00:00:00+00', NULL, '2018-03-23 00:00:00+00', '2018-03-23 00:00:00+00');


--
-- Data for Name: deliveries_578; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.deliveries_578 VALUES (578000000, 1, 1, 340, 2, 1, 0, true, true, NULL, 1, NULL, 0, 0, 1, false, false, 'accepted', NULL, 4, '2018-03-23 00:00:00+00', NULL, NULL, '2018-03-23 00:00:00+00', '2018-03-23 00:00:00+00', NULL, '43fbc588-a6ea-45e5-9acb-d7f02769d2ab', '461230966842064897', NULL, NULL, DEFAULT, DEFAULT);
INSERT INTO public.deliveries_578 VALUES (578000001, 1, 1, 340, 1, 1, 1, false, true, NULL, 1, NULL, 0, 0, 1, false, false, 'accepted', NULL, 23, '2018-03-23 00:00:00+00', NULL, NULL, '2018-03-23 00:00:00+00', '2018-03-23 00:00:00+00', NULL, 'cf09ea2e-5a46-4e29-8737-e04678ec8045', '461230966842064899', NULL, NULL, DEFAULT, DEFAULT);
INSERT INTO public.deliveries_578 VALUES (578000000, 8, 1, 50, 1, 2, 1, false, true, 1, 7, NULL, 0, 0, 1, false, false, 'failed', 'message_refused', 10, '2018-03-23 00:00:00+00', NULL, NULL, '2018-03-23 00:00:00+00', '2018-03-23 00:00:00+00', NULL, NULL, NULL, NULL, NULL, DEFAULT, DEFAULT);
INSERT INTO public.deliveries_578 VALUES (578000000, 3, 1, 20, 1, 3, 1, false, false, 2, 3, 30, 0, 0, 0, false, false, 'withdrawn', 'bulletin_withdrawn', 13, NULL, NULL, NULL, NULL, '2018-03-23 00:00:00+00', NULL, NULL, NULL, NULL, NULL, DEFAULT, DEFAULT);
INSERT INTO public.deliveries_578 VALUES (578000000, 4, 1, 30, 1, 3, 1, false, true, 2, 4, NULL, 0, 0, 0, false, false, 'withdrawn', 'bulletin_withdrawn', 13, NULL, NULL, NULL, NULL, '2018-03-23 00:00:00+00', NULL, NULL, NULL, NULL, NULL, DEFAULT, DEFAULT);
INSERT INTO public.deliveries_578 VALUES (578000000, 6, 1, 21, 1, 3, 1, false, true, 5, 6, NULL, 0, 0, 0, false, false, 'withdrawn', 'bulletin_withdrawn', 13, NULL, NULL, NULL, NULL, '2018-03-23 00:00:00+00', NULL, NULL, NULL, NULL, NULL, DEFAULT, DEFAULT);
INSERT INTO public.deliveries_578 VALUES (578000000, 7, 1, 10, 1, 3, 1, false, true, 5, NULL, NULL, 0, 0, 0, false, false, 'withdrawn', 'bulletin_withdrawn', 13, NULL, NULL, NULL, NULL, '2018-03-23 00:00:00+00', NULL, NULL, NULL, NULL, NULL, DEFAULT, DEFAULT);
INSERT INTO public.deliveries_578 VALUES (578000000, 2, 1, 60, 2, 2, 0, true, false, 1, 2, NULL, 0, 0, 0, false, false, 'withdrawn', 'bulletin_withdrawn', 13, '2018-03-23 00:00:00+00', NULL, NULL, NULL, '2018-03-23 00:00:00+00', NULL, NULL, NULL, NULL, NULL, DEFAULT, DEFAULT);
INSERT INTO public.deliveries_578 VALUES (578000000, 5, 1, 70, 1, 2, 0, true, true, 1, 5, NULL, 0, 0, 1, false, true, 'withdrawn', 'bulletin_withdrawn', 13, '2018-03-23 00:00:00+00', NULL, NULL, '2018-03-23 00:00:00+00', '2018-03-23 00:00:00+00', NULL, NULL, NULL, NULL, NULL, DEFAULT, DEFAULT);
INSERT INTO public.deliveries_578 VALUES (578000002, 3, 1, 20, 1, 3, 1, false, false, 2, 3, 30, 0, 0, 0, false, false, 'waiting', NULL, 17, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, DEFAULT, DEFAULT);
INSERT INTO public.deliveries_578 VALUES (578000002, 1, 1, 340, 2, 1, 0, true, true, NULL, 1, NULL, 0, 0, 1, false, false, 'accepted', NULL, 20, '2018-03-23 00:00:00+00', NULL, NULL, '2018-03-23 00:00:00+00', '2018-03-23 00:00:00+00', NULL, 'a8f6a1a0-e0ed-4ba0-a792-552e825962d5', '461230966842064898', NULL, NULL, DEFAULT, DEFAULT);
INSERT INTO public.deliveries_578 VALUES (578000002, 2, 1, 60, 2, 2, 0, true, false, 1, 2, NULL, 0, 0, 0, false, false, 'held', NULL, 21, '2018-03-23 00:00:00+00', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, DEFAULT, DEFAULT);
INSERT INTO public.deliveries_578 VALUES (578000001, 5, 1, 70, 1, 2, 1, false, true, NULL, 5, NULL, 0, 0, 1, false, true, 'ready', 'line_busy', 23, '2018-03-23 00:00:00+00', NULL, '2018-03-23 00:00:05+00', '2018-03-23 00:00:00+00', NULL, NULL, NULL, NULL, NULL, NULL, DEFAULT, DEFAULT);
INSERT INTO public.deliveries_578 VALUES (578000002, 5, 1, 70, 1, 2, 0, true, true, 1, 5, NULL, 0, 0, 1, false, true, 'ready', 'line_busy', 25, '2018-03-23 00:00:00+00', NULL, '2018-03-23 00:00:05+00', '2018-03-23 00:00:00+00', NULL, NULL, NULL, NULL, NULL, NULL, DEFAULT, DEFAULT);
INSERT INTO public.deliveries_578 VALUES (578000002, 8, 1, 50, 1, 2, 1, false, true, 1, 7, NULL, 0, 0, 1, false, false, 'accepted', NULL, 25, '2018-03-23 00:00:00+00', NULL, NULL, '2018-03-23 00:00:00+00', '2018-03-23 00:00:00+00', NULL, '41cabb8e-e22f-4736-9dec-715938291a43', '461230966842064900', NULL, NULL, DEFAULT, DEFAULT);
INSERT INTO public.deliveries_578 VALUES (578000002, 4, 1, 30, 1, 3, 1, false, true, 2, 4, NULL, 0, 0, 0, false, false, 'waiting', NULL, 17, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, DEFAULT, DEFAULT);
INSERT INTO public.deliveries_578 VALUES (578000002, 6, 1, 21, 1, 3, 1, false, true, 5, 6, NULL, 0, 0, 0, false, false, 'waiting', NULL, 17, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, DEFAULT, DEFAULT);
INSERT INTO public.deliveries_578 VALUES (578000002, 7, 1, 10, 1, 3, 1, false, true, 5, NULL, NULL, 0, 0, 0, false, false, 'waiting', NULL, 17, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, DEFAULT, DEFAULT);


--
-- Data for Name: demo_data; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: failed_sign_ins; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: functions_applied; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.functions_applied VALUES ('never_deleted', '\xcfe554d4c846e9284a49176a1895c6281fe93f5818f733c075e4df27ecca5243');
INSERT INTO public.functions_applied VALUES ('groups_keep_tree', '\x16b6ed516a19c2269415dec519fef729d3d8d41878c641ab56cec549f1036858');
INSERT INTO public.functions_applied VALUES ('groups_ask_for_count', '\x92d4a1e2458a92eb8725185fe74743642c4977423d713f5ff5b78376eee7ce87');
INSERT INTO public.functions_applied VALUES ('line_groups_immutable', '\x1784cf4d6ef55f95f7d1ea9e4320a54b91229b7f066197b6652d6032f2c876b3');
INSERT INTO public.functions_applied VALUES ('groups_number_line_group', '\xd9683099e84b9c5ac61d01545fed9472939174cd90c00d59b876f6fe362bd7fd');
INSERT INTO public.functions_applied VALUES ('images_immutable', '\x0e4534e14b110e9f4546c8984d958d8035a4dc461c4638a4c93f5b2a9b2bc57d');
INSERT INTO public.functions_applied VALUES ('bulletins_immutable', '\xa5536e664e87c4f06a3e30e8649efa7dc422ee5e19f175514e392eb5fe7fbb8d');
INSERT INTO public.functions_applied VALUES ('bulletins_note_standstill', '\xd3989109109ca340bd83c4e3330a5fb6bac3118e46617650756eed317c5c4f12');
INSERT INTO public.functions_applied VALUES ('channels_note_standstill', '\x8e076830fe35eb7703e92a05d5ff352ee73c6cd0f383046aafeb51293f5f94a6');
INSERT INTO public.functions_applied VALUES ('audit_entry_bytes', '\x042c1f012bed458246d1c3dee4b66386486c96422ab2d78d5336f1e4ec9bde9d');
INSERT INTO public.functions_applied VALUES ('audit_append_only', '\x517f21f3328caa0f682839fad83d518ce9fab3c377ebc67467348a161b0647cc');
INSERT INTO public.functions_applied VALUES ('seal_entries', '\xb8704457a292ecad0817e793cd8a2578ba1ec17079023f22d367efb73cebbb7c');
INSERT INTO public.functions_applied VALUES ('present_place', '\x113780d4c9af3d7951c9282fd9c31bf89edff9e4c2d70322f81d769ce2659983');
INSERT INTO public.functions_applied VALUES ('change_locks', '\x97bab73086babfd036826c4c32957af39c112944a830d3923a79aa054e6519cb');
INSERT INTO public.functions_applied VALUES ('change_mark', '\x5c7c7dd8f9787fcba61f254e097ef09912e0a2a275f68f8d3279962cf280ffbf');
INSERT INTO public.functions_applied VALUES ('change_horizon', '\x073772b395d54f1e655f6849a3dc10e146f31490859af06868f93d822936f84b');
INSERT INTO public.functions_applied VALUES ('bulletin_month', '\x2ab3a3bb75a6f055d71b25f05f72434b9a8b23d6914d1e471650f55035e51c9a');
INSERT INTO public.functions_applied VALUES ('open_month', '\xd2e12202fd14a94d0cc4c2e3c663c422f98548e1faf12a639544f22e0d00ae11');
INSERT INTO public.functions_applied VALUES ('close_month', '\xf56f89698a3fcab32840f903b480d8be2a9c1ed4ede1f7ec7a8b6a2b5815ec80');
INSERT INTO public.functions_applied VALUES ('next_bulletin_no', '\x95fbb73dbbe0eee2bcb9bc06efc59ad47cbe83969aad4672dc61d70454805d83');
INSERT INTO public.functions_applied VALUES ('audience_groups', '\xe9b04093c705af597280cbb89bb33e16a9dc9c1068c84e3fe2d24ac6b47e8c90');
INSERT INTO public.functions_applied VALUES ('delivery_id', '\x3e9154242c0541638815c8a73ceae2e9847c773a4fba9241526026821d4faa5a');
INSERT INTO public.functions_applied VALUES ('delivery_may_become', '\x8d7443143d234f4ecfcf96dbfda1e0f82aaea6c6878704b35ae651c845b472c0');
INSERT INTO public.functions_applied VALUES ('delivery_refused', '\x66c2bb35a7340346ad5e96676a428fafe256abe30b8136195ce2ad43c30a23b7');
INSERT INTO public.functions_applied VALUES ('state_at_turn', '\xd2f7d2e8717da774b8ec4a476e8ad243e68f786e78e50ebec364bfbff04f1549');
INSERT INTO public.functions_applied VALUES ('release_at_turn', '\x260f5b76f181586210305d6d6359030dea73208a65f880771952ad5debca6969');
INSERT INTO public.functions_applied VALUES ('unnamed_within', '\x8059ed3a9f11d5177f836b7a0df4e4acbe88d53c636963a727bdf12f99ac0a44');
INSERT INTO public.functions_applied VALUES ('histogram_bucket', '\x79ecabaa3827deac2a2bf50d1b7f1c77f8f8ae59701a8127d33891627df7d5a0');
INSERT INTO public.functions_applied VALUES ('delivery_hops', '\x961a974ddc2538cc36d1116b633bc752ce262c1271207ae7b2c70fdc22f057bb');
INSERT INTO public.functions_applied VALUES ('unused_key', '\x47dd6270ba5c4e128ff70e89bcd9651ab7265db5b216d6be11e17f3df2a55f51');
INSERT INTO public.functions_applied VALUES ('leave_batches', '\xf20df4cc7f1ba74eaa2d16d0fa3b5779a9bf517859a2212ab68b8c5df2f78395');
INSERT INTO public.functions_applied VALUES ('deliveries_inserted', '\x75ca0eb8bb863fd62e23bb0a75db8cdb4a1a058bb5a427de545271393df391ee');
INSERT INTO public.functions_applied VALUES ('deliveries_updated', '\x96038e307aabf9d8d112479bfbcfb2de2ceaef6449385149c4967999c5d5f5ab');
INSERT INTO public.functions_applied VALUES ('sendable_batches', '\x0d44cfb6019e0347090e9039e42bde29b9397980ef0b6b51fd1770912a1c8a20');
INSERT INTO public.functions_applied VALUES ('open_due', '\xfeaef666ee7bf4fc449f5c1211a2e3f7ca7b83d071a6c36b317b9358a913e0b9');
INSERT INTO public.functions_applied VALUES ('claim_batches', '\x846718be63726bd9f1eccc08a1ab9f74e2eb3afa0f0f86bef9207908c3ef5a61');
INSERT INTO public.functions_applied VALUES ('record_accepted', '\xc08000f27dc799ba3c8e8b26e150396c6c8a3ef990be28ab0d92e8eb8227de44');


--
-- Data for Name: groups; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.groups VALUES (1, 'gcc1', NULL, 1, 'GCC1', 'gcc1', 1, '{1}', 1, 'Cgcc1', 1, NULL, '2018-03-23 00:00:00+00', NULL, 340, NULL, NULL, 340, 'automatic', NULL, false, '2018-03-23 00:00:00+00', '2018-03-23 00:00:00+00');
INSERT INTO public.groups VALUES (2, 'lpn', 1, 2, 'GCC2-จังหวัดลำพูน', 'gcc2-จังหวัดลำพูน', 2, '{1,2}', 1, 'Clpn', 2, NULL, '2018-03-23 00:00:00+00', NULL, 60, NULL, NULL, 60, 'stewarded', NULL, false, '2018-03-23 00:00:00+00', '2018-03-23 00:00:00+00');
INSERT INTO public.groups VALUES (5, 'cmi', 1, 2, 'GCC2-จังหวัดเชียงใหม่', 'gcc2-จังหวัดเชียงใหม่', 5, '{1,5}', 1, 'Ccmi', 5, NULL, '2018-03-23 00:00:00+00', NULL, 70, NULL, NULL, 70, 'automatic', NULL, false, '2018-03-23 00:00:00+00', '2018-03-23 00:00:00+00');
INSERT INTO public.groups VALUES (8, 'moi', 1, 2, 'GCC2-กระทรวงมหาดไทย', 'gcc2-กระทรวงมหาดไทย', 8, '{1,8}', 1, 'Cmoi', 7, NULL, '2018-03-23 00:00:00+00', NULL, 50, NULL, NULL, 50, 'automatic', NULL, false, '2018-03-23 00:00:00+00', '2018-03-23 00:00:00+00');
INSERT INTO public.groups VALUES (3, 'lpn-com', 2, 3, 'GCC3-ลพ-พาณิชย์', 'gcc3-ลพ-พาณิชย์', 3, '{1,2,3}', 1, 'Clpncom', 3, NULL, '2018-03-23 00:00:00+00', NULL, 20, NULL, NULL, 25, 'stewarded', 30, false, '2018-03-23 00:00:00+00', '2018-03-23 00:00:00+00');
INSERT INTO public.groups VALUES (4, 'lpn-dist', 2, 3, 'GCC3-ลพ-อำเภอเมืองลำพูน', 'gcc3-ลพ-อำเภอเมืองลำพูน', 4, '{1,2,4}', 1, 'Clpndist', 4, NULL, '2018-03-23 00:00:00+00', NULL, 30, NULL, NULL, 30, 'automatic', NULL, false, '2018-03-23 00:00:00+00', '2018-03-23 00:00:00+00');
INSERT INTO public.groups VALUES (6, 'cmi-com', 5, 3, 'GCC3-ชม-พาณิชย์', 'gcc3-ชม-พาณิชย์', 6, '{1,5,6}', 1, 'Ccmicom', 6, NULL, '2018-03-23 00:00:00+00', NULL, 21, NULL, NULL, 21, 'automatic', NULL, false, '2018-03-23 00:00:00+00', '2018-03-23 00:00:00+00');
INSERT INTO public.groups VALUES (7, 'cmi-far', 5, 3, 'GCC3-ชม-ยังไม่เชื่อม', 'gcc3-ชม-ยังไม่เชื่อม', 7, '{1,5,7}', 1, NULL, NULL, NULL, NULL, NULL, 10, NULL, NULL, 10, 'automatic', NULL, false, '2018-03-23 00:00:00+00', '2018-03-23 00:00:00+00');


--
-- Data for Name: home; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: idempotency_keys; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: images; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: join_codes; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: known_devices; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: line_groups; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.line_groups OVERRIDING SYSTEM VALUE VALUES (1, 'Cgcc1');
INSERT INTO public.line_groups OVERRIDING SYSTEM VALUE VALUES (2, 'Clpn');
INSERT INTO public.line_groups OVERRIDING SYSTEM VALUE VALUES (3, 'Clpncom');
INSERT INTO public.line_groups OVERRIDING SYSTEM VALUE VALUES (4, 'Clpndist');
INSERT INTO public.line_groups OVERRIDING SYSTEM VALUE VALUES (5, 'Ccmi');
INSERT INTO public.line_groups OVERRIDING SYSTEM VALUE VALUES (6, 'Ccmicom');
INSERT INTO public.line_groups OVERRIDING SYSTEM VALUE VALUES (7, 'Cmoi');


--
-- Data for Name: messages; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.messages VALUES ('01625027-ac00-7d88-8994-62b4ead82084', 1, NULL, false, '[{"type":"flex","altText":"[ด่วนที่สุด] เรื่อง การปฏิบัติการสื่อสารงานของรัฐบาล","contents":{"type":"bubble","size":"mega","header":{"type":"box","layout":"vertical","contents":[{"type":"text","text":"ด่วนที่สุด","size":"md","color":"#FFFFFF","weight":"bold","wrap":true,"lineSpacing":"4px","scaling":true}],"paddingAll":"md","backgroundColor":"#B00020"},"body":{"type":"box","layout":"vertical","contents":[{"type":"text","text":"ที่ มท ๐๒๐๖.๒/ว ๑๖๒๐","size":"sm","color":"#4B5563","wrap":true,"lineSpacing":"4px","scaling":true},{"type":"text","text":"๒๓ มีนาคม ๒๕๖๑","size":"sm","color":"#4B5563","wrap":true,"lineSpacing":"4px","scaling":true},{"type":"text","text":"เรื่อง การปฏิบัติการสื่อสารงานของรัฐบาล","size":"lg","color":"#1A1A1A","weight":"bold","wrap":true,"lineSpacing":"4px","scaling":true},{"type":"text","text":"ด้วยสำนักนายกรัฐมนตรีได้จัดประชุมหารือแนวทางการสื่อสารงานของรัฐบาล","size":"md","color":"#1A1A1A","wrap":true,"lineSpacing":"4px","scaling":true},{"type":"separator","margin":"lg"},{"type":"text","text":"จาก สำนักนายกรัฐมนตรี","size":"sm","color":"#4B5563","wrap":true,"lineSpacing":"4px","scaling":true}],"spacing":"md"},"footer":{"type":"box","layout":"vertical","contents":[{"type":"button","action":{"type":"uri","label":"อ่านฉบับเต็ม","uri":"http://127.0.0.1:8080/b/s9ZQshsp0vbpLNde8Q5P4Q"},"style":"link","color":"#1D4ED8","height":"sm","adjustMode":"shrink-to-fit","scaling":true},{"type":"button","action":{"type":"postback","label":"รับทราบ","data":"ack:01625027-ac00-7d88-8994-62b4ead82084"},"style":"primary","color":"#0B6B3A","height":"sm","adjustMode":"shrink-to-fit","scaling":true}],"spacing":"sm"}}}]', '\xf2f3e5a151f0d21f589ae754f857e86374eadf1ff0d6383d685ef819400836fc', '2018-03-23 00:00:00+00');
INSERT INTO public.messages VALUES ('01625027-ac00-7d88-8994-62b4ead82084', 2, NULL, true, '[{"type":"flex","altText":"[ด่วนที่สุด] เรื่อง การปฏิบัติการสื่อสารงานของรัฐบาล","contents":{"type":"bubble","size":"mega","header":{"type":"box","layout":"vertical","contents":[{"type":"text","text":"ด่วนที่สุด","size":"md","color":"#FFFFFF","weight":"bold","wrap":true,"lineSpacing":"4px","scaling":true}],"paddingAll":"md","backgroundColor":"#B00020"},"body":{"type":"box","layout":"vertical","contents":[{"type":"text","text":"ที่ มท ๐๒๐๖.๒/ว ๑๖๒๐","size":"sm","color":"#4B5563","wrap":true,"lineSpacing":"4px","scaling":true},{"type":"text","text":"๒๓ มีนาคม ๒๕๖๑","size":"sm","color":"#4B5563","wrap":true,"lineSpacing":"4px","scaling":true},{"type":"text","text":"เรื่อง การปฏิบัติการสื่อสารงานของรัฐบาล","size":"lg","color":"#1A1A1A","weight":"bold","wrap":true,"lineSpacing":"4px","scaling":true},{"type":"text","text":"ด้วยสำนักนายกรัฐมนตรีได้จัดประชุมหารือแนวทางการสื่อสารงานของรัฐบาล","size":"md","color":"#1A1A1A","wrap":true,"lineSpacing":"4px","scaling":true},{"type":"separator","margin":"lg"},{"type":"text","text":"จาก สำนักนายกรัฐมนตรี","size":"sm","color":"#4B5563","wrap":true,"lineSpacing":"4px","scaling":true}],"spacing":"md"},"footer":{"type":"box","layout":"vertical","contents":[{"type":"button","action":{"type":"uri","label":"อ่านฉบับเต็ม","uri":"http://127.0.0.1:8080/b/s9ZQshsp0vbpLNde8Q5P4Q"},"style":"link","color":"#1D4ED8","height":"sm","adjustMode":"shrink-to-fit","scaling":true},{"type":"button","action":{"type":"postback","label":"รับทราบ","data":"ack:01625027-ac00-7d88-8994-62b4ead82084"},"style":"primary","color":"#0B6B3A","height":"sm","adjustMode":"shrink-to-fit","scaling":true},{"type":"button","action":{"type":"uri","label":"ส่งต่อ","uri":"http://127.0.0.1:8080/waiting/01625027-ac00-7d88-8994-62b4ead82084"},"style":"primary","color":"#1D4ED8","height":"sm","adjustMode":"shrink-to-fit","scaling":true}],"spacing":"sm"}}}]', '\x217c97617cb7077c8d1eb4a026d77d9498bae33b55eda79feeb642b14e6df47d', '2018-03-23 00:00:00+00');
INSERT INTO public.messages VALUES ('01625027-ac00-7dc1-9884-6c14fdd535b5', 1, NULL, false, '[{"type":"flex","altText":"[ยกเลิก] [ด่วนที่สุด] เรื่อง การปฏิบัติการสื่อสารงานของรัฐบาล","contents":{"type":"bubble","size":"mega","header":{"type":"box","layout":"vertical","contents":[{"type":"text","text":"ยกเลิก · ด่วนที่สุด","size":"md","color":"#FFFFFF","weight":"bold","wrap":true,"lineSpacing":"4px","scaling":true}],"paddingAll":"md","backgroundColor":"#B00020"},"body":{"type":"box","layout":"vertical","contents":[{"type":"box","layout":"vertical","contents":[{"type":"text","text":"ยกเลิกประกาศที่ส่งก่อนหน้านี้","size":"sm","color":"#5B3A00","weight":"bold","wrap":true,"lineSpacing":"4px","scaling":true}],"paddingAll":"md","backgroundColor":"#FEF3C7","cornerRadius":"md"},{"type":"text","text":"ที่ มท ๐๒๐๖.๒/ว ๑๖๒๐","size":"sm","color":"#4B5563","wrap":true,"lineSpacing":"4px","scaling":true},{"type":"text","text":"๒๓ มีนาคม ๒๕๖๑","size":"sm","color":"#4B5563","wrap":true,"lineSpacing":"4px","scaling":true},{"type":"text","text":"เรื่อง การปฏิบัติการสื่อสารงานของรัฐบาล","size":"lg","color":"#1A1A1A","weight":"bold","wrap":true,"lineSpacing":"4px","scaling":true},{"type":"text","text":"ขอยกเลิกประกาศเรื่องนี้ที่ได้ส่งไปก่อนหน้านี้ เนื่องจากข้อมูลคลาดเคลื่อน","size":"md","color":"#1A1A1A","wrap":true,"lineSpacing":"4px","scaling":true},{"type":"separator","margin":"lg"},{"type":"text","text":"จาก สำนักนายกรัฐมนตรี","size":"sm","color":"#4B5563","wrap":true,"lineSpacing":"4px","scaling":true}],"spacing":"md"},"footer":{"type":"box","layout":"vertical","contents":[{"type":"button","action":{"type":"uri","label":"อ่านฉบับเต็ม","uri":"http://127.0.0.1:8080/b/ME8T4t4T2RP7r4yfG6RPYA"},"style":"link","color":"#1D4ED8","height":"sm","adjustMode":"shrink-to-fit","scaling":true}],"spacing":"sm"}}}]', '\x145f640234300dfa5e633a977487060d22c8861247ec049d4c7d840f469b9d1b', '2018-03-23 00:00:00+00');
INSERT INTO public.messages VALUES ('01625027-ac00-7c03-8d7b-a0e80d2e7442', 1, NULL, false, '[{"type":"flex","altText":"[ด่วนที่สุด] เรื่อง การปฏิบัติการสื่อสารงานของรัฐบาล","contents":{"type":"bubble","size":"mega","header":{"type":"box","layout":"vertical","contents":[{"type":"text","text":"ด่วนที่สุด","size":"md","color":"#FFFFFF","weight":"bold","wrap":true,"lineSpacing":"4px","scaling":true}],"paddingAll":"md","backgroundColor":"#B00020"},"body":{"type":"box","layout":"vertical","contents":[{"type":"text","text":"ที่ มท ๐๒๐๖.๒/ว ๑๖๒๐","size":"sm","color":"#4B5563","wrap":true,"lineSpacing":"4px","scaling":true},{"type":"text","text":"๒๓ มีนาคม ๒๕๖๑","size":"sm","color":"#4B5563","wrap":true,"lineSpacing":"4px","scaling":true},{"type":"text","text":"เรื่อง การปฏิบัติการสื่อสารงานของรัฐบาล","size":"lg","color":"#1A1A1A","weight":"bold","wrap":true,"lineSpacing":"4px","scaling":true},{"type":"text","text":"ด้วยสำนักนายกรัฐมนตรีได้จัดประชุมหารือแนวทางการสื่อสารงานของรัฐบาล","size":"md","color":"#1A1A1A","wrap":true,"lineSpacing":"4px","scaling":true},{"type":"separator","margin":"lg"},{"type":"text","text":"จาก สำนักนายกรัฐมนตรี","size":"sm","color":"#4B5563","wrap":true,"lineSpacing":"4px","scaling":true}],"spacing":"md"},"footer":{"type":"box","layout":"vertical","contents":[{"type":"button","action":{"type":"uri","label":"อ่านฉบับเต็ม","uri":"http://127.0.0.1:8080/b/osBn1JgWL3FKJdAnhlDhaQ"},"style":"link","color":"#1D4ED8","height":"sm","adjustMode":"shrink-to-fit","scaling":true},{"type":"button","action":{"type":"postback","label":"รับทราบ","data":"ack:01625027-ac00-7c03-8d7b-a0e80d2e7442"},"style":"primary","color":"#0B6B3A","height":"sm","adjustMode":"shrink-to-fit","scaling":true}],"spacing":"sm"}}}]', '\x9799d797987777dfd09b3b08de0ec37ffddde7a77c904bbb3c92426b8663eead', '2018-03-23 00:00:00+00');
INSERT INTO public.messages VALUES ('01625027-ac00-7c03-8d7b-a0e80d2e7442', 2, NULL, true, '[{"type":"flex","altText":"[ด่วนที่สุด] เรื่อง การปฏิบัติการสื่อสารงานของรัฐบาล","contents":{"type":"bubble","size":"mega","header":{"type":"box","layout":"vertical","contents":[{"type":"text","text":"ด่วนที่สุด","size":"md","color":"#FFFFFF","weight":"bold","wrap":true,"lineSpacing":"4px","scaling":true}],"paddingAll":"md","backgroundColor":"#B00020"},"body":{"type":"box","layout":"vertical","contents":[{"type":"text","text":"ที่ มท ๐๒๐๖.๒/ว ๑๖๒๐","size":"sm","color":"#4B5563","wrap":true,"lineSpacing":"4px","scaling":true},{"type":"text","text":"๒๓ มีนาคม ๒๕๖๑","size":"sm","color":"#4B5563","wrap":true,"lineSpacing":"4px","scaling":true},{"type":"text","text":"เรื่อง การปฏิบัติการสื่อสารงานของรัฐบาล","size":"lg","color":"#1A1A1A","weight":"bold","wrap":true,"lineSpacing":"4px","scaling":true},{"type":"text","text":"ด้วยสำนักนายกรัฐมนตรีได้จัดประชุมหารือแนวทางการสื่อสารงานของรัฐบาล","size":"md","color":"#1A1A1A","wrap":true,"lineSpacing":"4px","scaling":true},{"type":"separator","margin":"lg"},{"type":"text","text":"จาก สำนักนายกรัฐมนตรี","size":"sm","color":"#4B5563","wrap":true,"lineSpacing":"4px","scaling":true}],"spacing":"md"},"footer":{"type":"box","layout":"vertical","contents":[{"type":"button","action":{"type":"uri","label":"อ่านฉบับเต็ม","uri":"http://127.0.0.1:8080/b/osBn1JgWL3FKJdAnhlDhaQ"},"style":"link","color":"#1D4ED8","height":"sm","adjustMode":"shrink-to-fit","scaling":true},{"type":"button","action":{"type":"postback","label":"รับทราบ","data":"ack:01625027-ac00-7c03-8d7b-a0e80d2e7442"},"style":"primary","color":"#0B6B3A","height":"sm","adjustMode":"shrink-to-fit","scaling":true},{"type":"button","action":{"type":"uri","label":"ส่งต่อ","uri":"http://127.0.0.1:8080/waiting/01625027-ac00-7c03-8d7b-a0e80d2e7442"},"style":"primary","color":"#1D4ED8","height":"sm","adjustMode":"shrink-to-fit","scaling":true}],"spacing":"sm"}}}]', '\xaaac497c316175813ee7816d3fb83118c765cb7efd861f84c7e57674b08d556f', '2018-03-23 00:00:00+00');


--
-- Data for Name: node_keys; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: offices; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.offices VALUES (1, 'pmo', 'สำนักนายกรัฐมนตรี', 'สำนักนายกรัฐมนตรี', 'national', NULL, '2018-03-23 00:00:00+00', '2018-03-23 00:00:00+00');
INSERT INTO public.offices VALUES (2, 'lamphun', 'จังหวัดลำพูน', 'จังหวัดลำพูน', 'province', '51', '2018-03-23 00:00:00+00', '2018-03-23 00:00:00+00');
INSERT INTO public.offices VALUES (3, 'lamphun-commerce', 'สำนักงานพาณิชย์จังหวัดลำพูน', 'สำนักงานพาณิชย์จังหวัดลำพูน', 'provincial_agency', '51', '2018-03-23 00:00:00+00', '2018-03-23 00:00:00+00');
INSERT INTO public.offices VALUES (4, 'lamphun-d1', 'อำเภอเมืองลำพูน', 'อำเภอเมืองลำพูน', 'district', '51', '2018-03-23 00:00:00+00', '2018-03-23 00:00:00+00');
INSERT INTO public.offices VALUES (5, 'chiangmai', 'จังหวัดเชียงใหม่', 'จังหวัดเชียงใหม่', 'province', '50', '2018-03-23 00:00:00+00', '2018-03-23 00:00:00+00');
INSERT INTO public.offices VALUES (6, 'chiangmai-commerce', 'สำนักงานพาณิชย์จังหวัดเชียงใหม่', 'สำนักงานพาณิชย์จังหวัดเชียงใหม่', 'provincial_agency', '50', '2018-03-23 00:00:00+00', '2018-03-23 00:00:00+00');
INSERT INTO public.offices VALUES (7, 'chiangmai-far', 'อำเภออมก๋อย', 'อำเภออมก๋อย', 'district', '50', '2018-03-23 00:00:00+00', '2018-03-23 00:00:00+00');
INSERT INTO public.offices VALUES (8, 'moi', 'กระทรวงมหาดไทย', 'กระทรวงมหาดไทย', 'ministry', NULL, '2018-03-23 00:00:00+00', '2018-03-23 00:00:00+00');


--
-- Data for Name: passkeys; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: progress; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.progress VALUES (578000000, 1, 1, 1, 340, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, '2018-03-23 00:00:00+00', '2018-03-23 00:00:00+00', 2, 6, '2026-11-29 06:05:48.860979+00');
INSERT INTO public.progress VALUES (578000000, 2, 1, 3, 180, 0, 0, 0, 0, 1, 0, 0, 2, 0, 0, 0, 0, NULL, NULL, 5, 14, '2026-11-29 06:05:48.993367+00');
INSERT INTO public.progress VALUES (578000000, 3, 1, 4, 81, 0, 0, 0, 0, 0, 0, 0, 4, 0, 0, 0, 0, NULL, NULL, 2, 14, '2026-11-29 06:05:48.993399+00');
INSERT INTO public.progress VALUES (578000002, 3, 1, 4, 81, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, NULL, NULL, 1, 18, '2026-11-29 06:05:49.042659+00');
INSERT INTO public.progress VALUES (578000002, 1, 1, 1, 340, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, '2018-03-23 00:00:00+00', '2018-03-23 00:00:00+00', 2, 22, '2026-11-29 06:05:49.107689+00');
INSERT INTO public.progress VALUES (578000001, 1, 1, 1, 340, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, '2018-03-23 00:00:00+00', '2018-03-23 00:00:00+00', 2, 24, '2026-11-29 06:05:49.112374+00');
INSERT INTO public.progress VALUES (578000001, 2, 1, 1, 70, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, NULL, NULL, 2, 24, '2026-11-29 06:05:49.112405+00');
INSERT INTO public.progress VALUES (578000002, 2, 1, 3, 180, 0, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, '2018-03-23 00:00:00+00', '2018-03-23 00:00:00+00', 3, 26, '2026-11-29 06:05:49.128+00');


--
-- Data for Name: province_progress; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.province_progress VALUES (578000000, '51', 3, 0, 110, 0);
INSERT INTO public.province_progress VALUES (578000000, '', 2, 1, 390, 0);
INSERT INTO public.province_progress VALUES (578000000, '50', 3, 0, 101, 0);
INSERT INTO public.province_progress VALUES (578000002, '51', 3, 0, 110, 0);
INSERT INTO public.province_progress VALUES (578000002, '50', 3, 0, 101, 0);
INSERT INTO public.province_progress VALUES (578000001, '50', 1, 0, 70, 0);
INSERT INTO public.province_progress VALUES (578000002, '', 2, 2, 390, 0);
INSERT INTO public.province_progress VALUES (578000001, '', 1, 1, 340, 0);


--
-- Data for Name: province_progress_marks; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.province_progress_marks VALUES (578000000, 9);
INSERT INTO public.province_progress_marks VALUES (578000001, 4);
INSERT INTO public.province_progress_marks VALUES (578000002, 6);


--
-- Data for Name: recovery_codes; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: secret_keys; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: sessions; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: sign_in_limits; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: sign_in_waits; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: standstills; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.standstills OVERRIDING SYSTEM VALUE VALUES (1, NULL, '01625027-ac00-7d88-8994-62b4ead82084', '2018-03-23 00:00:00+00', NULL);


--
-- Data for Name: stewards; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.stewards VALUES (1, 2, false, NULL, 'ผู้ว่าราชการจังหวัดลำพูน', NULL, NULL, '2018-03-23 00:00:00+00', NULL);
INSERT INTO public.stewards VALUES (2, 3, false, NULL, 'พาณิชย์จังหวัดลำพูน', NULL, NULL, '2018-03-23 00:00:00+00', NULL);
INSERT INTO public.stewards VALUES (3, 4, false, NULL, 'นายอำเภอเมืองลำพูน', NULL, NULL, '2018-03-23 00:00:00+00', NULL);
INSERT INTO public.stewards VALUES (4, 5, false, NULL, 'ผู้ว่าราชการจังหวัดเชียงใหม่', NULL, NULL, '2018-03-23 00:00:00+00', NULL);
INSERT INTO public.stewards VALUES (5, 6, false, NULL, 'พาณิชย์จังหวัดเชียงใหม่', NULL, NULL, '2018-03-23 00:00:00+00', NULL);
INSERT INTO public.stewards VALUES (6, 7, false, NULL, 'นายอำเภออมก๋อย', NULL, NULL, '2018-03-23 00:00:00+00', NULL);
INSERT INTO public.stewards VALUES (7, 8, false, NULL, 'ปลัดกระทรวงมหาดไทย', NULL, NULL, '2018-03-23 00:00:00+00', NULL);


--
-- Data for Name: webhook_events; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Name: attempts_id_seq; Type: SEQUENCE SET; Schema: public; Owner: -
--

SELECT pg_catalog.setval('public.attempts_id_seq', 4, true);


--
-- Name: audit_id_seq; Type: SEQUENCE SET; Schema: public; Owner: -
--

SELECT pg_catalog.setval('public.audit_id_seq', 3, true);


--
-- Name: batches_id_seq; Type: SEQUENCE SET; Schema: public; Owner: -
--

SELECT pg_catalog.setval('public.batches_id_seq', 7, true);


--
-- Name: bulletin_numbers; Type: SEQUENCE SET; Schema: public; Owner: -
--

SELECT pg_catalog.setval('public.bulletin_numbers', 2, true);


--
-- Name: change_marks; Type: SEQUENCE SET; Schema: public; Owner: -
--

SELECT pg_catalog.setval('public.change_marks', 27, true);


--
-- Name: channels_id_seq; Type: SEQUENCE SET; Schema: public; Owner: -
--

SELECT pg_catalog.setval('public.channels_id_seq', 1, true);


--
-- Name: groups_id_seq; Type: SEQUENCE SET; Schema: public; Owner: -
--

SELECT pg_catalog.setval('public.groups_id_seq', 8, true);


--
-- Name: line_groups_no_seq; Type: SEQUENCE SET; Schema: public; Owner: -
--

SELECT pg_catalog.setval('public.line_groups_no_seq', 7, true);


--
-- Name: offices_id_seq; Type: SEQUENCE SET; Schema: public; Owner: -
--

SELECT pg_catalog.setval('public.offices_id_seq', 8, true);


--
-- Name: standstills_id_seq; Type: SEQUENCE SET; Schema: public; Owner: -
--

SELECT pg_catalog.setval('public.standstills_id_seq', 1, true);


--
-- Name: stewards_id_seq; Type: SEQUENCE SET; Schema: public; Owner: -
--

SELECT pg_catalog.setval('public.stewards_id_seq', 7, true);


--
-- Name: webhook_events_id_seq; Type: SEQUENCE SET; Schema: public; Owner: -
--

SELECT pg_catalog.setval('public.webhook_events_id_seq', 1, false);


--
-- Name: _sqlx_migrations _sqlx_migrations_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public._sqlx_migrations
    ADD CONSTRAINT _sqlx_migrations_pkey PRIMARY KEY (version);


--
-- Name: acceptance_times acceptance_times_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.acceptance_times
    ADD CONSTRAINT acceptance_times_pkey PRIMARY KEY (bulletin_no, tier, channel_id, bucket);


--
-- Name: account_identities account_identities_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.account_identities
    ADD CONSTRAINT account_identities_pkey PRIMARY KEY (person_hash);


--
-- Name: account_links account_links_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.account_links
    ADD CONSTRAINT account_links_pkey PRIMARY KEY (token_sha256);


--
-- Name: accounts accounts_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.accounts
    ADD CONSTRAINT accounts_pkey PRIMARY KEY (id);


--
-- Name: accounts accounts_username_key; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.accounts
    ADD CONSTRAINT accounts_username_key UNIQUE (username);


--
-- Name: acknowledgements acknowledgements_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.acknowledgements
    ADD CONSTRAINT acknowledgements_pkey PRIMARY KEY (bulletin_no, group_id, person);


--
-- Name: acknowledgements_578 acknowledgements_578_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.acknowledgements_578
    ADD CONSTRAINT acknowledgements_578_pkey PRIMARY KEY (bulletin_no, group_id, person);


--
-- Name: api_keys api_keys_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.api_keys
    ADD CONSTRAINT api_keys_pkey PRIMARY KEY (id);


--
-- Name: api_keys api_keys_prefix_key; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.api_keys
    ADD CONSTRAINT api_keys_prefix_key UNIQUE (prefix);


--
-- Name: attempts attempts_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.attempts
    ADD CONSTRAINT attempts_pkey PRIMARY KEY (bulletin_no, group_id, id);


--
-- Name: attempts_578 attempts_578_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.attempts_578
    ADD CONSTRAINT attempts_578_pkey PRIMARY KEY (bulletin_no, group_id, id);


--
-- Name: audit audit_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.audit
    ADD CONSTRAINT audit_pkey PRIMARY KEY (id);


--
-- Name: audit audit_sealed_no_key; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.audit
    ADD CONSTRAINT audit_sealed_no_key UNIQUE (sealed_no);


--
-- Name: batches batches_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.batches
    ADD CONSTRAINT batches_pkey PRIMARY KEY (id);


--
-- Name: bulletins bulletins_no_key; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.bulletins
    ADD CONSTRAINT bulletins_no_key UNIQUE (no);


--
-- Name: bulletins bulletins_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.bulletins
    ADD CONSTRAINT bulletins_pkey PRIMARY KEY (id);


--
-- Name: bulletins bulletins_public_token_key; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.bulletins
    ADD CONSTRAINT bulletins_public_token_key UNIQUE (public_token);


--
-- Name: channels channels_code_key; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.channels
    ADD CONSTRAINT channels_code_key UNIQUE (code);


--
-- Name: channels channels_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.channels
    ADD CONSTRAINT channels_pkey PRIMARY KEY (id);


--
-- Name: deliveries deliveries_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.deliveries
    ADD CONSTRAINT deliveries_pkey PRIMARY KEY (bulletin_no, group_id);


--
-- Name: deliveries_578 deliveries_578_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.deliveries_578
    ADD CONSTRAINT deliveries_578_pkey PRIMARY KEY (bulletin_no, group_id);


--
-- Name: demo_data demo_data_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.demo_data
    ADD CONSTRAINT demo_data_pkey PRIMARY KEY (only_one);


--
-- Name: failed_sign_ins failed_sign_ins_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.failed_sign_ins
    ADD CONSTRAINT failed_sign_ins_pkey PRIMARY KEY (account_id);


--
-- Name: functions_applied functions_applied_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.functions_applied
    ADD CONSTRAINT functions_applied_pkey PRIMARY KEY (name);


--
-- Name: groups groups_code_key; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.groups
    ADD CONSTRAINT groups_code_key UNIQUE (code);


--
-- Name: groups groups_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.groups
    ADD CONSTRAINT groups_pkey PRIMARY KEY (id);


--
-- Name: home home_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.home
    ADD CONSTRAINT home_pkey PRIMARY KEY (only_one);


--
-- Name: idempotency_keys idempotency_keys_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.idempotency_keys
    ADD CONSTRAINT idempotency_keys_pkey PRIMARY KEY (api_key_id, route, key);


--
-- Name: images images_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.images
    ADD CONSTRAINT images_pkey PRIMARY KEY (id);


--
-- Name: join_codes join_codes_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.join_codes
    ADD CONSTRAINT join_codes_pkey PRIMARY KEY (code_sha256);


--
-- Name: known_devices known_devices_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.known_devices
    ADD CONSTRAINT known_devices_pkey PRIMARY KEY (token_sha256, account_id);


--
-- Name: line_groups line_groups_line_group_id_key; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.line_groups
    ADD CONSTRAINT line_groups_line_group_id_key UNIQUE (line_group_id);


--
-- Name: line_groups line_groups_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.line_groups
    ADD CONSTRAINT line_groups_pkey PRIMARY KEY (no);


--
-- Name: messages messages_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.messages
    ADD CONSTRAINT messages_pkey PRIMARY KEY (bulletin_id, variant);


--
-- Name: node_keys node_keys_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.node_keys
    ADD CONSTRAINT node_keys_pkey PRIMARY KEY (node);


--
-- Name: offices offices_code_key; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.offices
    ADD CONSTRAINT offices_code_key UNIQUE (code);


--
-- Name: offices offices_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.offices
    ADD CONSTRAINT offices_pkey PRIMARY KEY (id);


--
-- Name: groups one_group_per_line_group; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.groups
    ADD CONSTRAINT one_group_per_line_group UNIQUE (channel_id, line_group_id);


--
-- Name: account_identities one_person_of_an_issuer; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.account_identities
    ADD CONSTRAINT one_person_of_an_issuer UNIQUE (account_id, issuer);


--
-- Name: passkeys passkeys_credential_id_key; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.passkeys
    ADD CONSTRAINT passkeys_credential_id_key UNIQUE (credential_id);


--
-- Name: passkeys passkeys_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.passkeys
    ADD CONSTRAINT passkeys_pkey PRIMARY KEY (id);


--
-- Name: progress progress_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.progress
    ADD CONSTRAINT progress_pkey PRIMARY KEY (bulletin_no, tier, channel_id);


--
-- Name: province_progress_marks province_progress_marks_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.province_progress_marks
    ADD CONSTRAINT province_progress_marks_pkey PRIMARY KEY (bulletin_no);


--
-- Name: province_progress province_progress_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.province_progress
    ADD CONSTRAINT province_progress_pkey PRIMARY KEY (bulletin_no, province);


--
-- Name: recovery_codes recovery_codes_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.recovery_codes
    ADD CONSTRAINT recovery_codes_pkey PRIMARY KEY (account_id, code_sha256);


--
-- Name: secret_keys secret_keys_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.secret_keys
    ADD CONSTRAINT secret_keys_pkey PRIMARY KEY (key_id);


--
-- Name: sessions sessions_handle_key; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.sessions
    ADD CONSTRAINT sessions_handle_key UNIQUE (handle);


--
-- Name: sessions sessions_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.sessions
    ADD CONSTRAINT sessions_pkey PRIMARY KEY (id_sha256);


--
-- Name: sign_in_limits sign_in_limits_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.sign_in_limits
    ADD CONSTRAINT sign_in_limits_pkey PRIMARY KEY (counted);


--
-- Name: sign_in_waits sign_in_waits_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.sign_in_waits
    ADD CONSTRAINT sign_in_waits_pkey PRIMARY KEY (session_sha256, kind);


--
-- Name: standstills standstills_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.standstills
    ADD CONSTRAINT standstills_pkey PRIMARY KEY (id);


--
-- Name: stewards stewards_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.stewards
    ADD CONSTRAINT stewards_pkey PRIMARY KEY (id);


--
-- Name: webhook_events webhook_events_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.webhook_events
    ADD CONSTRAINT webhook_events_pkey PRIMARY KEY (channel_id, event_id);


--
-- Name: account_links_by_account; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX account_links_by_account ON public.account_links USING btree (account_id);


--
-- Name: account_links_by_expiry; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX account_links_by_expiry ON public.account_links USING btree (expires_at);


--
-- Name: accounts_by_office; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX accounts_by_office ON public.accounts USING btree (office_id);


--
-- Name: api_keys_by_office; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX api_keys_by_office ON public.api_keys USING btree (office_id);


--
-- Name: audit_by_act; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX audit_by_act ON public.audit USING btree (act, at, id);


--
-- Name: audit_by_actor; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX audit_by_actor ON public.audit USING btree (actor, at, id);


--
-- Name: audit_by_subject; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX audit_by_subject ON public.audit USING btree (subject, id);


--
-- Name: audit_by_time; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX audit_by_time ON public.audit USING btree (at, id);


--
-- Name: audit_drops; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX audit_drops ON public.audit USING btree (id) WHERE (act = 'audit_drop'::text);


--
-- Name: audit_unsealed; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX audit_unsealed ON public.audit USING btree (id) WHERE (seal IS NULL);


--
-- Name: batches_by_bulletin; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX batches_by_bulletin ON public.batches USING btree (bulletin_no);


--
-- Name: batches_claimed; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX batches_claimed ON public.batches USING btree (channel_id) WHERE (epoch IS NOT NULL);


--
-- Name: batches_open; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX batches_open ON public.batches USING btree (channel_id, priority, id) WHERE (epoch IS NULL);


--
-- Name: bulletins_by_about; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX bulletins_by_about ON public.bulletins USING btree (about) WHERE (about IS NOT NULL);


--
-- Name: bulletins_by_image; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX bulletins_by_image ON public.bulletins USING btree (image_id) WHERE (image_id IS NOT NULL);


--
-- Name: bulletins_by_words; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX bulletins_by_words ON public.bulletins USING gin (search_form public.gin_trgm_ops);


--
-- Name: bulletins_paused; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX bulletins_paused ON public.bulletins USING btree (id) WHERE (paused_at IS NOT NULL);


--
-- Name: bulletins_published; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX bulletins_published ON public.bulletins USING btree (published_at) WHERE (published_at IS NOT NULL);


--
-- Name: bulletins_scheduled; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX bulletins_scheduled ON public.bulletins USING btree (scheduled_for) WHERE (stage = 'scheduled'::public.bulletin_stage);


--
-- Name: deliveries_blocking; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX deliveries_blocking ON ONLY public.deliveries USING btree (blocks_since) WHERE (blocks_since IS NOT NULL);


--
-- Name: deliveries_578_blocks_since_idx; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX deliveries_578_blocks_since_idx ON public.deliveries_578 USING btree (blocks_since) WHERE (blocks_since IS NOT NULL);


--
-- Name: deliveries_by_parent; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX deliveries_by_parent ON ONLY public.deliveries USING btree (bulletin_no, parent_group) WHERE (parent_group IS NOT NULL);


--
-- Name: deliveries_578_bulletin_no_parent_group_idx; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX deliveries_578_bulletin_no_parent_group_idx ON public.deliveries_578 USING btree (bulletin_no, parent_group) WHERE (parent_group IS NOT NULL);


--
-- Name: deliveries_due; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX deliveries_due ON ONLY public.deliveries USING btree (channel_id, due_at) WHERE (due_at IS NOT NULL);


--
-- Name: deliveries_578_channel_id_due_at_idx; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX deliveries_578_channel_id_due_at_idx ON public.deliveries_578 USING btree (channel_id, due_at) WHERE (due_at IS NOT NULL);


--
-- Name: deliveries_failures; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX deliveries_failures ON ONLY public.deliveries USING btree (failure_no, group_id) WHERE (failure_no IS NOT NULL);


--
-- Name: deliveries_578_failure_no_group_id_idx; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX deliveries_578_failure_no_group_id_idx ON public.deliveries_578 USING btree (failure_no, group_id) WHERE (failure_no IS NOT NULL);


--
-- Name: deliveries_release_due; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX deliveries_release_due ON ONLY public.deliveries USING btree (release_at) WHERE (release_at IS NOT NULL);


--
-- Name: deliveries_578_release_at_idx; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX deliveries_578_release_at_idx ON public.deliveries_578 USING btree (release_at) WHERE (release_at IS NOT NULL);


--
-- Name: groups_by_office; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX groups_by_office ON public.groups USING btree (office_id);


--
-- Name: groups_by_parent; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX groups_by_parent ON public.groups USING btree (parent_id);


--
-- Name: groups_by_path; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX groups_by_path ON public.groups USING gin (path);


--
-- Name: groups_count_due; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX groups_count_due ON public.groups USING btree (count_due_at) WHERE (count_due_at IS NOT NULL);


--
-- Name: groups_one_root; Type: INDEX; Schema: public; Owner: -
--

CREATE UNIQUE INDEX groups_one_root ON public.groups USING btree ((true)) WHERE (parent_id IS NULL);


--
-- Name: idempotency_keys_by_age; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX idempotency_keys_by_age ON public.idempotency_keys USING btree (created_at);


--
-- Name: idempotency_keys_of_forms; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX idempotency_keys_of_forms ON public.idempotency_keys USING btree (created_at) WHERE (route ~~ 'FORM %'::text);


--
-- Name: images_by_age; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX images_by_age ON public.images USING btree (created_at);


--
-- Name: known_devices_by_account; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX known_devices_by_account ON public.known_devices USING btree (account_id, seen_at);


--
-- Name: known_devices_by_age; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX known_devices_by_age ON public.known_devices USING btree (seen_at);


--
-- Name: passkeys_of_account; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX passkeys_of_account ON public.passkeys USING btree (account_id);


--
-- Name: progress_changed; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX progress_changed ON public.progress USING btree (changed);


--
-- Name: progress_open; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX progress_open ON public.progress USING btree (bulletin_no) WHERE (((waiting + held) + ready) > 0);


--
-- Name: secret_keys_one_of_each; Type: INDEX; Schema: public; Owner: -
--

CREATE UNIQUE INDEX secret_keys_one_of_each ON public.secret_keys USING btree (state) WHERE (state = ANY (ARRAY['next'::public.secret_key_state, 'seals'::public.secret_key_state, 'persons'::public.secret_key_state]));


--
-- Name: sessions_by_account; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX sessions_by_account ON public.sessions USING btree (account_id);


--
-- Name: sessions_by_expiry; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX sessions_by_expiry ON public.sessions USING btree (expires_at);


--
-- Name: sign_in_limits_by_time; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX sign_in_limits_by_time ON public.sign_in_limits USING btree (free_at);


--
-- Name: standstills_by_bulletin; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX standstills_by_bulletin ON public.standstills USING btree (bulletin_id) WHERE (bulletin_id IS NOT NULL);


--
-- Name: standstills_by_channel; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX standstills_by_channel ON public.standstills USING btree (channel_id, began_at) WHERE (channel_id IS NOT NULL);


--
-- Name: stewards_current; Type: INDEX; Schema: public; Owner: -
--

CREATE UNIQUE INDEX stewards_current ON public.stewards USING btree (group_id, deputy) WHERE (valid_until IS NULL);


--
-- Name: stewards_for_a_while; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX stewards_for_a_while ON public.stewards USING btree (group_id, valid_until) WHERE (valid_until IS NOT NULL);


--
-- Name: webhook_events_failed; Type: INDEX; Schema: public; Owner: -
--

CREATE UNIQUE INDEX webhook_events_failed ON public.webhook_events USING btree (id) WHERE (failed_at IS NOT NULL);


--
-- Name: webhook_events_unprocessed; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX webhook_events_unprocessed ON public.webhook_events USING btree (received_at) WHERE ((processed_at IS NULL) AND (failed_at IS NULL));


--
-- Name: acknowledgements_578_pkey; Type: INDEX ATTACH; Schema: public; Owner: -
--

ALTER INDEX public.acknowledgements_pkey ATTACH PARTITION public.acknowledgements_578_pkey;


--
-- Name: attempts_578_pkey; Type: INDEX ATTACH; Schema: public; Owner: -
--

ALTER INDEX public.attempts_pkey ATTACH PARTITION public.attempts_578_pkey;


--
-- Name: deliveries_578_blocks_since_idx; Type: INDEX ATTACH; Schema: public; Owner: -
--

ALTER INDEX public.deliveries_blocking ATTACH PARTITION public.deliveries_578_blocks_since_idx;


--
-- Name: deliveries_578_bulletin_no_parent_group_idx; Type: INDEX ATTACH; Schema: public; Owner: -
--

ALTER INDEX public.deliveries_by_parent ATTACH PARTITION public.deliveries_578_bulletin_no_parent_group_idx;


--
-- Name: deliveries_578_channel_id_due_at_idx; Type: INDEX ATTACH; Schema: public; Owner: -
--

ALTER INDEX public.deliveries_due ATTACH PARTITION public.deliveries_578_channel_id_due_at_idx;


--
-- Name: deliveries_578_failure_no_group_id_idx; Type: INDEX ATTACH; Schema: public; Owner: -
--

ALTER INDEX public.deliveries_failures ATTACH PARTITION public.deliveries_578_failure_no_group_id_idx;


--
-- Name: deliveries_578_pkey; Type: INDEX ATTACH; Schema: public; Owner: -
--

ALTER INDEX public.deliveries_pkey ATTACH PARTITION public.deliveries_578_pkey;


--
-- Name: deliveries_578_release_at_idx; Type: INDEX ATTACH; Schema: public; Owner: -
--

ALTER INDEX public.deliveries_release_due ATTACH PARTITION public.deliveries_578_release_at_idx;


--
-- Name: audit audit_append_only; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER audit_append_only BEFORE DELETE OR UPDATE ON public.audit FOR EACH ROW EXECUTE FUNCTION public.audit_append_only();


--
-- Name: audit audit_never_emptied; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER audit_never_emptied BEFORE TRUNCATE ON public.audit FOR EACH STATEMENT EXECUTE FUNCTION public.audit_append_only();


--
-- Name: bulletins bulletins_immutable; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER bulletins_immutable BEFORE DELETE OR UPDATE ON public.bulletins FOR EACH ROW EXECUTE FUNCTION public.bulletins_immutable();


--
-- Name: bulletins bulletins_note_standstill; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER bulletins_note_standstill AFTER UPDATE OF paused_at ON public.bulletins FOR EACH ROW WHEN ((old.paused_at IS DISTINCT FROM new.paused_at)) EXECUTE FUNCTION public.bulletins_note_standstill();


--
-- Name: channels channels_never_deleted; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER channels_never_deleted BEFORE DELETE ON public.channels FOR EACH STATEMENT EXECUTE FUNCTION public.never_deleted();


--
-- Name: channels channels_note_standstill; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER channels_note_standstill AFTER UPDATE OF parked_at ON public.channels FOR EACH ROW WHEN ((old.parked_at IS DISTINCT FROM new.parked_at)) EXECUTE FUNCTION public.channels_note_standstill();


--
-- Name: deliveries deliveries_follow_the_table; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER deliveries_follow_the_table AFTER UPDATE ON public.deliveries FOR EACH ROW WHEN (((old.state <> new.state) AND (NOT public.delivery_may_become(old.state, new.state)))) EXECUTE FUNCTION public.delivery_refused();


--
-- Name: deliveries deliveries_inserted; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER deliveries_inserted AFTER INSERT ON public.deliveries REFERENCING NEW TABLE AS became FOR EACH STATEMENT EXECUTE FUNCTION public.deliveries_inserted();


--
-- Name: deliveries deliveries_updated; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER deliveries_updated AFTER UPDATE ON public.deliveries REFERENCING OLD TABLE AS was NEW TABLE AS became FOR EACH STATEMENT EXECUTE FUNCTION public.deliveries_updated();


--
-- Name: groups groups_ask_for_count; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER groups_ask_for_count BEFORE INSERT OR UPDATE OF line_group_id, members ON public.groups FOR EACH ROW EXECUTE FUNCTION public.groups_ask_for_count();


--
-- Name: groups groups_inserted; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER groups_inserted AFTER INSERT ON public.groups FOR EACH STATEMENT EXECUTE FUNCTION public.groups_keep_tree();


--
-- Name: groups groups_moved; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER groups_moved AFTER UPDATE OF parent_id, tier ON public.groups FOR EACH STATEMENT EXECUTE FUNCTION public.groups_keep_tree();


--
-- Name: groups groups_never_deleted; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER groups_never_deleted BEFORE DELETE ON public.groups FOR EACH STATEMENT EXECUTE FUNCTION public.never_deleted();


--
-- Name: groups groups_number_line_group; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER groups_number_line_group BEFORE INSERT OR UPDATE OF line_group_id, line_group_no ON public.groups FOR EACH ROW EXECUTE FUNCTION public.groups_number_line_group();


--
-- Name: images images_immutable; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER images_immutable BEFORE UPDATE OF id, bytes, width, height ON public.images FOR EACH ROW EXECUTE FUNCTION public.images_immutable();


--
-- Name: line_groups line_groups_immutable; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER line_groups_immutable BEFORE DELETE OR UPDATE ON public.line_groups FOR EACH STATEMENT EXECUTE FUNCTION public.line_groups_immutable();


--
-- Name: account_identities account_identities_account_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.account_identities
    ADD CONSTRAINT account_identities_account_id_fkey FOREIGN KEY (account_id) REFERENCES public.accounts(id);


--
-- Name: account_links account_links_account_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.account_links
    ADD CONSTRAINT account_links_account_id_fkey FOREIGN KEY (account_id) REFERENCES public.accounts(id);


--
-- Name: accounts accounts_office_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.accounts
    ADD CONSTRAINT accounts_office_id_fkey FOREIGN KEY (office_id) REFERENCES public.offices(id);


--
-- Name: api_keys api_keys_office_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.api_keys
    ADD CONSTRAINT api_keys_office_id_fkey FOREIGN KEY (office_id) REFERENCES public.offices(id);


--
-- Name: bulletins bulletins_about_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.bulletins
    ADD CONSTRAINT bulletins_about_fkey FOREIGN KEY (about) REFERENCES public.bulletins(id);


--
-- Name: bulletins bulletins_image_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.bulletins
    ADD CONSTRAINT bulletins_image_id_fkey FOREIGN KEY (image_id) REFERENCES public.images(id);


--
-- Name: bulletins bulletins_origin_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.bulletins
    ADD CONSTRAINT bulletins_origin_id_fkey FOREIGN KEY (origin_id) REFERENCES public.groups(id);


--
-- Name: failed_sign_ins failed_sign_ins_account_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.failed_sign_ins
    ADD CONSTRAINT failed_sign_ins_account_id_fkey FOREIGN KEY (account_id) REFERENCES public.accounts(id);


--
-- Name: groups groups_channel_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.groups
    ADD CONSTRAINT groups_channel_id_fkey FOREIGN KEY (channel_id) REFERENCES public.channels(id);


--
-- Name: groups groups_line_group_no_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.groups
    ADD CONSTRAINT groups_line_group_no_fkey FOREIGN KEY (line_group_no) REFERENCES public.line_groups(no);


--
-- Name: groups groups_office_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.groups
    ADD CONSTRAINT groups_office_id_fkey FOREIGN KEY (office_id) REFERENCES public.offices(id);


--
-- Name: groups groups_parent_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.groups
    ADD CONSTRAINT groups_parent_id_fkey FOREIGN KEY (parent_id) REFERENCES public.groups(id);


--
-- Name: join_codes join_codes_group_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.join_codes
    ADD CONSTRAINT join_codes_group_id_fkey FOREIGN KEY (group_id) REFERENCES public.groups(id);


--
-- Name: known_devices known_devices_account_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.known_devices
    ADD CONSTRAINT known_devices_account_id_fkey FOREIGN KEY (account_id) REFERENCES public.accounts(id);


--
-- Name: messages messages_bulletin_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.messages
    ADD CONSTRAINT messages_bulletin_id_fkey FOREIGN KEY (bulletin_id) REFERENCES public.bulletins(id);


--
-- Name: messages messages_noted_by_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.messages
    ADD CONSTRAINT messages_noted_by_fkey FOREIGN KEY (noted_by) REFERENCES public.groups(id);


--
-- Name: passkeys passkeys_account_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.passkeys
    ADD CONSTRAINT passkeys_account_id_fkey FOREIGN KEY (account_id) REFERENCES public.accounts(id);


--
-- Name: recovery_codes recovery_codes_account_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.recovery_codes
    ADD CONSTRAINT recovery_codes_account_id_fkey FOREIGN KEY (account_id) REFERENCES public.accounts(id);


--
-- Name: sessions sessions_account_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.sessions
    ADD CONSTRAINT sessions_account_id_fkey FOREIGN KEY (account_id) REFERENCES public.accounts(id);


--
-- Name: sign_in_waits sign_in_waits_session_sha256_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.sign_in_waits
    ADD CONSTRAINT sign_in_waits_session_sha256_fkey FOREIGN KEY (session_sha256) REFERENCES public.sessions(id_sha256) ON DELETE CASCADE;


--
-- Name: stewards stewards_account_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.stewards
    ADD CONSTRAINT stewards_account_id_fkey FOREIGN KEY (account_id) REFERENCES public.accounts(id);


--
-- Name: stewards stewards_group_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.stewards
    ADD CONSTRAINT stewards_group_id_fkey FOREIGN KEY (group_id) REFERENCES public.groups(id);


--
-- PostgreSQL database dump complete
--

\unrestrict tlOG9guUGdB9niee2SPQNnQglsj5jP9MPHBtZKRxXI93wkFzAhRGQYeonnCjEaC

