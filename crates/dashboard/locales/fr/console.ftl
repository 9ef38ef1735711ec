# La console de l'API : une page pour qui écrit des programmes qui parlent au bureau.

console = Console de l'API
console-hint = Demandez à l'API des commandes ce que votre programme demandera, et voyez ce qu'elle répond. Ce qui modifie une commande ici la modifie réellement : pour essayer, prenez une clé des commandes de test.
console-without = La console a besoin de JavaScript. Sans lui, interrogez l'API depuis un terminal ; ceci demande les commandes les plus récentes.
console-ask = La demande
console-key = Clé d'API
console-key-hint = Elle se crée dans les paramètres. Elle reste dans ce champ : rien n'est enregistré, et elle disparaît quand vous quittez la page.
console-example = Commencer par un exemple
console-document = Requête ou mutation
console-variables = Variables, en JSON
console-variables-problem = Ces variables ne sont pas du JSON. Les noms et les textes s'écrivent entre guillemets doubles, sans virgule après le dernier.
console-once = Idempotency-Key, si vous le souhaitez
console-once-hint = Une modification envoyée de nouveau sous la même clé n'est faite qu'une fois.
console-run = Exécuter
console-curl = La même chose depuis un terminal
console-answer = La réponse
console-nothing = Rien n'a encore été demandé.
console-asking = Demande en cours …
console-lost = Le bureau n'a pas répondu. Vérifiez qu'il est en marche, puis redemandez.
console-headers = En-têtes de la réponse
console-schema = L'interface
console-read = Lire l'interface
console-needs-key = L'interface n'est montrée qu'avec une clé : saisissez la vôtre ci-dessus.
console-find = Trouver une opération, un type ou un champ
console-many = D'autres résultats existent. Écrivez davantage du nom.
console-none = Rien ne porte ce nom, ni ne contient ce mot.
