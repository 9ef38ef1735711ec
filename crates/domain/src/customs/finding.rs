//! What is found: how much it matters, what it is, and which item and field it is about, with data for words.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::ids::ItemId;
use crate::money::{Currency, Money};

/// How much a finding matters; the first matters most.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// No label is bought until it is corrected, or overridden where that is possible.
    Blocks,
    /// Whoever buys the label has to say that it is right.
    Asks,
    /// Worth knowing.
    Tells,
}

/// What a finding is about; a page links to the input of this name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "each name says it")]
pub enum Field {
    Description,
    HsCode,
    Origin,
    Quantity,
    UnitPrice,
    Weight,
    ParcelWeight,
    Currency,
    DeclaredValue,
    TaxId,
    RecipientTaxId,
    Name,
    Line1,
    City,
    PostalCode,
    Phone,
    Contact,
    Service,
}

/// What is found. The names are kept for ever: overrides are recorded by them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(
    missing_docs,
    reason = "each is documented at the function that finds it"
)]
pub enum Code {
    NothingInside,
    DescriptionMissing,
    DescriptionTooShort,
    DescriptionWithoutWords,
    DescriptionIsSku,
    DescriptionIsSeller,
    DescriptionVague,
    HsMissing,
    HsMalformed,
    HsTooShort,
    HsUnknown,
    HsNational,
    HsShortForDestination,
    OriginMissing,
    QuantityMissing,
    ValueMissing,
    ValueBelowPrice,
    ValueDoesNotAddUp,
    CurrencyDiffers,
    WeightMissing,
    WeightAbsurd,
    ParcelWeightMissing,
    ParcelWeightAbsurd,
    ParcelLighterThanItems,
    ParcelMuchHeavierThanItems,
    TaxIdMissing,
    TaxIdMalformed,
    TaxIdUndecided,
    RecipientTaxIdMissing,
    NameMissing,
    StreetMissing,
    CityMissing,
    PostalCodeMissing,
    PoBox,
    PhoneMissing,
    PhoneMalformed,
    ContactMissing,
    DutiesUnpaid,
    DutiesNotCollected,
    FlatDutyNotCollected,
    SpecialService,
    NotCarried,
}

impl Code {
    /// Every code, in the order a manual lists them.
    pub const ALL: [Self; 42] = [
        Self::NothingInside,
        Self::DescriptionMissing,
        Self::DescriptionTooShort,
        Self::DescriptionWithoutWords,
        Self::DescriptionIsSku,
        Self::DescriptionIsSeller,
        Self::DescriptionVague,
        Self::HsMissing,
        Self::HsMalformed,
        Self::HsTooShort,
        Self::HsUnknown,
        Self::HsNational,
        Self::HsShortForDestination,
        Self::OriginMissing,
        Self::QuantityMissing,
        Self::ValueMissing,
        Self::ValueBelowPrice,
        Self::ValueDoesNotAddUp,
        Self::CurrencyDiffers,
        Self::WeightMissing,
        Self::WeightAbsurd,
        Self::ParcelWeightMissing,
        Self::ParcelWeightAbsurd,
        Self::ParcelLighterThanItems,
        Self::ParcelMuchHeavierThanItems,
        Self::TaxIdMissing,
        Self::TaxIdMalformed,
        Self::TaxIdUndecided,
        Self::RecipientTaxIdMissing,
        Self::NameMissing,
        Self::StreetMissing,
        Self::CityMissing,
        Self::PostalCodeMissing,
        Self::PoBox,
        Self::PhoneMissing,
        Self::PhoneMalformed,
        Self::ContactMissing,
        Self::DutiesUnpaid,
        Self::DutiesNotCollected,
        Self::FlatDutyNotCollected,
        Self::SpecialService,
        Self::NotCarried,
    ];

    /// The names of the data that a finding of this code has for its words, in alphabetical order.
    pub fn data(self) -> &'static [&'static str] {
        match self {
            Self::NothingInside
            | Self::DescriptionMissing
            | Self::OriginMissing
            | Self::QuantityMissing
            | Self::ValueMissing
            | Self::WeightMissing
            | Self::ParcelWeightMissing
            | Self::NameMissing
            | Self::StreetMissing
            | Self::CityMissing
            | Self::PhoneMissing
            | Self::ContactMissing => &[],
            Self::DescriptionTooShort
            | Self::DescriptionWithoutWords
            | Self::DescriptionIsSku
            | Self::DescriptionIsSeller
            | Self::DescriptionVague
            | Self::HsMalformed
            | Self::PoBox
            | Self::PhoneMalformed => &["given"],
            Self::HsMissing => &["digits"],
            Self::HsTooShort => &["digits", "given"],
            Self::HsUnknown => &["given", "unknown"],
            Self::HsNational => &["chapter", "given"],
            Self::HsShortForDestination => &["destination", "digits", "given"],
            Self::ValueBelowPrice | Self::CurrencyDiffers => &["declared", "paid"],
            Self::ValueDoesNotAddUp => &["declared", "sum"],
            Self::WeightAbsurd | Self::ParcelWeightAbsurd => &["weight"],
            Self::ParcelLighterThanItems | Self::ParcelMuchHeavierThanItems => &["items", "parcel"],
            Self::TaxIdMissing => &["destination", "scheme"],
            Self::TaxIdMalformed => &["given", "scheme"],
            Self::TaxIdUndecided => &["currency", "destination", "limit", "scheme"],
            Self::RecipientTaxIdMissing => &["destination", "number"],
            Self::PostalCodeMissing => &["destination"],
            Self::DutiesUnpaid => &["collected", "service"],
            Self::DutiesNotCollected => &["service"],
            Self::FlatDutyNotCollected => &["duty", "kinds"],
            Self::SpecialService | Self::NotCarried => &["hazard"],
        }
    }

    /// Whether a person may go on all the same, with a reason that is recorded: where the tables may be wrong about
    /// this one parcel, or the carrier agreed. What cannot be declared at all stays blocked.
    pub fn can_be_overridden(self) -> bool {
        matches!(
            self,
            Self::DescriptionTooShort
                | Self::DescriptionVague
                | Self::HsUnknown
                | Self::TaxIdMissing
                | Self::PostalCodeMissing
                | Self::PoBox
                | Self::DutiesUnpaid
                | Self::NotCarried
        )
    }

    /// Its name, as overrides and the API have it.
    pub fn name(self) -> String {
        let value = serde_json::to_value(self).unwrap_or_default();
        value.as_str().unwrap_or_default().to_owned()
    }
}

/// One thing that the words of a finding say.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(untagged)]
pub enum Datum {
    /// As it stands.
    Text(String),
    /// How many.
    Count(u64),
    /// How heavy.
    Weight {
        /// In grams.
        weight_g: u64,
    },
    /// How much money.
    Amount {
        /// Units of the currency's smallest coin.
        minor: i64,
        /// Of what.
        currency: Currency,
    },
}

impl From<&str> for Datum {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<usize> for Datum {
    fn from(count: usize) -> Self {
        Self::Count(u64::try_from(count).unwrap_or(u64::MAX))
    }
}

impl From<Money> for Datum {
    fn from(money: Money) -> Self {
        Self::Amount {
            minor: money.minor,
            currency: money.currency,
        }
    }
}

/// One finding. Their order is the one they are shown in: what blocks first, then the parcel, then item by item.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Finding {
    /// How much it matters.
    pub severity: Severity,
    /// The item; none where it is about the whole parcel.
    pub item: Option<ItemId>,
    /// The field.
    pub field: Field,
    /// What it is.
    pub code: Code,
    /// What its words say, by the names of [`Code::data`].
    pub data: BTreeMap<&'static str, Datum>,
    /// Why someone goes on all the same; it blocks no longer then.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub overridden: Option<String>,
}

impl Finding {
    /// A finding about the parcel.
    pub(super) fn new(severity: Severity, code: Code, field: Field) -> Self {
        Self {
            severity,
            item: None,
            field,
            code,
            data: BTreeMap::new(),
            overridden: None,
        }
    }

    /// The same about an item.
    pub(super) fn of(mut self, item: &ItemId) -> Self {
        self.item = Some(item.clone());
        self
    }

    /// The same with something for its words.
    pub(super) fn with(mut self, name: &'static str, datum: impl Into<Datum>) -> Self {
        self.data.insert(name, datum.into());
        self
    }

    /// Whether no label may be bought because of it.
    pub fn is_blocking(&self) -> bool {
        self.severity == Severity::Blocks && self.overridden.is_none()
    }
}
