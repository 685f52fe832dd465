//! Seals every stored secret again with the new key: in small batches, each with its audit entry.

use serde_json::json;

use crate::app::AppContext;
use crate::domain::coordinator::Contacts;
use crate::domain::credentials::sealed_as as codes_sealed_as;
use crate::domain::sealed::{KeyFile, SealError};
use crate::relay::binding::user_sealed_as;
use crate::relay::engine::sealed_as;
use crate::store::coordinators::contacts;
use crate::store::secret_keys::{list_channel_secrets, list_code_secrets, update_channel_secret, update_code_secret};
use crate::store::{Connection, audit, bindings};

/// Secrets in one transaction.
const BATCH: i64 = 100;

/// What was sealed anew.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ResealedCounts {
    /// Secrets and tokens of channels.
    pub channels: usize,
    /// Secrets of accounts' codes.
    pub codes: usize,
    /// LINE users whom accounts are bound to.
    pub bindings: usize,
    /// Contacts of coordinators.
    pub coordinators: usize,
    /// What no key of the file opens, in words.
    pub unopened: Vec<String>,
}

/// Seals everything with the first key of `file` that is sealed with another.
pub(super) async fn reseal(context: &AppContext, file: &KeyFile) -> anyhow::Result<ResealedCounts> {
    let mut done = ResealedCounts::default();
    seal_channels(context, file, &mut done).await?;
    seal_codes(context, file, &mut done).await?;
    seal_bindings(context, file, &mut done).await?;
    seal_coordinators(context, file, &mut done).await?;
    Ok(done)
}

async fn seal_channels(context: &AppContext, file: &KeyFile, done: &mut ResealedCounts) -> anyhow::Result<()> {
    let id = file.sealing().id();
    let mut after = None;
    loop {
        let mut tx = context.db.begin().await?;
        let from = after.as_ref().map(|(id, field): &(_, String)| (*id, field.as_str()));
        let batch = list_channel_secrets(&mut tx, id.as_bytes(), from, BATCH).await?;
        let Some(last) = batch.last() else { return Ok(()) };
        after = Some((last.id, last.field.clone()));
        let mut sealed = 0;
        for secret in &batch {
            match seal(file, &sealed_as(&secret.code, &secret.field), &secret.sealed) {
                Ok(new) => sealed += usize::from(update_channel_secret(&mut tx, secret, &new).await?),
                Err(error) => done.unopened.push(format!("{} of channel {}: {error}", secret.field, secret.code)),
            }
        }
        note(&mut tx, context, file, "channels", sealed).await?;
        tx.commit().await?;
        done.channels += sealed;
    }
}

async fn seal_codes(context: &AppContext, file: &KeyFile, done: &mut ResealedCounts) -> anyhow::Result<()> {
    let id = file.sealing().id();
    let mut after = None;
    loop {
        let mut tx = context.db.begin().await?;
        let batch = list_code_secrets(&mut tx, id.as_bytes(), after, BATCH).await?;
        let Some((last, _)) = batch.last() else { return Ok(()) };
        after = Some(*last);
        let mut sealed = 0;
        for (account, before) in &batch {
            match seal(file, &codes_sealed_as(*account), before) {
                Ok(new) => sealed += usize::from(update_code_secret(&mut tx, *account, before, &new).await?),
                Err(error) => done.unopened.push(format!("codes of account {account}: {error}")),
            }
        }
        note(&mut tx, context, file, "codes", sealed).await?;
        tx.commit().await?;
        done.codes += sealed;
    }
}

async fn seal_bindings(context: &AppContext, file: &KeyFile, done: &mut ResealedCounts) -> anyhow::Result<()> {
    let id = file.sealing().id();
    let mut after = None;
    loop {
        let mut tx = context.db.begin().await?;
        let batch = bindings::list_sealed(&mut tx, id.as_bytes(), after, BATCH).await?;
        let Some((last, _)) = batch.last() else { return Ok(()) };
        after = Some(*last);
        let mut sealed = 0;
        for (account, before) in &batch {
            match seal(file, &user_sealed_as(*account), before) {
                Ok(new) => sealed += usize::from(bindings::update_sealed(&mut tx, *account, before, &new).await?),
                Err(error) => done.unopened.push(format!("LINE user of account {account}: {error}")),
            }
        }
        note(&mut tx, context, file, "bindings", sealed).await?;
        tx.commit().await?;
        done.bindings += sealed;
    }
}

async fn seal_coordinators(context: &AppContext, file: &KeyFile, done: &mut ResealedCounts) -> anyhow::Result<()> {
    let id = file.sealing().id();
    let mut after = None;
    loop {
        let mut tx = context.db.begin().await?;
        let batch = contacts::list_sealed(&mut tx, id.as_bytes(), after, BATCH).await?;
        let Some((last, _)) = batch.last() else { return Ok(()) };
        after = Some(*last);
        let mut sealed = 0;
        for (coordinator, before) in &batch {
            match seal(file, &Contacts::sealed_as(*coordinator), before) {
                Ok(new) => {
                    sealed += usize::from(contacts::update_sealed(&mut tx, *coordinator, before, &new).await?);
                }
                Err(error) => done.unopened.push(format!("contacts of coordinator {coordinator}: {error}")),
            }
        }
        note(&mut tx, context, file, "coordinators", sealed).await?;
        tx.commit().await?;
        done.coordinators += sealed;
    }
}

fn seal(file: &KeyFile, place: &str, sealed: &[u8]) -> Result<Vec<u8>, SealError> {
    let opened = file.open(place, sealed)?;
    file.sealing().seal(place, secrecy::ExposeSecret::expose_secret(&opened))
}

async fn note(
    db: &mut Connection,
    context: &AppContext,
    file: &KeyFile,
    what: &str,
    sealed: usize,
) -> anyhow::Result<()> {
    if sealed > 0 {
        let (subject, detail) = (format!("secret_key:{}", file.sealing().id()), json!({ what: sealed }));
        audit::insert_entry(db, context.clock.now(), &super::ACTOR, "secrets_seal_anew", &subject, &detail).await?;
    }
    Ok(())
}
