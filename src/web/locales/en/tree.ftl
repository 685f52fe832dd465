# The chart of offices and groups, and its file.

tree-title = The chart of offices and groups
tree-search = Group, office or code
tree-search-button = Search
tree-province = Province
tree-found = { $groups } groups, { $linked } of them linked to a LINE group
tree-tier = Tier
tree-way = Way
tree-way-own = as the settings say
tree-last = Last bulletin
tree-retired = Out of use
tree-none = No group is called so.
tree-next = Next page
tree-csv = Download the list (CSV)
tree-file = Download the tree file
tree-upload = Upload a tree file
tree-upload-about = The file is first compared with the chart, and nothing is changed yet: you see what would change, office by office. Apply it with one button. It can be undone as long as nothing was sent to a group that it changed.
tree-upload-file = The tree file (CSV, as it is downloaded here)
tree-upload-new-channel = LINE channel of new groups
tree-upload-any-channel = as the file says
tree-upload-look = Show what would change
tree-upload-sending = Sending the file
tree-upload-looking = Comparing the file with the tree
tree-upload-empty = Choose a file.
tree-upload-channel = There is no such LINE channel.
tree-upload-nothing = The chart says the same already: nothing would change.
tree-upload-bad = { $n ->
    [one] The file has one fault; nothing was changed.
   *[other] The file has { $n } faults; nothing was changed.
}
tree-faults = Faults of the file
tree-fault-line = Line
tree-fault-column = Column
tree-fault-why = What is wrong
tree-faults-more = { $all } faults in all; the first are shown.
tree-uploads = Files uploaded in the last 30 days
tree-upload-name = File
tree-upload-at = Uploaded
tree-upload-by = By
tree-upload-groups = Groups
tree-upload-state = State
tree-upload-waiting = not applied
tree-upload-applied = applied
tree-upload-undone = undone
tree-review = What the file would change
tree-reviewed = What the file changed
tree-review-sent = { $file }, uploaded { $at }
tree-review-applied = Applied { $at }
tree-review-undone = Undone { $at }: everything is as it was before this file was applied
tree-review-taken-back = A file that was undone, and what it had changed
tree-new = New groups
tree-changed = Changed groups
tree-column = Column
tree-was = Before
tree-is = After
tree-is-new = new
tree-rest = { $n } more groups are not shown here.
tree-apply = Apply as shown
tree-apply-not = Do not apply it
tree-undo = Undo what this file changed
tree-undo-hint = What the file changed becomes what it was; new groups are put out of use. What others have changed meanwhile stays.
tree-changed-meanwhile = The chart has changed meanwhile, so the file would change something else. Look at it again.
tree-undo-used = A bulletin has gone to a group that the file changed, so it cannot be undone any more.
tree-undo-changed = Something that the file changed has been changed again since, or is no longer in your part of the chart, so it cannot be undone.
tree-no-longer-fits = The file does not fit the chart any more: { $why }
said-tree-applied = The file is applied
said-tree-undone = What the file changed is undone
tree-undo-confirm = Undo it
tree-upload-part = You may change the groups of your own office and those below them, and the file that you take out holds these only.
tree-fault-found = In the cell
tree-fault-at = Line { $line }, column { $column }: { $why }
tree-fault-in = Line { $line }: { $why }
tree-add = Add a group
tree-add-below = Add a group below
tree-edit = Change the group
tree-edit-about = Where a group is moved to holds for what is published afterwards. The groups below it move along.
tree-edit-changed = Somebody has changed the group since you opened this form, so nothing was saved. The form now shows the group as it is.
tree-edit-typed = What you had entered otherwise:
tree-edit-emptied = nothing
tree-code = Code of the group
tree-code-help = Letters a-z, digits, - _ . or Thai letters; it cannot be changed later. For example gcc3-lamphun-mueang
tree-name = Name of the group
tree-name-needed = Enter the name of the group
tree-parent = The group above
tree-parent-help = Type part of its name, or its code. The tier follows from it.
tree-parent-choose = Choose the group that is meant (20 are shown at most), or type its whole name or its code
tree-parent-is = At present: { $name }
tree-office-help = Its name or code
tree-office-needed = Enter the office
tree-office-absent = There is no such office. If it is a new one, fill in what a new office needs below.
tree-office-exists = There is an office of this code already. Take out what describes a new one, or choose another code.
tree-office-new = It is a new office
tree-office-new-help = Enter the code of the new office above, and then the following.
tree-office-name = Name of the office
tree-office-kind = Kind of office
tree-office-kind-none = Choose one
tree-channel-none = Not yet known
tree-retire = Retire the group
tree-retire-below = { $n ->
    [0] No group in use is below it.
    [one] One group in use is below it and will be retired with it.
   *[other] { $n } groups in use are below it and will be retired with it.
}
tree-retire-under-way = { $n ->
    [one] One copy of a bulletin is still on its way and goes on as before.
   *[other] { $n } copies of bulletins are still on their way and go on as before.
}
tree-retire-changed = The groups below have changed meanwhile; look again.
tree-retire-about = A retired group gets no new bulletins. All its history stays, and it can be taken into use again.
tree-retire-all = Retire all of them
tree-retire-not = Leave it in use
tree-reinstate = Take into use again
said-group-added = The group was added.
said-group-changed = The group was changed.
said-group-retired = The group was retired.
said-group-reinstated = The group is in use again.
