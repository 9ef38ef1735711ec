//! Where an order goes and who pays: the original is kept, edits merge field by field (N2).

use serde::{Deserialize, Serialize};

use crate::refusal::{Problem, Refusal};
use crate::text::check_no_nul;

/// A person or company and where they are. Empty text means unknown.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Address {
    /// Given name.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub first_name: String,
    /// Family name.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub last_name: String,
    /// Company.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub company: String,
    /// Street and number.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub line1: String,
    /// Building, floor, door.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub line2: String,
    /// Town.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub city: String,
    /// State, province or prefecture, by its code where it has one.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub region: String,
    /// Postal code.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub postal_code: String,
    /// ISO 3166-1 alpha-2 country.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub country: String,
    /// E-mail.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub email: String,
    /// Telephone.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub phone: String,
}

/// The longest text a field of an address takes, in characters.
pub const MAX_FIELD: usize = 200;

/// One field of an address: its name, how to read it, how to write it.
pub struct AddressField {
    /// The field's name in forms, files and the API.
    pub name: &'static str,
    /// Reads it.
    pub get: fn(&Address) -> &String,
    /// Writes it.
    pub get_mut: fn(&mut Address) -> &mut String,
}

macro_rules! fields {
    ($($name:ident),*) => {
        [$(AddressField { name: stringify!($name), get: |a| &a.$name, get_mut: |a| &mut a.$name }),*]
    };
}

/// Every field of an address, in the order a form shows them.
pub const FIELDS: [AddressField; 11] = fields!(
    first_name,
    last_name,
    company,
    line1,
    line2,
    city,
    region,
    postal_code,
    country,
    email,
    phone
);

/// The fields that say where; the others say who.
const PLACE: [&str; 6] = ["line1", "line2", "city", "region", "postal_code", "country"];

impl Address {
    /// How a list shows the person: name, else company, else e-mail.
    pub fn display_name(&self) -> String {
        let name = format!("{} {}", self.first_name, self.last_name);
        let name = name.trim();
        [name, &self.company, &self.email]
            .into_iter()
            .find(|text| !text.is_empty())
            .unwrap_or_default()
            .to_owned()
    }

    /// Trims every field, puts the country into capitals, and refuses what cannot be an address.
    ///
    /// # Errors
    /// [`Refusal::Invalid`] naming `prefix.field`: an unknown country, or a text longer than [`MAX_FIELD`].
    pub fn checked(mut self, prefix: &str) -> Result<Self, Refusal> {
        for field in &FIELDS {
            let value = (field.get_mut)(&mut self);
            if value.trim().len() != value.len() {
                *value = value.trim().to_owned();
            }
            check_no_nul(value, &format!("{prefix}.{}", field.name))?;
            if value.chars().count() > MAX_FIELD {
                let problem = Problem::TooLong { max: MAX_FIELD };
                return Err(Refusal::invalid(
                    &format!("{prefix}.{}", field.name),
                    problem,
                ));
            }
        }
        self.country.make_ascii_uppercase();
        check_country(&self.country, &format!("{prefix}.country"))?;
        Ok(self)
    }

    /// This address with the edit from `before` to `after` laid over it, field by field.
    ///
    /// Two people who edit different fields both keep their work; the same field is a conflict that shows both.
    ///
    /// # Errors
    /// [`Refusal::Changed`] for the first field that someone else changed to something else since `before`.
    pub fn merged(&self, before: &Self, after: &Self, prefix: &str) -> Result<Self, Refusal> {
        let mut merged = self.clone();
        for field in &FIELDS {
            let (was, now, yours) = ((field.get)(before), (field.get)(self), (field.get)(after));
            if was == yours || now == yours {
                continue;
            }
            if was != now {
                return Err(Refusal::Changed {
                    field: format!("{prefix}.{}", field.name),
                    now: now.clone(),
                    yours: yours.clone(),
                });
            }
            (field.get_mut)(&mut merged).clone_from(yours);
        }
        Ok(merged)
    }

    /// This address where it tells a person or a place; what it does not tell at all of the two is the other's.
    #[must_use]
    pub fn or(mut self, other: &Self) -> Self {
        let is_place = |field: &AddressField| PLACE.contains(&field.name);
        for wants_place in [false, true] {
            let fields = || FIELDS.iter().filter(|field| is_place(field) == wants_place);
            if fields().all(|field| (field.get)(&self).is_empty()) {
                for field in fields() {
                    (field.get_mut)(&mut self).clone_from((field.get)(other));
                }
            }
        }
        self
    }

    /// The names of the fields in which the two differ in more than letter case and spaces.
    pub fn differences(&self, other: &Self) -> Vec<&'static str> {
        let same = |a: &str, b: &str| crate::search::is_same_text(a, b);
        FIELDS
            .iter()
            .filter(|field| !same((field.get)(self), (field.get)(other)))
            .map(|field| field.name)
            .collect()
    }
}

/// Refuses what is not an ISO 3166-1 alpha-2 code; an empty one passes where a country is optional.
///
/// # Errors
/// [`Refusal::Invalid`] naming `field`.
pub fn check_country(code: &str, field: &str) -> Result<(), Refusal> {
    if code.is_empty() || isocountry::CountryCode::for_alpha2(code).is_ok() {
        return Ok(());
    }
    Err(Refusal::invalid(
        field,
        Problem::UnknownCountry {
            given: code.to_owned(),
        },
    ))
}
