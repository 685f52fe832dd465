-- What was published can never be changed or deleted; what happens to it afterwards can be noted. Before that, a change takes
-- an approval away, whoever makes it.
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
            old.image_id, old.image_alt, old.way, old.requests, old.media)
        is distinct from
        (new.kind, new.about, new.subject, new.body, new.urgency, new.document_number, new.document_date,
            new.origin_id, new.audience, new.links, new.forwarding, new.acknowledgement, new.public_token,
            new.image_id, new.image_alt, new.way, new.requests, new.media);
    if old.published_at is not null and (changed or (old.published_at, old.no, old.digest_id) is distinct from
        (new.published_at, new.no, new.digest_id)) then
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

create or replace trigger bulletins_immutable before update or delete on bulletins
    for each row execute function bulletins_immutable();
