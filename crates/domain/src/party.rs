//! Parties: people and places that a program tells before an order has them. An order takes its own copy of one.

use jiff::Timestamp;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::address::Address;
use crate::ids::PartyId;
use crate::order::Mode;
use crate::pairs::{self, Pair};
use crate::refusal::{Problem, Refusal};
use crate::text::optional_text;

/// The longest code of a place, in characters.
const MAX_CODE: usize = 50;

/// What someone is to an order. The names are stored: add, do not rename.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PartyKind {
    /// Where it goes.
    Destination,
    /// Where it is sent from.
    Origin,
    /// Who is paid.
    Payee,
    /// Who pays.
    Payor,
}

/// Someone and where they are.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Party {
    /// Its identifier.
    pub id: PartyId,
    /// For live or for test orders.
    pub mode: Mode,
    /// What they are to an order.
    pub kind: PartyKind,
    /// Who and where; of the two one may be missing.
    pub address: Address,
    /// What is kept of them besides.
    #[serde(default, skip_serializing_if = "Details::is_empty")]
    pub details: Details,
    /// The id of who told it.
    pub author: String,
    /// When.
    pub created_at: Timestamp,
}

/// What a program tells of someone that an order has no use for, and is handed back.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Details {
    /// Degrees north.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub latitude: Option<Decimal>,
    /// Degrees east.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub longitude: Option<Decimal>,
    /// The place by its Open Location Code.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub plus_code: String,
    /// What stands there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub property: Option<Property>,
    /// Of the place.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub place_metadata: Vec<Pair>,
    /// Of the person.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub person_metadata: Vec<Pair>,
}

/// What stands at an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "each name says it")]
pub enum Property {
    Commercial,
    Residential,
}

impl Details {
    /// Whether nothing is told.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// The same details with their texts trimmed.
    ///
    /// # Errors
    /// [`Refusal::Invalid`] naming `field.name`: a place that is not on earth, texts that are too long or too many.
    pub fn checked(mut self, field: &str) -> Result<Self, Refusal> {
        for (degrees, most, name) in [
            (self.latitude, 90, "latitude"),
            (self.longitude, 180, "longitude"),
        ] {
            let far = degrees.filter(|degrees| degrees.abs() > Decimal::from(most));
            if let Some(far) = far {
                let (given, expected) = (
                    far.to_string(),
                    format!("between -{most} and {most} degrees"),
                );
                let problem = Problem::Malformed { given, expected };
                return Err(Refusal::invalid(&format!("{field}.{name}"), problem));
            }
        }
        let code = format!("{field}.plus_code");
        self.plus_code = optional_text(&self.plus_code, &code, MAX_CODE)?;
        let metadata = format!("{field}.metadata");
        self.place_metadata = pairs::checked(self.place_metadata, &metadata)?;
        self.person_metadata = pairs::checked(self.person_metadata, &metadata)?;
        Ok(self)
    }
}

/// Someone and where they are, checked.
///
/// # Errors
/// [`Refusal::Invalid`] naming a field that begins with `field`, or `field` itself where nothing is told at all.
pub fn checked(
    address: Address,
    details: Details,
    field: &str,
) -> Result<(Address, Details), Refusal> {
    let address = address.checked(field)?;
    if address == Address::default() {
        return Err(Refusal::invalid(field, Problem::Missing));
    }
    Ok((address, details.checked(field)?))
}
