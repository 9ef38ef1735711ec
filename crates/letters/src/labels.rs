//! What the layout says around the words, in each language.

use serde::Serialize;

use crate::{Kind, Language};

/// The layout's own words.
#[derive(Clone, Copy, Debug, Serialize)]
pub(crate) struct Labels {
    pub order: &'static str,
    pub refunded: &'static str,
    pub arrives: &'static str,
    /// R2: when the shopper can expect the money.
    pub days: &'static str,
    pub items: &'static str,
    pub tracking: &'static str,
    /// What stands between a label and what it is of, in plain text.
    pub colon: &'static str,
    /// What stands below a link, for whoever cannot press it.
    pub copy: &'static str,
}

const ENGLISH: Labels = Labels {
    order: "Order",
    refunded: "Refunded",
    arrives: "Expected",
    days: "3 to 5 business days",
    items: "Items",
    tracking: "Tracking number",
    colon: ": ",
    copy: "If the button does not work, copy this address into your browser:",
};

const FRENCH: Labels = Labels {
    order: "Commande",
    refunded: "Montant remboursé",
    arrives: "Délai prévu",
    days: "3 à 5 jours ouvrés",
    items: "Articles",
    tracking: "Numéro de suivi",
    colon: "\u{a0}: ",
    copy: "Si le bouton ne fonctionne pas, copiez cette adresse dans votre navigateur\u{a0}:",
};

/// The labels of a language.
pub(crate) fn labels(language: Language) -> Labels {
    match language {
        Language::English => ENGLISH,
        Language::French => FRENCH,
    }
}

/// What the link of an e-mail is called.
pub(crate) fn button(kind: Kind, language: Language) -> &'static str {
    match (kind, language) {
        (Kind::Invitation, Language::English) => "Accept the invitation",
        (Kind::Invitation, Language::French) => "Accepter l’invitation",
        (Kind::PasswordReset, Language::English) => "Choose a new password",
        (Kind::PasswordReset, Language::French) => "Choisir un nouveau mot de passe",
        (
            Kind::Cancellation
            | Kind::Refund
            | Kind::Shipment
            | Kind::PasswordChanged
            | Kind::SecondFactorOn
            | Kind::SecondFactorOff
            | Kind::SecondFactorReset
            | Kind::RecoveryCodesMade
            | Kind::RecoveryCodeUsed,
            Language::English,
        ) => "Open",
        (
            Kind::Cancellation
            | Kind::Refund
            | Kind::Shipment
            | Kind::PasswordChanged
            | Kind::SecondFactorOn
            | Kind::SecondFactorOff
            | Kind::SecondFactorReset
            | Kind::RecoveryCodesMade
            | Kind::RecoveryCodeUsed,
            Language::French,
        ) => "Ouvrir",
    }
}
