//! Mail behind [`engine::ports::Mail`].

mod letter;
pub mod outbox;

pub use outbox::OutboxLetter;
