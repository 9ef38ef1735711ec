//! What is in which box of a shipment, told in the shop's words: an item by its identifier or its stock-keeping unit.

use crate::cartons::MAX_SIDE_MM;
use crate::edits::check_unshipped;
use crate::ids::ItemId;
use crate::intake::MAX_NAME;
use crate::order::{Declaration, Item, Order};
use crate::refusal::{Problem, Refusal};
use crate::shipment::{Parcel, Tracking};
use crate::shipment_details::{Carton, Handling};
use crate::text::optional_text;

/// The most boxes of one shipment.
pub const MAX_SHIPMENT_CARTONS: usize = 100;

/// The most one box weighs, in grams.
pub const MAX_CARTON_G: u32 = 10_000_000;

/// An item of a box, as it is asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ItemAsk {
    /// Its identifier or its stock-keeping unit.
    pub reference: String,
    /// How many; all that are left where nothing is said.
    pub quantity: Option<u32>,
    /// The HS code, where customs is told another one.
    pub hs_code: Option<String>,
    /// The origin, where customs is told another one.
    pub origin: Option<String>,
    /// What the label calls it.
    pub label_name: String,
}

/// A box, as it is asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CartonAsk {
    /// Sides and weight; 0 where nobody said.
    pub parcel: Parcel,
    /// What is in it; of the only box all that is left where nothing is said.
    pub items: Vec<ItemAsk>,
    /// Its own number.
    pub tracking: String,
    /// What the carrier has to know of it.
    pub handling: Handling,
}

/// Boxes with what is in them.
pub(crate) struct Packed<'a> {
    asked: Vec<(ItemId, &'a ItemAsk)>,
    /// All that is in them, each item once.
    pub items: Vec<(ItemId, u32)>,
    /// The boxes as they are kept.
    pub cartons: Vec<Carton>,
    /// The numbers that were told with them.
    pub numbers: Vec<Tracking>,
}

impl Order {
    /// The item that a shop's words name: its identifier, else the only one with this stock-keeping unit.
    ///
    /// # Errors
    /// [`Refusal::Invalid`] of `field`: none is, or several are.
    pub fn item_named(&self, reference: &str, field: &str) -> Result<&Item, Refusal> {
        let reference = reference.trim();
        let by_id = self.items.iter().find(|item| item.id.0 == reference);
        if let Some(item) = by_id {
            return Ok(item);
        }
        let mut with_sku = self.items.iter();
        let mut with_sku = with_sku.by_ref().filter(|item| item.sku == reference);
        let given = reference.to_owned();
        match (with_sku.next(), with_sku.next()) {
            _ if reference.is_empty() => Err(Refusal::invalid(field, Problem::Missing)),
            (Some(item), None) => Ok(item),
            (Some(_), Some(_)) => {
                let expected =
                    "the name of one item: several have it; give the item's id".to_owned();
                let problem = Problem::Malformed { given, expected };
                Err(Refusal::invalid(field, problem))
            }
            (None, _) => Err(Refusal::invalid(field, Problem::Unknown { given })),
        }
    }
}

/// Finds what is meant, and refuses what is not there or already sent.
///
/// # Errors
/// The first field that cannot be, or more of an item than is in no shipment.
pub(crate) fn pack<'a>(order: &Order, cartons: &'a [CartonAsk]) -> Result<Packed<'a>, Refusal> {
    if cartons.len() > MAX_SHIPMENT_CARTONS {
        let max = MAX_SHIPMENT_CARTONS;
        return Err(Refusal::invalid(
            "shipment_cartons",
            Problem::TooMany { max },
        ));
    }
    let mut packed = Packed {
        asked: Vec::new(),
        items: Vec::new(),
        cartons: Vec::new(),
        numbers: Vec::new(),
    };
    for (index, asked) in cartons.iter().enumerate() {
        let field = format!("shipment_cartons[{index}]");
        let items = match asked.items.is_empty() {
            true if cartons.len() == 1 => order.all_unshipped(),
            true => {
                return Err(Refusal::invalid(
                    &format!("{field}.items"),
                    Problem::Missing,
                ));
            }
            false => packed.fill(order, asked, &field)?,
        };
        let label_names = label_names(order, asked, &field)?;
        packed.keep(asked, items, label_names, &field)?;
    }
    if cartons.is_empty() {
        packed.items = order.all_unshipped();
    }
    check_unshipped(order, &packed.items)?;
    Ok(packed)
}

impl<'a> Packed<'a> {
    /// What goes into a box, by what is left after those before it.
    fn fill(
        &mut self,
        order: &Order,
        asked: &'a CartonAsk,
        field: &str,
    ) -> Result<Vec<(ItemId, u32)>, Refusal> {
        let mut items: Vec<(ItemId, u32)> = Vec::new();
        for (index, ask) in asked.items.iter().enumerate() {
            let reference = format!("{field}.items[{index}].item_reference");
            let id = order.item_named(&ask.reference, &reference)?.id.clone();
            if items.iter().any(|(known, _)| *known == id) {
                let given = ask.reference.clone();
                return Err(Refusal::invalid(&reference, Problem::Twice { given }));
            }
            let before = self.items.iter().find(|(known, _)| *known == id);
            let taken = before.map_or(0, |(_, quantity)| *quantity);
            let left = order.unshipped(&id).saturating_sub(taken);
            let quantity = ask.quantity.unwrap_or(left);
            if quantity == 0 && ask.quantity.is_none() {
                let (item, asked) = (id, 1);
                return Err(Refusal::QuantityExceeds { item, asked, left });
            }
            if quantity == 0 {
                let of = format!("{field}.items[{index}].quantity");
                return Err(Refusal::invalid(&of, Problem::NotPositive));
            }
            if quantity > left {
                let (item, asked) = (id, quantity);
                return Err(Refusal::QuantityExceeds { item, asked, left });
            }
            items.push((id.clone(), quantity));
            self.asked.push((id, ask));
        }
        Ok(items)
    }

    fn keep(
        &mut self,
        asked: &CartonAsk,
        items: Vec<(ItemId, u32)>,
        label_names: Vec<(ItemId, String)>,
        field: &str,
    ) -> Result<(), Refusal> {
        check_parcel(asked.parcel, field)?;
        for (id, quantity) in &items {
            match self.items.iter_mut().find(|(known, _)| known == id) {
                Some((_, sum)) => *sum += quantity,
                None => self.items.push((id.clone(), *quantity)),
            }
        }
        let mut tracking = String::new();
        if !asked.tracking.trim().is_empty() {
            let told = Tracking {
                number: asked.tracking.clone(),
                carrier: String::new(),
            };
            let told = crate::ship::checked_tracking(&told)?;
            tracking.clone_from(&told.number);
            self.numbers.push(told);
        }
        let handling = Handling {
            services: each_once(&asked.handling.services),
            ..asked.handling.clone()
        };
        self.cartons.push(Carton {
            parcel: asked.parcel,
            items,
            tracking,
            handling,
            label_names,
        });
        Ok(())
    }

    /// What customs is told that the order does not say; an item stands twice where it is told in two ways.
    pub(crate) fn declared(&self, order: &Order) -> Vec<(ItemId, Declaration)> {
        let mut declared: Vec<(ItemId, Declaration)> = Vec::new();
        for (id, ask) in &self.asked {
            let Some(item) = order.item(id) else {
                continue;
            };
            if ask.hs_code.is_none() && ask.origin.is_none() {
                continue;
            }
            let mut to = item.declared.clone();
            if let Some(hs_code) = &ask.hs_code {
                to.hs_code.clone_from(hs_code);
            }
            if let Some(origin) = &ask.origin {
                to.origin.clone_from(origin);
            }
            if !declared.contains(&(id.clone(), to.clone())) {
                declared.push((id.clone(), to));
            }
        }
        declared
    }
}

fn label_names(
    order: &Order,
    asked: &CartonAsk,
    field: &str,
) -> Result<Vec<(ItemId, String)>, Refusal> {
    let mut names = Vec::new();
    for (index, ask) in asked.items.iter().enumerate() {
        let of = format!("{field}.items[{index}].label_name");
        let name = optional_text(&ask.label_name, &of, MAX_NAME)?;
        if !name.is_empty() {
            let item = order.item_named(&ask.reference, &of)?;
            names.push((item.id.clone(), name));
        }
    }
    Ok(names)
}

/// The same, without what stands there twice.
pub(crate) fn each_once<T: Copy + PartialEq>(all: &[T]) -> Vec<T> {
    let mut once = Vec::new();
    for one in all {
        if !once.contains(one) {
            once.push(*one);
        }
    }
    once
}

/// Refuses boxes that nobody carries; what is not said passes.
fn check_parcel(parcel: Parcel, field: &str) -> Result<(), Refusal> {
    let bounds = [
        (parcel.length_mm, "length", MAX_SIDE_MM, "mm"),
        (parcel.width_mm, "width", MAX_SIDE_MM, "mm"),
        (parcel.height_mm, "height", MAX_SIDE_MM, "mm"),
        (parcel.weight_g, "weight", MAX_CARTON_G, "g"),
    ];
    for (value, name, max, unit) in bounds {
        if value > max {
            let given = format!("{value} {unit}");
            let expected = format!("a box of at most {max} {unit}");
            let problem = Problem::Malformed { given, expected };
            return Err(Refusal::invalid(&format!("{field}.{name}"), problem));
        }
    }
    Ok(())
}
