//! Carriers behind [`engine::ports::Carriers`].

mod postage;
mod printing;
pub mod sandbox;
pub mod tracking;

pub use sandbox::SandboxLabel;
