-- What a seal is made over.
create or replace function audit_entry_bytes(entry audit) returns bytea language sql stable as $$
    select convert_to(jsonb_build_array(entry.id, extract(epoch from entry.at), entry.actor, entry.act, entry.subject,
        entry.detail)::text, 'UTF8')
$$;
