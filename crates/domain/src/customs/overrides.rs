//! Overrides: someone answers for going on all the same, and it is recorded why and who.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Code, Finding};
use crate::actor::By;
use crate::ids::ItemId;
use crate::refund::MAX_NOTE;
use crate::refusal::{Problem, Refusal};
use crate::text::required_text;

/// What someone answers for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Override {
    /// What was found.
    pub code: Code,
    /// Of which item; none where it is about the whole parcel.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub item: Option<ItemId>,
    /// Why they go on.
    pub reason: String,
    /// Who.
    pub by: By,
    /// When.
    pub at: Timestamp,
}

/// Takes an override of one of these findings.
///
/// # Errors
/// [`Refusal::Invalid`] naming `reason`, or `code` where nothing of the kind was found or it cannot be overridden.
pub fn take(
    findings: &[Finding],
    (code, item): (Code, Option<&ItemId>),
    reason: &str,
    (by, at): (&By, Timestamp),
) -> Result<Override, Refusal> {
    let reason = required_text(reason, "reason", MAX_NOTE)?;
    let is_it = |finding: &&Finding| finding.code == code && finding.item.as_ref() == item;
    let problem = match findings.iter().find(is_it) {
        None => Problem::Unknown { given: code.name() },
        Some(_) if !code.can_be_overridden() => Problem::Malformed {
            given: code.name(),
            expected: "something that can be overridden; correct it instead".to_owned(),
        },
        Some(_) => {
            return Ok(Override {
                code,
                item: item.cloned(),
                reason,
                by: by.clone(),
                at,
            });
        }
    };
    Err(Refusal::invalid("code", problem))
}

/// Marks what someone answers for; the last one holds.
pub(super) fn apply(overrides: &[Override], found: &mut [Finding]) {
    for finding in found {
        let is_it = |one: &&Override| one.code == finding.code && one.item == finding.item;
        if finding.code.can_be_overridden() {
            let last = overrides.iter().rev().find(is_it);
            finding.overridden = last.map(|one| one.reason.clone());
        }
    }
}
