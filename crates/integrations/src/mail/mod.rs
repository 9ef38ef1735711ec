//! Mail behind [`engine::ports::Mail`].

mod message;
pub mod outbox;
mod server;
mod smtp;

pub use outbox::OutboxLetter;
pub use server::{MailServer, MailServerError};
pub use smtp::{Post, Smtp};
