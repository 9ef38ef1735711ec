//! What programs keep with things of theirs: a value under a name, which the desk only hands back.

use serde::{Deserialize, Serialize};

use crate::refusal::{Problem, Refusal};
use crate::text::optional_text;

/// The most pairs that one thing has.
pub const MAX_PAIRS: usize = 100;

/// The longest name or value, in characters.
pub const MAX_PAIR: usize = 500;

/// A value under a name; either may be empty.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[allow(missing_docs, reason = "each name says it")]
pub struct Pair {
    pub key: String,
    pub value: String,
}

/// The same pairs with their texts trimmed.
///
/// # Errors
/// [`Refusal::Invalid`] naming `field`: more than [`MAX_PAIRS`], a text longer than [`MAX_PAIR`].
pub fn checked(pairs: Vec<Pair>, field: &str) -> Result<Vec<Pair>, Refusal> {
    if pairs.len() > MAX_PAIRS {
        return Err(Refusal::invalid(field, Problem::TooMany { max: MAX_PAIRS }));
    }
    let each = pairs.into_iter().map(|pair| {
        Ok(Pair {
            key: optional_text(&pair.key, field, MAX_PAIR)?,
            value: optional_text(&pair.value, field, MAX_PAIR)?,
        })
    });
    each.collect()
}
