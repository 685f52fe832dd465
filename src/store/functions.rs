//! Functions and triggers of the database: each is a file of `migrations/functions/`, applied anew when its text changes.
//!
//! Tables only ever go forward, by numbered migrations; a function has no data, so its newest text is all that counts. The
//! database keeps the hash of what was applied last, and a node starts only where it is this program's. A function whose
//! parameters or result change begins with `drop function if exists` and the old parameters.

use std::collections::HashMap;

use sha2::{Digest, Sha256};

use super::{Connection, Result};

macro_rules! functions {
    ($($name:literal),+ $(,)?) => {
        /// Every function, in an order in which each finds what it is made of.
        const FUNCTIONS: &[(&str, &str)] =
            &[$(($name, include_str!(concat!("../../migrations/functions/", $name, ".sql")))),+];
    };
}

functions![
    "never_deleted",
    "groups_keep_tree",
    "groups_ask_for_count",
    "line_groups_immutable",
    "groups_number_line_group",
    "images_immutable",
    "bulletins_immutable",
    "bulletins_note_standstill",
    "channels_note_standstill",
    "bindings_end_with_duty",
    "audit_entry_bytes",
    "audit_append_only",
    "seal_entries",
    "register_append_only",
    "disseminations_append_only",
    "submission_steps_append_only",
    "read_back_codes_immutable",
    "establishment_append_only",
    "mails_follow_the_table",
    "present_place",
    "change_locks",
    "change_mark",
    "change_horizon",
    "bulletin_month",
    "open_month",
    "close_month",
    "next_bulletin_no",
    "audience_groups",
    "way_of_group",
    "delivery_id",
    "delivery_may_become",
    "delivery_refused",
    "state_at_turn",
    "release_at_turn",
    "unnamed_within",
    "histogram_bucket",
    "delivery_hops",
    "unused_key",
    "leave_batches",
    "follow_digests",
    "deliveries_inserted",
    "deliveries_updated",
    "sendable_batches",
    "open_due",
    "claim_batches",
    "record_accepted",
];

fn hash(text: &str) -> Vec<u8> {
    Sha256::digest(text).to_vec()
}

/// The names of the functions whose applied text is not this program's.
async fn list_stale(db: &mut sqlx::PgConnection) -> Result<Vec<&'static str>> {
    let applied: HashMap<String, Vec<u8>> =
        sqlx::query_as("select name, sha256 from functions_applied").fetch_all(db).await?.into_iter().collect();
    let is_stale = |(name, text): &&(&str, &str)| applied.get(*name).is_none_or(|known| *known != hash(text));
    Ok(FUNCTIONS.iter().filter(is_stale).map(|(name, _)| *name).collect())
}

/// Applies the functions whose text changed; several nodes may call it at once.
pub(super) async fn apply(db: &mut sqlx::PgConnection) -> Result<()> {
    let mut tx = sqlx::Connection::begin(db).await?;
    // one at a time, the others then find everything done
    sqlx::query("lock table functions_applied in share row exclusive mode").execute(&mut *tx).await?;
    let stale = list_stale(&mut tx).await?;
    for (name, text) in FUNCTIONS.iter().filter(|(name, _)| stale.contains(name)) {
        sqlx::raw_sql(*text).execute(&mut *tx).await?;
        sqlx::query(
            "insert into functions_applied (name, sha256) values ($1, $2)
            on conflict (name) do update set sha256 = excluded.sha256",
        )
        .bind(name)
        .bind(hash(text))
        .execute(&mut *tx)
        .await?;
    }
    tx.commit().await?;
    Ok(())
}

/// How many functions are not this program's.
pub(super) async fn count_stale(db: &mut Connection) -> Result<usize> {
    Ok(list_stale(db.unbounded()).await?.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_of_a_function_is_applied() {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations/functions");
        let mut files: Vec<String> = std::fs::read_dir(folder)
            .expect("the folder")
            .map(|file| file.expect("a file").file_name().to_string_lossy().replace(".sql", ""))
            .collect();
        let mut applied: Vec<&str> = FUNCTIONS.iter().map(|(name, _)| *name).collect();
        files.sort_unstable();
        applied.sort_unstable();
        assert_eq!(files, applied);
    }
}
