# Ce que disent les pages pendant qu'elles sont ouvertes : un formulaire resté sans réponse.

lost = Aucune réponse n'est venue, et rien ne dit si c'est fait. Vérifiez votre connexion, regardez la commande, puis réessayez.
