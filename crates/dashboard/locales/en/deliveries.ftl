# What providers told by themselves.
settings-deliveries = Incoming messages
settings-done-replayed = It waits to be looked at again.
deliveries-what = What payment providers told by themselves in the last thirty days. Each message is stored as it came and then taken in; twice or late, it changes nothing.
deliveries-none = Nobody told anything yet.
delivery-message = Message
delivery-when = Came
delivery-became = What became of it
delivery-unread = Not read yet
delivery-body = What it says
delivery-replay = Look at it again
delivery-replay-what = The desk reads it once more. What the orders know already stays as it is.
delivery-waiting = Waiting
delivery-taken-in = Taken in
delivery-ignored = Not about us
delivery-failed = Failed
