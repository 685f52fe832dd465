-- People who sign in, the links by which they first do, and the sessions of their devices.

create table accounts (
    id             uuid primary key,
    username       text not null unique constraint username_is_plain check (username ~ '^[a-z0-9][a-z0-9._-]{1,63}$'),
    -- how pages and the audit's readers name the account: an office-holder's title rather than a person's name
    display_name   text not null,
    role           role not null,
    office_id      integer references offices,
    -- argon2id, as a PHC string; null until the one-time link was used
    password_hash  text,
    -- the secret of the one-time codes, sealed for this account
    totp_sealed    bytea,
    -- the last period whose code was used: a code works once
    totp_used      bigint not null default 0,
    language       text not null default 'th' constraint language_is_known check (language in ('th', 'en')),
    -- a deputy's account works between these times
    valid_from     timestamptz,
    valid_until    timestamptz,
    created_at     timestamptz not null,
    signed_in_at   timestamptz,
    disabled_at    timestamptz,
    constraint an_office_where_the_role_needs_one check (role not in ('steward', 'agency') or office_id is not null),
    constraint valid_in_order check (valid_from < valid_until)
);
create index accounts_by_office on accounts (office_id);

-- A link that lets its holder set the password of an account, once; only its hash is kept.
create table account_links (
    token_sha256 bytea primary key,
    account_id   uuid not null references accounts,
    created_at   timestamptz not null,
    expires_at   timestamptz not null,
    used_at      timestamptz
);
create index account_links_by_account on account_links (account_id);

-- One row per device that is signed in, or on its way there. The cookie's value is kept as a hash only.
create table sessions (
    id_sha256     bytea primary key,
    -- how its owner's list names it
    handle        uuid not null unique default gen_random_uuid(),
    account_id    uuid references accounts,
    data          jsonb not null,
    -- the device stays signed in until `expires_at`, however long it is idle
    remembered    boolean not null,
    device        text not null default '',
    created_at    timestamptz not null,
    last_seen_at  timestamptz not null,
    expires_at    timestamptz not null
);
create index sessions_by_account on sessions (account_id);
create index sessions_by_expiry on sessions (expires_at);
