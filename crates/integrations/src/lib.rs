//! Adapters behind the engine's ports, one file each: payments, carriers, shops, mail, rates. No SQL, no decisions.
//!
//! What is here so far is the sandbox: an outside world on the desk's own disk, for the demo and for tests. It keeps
//! its own books, so that its word survives a crash of the desk, and it can be told to misbehave. Start at
//! [`sandbox`]; how to make it misbehave, by hand and from a test, is told in [`script`].

mod books;
pub mod carriers;
mod invent;
pub mod mail;
pub mod payments;
pub mod rates;
pub mod sandbox;
pub mod script;
pub mod sending;
pub mod shops;
pub mod webhooks;

pub use sandbox::{Sandbox, sandbox_ports};
pub use script::{Call, Misbehaviour};
