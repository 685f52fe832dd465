//! The steps of a change of keys.

use anyhow::bail;
use serde_json::{Value, json};
use std::time::Duration;

use super::key_states::{KeyStates, lock, require_fitting_file};
use super::nodes::{NodeKeys, running_nodes, wait_for};
use super::reseal::{ResealedCounts, reseal};
use crate::app::AppContext;
use crate::domain::sealed::{KeyFile, KeyId, SealingKey};
use crate::domain::time::Timestamp;
use crate::store::secret_keys::{
    KeyState, count_passing, count_sealed, delete_secret_key, list_secret_keys, set_secret_key,
};
use crate::store::{Connection, StoreError, audit};

/// How long answers to calls, answers to forms, and sign-ins under way are kept sealed.
const CALLS: Duration = Duration::from_hours(24);
const FORMS: Duration = Duration::from_mins(15);
const SIGN_INS: Duration = Duration::from_mins(15);

/// How far a change of keys came.
#[derive(Clone, Debug)]
pub enum Rotated {
    /// A key was made and written into the file here; it is to be copied to every machine.
    Made(KeyId),
    /// The key is there, but these running nodes cannot read it yet.
    Unread {
        /// The key.
        key: KeyId,
        /// The nodes.
        nodes: Vec<String>,
    },
    /// The key seals, and this was sealed anew with it.
    Sealed {
        /// The key.
        key: KeyId,
        /// What.
        anew: ResealedCounts,
        /// Keys that are to be dropped once nothing needs them.
        old: Vec<KeyId>,
    },
}

/// Goes as far with a change of keys as can be gone now.
///
/// # Errors
/// The key file does not fit the database, or cannot be written; the database fails.
pub async fn rotate(context: &AppContext) -> anyhow::Result<Rotated> {
    let (states, file) = begin(context).await?;
    if !states.all(KeyState::Old).is_empty() {
        // the key seals already: whoever was killed had begun to seal anew, or this machine's file is behind
        return seal_all(context, &file, &states).await;
    }
    let (key, made) = match states.next() {
        Some(key) => (key, false),
        None => (make(context).await?, true),
    };
    // a private database has one machine; of others nobody knows how many there are
    if made && !context.is_private() {
        return Ok(Rotated::Made(key));
    }
    if !context.key_file()?.holds(key) {
        bail!(
            "key {key} was made on another machine: copy its key file here, or run the command there; if it is lost, \
             `gcc-relay secrets rotate --cancel` forgets it"
        );
    }
    let nodes = wait_for(context, |node| node.ids.contains(&key)).await?;
    if !nodes.is_empty() {
        return Ok(Rotated::Unread { key, nodes });
    }
    switch(context, key).await?;
    let (states, file) = begin(context).await?;
    seal_all(context, &file, &states).await
}

/// What is known, with a file that fits it.
async fn begin(context: &AppContext) -> anyhow::Result<(KeyStates, KeyFile)> {
    let file = context.key_file()?;
    let mut tx = context.db.begin().await?;
    let states = lock(&mut tx, &file, context.clock.now()).await?;
    tx.commit().await?;
    // where this machine was left behind, its file has the key but seals with another
    let seals = states.seals()?;
    let behind = file.sealing().id() != seals && file.holds(seals) && states.next() != Some(file.sealing().id());
    let file = if behind { file.sealing_with(seals) } else { file };
    require_fitting_file(&states, &file)?;
    if behind {
        context.write_key_file(&file)?;
    }
    Ok((states, file))
}

/// Makes the key that is to seal next. The file is written first: a key that the database knows of is on a disk.
async fn make(context: &AppContext) -> anyhow::Result<KeyId> {
    let now = context.clock.now();
    let mut tx = context.db.begin().await?;
    let file = context.key_file()?;
    let states = lock(&mut tx, &file, now).await?;
    if let Some(key) = states.next() {
        return Ok(key);
    }
    // one that nobody has heard of was written by a command that was killed before it could tell
    let begun = file.ids().into_iter().find(|id| states.state(*id).is_none());
    let key = if let Some(key) = begun {
        key
    } else {
        let key = SealingKey::generate()?;
        let id = key.id();
        context.write_key_file(&file.with(key))?;
        id
    };
    set_secret_key(&mut tx, key.as_bytes(), KeyState::Next, now).await?;
    note(&mut tx, now, "secrets_key_make", key, json!({})).await?;
    tx.commit().await?;
    Ok(key)
}

/// Lets the key seal: from now on, and here first.
async fn switch(context: &AppContext, key: KeyId) -> anyhow::Result<()> {
    let now = context.clock.now();
    let mut tx = context.db.begin().await?;
    let file = context.key_file()?;
    let states = lock(&mut tx, &file, now).await?;
    if states.next() == Some(key) {
        let before = states.seals()?;
        context.write_key_file(&file.sealing_with(key))?;
        set_secret_key(&mut tx, before.as_bytes(), KeyState::Old, now).await?;
        set_secret_key(&mut tx, key.as_bytes(), KeyState::Seals, now).await?;
        note(&mut tx, now, "secrets_key_switch", key, json!({ "before": before.to_string() })).await?;
        tx.commit().await?;
    }
    Ok(())
}

async fn seal_all(context: &AppContext, file: &KeyFile, states: &KeyStates) -> anyhow::Result<Rotated> {
    let anew = reseal(context, file).await?;
    Ok(Rotated::Sealed { key: file.sealing().id(), anew, old: states.all(KeyState::Old) })
}

/// Drops the keys before, from the file here and from use, once nothing needs them; gives which.
///
/// # Errors
/// Something needs them still, in words; the key file cannot be written; the database fails.
pub async fn finish(context: &AppContext) -> anyhow::Result<Vec<KeyId>> {
    let (states, file) = begin(context).await?;
    if let Some(key) = states.next() {
        bail!("key {key} does not seal yet: `gcc-relay secrets rotate` goes on with it, `--cancel` forgets it");
    }
    let (seals, old) = (states.seals()?, states.all(KeyState::Old));
    if !old.is_empty() {
        let late = wait_for(context, |node| node.ids.first() == Some(&seals)).await?;
        if !late.is_empty() {
            bail!(
                "these nodes do not seal with key {seals} yet: {}; copy the key file to their machines, or run \
                 `gcc-relay secrets rotate` there",
                late.join("; ")
            );
        }
        let anew = reseal(context, &file).await?;
        if !anew.unopened.is_empty() {
            bail!("what cannot be opened would be lost: {}", anew.unopened.join("; "));
        }
        require_nothing_passing(context, &old).await?;
    }
    let now = context.clock.now();
    let mut tx = context.db.begin().await?;
    let states = lock(&mut tx, &file, now).await?;
    let dropped = [states.all(KeyState::Old), states.all(KeyState::Dropped)].concat();
    let here: Vec<KeyId> = dropped.iter().copied().filter(|id| file.holds(*id)).collect();
    if !here.is_empty() {
        context.write_key_file(&file.without(&dropped))?;
    }
    for key in states.all(KeyState::Old) {
        set_secret_key(&mut tx, key.as_bytes(), KeyState::Dropped, now).await?;
        note(&mut tx, now, "secrets_key_drop", key, json!({})).await?;
    }
    tx.commit().await?;
    Ok(here)
}

/// What passes by itself is not sealed anew: it is waited for.
async fn require_nothing_passing(context: &AppContext, old: &[KeyId]) -> anyhow::Result<()> {
    let headers: Vec<String> = old.iter().map(KeyId::hex_header).collect();
    let now = context.clock.now();
    let mut db = context.db.acquire().await?;
    let passing = count_passing(&mut db, &headers, now - CALLS, now - FORMS, now - SIGN_INS).await?;
    if passing > 0 {
        bail!(
            "{passing} answers that are kept to be given again, or sign-ins under way, still need the key before; they \
             pass by themselves, at the latest 24 hours after every node seals with the new key: try again then"
        );
    }
    Ok(())
}

/// Forgets a key that was made and does not seal yet; gives which.
///
/// # Errors
/// There is none; the key file cannot be written; the database fails.
pub async fn cancel(context: &AppContext) -> anyhow::Result<KeyId> {
    let now = context.clock.now();
    let mut tx = context.db.begin().await?;
    let file = context.key_file()?;
    let states = lock(&mut tx, &file, now).await?;
    let Some(key) = states.next() else { bail!("there is no key that was made and does not seal yet") };
    if file.sealing().id() == key {
        bail!("key {key} seals here already: `gcc-relay secrets rotate` goes on with it");
    }
    if count_sealed(&mut tx).await?.iter().any(|(sealed, _)| sealed == key.as_bytes()) {
        bail!("a node seals with key {key} already: `gcc-relay secrets rotate` goes on with it");
    }
    delete_secret_key(&mut tx, key.as_bytes()).await?;
    note(&mut tx, now, "secrets_key_cancel", key, json!({})).await?;
    // the database first: without the file's line nobody could go on with a key that it still knows
    tx.commit().await?;
    if file.holds(key) {
        context.write_key_file(&file.without(&[key]))?;
    }
    Ok(key)
}

/// How things stand.
#[derive(Clone, Debug)]
pub struct Status {
    /// Keys of the file here and of the database: what each is there for, whether the file holds it, how many
    /// secrets are sealed with it.
    pub keys: Vec<(KeyId, Option<KeyState>, bool, i64)>,
    /// The nodes that run.
    pub nodes: Vec<NodeKeys>,
}

/// How things stand; nothing is changed.
///
/// # Errors
/// The key file cannot be read; the database fails.
pub async fn status(context: &AppContext) -> anyhow::Result<Status> {
    let file = context.key_file()?;
    let mut db = context.db.acquire().await?;
    let (known, sealed) = (list_secret_keys(&mut db).await?, count_sealed(&mut db).await?);
    drop(db);
    let named = known.iter().filter_map(|key| KeyId::from_bytes(&key.key_id));
    let sealing = sealed.iter().filter_map(|(key, _)| KeyId::from_bytes(key));
    let mut ids: Vec<KeyId> = Vec::new();
    for id in file.ids().into_iter().chain(named).chain(sealing) {
        if !ids.contains(&id) {
            ids.push(id);
        }
    }
    let row = |id: KeyId| {
        let state = known.iter().find(|key| key.key_id == id.as_bytes()).map(|key| key.state);
        let here = file.holds(id) || file.person_key().id() == id;
        let count = sealed.iter().find(|(key, _)| key == id.as_bytes()).map_or(0, |(_, count)| *count);
        (id, state, here, count)
    };
    Ok(Status { keys: ids.into_iter().map(row).collect(), nodes: running_nodes(context).await? })
}

async fn note(db: &mut Connection, now: Timestamp, act: &str, key: KeyId, detail: Value) -> Result<(), StoreError> {
    audit::insert_entry(db, now, &super::ACTOR, act, &format!("secret_key:{key}"), &detail).await
}
