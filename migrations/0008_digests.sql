-- Digests: routine bulletins that go out together, at fixed hours, as one message with a card for each.

alter type bulletin_kind add value 'digest';

alter table bulletins
    -- it is scheduled for the next digest and waits for others
    add column with_digest boolean not null default false,
    -- the digest that carries it: nothing is sent of it alone, and its deliveries follow that one's (follow_digests)
    add column digest_id uuid references bulletins,
    add constraint only_routine_goes_with_a_digest check (not with_digest or urgency = 0),
    add constraint no_digest_of_its_own check (digest_id is null or digest_id <> id);
create index bulletins_by_digest on bulletins (digest_id) where digest_id is not null;
