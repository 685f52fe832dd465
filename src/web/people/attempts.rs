//! How often one may try to sign in: so many times at once, then one more every so often, for all nodes together.
//!
//! Names are no secret, so nobody may be kept out by somebody else's trying. An attempt on a device on which the owner
//! signed in before ([`super::known_device`]) is counted for this device alone. Any other is counted by its address, by
//! name and address, and by name; the last lets a single address go on for ever without being used up, and slows those
//! who try one name from many. An attempt that succeeds is not counted.

use sha2::{Digest as _, Sha256};

use crate::store::sign_in_limits::{Limit, give_back, take};
use crate::web::ClientAddress;
use crate::web::app::App;
use crate::web::problem::Problem;

/// One secret from one device, or from one address.
const ONE: Limit = Limit { burst: 10.0, again_seconds: 30.0 };
/// Everything from one address: many people may be behind it.
const ADDRESS: Limit = Limit { burst: 100.0, again_seconds: 3.0 };
/// One password from all addresses: more often than one address may try it.
const PASSWORD: Limit = Limit { burst: 60.0, again_seconds: 10.0 };
/// One account's codes from all addresses: they are short, and who tries them knows the password.
const CODES: Limit = Limit { burst: 20.0, again_seconds: 30.0 };

/// What is tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Secret {
    /// The password of a name, whether there is such a name or not.
    Password,
    /// The TOTP codes of an account.
    Code,
}

/// Where it is tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// On a device on which the owner is signed in, or was before.
    Device([u8; 32]),
    /// Anywhere else.
    Address(ClientAddress),
}

/// An attempt that counts from [`Attempt::begin`] on.
#[derive(Debug)]
pub struct Attempt {
    counted: Vec<([u8; 32], Limit)>,
}

impl Attempt {
    fn new(secret: Secret, of: &str, origin: Origin) -> Self {
        let kind = match secret {
            Secret::Password => "password",
            Secret::Code => "code",
        };
        let counted = match origin {
            Origin::Device(device) => vec![(hash(&[kind, of, &hex::encode(device)]), ONE)],
            Origin::Address(address) => {
                let network = address.network().to_string();
                let anywhere = if secret == Secret::Password { PASSWORD } else { CODES };
                vec![
                    (hash(&["address", &network]), ADDRESS),
                    (hash(&[kind, of, "from", &network]), ONE),
                    (hash(&[kind, of]), anywhere),
                ]
            }
        };
        Self { counted }
    }

    /// What counts for an address alone: signing in where no name is told first, and nothing can be guessed.
    fn of_address(address: ClientAddress) -> Self {
        Self { counted: vec![(hash(&["address", &address.network().to_string()]), ADDRESS)] }
    }

    /// Begins an attempt to sign in elsewhere, at a provider; false where it is one too many. It ends in another request,
    /// by [`Attempt::succeed_at_provider`].
    ///
    /// # Errors
    /// While the database is away.
    pub async fn begin_at_provider(app: &App, address: ClientAddress) -> Result<bool, Problem> {
        Ok(Self::of_address(address).count(app).await?.is_some())
    }

    /// An attempt to sign in elsewhere succeeded, and counts no more.
    ///
    /// # Errors
    /// While the database is away.
    pub async fn succeed_at_provider(app: &App, address: ClientAddress) -> Result<(), Problem> {
        Self::of_address(address).succeed(app).await
    }

    /// Begins an attempt at the secret `of` a name or an account; none where it is one too many.
    ///
    /// # Errors
    /// While the database is away.
    pub async fn begin(app: &App, secret: Secret, of: &str, origin: Origin) -> Result<Option<Self>, Problem> {
        Self::new(secret, of, origin).count(app).await
    }

    async fn count(self, app: &App) -> Result<Option<Self>, Problem> {
        if take_all(app, &self.counted).await? {
            return Ok(Some(self));
        }
        metrics::counter!(crate::telemetry::metric::SIGN_INS, "outcome" => "too_often").increment(1);
        Ok(None)
    }

    /// It succeeded, and counts no more.
    ///
    /// # Errors
    /// While the database is away.
    pub async fn succeed(self, app: &App) -> Result<(), Problem> {
        let mut tx = app.begin().await?;
        for (counted, limit) in &self.counted {
            give_back(&mut tx, counted, *limit).await?;
        }
        tx.commit().await?;
        Ok(())
    }
}

/// Counts what a village gives back without an account, by its address and by the code; false where it is once too often.
///
/// Many villages are behind one address of a telephone company, so that the address alone may do so more often.
///
/// # Errors
/// While the database is away.
pub async fn begin_read_back(app: &App, address: ClientAddress, code: Option<&str>) -> Result<bool, Problem> {
    let network = address.network().to_string();
    let mut counted = vec![(hash(&["read-back", &network]), ADDRESS)];
    counted.extend(code.map(|code| (hash(&["read-back", code, "from", &network]), ONE)));
    take_all(app, &counted).await
}

/// Counts in all limits, or in none where one of them refuses.
async fn take_all(app: &App, counted: &[([u8; 32], Limit)]) -> Result<bool, Problem> {
    let mut tx = app.begin().await?;
    for (counted, limit) in counted {
        if !take(&mut tx, counted, *limit, app.now()).await? {
            return Ok(false);
        }
    }
    tx.commit().await?;
    Ok(true)
}

/// One name for what is counted, of the same length whatever was typed.
fn hash(parts: &[&str]) -> [u8; 32] {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(part.len().to_le_bytes());
        hash.update(part);
    }
    hash.finalize().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_counted_apart_has_another_name() {
        let names = [hash(&["code", "x"]), hash(&["codex"]), hash(&["code", "x", ""]), hash(&["", "codex"])];
        for (at, name) in names.iter().enumerate() {
            assert!(!names[..at].contains(name));
        }
    }

    #[test]
    fn one_address_alone_never_uses_up_what_all_addresses_may() {
        for anywhere in [PASSWORD, CODES] {
            assert!(anywhere.burst > ONE.burst && anywhere.again_seconds <= ONE.again_seconds);
        }
    }
}
