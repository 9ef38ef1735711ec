//! The order API as a program meets it: the real binary, HTTP, JSON and nothing else, on every database.

#![allow(
    clippy::too_many_lines,
    clippy::unwrap_used,
    reason = "a test program: each test tells one story whole, and helpers may unwrap too"
)]

#[path = "../support/mod.rs"]
#[allow(dead_code, reason = "shared with the other test programs")]
mod support;

mod asking;
mod changing;
mod client;
mod clients;
mod console;
mod doors;
mod examples;
mod fuzz;
mod garbage;
mod labels;
mod lists;
mod once;
mod parties;
mod quick_start;
mod refunding;
mod shape;
mod shipments;
mod shipping;
mod shown;
mod webhooks;
mod webhooks_documented;
mod webhooks_killed;
mod webhooks_listen;
mod workflow;
mod workflow_numbers;
mod workflow_stale;
