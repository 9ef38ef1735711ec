//! The words of each e-mail in each language: four fields with `{{ names }}` in them, ours or the merchant's.

use serde::{Deserialize, Serialize};

use crate::{Kind, Language};

/// What a merchant may change of an e-mail. Plain text; `{{ name }}` and `{% if name %}` as minijinja has them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Words {
    /// The subject line.
    pub subject: String,
    /// What stands large above the text.
    pub heading: String,
    /// The text; an empty line begins a paragraph.
    pub body: String,
    /// What stands below the facts.
    pub closing: String,
}

/// A field of [`Words`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Field {
    /// The subject line.
    Subject,
    /// What stands large above the text.
    Heading,
    /// The text.
    Body,
    /// What stands below the facts.
    Closing,
}

impl Field {
    /// Its name in forms.
    pub fn name(self) -> &'static str {
        match self {
            Self::Subject => "subject",
            Self::Heading => "heading",
            Self::Body => "body",
            Self::Closing => "closing",
        }
    }
}

/// What separates the fields in our files.
const SEPARATOR: &str = "\n---\n";

impl Words {
    /// A field's text.
    pub fn get(&self, field: Field) -> &str {
        match field {
            Field::Subject => &self.subject,
            Field::Heading => &self.heading,
            Field::Body => &self.body,
            Field::Closing => &self.closing,
        }
    }

    /// Ours.
    pub fn ours(kind: Kind, language: Language) -> Self {
        let mut fields = source(kind, language)
            .split(SEPARATOR)
            .map(|field| field.trim().to_owned());
        let mut next = || fields.next().unwrap_or_default();
        Self {
            subject: next(),
            heading: next(),
            body: next(),
            closing: next(),
        }
    }
}

macro_rules! files {
    ($kind:expr, $language:expr, $($name:ident = $file:literal;)*) => {
        match ($kind, $language) {$(
            (Kind::$name, Language::English) => include_str!(concat!("../words/en/", $file, ".txt")),
            (Kind::$name, Language::French) => include_str!(concat!("../words/fr/", $file, ".txt")),
        )*}
    };
}

fn source(kind: Kind, language: Language) -> &'static str {
    files!(kind, language,
        Cancellation = "cancellation";
        Refund = "refund";
        Shipment = "shipment";
        Invitation = "invitation";
        PasswordReset = "password_reset";
        PasswordChanged = "password_changed";
        SecondFactorOn = "second_factor_on";
        SecondFactorOff = "second_factor_off";
        SecondFactorReset = "second_factor_reset";
        RecoveryCodesMade = "recovery_codes_made";
        RecoveryCodeUsed = "recovery_code_used";
    )
}
