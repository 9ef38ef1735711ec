//! API keys: shown once, stored hashed, scoped, revocable. A key decides the mode: live and test never mix (O5).

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::actor::{Actor, ActorKind, By, Permissions};
use domain::ids::{KeyId, OrganizationId};
use domain::order::Mode;
use domain::team::{self, TeamRefusal};
use jiff::{SignedDuration, Timestamp};

use crate::desk::Desk;
use crate::permit::{ManageTeam, Permit};
use crate::settings_log::Act;
use crate::store::StoreError;
use crate::team::{TeamFailure, begin};

/// An API key as it is kept: without the secret.
#[derive(Clone, PartialEq, Eq)]
pub struct ApiKey {
    /// Whose it is.
    pub organization_id: OrganizationId,
    /// Its identifier.
    pub id: KeyId,
    /// Which orders it sees.
    pub mode: Mode,
    /// What it is called.
    pub name: String,
    /// BLAKE3 of the secret, which is random and long, so that a slow hash would protect nothing more.
    pub hash: String,
    /// The first letters, to recognise it by.
    pub hint: String,
    /// What it may do.
    pub permissions: Permissions,
    /// Since when.
    pub created_at: Timestamp,
    /// When it was last used.
    pub last_used_at: Option<Timestamp>,
    /// Since when it is not good any more.
    pub revoked_at: Option<Timestamp>,
}

/// Without the hash, which does not belong in a log.
impl std::fmt::Debug for ApiKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ApiKey")
            .field("id", &self.id)
            .field("hint", &self.hint)
            .finish_non_exhaustive()
    }
}

/// Every key of the organization, newest first.
///
/// # Errors
/// The database.
pub async fn keys(desk: &Desk, permit: &Permit<'_, ManageTeam>) -> Result<Vec<ApiKey>, StoreError> {
    desk.store().keys(&permit.scope().organization_id).await
}

/// Makes a key that may do no more than whoever makes it, and returns it with its secret, which is shown this once.
///
/// # Errors
/// [`TeamRefusal`]; the database.
pub async fn make(
    desk: &Desk,
    permit: &Permit<'_, ManageTeam>,
    mode: Mode,
    name: &str,
    permissions: Permissions,
) -> Result<(ApiKey, String), TeamFailure> {
    let name = team::name(name)?;
    team::grantable(permit.actor(), &permissions)?;
    let organization = &permit.scope().organization_id;
    let (key, secret) = fresh(desk, organization, mode, &name, permissions);
    let mut change = begin(desk, organization).await?;
    change.insert_key(&key).await?;
    let act = Act::KeyMade {
        name: key.name.clone(),
        hint: key.hint.clone(),
        mode,
        permissions: key.permissions.clone(),
    };
    change.note(desk, &permit.actor().by, &act).await?;
    change.commit().await?;
    Ok((key, secret))
}

/// Revokes a key for good.
///
/// # Errors
/// [`TeamRefusal::Gone`] where there is no such key, or it was revoked before; the database.
pub async fn revoke(
    desk: &Desk,
    permit: &Permit<'_, ManageTeam>,
    id: &KeyId,
) -> Result<(), TeamFailure> {
    let keys = keys(desk, permit).await?;
    let key = keys.into_iter().find(|key| key.id == *id);
    let key = key.ok_or(TeamRefusal::Gone)?;
    let mut change = begin(desk, &permit.scope().organization_id).await?;
    if !change.revoke_key(id, desk.now()).await? {
        return Err(TeamRefusal::Gone.into());
    }
    let act = Act::KeyRevoked {
        name: key.name,
        hint: key.hint,
    };
    change.note(desk, &permit.actor().by, &act).await?;
    Ok(change.commit().await?)
}

/// Makes a key of the desk itself, for the demo and the tests: nobody asked for it, and no log tells it.
///
/// The secret reads `credential_live_<organization>_<random>`: the organization stands in it so that looking a key up
/// asks one organization's rows only.
///
/// # Errors
/// The database.
pub async fn create(
    desk: &Desk,
    organization: &OrganizationId,
    mode: Mode,
    name: &str,
    permissions: Permissions,
) -> Result<(ApiKey, String), StoreError> {
    let (key, secret) = fresh(desk, organization, mode, name, permissions);
    desk.store().insert_key(&key).await?;
    Ok((key, secret))
}

fn fresh(
    desk: &Desk,
    organization: &OrganizationId,
    mode: Mode,
    name: &str,
    permissions: Permissions,
) -> (ApiKey, String) {
    let random = URL_SAFE_NO_PAD
        .encode(desk.ids().random_bytes::<24>())
        .replace(['-', '_'], "0");
    let tenant = organization
        .as_str()
        .trim_start_matches(OrganizationId::PREFIX);
    let secret = format!("{}{tenant}_{random}", prefix(mode));
    let key = ApiKey {
        organization_id: organization.clone(),
        id: KeyId(desk.ids().fresh(KeyId::PREFIX, desk.now())),
        mode,
        name: name.to_owned(),
        hash: hash(&secret),
        hint: format!("{}{tenant}_{}…", prefix(mode), &random[..4]),
        permissions,
        created_at: desk.now(),
        last_used_at: None,
        revoked_at: None,
    };
    (key, secret)
}

fn prefix(mode: Mode) -> &'static str {
    match mode {
        Mode::Live => "credential_live_",
        Mode::Test => "credential_test_",
    }
}

/// What is stored of a secret that was drawn at random, so that it needs no salt.
pub(crate) fn hash(secret: &str) -> String {
    blake3::hash(secret.as_bytes()).to_hex().to_string()
}

/// How exactly the last use is written down, so that using a key seldom writes.
const USED_EVERY: SignedDuration = SignedDuration::from_mins(1);

/// Who a secret is; none for one that is unknown or revoked. The key is as it was before this use.
///
/// # Errors
/// The database.
pub async fn authenticate(
    desk: &Desk,
    secret: &str,
) -> Result<Option<(ApiKey, Actor)>, StoreError> {
    let rest = [Mode::Live, Mode::Test]
        .iter()
        .find_map(|mode| secret.strip_prefix(prefix(*mode)));
    let Some((tenant, _)) = rest.and_then(|rest| rest.split_once('_')) else {
        return Ok(None);
    };
    let organization = OrganizationId(format!("{}{tenant}", OrganizationId::PREFIX));
    let key = desk
        .store()
        .key_by_hash(&organization, &hash(secret))
        .await?;
    let Some(key) = key.filter(|key| key.revoked_at.is_none()) else {
        return Ok(None);
    };
    let is_written = |at: Timestamp| desk.now().duration_since(at) < USED_EVERY;
    if !key.last_used_at.is_some_and(is_written) {
        let used = desk.store().touch_key(&organization, &key.id, desk.now());
        used.await?;
    }
    let by = By {
        kind: ActorKind::ApiKey,
        id: key.id.0.clone(),
        name: key.name.clone(),
    };
    let actor = Actor {
        by,
        permissions: key.permissions.clone(),
    };
    Ok(Some((key, actor)))
}
