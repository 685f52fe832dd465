# Signing in.
sign-in-title = Sign in
sign-in-username = User name
sign-in-password = Password
sign-in-remember = Remember this device for 30 days (only on a device of your own)
sign-in-button = Sign in
sign-in-help = If you have no password yet, or have forgotten it, ask your office's administrator for a link to set one.
sign-in-carried = Your session has ended. Please sign in again; what you typed is still there.
sign-in-save = Your session has ended. What you typed is still here: save it, and you will be asked to sign in and go on.
sign-in-wrong = The user name or the password is not right
sign-in-too-often = Too many attempts. Please wait a moment and try again.
passkey-sign-in = Sign in with a passkey
passkey-instead = Use a passkey instead
passkey-title = Passkey
passkey-use = Your device asks for your finger, your face or its own code, and you are signed in.
passkey-make = Your device asks for your finger, your face or its own code, and keeps the passkey. It never leaves the device; only you can use it.
passkey-ask = Ask the device
passkey-failed = The device gave no passkey: it was cancelled, took too long, or there is none for this site.
passkey-back = Go back
passkey-late = That took too long or was used already. Please begin again.
passkey-wrong = What the device sent could not be accepted. Please begin again, or use user name and password.
passkey-unknown = This passkey belongs to no account that works. Sign in with user name and password.
passkey-known = This passkey is known here already.

provider-leaving-title = On the way to the identity provider
provider-leaving-text = If nothing happens within a few seconds, press the button below.
provider-leaving-link = Go to the identity provider
provider-away = The identity provider cannot be reached at this moment. Try again later, or use user name and password.
provider-late = This attempt took too long or was used already. Please begin again.
provider-declined = The provider says that the attempt failed or was cancelled. Please begin again.
provider-refused = What the provider said about you could not be accepted. Please begin again; if it goes on, tell your administrator.
provider-unknown = This person is not bound to an account that works. Open the link from your office's administrator, or sign in with a password and bind yourself on the page of your account.
provider-form-too-long = What you typed is too long to be kept while you are at the identity provider. Please sign in with user name and password.
provider-not-bound = Not bound
provider-taken = This person is bound to another account here, and each person to one only. Unbind that one first.
provider-has-one = Another person of this provider is bound to this account. Unbind that one first.

code-title = Second step
code-why = Enter the six digits that the authenticator app on your telephone shows.
code-setup-title = Set up the second step
code-setup-why = Your role needs a second step. Open an authenticator app on your telephone (such as Google Authenticator), scan this picture, and enter the six digits that the app shows.
code-setup-typed = I cannot scan it and want to type
code-label = Six digits
code-wrong = The code is wrong or too old. Enter the newest one that the app shows.
code-late = That took too long. Please enter user name and password again.
recovery-title = Recovery codes
recovery-once = Print these codes or write them down now: they are shown this once. Each lets you sign in one time when your telephone is lost. Keep them apart from the telephone. Codes from before no longer work.
recovery-codes = Your recovery codes
recovery-kept = I have kept them, go on
recovery-kept-and-send = I have kept them, send the form
recovery-lost = My telephone is not here
recovery-label = Recovery code
recovery-wrong = The recovery code is wrong or was used before.

again-title = You are signed in
again-why = What you had typed before the session ended has not been sent yet. Press the button to go on with it.
again-button = Go on

welcome-title = Set your password
welcome-whose = This account belongs to { $name }
welcome-password = New password
welcome-rules = At least 12 characters; a sentence that you remember will do. It must not hold the user name.
welcome-again = New password once more
welcome-button = Set the password and sign in
welcome-provider = Or sign in at the identity provider instead; no password is set then, and an earlier one stops working.
welcome-used-title = This link no longer works
welcome-used-text = A link to set a password works once, and for a limited time. Ask your office's administrator for a new one.

password-too-short = The password must have at least 12 characters
password-too-long = The password is too long
password-holds-username = The password must not hold the user name
password-pattern = This password is easy to guess; please choose another
password-differs = The two passwords are not the same

said-signed-out = You are signed out
