//! What a session waits for that happens elsewhere, such as the way back from a provider.

use super::{Connection, Result};
use crate::domain::time::Timestamp;

/// What is waited for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignInStep {
    /// The browser, back from the provider.
    Provider,
    /// The signature of a passkey.
    Passkey,
    /// A passkey that is being made.
    NewPasskey,
}

impl SignInStep {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Provider => "provider",
            Self::Passkey => "passkey",
            Self::NewPasskey => "new_passkey",
        }
    }
}

/// Keeps what a session waits for until `expires_at`; what it waited for before, of the same kind, is forgotten.
///
/// # Errors
/// When the database fails, or there is no such session.
pub async fn put_wait(
    db: &mut Connection,
    session_sha256: &[u8],
    kind: SignInStep,
    data: &[u8],
    expires_at: Timestamp,
) -> Result<()> {
    sqlx::query!(
        "insert into sign_in_waits (session_sha256, kind, data, expires_at) values ($1, $2, $3, $4)
        on conflict (session_sha256, kind) do update set data = excluded.data, expires_at = excluded.expires_at",
        session_sha256,
        kind.as_str(),
        data,
        expires_at as Timestamp,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Takes what a session waits for, once; none where it does not wait, or not any more.
pub async fn take_wait(
    db: &mut Connection,
    session_sha256: &[u8],
    kind: SignInStep,
    now: Timestamp,
) -> Result<Option<Vec<u8>>> {
    let taken = sqlx::query!(
        r#"delete from sign_in_waits where session_sha256 = $1 and kind = $2
        returning data, expires_at as "expires_at: Timestamp""#,
        session_sha256,
        kind.as_str(),
    )
    .fetch_optional(db)
    .await?;
    Ok(taken.filter(|taken| now < taken.expires_at).map(|taken| taken.data))
}
