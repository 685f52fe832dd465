//! Everything kept in Postgres: all SQL of the project, one file per noun, as functions over a
//! connection the caller gives.
//!
//! A function never begins or ends a transaction: what belongs together is put together by the
//! caller. `find_*` gives an `Option`, `get_*` an error where the row is absent, `list_*` a page.
//! `migrations/0001_schema.sql` is the schema that the numbered files after it extend; `docs/schema.md` shows it as it is. Rules that must hold whoever writes are kept
//! by the database itself, by triggers whose text is in `migrations/functions/` (`functions.rs` applies them).
//!
//! What the database does by itself:
//!
//! | trigger | when | what |
//! |---|---|---|
//! | `deliveries_inserted` | deliveries are made | counts them in `progress`; puts what is ready into `batches` |
//! | `deliveries_updated` | deliveries move, or are tapped | counters and times of acceptances follow, and what a digest carries follows it; what becomes ready or comes back from being put off enters `batches`, what is withdrawn, expires or changes its channel leaves them |
//! | `deliveries_follow_the_table` | a delivery's state changes | refuses moves that `domain::delivery::step` does not know |
//! | `bulletins_immutable` | a bulletin changes or is deleted | refuses it once it is published |
//! | `bulletins_note_standstill` | a bulletin is paused or goes on | opens or ends a row of `standstills` |
//! | `channels_note_standstill` | a channel is parked or goes on | the same |
//! | `channels_never_deleted`, `groups_never_deleted` | a row is deleted | refuses it: old deliveries refer to them |
//! | `groups_inserted`, `groups_moved` | the tree changes | keeps tiers and paths; refuses what is no tree |
//! | `groups_ask_for_count` | a group gets another LINE group or size | has its members counted again |
//! | `groups_number_line_group` | a group is linked | gives it the number of its LINE group, and a LINE group its number |
//! | `line_groups_immutable` | a LINE group's row changes or is deleted | refuses it: old deliveries refer to them |
//! | `accounts_end_bindings` | an account is ended, or gets another role or office | forgets the LINE user it is bound to, and its codes |
//! | `images_immutable` | a picture changes | refuses it |
//! | `register_entries_append_only`, `register_endorsements_append_only`, `register_endorsements_never_emptied` | the register of an office changes | refuses it: it is a record |
//! | `register_years_stay_closed`, `register_years_never_deleted` | the numbers of a year change | refuses to open a closed year, to count back, and to delete |
//! | `disseminations_append_only`, `disseminations_never_emptied`, `dissemination_files_append_only`, `dissemination_files_never_emptied` | a record of dissemination or its pictures change | refuses it: another one replaces it |
//! | `submission_steps_append_only`, `submission_steps_never_emptied` | what was done with a submission changes | refuses it: it is a record |
//! | `read_back_codes_immutable` | a read-back code changes | refuses it: it stands on paper |
//! | `establishment_marks_append_only`, `establishment_marks_never_emptied`, `establishment_reports_append_only`, `establishment_sendings_append_only`, `establishment_sendings_never_emptied` | what was said, reported or sent of groups that are set up changes | refuses it: it is a record |
//! | `mails_follow_the_table`, `establishment_mails_never_deleted`, `establishment_mails_never_emptied` | a mail's state changes, or its row goes | refuses to queue again what may have been sent, and to delete |
//! | `audit_append_only`, `audit_never_emptied` | the audit changes | refuses all but sealing, and the dropping of what an entry `audit_drop` names |

pub mod account_identities;
pub mod account_links;
pub mod account_list;
pub mod accounts;
pub mod acknowledgements;
pub mod api_keys;
pub mod approval;
pub mod attempts;
pub mod audit;
pub mod audit_dropping;
pub mod audit_names;
pub mod audit_reading;
pub mod batches;
pub mod binding_codes;
pub mod bindings;
pub mod board;
pub mod bulletins;
pub mod channels;
pub mod checkup;
pub mod choices;
mod connection;
pub mod coordinators;
pub mod costs;
pub mod coverage;
pub mod database_identity;
pub mod deliveries;
pub mod demo_data;
#[cfg(feature = "demo")]
pub mod demo_seed;
pub mod disseminations;
pub mod establishment;
pub mod failed_sign_ins;
pub mod fan_out;
pub mod files;
pub mod forward_taps;
mod functions;
pub mod group_alerts;
pub mod groups;
pub mod heard;
mod hosts;
pub mod idempotency;
pub mod images;
pub mod invitations;
pub mod join_codes;
pub mod known_devices;
pub mod line_files;
pub mod links;
pub mod listener;
pub mod local_authorities;
pub mod locks;
pub mod login_sessions;
pub mod member_counts;
pub mod messages;
pub mod months;
pub mod newcomers;
pub mod node_connection;
pub mod notices;
pub mod offices;
pub mod overview;
pub mod passkeys;
mod plans;
mod pool;
pub mod posters;
pub mod profiles;
pub mod progress;
pub mod queue_counts;
pub mod read_back;
pub mod record;
pub mod recovery_codes;
pub mod register;
pub mod reminder_tries;
pub mod reminders;
pub mod reports;
pub mod request_reminders;
pub mod requests;
pub mod retries;
pub mod secret_keys;
pub mod sign_in_limits;
pub mod sign_in_waits;
pub mod stewards;
pub mod submissions;
pub mod terms;
pub mod transitions;
pub mod tree;
pub mod tree_list;
pub mod tree_uploads;
pub mod waiting;
pub mod webhook_events;
pub mod webhook_failures;

use std::sync::Arc;
use std::time::Duration;

use sqlx::error::DatabaseError;
use sqlx::postgres::{PgDatabaseError, PgSeverity};

use crate::domain::time::Timestamp;

pub use connection::Connection;
pub use hosts::Hosts;
pub use pool::{Db, Pooled, Pooling, Tx};
/// What acquiring a connection, beginning and committing answer with where they fail; [`StoreError`] says what it means.
pub use sqlx::Error as DbError;

/// What can go wrong in the store.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// `get_*` found nothing.
    #[error("there is no such {0}")]
    Absent(&'static str),
    /// A named rule of the database refused it.
    #[error("the database's rule {0} refuses it")]
    Refused(String),
    /// The database cannot be reached now; trying again later may help.
    #[error("the database cannot be reached")]
    Unavailable(#[source] sqlx::Error),
    /// Two transactions stood in each other's way; running this one again helps.
    #[error("the database asks to run the transaction again")]
    Again(#[source] sqlx::Error),
    /// Anything else.
    #[error("the database answered with an error")]
    Database(#[source] sqlx::Error),
    /// The migrations could not be applied.
    #[error("the database's schema could not be brought up to date")]
    Migrate(#[from] sqlx::migrate::MigrateError),
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        use sqlx::Error as E;
        match &error {
            E::Io(_) | E::Tls(_) | E::PoolTimedOut | E::PoolClosed | E::WorkerCrashed | E::Protocol(_) => {
                Self::Unavailable(error)
            }
            E::Database(refusal) if ends_session(refusal.as_ref()) => Self::Unavailable(error),
            E::Database(refusal) => match (refusal.code().as_deref(), refusal.constraint()) {
                // serialisation failure, deadlock, lock not to be had
                (Some("40001" | "40P01" | "55P03"), _) => Self::Again(error),
                // shutting down, crashed, starting up, cancelled, out of room or connections
                (Some(code), _) if ["57", "08", "53"].iter().any(|class| code.starts_with(class)) => {
                    Self::Unavailable(error)
                }
                (Some(code), Some(rule)) if code.starts_with("23") => Self::Refused(rule.to_owned()),
                _ => Self::Database(error),
            },
            _ => Self::Database(error),
        }
    }
}

impl StoreError {
    /// Whether a lock was not to be had in time.
    fn is_lock_timeout(&self) -> bool {
        use sqlx::migrate::MigrateError as M;
        let (Self::Again(error) | Self::Migrate(M::Execute(error) | M::ExecuteMigration(error, _))) = self else {
            return false;
        };
        error.as_database_error().and_then(DatabaseError::code).as_deref() == Some("55P03")
    }

    /// What is wrong with what was asked, in a few words without anything that is stored; `None` where nothing is and
    /// the same may succeed later.
    #[must_use]
    pub fn cause(&self) -> Option<String> {
        match self {
            Self::Unavailable(_) | Self::Again(_) => None,
            Self::Absent(what) => Some(format!("there is no such {what}")),
            Self::Refused(rule) => Some(format!("the database's rule {rule}")),
            Self::Database(error) => {
                let code = error.as_database_error().and_then(DatabaseError::code);
                Some(code.map_or_else(|| "an answer of another kind".to_owned(), |code| format!("SQLSTATE {code}")))
            }
            Self::Migrate(_) => Some("the schema".to_owned()),
        }
    }
}

/// Whether not this statement is wrong but the session is at its end: the server let nobody in, ended it, lost it to a
/// pooler, or is a primary no more and refuses every write (25006), so that another is to be looked for.
fn ends_session(refusal: &dyn DatabaseError) -> bool {
    let severity = refusal.try_downcast_ref::<PgDatabaseError>().map(PgDatabaseError::severity);
    let ended = matches!(severity, Some(PgSeverity::Fatal | PgSeverity::Panic));
    // 25P02: an earlier statement of the transaction failed, and was not noticed
    ended || refusal.code().is_some_and(|code| matches!(&*code, "25006" | "25P02") || code.starts_with("08"))
}

/// The result of a store function.
pub type Result<T, E = StoreError> = std::result::Result<T, E>;

/// The longest time for a statement where nobody says otherwise.
pub const STATEMENT: Duration = Duration::from_secs(30);

/// A pool on `url` of at most `max_connections`; whoever waits longer than `patience` for one of them gets an error.
///
/// # Errors
/// When the address cannot be read or the database cannot be reached.
pub async fn connect(url: &str, max_connections: u32, patience: Duration) -> Result<Db> {
    let pooling = Pooling { name: "gcc-relay", max_connections, patience, statement: STATEMENT };
    let db = Db::new(Arc::new(Hosts::parse(url)?), pooling);
    db.acquire().await?;
    Ok(db)
}

/// How often a migration waits for a lock, for three seconds each time: what queues behind it goes on in between.
const LOCK_TRIES: u32 = 100;

/// Applies the migrations and functions that are missing; several nodes may call it at once.
///
/// # Errors
/// When the database cannot be reached, holds a schema that is not this program's, or a lock is not to be had.
pub async fn migrate(db: &Db) -> Result<()> {
    // a migration takes as long as it takes; the connection is not used for anything else afterwards
    let mut connection = db.acquire().await?;
    connection.limit(Duration::MAX);
    let raw = connection.unbounded();
    sqlx::raw_sql("set statement_timeout = 0; set lock_timeout = '3s'").execute(&mut *raw).await?;
    let mut tries = 1;
    loop {
        match apply_missing(raw).await {
            Err(error) if error.is_lock_timeout() && tries < LOCK_TRIES => {
                tracing::info!(tries, "a migration waits for a lock");
                tries += 1;
            }
            applied => return applied,
        }
    }
}

async fn apply_missing(db: &mut sqlx::PgConnection) -> Result<()> {
    sqlx::migrate!("./migrations").run(&mut *db).await?;
    functions::apply(db).await
}

/// How many of this program's migrations are applied, and how many there are; its functions count as one more.
///
/// # Errors
/// When the database cannot be reached.
pub async fn migrations_applied(db: &Db) -> Result<(usize, usize)> {
    let known = sqlx::migrate!("./migrations").migrations.len() + 1;
    let mut connection = db.acquire().await?;
    let table: Option<String> =
        sqlx::query_scalar("select to_regclass('_sqlx_migrations')::text").fetch_one(&mut *connection).await?;
    if table.is_none() {
        return Ok((0, known));
    }
    let applied: i64 =
        sqlx::query_scalar("select count(*) from _sqlx_migrations where success").fetch_one(&mut *connection).await?;
    let stale = functions::count_stale(&mut connection).await?;
    Ok((usize::try_from(applied).unwrap_or(0) + usize::from(stale == 0), known))
}

/// The database's clock, which all nodes follow.
///
/// # Errors
/// When the database cannot be reached.
pub async fn database_now(db: &mut Connection) -> Result<Timestamp> {
    Ok(sqlx::query_scalar!(r#"select clock_timestamp() as "now!""#).fetch_one(db).await?)
}
