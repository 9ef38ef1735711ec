//! A sale as it was told step by step, as the answer shows it: one root, shared by everything that is shown of it.

use std::collections::BTreeMap;
use std::sync::Arc;

use async_graphql::ID;
use domain::ids::RootId;
use domain::landed_cost::quote::LandedCost;
use domain::party::PartyKind;
use domain::roots::Root;
use engine::failure::Failure;
use engine::landed_costs::Held;
use engine::roots;

use super::super::caller::Caller;
use super::super::cartons::Carton;
use super::super::parties::{Location, Party, kept_location, kept_party};
use super::super::ratings::{ShipmentRating, told_rating};
use super::cartons::told_carton;

/// A root, and whose it is.
#[derive(Clone)]
pub(crate) struct Sale {
    pub root: Arc<Root>,
    pub organization: ID,
}

impl Sale {
    /// A root of whoever asks.
    pub fn of(caller: &Caller, root: Root) -> Self {
        Self {
            root: Arc::new(root),
            organization: ID(caller.session.scope.organization_id.0.clone()),
        }
    }

    /// Landed costs, each with the root that it was calculated of, read at once.
    ///
    /// # Errors
    /// The database.
    pub async fn of_all(caller: &Caller, held: Vec<Held>) -> Result<Vec<(Held, Self)>, Failure> {
        let ids = held.iter().filter_map(|one| one.landed_cost.root.clone());
        let ids: Vec<RootId> = ids.collect();
        let permit = caller.session.permit()?;
        let known = roots::all_of(&caller.desk, &permit, &ids).await?;
        let known = known.into_iter().map(|root| {
            let id = root.id.clone();
            (id, Self::of(caller, root))
        });
        let known: BTreeMap<RootId, Self> = known.collect();
        let each = held.into_iter().map(|held| {
            let root = held.landed_cost.root.as_ref();
            let sale = root.and_then(|id| known.get(id)).cloned();
            let sale = sale.unwrap_or_else(|| Self::of(caller, held.landed_cost.as_root()));
            (held, sale)
        });
        Ok(each.collect())
    }

    /// Every party that was told.
    pub fn parties(&self) -> Vec<Party> {
        let organization = (&self.organization.0[..]).into();
        let each = self.root.parties.iter();
        each.map(|party| kept_party(party.clone(), &organization))
            .collect()
    }

    /// The party of a kind that counts.
    pub fn party(&self, kind: PartyKind) -> Option<Party> {
        let organization = (&self.organization.0[..]).into();
        let party = self.root.party(kind)?;
        Some(kept_party(party.clone(), &organization))
    }

    /// Where the party of a kind is.
    pub fn place(&self, kind: PartyKind) -> Option<Location> {
        kept_location(self.root.party(kind)?.clone(), &self.organization)
    }

    /// The cartons that count.
    pub fn cartons(&self) -> Vec<Carton> {
        let cartons = self.root.packing().iter();
        cartons.map(|carton| told_carton(self, carton)).collect()
    }

    /// The shipping that a landed cost was calculated with.
    pub fn rating_of(&self, landed_cost: &LandedCost) -> ShipmentRating {
        let mut known = self.root.ratings.iter();
        let wanted = landed_cost.rating.as_ref();
        match known.find(|rating| Some(&rating.id) == wanted) {
            Some(rating) => told_rating(self, rating),
            // One that was asked for whole tells its own.
            None => told_rating(self, &landed_cost.as_root().ratings[0]),
        }
    }
}
