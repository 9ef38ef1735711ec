//! The seller's registrations with tax and customs offices: the numbers that go on labels and customs papers.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::refusal::{Problem, Refusal};
use crate::tariff::EU_MEMBERS;

/// A kind of registration.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scheme {
    /// The European Union's Import One-Stop Shop.
    Ioss,
    /// Economic operator of the European Union.
    EuEori,
    /// Economic operator of Great Britain.
    GbEori,
    /// Value added tax of the United Kingdom.
    GbVat,
    /// Norway's VAT on e-commerce.
    NoVoec,
    /// Value added tax of Switzerland and Liechtenstein.
    ChVat,
    /// Goods and services tax of Australia.
    AuGst,
    /// Goods and services tax of New Zealand.
    NzGst,
}

/// An organization's numbers.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct TaxIds(pub BTreeMap<Scheme, String>);

impl TaxIds {
    /// The number of a registration, where there is one.
    pub fn get(&self, scheme: Scheme) -> Option<&str> {
        self.0.get(&scheme).map(String::as_str)
    }

    /// The same numbers as offices write them; those that are empty are none.
    ///
    /// # Errors
    /// [`Refusal::Invalid`] naming the registration, as [`Scheme::name`] has it.
    pub fn checked(self) -> Result<Self, Refusal> {
        let mut checked = BTreeMap::new();
        for (scheme, given) in self.0 {
            if given.trim().is_empty() {
                continue;
            }
            let number = scheme.read(&given).ok_or_else(|| {
                let expected = scheme.form().to_owned();
                Refusal::invalid(&scheme.name(), Problem::Malformed { given, expected })
            })?;
            checked.insert(scheme, number);
        }
        Ok(Self(checked))
    }
}

impl Scheme {
    /// Every registration, in the order of a page.
    pub const ALL: [Self; 8] = [
        Self::Ioss,
        Self::EuEori,
        Self::GbEori,
        Self::GbVat,
        Self::NoVoec,
        Self::ChVat,
        Self::AuGst,
        Self::NzGst,
    ];

    /// Its name in forms and the API.
    pub fn name(self) -> String {
        let value = serde_json::to_value(self).unwrap_or_default();
        value.as_str().unwrap_or_default().to_owned()
    }

    /// How its numbers look, in plain words.
    pub fn form(self) -> &'static str {
        match self {
            Self::Ioss => "an IOSS number: IM and 10 digits",
            Self::EuEori => {
                "an EORI of the European Union: a member's two letters, then up to 15 letters and digits"
            }
            Self::GbEori => "an EORI of Great Britain: GB and 12 or 15 digits",
            Self::GbVat => {
                "a VAT number of the United Kingdom: GB and 9 or 12 digits with their check digits"
            }
            Self::NoVoec => "a VOEC number: 7 digits, the first a 2",
            Self::ChVat => "a Swiss VAT number: CHE and 9 digits with their check digit",
            Self::AuGst => {
                "an Australian reference number of 12 digits, or a business number (ABN) of 11 with their check digits"
            }
            Self::NzGst => "a New Zealand GST number of 8 or 9 digits with their check digit",
        }
    }

    /// A number as its office writes it, without spaces and points; none where it cannot be one.
    pub fn read(self, given: &str) -> Option<String> {
        let letters = given
            .chars()
            .filter(|letter| !matches!(letter, ' ' | '.' | '-' | '\u{a0}'));
        let text: String = letters.map(|letter| letter.to_ascii_uppercase()).collect();
        let is_right = match self {
            // Directive 2006/112/EC, title XII chapter 6 section 4; Implementing Regulation (EU) 2020/194, annex.
            Self::Ioss => digits_after(&text, "IM", &[10]),
            // Implementing Regulation (EU) 2015/2447, annex 12-01: country and national number, 17 characters at most.
            Self::EuEori => is_eu_eori(&text),
            // GOV.UK, "Get an EORI number"; the VAT number's digits and three more.
            Self::GbEori => digits_after(&text, "GB", &[12, 15]),
            Self::GbVat => return gb_vat(&text),
            // Skatteetaten, "VAT on e-commerce": seven digits.
            Self::NoVoec => {
                let digits = text.strip_prefix("VOEC").unwrap_or(&text);
                return (digits_after(digits, "", &[7]) && digits.starts_with('2'))
                    .then(|| digits.to_owned());
            }
            Self::ChVat => return ch_vat(&text),
            Self::AuGst => digits_after(&text, "", &[12]) || is_abn(&text),
            Self::NzGst => is_nz_gst(&text),
        };
        is_right.then_some(text)
    }
}

fn digits_after(text: &str, start: &str, lengths: &[usize]) -> bool {
    text.strip_prefix(start).is_some_and(|rest| {
        lengths.contains(&rest.len()) && rest.bytes().all(|byte| byte.is_ascii_digit())
    })
}

fn is_eu_eori(text: &str) -> bool {
    let (Some(country), Some(number)) = (text.get(..2), text.get(2..)) else {
        return false;
    };
    // Northern Ireland's operators are the Union's.
    (EU_MEMBERS.contains(&country) || country == "XI")
        && (1..=15).contains(&number.len())
        && number.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

/// The sum of the digits, each by its weight; only as many as there are weights.
fn weighed(digits: &str, weights: &[u32]) -> u32 {
    let values = digits
        .bytes()
        .map(|byte| u32::from(byte.saturating_sub(b'0')));
    values
        .zip(weights)
        .map(|(value, weight)| value * weight)
        .sum()
}

/// Two check digits make the sum a multiple of 97, or short of one by 55 for numbers given out since 2010.
fn gb_vat(text: &str) -> Option<String> {
    let digits = text.strip_prefix("GB").unwrap_or(text);
    let is_number = digits_after(digits, "", &[9, 12]);
    let sum = weighed(digits, &[8, 7, 6, 5, 4, 3, 2, 10, 1]);
    let is_right = is_number && (sum.is_multiple_of(97) || (sum + 55).is_multiple_of(97));
    is_right.then(|| format!("GB{digits}"))
}

/// The Swiss business number (UID): the ninth digit checks the eight before it (Federal Statistical Office).
fn ch_vat(text: &str) -> Option<String> {
    let endings = ["MWST", "TVA", "IVA"];
    let stripped = endings.iter().find_map(|ending| text.strip_suffix(ending));
    let number = stripped.unwrap_or(text);
    let digits = number.strip_prefix("CHE")?;
    let sum = weighed(digits, &[5, 4, 3, 2, 7, 6, 5, 4, 1]);
    let is_right = digits_after(digits, "", &[9]) && sum.is_multiple_of(11);
    is_right.then(|| number.to_owned())
}

/// The Australian Business Number: less one in the first digit, the weighted sum is a multiple of 89 (ABR).
fn is_abn(text: &str) -> bool {
    let weights = [10, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19];
    let sum = weighed(text, &weights);
    digits_after(text, "", &[11]) && !text.starts_with('0') && (sum - 10).is_multiple_of(89)
}

/// The number of Inland Revenue, which GST numbers are: one of two sets of weights gives the check digit.
fn is_nz_gst(text: &str) -> bool {
    if !digits_after(text, "", &[8, 9]) {
        return false;
    }
    let padded = format!("{text:0>9}");
    let check = weighed(&padded[8..], &[1]);
    let left = |weights: &[u32; 8]| match weighed(&padded, weights) % 11 {
        0 => 0,
        rest => 11 - rest,
    };
    let expected = match left(&[3, 2, 7, 6, 5, 4, 3, 2]) {
        10 => left(&[7, 4, 3, 2, 5, 2, 7, 6]),
        first => first,
    };
    expected == check
}
