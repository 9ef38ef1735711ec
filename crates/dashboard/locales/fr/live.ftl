# Ce que disent les pages pendant qu'elles sont ouvertes : un formulaire resté sans réponse.

lost = Aucune réponse n'est venue, et rien ne dit si c'est fait. Vérifiez votre connexion, regardez la commande, puis réessayez.
here-order = { $name } est ici
here-number = { $name } modifie le numéro de commande
here-ship-to = { $name } modifie l'adresse de livraison
here-bill-to = { $name } modifie l'adresse de facturation
here-tracking = { $name } ajoute un numéro de suivi
here-refund = { $name } prépare un remboursement
here-cancel = { $name } s'apprête à annuler
changed-now = Modifiée par { $name } à l'instant
changed-at = Modifiée par { $name }, { $at }
changed-by-you = Vous avez modifié cette commande ailleurs
show = Afficher
close = Fermer
activity-older = Activité plus ancienne
activity-newest = Activité la plus récente
activity-none = Rien de ce genre n'est arrivé.
note-edit = Modifier la note
note-delete = Supprimer la note
done-note-edited = La note est modifiée.
done-note-deleted = La note est supprimée ; l'activité garde ce qu'elle disait.
here = Qui d'autre est ici
