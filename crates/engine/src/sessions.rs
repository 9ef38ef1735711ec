//! Signing in and staying signed in. A token is a secret of the browser; what is stored is its hash, and what forms
//! carry against forgery is derived from it.

use std::sync::LazyLock;

use argon2::Argon2;
use argon2::password_hash::{PasswordHash, PasswordHasher, PasswordVerifier, SaltString};
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use domain::ids::{OrganizationId, PersonId};
use domain::order::Mode;
use jiff::{SignedDuration, Timestamp};

use crate::desk::Desk;
use crate::keys::hash;
use crate::organizations::SecondFactor;
use crate::password_resets::{hashed, told};
use crate::people::{Person, PersonError, actor, is_password};
use crate::permit::{Scope, Session};
use crate::sign_ins;
use crate::store::StoreError;
use crate::store::password_resets::NewPassword;
use crate::store::sessions::StoredSession;

/// How long a session lives that nobody uses.
pub const IDLE: SignedDuration = SignedDuration::from_hours(24 * 14);

/// How long a session lives at most.
pub const LIFE: SignedDuration = SignedDuration::from_hours(24 * 90);

/// How exactly the last use is written down, so that reading pages seldom writes.
const SEEN_EVERY: SignedDuration = SignedDuration::from_mins(10);

/// A hash that no password has, so that an address nobody has takes as long to refuse as another.
static NOBODYS: LazyLock<Option<String>> = LazyLock::new(|| {
    let salt = SaltString::encode_b64(b"nobody is called").ok()?;
    let hash = Argon2::default().hash_password(b"", &salt).ok()?;
    Some(hash.to_string())
});

/// Someone who is signed in.
#[derive(Clone, Debug)]
pub struct SignedIn {
    /// Who.
    pub person: Person,
    /// Where they may go; operator support everywhere.
    pub organizations: Vec<(OrganizationId, String)>,
    /// Where they are, and what they may do there.
    pub session: Session,
    /// What every form carries, so that no other site can send one.
    pub form_token: String,
    /// Whether they are asked for a code when they sign in.
    pub has_second_factor: bool,
    /// Whether their organization wants everybody to be.
    pub second_factor: SecondFactor,
    stored: StoredSession,
}

impl SignedIn {
    /// Whether they have to set up a second factor before anything else.
    pub fn owes_second_factor(&self) -> bool {
        self.second_factor == SecondFactor::Required && !self.has_second_factor
    }

    /// What the browser's token hashes to.
    pub(crate) fn token_hash(&self) -> &str {
        &self.stored.token_hash
    }
}

/// What the right password leads to.
pub enum Entrance {
    /// In: the session's token for the browser.
    Session(String),
    /// To the question for a code: the token of the sign-in that waits for it, see [`crate::sign_ins`].
    CodeAsked(String),
}

impl Entrance {
    /// The session's token; none where a code is asked for.
    pub fn session(self) -> Option<String> {
        match self {
            Self::Session(token) => Some(token),
            Self::CodeAsked(_) => None,
        }
    }
}

/// Signs in, or asks who has a second factor for a code; nothing where address and password do not belong together.
///
/// # Errors
/// The database.
pub async fn sign_in(
    desk: &Desk,
    email: &str,
    password: &str,
) -> Result<Option<Entrance>, StoreError> {
    let person = desk.store().person(&email.trim().to_lowercase()).await?;
    let password = password.to_owned();
    let verified = unhurried(move || match person {
        Some(person) => is_password(&person, &password).then_some(person),
        None => {
            let nobodys = PasswordHash::new(NOBODYS.as_deref()?).ok()?;
            let hasher = Argon2::default();
            hasher.verify_password(password.as_bytes(), &nobodys).ok();
            None
        }
    });
    let Some(person) = verified.await? else {
        return Ok(None);
    };
    let Some((organization_id, _)) = organizations(desk, &person).await?.into_iter().next() else {
        return Ok(None);
    };
    let factor = desk.store().second_factor(&person.id).await?;
    if factor.is_some_and(|factor| factor.confirmed_at.is_some()) {
        let waits = sign_ins::wait(desk, &person.id).await?;
        return Ok(Some(Entrance::CodeAsked(waits)));
    }
    let token = begin(desk, &person.id, &organization_id).await?;
    Ok(Some(Entrance::Session(token)))
}

/// Begins a session of someone who has proved who they are; the token for the browser.
pub(crate) async fn begin(
    desk: &Desk,
    person: &PersonId,
    organization: &OrganizationId,
) -> Result<String, StoreError> {
    let (token, session) = fresh_session(desk, person, organization);
    desk.store().insert_session(&session).await?;
    desk.store()
        .delete_sessions_unused_since(before(desk.now(), IDLE))
        .await?;
    Ok(token)
}

/// A session to be stored, and its token for the browser.
pub(crate) fn fresh_session(
    desk: &Desk,
    person: &PersonId,
    organization: &OrganizationId,
) -> (String, StoredSession) {
    let token = BASE64_URL_SAFE_NO_PAD.encode(desk.ids().random_bytes::<32>());
    let session = StoredSession {
        token_hash: hash(&token),
        person_id: person.clone(),
        organization_id: organization.clone(),
        mode: Mode::Live,
        created_at: desk.now(),
        seen_at: desk.now(),
    };
    (token, session)
}

/// Who a token belongs to; nobody where it is unknown, too old, or its person may not come in any more.
///
/// # Errors
/// The database.
pub async fn resume(desk: &Desk, token: &str) -> Result<Option<SignedIn>, StoreError> {
    let now = desk.now();
    let Some(resumed) = desk.store().session(&hash(token)).await? else {
        return Ok(None);
    };
    let (mut stored, person) = (resumed.session, resumed.person);
    if stored.seen_at < before(now, IDLE) || stored.created_at < before(now, LIFE) {
        return Ok(None);
    }
    let Some(actor) = actor(desk, &person, &stored.organization_id).await? else {
        return Ok(None);
    };
    if stored.seen_at < before(now, SEEN_EVERY) {
        stored.seen_at = now;
        desk.store().update_session(&stored).await?;
    }
    let organizations = organizations(desk, &person).await?;
    let scope = Scope {
        organization_id: stored.organization_id.clone(),
        mode: stored.mode,
    };
    Ok(Some(SignedIn {
        person,
        organizations,
        session: Session { scope, actor },
        form_token: hash(&format!("form {token}")),
        has_second_factor: resumed.has_second_factor,
        second_factor: resumed.second_factor,
        stored,
    }))
}

/// Goes to another organization, or between live and test orders; whether the person may.
///
/// # Errors
/// The database.
pub async fn switch(
    desk: &Desk,
    signed_in: &SignedIn,
    organization: &OrganizationId,
    mode: Mode,
) -> Result<bool, StoreError> {
    let may = signed_in
        .organizations
        .iter()
        .any(|(id, _)| id == organization);
    if may {
        move_to(desk, signed_in, organization, mode).await?;
    }
    Ok(may)
}

/// Goes to an organization that the person has just joined.
pub(crate) async fn go_to(
    desk: &Desk,
    signed_in: &SignedIn,
    organization: &OrganizationId,
) -> Result<(), StoreError> {
    move_to(desk, signed_in, organization, Mode::Live).await
}

async fn move_to(
    desk: &Desk,
    signed_in: &SignedIn,
    organization: &OrganizationId,
    mode: Mode,
) -> Result<(), StoreError> {
    let mut stored = signed_in.stored.clone();
    (stored.organization_id, stored.mode) = (organization.clone(), mode);
    desk.store().update_session(&stored).await
}

/// Ends this session.
///
/// # Errors
/// The database.
pub async fn sign_out(desk: &Desk, signed_in: &SignedIn) -> Result<(), StoreError> {
    desk.store()
        .delete_session(&signed_in.stored.token_hash)
        .await
}

/// Ends every other session of the person; how many there were.
///
/// # Errors
/// The database.
pub async fn sign_out_elsewhere(desk: &Desk, signed_in: &SignedIn) -> Result<u64, StoreError> {
    desk.store()
        .delete_sessions_of(&signed_in.person.id, &signed_in.stored.token_hash)
        .await
}

/// Another password for someone who is signed in.
#[derive(Clone, Copy)]
pub struct PasswordChange<'a> {
    /// The one they have.
    pub present: &'a str,
    /// The one they want.
    pub new: &'a str,
    /// The page's language, for who prefers none.
    pub language: &'a str,
}

/// Sets another password where the present one is known, ends every other session and tells the
/// person by e-mail; whether it was known.
///
/// # Errors
/// The new one is too short; the database.
pub async fn change_password(
    desk: &Desk,
    signed_in: &SignedIn,
    change: &PasswordChange<'_>,
) -> Result<bool, PersonError> {
    if !knows(&signed_in.person, change.present).await? {
        return Ok(false);
    }
    let person = &signed_in.person;
    let organization = &signed_in.session.scope.organization_id;
    let changed = NewPassword {
        person_id: &person.id,
        hash: &hashed(desk, change.new).await?,
        keeps_session: &signed_in.stored.token_hash,
        told: &told(desk, organization, person, change.language),
    };
    desk.store().change_password(&changed).await?;
    desk.bell().notify_one();
    Ok(true)
}

/// Whether this is the person's password.
pub(crate) async fn knows(person: &Person, password: &str) -> Result<bool, StoreError> {
    let (person, password) = (person.clone(), password.to_owned());
    unhurried(move || is_password(&person, &password)).await
}

/// Hashing takes long on purpose: away from the threads that answer others.
async fn unhurried<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, StoreError> {
    tokio::task::spawn_blocking(work)
        .await
        .map_err(|error| StoreError::Setup(format!("a password could not be checked: {error}")))
}

pub(crate) async fn organizations(
    desk: &Desk,
    person: &Person,
) -> Result<Vec<(OrganizationId, String)>, StoreError> {
    if person.is_support {
        desk.store().organizations().await
    } else {
        desk.store().organizations_of(&person.id).await
    }
}

/// So long before; the beginning of time where that cannot be.
fn before(now: Timestamp, long: SignedDuration) -> Timestamp {
    now.checked_sub(long).unwrap_or(Timestamp::MIN)
}
