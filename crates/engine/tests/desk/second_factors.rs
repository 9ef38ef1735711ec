//! A person's own second factor: set up, recovery codes, turned off, required.

use domain::actor::ActorKind;
use domain::totp::{Secret, step_at};
use engine::organizations::{SecondFactor, require_second_factor};
use engine::people::{ADMIN, Person};
use engine::second_factors::{
    Proof, SecondFactorError, State, begin, confirm, renew_recovery_codes, state, turn_off,
};
use engine::sessions::{Entrance, SignedIn, resume, sign_in};
use engine::settings_log::Act;
use engine::sign_ins;

use super::team::{PASSWORD, log, member, session};
use crate::support::check::number;
use crate::support::{Harness, on_every_database};

/// Someone with a second factor, as the tests know them.
pub struct Ready {
    pub person: Person,
    pub token: String,
    secret: Secret,
    pub codes: Vec<String>,
}

impl Ready {
    /// The code that their telephone shows so many steps from now.
    pub fn code(&self, harness: &Harness, steps: i64) -> String {
        self.secret.code(step_at(harness.desk.now()) + steps)
    }
}

/// The session that password alone gives.
pub async fn entered(harness: &Harness, person: &Person) -> String {
    let entrance = sign_in(&harness.desk, &person.email, PASSWORD).await;
    entrance.unwrap().unwrap().session().unwrap()
}

/// The token of a sign-in that waits for its code.
pub async fn waits(harness: &Harness, person: &Person) -> String {
    match sign_in(&harness.desk, &person.email, PASSWORD).await {
        Ok(Some(Entrance::CodeAsked(token))) => token,
        _ => panic!("no code is asked for"),
    }
}

pub async fn resumed(harness: &Harness, token: &str) -> SignedIn {
    resume(&harness.desk, token).await.unwrap().unwrap()
}

pub async fn is_in(harness: &Harness, token: &str) -> bool {
    resume(&harness.desk, token).await.unwrap().is_some()
}

/// The secret that is shown while it is set up.
async fn shown(harness: &Harness, token: &str) -> Secret {
    let signed_in = resumed(harness, token).await;
    let State::SettingUp { letters, uri } = state(&harness.desk, &signed_in).await.unwrap() else {
        panic!("nothing is being set up");
    };
    assert!(uri.contains(&format!("secret={letters}&")), "{uri}");
    Secret::parse(&letters).unwrap()
}

/// Sets it up with this very moment's code.
pub async fn ready(harness: &Harness, person: Person) -> Ready {
    let desk = &harness.desk;
    let token = entered(harness, &person).await;
    let signed_in = resumed(harness, &token).await;
    begin(desk, &signed_in, PASSWORD).await.unwrap();
    let secret = shown(harness, &token).await;
    let code = secret.code(step_at(desk.now()));
    let codes = confirm(desk, &signed_in, &code, "en").await.unwrap();
    // What is sent later comes later.
    harness.drain().await;
    Ready {
        person,
        token,
        secret,
        codes,
    }
}

pub async fn with_ada(harness: &Harness) -> Ready {
    let ada = member(harness, "ada", ADMIN).await;
    ready(harness, ada).await
}

pub async fn complete(harness: &Harness, token: &str, code: &str) -> Option<String> {
    let done = sign_ins::complete(&harness.desk, token, code, "en").await;
    done.unwrap()
}

/// Signing in with this code fails and changes nothing.
pub async fn stays_out(harness: &Harness, token: &str, code: &str) {
    let before = harness.traces().await;
    assert_eq!(complete(harness, token, code).await, None, "{code}");
    assert_eq!(harness.traces().await, before, "{code}");
}

/// The error of a call that must leave no trace.
pub async fn error<T>(
    harness: &Harness,
    call: impl Future<Output = Result<T, SecondFactorError>>,
) -> String {
    let before = harness.traces().await;
    let Err(error) = call.await else {
        panic!("it should fail");
    };
    assert_eq!(harness.traces().await, before, "{error}");
    error.to_string()
}

pub async fn letters(harness: &Harness) -> Vec<(String, String)> {
    harness.drain().await;
    let letters = harness.fakes.letters.asked().into_iter();
    letters.map(|letter| (letter.to, letter.subject)).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn it_counts_once_a_first_right_code_confirms_it() {
    on_every_database(async |harness| {
        let desk = &harness.desk;
        let ada = member(harness, "ada", ADMIN).await;
        let (here, elsewhere) = (entered(harness, &ada).await, entered(harness, &ada).await);
        let (mine, other) = (
            resumed(harness, &here).await,
            resumed(harness, &elsewhere).await,
        );
        let wrong = error(harness, begin(desk, &mine, "not this one")).await;
        assert_eq!(wrong, "that is not the present password");
        begin(desk, &mine, PASSWORD).await.unwrap();
        let secret = shown(harness, &here).await;
        let code = secret.code(step_at(desk.now()));

        // Nobody is asked for a code yet, and no other session of theirs is shown the secret or confirms it.
        entered(harness, &ada).await;
        assert!(matches!(state(desk, &other).await.unwrap(), State::Off));
        let not_begun =
            "two-factor authentication is off, or setting it up took too long; begin again";
        assert_eq!(
            error(harness, confirm(desk, &other, &code, "en")).await,
            not_begun
        );
        let wrong = error(harness, confirm(desk, &mine, "000000", "en")).await;
        assert_eq!(wrong, "that is not a code of now, or it was used already");

        let codes = confirm(desk, &mine, &code, "en").await.unwrap();
        assert_eq!(codes.len(), 10);
        assert!(codes.iter().all(|code| code.len() == 19), "{codes:?}");
        assert!(is_in(harness, &here).await);
        assert!(
            !is_in(harness, &elsewhere).await,
            "every other session ends"
        );
        let State::On { recovery_codes, .. } = state(desk, &mine).await.unwrap() else {
            panic!("it is on, and the secret is shown no more");
        };
        assert_eq!(recovery_codes, 10);
        assert_eq!(
            error(harness, begin(desk, &mine, PASSWORD)).await,
            "two-factor authentication is on already"
        );
        let ada = "ada@example.com".to_owned();
        let subject = "Two-factor authentication is on in Bordereau".to_owned();
        assert_eq!(letters(harness).await, [(ada, subject)]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_confirmed_within_a_quarter_of_an_hour_is_begun_again() {
    on_every_database(async |harness| {
        let desk = &harness.desk;
        let ada = member(harness, "ada", ADMIN).await;
        let token = entered(harness, &ada).await;
        let mine = resumed(harness, &token).await;
        begin(desk, &mine, PASSWORD).await.unwrap();
        let first = shown(harness, &token).await;
        harness.clock.advance_s(900);
        assert!(matches!(state(desk, &mine).await.unwrap(), State::Off));
        let late = first.code(step_at(desk.now()));
        error(harness, confirm(desk, &mine, &late, "en")).await;
        begin(desk, &mine, PASSWORD).await.unwrap();
        let second = shown(harness, &token).await;
        assert!(first != second, "another secret");
        error(harness, confirm(desk, &mine, &late, "en")).await;
        let code = second.code(step_at(desk.now()));
        confirm(desk, &mine, &code, "en").await.unwrap();
        harness.drain().await;
    })
    .await;
}

/// What is shown on a French page.
fn proof<'a>(password: &'a str, code: &'a str) -> Proof<'a> {
    Proof {
        password,
        code,
        language: "fr",
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn new_recovery_codes_and_turning_it_off_take_password_and_code() {
    on_every_database(async |harness| {
        let desk = &harness.desk;
        let ada = with_ada(harness).await;
        let mine = resumed(harness, &ada.token).await;
        harness.clock.advance_s(30);
        let code = ada.code(harness, 0);
        let (unknown, wrong) = (
            "that is not the present password",
            "that is not a code of now, or it was used already",
        );
        for (password, given, said) in [
            ("not this one", code.as_str(), unknown),
            (PASSWORD, "000000", wrong),
            (PASSWORD, "", wrong),
        ] {
            let proof = proof(password, given);
            let renewed = renew_recovery_codes(desk, &mine, &proof);
            assert_eq!(error(harness, renewed).await, said);
            assert_eq!(error(harness, turn_off(desk, &mine, &proof)).await, said);
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn new_recovery_codes_replace_all_there_were() {
    on_every_database(async |harness| {
        let desk = &harness.desk;
        let ada = with_ada(harness).await;
        let mine = resumed(harness, &ada.token).await;
        harness.clock.advance_s(30);
        let code = ada.code(harness, 0);
        let shown = proof(PASSWORD, &code);
        let new = renew_recovery_codes(desk, &mine, &shown).await.unwrap();
        assert_eq!(new.len(), 10);
        assert!(new.iter().all(|code| !ada.codes.contains(code)));
        let told = letters(harness).await.pop().unwrap();
        assert_eq!(told.1, "Nouveaux codes de secours Bordereau");
        // The code has been used for that.
        error(harness, turn_off(desk, &mine, &shown)).await;
        let token = waits(harness, &ada.person).await;
        stays_out(harness, &token, &ada.codes[0]).await;
        assert!(complete(harness, &token, &new[0]).await.is_some());
        harness.drain().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_turns_it_off_signs_in_with_the_password_alone() {
    on_every_database(async |harness| {
        let desk = &harness.desk;
        let ada = with_ada(harness).await;
        let mine = resumed(harness, &ada.token).await;
        let token = waits(harness, &ada.person).await;
        let shown = proof(PASSWORD, &ada.codes[0]);
        turn_off(desk, &mine, &shown).await.unwrap();
        assert!(matches!(state(desk, &mine).await.unwrap(), State::Off));
        assert!(is_in(harness, &ada.token).await);
        stays_out(harness, &token, &ada.codes[1]).await;
        entered(harness, &ada.person).await;
        for table in ["second_factors", "recovery_codes", "sign_ins"] {
            let rows = format!("select count(*) from {table}");
            assert_eq!(number(harness.raw(), &rows).await, 0, "{table}");
        }
        let said = error(harness, turn_off(desk, &mine, &shown)).await;
        let is_off = "two-factor authentication is off";
        assert!(said.starts_with(is_off), "{said}");
        let told = letters(harness).await.pop().unwrap();
        let subject = "La double authentification est désactivée dans Bordereau";
        assert_eq!(told.1, subject);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_organization_may_require_it_of_everybody() {
    on_every_database(async |harness| {
        let desk = &harness.desk;
        let ada = member(harness, "ada", ADMIN).await;
        let admin = session(harness, &ada).await;
        let token = entered(harness, &ada).await;
        assert!(!resumed(harness, &token).await.owes_second_factor());
        let required = SecondFactor::Required;
        require_second_factor(desk, &admin.permit().unwrap(), required)
            .await
            .unwrap();
        require_second_factor(desk, &admin.permit().unwrap(), required)
            .await
            .unwrap();
        let act = Act::SecondFactorRequired {
            from: SecondFactor::Optional,
            to: required,
        };
        assert_eq!(log(harness).await[0], (act, ActorKind::Person));
        let noted =
            "select count(*) from organization_events where kind = 'second_factor_required'";
        assert_eq!(
            number(harness.raw(), noted).await,
            1,
            "saying it again is no news"
        );
        assert!(resumed(harness, &token).await.owes_second_factor());
        let ready = ready(harness, ada).await;
        assert!(!resumed(harness, &ready.token).await.owes_second_factor());
        harness.drain().await;
    })
    .await;
}
