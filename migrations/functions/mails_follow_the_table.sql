-- How a mail may move: what was handed to the mail server is never queued again, but where the server said that it has not taken it. What
-- nobody knew may become known. A mail that ended stays ended, and what it is stays as it is.
create or replace function mails_follow_the_table() returns trigger language plpgsql as $$
begin
    if (old.report_id, old.no, old.recipient, old.message_id, old.queued_at, old.queued_by)
            is distinct from (new.report_id, new.no, new.recipient, new.message_id, new.queued_at, new.queued_by)
        or not (case old.state
            -- unknown: in a restored copy it may have been sent since
            when 'queued' then new.state in ('sending', 'refused', 'unknown')
            when 'sending' then new.state in ('queued', 'accepted', 'refused', 'unknown')
            when 'unknown' then new.state in ('accepted', 'refused')
            else false end) then
        raise exception 'a mail does not go from % to %', old.state, new.state using errcode = 'restrict_violation';
    end if;
    return new;
end $$;

create or replace trigger mails_follow_the_table before update on establishment_mails
    for each row execute function mails_follow_the_table();
