# What is around every page.
shell-product = GCC bulletin relay
shell-skip = Skip to the content
shell-other-language = ภาษาไทย
shell-ways = Main menu
shell-menu = Menu
shell-bulletins = Sending
shell-office-work = Office work
shell-upkeep = Set-up
shell-signed-in-as = Signed in as { $name }
shell-sign-out = Sign out
# how the title of a page begins on which something was typed wrongly
shell-error = Error
shell-faults = This cannot be done yet. Please correct:
shell-failed-times =
    { $n ->
        [one] { $shown } attempt
       *[other] { $shown } attempts
    }
shell-failed = { $times } to sign in with your user name on another device failed, since { $since }. If it was not you: your password was not guessed, but have a look at the list of devices of your account.
shell-failed-seen = I have seen this
shell-recovery-used = A recovery code of your account was used to sign in on { $at }. If it was not you: change your password and set up the second step anew at once.
said-failures-seen = It is noted that you have seen this

role-admin = Administrator
role-publisher = Publisher
role-approver = Approver
role-steward = Steward
role-operator = Operations
role-agency = Agency
role-coordinator = Coordinator

home-title = Home

# What cannot be shown or done.
refused-home = Back to the home page
refused-forbidden-title = This page is not for your role
refused-forbidden-text = The page is kept for those with another duty. If you need it, ask your administrator.
refused-absent-title = There is no such page
refused-absent-text = It does not exist, or it lies outside of your office's part of the tree.
refused-conflict-title = Not possible at the moment
refused-conflict-text = The state has changed meanwhile. Open the page again to see how things stand now.
refused-input-title = The input is not accepted
refused-input-text = What was sent cannot be used, and nothing was changed.
refused-often-title = Too often
refused-often-text = Nothing has changed. Wait for a while and try again.
refused-away-title = Not available at the moment
refused-away-text = Please try again in a moment. Nothing is lost.
refused-defect-title = Something went wrong
refused-defect-text = The fault is on record. Please try again.

# The first page, for whoever comes by chance.
landing-title = Government bulletin relay (GCC)
landing-lead = Sends the government’s bulletins down three tiers of LINE groups, and answers at any moment: when did LINE accept it for a group, and if not, why not and whose turn is it?
landing-sign-in = Sign in, if you have a duty here
landing-tiers = The way of a bulletin
landing-one-who = The Prime Minister’s Office
landing-one-how = posts it to governors and permanent secretaries
landing-two-who = Governors and permanent secretaries
landing-two-how = forward it to the heads of agency
landing-three-who = Heads of agency
landing-three-how = forward it to all officials
landing-receipt = For every group there is a receipt: when LINE accepted the message, and how many people acknowledged it. It never claims that anybody has seen it, because LINE does not tell.
landing-others = For everybody else
landing-reader = If you were sent a link to a bulletin, open it from the message in your office’s LINE group.
landing-docs = API documentation, for those who build an agency’s own system
