# Words of states, kinds and people, the same on every page.

delivery-state-waiting = Waiting for the group above
delivery-state-held = To be forwarded
delivery-state-ready = In the queue
delivery-state-sending = Sending
delivery-state-parked = Parked
delivery-state-accepted = Accepted by LINE
delivery-state-seen = Seen in the group
delivery-state-failed = Failed
delivery-state-unreachable = Cannot be sent to the group
delivery-state-declined = Declined: not for us
delivery-state-withdrawn = Withdrawn before it was sent
delivery-state-expired = Past its time
reported-seen = Reported on behalf: seen
reported-acknowledged = Reported on behalf: acknowledged

bulletin-state-draft = Draft
bulletin-state-submitted = Waiting for approval
bulletin-state-scheduled = Waiting for its time
bulletin-state-relaying = Being relayed
bulletin-state-settled = Ended everywhere
bulletin-state-withdrawn = Withdrawn

kind-news = News or instruction
kind-correction = Correction
kind-withdrawal = Withdrawal
kind-test = Test
kind-drill = Drill
kind-digest = Digest

urgency-routine = Routine
urgency-urgent = Urgent
urgency-very-urgent = Very urgent
urgency-most-urgent = Most urgent

actor-person = the user { $name }
actor-key = the system { $name }
actor-time = its time came, the relay went on by itself
actor-program = the system ({ $name })

# The heading of the second column that a file has for one value.
file-code = { $name } (code)

way-word-push = pushed
way-word-listen = forwarded by hand
way-word-listen-then-push = by hand, then pushed
