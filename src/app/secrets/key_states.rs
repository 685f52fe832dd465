//! What the database knows of the keys, and whether a key file fits it.

use anyhow::{anyhow, bail};
use serde_json::json;

use crate::app::AppContext;
use crate::domain::sealed::{KeyFile, KeyId};
use crate::domain::time::Timestamp;
use crate::store::secret_keys::{KeyState, KnownKey, count_sealed, list_secret_keys, lock_secret_keys, set_secret_key};
use crate::store::{Connection, Tx, audit};

/// What each key is there for.
#[derive(Clone, Debug)]
pub struct KeyStates {
    keys: Vec<(KeyId, KeyState)>,
}

impl KeyStates {
    fn of(known: &[KnownKey]) -> Self {
        let keys = known.iter().filter_map(|key| Some((KeyId::from_bytes(&key.key_id)?, key.state)));
        Self { keys: keys.collect() }
    }

    /// The keys in `state`.
    #[must_use]
    pub fn all(&self, state: KeyState) -> Vec<KeyId> {
        self.keys.iter().filter(|(_, known)| *known == state).map(|(id, _)| *id).collect()
    }

    /// What the key is there for; none where it was never heard of.
    #[must_use]
    pub fn state(&self, id: KeyId) -> Option<KeyState> {
        self.keys.iter().find(|(known, _)| *known == id).map(|(_, state)| *state)
    }

    /// The key that seals.
    pub(super) fn seals(&self) -> anyhow::Result<KeyId> {
        self.all(KeyState::Seals).first().copied().ok_or_else(|| anyhow!("the database knows of no key that seals"))
    }

    /// The key that is to seal next.
    pub(super) fn next(&self) -> Option<KeyId> {
        self.all(KeyState::Next).first().copied()
    }

    /// Whether `file` is a key file with which this database can be served.
    fn fits(&self, file: &KeyFile) -> anyhow::Result<()> {
        let persons = file.person_key().id();
        if self.state(persons) != Some(KeyState::Persons) {
            bail!(
                "the key file names persons with key {persons}, and this database was served with another: everybody \
                 would be counted twice. Copy the key file of another node; if that is lost for good, `gcc-relay \
                 secrets accept` goes by this one"
            );
        }
        let seals = self.seals()?;
        if !file.holds(seals) {
            bail!(
                "the key file does not hold key {seals}, with which secrets are sealed now: copy the key file of the \
                 machine on which `gcc-relay secrets rotate` was run"
            );
        }
        let first = file.sealing().id();
        if self.state(first) == Some(KeyState::Dropped) {
            bail!(
                "the key file would seal with key {first}, which is no longer in use: run `gcc-relay secrets rotate` \
                 here, or copy the key file of another node"
            );
        }
        Ok(())
    }
}

/// What is known of the keys, until the transaction ends, which keeps others from changing it. The first key file with
/// which a database is served is the one it is known by from then on.
pub(super) async fn lock(tx: &mut Tx, file: &KeyFile, now: Timestamp) -> anyhow::Result<KeyStates> {
    lock_secret_keys(tx).await?;
    let known = list_secret_keys(tx).await?;
    if !known.is_empty() {
        return Ok(KeyStates::of(&known));
    }
    for (key, count) in count_sealed(tx).await? {
        if let Some(id) = KeyId::from_bytes(&key).filter(|id| !file.holds(*id)) {
            bail!(
                "{count} secrets are sealed with key {id}, which the key file does not hold: copy the key file with \
                 which this database was served before; if that is lost for good, `gcc-relay secrets accept` goes by \
                 this one"
            );
        }
    }
    register_keys(tx, file, now).await?;
    Ok(KeyStates::of(&list_secret_keys(tx).await?))
}

async fn register_keys(db: &mut Connection, file: &KeyFile, now: Timestamp) -> anyhow::Result<()> {
    set_secret_key(db, file.sealing().id().as_bytes(), KeyState::Seals, now).await?;
    set_secret_key(db, file.person_key().id().as_bytes(), KeyState::Persons, now).await?;
    Ok(())
}

/// Whether the context's key file is one with which its database can be served.
///
/// # Errors
/// It is not, with what to do about it; it cannot be read; the database fails.
pub async fn check(context: &AppContext) -> anyhow::Result<KeyStates> {
    let file = context.key_file()?;
    let mut tx = context.db.begin().await?;
    let states = lock(&mut tx, &file, context.clock.now()).await?;
    tx.commit().await?;
    states.fits(&file)?;
    Ok(states)
}

/// As [`check`], without taking the key file for the database's where none was known yet.
///
/// # Errors
/// As there.
pub async fn read_key_states(context: &AppContext) -> anyhow::Result<KeyStates> {
    let file = context.key_file()?;
    let known = list_secret_keys(&mut *context.db.acquire().await?).await?;
    let states = KeyStates::of(&known);
    if !known.is_empty() {
        states.fits(&file)?;
    }
    Ok(states)
}

/// As [`check`], of what was locked.
pub(super) fn require_fitting_file(states: &KeyStates, file: &KeyFile) -> anyhow::Result<()> {
    states.fits(file)
}

/// Goes by the context's key file from now on, whatever the database was served with before: the file used before is lost. What
/// was sealed stays as it is and has to be typed in anew, and persons are counted anew. Gives how much is sealed with
/// keys that are lost.
///
/// # Errors
/// The key file cannot be read; the database fails.
pub async fn accept(context: &AppContext) -> anyhow::Result<i64> {
    let file = context.key_file()?;
    let now = context.clock.now();
    let mut tx = context.db.begin().await?;
    lock_secret_keys(&mut tx).await?;
    let lost: i64 = count_sealed(&mut tx)
        .await?
        .into_iter()
        .filter(|(key, _)| KeyId::from_bytes(key).is_none_or(|id| !file.holds(id)))
        .map(|(_, count)| count)
        .sum();
    for key in list_secret_keys(&mut tx).await? {
        set_secret_key(&mut tx, &key.key_id, KeyState::Dropped, now).await?;
    }
    register_keys(&mut tx, &file, now).await?;
    let (key, persons) = (file.sealing().id().to_string(), file.person_key().id().to_string());
    let detail = json!({ "persons": persons, "lost": lost });
    audit::insert_entry(&mut tx, now, &super::ACTOR, "secrets_accept", &format!("secret_key:{key}"), &detail).await?;
    tx.commit().await?;
    Ok(lost)
}
