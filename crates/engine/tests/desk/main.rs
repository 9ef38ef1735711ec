//! One conformance suite for every database: what the desk promises, through its public interface.

#![allow(
    clippy::unwrap_used,
    reason = "a test program: the lint knows test functions only, not their helpers"
)]

mod account_mail;
mod activity;
mod backoff;
mod chosen;
mod concurrency;
mod cuts;
mod deliveries;
mod deliveries_apart;
mod deliveries_disorder;
mod deliveries_hints;
mod effects;
mod holds;
mod idempotency;
mod import;
mod invitations;
mod isolation;
mod keys;
mod label_list;
mod labels;
mod landed_cost_orders;
mod landed_costs;
mod list;
mod mail_words;
mod news;
mod orders;
mod outgoing;
mod password_resets;
mod payments;
mod people;
mod places;
mod plans;
mod presence;
mod reconcile;
mod refund_attempts;
mod refund_queue;
mod refunds;
mod roles;
mod search;
mod second_factor_resets;
mod second_factors;
mod settings;
mod sign_ins;
mod statements;
#[path = "../support/mod.rs"]
mod support;
mod taken;
mod tariffs;
mod team;
mod two_payments;
mod upkeep;
mod views;
mod waiting;
mod webhooks;
mod webhooks_apart;
mod webhooks_failing;
mod workers;
