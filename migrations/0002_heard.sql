-- What is forwarded by hand and heard in a LINE group: a state of its own for the delivery, the code by which a bulletin is
-- known in a text, what was heard, and the official card that answered it.

alter type delivery_state add value 'seen' after 'accepted';

alter table progress add column seen integer not null default 0;
alter table province_progress add column seen integer not null default 0;

-- The code that stands at the end of the text which people share; given when it is published, and never again.
alter table bulletins add column share_code text unique;

-- What a text that bore a bulletin's code said, beside what was published. The text itself is never kept.
create type heard_verdict as enum ('same', 'cut', 'altered', 'taken_back');

-- A member's message that bore a bulletin's code. Of the person only a keyed hash is kept, and of one that was taken back not
-- even that.
create table heard_messages (
    bulletin_no integer not null,
    group_id    integer not null,
    -- LINE's id of the message
    message_id  text not null,
    at          timestamptz not null,
    person      bytea,
    verdict     heard_verdict not null,
    -- when the verdict was given: LINE may tell of changes in any order, and the newest counts
    judged_at   timestamptz not null,
    primary key (bulletin_no, group_id, message_id),
    constraint nobody_took_it_back check (verdict <> 'taken_back' or person is null)
) partition by range (bulletin_no);
create index heard_messages_by_message on heard_messages (message_id);

-- The official card that answered what was heard, at most one for a group and a bulletin.
create table heard_cards (
    bulletin_no      integer not null,
    group_id         integer not null,
    -- before LINE is asked: from then on no other card is tried
    tried_at         timestamptz not null,
    -- when LINE took it; null = it did not, or nobody knows
    taken_at         timestamptz,
    line_message_ids text,
    primary key (bulletin_no, group_id),
    constraint message_ids_of_a_taken_card check (taken_at is not null or line_message_ids is null)
) partition by range (bulletin_no);

-- LINE may tell of a message after it told that it was taken back
create index webhook_events_taken_back on webhook_events (channel_id, data) where kind = 'unsend';

-- the months that are open already have these tables too; open_month makes them for the others
do $$
declare
    month  integer;
    parent text;
begin
    for month in select substring(c.relname from '_(\d+)$')::integer
        from pg_inherits i join pg_class c on c.oid = i.inhrelid where i.inhparent = 'deliveries'::regclass
    loop
        foreach parent in array array['heard_messages', 'heard_cards'] loop
            execute format('create table %I partition of %I for values from (%s) to (%s)',
                parent || '_' || month, parent, month * 1000000, (month + 1) * 1000000);
        end loop;
    end loop;
end $$;
