//! What customs would stumble over in a parcel that is about to be sent, and the numbers an organization is registered
//! under. Checking changes nothing: rates are asked for, and no more.

use domain::customs::consignment::{Draft, of_order};
use domain::customs::tax_ids::{Scheme, TaxIds};
use domain::customs::{Finding, currencies, findings};
use domain::ids::OrderId;

use crate::desk::Desk;
use crate::exchange_rates::asked;
use crate::failure::Failure;
use crate::orders;
use crate::permit::{ManageSettings, Permit, ViewOrders};
use crate::ports::Rates;
use crate::settings_log::Act;
use crate::store::StoreError;

/// The findings about what is to be sent of an order, what matters most first. A rate that nobody says is told as a
/// finding where it matters, and stops nothing.
///
/// # Errors
/// [`Failure::NotFound`]; the database.
pub async fn check(
    desk: &Desk,
    rates: &dyn Rates,
    permit: &Permit<'_, ViewOrders>,
    order: &OrderId,
    draft: &Draft,
) -> Result<Vec<Finding>, Failure> {
    let order = orders::load(desk, permit, order).await?;
    let here = &permit.scope().organization_id;
    let tax_ids = desk.store().settings(here).await?.tax_ids;
    let organizations = desk.store().organizations().await?;
    let own = organizations.into_iter().find(|(id, _)| id == here);
    let seller = own.map(|(_, name)| name).unwrap_or_default();
    let mut consignment = of_order(&order, draft, &seller, &tax_ids);
    for wanted in currencies(&consignment) {
        let known = asked(rates, consignment.currency, wanted, desk.now()).await;
        consignment.rates.extend(known);
    }
    Ok(findings(&consignment))
}

/// The numbers an organization is registered under.
///
/// # Errors
/// The database.
pub async fn tax_ids(
    desk: &Desk,
    permit: &Permit<'_, ManageSettings>,
) -> Result<TaxIds, StoreError> {
    let organization = &permit.scope().organization_id;
    Ok(desk.store().settings(organization).await?.tax_ids)
}

/// Sets them, for what is checked from then on; each that changes is an entry of the log.
///
/// # Errors
/// A refusal naming the registration whose number cannot be; the database.
pub async fn set_tax_ids(
    desk: &Desk,
    permit: &Permit<'_, ManageSettings>,
    to: TaxIds,
) -> Result<(), Failure> {
    let to = to.checked()?;
    let change = desk.store().change(&permit.scope().organization_id).await?;
    let Some(mut change) = change else {
        return Ok(());
    };
    let from = std::mem::replace(&mut change.settings.tax_ids, to.clone());
    if from == to {
        return Ok(());
    }
    for scheme in Scheme::ALL {
        let number = |ids: &TaxIds| ids.get(scheme).unwrap_or_default().to_owned();
        let (from, to) = (number(&from), number(&to));
        if from != to {
            let act = Act::TaxIdChanged { scheme, from, to };
            change.note(desk, &permit.actor().by, &act).await?;
        }
    }
    change.save().await?;
    change.commit().await?;
    Ok(())
}
