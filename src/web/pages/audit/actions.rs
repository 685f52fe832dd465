//! What each act of the audit is called in words. The audit keeps the code word, which machines and old entries need;
//! readers are told what was done.

use crate::web::pages::form_state::Choice;
use crate::web::words::Words;

/// Every act that the program writes with the key of its words, in the order in which the filter offers them. A test
/// holds it to the sources.
const ACTS: &[(&str, &str)] = &[
    ("sign_in", "audit-act-sign-in"),
    ("sign_in_failures", "audit-act-sign-in-failures"),
    ("sign_in_failures_seen", "audit-act-sign-in-failures-seen"),
    ("sign_out", "audit-act-sign-out"),
    ("device_sign_out", "audit-act-device-sign-out"),
    ("password_set", "audit-act-password-set"),
    ("codes_set_up", "audit-act-codes-set-up"),
    ("codes_taken_away", "audit-act-codes-taken-away"),
    ("identity_bind", "audit-act-identity-bind"),
    ("identity_unbind", "audit-act-identity-unbind"),
    ("line_code_make", "audit-act-line-code-make"),
    ("line_bind", "audit-act-line-bind"),
    ("line_unbind", "audit-act-line-unbind"),
    ("month_drop", "audit-act-month-drop"),
    ("audit_drop", "audit-act-audit-drop"),
    ("passkey_add", "audit-act-passkey-add"),
    ("passkey_remove", "audit-act-passkey-remove"),
    ("recovery_codes_make", "audit-act-recovery-codes-make"),
    ("recovery_code_use", "audit-act-recovery-code-use"),
    ("recovery_codes_seen", "audit-act-recovery-codes-seen"),
    ("account_create", "audit-act-account-create"),
    ("account_change", "audit-act-account-change"),
    ("account_link", "audit-act-account-link"),
    ("account_disable", "audit-act-account-disable"),
    ("account_enable", "audit-act-account-enable"),
    ("stewards_invite", "audit-act-stewards-invite"),
    ("key_create", "audit-act-key-create"),
    ("key_revoke", "audit-act-key-revoke"),
    ("draft", "audit-act-draft"),
    ("edit", "audit-act-edit"),
    ("set_forwarding", "audit-act-set-forwarding"),
    ("set_way", "audit-act-set-way"),
    ("set_budget", "audit-act-set-budget"),
    ("open_reserve", "audit-act-open-reserve"),
    ("send_test", "audit-act-send-test"),
    ("delete", "audit-act-delete"),
    ("submit", "audit-act-submit"),
    ("recall", "audit-act-recall"),
    ("approve", "audit-act-approve"),
    ("return", "audit-act-return"),
    ("schedule", "audit-act-schedule"),
    ("unschedule", "audit-act-unschedule"),
    ("publish", "audit-act-publish"),
    ("withdraw", "audit-act-withdraw"),
    ("forward", "audit-act-forward"),
    ("decline", "audit-act-decline"),
    ("undecline", "audit-act-undecline"),
    ("report", "audit-act-report"),
    ("retry", "audit-act-retry"),
    ("tree_import", "audit-act-tree-import"),
    ("upload_tree", "audit-act-upload-tree"),
    ("apply_tree", "audit-act-apply-tree"),
    ("undo_tree", "audit-act-undo-tree"),
    ("export_tree", "audit-act-export-tree"),
    ("add_group", "audit-act-add-group"),
    ("move_group", "audit-act-move-group"),
    ("retire_group", "audit-act-retire-group"),
    ("reinstate_group", "audit-act-reinstate-group"),
    ("change_group", "audit-act-change-group"),
    ("make_join_code", "audit-act-make-join-code"),
    ("make_join_slips", "audit-act-make-join-slips"),
    ("link", "audit-act-link"),
    ("unlink", "audit-act-unlink"),
    ("name_steward", "audit-act-name-steward"),
    ("cancel_steward", "audit-act-cancel-steward"),
    ("end_steward", "audit-act-end-steward"),
    ("hand_over", "audit-act-hand-over"),
    ("name_deputy", "audit-act-name-deputy"),
    ("end_deputy", "audit-act-end-deputy"),
    ("answer_request", "audit-act-answer-request"),
    ("name_coordinator", "audit-act-name-coordinator"),
    ("import_coordinators", "audit-act-import-coordinators"),
    ("end_coordinator", "audit-act-end-coordinator"),
    ("view_coordinator", "audit-act-view-coordinator"),
    ("export_coordinators", "audit-act-export-coordinators"),
    ("take_out_coordinator", "audit-act-take-out-coordinator"),
    ("park", "audit-act-park"),
    ("resume", "audit-act-resume"),
    ("channel_add", "audit-act-channel-add"),
    ("channel_rotate", "audit-act-channel-rotate"),
    ("channel_rate", "audit-act-channel-rate"),
    ("webhook_set_aside", "audit-act-webhook-set-aside"),
    ("webhook_retry", "audit-act-webhook-retry"),
    ("group_alert_seen", "audit-act-group-alert-seen"),
    ("register_receive", "audit-act-register-receive"),
    ("register_endorse", "audit-act-register-endorse"),
    ("register_close_year", "audit-act-register-close-year"),
    ("register_by_itself", "audit-act-register-by-itself"),
    ("declare_groups", "audit-act-declare-groups"),
    ("verify_groups", "audit-act-verify-groups"),
    ("report_establishment", "audit-act-report-establishment"),
    ("note_establishment_paper", "audit-act-note-establishment-paper"),
    ("note_establishment_mail", "audit-act-note-establishment-mail"),
    ("send_establishment_mail", "audit-act-send-establishment-mail"),
    ("end_establishment_mail", "audit-act-end-establishment-mail"),
    ("dissemination_record", "audit-act-dissemination-record"),
    ("read_back_code", "audit-act-read-back-code"),
    ("dissemination_read_back", "audit-act-dissemination-read-back"),
    ("dissemination_replace", "audit-act-dissemination-replace"),
    ("submission_send", "audit-act-submission-send"),
    ("submission_send_again", "audit-act-submission-send-again"),
    ("submission_check", "audit-act-submission-check"),
    ("submission_propose", "audit-act-submission-propose"),
    ("submission_return", "audit-act-submission-return"),
    ("submission_accept", "audit-act-submission-accept"),
    ("topic_change", "audit-act-topic-change"),
    ("profile_change", "audit-act-profile-change"),
    ("poster_mark", "audit-act-poster-mark"),
    ("poster_unmark", "audit-act-poster-unmark"),
    ("secrets_key_make", "audit-act-secrets-key-make"),
    ("secrets_key_switch", "audit-act-secrets-key-switch"),
    ("secrets_seal_anew", "audit-act-secrets-seal-anew"),
    ("secrets_key_drop", "audit-act-secrets-key-drop"),
    ("secrets_key_cancel", "audit-act-secrets-key-cancel"),
    ("secrets_accept", "audit-act-secrets-accept"),
    ("database_restored", "audit-act-database-restored"),
    ("database_moved", "audit-act-database-moved"),
];

/// Acts that earlier versions wrote and this one does not: their entries stay and are told in words.
const FORMER_ACTS: &[(&str, &str)] =
    &[("channel_park", "audit-act-channel-park"), ("channel_resume", "audit-act-channel-resume")];

/// What `act` is called; nothing for one that this program does not know.
pub fn say_act(t: Words, act: &str) -> Option<String> {
    ACTS.iter().chain(FORMER_ACTS).find(|(code, _)| *code == act).map(|(_, key)| t.say(key))
}

/// The acts of `found` as the filter offers them, with the one that is `chosen` even if nobody has done it yet; those
/// that this program does not know come last, as they are.
pub fn choices(t: Words, mut found: Vec<String>, chosen: &str) -> Vec<Choice> {
    if !chosen.is_empty() && !found.iter().any(|act| act == chosen) {
        found.push(chosen.to_owned());
    }
    found.sort_by_key(|act| ACTS.iter().position(|(code, _)| code == act).unwrap_or(ACTS.len()));
    let choice = |code: String| Choice::of(&code, say_act(t, &code).unwrap_or_else(|| code.clone()), chosen);
    found.into_iter().map(choice).collect()
}

#[cfg(test)]
mod tests;
