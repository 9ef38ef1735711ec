# Ce que les prestataires ont signalé d’eux-mêmes.
settings-deliveries = Messages reçus
settings-done-replayed = Il attend d’être relu.
deliveries-what = Ce que les prestataires de paiement ont signalé d’eux-mêmes ces trente derniers jours. Chaque message est conservé tel quel, puis pris en compte ; reçu deux fois ou en retard, il ne change rien.
deliveries-none = Personne n’a encore rien signalé.
delivery-message = Message
delivery-when = Reçu
delivery-became = Suite donnée
delivery-unread = Pas encore lu
delivery-body = Ce qu’il dit
delivery-replay = Relire
delivery-replay-what = Le message est relu une fois de plus. Ce que les commandes savent déjà reste tel quel.
delivery-waiting = En attente
delivery-taken-in = Pris en compte
delivery-ignored = Ne nous concerne pas
delivery-failed = Échec
