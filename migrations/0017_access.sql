-- How often one may try to sign in, for all nodes together. Unlogged, as every attempt writes here and what is lost in a
-- crash is only that some attempts are forgotten.
create unlogged table sign_in_limits (
    -- a hash of what is counted: an address, a name from an address, a name from anywhere, or a device
    counted  bytea primary key,
    -- when none of the attempts made so far counts any more
    free_at  timestamptz not null
);
create index sign_in_limits_by_time on sign_in_limits (free_at);

-- Devices on which somebody has signed in before: attempts from them are counted apart, so that strangers who try a name
-- keep nobody out who knows the password. The cookie's value is kept as a hash only.
create table known_devices (
    token_sha256  bytea not null,
    account_id    uuid not null references accounts,
    -- when somebody last signed in on it
    seen_at       timestamptz not null,
    primary key (token_sha256, account_id)
);
create index known_devices_by_account on known_devices (account_id, seen_at);
create index known_devices_by_age on known_devices (seen_at);

-- What the owner of an account is told: attempts that failed on devices that nobody has signed in on before.
create table failed_sign_ins (
    account_id  uuid primary key references accounts,
    failures    integer not null,
    since       timestamptz not null
);
