//! The root of a sale: what a program tells step by step — parties, items, cartons, shipping — before there is a landed
//! cost, and an order of that. Nothing that was told goes away, so that every identifier stays good; of cartons and
//! shipping the newest batch counts.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::actor::By;
use crate::address::Address;
use crate::cartons::{Carton, MAX_CARTONS};
use crate::goods::Goods;
use crate::ids::{CartonId, ItemId, PartyId, RatingId, RootId};
use crate::intake::{MAX_ITEMS, MAX_NAME};
use crate::intake_check::check_amount;
use crate::money::{Currency, Money};
use crate::order::Mode;
use crate::party::{Details, Party, PartyKind};
use crate::refusal::{Problem, Refusal};
use crate::text::{optional_text, required_text};

/// The most parties of one sale.
pub const MAX_PARTIES: usize = 50;

/// The most ratings of one sale.
pub const MAX_RATINGS: usize = 200;

/// Everything that was told for one sale.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Root {
    /// Its identifier.
    pub id: RootId,
    /// Live or test.
    pub mode: Mode,
    /// When its first word was told.
    pub created_at: Timestamp,
    /// By whom.
    pub created_by: By,
    /// From when on it may be forgotten, unless an order was made of it.
    pub expires_at: Timestamp,
    /// People and places; of a kind the last one counts.
    #[serde(default)]
    pub parties: Vec<Party>,
    /// Goods.
    #[serde(default)]
    pub items: Vec<RootItem>,
    /// Cartons, those of earlier batches among them.
    #[serde(default)]
    pub cartons: Vec<RootCarton>,
    /// What shipping costs, what was told earlier among it.
    #[serde(default)]
    pub ratings: Vec<Rating>,
    /// The place of the first carton that may count: what is before was packed without goods that came later.
    #[serde(default, skip_serializing_if = "is_first")]
    pub cartons_from: usize,
    /// The place of the first rating that may count: what is before was asked for other parcels, or another way.
    #[serde(default, skip_serializing_if = "is_first")]
    pub ratings_from: usize,
    /// What each step under a caller's key made.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub steps: BTreeMap<String, Step>,
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "as serde calls it")]
fn is_first(place: &usize) -> bool {
    *place == 0
}

/// What a step under a caller's key made, so that asking again makes nothing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// A hash of the whole request.
    pub fingerprint: String,
    /// What it made.
    pub made: Vec<String>,
}

/// When something was told, and by whom.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Told {
    /// When.
    pub at: Timestamp,
    /// The id of who did.
    pub by: String,
}

/// Goods of one kind.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RootItem {
    /// Its identifier, which the order's line has too.
    pub id: ItemId,
    /// When it was told.
    pub told: Told,
    /// What it is.
    #[serde(flatten)]
    pub goods: Goods,
}

/// A carton.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RootCarton {
    /// Its identifier.
    pub id: CartonId,
    /// When it was told or packed.
    pub told: Told,
    /// Those of one step have the same number.
    pub batch: u32,
    /// Whether the desk packed it.
    pub is_packed: bool,
    /// What the program calls this kind of packaging; empty where nothing was said.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub packaging: String,
    /// The carton; sides and weight that were not told are 0.
    pub carton: Carton,
}

/// What shipping costs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rating {
    /// Its identifier.
    pub id: RatingId,
    /// When it was told or asked for.
    pub told: Told,
    /// Those of one step have the same number.
    pub batch: u32,
    /// What.
    #[serde(flatten)]
    pub offer: Offer,
    /// What the carrier asked, where the price is converted from another currency.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asked: Option<Money>,
    /// Which cartons it is for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cartons: Vec<CartonId>,
}

/// A service and its price.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Offer {
    /// The price.
    pub price: Money,
    /// The service's code.
    pub service: String,
    /// What the shopper reads.
    pub name: String,
    /// The carrier; empty where the program told the price.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub carrier: String,
    /// How many days it takes at least.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min_days: Option<u32>,
    /// How many days it takes at most.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_days: Option<u32>,
}

impl Root {
    /// The party of a kind that counts: the last one told.
    pub fn party(&self, kind: PartyKind) -> Option<&Party> {
        self.parties.iter().rev().find(|party| party.kind == kind)
    }

    /// The item of this id.
    pub fn item(&self, id: &ItemId) -> Option<&RootItem> {
        self.items.iter().find(|item| item.id == *id)
    }

    /// The cartons that count: those of the newest batch.
    pub fn packing(&self) -> &[RootCarton] {
        let newest = self.cartons.last().map(|carton| carton.batch);
        let first = self
            .cartons
            .iter()
            .position(|carton| Some(carton.batch) == newest);
        let first = first.unwrap_or(self.cartons.len());
        &self.cartons[first.max(self.cartons_from)..]
    }

    /// What shipping costs by the newest word: one price, or several to choose from.
    pub fn offers(&self) -> &[Rating] {
        let newest = self.ratings.last().map(|rating| rating.batch);
        let first = self
            .ratings
            .iter()
            .position(|rating| Some(rating.batch) == newest);
        let first = first.unwrap_or(self.ratings.len());
        &self.ratings[first.max(self.ratings_from)..]
    }

    /// What a carrier asked was for other parcels or another way: it has to be asked again. A price that was told stays.
    fn end_offers(&mut self) {
        let last = self.ratings.last();
        if last.is_some_and(|rating| !rating.offer.carrier.is_empty()) {
            self.ratings_from = self.ratings.len();
        }
    }

    /// What was packed here was packed without what has come since. Cartons that were told stay.
    fn end_packing(&mut self) {
        if self.cartons.last().is_some_and(|carton| carton.is_packed) {
            self.cartons_from = self.cartons.len();
        }
    }

    /// Adds people and places; their identifiers.
    ///
    /// # Errors
    /// [`Refusal::Invalid`] naming `input[n].field`, or that they are more than [`MAX_PARTIES`].
    pub fn add_parties(
        &mut self,
        parties: Vec<(PartyKind, Address, Details)>,
        told: &Told,
    ) -> Result<Vec<String>, Refusal> {
        check_room(self.parties.len(), parties.len(), MAX_PARTIES)?;
        let mut made = Vec::new();
        for (index, (kind, address, details)) in parties.into_iter().enumerate() {
            let (address, details) =
                crate::party::checked(address, details, &format!("input[{index}]"))?;
            if matches!(kind, PartyKind::Origin | PartyKind::Destination) {
                self.end_offers();
            }
            let id = self.id.part(PartyId::PREFIX, self.parties.len() + 1);
            made.push(id.clone());
            self.parties.push(Party {
                id: PartyId(id),
                mode: self.mode,
                kind,
                address,
                details,
                author: told.by.clone(),
                created_at: told.at,
            });
        }
        Ok(made)
    }

    /// Adds goods; their identifiers.
    ///
    /// # Errors
    /// [`Refusal::Invalid`] naming `input[n].field`, or that they are more than [`MAX_ITEMS`].
    pub fn add_items(&mut self, goods: Vec<Goods>, told: &Told) -> Result<Vec<String>, Refusal> {
        check_room(self.items.len(), goods.len(), MAX_ITEMS)?;
        self.end_offers();
        self.end_packing();
        let mut made = Vec::new();
        for (index, goods) in goods.into_iter().enumerate() {
            let goods = goods.checked(&format!("input[{index}]"))?;
            let id = self.id.part(ItemId::PREFIX, self.items.len() + 1);
            made.push(id.clone());
            self.items.push(RootItem {
                id: ItemId(id),
                told: told.clone(),
                goods,
            });
        }
        Ok(made)
    }

    /// Adds a batch of cartons, in the place of those before; their identifiers.
    ///
    /// # Errors
    /// [`Refusal::Invalid`] where they are more than [`MAX_CARTONS`].
    pub fn add_cartons(
        &mut self,
        cartons: Vec<(Carton, String)>,
        is_packed: IsPacked,
        told: &Told,
    ) -> Result<Vec<String>, Refusal> {
        check_room(self.cartons.len(), cartons.len(), MAX_CARTONS)?;
        self.end_offers();
        let batch = self.cartons.last().map_or(1, |carton| carton.batch + 1);
        let mut made = Vec::new();
        for (carton, packaging) in cartons {
            let id = self.id.part(CartonId::PREFIX, self.cartons.len() + 1);
            made.push(id.clone());
            self.cartons.push(RootCarton {
                id: CartonId(id),
                told: told.clone(),
                batch,
                is_packed: is_packed == IsPacked::Here,
                packaging,
                carton,
            });
        }
        Ok(made)
    }

    /// Adds what shipping costs, in the place of what was told before; the identifiers. `asked` is what a carrier asked in
    /// another currency.
    ///
    /// # Errors
    /// [`Refusal::Invalid`] naming the field, or that they are more than [`MAX_RATINGS`].
    pub fn add_ratings(
        &mut self,
        offers: Vec<(Offer, Option<Money>)>,
        told: &Told,
    ) -> Result<Vec<String>, Refusal> {
        check_room(self.ratings.len(), offers.len(), MAX_RATINGS)?;
        let batch = self.ratings.last().map_or(1, |rating| rating.batch + 1);
        let cartons: Vec<CartonId> = self.packing().iter().map(|one| one.id.clone()).collect();
        let mut made = Vec::new();
        for (offer, asked) in offers {
            let offer = offer.checked()?;
            let id = self.id.part(RatingId::PREFIX, self.ratings.len() + 1);
            made.push(id.clone());
            self.ratings.push(Rating {
                id: RatingId(id),
                told: told.clone(),
                batch,
                offer,
                asked,
                cartons: cartons.clone(),
            });
        }
        Ok(made)
    }

    /// What the goods are sold in: the currency of the first.
    pub fn currency(&self) -> Option<Currency> {
        self.items.first().map(|item| item.goods.price.currency)
    }
}

/// Who put goods into cartons.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IsPacked {
    /// The desk, into the organization's boxes.
    Here,
    /// Whoever told them.
    Elsewhere,
}

fn check_room(before: usize, more: usize, max: usize) -> Result<(), Refusal> {
    if more == 0 {
        return Err(Refusal::invalid("input", Problem::Missing));
    }
    if before + more > max {
        return Err(Refusal::invalid("input", Problem::TooMany { max }));
    }
    Ok(())
}

impl Offer {
    /// The same offer with its texts trimmed.
    ///
    /// # Errors
    /// [`Refusal::Invalid`] naming the field.
    pub(crate) fn checked(mut self) -> Result<Self, Refusal> {
        check_amount(self.price.minor, "amount")?;
        self.service = required_text(&self.service, "service_level_code", MAX_NAME)?;
        self.name = optional_text(&self.name, "display_name", MAX_NAME)?;
        if self.name.is_empty() {
            self.name = self.service.clone();
        }
        Ok(self)
    }
}
