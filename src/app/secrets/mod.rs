//! Changing the key that seals, while nodes run: `gcc-relay secrets`.
//!
//! Each machine has its own copy of the key file, so the order matters, and the database knows how far it is
//! ([`KeyState`](crate::store::secret_keys::KeyState)). A key is made (*next*) and copied to every machine; only when every running node says that it can read
//! it does it begin to seal (*seals*), and everything is sealed anew in small batches. The key before is *old* until every
//! node seals with the new one and nothing is left that needs it; then it is *dropped*. Every step may be killed and
//! run again: what is on disk comes before what the database says of it.
//!
//! The key of persons is none of these: it is written into the file by the first change, and never changes.

mod key_states;
mod nodes;
mod reseal;
mod steps;

pub use key_states::{KeyStates, accept, check, read_key_states};
pub use nodes::NodeKeys;
pub(super) use nodes::report_keys;
pub use reseal::ResealedCounts;
pub use steps::{Rotated, Status, cancel, finish, rotate, status};

use std::path::Path;

use anyhow::ensure;

use super::private_file;
use crate::domain::actor::Actor;
use crate::domain::sealed::SealingKey;

/// How the audit names who runs the command.
const ACTOR: Actor = Actor::COMMAND_LINE;

/// Makes the key file of a first node.
///
/// # Errors
/// There is one already, or it cannot be written.
pub fn create_key_file(path: &Path) -> anyhow::Result<()> {
    ensure!(!path.exists(), "{} is there already and stays as it is", path.display());
    private_file::make(path, &SealingKey::generate()?.to_file())?;
    Ok(())
}
