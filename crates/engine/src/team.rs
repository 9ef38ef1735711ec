//! Who belongs to an organization: their roles, and taking someone out (P1, P2).

use domain::actor::Actor;
use domain::ids::{OrganizationId, PersonId};
use domain::team::{ADMIN, Holder, Standing, TeamRefusal, give, remove};
use jiff::Timestamp;

use crate::account_mail::{Kind, NewAccountMail, prepare, to_person};
use crate::desk::Desk;
use crate::people::{Person, Role};
use crate::permit::{ManageTeam, Permit};
use crate::settings_log::Act;
use crate::store::StoreError;
use crate::store::change::Change;

/// Why a team or its settings stay as they are.
#[derive(Debug, thiserror::Error)]
pub enum TeamFailure {
    /// A rule does not let it happen.
    #[error("{0}")]
    Refused(#[from] TeamRefusal),
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Someone who belongs.
#[derive(Clone, Debug)]
pub struct Member {
    /// Who.
    pub person: Person,
    /// What they may do here.
    pub role: Role,
    /// Since when they belong.
    pub since: Timestamp,
    /// When they last used the desk here, to some minutes; none where they are not signed in.
    pub seen_at: Option<Timestamp>,
    /// Whether they are asked for a code when they sign in.
    pub has_second_factor: bool,
    /// Why whoever looks cannot take them out or lower them; none where they can.
    pub locked: Option<TeamRefusal>,
}

/// Everyone who belongs, by e-mail. Operator support is there only where it is a member too.
///
/// # Errors
/// The database.
pub async fn members(
    desk: &Desk,
    permit: &Permit<'_, ManageTeam>,
) -> Result<Vec<Member>, StoreError> {
    let organization = &permit.scope().organization_id;
    let team = desk.store().team(organization).await?;
    let mut attendance = desk.store().attendance(organization).await?;
    let second_factors = desk.store().second_factors_of(organization).await?;
    let locked: Vec<_> = team
        .iter()
        .map(|member| remove(permit.actor(), standing(&team, member)).err())
        .collect();
    let members = team.into_iter().zip(locked);
    let members = members.map(|((person, role), locked)| {
        let (since, seen_at) = attendance.remove(&person.id).unwrap_or_default();
        Member {
            has_second_factor: second_factors.contains(&person.id),
            person,
            role,
            since,
            seen_at,
            locked,
        }
    });
    Ok(members.collect())
}

/// Gives a member another role; it holds from their next request on.
///
/// # Errors
/// [`TeamRefusal`]; the database.
pub async fn give_role(
    desk: &Desk,
    permit: &Permit<'_, ManageTeam>,
    person: &PersonId,
    role_id: &str,
) -> Result<(), TeamFailure> {
    let mut change = begin(desk, &permit.scope().organization_id).await?;
    let team = change.team().await?;
    let member = find(&team, person)?;
    let role = role(&mut change, role_id).await?;
    let is_admin = role.id == ADMIN;
    give(
        permit.actor(),
        standing(&team, member),
        is_admin,
        &role.permissions,
    )?;
    if member.1.id == role.id {
        return Ok(());
    }
    change.put_member(person, &role.id, desk.now()).await?;
    let act = Act::RoleGiven {
        name: member.0.name.clone(),
        email: member.0.email.clone(),
        from: member.1.name.clone(),
        to: role.name,
    };
    change.note(desk, &permit.actor().by, &act).await?;
    Ok(change.commit().await?)
}

/// Takes a member out of the organization and ends their sessions there. What they did keeps their name.
///
/// # Errors
/// [`TeamRefusal`]; the database.
pub async fn remove_member(
    desk: &Desk,
    permit: &Permit<'_, ManageTeam>,
    person: &PersonId,
) -> Result<(), TeamFailure> {
    let mut change = begin(desk, &permit.scope().organization_id).await?;
    let team = change.team().await?;
    let member = find(&team, person)?;
    remove(permit.actor(), standing(&team, member))?;
    change.delete_member(person).await?;
    let act = Act::Removed {
        name: member.0.name.clone(),
        email: member.0.email.clone(),
        role: member.1.name.clone(),
    };
    change.note(desk, &permit.actor().by, &act).await?;
    Ok(change.commit().await?)
}

/// Removes the second factor of a member who lost their telephone, ends their sessions everywhere and tells them.
///
/// # Errors
/// [`TeamRefusal`]; the database.
pub async fn reset_second_factor(
    desk: &Desk,
    permit: &Permit<'_, ManageTeam>,
    person: &PersonId,
    language: &str,
) -> Result<(), TeamFailure> {
    let organization = &permit.scope().organization_id;
    let by = &permit.actor().by;
    let mut change = begin(desk, organization).await?;
    let team = change.team().await?;
    let member = find(&team, person)?;
    let holder = Holder {
        standing: standing(&team, member),
        has_second_factor: change.has_second_factor(person).await?,
        is_oneself: by.id == person.0,
        is_elsewhere: member.0.is_support || change.belongs_elsewhere(person).await?,
    };
    domain::team::reset_second_factor(permit.actor(), holder)?;
    change.reset_second_factor(person).await?;
    let mail = NewAccountMail {
        by: by.name.clone(),
        ..to_person(organization, &member.0, language, Kind::SecondFactorReset)
    };
    change.mail(&prepare(desk, mail)).await?;
    let act = Act::SecondFactorReset {
        name: member.0.name.clone(),
        email: member.0.email.clone(),
    };
    change.note(desk, by, &act).await?;
    change.commit().await?;
    desk.bell().notify_one();
    Ok(())
}

/// A change that holds the organization.
pub(crate) async fn begin(
    desk: &Desk,
    organization: &OrganizationId,
) -> Result<Change, TeamFailure> {
    let change = desk.store().change(organization).await?;
    Ok(change.ok_or(TeamRefusal::Gone)?)
}

/// A role of the organization that a change holds.
pub(crate) async fn role(change: &mut Change, id: &str) -> Result<Role, TeamFailure> {
    let roles = change.roles().await?;
    let found = roles.into_iter().find(|role| role.id == id);
    Ok(found.ok_or_else(|| TeamRefusal::RoleUnknown {
        role: id.to_owned(),
    })?)
}

fn find<'a>(
    team: &'a [(Person, Role)],
    person: &PersonId,
) -> Result<&'a (Person, Role), TeamRefusal> {
    let mut team = team.iter();
    team.find(|(known, _)| known.id == *person)
        .ok_or(TeamRefusal::Gone)
}

fn standing<'a>(team: &[(Person, Role)], (person, role): &'a (Person, Role)) -> Standing<'a> {
    let admins = team.iter().filter(|(other, role)| {
        role.id == ADMIN && other.disabled_at.is_none() && other.id != person.id
    });
    Standing {
        name: &person.name,
        is_admin: role.id == ADMIN,
        permissions: &role.permissions,
        other_admins: admins.count(),
    }
}

/// Whether an actor could give a role to someone.
pub fn may_give(actor: &Actor, role: &Role) -> bool {
    domain::team::within(actor, &role.permissions).is_ok()
}
