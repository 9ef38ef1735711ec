// What the pages say in each language. `t.cancelOrder` is a label that people look for by name: those of the French
// are the user's own document's, to the letter, and no change of the pages may change them here. `t("key")` is any
// other message, from the pages' own files: what it says is free to be said better.
import { FluentBundle, FluentResource } from "@fluent/bundle";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const labels = {
  fr: {
    orders: "Commandes",
    allOrders: "Toutes les commandes",
    filter: "Filtre",
    moreActions: "Plus d'actions",
    cancelOrder: "Annuler la commande",
    cancelMail: "Envoyer un e-mail d'annulation au client",
    areYouSure: "Êtes-vous sûr ?",
    refundOrder: "Rembourser la commande",
    processRefund: "Traiter le remboursement",
    confirmRefund: "Confirmer le remboursement",
    preferences: "Préférences",
    orderNumber: "Numéro de commande",
    addOrderNumber: "Ajouter un numéro de commande",
    edit: "Modifier",
    save: "Enregistrer",
    shipTo: "Expédier à",
    billTo: "Facturer à",
    saveDetails: "Enregistrer les détails",
    activity: "Activité",
    addNote: "Ajouter une note",
    addTracking: "Ajouter un numéro de suivi",
    createLabel: "Créer une étiquette",
    shipped: "Expédié",
    estimatedWeight: "Poids estimé",
    email: "E-mail",
    password: "Mot de passe",
    signIn: "Se connecter",
  },
  en: {
    orders: "Orders",
    allOrders: "All orders",
    filter: "Filter",
    moreActions: "More actions",
    cancelOrder: "Cancel order",
    cancelMail: "Send cancelation email to customer",
    areYouSure: "Are you sure?",
    refundOrder: "Refund order",
    processRefund: "Process refund",
    confirmRefund: "Confirm refund",
    preferences: "Preferences",
    orderNumber: "Order number",
    addOrderNumber: "Add order number",
    edit: "Edit",
    save: "Save",
    shipTo: "Ship to",
    billTo: "Bill to",
    saveDetails: "Save details",
    activity: "Activity",
    addNote: "Add note",
    addTracking: "Add tracking number",
    createLabel: "Create label",
    shipped: "Shipped",
    estimatedWeight: "Estimated weight",
    email: "E-mail",
    password: "Password",
    signIn: "Sign in",
  },
};

function speaker(language) {
  const bundle = new FluentBundle(language, { useIsolating: false });
  const folder = join(process.env.LOCALES, language);
  for (const file of readdirSync(folder)) {
    bundle.addResource(new FluentResource(readFileSync(join(folder, file), "utf8")));
  }
  const t = (key, given = {}) => {
    const message = bundle.getMessage(key);
    if (!message) {
      throw new Error(`the pages have no message ${key} in ${language}`);
    }
    return bundle.formatPattern(message.value, given);
  };
  return Object.assign(t, labels[language], { language });
}

export const words = { en: speaker("en"), fr: speaker("fr") };

/** An amount as each language writes it. */
export function money(t, amount, currency) {
  return `${t.language === "fr" ? amount.replace(",", "\u202f").replace(".", ",") : amount} ${currency}`;
}
