//! Shops behind [`engine::ports::Shops`].

pub mod sandbox;
