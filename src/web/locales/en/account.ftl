# One's own account.
account-link = My account
account-title = My account
account-role = Role
account-scope = Scope
account-scope-whole = The whole country
account-scope-office = { $office } and the offices below it
account-valid-until = Works until
account-acts = What you may do
account-duties = Which role may do what
account-duty = Act
account-may = yes
account-may-not = –

account-act-read = See bulletins, groups and how sending stands, within the scope
account-act-originate = Write and publish bulletins of the own office to the offices below it
account-act-approve = Approve what another wrote, or return it with a reason
account-act-publish = Write, change and publish any bulletin
account-act-withdraw = Withdraw a published bulletin, within the scope
account-act-forward = Forward a bulletin into a group, or say that it does not concern it
account-act-retry = Send again what failed, and put back what was declined
account-act-groups = Set up groups and make join codes for LINE groups
account-act-channels = Look after the LINE channels: park and resume them
account-act-keys = Make and revoke API keys
account-act-accounts = Make and disable accounts, give out links to set a password
account-act-audit = Read the audit and check that it is whole

account-password-title = Change the password
account-password-effect = All your other devices are then signed out.
account-password-old = Present password
account-password-button = Change the password
account-password-wrong = The present password is not right
said-password-changed = The password is changed, and all other devices are signed out

account-codes-on = In use
account-codes-off = Not in use
account-codes-about = Besides the password, six digits from an app on your telephone are asked for whenever you sign in.
account-codes-demanded = Your role needs them, so they cannot be taken away, but they can move to another telephone.
account-codes-begin = Set up
account-codes-renew = Move to another telephone
account-codes-remove = Take the six digits away
account-codes-how = Open an authenticator app on your telephone (such as Google Authenticator), scan this picture, and enter the six digits that the app shows. The old ones work until the new ones are confirmed.
account-codes-confirm = Confirm and use
account-codes-leave = Back to the account without a change
account-codes-late = That took too long. Please begin again.
recovery-left = Recovery codes left: { $left }
recovery-renew = Make new recovery codes
recovery-no-codes = Recovery codes are made when the second step is set up.
said-codes-set-up = The second step is in use
said-codes-taken-away = The second step is no longer in use

account-provider-title = Identity provider
account-provider-bound = Bound
account-provider-unbound = Not bound
account-provider-about = Once you are bound, you can sign in at the identity provider and need no password.
account-provider-since = Bound { $at }
account-provider-used = Last used { $at }
account-provider-bind = Sign in there to be bound
account-provider-remove = Unbind
said-provider-bound = You are bound at the identity provider
said-provider-unbound = You are no longer bound at the identity provider

account-devices-title = Devices that are signed in
account-devices-about = If there is one that you do not know, sign it out and change your password.
account-device-on = { $browser } on { $machine }
account-device-unknown = A device that is not known
account-device-this = this one
account-device-used = Last used
account-device-remembered = remembered for 30 days
account-device-sign-out-one = Sign out: { $name }
account-devices-others = Sign out everywhere else
said-device-signed-out = That device is signed out
said-others-signed-out = All other devices are signed out

account-language-title = Language
