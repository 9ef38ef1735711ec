//! Retailers: what each has set, and the views every new one begins with.

use domain::capture::CaptureRule;
use domain::fees::FeeTerms;
use domain::filter::{Filter, Sort};
use domain::ids::{OrganizationId, ViewId};
use domain::landed_cost::terms::Terms;
use domain::money::Currency;
use domain::order::{Fulfilment, OrderStatus};
use domain::places::Place;
use domain::policy::Policies;
use domain::team::{self, TeamRefusal};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::desk::Desk;
use crate::failure::Failure;
use crate::people::{ADMIN, MEMBER, Role};
use crate::permit::{ManageSettings, Permit};
use crate::settings_log::Act;
use crate::store::StoreError;
use crate::store::views::SavedView;
use crate::team::{TeamFailure, begin};

/// What an organization has set.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Settings {
    /// What it is billed in.
    pub base_currency: Currency,
    /// The fees of orders that are taken in from now on (R8).
    pub fees: FeeTerms,
    /// When what is held on a card is taken, for orders that are taken in from now on.
    pub capture: CaptureRule,
    /// What it asks before money goes back or an order is canceled.
    pub policies: Policies,
    /// Fees, guarantee and boxes of landed costs that are quoted from now on.
    pub landed_cost: Terms,
    /// Where its parcels leave from.
    pub places: Vec<Place>,
    /// The address its e-mails come from.
    pub mail_from: String,
    /// The address that answers to them go to; empty for where they come from.
    pub mail_reply_to: String,
    /// Whether everybody has to have a second factor.
    pub second_factor: SecondFactor,
}

/// Whether people of an organization choose to have a second factor, or have to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SecondFactor {
    /// Each chooses.
    #[default]
    Optional,
    /// Who has none sets it up before anything else.
    Required,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            base_currency: Currency::USD,
            fees: FeeTerms::default(),
            capture: CaptureRule::default(),
            policies: Policies::default(),
            landed_cost: Terms::default(),
            places: Vec::new(),
            mail_from: "orders@localhost".to_owned(),
            mail_reply_to: String::new(),
            second_factor: SecondFactor::default(),
        }
    }
}

/// A retailer as it is made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Organization {
    /// Its identifier.
    pub id: OrganizationId,
    /// What it is called.
    pub name: String,
    /// What it has set.
    pub settings: Settings,
    /// Where its desk numbers begin.
    pub first_desk_number: u64,
    /// When it was made.
    pub created_at: Timestamp,
}

/// Where desk numbers begin, so that they all have the same length for long.
const FIRST_DESK_NUMBER: u64 = 10_001;

/// Makes an organization with its roles and the views every list begins with.
///
/// # Errors
/// The database.
pub async fn create(
    desk: &Desk,
    name: &str,
    settings: Settings,
) -> Result<OrganizationId, StoreError> {
    let organization = Organization {
        id: OrganizationId(desk.ids().fresh(OrganizationId::PREFIX, desk.now())),
        name: name.to_owned(),
        settings,
        first_desk_number: FIRST_DESK_NUMBER,
        created_at: desk.now(),
    };
    desk.store().insert_organization(&organization).await?;
    for role in [Role::built_in(ADMIN), Role::built_in(MEMBER)] {
        desk.store().put_role(&organization.id, &role).await?;
    }
    for (place, (name, filter)) in first_views().into_iter().enumerate() {
        let view = SavedView {
            id: ViewId(format!("{}{name}", ViewId::PREFIX)),
            person_id: None,
            name: name.to_owned(),
            filter,
            sort: Sort::default(),
            place: i64::try_from(place).unwrap_or(i64::MAX),
        };
        desk.store()
            .save_view(&organization.id, &view, desk.now().as_microsecond())
            .await?;
    }
    Ok(organization.id)
}

/// What an organization is called, and what it has set.
///
/// # Errors
/// There is no such organization any more; the database.
pub async fn settings(
    desk: &Desk,
    permit: &Permit<'_, ManageSettings>,
) -> Result<(String, Settings), TeamFailure> {
    let here = &permit.scope().organization_id;
    let organizations = desk.store().organizations().await?;
    let name = organizations.into_iter().find(|(id, _)| id == here);
    let (_, name) = name.ok_or(TeamRefusal::Gone)?;
    Ok((name, desk.store().settings(here).await?))
}

/// Renames an organization, and says where its e-mails come from and where answers go; nowhere else where
/// `mail_reply_to` is empty.
///
/// # Errors
/// [`TeamRefusal`] naming the field; the database.
pub async fn describe(
    desk: &Desk,
    permit: &Permit<'_, ManageSettings>,
    name: &str,
    mail_from: &str,
    mail_reply_to: &str,
) -> Result<(), TeamFailure> {
    let (name, mail_from) = (team::name(name)?, team::email(mail_from)?);
    let mail_reply_to = match mail_reply_to.trim() {
        "" => String::new(),
        given => team::email(given).map_err(|_| TeamRefusal::ReplyToMalformed {
            given: given.to_owned(),
        })?,
    };
    let mut change = begin(desk, &permit.scope().organization_id).await?;
    let by = &permit.actor().by;
    let from = std::mem::replace(&mut change.name, name.clone());
    if from != name {
        let act = Act::Renamed { from, to: name };
        change.note(desk, by, &act).await?;
    }
    let from = std::mem::replace(&mut change.settings.mail_from, mail_from.clone());
    if from != mail_from {
        let act = Act::MailFromChanged {
            from,
            to: mail_from,
        };
        change.note(desk, by, &act).await?;
    }
    let from = std::mem::replace(&mut change.settings.mail_reply_to, mail_reply_to.clone());
    if from != mail_reply_to {
        let act = Act::ReplyToChanged {
            from,
            to: mail_reply_to,
        };
        change.note(desk, by, &act).await?;
    }
    change.save().await?;
    Ok(change.commit().await?)
}

/// Says whether everybody of an organization has to have a second factor; it holds from their next page on.
///
/// # Errors
/// There is no such organization any more; the database.
pub async fn require_second_factor(
    desk: &Desk,
    permit: &Permit<'_, ManageSettings>,
    to: SecondFactor,
) -> Result<(), TeamFailure> {
    let mut change = begin(desk, &permit.scope().organization_id).await?;
    let from = std::mem::replace(&mut change.settings.second_factor, to);
    if from != to {
        let act = Act::SecondFactorRequired { from, to };
        change.note(desk, &permit.actor().by, &act).await?;
        change.save().await?;
        change.commit().await?;
    }
    Ok(())
}

/// Sets the fees of orders that are taken in from now on (R8); those that are here keep theirs.
///
/// # Errors
/// A refusal naming the rate; the database.
pub async fn set_fees(
    desk: &Desk,
    permit: &Permit<'_, ManageSettings>,
    terms: FeeTerms,
) -> Result<(), Failure> {
    let to = terms.checked()?;
    let change = desk.store().change(&permit.scope().organization_id).await?;
    let Some(mut change) = change else {
        return Ok(());
    };
    let from = std::mem::replace(&mut change.settings.fees, to);
    if from != to {
        let act = Act::FeesChanged { from, to };
        change.note(desk, &permit.actor().by, &act).await?;
        change.save().await?;
        change.commit().await?;
    }
    Ok(())
}

/// Sets when what is held on a card is taken, for orders that are taken in from now on; those that are here keep theirs.
///
/// # Errors
/// A refusal naming the hours; the database.
pub async fn set_capture(
    desk: &Desk,
    permit: &Permit<'_, ManageSettings>,
    rule: CaptureRule,
) -> Result<(), Failure> {
    let to = rule.checked()?;
    let change = desk.store().change(&permit.scope().organization_id).await?;
    let Some(mut change) = change else {
        return Ok(());
    };
    let from = std::mem::replace(&mut change.settings.capture, to);
    if from != to {
        let act = Act::CaptureChanged { from, to };
        change.note(desk, &permit.actor().by, &act).await?;
        change.save().await?;
        change.commit().await?;
    }
    Ok(())
}

/// The views every organization begins with; their names are message keys.
fn first_views() -> Vec<(&'static str, Filter)> {
    let status = |status: &[OrderStatus]| Filter {
        status: status.to_vec(),
        ..Filter::default()
    };
    vec![
        ("all", Filter::default()),
        (
            "attention",
            Filter {
                needs_attention: Some(true),
                ..Filter::default()
            },
        ),
        (
            "to_ship",
            status(&[OrderStatus::Open, OrderStatus::PartiallyShipped]),
        ),
        (
            "on_hold",
            status(&[
                OrderStatus::Hold,
                OrderStatus::FraudHold,
                OrderStatus::PaymentPending,
            ]),
        ),
        (
            "shipped",
            Filter {
                fulfilment: vec![Fulfilment::All],
                ..Filter::default()
            },
        ),
        ("canceled", status(&[OrderStatus::Canceled])),
    ]
}
