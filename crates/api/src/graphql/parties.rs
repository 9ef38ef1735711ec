//! The people and places of an order: whom it is shipped to and who is billed.

use async_graphql::{ComplexObject, Context, ID, Result, SimpleObject};
use domain::address::Address;
use domain::event::{AddressKind, EventKind};
use domain::ids::OrderId;

use super::enums::{Mode, PartyType};
use super::ids::{PARTY, read, within};
use super::scalars::{CountryCode, DateTime, kept};
use super::sold::{Sold, Stamp};

/// What an address is called in the identifiers of its party, place and person.
const DESTINATION: &str = "destination";
const PAYOR: &str = "payor";

/// Someone and where they are, as an order has them.
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

/// Which address of which order.
#[derive(Clone)]
struct Whose {
    sold: Sold,
    which: AddressKind,
}

impl Whose {
    fn address(&self) -> &Address {
        domain::edits::address(&self.sold, self.which)
    }

    fn id(&self, prefix: &str) -> ID {
        within(prefix, &self.sold.id, name_of(self.which))
    }

    /// When it was last changed: told by the order itself where it never was.
    async fn changed(&self, context: &Context<'_>) -> Result<Stamp> {
        let original = match self.which {
            AddressKind::ShipTo => &self.sold.original_ship_to,
            AddressKind::BillTo => &self.sold.original_bill_to,
        };
        if original.is_none() {
            return Ok(self.sold.taken_in());
        }
        let is_about = |kind: &EventKind| matches!(kind, EventKind::AddressChanged { which, .. } if *which == self.which);
        Ok(self.sold.last(context, is_about).await?)
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
    let of = Whose {
        sold: sold.clone(),
        which,
    };
    let stamp = sold.taken_in();
    let organization = ID(sold.organization_id.0.clone());
    let kind = match which {
        AddressKind::ShipTo => PartyType::Destination,
        AddressKind::BillTo => PartyType::Payor,
    };
    Party {
        id: of.id(PARTY),
        kind: Some(kind),
        mode: sold.mode.into(),
        organization_id: organization.clone(),
        organization,
        created_at: stamp.at,
        created_by: stamp.by,
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
    location(&Whose {
        sold: sold.clone(),
        which: AddressKind::ShipTo,
    })
}

fn location(of: &Whose) -> Option<Location> {
    /// The longest code of a region that ISO 3166-2 has.
    const LONGEST_CODE: usize = 3;
    let address = of.address();
    let is_code = |text: &&str| {
        text.len() <= LONGEST_CODE && text.chars().all(|letter| letter.is_ascii_alphanumeric())
    };
    let region = address.region.as_str();
    let stamp = of.sold.taken_in();
    Some(Location {
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
        mode: of.sold.mode.into(),
        organization: ID(of.sold.organization_id.0.clone()),
        created_at: stamp.at,
        created_by: stamp.by,
        of: of.clone(),
    })
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
