# Where bulletins stand in one's own part of the tree.
status-title = Where bulletins stand
status-none = There is no bulletin for your office yet
status-published = Published
status-older = Earlier bulletins
status-back = Back to the bulletins
status-read = Read it in full
status-tiers = By tier
status-filter = Groups in this state
status-filter-button = Show
status-none-in-state = No group is in this state
status-no-groups = The bulletin goes to no group of your office
status-why = Why:
status-next = Next:
status-in-group = In { $done } of { $groups } groups
status-held = { $shown } to be forwarded
status-waiting = { $shown } waiting for the group above
status-under-way = { $shown } in the queue or being sent
status-trouble = { $shown } failed or out of reach
status-ended = { $shown } not sent
status-acknowledged = { $n ->
    [one] acknowledged in { $shown } group
   *[other] acknowledged in { $shown } groups
}
status-acknowledged-people = people who acknowledged: { $shown }
status-next-wait = LINE must first accept it for the group above
status-next-forward = { $who } forwards it into the group
status-next-send = it is sent by itself
status-next-resume = operations must resume the LINE channel
status-next-quota = the LINE channel waits for more quota
status-next-retry = operations must look at it and send it again
status-next-link = the office's LINE group must be linked; ask operations
status-next-undecline = if it was declined by mistake, ask operations
status-next-at = (by itself at { $at })
ways-status = Where bulletins stand
