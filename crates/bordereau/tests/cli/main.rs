//! The command line as a person meets it: the real binary, its files, its words and its exit codes.

#![allow(
    clippy::too_many_lines,
    clippy::unwrap_used,
    reason = "a test program: each test tells one story whole, and helpers may unwrap too"
)]

#[allow(
    dead_code,
    reason = "the tests of the adapter itself use the rest of it"
)]
#[path = "../../../integrations/tests/support/smtp.rs"]
mod scripted_smtp;
#[path = "../../../integrations/tests/support/signed.rs"]
mod signed;
#[path = "../support/mod.rs"]
mod support;

mod backup;
mod captures;
mod carried;
mod cdnow;
mod chosen;
mod clashes;
mod columns;
mod corrections;
mod days;
mod deliveries;
mod demo;
mod doctor;
mod documented;
mod emails;
mod export;
mod flows;
mod guessing;
mod help;
mod hooks;
mod import_again;
mod import_csv;
mod import_json;
mod landed_cost;
mod live;
mod localstripe;
mod pages;
mod passwords;
mod people;
mod refund_queue;
mod refused;
mod second_factors;
mod second_factors_team;
mod settings;
mod smtp;
mod team;
mod views;
mod waiting;
mod webhooks;
