//! Rates of exchange behind [`engine::ports::Rates`].

pub mod table;
