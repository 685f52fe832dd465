-- Signing in besides the password: at a provider of OpenID Connect, and by passkeys.

-- A person of a provider who may sign in to an account. Kept as a keyed hash of issuer and subject, as a subject may be
-- a citizen's number.
create table account_identities (
    person_hash  bytea primary key,
    account_id   uuid not null references accounts,
    issuer       text not null,
    bound_at     timestamptz not null,
    -- when the person last signed in at the provider
    used_at      timestamptz,
    constraint one_person_of_an_issuer unique (account_id, issuer)
);

-- What a session waits for that happens elsewhere, such as the way back from a provider. Taken once; a new one takes the
-- place of the old, and what is left goes with the session.
create table sign_in_waits (
    session_sha256  bytea not null references sessions on delete cascade,
    kind            text not null constraint wait_is_known check (kind in ('provider', 'passkey', 'new_passkey')),
    -- JSON as bytes: a form that waits may hold what jsonb does not take
    data            bytea not null,
    expires_at      timestamptz not null,
    primary key (session_sha256, kind)
);

-- Passkeys of accounts: public keys, whose private ones never leave their owners' devices.
create table passkeys (
    id             uuid primary key,
    account_id     uuid not null references accounts,
    -- what the device calls it
    credential_id  bytea not null unique,
    -- the public key and what a signature is checked against
    credential     jsonb not null,
    -- what its owner calls it
    name           text not null,
    made_at        timestamptz not null,
    used_at        timestamptz
);
create index passkeys_of_account on passkeys (account_id);
