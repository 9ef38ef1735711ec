//! Carriers behind [`engine::ports::Carriers`].

mod postage;
pub mod sandbox;
pub mod tracking;

pub use sandbox::SandboxLabel;
