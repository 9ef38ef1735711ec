//! The people and places of an order: whom it is shipped to and who is billed.

use std::sync::Arc;

use async_graphql::{ComplexObject, Context, ID, Result, SimpleObject};
use domain::address::Address;
use domain::event::{AddressKind, EventKind};
use domain::ids::{OrderId, OrganizationId};
use domain::pairs::Pair;
use domain::party::{Details, Party as Told, PartyKind};

use super::enums::{Mode, PartyType};
use super::ids::{PARTY, read, within};
use super::scalars::{CountryCode, DateTime, Decimal, kept};
use super::sold::{Sold, Stamp};
use super::workflow::enums::PropertyType;

/// What an address is called in the identifiers of its party, place and person.
const DESTINATION: &str = "destination";
const PAYOR: &str = "payor";

/// Someone and where they are: part of an order, or kept to become part of one.
#[derive(SimpleObject)]
#[graphql(complex)]
pub(crate) struct Party {
    id: ID,
    #[graphql(name = "type")]
    kind: Option<PartyType>,
    mode: Mode,
    organization: ID,
    organization_id: ID,
    created_at: DateTime,
    created_by: ID,
    #[graphql(skip)]
    of: Whose,
}

/// Whose address it is.
#[derive(Clone)]
enum Whose {
    /// An order's.
    Order(Sold, AddressKind),
    /// Nobody's yet: kept by itself.
    Kept(Arc<Kept>),
}

/// A party that is part of no order, where it is.
struct Kept {
    party: Told,
    organization: ID,
}

impl Whose {
    fn address(&self) -> &Address {
        match self {
            Self::Order(sold, which) => domain::edits::address(sold, *which),
            Self::Kept(kept) => &kept.party.address,
        }
    }

    fn details(&self) -> Details {
        match self {
            Self::Order(..) => Details::default(),
            Self::Kept(kept) => kept.party.details.clone(),
        }
    }

    fn id(&self, prefix: &str) -> ID {
        match self {
            Self::Order(sold, which) => within(prefix, &sold.id, name_of(*which)),
            Self::Kept(kept) => ID(kept.party.id.0.replacen(PARTY, prefix, 1)),
        }
    }

    fn kind(&self) -> PartyType {
        match self {
            Self::Order(_, AddressKind::ShipTo) => PartyType::Destination,
            Self::Order(_, AddressKind::BillTo) => PartyType::Payor,
            Self::Kept(kept) => kept.party.kind.into(),
        }
    }

    fn mode(&self) -> Mode {
        match self {
            Self::Order(sold, _) => sold.mode.into(),
            Self::Kept(kept) => kept.party.mode.into(),
        }
    }

    fn organization(&self) -> ID {
        match self {
            Self::Order(sold, _) => ID(sold.organization_id.0.clone()),
            Self::Kept(kept) => kept.organization.clone(),
        }
    }

    fn told(&self) -> Stamp {
        match self {
            Self::Order(sold, _) => sold.taken_in(),
            Self::Kept(kept) => Stamp::new(kept.party.created_at, &kept.party.author),
        }
    }

    /// When it was last changed: told by the order itself where it never was; what is kept never is.
    async fn changed(&self, context: &Context<'_>) -> Result<Stamp> {
        let Self::Order(sold, which) = self else {
            return Ok(self.told());
        };
        let original = match which {
            AddressKind::ShipTo => &sold.original_ship_to,
            AddressKind::BillTo => &sold.original_bill_to,
        };
        if original.is_none() {
            return Ok(sold.taken_in());
        }
        let is_about = |kind: &EventKind| matches!(kind, EventKind::AddressChanged { which: changed, .. } if changed == which);
        Ok(sold.last(context, is_about).await?)
    }
}

fn name_of(which: AddressKind) -> &'static str {
    match which {
        AddressKind::ShipTo => DESTINATION,
        AddressKind::BillTo => PAYOR,
    }
}

/// Every party of an order; an address that nobody gave is none.
pub(crate) fn parties(sold: &Sold) -> Vec<Party> {
    let both = [AddressKind::ShipTo, AddressKind::BillTo];
    both.into_iter()
        .filter(|which| *domain::edits::address(sold, *which) != Address::default())
        .map(|which| party(sold, which))
        .collect()
}

/// One party of an order.
pub(crate) fn party(sold: &Sold, which: AddressKind) -> Party {
    shown(Whose::Order(sold.clone(), which))
}

/// A party that is kept by itself.
pub(crate) fn kept_party(party: Told, organization: &OrganizationId) -> Party {
    let organization = ID(organization.0.clone());
    shown(Whose::Kept(Arc::new(Kept {
        party,
        organization,
    })))
}

fn shown(of: Whose) -> Party {
    let (told, organization) = (of.told(), of.organization());
    Party {
        id: of.id(PARTY),
        kind: Some(of.kind()),
        mode: of.mode(),
        organization_id: organization.clone(),
        organization,
        created_at: told.at,
        created_by: told.by,
        of,
    }
}

/// Which address of which order a party is; none for what cannot be a party of an order.
pub(crate) fn named(id: &str) -> Option<(OrderId, AddressKind)> {
    let (order, part) = read(PARTY, id)?;
    let both = [AddressKind::ShipTo, AddressKind::BillTo];
    let which = both.into_iter().find(|which| name_of(*which) == part)?;
    Some((order, which))
}

#[ComplexObject]
impl Party {
    async fn updated_at(&self, context: &Context<'_>) -> Result<DateTime> {
        Ok(self.of.changed(context).await?.at)
    }

    async fn updated_by(&self, context: &Context<'_>) -> Result<ID> {
        Ok(self.of.changed(context).await?.by)
    }

    async fn person(&self) -> Option<Person> {
        let address = self.of.address();
        let person = Person {
            id: self.of.id("person_"),
            company_name: kept(&address.company),
            email: kept(&address.email),
            first_name: kept(&address.first_name),
            last_name: kept(&address.last_name),
            phone: kept(&address.phone),
            metadata: metadata(self.of.details().person_metadata),
            mode: self.mode,
            organization: self.organization.clone(),
            created_at: self.created_at,
            created_by: self.created_by.clone(),
            of: self.of.clone(),
        };
        let told = [&person.company_name, &person.email, &person.first_name];
        let is_told = told.iter().any(|text| text.is_some())
            || person.last_name.is_some()
            || person.phone.is_some();
        is_told.then_some(person)
    }

    /// None where no country is known.
    async fn location(&self) -> Option<Location> {
        location(&self.of)
    }
}

/// Where an order goes.
pub(crate) fn destination(sold: &Sold) -> Option<Location> {
    location(&Whose::Order(sold.clone(), AddressKind::ShipTo))
}

fn location(of: &Whose) -> Option<Location> {
    /// The longest code of a region that ISO 3166-2 has.
    const LONGEST_CODE: usize = 3;
    let address = of.address();
    let is_code = |text: &&str| {
        text.len() <= LONGEST_CODE && text.chars().all(|letter| letter.is_ascii_alphanumeric())
    };
    let region = address.region.as_str();
    let (told, details) = (of.told(), of.details());
    Some(Location {
        latitude: details.latitude.map(Decimal::exact),
        longitude: details.longitude.map(Decimal::exact),
        metadata: metadata(details.place_metadata),
        plus_code: kept(&details.plus_code),
        property_type: details.property.map(Into::into),
        id: of.id("location_"),
        country_code: CountryCode::kept(&address.country)?,
        administrative_area: kept(region),
        administrative_area_code: kept(region).filter(|region| is_code(&region.as_str())),
        locality: kept(&address.city),
        postal_code: kept(&address.postal_code),
        line1: kept(&address.line1),
        line2: kept(&address.line2),
        line3: None,
        line4: None,
        mode: of.mode(),
        organization: of.organization(),
        created_at: told.at,
        created_by: told.by,
        of: of.clone(),
    })
}

/// Where a party that is kept by itself is.
pub(crate) fn kept_location(party: Told, organization: &ID) -> Option<Location> {
    let organization = organization.clone();
    location(&Whose::Kept(Arc::new(Kept {
        party,
        organization,
    })))
}

/// The parties of an order: those that were told before there was one, under their own identifiers, as far as the order
/// still says what they do.
pub(crate) async fn parties_of(sold: &Sold, context: &Context<'_>) -> Result<Vec<Party>> {
    let Some(quoted) = sold.quoted(context).await? else {
        return Ok(parties(sold));
    };
    let root = &quoted.sale.root;
    let told = |party: &Told| kept_party(party.clone(), &sold.organization_id);
    let mut all = Vec::new();
    for which in [AddressKind::ShipTo, AddressKind::BillTo] {
        let address = domain::edits::address(sold, which);
        let kind = match which {
            AddressKind::ShipTo => PartyKind::Destination,
            AddressKind::BillTo => PartyKind::Payor,
        };
        let known = root.party(kind).filter(|party| party.address == *address);
        match known {
            Some(known) => all.push(told(known)),
            None if *address == Address::default() => {}
            None => all.push(party(sold, which)),
        }
    }
    for kind in [PartyKind::Origin, PartyKind::Payee] {
        all.extend(root.party(kind).map(told));
    }
    Ok(all)
}

/// What a program keeps with a person or a place.
#[derive(SimpleObject)]
pub(crate) struct PartyMetadata {
    key: String,
    value: Option<String>,
}

fn metadata(pairs: Vec<Pair>) -> Option<Vec<Option<PartyMetadata>>> {
    let each = pairs.into_iter().map(|pair| {
        let value = kept(&pair.value);
        Some(PartyMetadata {
            key: pair.key,
            value,
        })
    });
    let all: Vec<_> = each.collect();
    (!all.is_empty()).then_some(all)
}

/// A person or a company.
#[derive(SimpleObject)]
#[graphql(complex)]
pub(crate) struct Person {
    id: ID,
    company_name: Option<String>,
    email: Option<String>,
    first_name: Option<String>,
    last_name: Option<String>,
    phone: Option<String>,
    /// Of an order always null.
    metadata: Option<Vec<Option<PartyMetadata>>>,
    mode: Mode,
    organization: ID,
    created_at: DateTime,
    created_by: ID,
    #[graphql(skip)]
    of: Whose,
}

#[ComplexObject]
impl Person {
    async fn updated_at(&self, context: &Context<'_>) -> Result<DateTime> {
        Ok(self.of.changed(context).await?.at)
    }

    async fn updated_by(&self, context: &Context<'_>) -> Result<ID> {
        Ok(self.of.changed(context).await?.by)
    }
}

/// A place. An address has two lines here; the third and fourth are always null.
#[derive(SimpleObject)]
#[graphql(complex)]
pub(crate) struct Location {
    id: ID,
    country_code: CountryCode,
    /// Degrees north; of an order always null, as longitude, plusCode, propertyType and metadata.
    latitude: Option<Decimal>,
    /// Degrees east.
    longitude: Option<Decimal>,
    metadata: Option<Vec<Option<PartyMetadata>>>,
    /// The place by its Open Location Code.
    plus_code: Option<String>,
    property_type: Option<PropertyType>,
    administrative_area: Option<String>,
    /// The region, where it is told by its code.
    administrative_area_code: Option<String>,
    locality: Option<String>,
    postal_code: Option<String>,
    line1: Option<String>,
    line2: Option<String>,
    line3: Option<String>,
    line4: Option<String>,
    mode: Mode,
    organization: ID,
    created_at: DateTime,
    created_by: ID,
    #[graphql(skip)]
    of: Whose,
}

#[ComplexObject]
impl Location {
    async fn updated_at(&self, context: &Context<'_>) -> Result<DateTime> {
        Ok(self.of.changed(context).await?.at)
    }

    async fn updated_by(&self, context: &Context<'_>) -> Result<ID> {
        Ok(self.of.changed(context).await?.by)
    }
}
