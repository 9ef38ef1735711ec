//! What an e-mail may say of its order or of its reader.

use domain::ids::{ItemId, MailId};
use domain::money::Money;
use domain::order::{Order, OrderStatus};
use domain::refund::Refund;
use domain::shipment::Shipment;
use minijinja::Value;
use serde::Serialize;

use crate::amounts::money;
use crate::labels::{Labels, button, labels};
use crate::{Kind, Language};

/// Who writes.
#[derive(Clone, Debug)]
pub struct Shop<'a> {
    /// The organization's name.
    pub name: &'a str,
}

/// What the layout shows, and what the words may name.
#[derive(Clone, Debug, Serialize)]
pub struct Facts {
    language: &'static str,
    shop: String,
    label: Labels,
    /// Label and value, below the text.
    details: Vec<(&'static str, String)>,
    /// How many and what.
    items: Vec<(u32, String)>,
    /// Carrier and number.
    tracking: Vec<(String, String)>,
    /// What the link is called, and where it leads.
    button: Option<(&'static str, String)>,
    #[serde(skip)]
    names: Vec<(&'static str, Value)>,
}

impl Facts {
    /// What words can name, each with its value here.
    pub fn named(&self) -> &[(&'static str, Value)] {
        &self.names
    }

    pub(crate) fn names(&self) -> Value {
        self.names.iter().cloned().collect()
    }
}

/// The facts of an e-mail to the shopper. Which refund or shipment it is about stands in the mail's identifier; where
/// it names none of the order's, the last one is taken, as for an example.
pub fn order(order: &Order, id: &MailId, kind: Kind, shop: &Shop<'_>) -> Facts {
    let language = Language::of(&order.language);
    let label = labels(language);
    let about = domain::mails::about(id);
    let refund = about_refund(order, about);
    let returned = match kind {
        Kind::Cancellation => canceled_minor(order),
        Kind::Refund => refund.map_or(order.returned_minor(), |refund| refund.parts.total_minor()),
        _ => 0,
    };
    let amount = match returned {
        0 => String::new(),
        minor => money(&order.language, Money::new(minor, order.currency())),
    };
    let number = order
        .number
        .clone()
        .unwrap_or_else(|| order.desk_number.to_string());
    let mut details = vec![(label.order, number.clone())];
    if !amount.is_empty() {
        details.push((label.refunded, amount.clone()));
        details.push((label.arrives, label.days.to_owned()));
    }
    let shipment = about_shipment(order, about).filter(|_| kind == Kind::Shipment);
    let items = match (kind, refund, shipment) {
        (Kind::Refund, Some(refund), _) => picked(order, &refund.items),
        (Kind::Shipment, _, Some(shipment)) => picked(order, &shipment.items),
        (Kind::Cancellation, ..) => all(order),
        _ => Vec::new(),
    };
    let is_free = kind == Kind::Cancellation && order.is_paid_here() && order.captured_minor() == 0;
    let names = vec![
        ("shop", Value::from(shop.name)),
        ("name", Value::from(reader(order))),
        ("number", Value::from(number)),
        ("amount", Value::from(amount)),
        ("days", Value::from(label.days)),
        ("is_free", Value::from(is_free)),
        (
            "is_canceled",
            Value::from(order.status == OrderStatus::Canceled),
        ),
        ("city", Value::from(order.ship_to.city.clone())),
    ];
    Facts {
        language: language.tag(),
        shop: shop.name.to_owned(),
        label,
        details,
        items,
        tracking: shipment.map_or_else(Vec::new, tracking),
        button: None,
        names,
    }
}

/// What an e-mail to someone of the team says.
#[derive(Clone, Debug)]
pub struct Account<'a> {
    /// What they are called; empty where nobody knows yet.
    pub name: &'a str,
    /// Their address.
    pub email: &'a str,
    /// Who made it be sent: who invited them.
    pub by: &'a str,
    /// Where it leads; empty where it leads nowhere.
    pub link: &'a str,
    /// A BCP 47 tag.
    pub language: &'a str,
}

/// The facts of an e-mail to someone of the team.
pub fn account(account: &Account<'_>, kind: Kind, shop: &Shop<'_>) -> Facts {
    let language = Language::of(account.language);
    let names = vec![
        ("shop", Value::from(shop.name)),
        ("name", Value::from(account.name)),
        ("email", Value::from(account.email)),
        ("by", Value::from(account.by)),
    ];
    let has_link = !account.link.is_empty();
    Facts {
        language: language.tag(),
        shop: shop.name.to_owned(),
        label: labels(language),
        details: Vec::new(),
        items: Vec::new(),
        tracking: Vec::new(),
        button: has_link.then(|| (button(kind, language), account.link.to_owned())),
        names,
    }
}

fn about_refund<'a>(order: &'a Order, about: &str) -> Option<&'a Refund> {
    let found = order.refunds.iter().find(|one| one.id.as_str() == about);
    found.or_else(|| order.refunds.last())
}

fn about_shipment<'a>(order: &'a Order, about: &str) -> Option<&'a Shipment> {
    let found = order.shipments.iter().find(|one| one.id.as_str() == about);
    found.or_else(|| order.shipments.last())
}

/// What the cancellation itself returned.
fn canceled_minor(order: &Order) -> i64 {
    let Some(canceled) = &order.cancellation else {
        return 0;
    };
    let of_it = order
        .refunds
        .iter()
        .filter(|refund| canceled.refunds.contains(&refund.id) && refund.is_returned());
    of_it.map(|refund| refund.parts.total_minor()).sum()
}

/// The given name of who bought, else of who receives.
fn reader(order: &Order) -> &str {
    let names = [&order.bill_to.first_name, &order.ship_to.first_name];
    let known = names.into_iter().find(|name| !name.trim().is_empty());
    known.map_or("", |name| name.trim())
}

fn picked(order: &Order, items: &[(ItemId, u32)]) -> Vec<(u32, String)> {
    let name = |id: &ItemId| order.item(id).map(|item| item.name.clone());
    let named = |(id, quantity): &(ItemId, u32)| Some((*quantity, name(id)?));
    items.iter().filter_map(named).collect()
}

fn all(order: &Order) -> Vec<(u32, String)> {
    let items = order.items.iter().filter(|item| item.remaining() > 0);
    items
        .map(|item| (item.remaining(), item.name.clone()))
        .collect()
}

fn tracking(shipment: &Shipment) -> Vec<(String, String)> {
    let numbers = shipment.tracking.iter();
    numbers
        .map(|tracking| (tracking.carrier.clone(), tracking.number.clone()))
        .collect()
}
