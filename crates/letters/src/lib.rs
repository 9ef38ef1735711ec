//! What stands in an e-mail: facts and words in, subject, HTML and plain text out.
//!
//! Pure, like the rules: no clock, storage or network. The worker writes what it sends with it, and a page shows with
//! it what would be sent, so neither can differ from the other. The words of an e-mail are a merchant's to change; the
//! layout around them is ours, so that no wording can break it or smuggle markup in. Start at [`write`].

mod amounts;
mod example;
mod facts;
mod labels;
mod words;

use std::fmt::Write as _;

use domain::order::MailKind;
use minijinja::{
    AutoEscape, Environment, Error, ErrorKind, Output, State, UndefinedBehavior, Value,
    escape_formatter,
};
use serde::{Deserialize, Serialize};

pub use example::{MAX_WORDS, check, example, facts};
pub use facts::{Account, Facts, Shop, account, order};
pub use words::{Field, Words};

/// What an e-mail is about. The names are stored: add, do not rename.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// To the shopper: the order is canceled.
    Cancellation,
    /// To the shopper: money is on its way back.
    Refund,
    /// To the shopper: a parcel is on its way.
    Shipment,
    /// To someone who is to join the team.
    Invitation,
    /// To someone who forgot their password.
    PasswordReset,
    /// To someone whose password was changed.
    PasswordChanged,
    /// To someone who is asked for a code from now on when they sign in.
    SecondFactorOn,
    /// To someone who turned that off.
    SecondFactorOff,
    /// To someone for whom another person turned that off.
    SecondFactorReset,
    /// To someone who made new recovery codes.
    RecoveryCodesMade,
    /// To someone who signed in with a recovery code.
    RecoveryCodeUsed,
}

impl Kind {
    /// Those to the shopper, whose words are the merchant's to change.
    pub const TO_SHOPPER: [Self; 3] = [Self::Cancellation, Self::Refund, Self::Shipment];

    /// As it is stored and stands in addresses.
    pub fn name(self) -> &'static str {
        match self {
            Self::Cancellation => "cancellation",
            Self::Refund => "refund",
            Self::Shipment => "shipment",
            Self::Invitation => "invitation",
            Self::PasswordReset => "password_reset",
            Self::PasswordChanged => "password_changed",
            Self::SecondFactorOn => "second_factor_on",
            Self::SecondFactorOff => "second_factor_off",
            Self::SecondFactorReset => "second_factor_reset",
            Self::RecoveryCodesMade => "recovery_codes_made",
            Self::RecoveryCodeUsed => "recovery_code_used",
        }
    }
}

impl From<MailKind> for Kind {
    fn from(kind: MailKind) -> Self {
        match kind {
            MailKind::Cancellation => Self::Cancellation,
            MailKind::Refund => Self::Refund,
            MailKind::Shipment => Self::Shipment,
        }
    }
}

/// A language that e-mails are written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Language {
    /// For everybody whose own is not here.
    #[serde(rename = "en")]
    English,
    /// French.
    #[serde(rename = "fr")]
    French,
}

impl Language {
    /// Every language.
    pub const ALL: [Self; 2] = [Self::English, Self::French];

    /// The one for a BCP 47 tag: by its first part, English where that is no language of ours.
    pub fn of(tag: &str) -> Self {
        let primary = tag.split(['-', '_']).next().unwrap_or_default();
        let known = |language: &Self| primary.eq_ignore_ascii_case(language.tag());
        Self::ALL.into_iter().find(known).unwrap_or(Self::English)
    }

    /// Its tag.
    pub fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::French => "fr",
        }
    }
}

/// An e-mail as it is sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// One line.
    pub subject: String,
    /// For readers that show no HTML, or want none.
    pub text: String,
    /// A whole document that loads nothing from elsewhere.
    pub html: String,
}

/// Why words cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{field:?}, line {line}: {detail}")]
pub struct Mistake {
    /// Where it stands.
    pub field: Field,
    /// In which line of it, from 1.
    pub line: usize,
    /// What kind of mistake it is.
    pub why: Why,
    /// The template engine's own words.
    pub detail: String,
}

/// A kind of mistake in words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// The notation is not closed or not known.
    Notation,
    /// A name that this e-mail does not have.
    UnknownName,
    /// A function, filter or test that is not there.
    UnknownHelp,
    /// It takes too many steps or becomes too long.
    TooLong,
    /// Nothing would be written where something has to be.
    Empty,
    /// Anything else.
    Other,
}

/// How many steps the words of one field may take, so that no loop keeps the worker.
const FUEL: u64 = 20_000;

/// The longest text that a field may become, in bytes.
const MAX_FIELD_BYTES: usize = 20_000;

const LAYOUT_HTML: &str = include_str!("../templates/layout.html");
const LAYOUT_TEXT: &str = include_str!("../templates/layout.txt");

/// Writes an e-mail.
///
/// # Errors
/// The first [`Mistake`] in the words; ours have none, which a test holds.
pub fn write(words: &Words, facts: &Facts) -> Result<Written, Mistake> {
    let said = Said {
        subject: one_line(&filled(words, Field::Subject, facts)?),
        heading: one_line(&filled(words, Field::Heading, facts)?),
        paragraphs: paragraphs(&filled(words, Field::Body, facts)?),
        closing: paragraphs(&filled(words, Field::Closing, facts)?),
    };
    let is_empty = [
        (Field::Subject, said.subject.is_empty()),
        (Field::Body, said.paragraphs.is_empty()),
    ];
    if let Some((field, _)) = is_empty.into_iter().find(|(_, is_empty)| *is_empty) {
        return Err(Mistake {
            field,
            line: 1,
            why: Why::Empty,
            detail: "nothing is written".to_owned(),
        });
    }
    let laid = |layout: &str, escape| {
        let mut environment = environment(escape);
        environment.add_template("layout", layout)?;
        environment
            .get_template("layout")?
            .render(minijinja::context! { said, ..Value::from_serialize(facts) })
    };
    let defect = |error: Error| mistake(Field::Body, &error);
    Ok(Written {
        text: laid(LAYOUT_TEXT, AutoEscape::None).map_err(defect)?,
        html: laid(LAYOUT_HTML, AutoEscape::Html).map_err(defect)?,
        subject: said.subject,
    })
}

/// The words, filled in.
#[derive(Serialize)]
struct Said {
    subject: String,
    heading: String,
    paragraphs: Vec<String>,
    closing: Vec<String>,
}

fn environment<'a>(escape: AutoEscape) -> Environment<'a> {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_trim_blocks(true);
    environment.set_lstrip_blocks(true);
    environment.set_auto_escape_callback(move |_| escape);
    environment.set_formatter(formatted);
    environment
}

/// Escapes what HTML needs escaped and no more: the engine's own escapes the slashes of links too, which readers that
/// look for links in the source take for hiding.
fn formatted(output: &mut Output<'_>, state: &State<'_, '_>, value: &Value) -> Result<(), Error> {
    if state.auto_escape() != AutoEscape::Html || value.is_undefined() {
        return escape_formatter(output, state, value);
    }
    for letter in value.to_string().chars() {
        match letter {
            '&' => output.write_str("&amp;"),
            '<' => output.write_str("&lt;"),
            '>' => output.write_str("&gt;"),
            '"' => output.write_str("&quot;"),
            other => output.write_char(other),
        }?;
    }
    Ok(())
}

/// One field of the words with the facts in it. Words are plain text: the layout escapes them where that is needed.
fn filled(words: &Words, field: Field, facts: &Facts) -> Result<String, Mistake> {
    let mut environment = environment(AutoEscape::None);
    environment.set_fuel(Some(FUEL));
    let filled = environment
        .render_named_str("words", words.get(field), facts.names())
        .map_err(|error| mistake(field, &error))?;
    if filled.len() > MAX_FIELD_BYTES {
        return Err(Mistake {
            field,
            line: 1,
            why: Why::TooLong,
            detail: format!("more than {MAX_FIELD_BYTES} bytes"),
        });
    }
    Ok(filled)
}

fn mistake(field: Field, error: &Error) -> Mistake {
    let why = match error.kind() {
        ErrorKind::SyntaxError => Why::Notation,
        ErrorKind::UndefinedError => Why::UnknownName,
        ErrorKind::UnknownFilter
        | ErrorKind::UnknownTest
        | ErrorKind::UnknownFunction
        | ErrorKind::UnknownMethod
        | ErrorKind::TemplateNotFound => Why::UnknownHelp,
        ErrorKind::OutOfFuel => Why::TooLong,
        _ => Why::Other,
    };
    Mistake {
        field,
        line: error.line().unwrap_or(1),
        why,
        detail: error
            .detail()
            .map_or_else(|| error.kind().to_string(), str::to_owned),
    }
}

/// A text in one line: a subject with a line's end in it would be two headers.
fn one_line(text: &str) -> String {
    let words: Vec<&str> = text.split_ascii_whitespace().collect();
    let line = words.join(" ");
    line.chars().filter(|letter| !letter.is_control()).collect()
}

/// What stands between empty lines.
fn paragraphs(text: &str) -> Vec<String> {
    let mut all = vec![String::new()];
    for line in text.lines().map(str::trim_end) {
        let last = all.last_mut().expect("there is always one");
        match (line.is_empty(), last.is_empty()) {
            (true, false) => all.push(String::new()),
            (true, true) => {}
            (false, true) => last.push_str(line),
            (false, false) => {
                last.push('\n');
                last.push_str(line);
            }
        }
    }
    all.retain(|paragraph| !paragraph.is_empty());
    all
}
