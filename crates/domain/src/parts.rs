//! The three parts of what was paid, each with its own ceiling (R4).

use serde::{Deserialize, Serialize};

use crate::money::allocate;

/// One of the three parts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// Cart subtotal: items less discounts.
    Item,
    /// Shipping.
    Shipping,
    /// Duties, taxes and fees of import.
    DutyTaxFee,
}

impl Part {
    /// All three, in the order a form shows them.
    pub const ALL: [Self; 3] = [Self::Item, Self::Shipping, Self::DutyTaxFee];

    /// The field of a form or a file that holds it.
    pub fn field(self) -> &'static str {
        match self {
            Self::Item => "item",
            Self::Shipping => "shipping",
            Self::DutyTaxFee => "duty_tax_fee",
        }
    }
}

/// An amount in its three parts, in minor units of one currency known from where it stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[allow(missing_docs, reason = "the parts are told at Part")]
pub struct Parts {
    #[serde(skip_serializing_if = "is_zero")]
    pub item_minor: i64,
    #[serde(skip_serializing_if = "is_zero")]
    pub shipping_minor: i64,
    #[serde(skip_serializing_if = "is_zero")]
    pub duty_tax_fee_minor: i64,
}

pub(crate) fn is_zero(minor: &i64) -> bool {
    *minor == 0
}

impl Parts {
    /// From the three amounts in the order of [`Part::ALL`].
    pub fn from_array([item_minor, shipping_minor, duty_tax_fee_minor]: [i64; 3]) -> Self {
        Self {
            item_minor,
            shipping_minor,
            duty_tax_fee_minor,
        }
    }

    /// The three amounts in the order of [`Part::ALL`].
    pub fn to_array(self) -> [i64; 3] {
        [
            self.item_minor,
            self.shipping_minor,
            self.duty_tax_fee_minor,
        ]
    }

    /// One of them.
    pub fn get(self, part: Part) -> i64 {
        match part {
            Part::Item => self.item_minor,
            Part::Shipping => self.shipping_minor,
            Part::DutyTaxFee => self.duty_tax_fee_minor,
        }
    }

    /// All of them together; saturates, so that absurd input stays over every ceiling.
    pub fn total_minor(self) -> i64 {
        self.to_array().into_iter().fold(0, i64::saturating_add)
    }

    /// Part by part.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        self.zip(other, i64::saturating_add)
    }

    /// Part by part.
    #[must_use]
    pub fn minus(self, other: Self) -> Self {
        self.zip(other, i64::saturating_sub)
    }

    /// `combine` for each part of both.
    #[must_use]
    pub fn zip(self, other: Self, combine: fn(i64, i64) -> i64) -> Self {
        let (a, b) = (self.to_array(), other.to_array());
        Self::from_array(std::array::from_fn(|index| combine(a[index], b[index])))
    }

    /// The first `minor` units, filling goods, then shipping, then duties and taxes; what is over goes to goods.
    ///
    /// It grows with `minor` in every part, so that a later capture never lowers a ceiling.
    #[must_use]
    pub fn fill(self, minor: i64) -> Self {
        let mut rest = minor;
        let mut filled = self.to_array().map(|part| {
            let taken = part.min(rest).max(0);
            rest -= taken;
            taken
        });
        filled[0] += rest;
        Self::from_array(filled)
    }

    /// Splits it over payments that can still return `left_minor` each: the first payment is emptied first.
    ///
    /// The legs add up to `self`, part by part, as long as the payments together can return it.
    pub fn over(self, left_minor: &[i64]) -> Vec<Self> {
        let mut rest = self;
        left_minor
            .iter()
            .map(|left| {
                let left = (*left).max(0);
                let leg = if rest.total_minor() <= left {
                    rest
                } else {
                    let shares = allocate(left, &rest.to_array());
                    Self::from_array([shares[0], shares[1], shares[2]])
                };
                rest = rest.minus(leg);
                leg
            })
            .collect()
    }
}
