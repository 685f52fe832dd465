# What people call the columns of the tree file that no page has a word for yet.
tree-office-code = Code of the office
tree-line-group = LINE’s id of the group
tree-forward-within = Waits for its steward (minutes)
tree-steward = Steward’s name
tree-steward-title = Steward’s title
tree-steward-phone = Steward’s telephone
tree-deputy = Deputy
tree-push-after = Waits until it is pushed (minutes)
