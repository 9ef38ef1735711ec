# E-mails: forgotten passwords, what is sent to shoppers, and in which words.

to-sign-in = To signing in
email-malformed = That is not an e-mail address. It has an @ in it, as in ada@shop.example.
password-forgotten = Forgotten password?
password-forgotten-hint = Say with which e-mail you sign in. You get a link that lets you choose a new password.
password-forgotten-send = Send the link
password-forgotten-sent = If someone here signs in with { $email }, a link is on its way to them. It works once, within an hour.
password-forgotten-nothing = Nothing arrives? Look among your unwanted e-mails, check how the address is written, or ask an admin of your organization.
password-forgotten-too-often = This address was asked for too often. Wait a quarter of an hour, or ask an admin of your organization.
password-choose = Choose a new password
password-chosen = Your new password is set, and every session has ended. Sign in with it.
password-link-dead = This link does not work any more.
password-link-dead-instead = It works once, within an hour, and only until your password is changed. Ask for another one.
