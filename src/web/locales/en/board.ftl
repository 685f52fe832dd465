# The coverage board.
way-board = Coverage
way-channels = LINE channels
way-tree = Chart
way-failures = To be fixed
said-undeclined = No longer declined: the bulletin waits to be forwarded into this group again
said-retried = Queued again
said-reported = The report is noted. It stands beside what LINE told and changes none of it.
said-reported-already = This was reported before; nothing changed.
report-open = Report on behalf of an office reached by telephone
report-about = For an office that you reached in another way than over LINE. The report is shown beside what LINE told, with your name, and is never counted with those who acknowledged in LINE.
report-group = Group
report-group-none = Choose a group.
report-what = What the office said
report-what-none = Choose what the office said.
report-what-seen = It has seen the bulletin
report-what-acknowledged = It acknowledges the bulletin
report-comment = Comment
report-comment-help = Such as with whom you spoke, and when. One line; may be left empty.
report-button = Note the report
said-parked = The channel is parked: nothing is sent on it until it is resumed
said-resumed = The channel sends again
said-webhook-retried = The event from LINE is being tried again
said-group-alert-seen = Noted that somebody looked at it

board-title = Coverage board
board-crumbs = Where you are
board-csv = Download CSV
board-read = Read the bulletin in full
board-receipt = Receipt (to print)
board-live-lost = Connection lost, connecting again
board-live-back = Connected, the figures are up to date
board-published-at = Published { $moment }
board-as-of = as of { $moment }
board-of-groups = { $part } of { $whole } groups
board-paused = This bulletin is not sent on, as LINE refused the message. Look at it before you have it sent again.
board-paused-short = Paused
board-paused-act = Look and send again

board-state = State
board-failed-or-unreachable = Failed or cannot be sent


board-tiers-title = By tier
board-tier = Tier
board-group = Group
board-groups = Groups
board-groups-planned = Groups planned
board-linked = Linked to a LINE group
board-lost = Official account no longer in the group
board-seats = Members of the LINE groups
board-head-count = People who should be in them
board-acknowledged = Acknowledged
board-acknowledged-in = in { $groups } groups (people: { $taps })
board-acknowledged-groups = Groups with acknowledgements
board-taps = People who acknowledged
acknowledged-unnamed = { $persons } + { $unnamed } without a name
acknowledged-by-steward = { $persons } · by the steward
acknowledged-by-stewards = { $persons } · stewards: { $groups }
board-by-steward = Groups acknowledged by their steward
board-by-steward-at = Steward acknowledged
board-reported = Reported on behalf
board-reported-groups = Groups reported on behalf
board-reported-at = Reported at
board-reported-by = Reported by
board-reported-comment = Comment of the report
board-unnamed = Acknowledged without a name
board-half-within = Half of those accepted, within
board-most-within = 95% of those accepted, within
board-last-accepted = Last accepted by LINE

board-blocked-title = Groups that keep others waiting
board-blocked-about = { $n } entries, most people waiting first
board-blocked-none = No group keeps others waiting
board-waiting-groups = Groups waiting
board-waiting-seats = Members waiting
board-whose-turn = Whose turn it is
board-phone = Telephone
board-why = Reason
board-since = Since
board-said = It said: “{ $reason }”
board-unlinked = No LINE group is linked: it cannot be sent even once it is forwarded
board-goes-on-at = goes on by itself { $moment }
board-gone-past = The groups below went on without it
board-operator = Operations
board-relay = The relay
board-steward = Steward
board-deputy = Deputy
board-undecline = Put back to be forwarded

board-provinces-title = By province
board-province = Province
board-no-province = The centre
board-in-group = In the group
board-in-group-by = accepted by LINE { $accepted } · seen in the group { $seen }
board-share = In the group, %
board-province-code = Province (code)
board-group-code = Group (code)
board-in-group-of = In the group/all
board-map-label = Tile map of the 77 provinces with the share of groups that it is in; the table before it has the same numbers
board-legend = What the colours mean
board-legend-low = below 50%
board-legend-none = no groups
board-thirty-days = By province, the last 30 days
board-thirty-days-about = A province’s name or tile leads to its group and the bulletins that came to it.
board-thirty-days-none = No bulletin in the last 30 days yet

board-curve-title = Accepted by LINE over time
board-curve-label = Line chart of the share of groups accepted by LINE over the time since publication, by tier; the table before it has the numbers
board-within = Accepted within { $span }, %

board-minutes-title = Where the minutes went
board-minutes-about = Mean time of a hop, from LINE accepting it for the group above to LINE accepting it for this one. Hops whose beginning is not known are left out.
board-minutes-none = LINE has not accepted it for any group yet
board-hop-into = Hop into
board-hop = This hop
board-hops = Hops counted
board-hops-left-out = Hops not known
board-hops-counted = of { $n } hops
board-hops-unknown = { $n ->
    [one] beginning not known of one hop
   *[other] beginning not known of { $shown } hops
}
board-person = Waiting to be forwarded
board-parked = Parked
board-queue = Queue
board-line = LINE
board-mean = Mean
board-median = Median
board-longest = Longest
board-not-known = not known
board-since-publish = Since publication
board-seconds-hop = This hop (s)
board-seconds-mean = Mean (s)
board-seconds-since-publish = Since publication (s)
board-seconds-person = Waiting to be forwarded (s)
board-seconds-parked = Parked (s)
board-seconds-queue = Queue (s)
board-seconds-line = LINE (s)
board-seconds-median = Median (s)
board-seconds-longest = Longest (s)
board-slowest-title = The slowest hops

board-causes-title = Failures by cause
board-causes-none = Nothing failed
board-deliveries = Copies
board-next = Next step
board-retry-these = Try these again
board-next-undecline = Look at the reason; put it back to be forwarded if it was a mistake
board-next-link = Have the office link its LINE group with a join code, then try again
board-next-invite = Have the office invite the official account and link the group again, then try again
board-next-message = Look at the message with its publisher before trying again
board-next-unknown = Ask the office whether the message is in the group before trying again
board-next-retry = Try again

board-digest = Sent in a digest: follow it
board-do-digest = goes with its digest
board-do-wait = wait for the group { $group }
board-do-forward = forward into the group
board-do-send = sends it in its turn
board-do-resume = resume the channel
board-do-quota = give the channel more messages
board-do-retry = try again
board-do-link = have the office link its LINE group
board-do-undecline = decide whether it must go on

board-open-title = Bulletins being relayed
board-open-none = No bulletin is being relayed
board-recent-title = The latest bulletins that ended
board-recent-none = No bulletin has ended yet
board-reach-title = Groups that are ready
board-channels-title = Channels in trouble
board-bulletin = Bulletin
board-bulletins = Bulletins
board-document-number = Letter number
board-published = Published
board-office = Office
board-offices = Offices

board-span-instant = under 1 s
board-span-seconds = { $value } s
board-span-minutes = { $value } min
board-span-hours = { $value } h
board-span-days = { $value } d

channels-title = LINE channels
channels-none = There is no channel yet; add one with gcc-relay channel add
channels-code = Code
channels-name = Name
channels-sending = Sending
channels-parked = Parked
channels-quota-low = Quota nearly used up
channels-quota = This month's messages
channels-used = Used
channels-limit = Quota
channels-unlimited = not limited
channels-not-asked = not known yet
channels-checked = LINE was asked { $moment }
channels-pace = Calls a second at most
channels-ready = Ready to be sent
channels-later = Waiting for a group above or to be forwarded
channels-progress = Progress of the bulletins being relayed
channels-webhook = Last heard from LINE
channels-park = Park this channel
channels-park-about = Nothing is sent to the groups of this channel until it is resumed. What is queued is kept.
channels-park-confirm = Yes, park it
channels-resume = Resume the channel
channels-parked-already = The channel is parked already
channels-not-parked = The channel is not parked
group-alerts-title = LINE groups to look at
group-alerts-about = LINE is asked now and then whether linked groups are as they were. An entry goes by itself when it is right again, or when an operator says that it was looked at.
group-alerts-all = All of them
group-alerts-what = What differs
group-alerts-detail = In detail
group-alerts-act = What can be done
group-alerts-seen = Looked at
group-alert-renamed = Renamed
group-alert-shrunk = Far fewer members
group-alert-lost = Official account gone
group-alert-renamed-detail = Was called { $before }, is called { $now } now
group-alert-shrunk-detail = Had { $before } members, has { $now } now
group-alert-lost-detail = Invite the official account again and type a new join code
group-alert-since = since { $moment }
group-coverage = Members of those who should be in it
webhook-failures-title = Events from LINE that could not be worked on
webhook-failures-about = Each was tried three times and set aside so that the others go on. What it asked for has not happened. They are kept for 30 days.
webhook-failures-what = What happened
webhook-failures-where = Group and channel
webhook-failures-when = When
webhook-failures-because = What stood in the way
webhook-failures-act = What can be done
webhook-failures-retry = Try again
webhook-join = The account was added to a group
webhook-leave = The account left a group
webhook-tap = Somebody acknowledged
webhook-join-code = A join code was typed
webhook-room = Something happened in an old chat of several people
webhook-forward-tap = The button to forward was tapped
webhook-follow = Somebody added the account as a friend
webhook-unfollow = Somebody blocked the account
webhook-bind-code = A binding code was typed
webhook-file = A file of an office was sent
webhook-members = People joined or left a group

failures-title = To be fixed
failures-about = What LINE did not accept in the last { $days } days, by cause
failures-of-one = What LINE did not accept of this bulletin, by cause
failures-of-all = See those of all bulletins
failures-none = There is nothing to be fixed
failures-none-of-these = Nothing is left of this cause
failures-list = Copies
failures-all = Show all causes
failures-last = Last time
failures-more = Show the next ones
failures-cut = The first { $most } are shown; all are in the CSV file.

retry-title = Try again
retry-count = { $n ->
    [one] One copy will be queued again
   *[other] { $shown } copies will be queued again
}
retry-unlinked = { $n ->
    [one] One of them has no LINE group linked and will fail again
   *[other] { $shown } of them have no LINE group linked and will fail again
}
retry-unknown = { $n ->
    [one] Also one that LINE may have accepted: it may appear twice
   *[other] Also { $shown } that LINE may have accepted: they may appear twice
}
retry-button = Try again
retry-back = Back
retry-nothing = This one cannot be sent again: only what failed or could not be sent to the group can

delivery-timeline = What happened
delivery-published = Published
delivery-turn-came = Its turn came
delivery-forwarded = Forwarded into the group
delivery-attempted = A call to LINE that did not succeed
delivery-ended = Ended
delivery-acknowledged = Somebody acknowledged
delivery-acknowledged-by-steward = The group's steward acknowledged
delivery-reminded = Reminder in LINE to whoever has to forward it
delivery-reminder-half = to the steward, at half of the time
delivery-reminder-deadline = to the steward, when the time was over
delivery-reminder-deputy = to the deputy
delivery-reminder-above = to the steward of the group above
delivery-reminder-accepted = accepted by LINE
delivery-reminder-refused = refused by LINE
delivery-reminder-not-needed = not needed any more
delivery-reminder-unknown = outcome not known
delivery-reported = Reported on behalf of the office
delivery-by = Forwarded by
delivery-declined-by = Declined by
delivery-by-steward = { $title }, steward of this group
delivery-channel = Channel
delivery-attempts = Calls to LINE
delivery-due = tried again { $moment }
delivery-bypassed = Group above passed by
delivery-bypassed-about = went on without the group above
delivery-request = LINE's request id
delivery-messages = LINE's message ids
delivery-unknown = It is not known whether LINE accepted it
delivery-include-unknown = Send it even if it may appear twice
delivery-retry = Try again

group-above = Groups above
group-below = Groups below
group-facts = The group
group-link = LINE group
group-linked = linked
group-linked-since = linked { $moment }
group-not-linked = not linked
group-lost-since = the official account left the group { $moment }
group-forwarding = Forwarding
group-automatic = automatic
group-stewarded = by its steward
group-stewarded-within = { $n ->
    [one] by its steward; after one minute it goes on by itself
   *[other] by its steward; after { $shown } minutes it goes on by itself
}
group-stewards = Steward
group-no-steward = No steward is named yet
group-deliveries = Bulletins for this group
group-deliveries-none = There is no bulletin for this group yet
group-retired = out of use

receipt-title = Receipt of a bulletin
receipt-subject = Subject
receipt-dated = of { $date }
receipt-origin = From
receipt-groups-of = { $part } of { $whole } groups
receipt-complete = complete
receipt-first-last = first { $first }, last { $last }
receipt-acknowledged = in { $groups } groups; people: { $taps }; members of the LINE groups: { $seats }
receipt-no = No.
receipt-taps = Acknowledged/members
receipt-meaning = “Accepted by LINE” means that LINE took the message to show it in the group. “Seen in the group” means that the account heard the bulletin there, forwarded by a member. “Acknowledged” means that a member tapped the button. Nothing here says that anyone read it.
receipt-made = Made by the system { $moment }, for { $name }
receipt-by-province = by province; each province's own receipt lists its groups
receipt-province = { $name } province
receipt-print = Print

# Costs
way-cost = Costs
baht = { $n } baht
cost-title = What sending cost
cost-months = Choose a month
cost-before = Month before
cost-after = Next month
cost-sums = Sums of the month
cost-spent = Cost of this month
cost-saved = Saved by forwarding by hand
cost-messages-n = { $n ->
    [one] { $shown } message that LINE counts
   *[other] { $shown } messages that LINE counts
}
cost-saved-n = { $n ->
    [one] { $shown } message that was not pushed
   *[other] { $shown } messages that were not pushed
}
cost-unknown-groups = { $n ->
    [one] { $shown } copy was pushed into a group whose members are not known; what it cost is not counted above
   *[other] { $shown } copies were pushed into groups whose members are not known; what they cost is not counted above
}
cost-line-unknown = LINE has not told yet what it counted in this month
cost-line-so-far = LINE has counted { $line } messages so far (we count { $ours } on the same days); the other days are not settled
cost-line-settled = LINE has settled the month with { $line } messages (we count { $ours })
cost-nothing = Nothing was sent or forwarded in this month
cost-by-bulletin = By bulletin
cost-by-channel = By LINE channel
cost-by-office = By province and ministry
cost-pushed-groups = Pushed (groups)
cost-seen-groups = Forwarded by hand (groups)
cost-messages = Messages counted
cost-baht = Baht
cost-saved-messages = Messages saved
cost-saved-baht = Saved (baht)
cost-plan = Plan
cost-no-plan = no plan takes so many
cost-reminders = Reminders to stewards
cost-line-counted = Counted by LINE
cost-line-difference = Difference from our count
cost-office-code = Code of the office
cost-about = LINE counts a push once for every member of the group. What stewards forward by hand, and what the account replies, costs nothing. Bulletins and offices bear their share of the month's price by messages, with value added tax.
cost-prices-read = Prices as of { $day }.
channels-budget = Budget of a month
channels-budget-is = routine up to { $routine } messages, most urgent up to { $most }
channels-budget-change = Set the budget
channels-budget-about = What goes beyond the budget waits until the next month, or until the budget is raised; what is less urgent stops first. Both empty: as the settings say.
channels-budget-messages = Messages a month
channels-budget-baht = Baht a month, with tax
channels-budget-save = Save the budget
channels-budget-fault = Enter a whole number
channels-reserve-about = Open the reserve for what is most urgent, to the end of the month
channels-reserve-open = Open the reserve
said-budget-set = The budget of the channel is saved
said-reserve-open = The reserve for what is most urgent is open
