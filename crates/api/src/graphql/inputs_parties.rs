//! How people and places are told. The interface has two names for the same things: those of a workflow, and those of a
//! party by itself.

use async_graphql::{ID, InputObject};
use domain::address::Address;
use domain::pairs::Pair;
use domain::party::Details;
use domain::refusal::Refusal;

use super::enums::PartyType;
use super::scalars::{CountryCode, Decimal};
use super::workflow::enums::PropertyType;

/// Someone and where they are; of the two one may be missing.
#[derive(InputObject)]
pub(crate) struct PartyCreateInput {
    /// A party to begin with: what is not told here, a person or a place, is as it has it.
    pub existing_party_id: Option<ID>,
    pub location: Option<LocationCreateInput>,
    pub person: Option<PersonCreateInput>,
    /// The root of a sale that the party is told for.
    pub reference_id: Option<ID>,
    #[graphql(name = "type")]
    pub kind: PartyType,
}

/// Someone of a sale and where they are; of the two one may be missing.
#[derive(InputObject)]
pub(crate) struct PartyCreateWorkflowInput {
    pub location: Option<CreateLocationInput>,
    pub person: Option<CreatePersonInput>,
    /// Of a kind the last one that was told counts.
    #[graphql(name = "type")]
    pub kind: PartyType,
}

/// What a program keeps with a person or a place.
#[derive(InputObject)]
pub(crate) struct PartyMetadataInput {
    pub key: String,
    pub value: Option<String>,
}

/// The pairs of a list that may hold nothing.
fn pairs(given: Option<Vec<Option<PartyMetadataInput>>>) -> Vec<Pair> {
    let given = given.unwrap_or_default().into_iter().flatten();
    let each = given.map(|pair| Pair {
        key: pair.key,
        value: pair.value.unwrap_or_default(),
    });
    each.collect()
}

/// The same inputs under both names.
macro_rules! places_and_people {
    ($(($place:ident, $person:ident);)*) => {$(
        /// A place.
        #[derive(InputObject)]
        pub(crate) struct $place {
            /// The region.
            pub administrative_area: Option<String>,
            /// The region by its code, which is kept instead of its name.
            pub administrative_area_code: Option<String>,
            pub country_code: CountryCode,
            /// Degrees north.
            pub latitude: Option<Decimal>,
            pub line1: Option<String>,
            pub line2: Option<String>,
            /// Kept behind the second line.
            pub line3: Option<String>,
            /// Kept behind the second line.
            pub line4: Option<String>,
            pub locality: Option<String>,
            /// Degrees east.
            pub longitude: Option<Decimal>,
            /// What the program keeps with it.
            pub metadata: Option<Vec<Option<PartyMetadataInput>>>,
            /// The place by its Open Location Code.
            pub plus_code: Option<String>,
            pub postal_code: Option<String>,
            pub property_type: Option<PropertyType>,
        }

        impl $place {
            fn tell(self, address: &mut Address, details: &mut Details) -> Result<(), Refusal> {
                let said = |text: &Option<String>| text.as_ref().is_some_and(|text| !text.is_empty());
                let code = Some(self.administrative_area_code).filter(said).flatten();
                let lines = [self.line2, self.line3, self.line4];
                let lines: Vec<String> = lines.into_iter().filter(said).flatten().collect();
                address.region = code.or(self.administrative_area).unwrap_or_default();
                address.country = self.country_code.0;
                address.line1 = self.line1.unwrap_or_default();
                address.line2 = lines.join(", ");
                address.city = self.locality.unwrap_or_default();
                address.postal_code = self.postal_code.unwrap_or_default();
                let degrees = |value: Option<Decimal>, field: &str| {
                    value.map(|value| value.number(field)).transpose()
                };
                details.latitude = degrees(self.latitude, "location.latitude")?;
                details.longitude = degrees(self.longitude, "location.longitude")?;
                details.plus_code = self.plus_code.unwrap_or_default();
                details.property = self.property_type.map(Into::into);
                details.place_metadata = pairs(self.metadata);
                Ok(())
            }
        }

        /// A person or a company.
        #[derive(InputObject)]
        pub(crate) struct $person {
            pub company_name: Option<String>,
            pub email: Option<String>,
            pub first_name: Option<String>,
            pub last_name: Option<String>,
            /// What the program keeps with them.
            pub metadata: Option<Vec<Option<PartyMetadataInput>>>,
            pub phone: Option<String>,
        }

        impl $person {
            fn tell(self, address: &mut Address, details: &mut Details) {
                address.company = self.company_name.unwrap_or_default();
                address.email = self.email.unwrap_or_default();
                address.first_name = self.first_name.unwrap_or_default();
                address.last_name = self.last_name.unwrap_or_default();
                address.phone = self.phone.unwrap_or_default();
                details.person_metadata = pairs(self.metadata);
            }
        }
    )*};
}

places_and_people! {
    (LocationCreateInput, PersonCreateInput);
    (CreateLocationInput, CreatePersonInput);
}

/// Who and where, as an order has them, and what is kept besides.
macro_rules! told {
    ($input:ident) => {{
        let (mut address, mut details) = (Address::default(), Details::default());
        if let Some(person) = $input.person {
            person.tell(&mut address, &mut details);
        }
        if let Some(place) = $input.location {
            place.tell(&mut address, &mut details)?;
        }
        Ok((address, details))
    }};
}

impl PartyCreateInput {
    /// Who and where.
    ///
    /// # Errors
    /// Degrees that are none.
    pub fn told(self) -> Result<(Address, Details), Refusal> {
        told!(self)
    }
}

impl PartyCreateWorkflowInput {
    /// Who and where.
    ///
    /// # Errors
    /// Degrees that are none.
    pub fn told(self) -> Result<(Address, Details), Refusal> {
        told!(self)
    }
}
