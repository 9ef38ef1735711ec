//! Stripe: what is asked and what the answers mean, by recorded bodies; then against a stand-in that keeps state, behind
//! a proxy that loses, cuts, delays and doubles, with every question and answer held against Stripe's own description
//! of its interface. `cargo xtask test` starts the stand-in and names it in the environment; without it the tests
//! that need it say so and do nothing.

#![allow(
    clippy::unwrap_used,
    reason = "a test program: the lint knows test functions only, not their helpers"
)]

mod amounts;
mod answers;
mod desk;
mod disputes;
mod ends;
mod events;
mod faults;
#[path = "../../../engine/tests/support/mod.rs"]
#[allow(dead_code, reason = "the engine's own tests use the rest of it")]
mod harness;
mod office;
mod payments;
mod post;
mod proxy;
mod refunds;
mod requests;
mod routing;
mod signature;
#[path = "../support/signed.rs"]
mod signed;
mod spec;
mod told;
mod world;
