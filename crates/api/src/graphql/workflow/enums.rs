//! The enums of what is told before there is an order, each beside the words of the rules that it translates.

use async_graphql::Enum;
use domain::landed_cost::how::{Method, Paying, RateChoice};
use domain::landed_cost::{EndUse, LineKind};
use domain::party::Property;
use domain::refusal::{Problem, Refusal};
use domain::tariff::Limited;

/// What stands at an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub(crate) enum PropertyType {
    Commercial,
    /// RESIDENTIAL, as some write it.
    Residental,
    Residential,
}

impl From<PropertyType> for Property {
    fn from(kind: PropertyType) -> Self {
        match kind {
            PropertyType::Commercial => Self::Commercial,
            PropertyType::Residental | PropertyType::Residential => Self::Residential,
        }
    }
}

impl From<Property> for PropertyType {
    fn from(kind: Property) -> Self {
        match kind {
            Property::Commercial => Self::Commercial,
            Property::Residential => Self::Residential,
        }
    }
}

/// What kind of thing an item is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "domain::goods::ItemKind")]
pub(crate) enum ItemType {
    Bundle,
    DigitalGood,
    PartialItem,
    PhysicalGood,
    Service,
    Subscription,
}

/// Where a value of an item is from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "domain::goods::ValueSource")]
pub(crate) enum ItemValueSource {
    /// Told with the item.
    ApiRequest,
    Catalog,
    Classify,
    Fallback,
    Hybrid,
    OrganizationSetting,
    UserProvided,
}

/// What counts for an item. What is left out of one is not guaranteed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "domain::landed_cost::how::Levies")]
pub(crate) enum DutyTaxFeeConfiguration {
    ExcludeAll,
    ExcludeDuty,
    /// Fees are of the whole parcel: they are left out where every item leaves them out.
    ExcludeFee,
    ExcludeTax,
    IncludeAll,
    /// Tax alone.
    IncludeTax,
}

/// How long a rate of exchange is held.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "engine::exchange_rates::RateKind")]
pub(crate) enum ExchangeRateType {
    /// As long as the organization's landed costs.
    Guaranteed,
    /// A day.
    MidMarket,
}

/// Who pays at import.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub(crate) enum IncotermCode {
    /// Not calculated by.
    Cif,
    /// Not calculated by.
    Custom,
    /// The recipient, when it arrives.
    Dap,
    /// The shopper, with the sale.
    Ddp,
    /// Not calculated by.
    Fob,
}

impl IncotermCode {
    /// What is calculated.
    ///
    /// # Errors
    /// [`Refusal::Invalid`] naming `method`: terms that say nothing of who pays at import.
    pub fn paying(self) -> Result<Paying, Refusal> {
        match self {
            Self::Dap => Ok(Paying::Dap),
            Self::Ddp => Ok(Paying::Ddp),
            Self::Cif | Self::Custom | Self::Fob => {
                let given = format!("{self:?}").to_uppercase();
                let expected = "DDP or DAP, which say who pays at import".to_owned();
                let problem = Problem::Malformed { given, expected };
                Err(Refusal::invalid("method", problem))
            }
        }
    }
}

impl From<Method> for IncotermCode {
    fn from(method: Method) -> Self {
        match method {
            Method::Dap => Self::Dap,
            Method::Ddp => Self::Ddp,
        }
    }
}

/// Who is to pay at import.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub(crate) enum LandedCostCalculationMethod {
    /// The recipient, when it arrives.
    Dap,
    /// The shopper, with the sale.
    Ddp,
    /// Both are calculated: two landed costs for each price of shipping.
    DdpAndDap,
    /// DDP where all that may be due is known, else DAP.
    DdpPreferred,
    /// As the organization has set.
    ZonosConfigured,
}

impl LandedCostCalculationMethod {
    /// What is calculated; none for what the organization has set.
    pub fn paying(self) -> Option<Paying> {
        match self {
            Self::Dap => Some(Paying::Dap),
            Self::Ddp => Some(Paying::Ddp),
            Self::DdpAndDap => Some(Paying::Both),
            Self::DdpPreferred => Some(Paying::DdpPreferred),
            Self::ZonosConfigured => None,
        }
    }
}

/// What goods are for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "EndUse")]
pub(crate) enum LandedCostEndUse {
    /// They are sold on: no tax is collected with this sale.
    ForResale,
    NotForResale,
}

/// Which duty rate is taken where an HS code is too short for one. Which one was taken is said in the note.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub(crate) enum LandedCostTariffRate {
    /// The one of the code as it is.
    Exact,
    Maximum,
    Median,
    Minimum,
    /// As the organization has set.
    ZonosPreferred,
}

impl LandedCostTariffRate {
    /// Which is taken; none for what the organization has set.
    pub fn choice(self) -> Option<RateChoice> {
        match self {
            Self::Exact => Some(RateChoice::Exact),
            Self::Maximum => Some(RateChoice::Maximum),
            Self::Median => Some(RateChoice::Median),
            Self::Minimum => Some(RateChoice::Minimum),
            Self::ZonosPreferred => None,
        }
    }
}

impl From<RateChoice> for LandedCostTariffRate {
    fn from(choice: RateChoice) -> Self {
        match choice {
            RateChoice::Exact => Self::Exact,
            RateChoice::Maximum => Self::Maximum,
            RateChoice::Median => Self::Median,
            RateChoice::Minimum => Self::Minimum,
        }
    }
}

/// What a line of a landed cost is for. The desk answers ADVANCEMENT, BROKERAGE_FEE, DDP_SERVICE_FEE, DUTY, OTHER, TAX
/// and ZONOS_LANDED_COST_GUARANTEE.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub(crate) enum LandedCostFeeType {
    AdditionalTariffLines,
    Adjustment,
    /// Paying duties and taxes ahead.
    Advancement,
    /// Clearing the parcel.
    BrokerageFee,
    Buffer,
    Cod,
    Country,
    CurrencyConversionFee,
    /// Sending with duties paid.
    DdpServiceFee,
    Duty,
    InclusivePriceAdjustment,
    InclusivePricing,
    Item,
    Other,
    PartnerRevShare,
    Shipping,
    Tax,
    ZonosAccessFee,
    ZonosLandedCost,
    /// The price of the guarantee.
    ZonosLandedCostGuarantee,
    ZonosMerchantFee,
    ZonosMerchantProcessing,
    ZonosTransaction,
}

impl From<LineKind> for LandedCostFeeType {
    fn from(kind: LineKind) -> Self {
        match kind {
            LineKind::Duty => Self::Duty,
            LineKind::Tax | LineKind::ShippingTax => Self::Tax,
            LineKind::Brokerage => Self::BrokerageFee,
            LineKind::Advancement => Self::Advancement,
            LineKind::DdpService => Self::DdpServiceFee,
            LineKind::Guarantee => Self::ZonosLandedCostGuarantee,
            LineKind::OtherFee => Self::Other,
        }
    }
}

/// Who promises that a landed cost holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub(crate) enum LandedCostGuaranteeCode {
    InclusivePrice,
    /// Nobody, or not any more.
    NotApplicable,
    PostalDdp,
    PostalDdpInclusivePrice,
    /// Whoever runs the desk.
    Zonos,
}

/// How a profile of shipping has landed costs paid.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub(crate) enum LandedCostMethod {
    DapForced,
    DdpAndDap,
    DdpForced,
    DdpPreferred,
}

/// What a threshold is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub(crate) enum DeMinimisType {
    Duty,
    Fee,
    /// Of tax at import, or of tax that is collected with the sale.
    Tax,
}

impl From<Limited> for DeMinimisType {
    fn from(of: Limited) -> Self {
        match of {
            Limited::Duty => Self::Duty,
            Limited::Tax | Limited::Sale => Self::Tax,
        }
    }
}

/// On which side of a threshold the parcel is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub(crate) enum DeMinimisThreshold {
    Above,
    /// Up to the limit.
    Below,
}

/// Where a kind of box is from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub(crate) enum PackagingOptionSource {
    /// Told as it is.
    Default,
    /// The thing's own size: it goes into no box.
    Dynamic,
    /// One of the organization's boxes.
    Organization,
}

/// Whether something is packed with others.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub(crate) enum PackingPreference {
    Consolidated,
    ShipsAlone,
}

/// What of shipping costs it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub(crate) enum ShipmentAmountType {
    Buffer,
    Discount,
    FuelSurcharge,
    Insurance,
    /// What the carrier asks.
    PublishedRate,
    Surcharge,
}

/// What kind of price is asked for. The desk knows one: what the carrier asks for a label.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub(crate) enum ShipmentRatingRateType {
    LabelEnabled,
    Zone,
}

/// What a battery is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub(crate) enum ShipmentRatingBatteryMaterialType {
    LithiumIon,
    LithiumMetal,
}

/// How a battery is packed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[allow(clippy::enum_variant_names, reason = "the names are the interface's")]
pub(crate) enum ShipmentRatingBatteryPackingType {
    BatteryInsideEquipment,
    BatteryOnly,
    BatteryPackagedWithEquipment,
}

/// Who signs for a parcel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub(crate) enum ShipmentRatingSignatureOptionType {
    Adult,
    Default,
    Direct,
    Indirect,
}

/// What a carrier does besides carrying.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub(crate) enum ShipmentRatingSpecialServiceType {
    Alcohol,
    Battery,
    CutFlowers,
    DangerousGoods,
    DryIce,
    SaturdayDelivery,
    SignatureOption,
    SundayDelivery,
}
