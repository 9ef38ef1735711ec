//! A second factor for people: codes of an authenticator app beside the password, and recovery codes for who has lost
//! the telephone. What someone does to their own is here; signing in with it is in [`crate::sign_ins`], what an admin
//! may do in [`crate::team`].

use domain::actor::By;
use domain::ids::{OrganizationId, PersonId};
use domain::totp::{DIGITS, Secret};
use jiff::{SignedDuration, Timestamp};

use crate::account_mail::{Kind, NewAccountMail, Prepared, prepare, to_person};
use crate::desk::Desk;
use crate::keys::hash;
use crate::people::Person;
use crate::sessions::{SignedIn, knows, organizations};
use crate::settings_log::Act;
use crate::store::StoreError;
use crate::store::second_factors::{Confirmed, Shown, StoredFactor};

/// How many recovery codes are made at once.
pub const RECOVERY_CODES: usize = 10;

/// How many letters a recovery code has; at five bits each too many to guess, so that a fast hash keeps them.
const RECOVERY_LETTERS: usize = 16;

/// How long a secret that nobody has confirmed can be.
pub const SET_UP_FOR: SignedDuration = SignedDuration::from_mins(15);

/// What an app shows beside the person's address.
const ISSUER: &str = "Bordereau";

/// Why a second factor stays as it is.
#[derive(Debug, thiserror::Error)]
pub enum SecondFactorError {
    /// Not the person's password.
    #[error("that is not the present password")]
    PasswordWrong,
    /// No code of now, one that was used, or none at all.
    #[error("that is not a code of now, or it was used already")]
    CodeWrong,
    /// It has to be turned off first.
    #[error("two-factor authentication is on already")]
    OnAlready,
    /// Nothing is being set up by this session, or it began too long ago; or what is to be changed is off.
    #[error("two-factor authentication is off, or setting it up took too long; begin again")]
    NotBegun,
    /// Nobody has this address.
    #[error("nobody here has the e-mail {0}")]
    EmailUnknown(String),
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Where a person's second factor stands, as this session of theirs may see it.
pub enum State {
    /// There is none.
    Off,
    /// A first right code is waited for.
    SettingUp {
        /// As people type it, 32 letters.
        letters: String,
        /// As an app reads it from a picture.
        uri: String,
    },
    /// It is asked for at every sign-in.
    On {
        /// Since when.
        since: Timestamp,
        /// How many recovery codes are unused.
        recovery_codes: u64,
    },
}

/// What someone shows to change their own second factor.
#[derive(Clone, Copy)]
pub struct Proof<'a> {
    /// Their password.
    pub password: &'a str,
    /// A code of the telephone, or a recovery code.
    pub code: &'a str,
    /// The page's language, for who prefers none.
    pub language: &'a str,
}

/// Where it stands. The secret is shown only to the session that sets it up, and never after that.
///
/// # Errors
/// The database.
pub async fn state(desk: &Desk, signed_in: &SignedIn) -> Result<State, StoreError> {
    let person = &signed_in.person;
    let factor = desk.store().second_factor(&person.id).await?;
    if let Some(since) = factor.as_ref().and_then(|factor| factor.confirmed_at) {
        return Ok(State::On {
            since,
            recovery_codes: desk.store().recovery_codes_left(&person.id).await?,
        });
    }
    let begun = factor.filter(|factor| is_begun(desk, signed_in, factor));
    Ok(begun.map_or(State::Off, |factor| State::SettingUp {
        letters: factor.secret.letters(),
        uri: factor.secret.uri(ISSUER, &person.email),
    }))
}

/// Begins to set one up, with a secret of its own; it counts once [`confirm`] is given a first right code.
///
/// # Errors
/// [`SecondFactorError::PasswordWrong`] or [`SecondFactorError::OnAlready`]; the database.
pub async fn begin(
    desk: &Desk,
    signed_in: &SignedIn,
    password: &str,
) -> Result<(), SecondFactorError> {
    if !knows(&signed_in.person, password).await? {
        return Err(SecondFactorError::PasswordWrong);
    }
    let factor = StoredFactor {
        secret: Secret::new(desk.ids().random_bytes()),
        session_hash: signed_in.token_hash().to_owned(),
        begun_at: desk.now(),
        confirmed_at: None,
        last_step: 0,
    };
    let person = &signed_in.person.id;
    if !desk.store().put_second_factor(person, &factor).await? {
        return Err(SecondFactorError::OnAlready);
    }
    Ok(())
}

/// Turns it on with a first right code, ends every other session of the person and tells them; the recovery codes, to
/// be shown this once.
///
/// # Errors
/// [`SecondFactorError::NotBegun`] or [`SecondFactorError::CodeWrong`]; the database.
pub async fn confirm(
    desk: &Desk,
    signed_in: &SignedIn,
    code: &str,
    language: &str,
) -> Result<Vec<String>, SecondFactorError> {
    let person = &signed_in.person;
    let factor = desk.store().second_factor(&person.id).await?;
    let begun = factor.filter(|factor| is_begun(desk, signed_in, factor));
    let factor = begun.ok_or(SecondFactorError::NotBegun)?;
    let step = factor
        .secret
        .step_of(&plain(code), desk.now(), factor.last_step)
        .ok_or(SecondFactorError::CodeWrong)?;
    let (codes, hashes) = recovery_codes(desk, &person.id);
    let confirmed = Confirmed {
        person: &person.id,
        secret: &factor.secret,
        step,
        at: desk.now(),
        session_hash: signed_in.token_hash(),
        recovery_hashes: &hashes,
        told: &told(desk, signed_in, language, Kind::SecondFactorOn),
    };
    if !desk.store().confirm_second_factor(&confirmed).await? {
        return Err(SecondFactorError::NotBegun);
    }
    desk.bell().notify_one();
    Ok(codes)
}

/// Replaces the recovery codes and tells the person; the new ones, to be shown this once.
///
/// # Errors
/// As [`turn_off`].
pub async fn renew_recovery_codes(
    desk: &Desk,
    signed_in: &SignedIn,
    proof: &Proof<'_>,
) -> Result<Vec<String>, SecondFactorError> {
    let person = &signed_in.person.id;
    let shown = proved(desk, signed_in, proof).await?;
    let (codes, hashes) = recovery_codes(desk, person);
    let told = told(desk, signed_in, proof.language, Kind::RecoveryCodesMade);
    let store = desk.store();
    let renewed = store.renew_recovery_codes(person, &shown, &hashes, &told);
    used(desk, renewed.await?)?;
    Ok(codes)
}

/// Turns it off and tells the person. Where their organization requires one, they are led to set up another.
///
/// # Errors
/// [`SecondFactorError::PasswordWrong`], [`SecondFactorError::NotBegun`] where it is off, or
/// [`SecondFactorError::CodeWrong`]; the database.
pub async fn turn_off(
    desk: &Desk,
    signed_in: &SignedIn,
    proof: &Proof<'_>,
) -> Result<(), SecondFactorError> {
    let person = &signed_in.person.id;
    let shown = proved(desk, signed_in, proof).await?;
    let told = told(desk, signed_in, proof.language, Kind::SecondFactorOff);
    let off = desk.store().turn_off_second_factor(person, &shown, &told);
    used(desk, off.await?)
}

/// Removes someone's second factor on the word of whoever runs the desk, ends their sessions and tells them; it stands
/// in the settings log of each organization they belong to.
///
/// # Errors
/// [`SecondFactorError::EmailUnknown`], or [`SecondFactorError::NotBegun`] where they have none; the database.
pub async fn reset_by_operator(desk: &Desk, email: &str) -> Result<(), SecondFactorError> {
    let email = email.trim().to_lowercase();
    let found = desk.store().person(&email).await?;
    let person = found.ok_or(SecondFactorError::EmailUnknown(email))?;
    let factor = desk.store().second_factor(&person.id).await?;
    let belongs = organizations(desk, &person).await?;
    let (Some(factor), Some((first, _))) = (factor, belongs.first()) else {
        return Err(SecondFactorError::NotBegun);
    };
    let by = By::desk();
    let mail = NewAccountMail {
        by: by.name.clone(),
        ..to_person(first, &person, "en", Kind::SecondFactorReset)
    };
    let store = desk.store();
    let is_on = factor.confirmed_at.is_some();
    if !is_on
        || !store
            .reset_second_factor(&person.id, &prepare(desk, mail))
            .await?
    {
        return Err(SecondFactorError::NotBegun);
    }
    desk.bell().notify_one();
    for (organization, _) in store.organizations_of(&person.id).await? {
        note_reset(desk, &organization, &person).await?;
    }
    Ok(())
}

async fn note_reset(
    desk: &Desk,
    organization: &OrganizationId,
    person: &Person,
) -> Result<(), StoreError> {
    let Some(mut change) = desk.store().change(organization).await? else {
        return Ok(());
    };
    let act = Act::SecondFactorReset {
        name: person.name.clone(),
        email: person.email.clone(),
    };
    change.note(desk, &By::desk(), &act).await?;
    change.commit().await
}

/// What was typed as a code, if it can be one that works now.
pub(crate) fn shown(
    desk: &Desk,
    person: &PersonId,
    factor: &StoredFactor,
    typed: &str,
) -> Option<Shown> {
    let typed = plain(typed);
    if typed.len() != DIGITS {
        let hash = recovery_hash(person, &typed);
        return Some(Shown::Recovery { hash });
    }
    let secret = factor.secret.clone();
    let step = secret.step_of(&typed, desk.now(), factor.last_step)?;
    Some(Shown::Code { secret, step })
}

async fn proved(
    desk: &Desk,
    signed_in: &SignedIn,
    proof: &Proof<'_>,
) -> Result<Shown, SecondFactorError> {
    let person = &signed_in.person;
    if !knows(person, proof.password).await? {
        return Err(SecondFactorError::PasswordWrong);
    }
    let factor = desk.store().second_factor(&person.id).await?;
    let factor = factor.filter(|factor| factor.confirmed_at.is_some());
    let factor = factor.ok_or(SecondFactorError::NotBegun)?;
    shown(desk, &person.id, &factor, proof.code).ok_or(SecondFactorError::CodeWrong)
}

/// What came of showing a code: another may have used it in the same moment.
fn used(desk: &Desk, was_good: bool) -> Result<(), SecondFactorError> {
    if !was_good {
        return Err(SecondFactorError::CodeWrong);
    }
    desk.bell().notify_one();
    Ok(())
}

fn is_begun(desk: &Desk, signed_in: &SignedIn, factor: &StoredFactor) -> bool {
    factor.confirmed_at.is_none()
        && factor.session_hash == signed_in.token_hash()
        && desk.now().duration_since(factor.begun_at) < SET_UP_FOR
}

/// New recovery codes as they are shown, and what is kept of them.
fn recovery_codes(desk: &Desk, person: &PersonId) -> (Vec<String>, Vec<String>) {
    let codes = (0..RECOVERY_CODES).map(|_| {
        let letters = desk.ids().letters::<RECOVERY_LETTERS>();
        let hash = recovery_hash(person, &letters);
        let groups: Vec<&str> = (0..RECOVERY_LETTERS)
            .step_by(4)
            .map(|at| &letters[at..at + 4])
            .collect();
        (groups.join("-"), hash)
    });
    codes.unzip()
}

fn recovery_hash(person: &PersonId, letters: &str) -> String {
    // Letters that are not used because they are taken for digits are taken for those digits.
    let letters = letters.replace('o', "0").replace(['i', 'l'], "1");
    hash(&format!("recovery {person} {letters}"))
}

/// What was typed, without what people put between letters.
fn plain(typed: &str) -> String {
    let kept = |letter: &char| !letter.is_whitespace() && *letter != '-';
    typed
        .chars()
        .filter(kept)
        .collect::<String>()
        .to_lowercase()
}

fn told(desk: &Desk, signed_in: &SignedIn, language: &str, kind: Kind) -> Prepared {
    let organization = &signed_in.session.scope.organization_id;
    prepare(
        desk,
        to_person(organization, &signed_in.person, language, kind),
    )
}
