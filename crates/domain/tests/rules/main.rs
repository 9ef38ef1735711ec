//! The rules of the specification, one test or table each, named for the rule it proves.

#![allow(
    clippy::unwrap_used,
    reason = "a test program: the lint knows test functions only, not their helpers"
)]

mod actions;
mod cancel;
mod coverage;
mod edits;
mod history;
mod intake;
mod labels;
mod money;
mod parts;
mod payments;
mod reconcile;
mod refund_by_hand;
mod refund_settling;
mod refunds;
mod shipping;
mod shop;
#[path = "../support/mod.rs"]
mod support;
