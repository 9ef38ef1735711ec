//! Payment providers behind [`engine::ports::Payments`].

mod ledger;
mod record;
pub mod sandbox;

pub use record::{News, SandboxRefund, Standing, ToCome};
