-- Signing in at a provider of OpenID Connect, besides the password.

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
    kind            text not null constraint wait_is_known check (kind = 'provider'),
    -- JSON as bytes: a form that waits may hold what jsonb does not take
    data            bytea not null,
    expires_at      timestamptz not null,
    primary key (session_sha256, kind)
);
