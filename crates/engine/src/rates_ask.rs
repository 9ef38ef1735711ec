//! What a carrier is asked the price of.

use domain::address::Address;
use domain::money::Currency;
use domain::shipment::Parcel;

use crate::permit::Scope;

/// What shipping is asked the price of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RatesAsk {
    /// Whose parcels they are, for the adapter's account.
    pub scope: Scope,
    /// Where they are sent from.
    pub from: Address,
    /// Where they go.
    pub to: Address,
    /// What is handed over, each with the weight that counts; sides that are not known are 0.
    pub parcels: Vec<Parcel>,
    /// What the price is wanted in; it may come in another.
    pub currency: Currency,
}
