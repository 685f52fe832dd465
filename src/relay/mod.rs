//! The relay: the engine that takes a bulletin down the tree, and the commands of people on it.
//!
//! Commands ([`publish`], [`digests`], [`approval`], [`test_send`], [`forward`], [`withdraw`], [`retry`], [`on_behalf`], [`drafts`], [`accept_submission`], [`channels`], [`forecast`]) work
//! on a connection in the caller's transaction and send nothing. Each takes the caller's right, locks what it is about before it looks at it,
//! and writes one audit entry of one name, whoever calls: the API, a form or the command line. [`line_check`] asks LINE before them. The engine finds its work in the database. A [`node`] holds channels and
//! runs one `dispatcher` for each; all of them get their work from one `queue_reader` and tell one `recorder` what came of it.
//! [`inbound`] works on what LINE told us, woken by [`inbound_wake`]; [`upkeep`] does what time asks for, on one node for all, and keeps the
//! `quotas` and the `member_counts` and sends the `reminders`. [`test_driver`] steps the same parts without any waiting.
//!
//! From publish to receipt: [`publish`] inserts the deliveries; the first are ready and stand in a batch of the queue
//! (`store::batches`). The dispatcher of their channel asks the queue reader, which claims the batch; it calls LINE for each (`call`), and
//! tells the recorder what came of it. `store::record` writes that: who waited for one that ended becomes ready, and stands in a batch in
//! turn. The counters follow in the database by themselves (`store::progress`), and receipts are read from them.
//!
//! What an end does to all that can follow a bulletin (`tests/it/ended_chains.rs` tries each cell):
//!
//! | what follows it | it was withdrawn | it expired | a correction of it was published |
//! |---|---|---|---|
//! | copies that wait, are held or queued | end as *withdrawn* | end as *expired* | go on; whoever forwards is told of the correction |
//! | a copy under way, accepted late | is recorded, and the notice follows it | is recorded | is recorded |
//! | release at its time, passing by | not any more | not any more | as before |
//! | forward (on the page or by a tap), decline, undecline, retry | refused: not relaying | refused: expired | as before |
//! | withdrawing it | refused: not relaying | a notice goes where it went | takes the correction along |
//! | a correction not published yet: submit, approve, try, schedule, publish | refused: its bulletin was withdrawn | as before | as before; the newest counts |
//! | a scheduled correction, when its hour comes | is a draft again, with the reason | is published | is published |
//! | a published correction, and corrections of that | are withdrawn with it, each with its notice | go on | – |
//! | the withdrawal notice | is not withdrawn itself; is retried and expires like any bulletin | – | – |
//! | a report on an office's behalf | refused: not relaying | is booked | is booked |
//! | taps on its button | are counted, as they happened | are counted | are counted |
//!
//! Invariants: one dispatcher per channel in the cluster; a key is durable before its first use; an outcome that is not
//! known is never called known; an acceptance is never refused.

pub mod accept_submission;
mod answering;
pub mod approval;
mod asking;
pub mod audience;
mod backlog;
pub mod binding;
mod call;
pub mod channel_check;
pub mod channels;
pub mod clock_watch;
pub mod cost;
pub mod digests;
mod dispatcher;
pub mod draft_rules;
pub mod drafts;
pub mod duty;
pub mod engine;
pub mod forecast;
pub mod forward;
pub mod forward_tap;
mod gauges;
pub mod group_alerts;
mod heard;
pub mod inbound;
pub mod inbound_wake;
mod lease;
pub mod line_check;
pub mod listener;
pub mod mails;
mod member_counts;
pub mod node;
pub mod on_behalf;
mod own_bulletin;
mod pace;
pub mod publish;
mod queue_reader;
mod quota_evidence;
pub mod quotas;
mod recorder;
pub mod refusal;
mod reminder_bodies;
mod reminders;
pub mod rendering;
pub mod restore_guard;
pub mod retry;
mod sent_files;
pub mod settings;
pub mod share;
pub mod terms;
pub mod test_driver;
pub mod test_send;
pub mod tree_edits;
pub mod tree_files;
pub mod upkeep;
pub mod withdraw;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// The unguessable end of a public page's address: 128 random bits.
#[must_use]
pub fn public_token() -> String {
    URL_SAFE_NO_PAD.encode(rand::random::<[u8; 16]>())
}
