//! What an organization asks before money goes back or an order is canceled: a while in which it can be undone, and a
//! second person above a limit. Both come in with whoever asks; no rule looks them up.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::money::{Currency, MAX_MINOR, Money};
use crate::refusal::{Problem, Refusal};

/// The longest while in which something can be undone, in seconds.
pub const MAX_UNDO_S: u32 = 300;

/// The role whose limits hold for every program with an API key.
pub const API_KEYS: &str = "api_keys";

/// The role whose limits hold for operator support.
pub const SUPPORT: &str = "support";

/// What holds for one who asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
    /// How long what they confirm can be undone before it is sent, in seconds; 0 sends it at once.
    pub undo_s: u32,
    /// The most they return at once by themselves, in minor units of each currency; no limit where there is none.
    pub limits_minor: BTreeMap<Currency, i64>,
}

impl Policy {
    /// Nothing waits, and nobody has a limit.
    pub const fn none() -> Self {
        Self {
            undo_s: 0,
            limits_minor: BTreeMap::new(),
        }
    }

    /// The limit that this amount is above, where it is above one.
    pub fn exceeded_by(&self, amount: Money) -> Option<Money> {
        let limit = *self.limits_minor.get(&amount.currency)?;
        (amount.minor > limit).then(|| Money::new(limit, amount.currency))
    }
}

/// For what the outside says, and for who is asked nothing.
pub static NO_POLICY: Policy = Policy::none();

/// What an organization has set.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Policies {
    /// How long what a person confirms on a page can be undone, in seconds.
    pub undo_s: u32,
    /// By role and currency: a refund of more minor units needs another person's approval.
    pub approval_above_minor: BTreeMap<String, BTreeMap<Currency, i64>>,
}

impl Default for Policies {
    fn default() -> Self {
        Self {
            undo_s: 10,
            approval_above_minor: BTreeMap::new(),
        }
    }
}

impl Policies {
    /// The same policies, where they can be kept.
    ///
    /// # Errors
    /// [`Refusal::Invalid`] naming `undo` or `limit`.
    pub fn checked(mut self) -> Result<Self, Refusal> {
        if self.undo_s > MAX_UNDO_S {
            let (given, expected) = (self.undo_s.to_string(), format!("0 to {MAX_UNDO_S}"));
            return Err(Refusal::invalid(
                "undo",
                Problem::Malformed { given, expected },
            ));
        }
        let mut limits = self
            .approval_above_minor
            .values()
            .flat_map(BTreeMap::values);
        if limits.any(|limit| !(0..=MAX_MINOR).contains(limit)) {
            return Err(Refusal::invalid("limit", Problem::Negative));
        }
        self.approval_above_minor
            .retain(|_, limits| !limits.is_empty());
        Ok(self)
    }

    /// What holds for one with this role; whether they can undo it is the edge's to say.
    pub fn of_role(&self, role: &str, can_be_undone: bool) -> Policy {
        Policy {
            undo_s: if can_be_undone { self.undo_s } else { 0 },
            limits_minor: self
                .approval_above_minor
                .get(role)
                .cloned()
                .unwrap_or_default(),
        }
    }
}
