//! The two promises on an order, and what an edit does to them. They never improve by themselves.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::address::Address;
use crate::event::EventKind;
use crate::order::{Declaration, Order};
use crate::refusal::Refusal;
use crate::text::required_text;

/// Where a promise stands; later ones are worse.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cover {
    /// It holds.
    Covered,
    /// It may not hold; operator support judges.
    AtRisk,
    /// It does not hold any more.
    Void,
    /// It was never given.
    None,
}

/// Which of the two.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Promise {
    /// An approved order's chargebacks are covered.
    FraudProtection,
    /// The quoted landed cost holds.
    Guarantee,
}

/// The fact that moved a promise.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "cause", rename_all = "snake_case")]
pub enum Cause {
    /// The ship-to was changed in these fields.
    ShipToChanged {
        /// Names of the fields.
        fields: Vec<String>,
    },
    /// The bill-to was changed in these fields.
    BillToChanged {
        /// Names of the fields.
        fields: Vec<String>,
    },
    /// An item's HS code was changed.
    HsCodeChanged {
        /// From what. Its JSON has its own name: it lies beside the event's own `from`.
        #[serde(rename = "from_code")]
        from: String,
        /// To what.
        #[serde(rename = "to_code")]
        to: String,
    },
    /// An item's declared price was changed.
    PriceChanged,
    /// An item's origin was changed.
    OriginChanged,
    /// The fraud screening declined the order.
    FraudDeclined,
    /// Operator support judged it.
    Judged {
        /// Why.
        note: String,
    },
}

/// One promise: where it stands and what moved it there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Standing {
    /// Where it stands.
    pub state: Cover,
    /// What moved it last, and when.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub moved: Option<(Cause, Timestamp)>,
}

impl Standing {
    /// A promise as it was given, or not.
    pub fn given(is_given: bool) -> Self {
        Self {
            state: if is_given {
                Cover::Covered
            } else {
                Cover::None
            },
            moved: None,
        }
    }
}

/// Both promises.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Coverage {
    /// Fraud protection.
    pub fraud: Standing,
    /// Landed-cost guarantee.
    pub guarantee: Standing,
}

impl Coverage {
    /// One of the two.
    pub fn get(&self, promise: Promise) -> &Standing {
        match promise {
            Promise::FraudProtection => &self.fraud,
            Promise::Guarantee => &self.guarantee,
        }
    }
}

/// A fall of one promise that an edit brings; shown before the edit, recorded with it.
pub type Fall = (Promise, Cover, Cause);

/// Fields that say where a parcel goes and to whom; the rest of an address moves nothing.
const DELIVERY: [&str; 8] = [
    "first_name",
    "last_name",
    "company",
    "line1",
    "line2",
    "city",
    "region",
    "postal_code",
];

/// What a new ship-to does: only the original was approved against fraud, and the quote was for its place (N2, S3).
pub fn ship_to_falls(from: &Address, to: &Address) -> Vec<Fall> {
    let changed = from.differences(to);
    let has = |field: &str| changed.contains(&field);
    let cause = || Cause::ShipToChanged {
        fields: changed.iter().map(|field| (*field).to_owned()).collect(),
    };
    if has("country") {
        return vec![
            (Promise::FraudProtection, Cover::Void, cause()),
            (Promise::Guarantee, Cover::Void, cause()),
        ];
    }
    let mut falls = Vec::new();
    if DELIVERY.iter().any(|field| has(field)) {
        falls.push((Promise::FraudProtection, Cover::AtRisk, cause()));
    }
    // Taxes differ between the regions of a country, and a postal code says which.
    if has("region") || has("postal_code") {
        falls.push((Promise::Guarantee, Cover::AtRisk, cause()));
    }
    falls
}

/// What a new bill-to does: the payer who was approved is another (N2).
pub fn bill_to_falls(from: &Address, to: &Address) -> Vec<Fall> {
    let changed = from.differences(to);
    let is_other = DELIVERY
        .iter()
        .chain(&["country"])
        .any(|field| changed.contains(field));
    let fields = changed.into_iter().map(str::to_owned).collect();
    if is_other {
        vec![(
            Promise::FraudProtection,
            Cover::AtRisk,
            Cause::BillToChanged { fields },
        )]
    } else {
        Vec::new()
    }
}

/// What another declaration of an item does to the guarantee (S3): the weight and the words do nothing.
pub fn declaration_falls(from: &Declaration, to: &Declaration) -> Vec<Fall> {
    /// The digits of an HS code that every country shares.
    const SHARED_DIGITS: usize = 6;
    let mut falls = Vec::new();
    if from.hs_code != to.hs_code {
        let shared = |code: &str| code.get(..SHARED_DIGITS).map(str::to_owned);
        let is_same_heading =
            shared(&from.hs_code).is_some() && shared(&from.hs_code) == shared(&to.hs_code);
        let cover = if is_same_heading {
            Cover::AtRisk
        } else {
            Cover::Void
        };
        let (from, to) = (from.hs_code.clone(), to.hs_code.clone());
        falls.push((Promise::Guarantee, cover, Cause::HsCodeChanged { from, to }));
    }
    if from.unit_price_minor != to.unit_price_minor {
        falls.push((Promise::Guarantee, Cover::Void, Cause::PriceChanged));
    }
    if from.origin != to.origin {
        falls.push((Promise::Guarantee, Cover::AtRisk, Cause::OriginChanged));
    }
    falls
}

/// The events of these falls: a promise that was never given, or is as low already, does not move.
pub fn fall_events(order: &Order, falls: Vec<Fall>) -> Vec<EventKind> {
    let mut events = Vec::new();
    let mut worst = [order.coverage.fraud.state, order.coverage.guarantee.state];
    for (promise, to, cause) in falls {
        let standing = match promise {
            Promise::FraudProtection => &mut worst[0],
            Promise::Guarantee => &mut worst[1],
        };
        if *standing < to {
            let from = std::mem::replace(standing, to);
            events.push(EventKind::CoverageChanged {
                promise,
                from,
                to,
                cause,
            });
        }
    }
    events
}

/// Operator support settles a promise that is at risk: kept, or void.
///
/// # Errors
/// Not at risk: what is void stays void, and what was never given is not given now.
pub fn judge(
    order: &Order,
    promise: Promise,
    keeps: bool,
    note: &str,
) -> Result<Vec<EventKind>, Refusal> {
    let note = required_text(note, "note", crate::refund::MAX_NOTE)?;
    let from = order.coverage.get(promise).state;
    if from != Cover::AtRisk {
        return Err(Refusal::CoverageOnlyFalls);
    }
    let to = if keeps { Cover::Covered } else { Cover::Void };
    let cause = Cause::Judged { note };
    Ok(vec![EventKind::CoverageChanged {
        promise,
        from,
        to,
        cause,
    }])
}
