//! Stripe: what is asked and what the answers mean, by recorded bodies; then against a stand-in that keeps state, behind
//! a proxy that loses, cuts, delays and doubles, with every question and answer held against Stripe's own description
//! of its interface; and against one of another maker that fails on order. `cargo xtask test` names them in the
//! environment; without them the tests that need them say so and do nothing.

#![allow(
    clippy::unwrap_used,
    reason = "a test program: the lint knows test functions only, not their helpers"
)]

mod amounts;
mod answers;
mod books;
mod compared;
mod desk;
mod disputes;
mod ends;
mod events;
mod faults;
#[path = "../../../engine/tests/support/mod.rs"]
#[allow(dead_code, reason = "the engine's own tests use the rest of it")]
mod harness;
mod office;
mod on_order;
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
