# What pages say while they are open: a form that did not arrive.

lost = No answer came, and whether it was done is not known. Check your connection, look at the order, then try again.
