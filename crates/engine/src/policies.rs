//! What an organization asks before money goes back or an order is canceled: what it has set, and what of it holds for
//! whoever asks.

use std::collections::BTreeMap;

use domain::actor::ActorKind;
use domain::command::Command;
use domain::ids::PersonId;
use domain::money::{Currency, Money};
use domain::policy::{API_KEYS, Policies, Policy, SUPPORT};

use crate::desk::Desk;
use crate::failure::Failure;
use crate::people::Role;
use crate::permit::{ManageSettings, Permit};
use crate::settings_log::Act;
use crate::store::StoreError;

/// What is set, and the roles that it can be set for; programs and operator support are roles here too.
#[derive(Clone, Debug)]
pub struct Shown {
    /// What is set.
    pub policies: Policies,
    /// Identifier and name of each role; those of [`API_KEYS`] and [`SUPPORT`] are the same.
    pub roles: Vec<(String, String)>,
}

/// What the settings page shows.
///
/// # Errors
/// The database.
pub async fn shown(desk: &Desk, permit: &Permit<'_, ManageSettings>) -> Result<Shown, StoreError> {
    let organization = &permit.scope().organization_id;
    let policies = desk.store().settings(organization).await?.policies;
    let mut roles = desk.store().roles(organization).await?;
    roles.sort_by_key(|role| !crate::roles::is_built_in(role));
    let named = |role: Role| (role.id, role.name);
    let mut roles: Vec<_> = roles.into_iter().map(named).collect();
    roles.extend([API_KEYS, SUPPORT].map(|id| (id.to_owned(), id.to_owned())));
    Ok(Shown { policies, roles })
}

/// Sets the policies of what is asked for from now on; what waits already keeps what it waits for.
///
/// # Errors
/// A refusal naming the field; the database.
pub async fn set(
    desk: &Desk,
    permit: &Permit<'_, ManageSettings>,
    policies: Policies,
) -> Result<(), Failure> {
    let to = policies.checked()?;
    let change = desk.store().change(&permit.scope().organization_id).await?;
    let Some(mut change) = change else {
        return Ok(());
    };
    let from = std::mem::replace(&mut change.settings.policies, to.clone());
    let roles = change.roles().await?;
    let acts = differences(&from, &to, &roles);
    if acts.is_empty() {
        return Ok(());
    }
    for act in &acts {
        change.note(desk, &permit.actor().by, act).await?;
    }
    change.save().await?;
    change.commit().await?;
    Ok(())
}

/// What the log says of it: each limit by itself, under the name its role has now.
fn differences(from: &Policies, to: &Policies, roles: &[Role]) -> Vec<Act> {
    let mut acts = Vec::new();
    if from.undo_s != to.undo_s {
        acts.push(Act::UndoChanged {
            from_s: from.undo_s,
            to_s: to.undo_s,
        });
    }
    let (was, is) = (limits(from), limits(to));
    let mut places: Vec<_> = was.keys().chain(is.keys()).collect();
    places.sort_unstable();
    places.dedup();
    for place @ (id, currency) in places {
        let money = |minor: &i64| Money::new(*minor, *currency);
        let (from, to) = (was.get(place).map(money), is.get(place).map(money));
        if from != to {
            let known = roles.iter().find(|role| role.id == *id);
            let role = known.map_or_else(|| id.clone(), |role| role.name.clone());
            acts.push(Act::LimitChanged { role, from, to });
        }
    }
    acts
}

fn limits(policies: &Policies) -> BTreeMap<(String, Currency), i64> {
    let roles = policies.approval_above_minor.iter();
    let each = roles.flat_map(|(role, limits)| {
        let of_role = |(currency, minor): (&Currency, &i64)| ((role.clone(), *currency), *minor);
        limits.iter().map(of_role)
    });
    each.collect()
}

/// What holds for whoever asks, whatever they ask for.
///
/// # Errors
/// The database.
pub async fn of<G>(
    desk: &Desk,
    permit: &Permit<'_, G>,
    can_be_undone: bool,
) -> Result<Policy, StoreError> {
    let organization = &permit.scope().organization_id;
    let policies = desk.store().settings(organization).await?.policies;
    // Most desks have no limits, and need not look for a role.
    if policies.approval_above_minor.is_empty() {
        return Ok(policies.of_role("", can_be_undone));
    }
    let by = &permit.actor().by;
    let role = match by.kind {
        ActorKind::Person => {
            let person = PersonId(by.id.clone());
            let role = desk.store().role_of(organization, &person).await?;
            role.map(|role| role.id).unwrap_or_default()
        }
        ActorKind::ApiKey => API_KEYS.to_owned(),
        ActorKind::Support => SUPPORT.to_owned(),
        ActorKind::Shop | ActorKind::Provider | ActorKind::Carrier | ActorKind::Desk => {
            String::new()
        }
    };
    Ok(policies.of_role(&role, can_be_undone))
}

/// As [`of`], for a command: what no policy speaks of needs no look at them.
pub(crate) async fn of_command<G>(
    desk: &Desk,
    permit: &Permit<'_, G>,
    command: &Command,
    can_be_undone: bool,
) -> Result<Policy, StoreError> {
    match command {
        Command::Cancel { .. }
        | Command::Refund(_)
        | Command::RetryRefund { .. }
        | Command::SettleRefund { .. }
        | Command::Approve { .. }
        | Command::Decline { .. } => of(desk, permit, can_be_undone).await,
        _ => Ok(Policy::none()),
    }
}
