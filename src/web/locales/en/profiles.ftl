# What offices that publish are called in public, and where else they can be found

profile-issuers = Public profiles of issuers
profile-title = Public profile
profile-about = Shown below the bulletins that the office publishes, for everybody who reads them.
profile-issuers-none = No office has published yet
profile-missing = No profile yet
profile-name = Public name
profile-name-help = Leave it empty where it is the office's name
profile-unit = Unit that publishes
profile-unit-help = Such as the provincial public relations working group
profile-website = Website
profile-website-help = An address that begins with https://
profile-website-bad = Give an address that begins with https://
profile-link-help = An address at { $hosts } that begins with https://
profile-link-bad = Give an address at { $hosts } that begins with https://
profile-changed-since = Somebody else has changed the profile since you opened it. This is what it says now.
profile-save = Save the profile
said-profile-changed = The profile was saved.
