# Les e-mails : mots de passe oubliés, ce qui est envoyé aux acheteurs, et en quels termes.

to-sign-in = Vers la connexion
email-malformed = Ce n'est pas une adresse e-mail. Elle contient un @, comme ada@shop.example.
password-forgotten = Mot de passe oublié ?
password-forgotten-hint = Indiquez l'e-mail avec lequel vous vous connectez. Vous recevrez un lien pour choisir un nouveau mot de passe.
password-forgotten-send = Envoyer le lien
password-forgotten-sent = Si quelqu'un se connecte ici avec { $email }, un lien lui est envoyé. Il fonctionne une seule fois, pendant une heure.
password-forgotten-nothing = Rien n'arrive ? Regardez parmi les courriers indésirables, vérifiez l'adresse, ou demandez à un administrateur de votre organisation.
password-forgotten-too-often = Cette adresse a été demandée trop souvent. Attendez un quart d'heure, ou demandez à un administrateur de votre organisation.
password-choose = Choisissez un nouveau mot de passe
password-chosen = Votre nouveau mot de passe est enregistré et toutes les sessions sont fermées. Connectez-vous avec lui.
password-link-dead = Ce lien ne fonctionne plus.
password-link-dead-instead = Il fonctionne une seule fois, pendant une heure, et seulement tant que votre mot de passe n'a pas changé. Demandez-en un autre.
