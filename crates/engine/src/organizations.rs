//! Retailers: what each has set, and the views every new one begins with.

use domain::fees::FeeTerms;
use domain::filter::{Filter, Sort};
use domain::ids::{OrganizationId, ViewId};
use domain::money::Currency;
use domain::order::{Fulfilment, OrderStatus};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::desk::Desk;
use crate::people::{ADMIN, MEMBER, Role};
use crate::store::StoreError;
use crate::store::views::SavedView;

/// What an organization has set.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Settings {
    /// What it is billed in.
    pub base_currency: Currency,
    /// The fees of orders that are taken in from now on (R8).
    pub fees: FeeTerms,
    /// The address its e-mails come from.
    pub mail_from: String,
    /// The address that answers to them go to; empty for where they come from.
    pub mail_reply_to: String,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            base_currency: Currency::USD,
            fees: FeeTerms::default(),
            mail_from: "orders@localhost".to_owned(),
            mail_reply_to: String::new(),
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
