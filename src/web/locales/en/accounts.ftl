# Looking after accounts.
accounts-title = Accounts
accounts-new = New account
accounts-invite = Invite all stewards
accounts-search = Name shown, user name or office
accounts-search-button = Search
accounts-any = all
accounts-none = There are no accounts yet
accounts-none-found = No account matches
accounts-next = Next page
accounts-back = Back to the accounts
accounts-name = Shown as
accounts-name-help = Best an office-holder's title, such as Governor of Lamphun, and not a person's name
accounts-state = State
accounts-state-works = works
accounts-state-invited = no password yet
accounts-state-disabled = disabled
accounts-state-out-of-time = outside of its days
accounts-signed-in = Last signed in
accounts-never = never
accounts-created = Made
accounts-username-help = 2 to 64 of a–z, digits, dot, hyphen and underscore
accounts-username-bad = A user name has 2 to 64 of a–z, digits, dot, hyphen and underscore, and begins with a letter or digit
accounts-username-taken = This user name is taken; please use another
accounts-role-needed = Choose a role
accounts-office = Office
accounts-office-help = Its code or a part of its name. The account sees this office and those below it; leave it empty for the whole country.
accounts-office-needed = This role needs an office
accounts-office-own = Name an office in your own part of the tree
accounts-office-several = Several offices match; choose one or type more
accounts-office-absent = There is no such office
accounts-days = Days on which it works
accounts-days-help = For those who stand in for a while; leave empty for no limit
accounts-days-unreadable = This is no date; give one such as ๒๓ มีนาคม ๒๕๖๑ or 23/3/2561
accounts-days-order = The last day must not be before the first
accounts-from = From
accounts-until = To (that day included)
accounts-new-button = Make the account and its link
accounts-change = Change the account
accounts-change-button = Save
accounts-not-oneself = You cannot change your own role or scope; ask another administrator
accounts-this-is-you = This is your own account. Password and codes are changed on the page
accounts-enable = Let it work again
accounts-disable = Disable
accounts-link-make = New link to set a password
accounts-codes-remove = Take the codes away (telephone lost)
accounts-provider-remove = Unbind at the identity provider
accounts-passkey = Passkey
accounts-passkeys-remove = Take the passkeys away
said-account-passkeys = The passkeys were taken away, and the account was signed out everywhere.
accounts-acts-help = Disabling it and taking the codes away sign the account out on every device at once. A new link ends the older ones.
accounts-link-title = Link to set a password
accounts-link-once = Hand this link to the owner of the account directly. It is shown this once, and whoever has it can set the password.
accounts-link-until = It works once, until { $until }.
accounts-link-address = Link
accounts-link-done = To the account
accounts-link-another = Make another account

accounts-invite-about = Makes an account for every steward of the tree who has none, and a link to set a password for each.
accounts-invite-under = Only this office and those below it
accounts-invite-under-help = Its code or name, such as lamphun; leave empty to invite all
accounts-invite-deputies = Also the deputies whom the tree names
accounts-invite-again = Also new links for those who were invited and have set no password yet (older links stop working)
accounts-invite-look = See how many first
accounts-invite-count = This makes { $all } links
accounts-invite-new = { $n ->
    [one] { $shown } new account
   *[other] { $shown } new accounts
}
accounts-invite-renewed = { $n ->
    [one] A new link for { $shown } account
   *[other] New links for { $shown } accounts
}
accounts-invite-nobody = Every office has its account; there is nobody to invite
accounts-invite-once = All links stand in the file or on the slips, this once, and are not kept here. Keep them secret; if they are lost, make new ones.
accounts-invite-csv = Make them and download a CSV
accounts-invite-slips = Make them and print slips
accounts-invite-changed = The number is no longer the one that you saw, and no link was made. Look again and confirm.
accounts-slips-title = Slips for new accounts
accounts-slips-count = { $n ->
    [one] { $shown } slip.
   *[other] { $shown } slips.
}
accounts-slips-print = Print this page on A4 now (8 slips a sheet). Once you leave it, these links cannot be shown again.
accounts-slip-scan = Scan this picture with your telephone's camera or LINE
accounts-slip-password = Set your password, and you are signed in
accounts-slip-secret = For the owner of the account only.

said-account-changed = The change is saved
said-account-disabled = The account is disabled and signed out on every device
said-account-enabled = The account works again
said-account-unbound = The account is no longer bound at the identity provider, and is signed out on every device
said-account-codes = The codes are taken away, and the account is signed out on every device

ways-accounts = Accounts

join-slips-province-absent = There is no such province
join-slips-title = Slips with join codes
join-slips-about = Makes a join code for every group that is not linked to LINE yet, and a slip for each to hand out.
join-slips-under-help = Its code or name, such as lamphun; leave empty for all groups in your part of the tree
join-slips-province = Only in this province
join-slips-count = This makes { $all } join codes
join-slips-none = Every group is linked to LINE
join-slips-once = The codes stand on the slips, this once. Older unused codes of these groups stop working.
join-slips-make = Make them and print slips
join-slips-changed = The number is no longer the one that you saw, and no code was made. Look again and confirm.
join-slips-print = Print this page on A4 now (8 slips a sheet). Once you leave it, these codes cannot be shown again.
join-slip-invite = Scan this picture to add the account as a friend, then invite it to the LINE group
join-slip-type = Type this code in the group
join-slip-done = It is done when the account answers with the group's name
join-slip-secret = For those who look after this group only.
join-slip-until = Works until { $until }
