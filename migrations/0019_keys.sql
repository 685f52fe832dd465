-- Keys that can be changed: several that seal, API keys that end and know their addresses, recovery codes.

create type secret_key_state as enum ('next', 'seals', 'old', 'dropped', 'persons');

-- What is known of the keys in the nodes' key files, by the keys' ids; the keys themselves are never here.
create table secret_keys (
    key_id  bytea primary key constraint key_id_has_four_bytes check (length(key_id) = 4),
    -- next: made, and seals once every node can read it; seals: the present one; old: something may still be sealed with
    -- it; dropped: nothing is; persons: names the key of the persons' pseudonyms, which never changes
    state   secret_key_state not null,
    since   timestamptz not null
);
create unique index secret_keys_one_of_each on secret_keys (state) where state in ('next', 'seals', 'persons');

-- Which keys each running node has in its key file, told by the node every few seconds.
create table node_keys (
    node     uuid primary key,
    -- its machine and process, for operators
    name     text not null,
    -- the first one is what the node seals with
    key_ids  bytea[] not null,
    seen_at  timestamptz not null
);

-- A key may end by itself, and may be bound to addresses; none = from anywhere.
alter table api_keys
    add column expires_at timestamptz constraint key_ends_after_it_begins check (expires_at > created_at),
    add column networks cidr[] not null default '{}' constraint not_too_many_networks check (cardinality(networks) <= 32);

-- Codes on paper, in place of a code of the moment; each works once. 80 random bits, so a plain hash is enough.
create table recovery_codes (
    account_id   uuid not null references accounts,
    code_sha256  bytea not null,
    made_at      timestamptz not null,
    used_at      timestamptz,
    -- when its owner said to have seen that it was used
    seen_at      timestamptz,
    primary key (account_id, code_sha256)
);
