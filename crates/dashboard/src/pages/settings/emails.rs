//! The words of e-mails to shoppers: ours or the merchant's, shown as they would be sent.

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use engine::account_mail::Kind;
use engine::mail_words::{self, Own, Which, WordsError};
use engine::permit::ManageSettings;
use letters::{Field, Language, Mistake, Why, Words, Written};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Wrong, page as settings_page};
use crate::guard;
use crate::visitor::{Answer, Sent, Visitor};

/// Where they are among the settings.
const SECTION: &str = "emails";

/// What the form holds.
#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Form {
    subject: String,
    heading: String,
    body: String,
    closing: String,
    /// The number of an order to show it with; empty for the example.
    order: String,
    /// What to do: save, go back to ours, send it to me, or show it as HTML or text.
    act: String,
}

impl Form {
    fn words(&self) -> Words {
        // Browsers send lines' ends as two characters.
        let plain = |text: &str| text.replace("\r\n", "\n").trim().to_owned();
        Words {
            subject: plain(&self.subject),
            heading: plain(&self.heading),
            body: plain(&self.body),
            closing: plain(&self.closing),
        }
    }
}

/// Every e-mail in every language.
pub(crate) async fn list(visitor: Visitor) -> Answer {
    let permit = visitor.permit::<ManageSettings>()?;
    let own = mail_words::own(&visitor.app.desk, &permit)
        .await
        .map_err(|error| visitor.failed(&error.into()))?;
    let row = |which: Which| {
        let own = own.iter().find(|own| own.which == which);
        let ours = || Words::ours(which.kind, which.language).subject;
        json!({
            "kind": which.kind.name(),
            "language": which.language.tag(),
            "subject": own.map_or_else(ours, |own| own.words.subject.clone()),
            "changed": changed(&visitor, own),
        })
    };
    let emails: Vec<Value> = Which::all().into_iter().map(row).collect();
    let context = json!({"emails": emails});
    let fine = Wrong::default();
    Ok(settings_page(
        &visitor,
        SECTION,
        "emails.html",
        &fine,
        context,
    ))
}

/// One e-mail in one language.
pub(crate) async fn show(visitor: Visitor, Path(place): Path<(String, String)>) -> Answer {
    let Some(which) = which(&place) else {
        return Ok(guard::nothing_here(visitor).await);
    };
    page(&visitor, which, &Said::default()).await
}

/// Saves, goes back to ours, or sends a trial.
pub(crate) async fn send(
    Path(place): Path<(String, String)>,
    Sent { visitor, form }: Sent<Form>,
) -> Answer {
    let Some(which) = which(&place) else {
        return Ok(guard::nothing_here(visitor).await);
    };
    let permit = visitor.permit::<ManageSettings>()?;
    let desk = &visitor.app.desk;
    let (done, outcome) = match form.act.as_str() {
        "reset" => (
            "emails-done-reset",
            mail_words::reset(desk, &permit, which).await,
        ),
        "test" => {
            let to = &visitor.signed_in.person.email;
            let sent = mail_words::send_test(desk, &permit, which, to).await;
            ("emails-done-test", sent)
        }
        _ => match mail_words::save(desk, &permit, which, form.words()).await {
            Ok(()) => ("emails-done-saved", Ok(())),
            Err(WordsError::Mistake(mistake)) => {
                let said = Said {
                    typed: Some(form),
                    wrong: Some(mistake),
                    ..Said::default()
                };
                return page(&visitor, which, &said).await;
            }
            Err(WordsError::Failure(failure)) => return Err(visitor.failed(&failure)),
            Err(WordsError::NoSuchOrder(_)) => return Ok(guard::nothing_here(visitor).await),
        },
    };
    outcome.map_err(|error| visitor.failed(&error.into()))?;
    let said = Said {
        done,
        ..Said::default()
    };
    page(&visitor, which, &said).await
}

/// What would be sent, for the frame: the words in force, about the example.
pub(crate) async fn preview(visitor: Visitor, Path(place): Path<(String, String)>) -> Answer {
    framed(&visitor, &place, None).await
}

/// What would be sent with the words as they are typed.
pub(crate) async fn preview_typed(
    Path(place): Path<(String, String)>,
    Sent { visitor, form }: Sent<Form>,
) -> Answer {
    framed(&visitor, &place, Some(form)).await
}

async fn framed(visitor: &Visitor, place: &(String, String), form: Option<Form>) -> Answer {
    let Some(which) = which(place) else {
        return Ok(StatusCode::NOT_FOUND.into_response());
    };
    let permit = visitor.permit::<ManageSettings>()?;
    let as_text = form.as_ref().is_some_and(|form| form.act == "text");
    let (words, number) = match &form {
        Some(form) => (Some(form.words()), form.order.as_str()),
        None => (None, ""),
    };
    let desk = &visitor.app.desk;
    let (status, title, said) = match mail_words::preview(desk, &permit, which, words, number).await
    {
        Ok(Written { html, .. }) if !as_text => return Ok(guard::letter(&html)),
        Ok(Written { subject, text, .. }) => (StatusCode::OK, subject, text),
        Err(error) => {
            let (title, said) = told(visitor, &error);
            (StatusCode::UNPROCESSABLE_ENTITY, title, said)
        }
    };
    let language = visitor.formats.language;
    let context = json!({"title": title, "text": said});
    let page = visitor.app.page(language, status, "plain.html", context);
    Ok(guard::in_frame(page))
}

/// What went wrong with a preview, for the frame.
fn told(visitor: &Visitor, error: &WordsError) -> (String, String) {
    match error {
        WordsError::Mistake(mistake) => (
            visitor.say("emails-cannot-show", &[]),
            format!(
                "{}: {}",
                visitor.say(&format!("words-{}", mistake.field.name()), &[]),
                why(visitor, mistake)
            ),
        ),
        WordsError::NoSuchOrder(number) => (
            visitor.say("emails-cannot-show", &[]),
            visitor.say("emails-no-order", &[("number", number.clone())]),
        ),
        WordsError::Failure(failure) => {
            let said = crate::refusals::failure(&visitor.formats, failure);
            (said.why, said.instead)
        }
    }
}

/// What a page says besides the words.
#[derive(Default)]
struct Said {
    done: &'static str,
    typed: Option<Form>,
    wrong: Option<Mistake>,
}

async fn page(visitor: &Visitor, which: Which, said: &Said) -> Answer {
    let permit = visitor.permit::<ManageSettings>()?;
    let own = mail_words::own(&visitor.app.desk, &permit)
        .await
        .map_err(|error| visitor.failed(&error.into()))?;
    let own = own.into_iter().find(|own| own.which == which);
    let Which { kind, language } = which;
    let words = match (&said.typed, &own) {
        (Some(typed), _) => typed.words(),
        (None, Some(own)) => own.words.clone(),
        (None, None) => Words::ours(kind, language),
    };
    let fields = [Field::Subject, Field::Heading, Field::Body, Field::Closing].map(|field| {
        let wrong = said.wrong.as_ref().filter(|wrong| wrong.field == field);
        json!({
            "name": field.name(),
            "value": words.get(field),
            "rows": match field {
                Field::Body => 10,
                Field::Closing => 3,
                Field::Subject | Field::Heading => 1,
            },
            "problem": wrong.map(|wrong| why(visitor, wrong)),
        })
    });
    let others: Vec<&str> = Language::ALL.into_iter().map(Language::tag).collect();
    let wrong = match &said.wrong {
        Some(mistake) => Wrong {
            status: Some(StatusCode::UNPROCESSABLE_ENTITY),
            field: mistake.field.name(),
            problem: visitor.say("emails-not-saved", &[]),
        },
        None => Wrong::default(),
    };
    let done = match said.done {
        "" => String::new(),
        key => visitor.say(key, &[("email", visitor.signed_in.person.email.clone())]),
    };
    let context = json!({
        "kind": kind.name(),
        "of": language.tag(),
        "languages": others,
        "fields": fields,
        "names": names(which),
        "changed": changed(visitor, own.as_ref()),
        "order": said.typed.as_ref().map_or("", |typed| typed.order.as_str()),
        "done": done,
    });
    Ok(settings_page(
        visitor,
        SECTION,
        "email.html",
        &wrong,
        context,
    ))
}

/// What the words of an e-mail can name, each with its value in the example.
fn names(Which { kind, language }: Which) -> Vec<Value> {
    let example = letters::example(language);
    let facts = letters::facts(&example, kind, &letters::Shop { name: "…" });
    facts
        .named()
        .iter()
        .filter(|(name, _)| !name.starts_with("is_"))
        .map(|(name, value)| json!({"name": name, "value": value.to_string()}))
        .collect()
}

fn changed(visitor: &Visitor, own: Option<&Own>) -> Option<String> {
    own.map(|own| {
        let args = [
            ("by", own.by.clone()),
            ("at", visitor.formats.moment(own.at)),
        ];
        visitor.say("emails-changed", &args)
    })
}

/// A mistake in the reader's language, with the line and what the notation's own reader says.
fn why(visitor: &Visitor, mistake: &Mistake) -> String {
    let key = match mistake.why {
        Why::Notation => "words-wrong-notation",
        Why::UnknownName => "words-wrong-name",
        Why::UnknownHelp => "words-wrong-help",
        Why::TooLong => "words-wrong-long",
        Why::Empty => "words-wrong-empty",
        Why::Other => "words-wrong-other",
    };
    let args = [
        ("line", visitor.formats.count(mistake.line as u64)),
        ("detail", mistake.detail.clone()),
    ];
    visitor.say(key, &args)
}

fn which((kind, language): &(String, String)) -> Option<Which> {
    let kind = Kind::TO_SHOPPER
        .into_iter()
        .find(|one| one.name() == kind)?;
    let language = Language::ALL
        .into_iter()
        .find(|one| one.tag() == language)?;
    Some(Which { kind, language })
}
