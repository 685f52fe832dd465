-- What publishers need: a picture for a bulletin, a second person's approval, and finding bulletins again.

-- Pictures as they are shown, known by what they are: the SHA-256 of their bytes. Never changed.
create table images (
    id         bytea primary key,
    bytes      bytea not null,
    width      smallint not null,
    height     smallint not null,
    created_at timestamptz not null,
    created_by text not null,
    constraint images_id_is_the_hash check (id = sha256(bytes)),
    constraint images_fit_line check (width between 1 and 1024 and height between 1 and 1024
        and height <= 3 * width and octet_length(bytes) < 1000000)
);
-- a JPEG does not become smaller
alter table images alter column bytes set storage external;
create index images_by_age on images (created_at);

alter table bulletins
    add column image_id        bytea references images,
    add column image_alt       text,
    add column submitted_at    timestamptz,
    add column submitted_by    text,
    add column approved_at     timestamptz,
    add column approved_by     text,
    add column returned_at     timestamptz,
    add column returned_by     text,
    add column returned_reason text,
    add constraint image_alt_iff_image check ((image_id is null) = (image_alt is null)),
    add constraint submitted_at_when_submitted check (stage <> 'submitted' or submitted_at is not null),
    add constraint submitted_by_iff_submitted check ((submitted_at is null) = (submitted_by is null)),
    add constraint approved_by_iff_approved check ((approved_at is null) = (approved_by is null)),
    add constraint returned_by_iff_returned check ((returned_at is null) = (returned_by is null)
        and (returned_at is null) = (returned_reason is null)),
    add constraint nobody_approves_their_own check (approved_by is null
        or (approved_by <> created_by and approved_by is distinct from submitted_by));
create index bulletins_by_image on bulletins (image_id) where image_id is not null;

-- As before, with the picture among what is published; and a change takes an approval away, whoever makes it.
create or replace function bulletins_immutable() returns trigger language plpgsql as $$
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
    if old.published_at is not null and (changed or old.published_at is distinct from new.published_at) then
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

create function images_immutable() returns trigger language plpgsql as $$
begin
    raise exception 'a picture is never changed' using errcode = 'restrict_violation';
end $$;
create trigger images_immutable before update of id, bytes, width, height on images
    for each row execute function images_immutable();

-- A text as it is looked for: without blanks, Thai digits as Arabic ones, the two ways of writing sara am as one.
create function search_form(words text) returns text language sql immutable parallel safe strict as $$
    select replace(translate(lower(words), E'๐๑๒๓๔๕๖๗๘๙ \t\n\r\u00a0\u200b', '0123456789'), E'\u0e4d\u0e32', E'\u0e33')
$$;

-- Thai writes no blanks between words, so what is typed may stand anywhere within a text.
create extension if not exists pg_trgm;
create index bulletins_by_words on bulletins
    using gin (search_form(subject || '|' || coalesce(document_number, '') || '|' || body) gin_trgm_ops);

-- Who did what with one thing, in order.
create index audit_by_subject on audit (subject, id);

-- whether a bulletin was corrected is asked for on every page that shows it
create index bulletins_by_about on bulletins (about) where about is not null;

-- The same groups as before. A form asks for them while it is being filled in, so paths and offices are looked at only where
-- something narrows, and then all at once.
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
