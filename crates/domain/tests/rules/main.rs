//! The rules of the specification, one test or table each, named for the rule it proves.

#![allow(
    clippy::unwrap_used,
    reason = "a test program: the lint knows test functions only, not their helpers"
)]

mod actions;
mod approval;
mod cancel;
mod capturing;
mod cartons;
mod coverage;
mod disputes;
mod edits;
mod history;
mod intake;
mod labels;
mod landed_cost;
mod landed_cost_notes;
mod mails;
mod money;
mod parts;
mod payments;
mod places;
mod reconcile;
mod refund_by_hand;
mod refund_foreign;
mod refund_settling;
mod refunds;
mod shipments;
mod shipping;
mod shop;
#[path = "../support/mod.rs"]
mod support;
mod tariff;
mod totp;
mod tracking;
mod waiting;
