# What pages say while they are open: a form that did not arrive.

lost = No answer came, and whether it was done is not known. Check your connection, look at the order, then try again.
here-order = { $name } is here
here-number = { $name } is editing the order number
here-ship-to = { $name } is editing ship-to
here-bill-to = { $name } is editing bill-to
here-tracking = { $name } is adding a tracking number
here-refund = { $name } is preparing a refund
here-cancel = { $name } is about to cancel
changed-now = Changed by { $name } just now
changed-at = Changed by { $name }, { $at }
changed-by-you = You changed this order elsewhere
show = Show
close = Close
activity-older = Older activity
activity-newest = Newest activity
activity-none = Nothing of this kind has happened.
note-edit = Edit note
note-delete = Delete note
done-note-edited = The note is changed.
done-note-deleted = The note is deleted; the activity keeps what it said.
here = Who else is here
