# The publisher's pages.
way-bulletins = Bulletins

compose-list-title = Bulletins
compose-list-words = Find by subject, letter number or text
compose-list-words-fault = Too much to search for: at most eight words.
compose-list-state = State
compose-list-all = All states
compose-list-search = Search
compose-list-none = No bulletin matches
compose-list-clear = Show all bulletins
compose-list-empty = There are no bulletins yet
compose-list-next = Older bulletins
compose-new = Write a bulletin


compose-kind = Kind

compose-urgency = Urgency

compose-office-national = The centre
compose-office-ministry = Ministries
compose-office-department = Departments
compose-office-province = Provinces
compose-office-provincial-agency = Provincial agencies
compose-office-central-agency = Central agencies in provinces
compose-office-state-enterprise = State enterprises
compose-office-district = Districts
compose-office-local-authority = Local authorities
compose-office-partner = Partners


compose-new-title = Write a bulletin
compose-edit-title = Change the draft
compose-faults = This cannot be saved yet; what you typed is still here. Please correct:
compose-overtaken = This draft was changed elsewhere on { $at }. What you typed has not been saved and is still below. If you save once more, it replaces what was written there.
compose-overtaken-look = Look at the changed draft in a new window
compose-part-letter = Text
compose-part-audience = To whom
compose-part-way = Forwarding and acknowledgement
compose-corrects = This corrects “{ $subject }”
compose-number = Letter number
compose-number-hint = As on the original, such as มท ๐๒๐๖.๒/ว ๑๖๒๐
compose-date = Letter date
compose-date-hint = In the Buddhist era, such as ๒๓ มีนาคม ๒๕๖๑ or 23/3/2561
compose-subject = Subject
compose-body = Text
compose-image = Picture (one at most)
compose-image-hint = A JPEG or PNG. It is made to fit LINE, and what the camera wrote into the file is removed.
compose-image-remove = Do not use this picture
compose-image-alt = What the picture shows, for those who cannot see it
compose-links = Links
compose-links-hint = Shown as buttons below the text. Without a text of its own, a button says the site's name.
compose-links-more = More links
compose-link-label = Text of button { $shown }
compose-link-url = Address of button { $shown }
compose-audience-hint = With nothing chosen it goes to every group in the chain. Within one heading a group has to fit one of what is ticked; of several headings it has to fit each. To reach all provinces and no ministry, tick GCC2 and, under the kinds of office, provinces. Groups that it has to pass through are always included.
compose-tiers = Tiers
compose-tier-1 = GCC1, the centre
compose-tier-2 = GCC2, provinces and ministries
compose-tier-3 = GCC3, offices
compose-provinces = Provinces
compose-office-kinds = Kinds of office
compose-groups = Choose or leave out single groups
compose-groups-hint = Leaving a group out leaves out all groups below it too.
compose-groups-search = Find groups by name, office or code
compose-groups-find = Find groups
compose-groups-name = Group
compose-groups-take = Send to
compose-groups-leave = Leave out
compose-groups-unlinked = no LINE group linked yet
compose-groups-more = There are more; type a little more of the name.
compose-groups-none = There is no such group
compose-forwarding = Forwarding
compose-forwarding-configured = As each group is set (governors and heads of agencies forward)
compose-forwarding-automatic = Through every group at once, without waiting for anybody
compose-way = How groups get their copies
compose-way-hint = What goes through every group at once is always pushed. LINE counts only what the official account pushes.
compose-way-configured = As each group is set
compose-way-push = The official account pushes it into every group (each member is paid for)
compose-way-listen = Stewards forward it into every group by hand, and the account hears it (free)
compose-way-listen-then-push = Stewards forward it by hand; what nobody has forwarded in time is pushed
compose-acknowledge = Acknowledgement
compose-acknowledge-ask = Show the รับทราบ (acknowledge) button
compose-acknowledge-date = To be acknowledged by (may be left empty)
compose-acknowledge-no = Not asked for
compose-acknowledge-yes = Asked for, at no set time
compose-acknowledge-by = Asked for by { $at }
compose-day = Day
compose-day-example = 1/1/2570
compose-time = Time
compose-expires = Stop sending at
compose-expires-hint = From then on it is not sent to groups where LINE has not accepted it. Left empty, the default time is used.
compose-save = Save draft
compose-save-next = Save and go on
compose-show-preview = Show the preview
compose-preview = As LINE will show it
compose-notification = Notification: { $text }
compose-length = The text has { $units } of { $most } characters, as LINE counts them. The group sees the first { $shown }; the rest stands behind the button “อ่านฉบับเต็ม”.
compose-read-as = Read as
compose-read-date = dated { $date }
compose-number-prefix = code { $prefix }
compose-number-office = owning unit { $code }
compose-number-circular = circular
compose-number-running = number { $number } of the register
compose-number-year = B.E. { $year }

compose-count-groups = { $n ->
    [one] { $shown } group
   *[other] { $shown } groups
}
compose-count-seats = { $n ->
    [one] { $shown } member
   *[other] { $shown } members
} of LINE groups
compose-count-title = By tier
compose-count-tier = Tier
compose-count-of-groups = Groups
compose-count-of-linked = Linked to LINE
compose-count-of-seats = Members
compose-count-stewarded = { $n ->
    [one] { $shown } group waits
   *[other] { $shown } groups wait
} for somebody to forward it
compose-count-unlinked = { $n ->
    [one] { $shown } group has
   *[other] { $shown } groups have
} no LINE group yet, so that nothing can be sent there
compose-count-unknown = LINE has not told yet how many members { $n ->
    [one] { $shown } linked group has
   *[other] { $shown } linked groups have
}; the numbers here are without them
compose-count-price = Costs about { $baht } baht ({ $messages } messages)
compose-count-if-pushed = Pushed into every group it would be { $baht } baht ({ $messages } messages)
compose-budget-left = Budget left
compose-quota-title = LINE's quota
compose-quota-channel = LINE channel
compose-quota-messages = Needed (messages)
compose-quota-left = Left
compose-quota-enough = Enough?
compose-quota-yes = Enough
compose-quota-no = Not enough
compose-quota-unknown = not known yet
compose-quota-unlimited = not limited

compose-fault-classified = This bears the secrecy class { $class }. What is classified does not go through LINE (Rule on Official Secrets B.E. 2544).
compose-fault-number = A letter number is one line of at most 100 characters
compose-fault-day = Please give the day
compose-fault-now-dated = You gave a time, so it is set to be published then: check it and press the button again. To publish at once, leave the day and the time empty.
compose-fault-time = Please give a time, such as 16.30
compose-fault-link = “{ $url }” is no web address; it must begin with https:// or http://
compose-fault-links = A bulletin bears at most { $most } links
compose-fault-link-empty = The button “{ $label }” has no address
compose-fault-link-label = The button “{ $label }” has more than 40 characters
compose-fault-alt = Please say what the picture shows
compose-fault-kind = This kind cannot be chosen; a correction begins at the bulletin that it corrects
compose-fault-automatic = Your bulletins go as each group is set; sending through every group at once needs the role of a publisher
compose-fault-way = Choose how groups get their copies
compose-fault-way-steward = Your bulletins go into groups as each group is set; setting the way of all groups needs the role of a publisher
compose-fault-kind-steward = You can write news or instructions only
compose-fault-image-gone = The picture is not there any more; please choose the file again
compose-fault-image-large = The file is larger than { $most } MB

compose-refused-not-a-draft = This bulletin is not a draft any more
compose-refused-not-relaying = This bulletin is not published, or has been withdrawn
compose-refused-nobody = No group matches what is chosen
compose-refused-unknown-groups = There is no group called { $codes }
compose-refused-no-channel = No LINE channel has been added yet; please tell the administrator
compose-refused-by-line = LINE does not accept this message. In LINE’s words: { $words }
compose-refused-too-large = The message is larger than LINE takes; please use fewer or shorter links
compose-refused-about = The bulletin to be corrected is not published
compose-refused-not-submitted = This bulletin is not waiting for approval
compose-refused-not-approved = Somebody else has to approve it first
compose-refused-own = Whoever wrote, changed or submitted a bulletin cannot approve or return it
compose-refused-not-linked = No LINE group is linked to this group, so a test cannot be sent there
compose-refused-image-https = LINE shows pictures from https addresses only; the administrator has to set server.public_url

compose-from = From
compose-to = To
compose-to-all = Every group below the sender in the cascade
compose-to-groups = Only { $names }
compose-to-except = Without { $names }
compose-scheduled-for = To be published
compose-in-digest = Part of a digest
compose-in-digest-link = Open the digest
compose-carries = In this digest
compose-published-at = Published
compose-about = About
compose-about-link = The earlier bulletin
compose-whole-text = Read the whole text
compose-returned-by = { $who } returned it: { $reason }
compose-withdrawn-because = Withdrawn because { $reason }
compose-paused = Sending is paused, because LINE refused this message
compose-follow = Follow how it is sent
compose-public-page = Public page
compose-to-publish = To publishing
compose-submit = Submit for approval
compose-edit = Change
compose-recall = Take back to change
compose-unschedule = Cancel the time
compose-correct = Write a correction
compose-approve-title = Waiting for your approval
compose-approve-hint = Check the text, the urgency and the groups. After a later change it must be approved again.
compose-approve = Approve
compose-return = Return
compose-return-reason = Why it is returned
compose-test = Try it in one group
compose-test-hint = The message says that it is a test and goes to this group only. The draft stays as it is.
compose-test-group = Name or code of the group
compose-test-send = Send the test
compose-test-none = There is no such group; type its name or code
compose-test-several = Several groups match; type the code: { $names }
compose-withdraw = Withdraw this bulletin
compose-withdraw-hint = It is not sent to the groups that are left. Groups where LINE accepted it are sent a withdrawal with the reason.
compose-withdraw-reason = Why it is withdrawn (shown in the LINE groups)
compose-withdraw-button = Withdraw
compose-delete = Delete the draft
compose-delete-hint = A deleted draft cannot be brought back.
compose-delete-button = Delete this draft
compose-history = What was done
compose-did-draft = { $at } { $who } wrote the draft
compose-did-edit = { $at } { $who } changed the draft
compose-did-test = { $at } { $who } sent a test
compose-did-submit = { $at } { $who } submitted it
compose-did-recall = { $at } { $who } took it back
compose-did-approve = { $at } { $who } approved it
compose-did-return = { $at } { $who } returned it
compose-did-schedule = { $at } { $who } set a time
compose-did-unschedule = { $at } { $who } cancelled the time
compose-did-publish = { $at } { $who } published it
compose-did-withdraw = { $at } { $who } withdrew it

compose-publish-title = Before publishing
compose-publish-what = What will happen
compose-publish-exercise = The message says clearly that it is: { $kind }
compose-publish-automatic = It goes through every group at once, without waiting for governors or heads of agencies.
compose-publish-short = LINE's quota is not enough; sending will stop and wait when it is used up.
compose-publish-final = What is published cannot be changed any more, only corrected or withdrawn.
compose-publish-when = When
compose-publish-now = Now
compose-publish-later = At a time
compose-publish-digest = With the next digest ({ $at })
compose-publish-digest-hint = Routine news that can wait goes out together: one message for up to ten bulletins, which LINE counts once.
compose-publish-button = { $n ->
    [one] Publish to { $shown } group
   *[other] Publish to { $shown } groups
}
compose-publish-back = Back to the bulletin
compose-publish-changed = The draft was changed after you opened this page. Look at how it stands now, and publish again.

said-draft-saved = The draft is saved
said-submitted = Submitted for approval
said-recalled = It is a draft again
said-approved = Approved
said-returned = Returned
said-unscheduled = The time is cancelled
said-deleted = The draft is deleted
said-test-sent = The test is queued
said-published = Published; it is being relayed
said-scheduled = The time to publish is set
said-for-digest = It goes out with the next digest
said-withdrawn = Withdrawn

compose-time-publish = The time to publish
compose-time-expires = The time at which it stops being sent
compose-time-due = The time by which it should be acknowledged
compose-time-fault = { $time } { $why }.
compose-refused-about-withdrawn = The bulletin to be corrected was withdrawn meanwhile. What is to be said anew is a bulletin of its own.
compose-refused-expired = This bulletin expired on { $at }. Nothing of it is sent any more; publish a new one.
compose-unscheduled = At the hour that was set, { $at }, this was not published: { $why }. It is a draft again.
compose-unscheduled-expires = its time was over by then
compose-unscheduled-due = the time by which it should be acknowledged had passed
compose-unscheduled-about = the bulletin that it corrects had been withdrawn
compose-unscheduled-approval = a second person had not approved it
compose-unscheduled-audience = there was no group to which it goes
compose-unscheduled-channel = there was no LINE channel
compose-unscheduled-classified = its text bears a secrecy class
compose-unscheduled-message = LINE would not take the message
compose-unscheduled-other = the system administrator finds the cause in the log
compose-refused-no-digest = The settings name no hours for digests.
compose-refused-not-for-digest = Only routine news can wait for a digest.
compose-refused-withdrawal-stands = A withdrawal is not taken back itself. What holds now is published as a new bulletin.
compose-files = Pictures or a video sent in front of the card
compose-file-remove = Do not send this file
compose-fault-files-many = At most 3 pictures besides the one in the card, or one video
