//! Why a use case did not do what was asked. A person can act on all but a defect.

use domain::ids::OrderId;
use domain::refusal::Refusal;

use crate::store::StoreError;

/// Why nothing happened.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// A rule does not let it happen; the value says which, why, and what to do instead.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// There is no such order here: another organization's and another mode's are not there either.
    #[error("order {0} is not known here")]
    NotFound(OrderId),
    /// The same key came before with another request.
    #[error("the idempotency key was used before with another request; use a new key")]
    KeyReused,
    /// Too many changed the same order at once; asking again can help.
    #[error("order {0} is being changed by many at once; try again")]
    Busy(OrderId),
    /// The database; whether asking again can help is its own word.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Failure {
    /// Whether the same request may succeed if it is made again.
    pub fn can_retry(&self) -> bool {
        match self {
            Self::Busy(_) => true,
            Self::Store(error) => error.is_transient(),
            Self::Refused(_) | Self::NotFound(_) | Self::KeyReused => false,
        }
    }
}
