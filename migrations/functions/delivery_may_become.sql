-- The table of design: which state may follow which (domain::delivery::may_become; a test compares the two).
create or replace function delivery_may_become(was delivery_state, becomes delivery_state) returns boolean
    language sql immutable parallel safe as $$
    select becomes = 'accepted' or case was
        when 'waiting' then becomes in ('held', 'ready', 'seen', 'withdrawn', 'expired')
        when 'held' then becomes in ('ready', 'seen', 'declined', 'withdrawn', 'expired')
        when 'ready' then becomes in ('seen', 'failed', 'unreachable', 'withdrawn', 'expired')
        when 'seen' then becomes = 'held'
        when 'declined' then becomes in ('held', 'seen')
        when 'failed' then becomes in ('waiting', 'ready', 'seen')
        when 'unreachable' then becomes in ('waiting', 'ready', 'seen')
        else false end
$$;
