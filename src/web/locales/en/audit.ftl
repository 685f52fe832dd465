# The audit.
audit-title = Audit
audit-check = Prove that it is whole
audit-intact = Whole: { $checked } entries checked, none was changed or removed.
audit-so-far = { $checked } entries checked, none was changed or removed so far. There are more.
audit-broken = Not whole: the chain is broken at entry number { $at }. Tell whoever answers for the system at once.
audit-unsealed = { $n ->
    [one] { $shown } entry waits for its seal.
   *[other] { $shown } entries wait for their seal.
}
audit-last-seal = The last seal; write it down to compare later:
audit-go-on = Go on checking
audit-at = When
audit-actor = Who
audit-act = What
audit-subject = To what
audit-detail = With
audit-seal = Seal
audit-sealed = sealed, no. { $at }
audit-not-sealed = not sealed yet
audit-none = No entry fits
audit-older = Earlier entries
ways-audit = Audit
