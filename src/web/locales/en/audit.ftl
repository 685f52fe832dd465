# The audit.
audit-title = Audit
audit-check = Check that it is whole
audit-intact = Whole: { $checked } entries checked, none was changed or removed.
audit-so-far = { $checked } entries checked, none was changed or removed so far. There are more.
audit-broken = Not whole: the chain is broken at entry number { $at }. Tell whoever answers for the system at once.
audit-unsealed = { $n ->
    [one] { $shown } entry waits for its seal.
   *[other] { $shown } entries wait for their seal.
}
audit-dropped = { $n ->
    [one] { $shown } older entry was dropped, as it had been kept long enough.
   *[other] { $shown } older entries were dropped, as they had been kept long enough.
}
audit-last-seal = The last seal; write it down to compare later:
audit-go-on = Go on checking
audit-at = When
audit-actor = Who
audit-act = What
audit-subject = To what
audit-detail = Details
audit-seal = Seal
audit-sealed = sealed, no. { $at }
audit-not-sealed = not sealed yet
audit-none = No entry matches
audit-older = Earlier entries
ways-audit = Audit

# What was done, by the code word that the audit keeps.
audit-act-sign-in = Signed in
audit-act-sign-in-failures = Attempts to sign in failed
audit-act-sign-in-failures-seen = Saw that attempts to sign in had failed
audit-act-sign-out = Signed out
audit-act-device-sign-out = Signed out another device
audit-act-password-set = Set a password
audit-act-codes-set-up = Set up the six-digit codes
audit-act-codes-taken-away = Took the six-digit codes away
audit-act-recovery-codes-make = Made recovery codes
audit-act-recovery-code-use = Signed in with a recovery code
audit-act-recovery-codes-seen = Saw that a recovery code was used
audit-act-identity-bind = Bind a person of the identity provider
audit-act-identity-unbind = Unbind a person of the identity provider
audit-act-line-code-make = Made a code to bind LINE
audit-act-line-bind = Bound LINE to the account
audit-act-line-unbind = Ended the binding to LINE
audit-act-month-drop = Dropped a month that was kept long enough
audit-act-audit-drop = Dropped audit entries that were kept long enough
audit-act-passkey-add = Added a passkey
audit-act-passkey-remove = Took a passkey away
audit-act-account-create = Made an account
audit-act-account-change = Changed an account
audit-act-account-link = Made a link to set a password
audit-act-account-disable = Disabled an account
audit-act-account-enable = Enabled an account again
audit-act-stewards-invite = Invited stewards
audit-act-key-create = Made an API key
audit-act-key-revoke = Revoked an API key
audit-act-draft = Wrote a draft
audit-act-edit = Changed a draft
audit-act-set-forwarding = Chose automatic forwarding
audit-act-set-way = Set the way of all groups
audit-act-send-test = Sent a test
audit-act-delete = Deleted a draft
audit-act-submit = Submitted for approval
audit-act-recall = Took back to change
audit-act-approve = Approved
audit-act-return = Returned with a reason
audit-act-schedule = Set a time to publish
audit-act-unschedule = Cancelled the time to publish
audit-act-publish = Published
audit-act-withdraw = Withdrew
audit-act-forward = Forwarded
audit-act-decline = Declined
audit-act-undecline = Put back what was declined
audit-act-retry = Had it sent again
audit-act-webhook-set-aside = Set aside an event from LINE
audit-act-webhook-retry = Had an event from LINE tried again
audit-act-tree-import = Imported the tree
audit-act-change-group = Changed the settings of a group
audit-act-make-join-code = Made a join code
audit-act-link = Linked a LINE group
audit-act-unlink = Unlinked a LINE group
audit-act-name-deputy = Named a deputy
audit-act-end-deputy = Ended a deputy's duty
audit-act-park = Parked a LINE channel
audit-act-resume = Resumed a LINE channel
audit-act-channel-add = Added a LINE channel
audit-act-channel-rotate = Changed the token or secret of a LINE channel
audit-act-channel-park = Parked a LINE channel (by command)
audit-act-channel-resume = Resumed a LINE channel (by command)
audit-act-secrets-key-make = Made a key that seals secrets
audit-act-secrets-key-switch = Began to seal secrets with a new key
audit-act-secrets-seal-anew = Sealed secrets anew
audit-act-secrets-key-drop = Dropped the sealing key before
audit-act-secrets-key-cancel = Forgot a key that did not seal yet
audit-act-secrets-accept = Accepted another key file
audit-act-database-restored = Found the database restored from a backup
audit-act-database-moved = Moved the database
