-- What a steward sees and does: a button in the message that leads to it, deputies for a while, a reason when declining.

-- The variant with a ส่งต่อ button, for groups below which somebody has to forward.
alter table messages add column forward_button boolean not null default false;

-- What the steward said when it was declined; gone when that is reversed.
alter table deliveries add column declined_because text;

-- The account with which a deputy for a while signs in; it ends with the duty.
alter table stewards add column account_id uuid references accounts;

-- Deputies for a while are found by their group; those without an end have an index of their own already.
create index stewards_for_a_while on stewards (group_id, valid_until) where valid_until is not null;
