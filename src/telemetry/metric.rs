//! The metrics: their names, each spelt once, and their descriptions.
//!
//! Labels are bounded: a channel's code, a kind from a closed list, a route's pattern, a status. Never
//! a bulletin, a group, a person, or a path as it was asked for.
//!
//! What is looked up for the whole cluster is told by the node that leads; what nobody sets any more is not told any
//! more after a while ([`super::start_metrics`]), so that a node which has lost the lead does not go on repeating what
//! was true when it had it. `docs/operations.md` describes each number; a test compares.

use metrics::{Unit, describe_counter, describe_gauge, describe_histogram};

/// Deliveries that are ready, by `channel`.
pub const DELIVERIES_READY: &str = "gcc_relay_deliveries_ready";
/// The age of the oldest ready delivery, in seconds, by `channel`: the number to alarm on. A retry counts from when it
/// is due.
pub const OLDEST_READY: &str = "gcc_relay_oldest_ready_seconds";
/// Calls to LINE under way, by `channel`.
pub const IN_FLIGHT: &str = "gcc_relay_in_flight";
/// Deliveries that LINE accepted.
pub const ACCEPTED: &str = "gcc_relay_accepted_total";
/// Calls by what came of them: `kind` is one of [`OUTCOME_KINDS`].
pub const OUTCOMES: &str = "gcc_relay_outcomes_total";
/// The variants of the outcome.
pub const OUTCOME_KINDS: [&str; 7] = ["accepted", "retry", "snooze", "park", "put_off", "give_up", "gone"];
/// Answers 429, by `kind`: one of [`LINE_THROTTLED_KINDS`].
pub const LINE_THROTTLED: &str = "gcc_relay_line_throttled_total";
/// Too fast, the month's messages used up, or LINE's words and its quota do not agree.
pub const LINE_THROTTLED_KINDS: [&str; 3] = ["rate", "quota", "unclear"];
/// Parked channels, by `reason`.
pub const PARKED_CHANNELS: &str = "gcc_relay_parked_channels";
/// Ready deliveries that stand still, by `reason`: that of their channel, or `bulletin_paused`.
pub const PARKED_DELIVERIES: &str = "gcc_relay_parked_deliveries";
/// The time of calls to LINE, by `endpoint` and `status`.
pub const LINE_CALL: &str = "gcc_relay_line_call_seconds";
/// Rows written together by the recorder.
pub const RECORDER_BATCH: &str = "gcc_relay_recorder_batch_rows";
/// The time from LINE's answer to its being on record, for the oldest answer of each batch.
pub const RECORDER_DELAY: &str = "gcc_relay_recorder_delay_seconds";
/// Claims found to be another node's when they were to be written.
pub const CLAIMS_LOST: &str = "gcc_relay_claims_lost_total";
/// Deliveries by which the last recount differed from the counters: anything but 0 is a defect.
pub const PROGRESS_DRIFT: &str = "gcc_relay_progress_drift";
/// Steps of upkeep that failed, by `step`: one of [`UPKEEP_STEPS`].
pub const UPKEEP_FAILURES: &str = "gcc_relay_upkeep_failures_total";
/// The steps of upkeep: a test there holds them to those that are done.
pub const UPKEEP_STEPS: [&str; 18] = [
    "publish_scheduled",
    "release",
    "bypass",
    "expire",
    "measure",
    "sum_up_provinces",
    "touch_identity",
    "recount",
    "follow_late_acceptances",
    "forget_forms",
    "forget_attempts",
    "unbind",
    "hand_over",
    "enter_registers",
    "seal_audit",
    "forget",
    "months",
    "audit_months",
];
/// Reminders by what became of them: `outcome` is one of [`REMINDER_OUTCOMES`]. What LINE accepted counts as a message.
pub const REMINDERS: &str = "gcc_relay_reminders_total";
/// What may become of a reminder.
pub const REMINDER_OUTCOMES: [&str; 4] = ["accepted", "refused", "not_needed", "unknown"];
/// Mails of reports by what came of handing them to the mail server: `outcome` is one of [`MAIL_OUTCOMES`].
pub const MAILS: &str = "gcc_relay_mails_total";
/// What may come of it; `put_off` is tried again.
pub const MAIL_OUTCOMES: [&str; 4] = ["accepted", "put_off", "refused", "unknown"];
/// Mails of reports that are queued or with the mail server.
pub const MAILS_QUEUED: &str = "gcc_relay_mails_queued";
/// Files that offices sent in LINE, by what became of them: `outcome` is one of [`LINE_FILE_OUTCOMES`].
pub const LINE_FILES: &str = "gcc_relay_line_files_total";
/// What may become of such a file; `failed` is tried again, `gone` is lost.
pub const LINE_FILE_OUTCOMES: [&str; 4] = ["handed_over", "refused", "failed", "gone"];
/// Files that offices sent in LINE and that are not in a submission yet.
pub const LINE_FILES_WAITING: &str = "gcc_relay_line_files_waiting";
/// The age of the oldest of them, in seconds.
pub const LINE_FILES_OLDEST: &str = "gcc_relay_line_files_oldest_seconds";
/// Whether this node holds the lock of `channel`: 1 or 0. Summed over the nodes it must be 1.
pub const CHANNEL_LOCK_HELD: &str = "gcc_relay_channel_lock_held";
/// Whether this node leads, which is to say does the upkeep: 1 or 0. Summed over the nodes it must be 1.
pub const LEADER: &str = "gcc_relay_leader";
/// Nodes that are alive on the database, as this one sees it.
pub const NODES: &str = "gcc_relay_nodes";
/// Seconds since this node's listener last heard the node itself: as long as it is deaf, work on it is found by looking.
pub const NOTICES_SILENT: &str = "gcc_relay_notices_silent_seconds";
/// Connections of this node's pools, by `pool` (web or relay) and `state` (used or idle).
pub const DATABASE_CONNECTIONS: &str = "gcc_relay_database_connections";
/// The most connections that this node's pools may have, by `pool`.
pub const DATABASE_CONNECTIONS_MAX: &str = "gcc_relay_database_connections_max";
/// 1, by `version` of the program.
pub const BUILD_INFO: &str = "gcc_relay_build_info";
/// Webhook events stored, by `kind`: one of LINE's event types that are known here, or `other`.
pub const WEBHOOK_EVENTS: &str = "gcc_relay_webhook_events_total";
/// Members' messages that have to do with a bulletin's code, by `verdict`: one of [`HEARD_VERDICTS`].
pub const HEARD: &str = "gcc_relay_heard_total";
/// What may be found in such a message: the words of [`FoundText`](crate::domain::heard::FoundText) for what a text says.
pub const HEARD_VERDICTS: [&str; 6] = ["same", "cut", "altered", "unknown_code", "several_codes", "no_code"];
/// Webhook events that could not be worked on and are set aside until somebody has them tried again.
pub const WEBHOOK_SET_ASIDE: &str = "gcc_relay_webhook_events_set_aside";
/// Open alerts about LINE groups, by `kind`: one of [`GroupAlertKind`](crate::domain::group_alert::GroupAlertKind).
pub const GROUP_ALERTS: &str = "gcc_relay_group_alerts";
/// Webhook requests whose signature did not fit, by `channel`; `(unknown)` for one that there is not.
pub const WEBHOOK_REFUSED: &str = "gcc_relay_webhook_refused_total";
/// Connections that were refused or cut off, by `reason`: one of [`CONNECTION_REASONS`].
pub const CONNECTIONS_REFUSED: &str = "gcc_relay_connections_refused_total";
/// Too many in all, too many from one address, or a client that sends or reads too slowly.
pub const CONNECTION_REASONS: [&str; 3] = ["full", "address", "slow"];
/// Streams of pages and programs that watch, on this node.
pub const STREAMS: &str = "gcc_relay_streams";
/// People who tried to sign in, by outcome (`signed_in`, `refused`, `too_often`).
pub const SIGN_INS: &str = "gcc_relay_sign_ins_total";
/// Requests answered, by `method`, `route` (the pattern) and `status`.
pub const HTTP_REQUESTS: &str = "gcc_relay_http_requests_total";
/// The time of answers, by `method` and `route`.
pub const HTTP_REQUEST_TIME: &str = "gcc_relay_http_request_seconds";
/// The messages that a channel's quota has left, by `channel`.
pub const QUOTA_LEFT: &str = "gcc_relay_quota_left";
/// The database's clock minus this machine's at the last look, in seconds.
pub const CLOCK_OFFSET: &str = "gcc_relay_clock_offset_seconds";

/// Tells the recorder what each number means and in what it is counted.
pub(super) fn describe() {
    describe_relay();
    describe_recorder();
    describe_edges();
    describe_node();
}

/// Counts nothing, under every name and kind that is known beforehand: a counter that first appears with its first
/// count has no rise that Prometheus could see.
pub(super) fn begin() {
    for name in [ACCEPTED, CLAIMS_LOST] {
        metrics::counter!(name).increment(0);
    }
    for kind in OUTCOME_KINDS {
        metrics::counter!(OUTCOMES, "kind" => kind).increment(0);
    }
    for kind in LINE_THROTTLED_KINDS {
        metrics::counter!(LINE_THROTTLED, "kind" => kind).increment(0);
    }
    for step in UPKEEP_STEPS {
        metrics::counter!(UPKEEP_FAILURES, "step" => step).increment(0);
    }
    for outcome in REMINDER_OUTCOMES {
        metrics::counter!(REMINDERS, "outcome" => outcome).increment(0);
    }
    for outcome in MAIL_OUTCOMES {
        metrics::counter!(MAILS, "outcome" => outcome).increment(0);
    }
    for outcome in LINE_FILE_OUTCOMES {
        metrics::counter!(LINE_FILES, "outcome" => outcome).increment(0);
    }
    for verdict in HEARD_VERDICTS {
        metrics::counter!(HEARD, "verdict" => verdict).increment(0);
    }
    for reason in CONNECTION_REASONS {
        metrics::counter!(CONNECTIONS_REFUSED, "reason" => reason).increment(0);
    }
    for outcome in ["signed_in", "refused", "too_often"] {
        metrics::counter!(SIGN_INS, "outcome" => outcome).increment(0);
    }
}

fn describe_relay() {
    describe_gauge!(DELIVERIES_READY, Unit::Count, "Deliveries that are ready to be sent, by channel");
    describe_gauge!(OLDEST_READY, Unit::Seconds, "Age of the oldest ready delivery, by channel");
    describe_gauge!(IN_FLIGHT, Unit::Count, "Calls to LINE under way, by channel");
    describe_counter!(ACCEPTED, Unit::Count, "Deliveries that LINE accepted");
    describe_counter!(OUTCOMES, Unit::Count, "Calls to LINE, by what came of them");
    describe_counter!(LINE_THROTTLED, Unit::Count, "Answers 429 from LINE, by rate, by quota or unclear");
    describe_gauge!(PARKED_CHANNELS, Unit::Count, "Channels that are parked, by reason");
    describe_gauge!(PARKED_DELIVERIES, Unit::Count, "Ready deliveries that stand still, by reason");
    describe_counter!(REMINDERS, Unit::Count, "Reminders to stewards, by what became of them");
    describe_counter!(MAILS, Unit::Count, "Mails of reports, by what came of handing them to the mail server");
    describe_gauge!(MAILS_QUEUED, Unit::Count, "Mails of reports that are queued or with the mail server");
    describe_histogram!(LINE_CALL, Unit::Seconds, "Time of calls to LINE, by endpoint and status");
    describe_gauge!(CHANNEL_LOCK_HELD, Unit::Count, "1 where this node sends for the channel");
    describe_gauge!(QUOTA_LEFT, Unit::Count, "Messages that LINE still allows this month, by channel");
}

fn describe_recorder() {
    describe_histogram!(RECORDER_BATCH, Unit::Count, "Outcomes written together");
    describe_histogram!(RECORDER_DELAY, Unit::Seconds, "Time from the oldest answer of a batch to its being on record");
    describe_counter!(CLAIMS_LOST, Unit::Count, "Claims that another node had taken over");
    describe_gauge!(PROGRESS_DRIFT, Unit::Count, "Deliveries by which the recount differed; 0 unless defective");
    describe_counter!(UPKEEP_FAILURES, Unit::Count, "Steps of upkeep that failed, by step");
    describe_gauge!(CLOCK_OFFSET, Unit::Seconds, "The database's clock minus this machine's");
}

fn describe_edges() {
    describe_counter!(WEBHOOK_EVENTS, Unit::Count, "Webhook events stored, by kind");
    describe_counter!(HEARD, Unit::Count, "Members' messages with a bulletin's code, by what they say beside it");
    describe_gauge!(GROUP_ALERTS, Unit::Count, "Open alerts about LINE groups, by kind");
    describe_counter!(LINE_FILES, Unit::Count, "Files that offices sent in LINE, by what became of them");
    describe_gauge!(LINE_FILES_WAITING, Unit::Count, "Files sent in LINE that are in no submission yet");
    describe_gauge!(
        LINE_FILES_OLDEST,
        Unit::Seconds,
        "Age of the oldest file sent in LINE that is in no submission yet"
    );
    describe_gauge!(WEBHOOK_SET_ASIDE, Unit::Count, "Webhook events that could not be worked on and are set aside");
    describe_counter!(WEBHOOK_REFUSED, Unit::Count, "Webhook requests with a wrong signature");
    describe_counter!(CONNECTIONS_REFUSED, Unit::Count, "Connections refused or cut off, by reason");
    describe_gauge!(STREAMS, Unit::Count, "Streams that are open on this node");
    describe_counter!(SIGN_INS, Unit::Count, "Attempts to sign in, by outcome");
    describe_counter!(HTTP_REQUESTS, Unit::Count, "Requests answered, by method, route and status");
    describe_histogram!(HTTP_REQUEST_TIME, Unit::Seconds, "Time of answers, by method and route");
}

fn describe_node() {
    describe_gauge!(LEADER, Unit::Count, "1 where this node does the upkeep");
    describe_gauge!(NODES, Unit::Count, "Nodes alive on the database");
    describe_gauge!(NOTICES_SILENT, Unit::Seconds, "Time since this node heard its own notices");
    describe_gauge!(DATABASE_CONNECTIONS, Unit::Count, "Connections of this node's pools, by pool and state");
    describe_gauge!(
        DATABASE_CONNECTIONS_MAX,
        Unit::Count,
        "Connections that this node's pools may have at most, by pool"
    );
    describe_gauge!(BUILD_INFO, Unit::Count, "1, by version of the program");
}
