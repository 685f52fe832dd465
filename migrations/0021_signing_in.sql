-- Ways of signing in besides the password: at a provider of OpenID Connect, and with passkeys.

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

create table passkeys (
    credential_id  bytea primary key,
    -- how pages name it
    handle         uuid not null unique default gen_random_uuid(),
    account_id     uuid not null references accounts,
    -- what its owner calls it
    name           text not null,
    -- the public key and what else was told at registration, as the library encodes them
    registered     bytea not null,
    -- what changes with each use, the authenticator's counter among it
    state          bytea not null,
    created_at     timestamptz not null,
    used_at        timestamptz,
    -- when its counter went back: a copy of it may be about, and it lets nobody in any more
    suspect_at     timestamptz
);
create index passkeys_by_account on passkeys (account_id, created_at);

-- What a session waits for that happens elsewhere: the way back from a provider, or the answer of an authenticator to a
-- challenge. Taken once; a new one takes the place of the old, and what is left goes with the session.
create table sign_in_waits (
    session_sha256  bytea not null references sessions on delete cascade,
    kind            text not null constraint wait_is_known check (kind in ('provider', 'passkey', 'passkey_new')),
    data            jsonb not null,
    expires_at      timestamptz not null,
    primary key (session_sha256, kind)
);
