//! Payment providers behind [`engine::ports::Payments`].

mod by_provider;
mod ledger;
mod ledger_news;
mod record;
pub mod sandbox;
pub mod stripe;
pub mod stripe_amounts;
pub mod stripe_answers;
pub mod stripe_books;
pub mod stripe_events;
mod stripe_objects;
pub mod stripe_requests;
pub mod stripe_signature;

pub use by_provider::ByProvider;
pub use record::{News, SandboxRefund, Standing, ToCome};
pub use stripe::Stripe;
pub use stripe_events::StripeHook;
