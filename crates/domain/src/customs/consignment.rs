//! A consignment made of an order: what of it is sent, and what the label's page says otherwise.

use super::overrides::Override;
use super::tax_ids::TaxIds;
use super::{Collected, Consignment, Line, Service};
use crate::address::Address;
use crate::coverage::Cover;
use crate::ids::ItemId;
use crate::order::{Declaration, Item, Order};

/// What is to be sent of an order, before there is a label.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Draft {
    /// The country it is sent from, ISO 3166-1 alpha-2.
    pub from: String,
    /// What goes in, and how many of each.
    pub items: Vec<(ItemId, u32)>,
    /// What customs is told instead of what the order says.
    pub declared: Vec<(ItemId, Declaration)>,
    /// Where it goes, where that is not the order's ship-to.
    pub ship_to: Option<Address>,
    /// On the scales, in grams.
    pub weight_g: u32,
    /// What the carrier's service does; none while none is chosen.
    pub service: Option<Service>,
    /// What someone answers for.
    pub overrides: Vec<Override>,
}

/// What customs is to be told of a draft. Items that the order does not have are left out: buying refuses them.
pub fn of_order(order: &Order, draft: &Draft, seller: &str, tax_ids: &TaxIds) -> Consignment {
    let lines = draft.items.iter().filter_map(|(id, quantity)| {
        let item = order.item(id)?;
        let otherwise = draft.declared.iter().find(|(known, _)| known == id);
        let declared = otherwise.map_or(&item.declared, |(_, declared)| declared);
        // With a discount on the order the price of one thing is no longer what was paid for it.
        let is_full_price = order.amounts.discounts_minor == 0;
        Some(line(item, declared, *quantity, is_full_price))
    });
    Consignment {
        from: draft.from.clone(),
        to: draft
            .ship_to
            .clone()
            .unwrap_or_else(|| order.ship_to.clone()),
        lines: lines.collect(),
        currency: order.currency(),
        paid_in: order.currency(),
        declared_minor: None,
        weight_g: draft.weight_g,
        is_for_resale: false,
        service: draft.service.clone(),
        collected: Collected {
            duties_minor: order.amounts.duties_minor,
            taxes_minor: order.amounts.taxes_minor,
        },
        is_guaranteed: matches!(
            order.coverage.guarantee.state,
            Cover::Covered | Cover::AtRisk
        ),
        seller: seller.to_owned(),
        tax_ids: tax_ids.clone(),
        rates: Vec::new(),
        overrides: draft.overrides.clone(),
    }
}

fn line(item: &Item, declared: &Declaration, quantity: u32, is_full_price: bool) -> Line {
    Line {
        item: item.id.clone(),
        sku: item.sku.clone(),
        description: declared.description.clone(),
        hs_code: declared.hs_code.clone(),
        origin: declared.origin.clone(),
        quantity,
        unit_price_minor: declared.unit_price_minor,
        paid_minor: is_full_price.then_some(item.unit_price_minor),
        weight_g: item.weight_g,
        hazards: std::collections::BTreeSet::new(),
    }
}
