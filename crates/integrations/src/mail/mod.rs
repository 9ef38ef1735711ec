//! Mail behind [`engine::ports::Mail`].

mod message;
pub mod outbox;

pub use outbox::OutboxLetter;
