# The API console: a page for those who write programs against the desk.

console = API console
console-hint = Ask the desk's order API what your program will ask, and see what it answers. What changes something here changes it for real: use a key for test orders to try things out.
console-without = The console needs JavaScript. Without it, ask from a terminal; this asks for the newest orders.
console-ask = What to ask
console-key = API key
console-key-hint = Made under Settings. It stays in this field: it is not stored, and is gone when you leave the page.
console-example = Begin with an example
console-document = Query or mutation
console-variables = Variables, as JSON
console-variables-problem = These variables are not JSON. Names and texts stand in double quotation marks, with no comma after the last.
console-once = Idempotency-Key, if you like
console-once-hint = A change that is sent again under the same key is made once.
console-run = Run
console-curl = The same from a terminal
console-answer = What came back
console-nothing = Nothing was asked yet.
console-asking = Asking …
console-lost = The desk did not answer. Look whether it is running, then ask again.
console-headers = Headers of the answer
console-schema = The interface
console-read = Read the interface
console-needs-key = The interface is told to those who have a key: enter yours above.
console-find = Find an operation, a type or a field
console-many = More than these match. Write more of the name.
console-none = Nothing has such a name, or says such a word.
