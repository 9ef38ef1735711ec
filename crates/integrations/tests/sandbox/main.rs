//! The sandbox: its word is kept, its misbehaviour is what was asked for, and a desk that works with it stays right.

#![allow(
    clippy::unwrap_used,
    reason = "a test program: the lint knows test functions only, not their helpers"
)]

mod books;
mod desk;
mod labels;
#[path = "../support/letter.rs"]
mod letter;
mod mail;
mod movements;
mod news;
mod payments;
mod rates;
mod shops;
mod support;
