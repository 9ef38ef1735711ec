//! A person's second factor: setting it up, recovery codes, turning it off. Secrets are shown once.

use axum::extract::Query;
use axum::http::StatusCode;
use engine::second_factors::{self, Proof, SecondFactorError, State};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::pages::sign_in_code::attempts_key;
use crate::qr;
use crate::visitor::{Answer, SECOND_FACTOR, Sent, Visitor};

/// What was just done.
#[derive(Deserialize)]
pub(crate) struct Done {
    #[serde(default)]
    done: String,
}

/// What the forms hold: which of them it is, and what that one asks for.
#[derive(Deserialize)]
pub(crate) struct Form {
    #[serde(default)]
    act: String,
    #[serde(default)]
    password: String,
    #[serde(default)]
    code: String,
}

/// What is shown beside the state.
#[derive(Default)]
struct Beside<'a> {
    status: StatusCode,
    /// Which form has a problem.
    act: &'a str,
    /// In which of its fields.
    wrong: &'a str,
    problem: String,
    done: String,
    /// Recovery codes that are shown this once.
    codes: Vec<String>,
}

/// The page.
pub(crate) async fn show(visitor: Visitor, Query(asked): Query<Done>) -> Answer {
    let done = match asked.done.as_str() {
        "off" => visitor.say("second-factor-is-off", &[]),
        _ => String::new(),
    };
    let beside = Beside {
        done,
        ..Beside::default()
    };
    shown(&visitor, beside).await
}

/// Does what one of the forms asks for.
pub(crate) async fn send(Sent { visitor, form }: Sent<Form>) -> Answer {
    let (app, person) = (&visitor.app, &visitor.signed_in.person);
    // The same counts as where a password is changed and where a code is asked for at the door.
    let keys = [format!("password {}", person.id), attempts_key(person)];
    let now = app.desk.now();
    if keys.iter().any(|key| !app.attempts.may(key, now)) {
        let beside = Beside {
            status: StatusCode::TOO_MANY_REQUESTS,
            problem: visitor.say("sign-in-code-too-often", &[]),
            ..Beside::default()
        };
        return shown(&visitor, beside).await;
    }
    match acted(&visitor, &form).await {
        Ok(answer) => {
            keys.iter().for_each(|key| app.attempts.forget(key));
            answer
        }
        Err(error) => {
            match error {
                SecondFactorError::PasswordWrong => app.attempts.failed(&keys[0], now),
                SecondFactorError::CodeWrong => app.attempts.failed(&keys[1], now),
                _ => {}
            }
            refused(&visitor, &form.act, error).await
        }
    }
}

async fn acted(visitor: &Visitor, form: &Form) -> Result<Answer, SecondFactorError> {
    let (desk, signed_in) = (&visitor.app.desk, &visitor.signed_in);
    let language = visitor.formats.language;
    let proof = Proof {
        password: &form.password,
        code: &form.code,
        language,
    };
    let (codes, done) = match form.act.as_str() {
        "begin" => {
            second_factors::begin(desk, signed_in, &form.password).await?;
            return Ok(Ok(visitor.redirect(SECOND_FACTOR)));
        }
        "off" => {
            second_factors::turn_off(desk, signed_in, &proof).await?;
            return Ok(Ok(visitor.redirect("/preferences/second-factor?done=off")));
        }
        "confirm" => (
            second_factors::confirm(desk, signed_in, &form.code, language).await?,
            "second-factor-is-on",
        ),
        "codes" => (
            second_factors::renew_recovery_codes(desk, signed_in, &proof).await?,
            "second-factor-codes-made",
        ),
        // No form of ours.
        _ => return Ok(Ok(visitor.redirect(SECOND_FACTOR))),
    };
    let beside = Beside {
        codes,
        done: visitor.say(done, &[]),
        ..Beside::default()
    };
    Ok(shown(visitor, beside).await)
}

async fn refused(visitor: &Visitor, act: &str, error: SecondFactorError) -> Answer {
    let (wrong, problem) = match error {
        SecondFactorError::PasswordWrong => ("password", "password-wrong"),
        SecondFactorError::CodeWrong => ("code", "second-factor-code-wrong"),
        SecondFactorError::OnAlready => ("", "second-factor-on-already"),
        SecondFactorError::NotBegun | SecondFactorError::EmailUnknown(_) => {
            ("", "second-factor-not-begun")
        }
        SecondFactorError::Store(error) => return Err(visitor.failed(&error.into())),
    };
    let beside = Beside {
        status: StatusCode::UNPROCESSABLE_ENTITY,
        act,
        wrong,
        problem: visitor.say(problem, &[]),
        ..Beside::default()
    };
    shown(visitor, beside).await
}

async fn shown(visitor: &Visitor, beside: Beside<'_>) -> Answer {
    let signed_in = &visitor.signed_in;
    let state = second_factors::state(&visitor.app.desk, signed_in)
        .await
        .map_err(|error| visitor.failed(&error.into()))?;
    let mut context = described(visitor, &state);
    let is_required = signed_in.second_factor == engine::organizations::SecondFactor::Required;
    context["is_required"] = is_required.into();
    context["codes"] = beside.codes.into();
    context["act"] = beside.act.into();
    context["wrong"] = beside.wrong.into();
    context["problem"] = beside.problem.into();
    context["done"] = beside.done.into();
    Ok(visitor.page(beside.status, "second_factor.html", context))
}

fn described(visitor: &Visitor, state: &State) -> Value {
    match state {
        State::Off => json!({"state": "off"}),
        State::SettingUp { letters, uri } => {
            let groups: Vec<String> = letters
                .as_bytes()
                .chunks(4)
                .map(|group| String::from_utf8_lossy(group).into_owned())
                .collect();
            json!({
                "state": "setting-up",
                "letters": groups.join(" "),
                "uri": uri,
                "picture": qr::picture(uri),
            })
        }
        State::On {
            since,
            recovery_codes,
        } => json!({
            "state": "on",
            "since": visitor.formats.moment(*since),
            "left": recovery_codes,
        }),
    }
}
