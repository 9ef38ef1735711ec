//! `cargo xtask crash`: kills the desk many more times than the tests do.

use crate::postgres::{self, Durability, Postgres};
use crate::shell;
use crate::stand_ins::{StandIn, WORLD};
use anyhow::{Context, Result};
use clap::Args;
use std::path::Path;

/// How often it is killed.
#[derive(Args)]
pub struct Crash {
    /// How many times the desk of each database is killed.
    #[arg(long, default_value_t = 500)]
    pub kills: u32,
    /// The same seed plans and kills alike.
    #[arg(long, default_value_t = 1)]
    pub seed: u32,
}

/// Runs the crash test so often, against a stand-in for Stripe, and shows what it counted.
///
/// # Errors
/// When there is no PostgreSQL or no stand-in, or something was lost or done twice.
pub fn run(root: &Path, crash: &Crash) -> Result<()> {
    let programs = postgres::find_or_install().context("the crash test needs PostgreSQL")?;
    let server = Postgres::start(&programs, Durability::Durable)?;
    let stripe = StandIn::start(root, &WORLD).context("the crash test needs its provider")?;
    let test = [
        "test",
        "-p",
        "bordereau",
        "--test",
        "crash",
        "--",
        "--nocapture",
    ];
    let mut command = shell::cargo(root, &test);
    command
        .env("BORDEREAU_CRASH_KILLS", crash.kills.to_string())
        .env("BORDEREAU_CRASH_SEED", crash.seed.to_string())
        .env("BORDEREAU_TEST_POSTGRES", server.url())
        .env("BORDEREAU_TEST_STRIPE", stripe.url());
    shell::run(&mut command)
}
