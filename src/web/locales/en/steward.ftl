# What waits for the office, and forwarding it.
forward-way = To be forwarded
forward-title = Bulletins waiting for you
forward-none = Nothing is waiting to be forwarded
forward-line-bound = Your account is bound to LINE: you can forward with one tap under a bulletin in LINE, and are reminded there in private.
forward-line-unbound = Once your account is bound to LINE you can forward with one tap there.
forward-line-bind = Bind your account to LINE
forward-none-then = When there is a bulletin for your office to forward, it is shown here.
forward-back = Back to what is waiting
forward-letter = { $number }, dated { $date }
forward-from = From { $office }
forward-published = Published { $at }
forward-groups = { $n ->
    [one] { $shown } group
   *[other] { $shown } groups
}
forward-people = { $n ->
    [one] { $shown } member
   *[other] { $shown } members
}
forward-days = { $n } d
forward-hours = { $n } h
forward-minutes = { $n } min
forward-unit-days = d
forward-unit-hours = h
forward-unit-minutes = min
forward-left = time left
forward-now = the time has come
forward-by-itself = If you do nothing, it goes on by itself
forward-all-link = Forward all ({ $shown })
forward-all-title = Forward everything that is waiting
forward-all-why = What is ticked goes into your groups at once. To add a word of your own, open the bulletins one by one.
forward-all-count = Waiting: { $shown }
forward-all-button = Forward them
forward-originate = Write a bulletin of your own office
forward-past = Recently
forward-own-groups = Groups of your office
forward-settings-of = Settings of { $group }

forward-kind-corrected = Corrected

forward-share-title = Forward it by hand in LINE, at no cost
forward-share-about = Share this text into your group. When the account finds the bulletin's code there, it is booked as “seen in the group”, and the official bulletin with its button is the answer. Please do not change the text.
forward-share-button = Share in LINE (on phones only)
forward-share-text = Or copy this text into the group
forward-reach-title = If you forward it, it is sent to
forward-stewarded-below = { $n ->
    [one] { $shown } of them waits for its head of agency to forward it once more.
   *[other] { $shown } of them wait for their heads of agency to forward it once more.
}
forward-unlinked-below = Another { $shown } have no LINE group linked yet, so that nothing can be sent there.
forward-quota = This uses { $messages } messages of the quota; the channel { $channel } has { $left } left this month.
forward-quota-short = This needs { $messages } messages of the quota, but the channel { $channel } has only { $left } left. The rest cannot be sent until there is more; operations know.
forward-quota-unsure = This uses at least { $messages } messages of the quota; the channel { $channel } has { $left } left this month. LINE has not told yet how many members some of the groups have.
forward-quota-unlimited = This uses { $messages } messages; the channel { $channel } is not limited.
forward-quota-unknown = This uses { $messages } messages; how many the channel { $channel } has left is not known yet.
forward-message-title = The message for the group
forward-message-title-past = The message of this bulletin
forward-corrected = There is a correction of this bulletin: use that.
forward-corrected-read = Read the correction
forward-message-picture = This is the very message that will be sent. The buttons in it work in LINE only.
forward-into = Forward into
forward-into-none = Choose at least one group.
forward-note-open = Add a word of your office (optional)
forward-note-label = A word from { $from }
forward-note-help = Sent as a second message behind the bulletin, under your name. The bulletin itself stays as it is.
forward-note-longest = At most { $shown } characters.
forward-note-preview = Preview the message
forward-note-too-long = This is longer than LINE takes; please shorten it.
forward-button = Forward
forward-decline-open = This does not concern us
forward-decline-why = It is not sent into this group, but goes on to the groups below without passing here. Operations see your reason and can bring it back to you.
forward-decline-reason = Reason
forward-decline-button = Say that it does not concern us
forward-because = Reason: { $reason }
forward-declined-then = To change this, please tell operations.

forward-state-waiting = It is not your turn yet: LINE has not accepted it for the group above.
forward-state-held = Waiting for you
forward-state-held-until = Waiting for you; goes on by itself { $at }
forward-state-automatic = Went into the group by itself
forward-state-by-time = Went on by itself when its time came
forward-state-forwarded = Forwarded by { $by } on { $at }
forward-state-accepted = accepted by LINE on { $at }
forward-state-failed = Sending failed
forward-state-unreachable = cannot be sent to the group: no LINE group is linked
forward-state-seen = seen in the group on { $at }, as a member's forward
forward-state-declined = { $by } said on { $at } that it does not concern the group
forward-state-withdrawn = This bulletin was withdrawn on { $at }
forward-state-expired = This bulletin was past its time on { $at }

forward-receipt-title = Receipt
forward-accepted-of = Accepted by LINE: { $accepted } of { $total } groups
forward-settled = Sending has ended for every group.
forward-moving = Being relayed; the numbers here follow by themselves.
forward-as-of = As of { $at }.
forward-tier-groups = Groups
forward-tier-people = Members
forward-tier-accepted = Accepted by LINE
forward-tier-moving = In the queue or being sent
forward-tier-waiting = Waiting for the group above
forward-tier-held = To be forwarded
forward-tier-ended = Not sent
forward-tier-taps = People who acknowledged
forward-stuck-title = Groups that wait for somebody
forward-stuck-failed = Failed
forward-stuck-held = To be forwarded
forward-stuck-more = And { $shown } more.
forward-waits-for = Waiting for { $who } to forward it
forward-waits-for-until = Waiting for { $who } to forward it; goes on by itself { $at }

said-forwarded = Forwarded. It is on its way to the groups below.
said-forwarded-already = Somebody had forwarded it before you; nothing is sent twice.
said-forwarded-all = Everything that was ticked is forwarded.
said-forwarded-some = What was still waiting is forwarded; the rest had been dealt with or withdrawn.
said-forwarded-none = No bulletin was chosen, so none was forwarded.
said-declined = It is noted that this does not concern your office.
said-changed = The bulletin had changed before you pressed the button; see below how it stands.

# Settings of a group.
office-title = Settings of { $group }
office-how-title = How bulletins come into this group
office-how = When there is a bulletin for this group
office-by-hand = Wait until you forward it, every time
office-after-a-while = Wait for you, and go on by itself after some time
office-minutes = Time (minutes)
office-minutes-wrong = Give the minutes as a number from 1 to 525600.
office-at-once = Go on by itself at once
office-from-now-on = This holds for bulletins published from now on; what is waiting stays as it is.
office-save = Save
office-deputies-title = The steward and deputies
office-standing-deputy = { $who } (standing deputy)
office-no-deputy = No deputy is named for certain days.
office-on-duty = standing in now
office-deputy-when = { $from } to { $until }
office-phone-of = tel. { $phone }
office-account-of = user name { $username }
office-end = End the duty
office-end-of = End the duty of { $who }
office-name-deputy = Name a deputy
office-name-deputy-button = Save the deputy
office-deputy-name = Name
office-deputy-title = Title
office-deputy-phone = Telephone
office-deputy-from = From
office-deputy-until = Until (that day included)
office-deputy-username = User name to sign in with (optional)
office-deputy-username-help = An account is made that works between these days, and a link to set its password is shown for you to pass on. Small letters and digits.
office-deputy-nobody = Give a name or a title.
office-deputy-too-long = One line of at most 100 characters.
office-deputy-phone-wrong = This is not a telephone number.
office-deputy-phone-zero = The number has lost the 0 at its beginning. Type it with the 0.
office-deputy-order = The last day must not lie before the first.
office-deputy-past = The last day has passed.
office-deputy-too-far = A year at most at a time.
office-day-wrong = Give a day.
office-username-wrong = Only small letters, digits, dots, hyphens and underscores, 2 to 64 of them.
office-username-taken = This name is taken; choose another.
office-invited = The account { $username } is made. Pass this link on to the deputy, to set the password.
office-invited-once = The link works once and is not shown again.
office-link-title = The LINE group
office-linked = Linked to a LINE group since { $at }
office-lost = The official account left the LINE group on { $at }. Invite it again, then link the group again.
office-unlinked = No LINE group is linked yet.
office-code-help = Invite the official account to the LINE group, then type the join code there.
office-code-not-let-in = If LINE does not let the account in, another official account is in the group (LINE admits one only): remove that one or make a new group. If no group lets it in, ask the administrator to turn on “Allow bot to join group chats” for the account.
office-code-make = Get a join code
office-code-type = Type this in the LINE group
office-code-until = It works once, until { $at }. Older unused codes stop working.
said-settings-changed = The settings are saved.
said-deputy-named = The deputy is saved.
said-deputy-ended = The duty has ended.
office-way = How the group gets its copy
office-way-default = As the system is set
office-way-push = The official account pushes it (each member is paid for)
office-way-listen = The steward forwards it by hand, and the account hears it (free)
office-way-listen-then-push = The steward forwards it by hand; what nobody has forwarded in time is pushed
office-way-about = LINE counts one message for every member when the official account pushes into the group
