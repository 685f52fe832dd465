-- Chains the next entries of the audit that are not sealed: each seal is the SHA-256 of the seal before and the entry. The order of sealing is
-- kept (sealed_no), as entries may become visible out of the order of their ids. One at a time seals, so that there is one
-- chain. Gives how many were sealed.
create or replace function seal_entries(most bigint) returns bigint language plpgsql as $$
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
