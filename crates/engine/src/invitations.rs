//! Invitations: a link that is used once and does not live long. The link is a secret of whoever got it; what is stored
//! is its hash.

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use domain::actor::{ActorKind, By};
use domain::ids::{InvitationId, OrganizationId, PersonId};
use domain::team::{self, TeamRefusal};
use jiff::{SignedDuration, Timestamp};

use crate::account_mail::{Kind, NewAccountMail, prepare};
use crate::desk::Desk;
use crate::keys::hash;
use crate::password_resets::hashed;
use crate::people::{MIN_PASSWORD, Person, Preferences, Role};
use crate::permit::{ManageTeam, Permit};
use crate::sessions::{self, SignedIn};
use crate::settings_log::Act;
use crate::store::StoreError;
use crate::store::change::Change;
use crate::team::{TeamFailure, begin, role};

/// How long an invitation can be accepted.
pub const LIFE: SignedDuration = SignedDuration::from_hours(24 * 7);

/// Someone asked to join, who has not yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invitation {
    /// Its identifier.
    pub id: InvitationId,
    /// Whom, in lower case.
    pub email: String,
    /// With which role.
    pub role: Role,
    /// By whom.
    pub by: By,
    /// Since when.
    pub created_at: Timestamp,
    /// Until when it can be accepted.
    pub expires_at: Timestamp,
}

/// What a link offers to whoever opens it.
#[derive(Clone, Debug)]
pub struct Offer {
    /// What is accepted.
    pub invitation: Invitation,
    /// Where.
    pub organization_id: OrganizationId,
    /// What that is called.
    pub organization: String,
    /// Whether the address signs in here already.
    pub has_account: bool,
}

/// The open invitations, newest first; those that have expired are among them until they are sent again or withdrawn.
///
/// # Errors
/// The database.
pub async fn open(
    desk: &Desk,
    permit: &Permit<'_, ManageTeam>,
) -> Result<Vec<Invitation>, StoreError> {
    desk.store()
        .invitations(&permit.scope().organization_id)
        .await
}

/// Where a link leads, before its token.
const PATH: &str = "/invitation/";

/// Invites someone with a role and sends them the link, which is told this once beside the invitation. Inviting the
/// same address again replaces what was open. `language` is the inviter's, for who is not known or prefers none.
///
/// # Errors
/// [`TeamRefusal`]; the database.
pub async fn invite(
    desk: &Desk,
    permit: &Permit<'_, ManageTeam>,
    email: &str,
    role_id: &str,
    language: &str,
) -> Result<(Invitation, String), TeamFailure> {
    let email = team::email(email)?;
    let mut change = begin(desk, &permit.scope().organization_id).await?;
    let role = role(&mut change, role_id).await?;
    team::within(permit.actor(), &role.permissions)?;
    let is_member = change
        .team()
        .await?
        .iter()
        .any(|(person, _)| person.email == email);
    if is_member {
        return Err(TeamRefusal::MemberAlready { email }.into());
    }
    let act = Act::Invited {
        email: email.clone(),
        role: role.name.clone(),
    };
    let asked = Asked {
        email,
        role,
        act,
        language,
    };
    put(desk, permit, change, asked).await
}

/// Makes another link for an open invitation, good for as long as a new one; the link before is good no more.
///
/// # Errors
/// [`TeamRefusal`]; the database.
pub async fn send_again(
    desk: &Desk,
    permit: &Permit<'_, ManageTeam>,
    id: &InvitationId,
    language: &str,
) -> Result<(Invitation, String), TeamFailure> {
    let change = begin(desk, &permit.scope().organization_id).await?;
    let invitation = find_open(desk, permit, id).await?;
    team::within(permit.actor(), &invitation.role.permissions)?;
    let act = Act::InvitedAgain {
        email: invitation.email.clone(),
    };
    let asked = Asked {
        email: invitation.email,
        role: invitation.role,
        act,
        language,
    };
    put(desk, permit, change, asked).await
}

/// Withdraws an invitation; its link is good no more.
///
/// # Errors
/// [`TeamRefusal::Gone`]; the database.
pub async fn withdraw(
    desk: &Desk,
    permit: &Permit<'_, ManageTeam>,
    id: &InvitationId,
) -> Result<(), TeamFailure> {
    let mut change = begin(desk, &permit.scope().organization_id).await?;
    let invitation = find_open(desk, permit, id).await?;
    team::within(permit.actor(), &invitation.role.permissions)?;
    if !change.delete_invitation(id).await? {
        return Err(TeamRefusal::Gone.into());
    }
    let act = Act::InvitationWithdrawn {
        email: invitation.email,
    };
    change.note(desk, &permit.actor().by, &act).await?;
    Ok(change.commit().await?)
}

/// What a link offers; nothing where it is unknown, used, withdrawn or too old, which nobody can tell apart.
///
/// # Errors
/// The database.
pub async fn find(desk: &Desk, token: &str) -> Result<Option<Offer>, StoreError> {
    let Some((tenant, _)) = token.split_once('.') else {
        return Ok(None);
    };
    let organization_id = OrganizationId(format!("{}{tenant}", OrganizationId::PREFIX));
    let store = desk.store();
    let found = store
        .invitation_by_hash(&organization_id, &hash(token))
        .await?;
    let Some(invitation) = found.filter(|one| one.expires_at > desk.now()) else {
        return Ok(None);
    };
    let organizations = store.organizations().await?;
    let here = organizations
        .into_iter()
        .find(|(id, _)| *id == organization_id);
    let has_account = store.person(&invitation.email).await?.is_some();
    Ok(here.map(|(_, organization)| Offer {
        invitation,
        organization_id,
        organization,
        has_account,
    }))
}

/// Accepts as someone new, who is signed in by it; the token for the browser.
///
/// # Errors
/// [`TeamRefusal`]: the link is [`Gone`](TeamRefusal::Gone), or name or password cannot be; the database.
pub async fn join_as_new(
    desk: &Desk,
    token: &str,
    name: &str,
    password: &str,
) -> Result<String, TeamFailure> {
    let name = team::name(name)?;
    if password.chars().count() < MIN_PASSWORD {
        return Err(TeamRefusal::PasswordTooShort { min: MIN_PASSWORD }.into());
    }
    let offer = find(desk, token).await?.ok_or(TeamRefusal::Gone)?;
    let password_hash = hashed(desk, password)
        .await
        .map_err(|error| StoreError::Setup(error.to_string()))?;
    let person = Person {
        id: PersonId(desk.ids().fresh(PersonId::PREFIX, desk.now())),
        email: offer.invitation.email.clone(),
        name,
        password_hash,
        is_support: false,
        preferences: Preferences::default(),
        created_at: desk.now(),
        disabled_at: None,
    };
    let mut change = begin(desk, &offer.organization_id).await?;
    if !change.insert_person(&person).await? {
        return Err(TeamRefusal::Gone.into());
    }
    accept(desk, change, &offer, &person).await?;
    Ok(sessions::begin(desk, &person.id, &offer.organization_id).await?)
}

/// Accepts as someone who has an account, and goes there.
///
/// # Errors
/// [`TeamRefusal::Gone`]: the link is no good, or is another person's; the database.
pub async fn join(desk: &Desk, signed_in: &SignedIn, token: &str) -> Result<(), TeamFailure> {
    let offer = find(desk, token).await?;
    let offer = offer.filter(|offer| offer.invitation.email == signed_in.person.email);
    let offer = offer.ok_or(TeamRefusal::Gone)?;
    let change = begin(desk, &offer.organization_id).await?;
    accept(desk, change, &offer, &signed_in.person).await?;
    sessions::go_to(desk, signed_in, &offer.organization_id).await?;
    Ok(())
}

/// Uses the invitation up; that it was still there is what makes it once.
async fn accept(
    desk: &Desk,
    mut change: Change,
    offer: &Offer,
    person: &Person,
) -> Result<(), TeamFailure> {
    let role = &offer.invitation.role;
    if !change.delete_invitation(&offer.invitation.id).await? {
        return Err(TeamRefusal::Gone.into());
    }
    change.put_member(&person.id, &role.id, desk.now()).await?;
    let by = By {
        kind: ActorKind::Person,
        id: person.id.0.clone(),
        name: person.name.clone(),
    };
    let act = Act::Joined {
        name: person.name.clone(),
        email: person.email.clone(),
        role: role.name.clone(),
    };
    change.note(desk, &by, &act).await?;
    Ok(change.commit().await?)
}

async fn find_open(
    desk: &Desk,
    permit: &Permit<'_, ManageTeam>,
    id: &InvitationId,
) -> Result<Invitation, TeamFailure> {
    let open = open(desk, permit).await?;
    let found = open.into_iter().find(|invitation| invitation.id == *id);
    Ok(found.ok_or(TeamRefusal::Gone)?)
}

/// Whom to ask, and what the log says of it.
struct Asked<'a> {
    email: String,
    role: Role,
    act: Act,
    language: &'a str,
}

async fn put(
    desk: &Desk,
    permit: &Permit<'_, ManageTeam>,
    mut change: Change,
    asked: Asked<'_>,
) -> Result<(Invitation, String), TeamFailure> {
    let organization = &permit.scope().organization_id;
    let tenant = organization
        .as_str()
        .trim_start_matches(OrganizationId::PREFIX);
    let random = BASE64_URL_SAFE_NO_PAD.encode(desk.ids().random_bytes::<32>());
    // The organization stands in it, so that looking it up asks one organization's rows only.
    let token = format!("{tenant}.{random}");
    let link = format!("{}{PATH}{token}", desk.url());
    let invitation = Invitation {
        id: InvitationId(desk.ids().fresh(InvitationId::PREFIX, desk.now())),
        email: asked.email,
        role: asked.role,
        by: permit.actor().by.clone(),
        created_at: desk.now(),
        expires_at: desk.now().checked_add(LIFE).unwrap_or(Timestamp::MAX),
    };
    let known = desk.store().person(&invitation.email).await?;
    let preferred = known
        .as_ref()
        .and_then(|one| one.preferences.language.clone());
    let mail = NewAccountMail {
        organization_id: organization.clone(),
        kind: Kind::Invitation,
        to: invitation.email.clone(),
        name: known.map(|person| person.name).unwrap_or_default(),
        by: invitation.by.name.clone(),
        language: preferred.unwrap_or_else(|| asked.language.to_owned()),
        link: link.clone(),
        good_until: Some(invitation.expires_at),
    };
    change.put_invitation(&invitation, &hash(&token)).await?;
    change.note(desk, &permit.actor().by, &asked.act).await?;
    change.mail(&prepare(desk, mail)).await?;
    change.commit().await?;
    desk.bell().notify_one();
    Ok((invitation, link))
}
