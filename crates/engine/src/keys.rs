//! API keys: shown once, stored hashed, scoped, revocable. A key decides the mode: live and test never mix (O5).

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::actor::{Actor, ActorKind, By, Permissions};
use domain::ids::{KeyId, OrganizationId};
use domain::order::Mode;
use jiff::Timestamp;

use crate::desk::Desk;
use crate::store::StoreError;

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

/// Makes a key and returns it with its secret, which is shown this once.
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
    desk.store().insert_key(&key).await?;
    Ok((key, secret))
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

/// Who a secret is; none for one that is unknown or revoked.
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
    Ok(key.filter(|key| key.revoked_at.is_none()).map(|key| {
        let by = By {
            kind: ActorKind::ApiKey,
            id: key.id.0.clone(),
            name: key.name.clone(),
        };
        let actor = Actor {
            by,
            permissions: key.permissions.clone(),
        };
        (key, actor)
    }))
}
