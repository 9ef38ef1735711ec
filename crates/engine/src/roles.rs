//! Roles of an organization's own, permission by permission (P2). What a role allows holds from the next request on.

use domain::actor::{Actor, Permissions};
use domain::ids::OrganizationId;
use domain::team::{self, ADMIN, MEMBER, TeamRefusal};

use crate::desk::Desk;
use crate::people::Role;
use crate::permit::{ManageTeam, Permit};
use crate::settings_log::Act;
use crate::store::StoreError;
use crate::team::{TeamFailure, begin, role};

/// What the identifier of a role of an organization's own begins with.
const PREFIX: &str = "role_";

/// Every role: the built-in ones first, then by name.
///
/// # Errors
/// The database.
pub async fn roles(desk: &Desk, permit: &Permit<'_, ManageTeam>) -> Result<Vec<Role>, StoreError> {
    let organization: &OrganizationId = &permit.scope().organization_id;
    let mut roles = desk.store().roles(organization).await?;
    roles.sort_by_key(|role| (role.id != ADMIN, role.id != MEMBER));
    Ok(roles)
}

/// Whether every organization has this role, and nobody changes it.
pub fn is_built_in(role: &Role) -> bool {
    [ADMIN, MEMBER].contains(&role.id.as_str())
}

/// Makes a role; its identifier.
///
/// # Errors
/// [`TeamRefusal`]; the database.
pub async fn make(
    desk: &Desk,
    permit: &Permit<'_, ManageTeam>,
    name: &str,
    permissions: Permissions,
) -> Result<String, TeamFailure> {
    let mut change = begin(desk, &permit.scope().organization_id).await?;
    let made = Role {
        id: desk.ids().fresh(PREFIX, desk.now()),
        name: team::name(name)?,
        permissions,
    };
    check(permit.actor(), &made, &change.roles().await?)?;
    change.put_role(&made).await?;
    let act = Act::RoleMade {
        name: made.name,
        permissions: made.permissions,
    };
    change.note(desk, &permit.actor().by, &act).await?;
    change.commit().await?;
    Ok(made.id)
}

/// Renames a role, or changes what it allows.
///
/// # Errors
/// [`TeamRefusal`]; the database.
pub async fn edit(
    desk: &Desk,
    permit: &Permit<'_, ManageTeam>,
    id: &str,
    name: &str,
    permissions: Permissions,
) -> Result<(), TeamFailure> {
    let mut change = begin(desk, &permit.scope().organization_id).await?;
    let was = own(role(&mut change, id).await)?;
    team::within(permit.actor(), &was.permissions)?;
    let now = Role {
        id: was.id.clone(),
        name: team::name(name)?,
        permissions,
    };
    check(permit.actor(), &now, &change.roles().await?)?;
    if now == was {
        return Ok(());
    }
    change.put_role(&now).await?;
    let act = Act::RoleChanged {
        added: &now.permissions - &was.permissions,
        removed: &was.permissions - &now.permissions,
        from: was.name,
        name: now.name,
    };
    change.note(desk, &permit.actor().by, &act).await?;
    Ok(change.commit().await?)
}

/// Deletes a role that nobody has or is invited with.
///
/// # Errors
/// [`TeamRefusal`]; the database.
pub async fn delete(
    desk: &Desk,
    permit: &Permit<'_, ManageTeam>,
    id: &str,
) -> Result<(), TeamFailure> {
    let mut change = begin(desk, &permit.scope().organization_id).await?;
    let was = own(role(&mut change, id).await)?;
    team::within(permit.actor(), &was.permissions)?;
    let people = change.people_with(id).await?;
    if people > 0 {
        return Err(TeamRefusal::RoleInUse { people }.into());
    }
    change.delete_role(id).await?;
    let act = Act::RoleDeleted { name: was.name };
    change.note(desk, &permit.actor().by, &act).await?;
    Ok(change.commit().await?)
}

/// A role that may be changed at all.
fn own(found: Result<Role, TeamFailure>) -> Result<Role, TeamFailure> {
    match found {
        Err(TeamFailure::Refused(TeamRefusal::RoleUnknown { .. })) => Err(TeamRefusal::Gone.into()),
        Ok(role) if is_built_in(&role) => Err(TeamRefusal::RoleBuiltIn.into()),
        other => other,
    }
}

fn check(actor: &Actor, role: &Role, others: &[Role]) -> Result<(), TeamRefusal> {
    team::grantable(actor, &role.permissions)?;
    let name = role.name.to_lowercase();
    let is_taken = others
        .iter()
        .any(|other| other.id != role.id && other.name.to_lowercase() == name);
    if is_taken {
        let name = role.name.clone();
        return Err(TeamRefusal::NameTaken { name });
    }
    Ok(())
}
