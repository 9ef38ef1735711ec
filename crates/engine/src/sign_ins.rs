//! Between the right password and the code: a sign-in that waits, for five minutes, tied to the browser by a token of
//! which the hash is kept. There is no session before the code is right.

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use domain::ids::PersonId;
use jiff::{SignedDuration, Timestamp};

use crate::account_mail::{Kind, prepare, to_person};
use crate::desk::Desk;
use crate::keys::hash;
use crate::people::Person;
use crate::second_factors::shown;
use crate::sessions::{fresh_session, organizations};
use crate::store::StoreError;
use crate::store::second_factors::Shown;

/// How long a code is waited for.
pub const GOOD_FOR: SignedDuration = SignedDuration::from_mins(5);

/// Begins to wait for a code; the token for the browser.
pub(crate) async fn wait(desk: &Desk, person: &PersonId) -> Result<String, StoreError> {
    let token = BASE64_URL_SAFE_NO_PAD.encode(desk.ids().random_bytes::<32>());
    let (now, store) = (desk.now(), desk.store());
    store
        .insert_sign_in(&hash(&token), person, now, since(now))
        .await?;
    Ok(token)
}

/// Whose code is waited for; nobody's where the token is unknown or too old, or its person may not come in any more.
///
/// # Errors
/// The database.
pub async fn waiting(desk: &Desk, token: &str) -> Result<Option<Person>, StoreError> {
    let found = desk
        .store()
        .sign_in(&hash(token), since(desk.now()))
        .await?;
    Ok(found.filter(|person| person.disabled_at.is_none()))
}

/// Signs in with a code of the telephone or a recovery code, of whose use the person is told; the session's token for
/// the browser, or nothing where the code is wrong or nothing waits for it. `language` is the page's.
///
/// # Errors
/// The database.
pub async fn complete(
    desk: &Desk,
    token: &str,
    code: &str,
    language: &str,
) -> Result<Option<String>, StoreError> {
    let Some(person) = waiting(desk, token).await? else {
        return Ok(None);
    };
    let Some((organization, _)) = organizations(desk, &person).await?.into_iter().next() else {
        return Ok(None);
    };
    let factor = desk.store().second_factor(&person.id).await?;
    let factor = factor.filter(|factor| factor.confirmed_at.is_some());
    let shown = factor.and_then(|factor| shown(desk, &person.id, &factor, code));
    let Some(shown) = shown else {
        return Ok(None);
    };
    let told = matches!(shown, Shown::Recovery { .. }).then(|| {
        let mail = to_person(&organization, &person, language, Kind::RecoveryCodeUsed);
        prepare(desk, mail)
    });
    let (session, stored) = fresh_session(desk, &person.id, &organization);
    let is_good = desk
        .store()
        .complete_sign_in(&hash(token), &shown, &stored, told.as_ref())
        .await?;
    desk.bell().notify_one();
    Ok(is_good.then_some(session))
}

/// Since when a sign-in that still waits began.
fn since(now: Timestamp) -> Timestamp {
    now.checked_sub(GOOD_FOR).unwrap_or(Timestamp::MIN)
}
