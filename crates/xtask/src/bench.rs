//! `cargo xtask bench`: the desk's own benchmark, with a PostgreSQL beside it that keeps what it commits.

use crate::postgres::{self, Durability, Postgres};
use crate::shell;
use anyhow::{Context, Result};
use clap::Args;
use std::path::{Path, PathBuf};

/// How much is measured and where the figures go.
#[derive(Args)]
pub struct Bench {
    /// How many orders the databases hold while they are measured.
    #[arg(long, default_value_t = 100_000)]
    pub orders: u64,
    /// Also write the figures to this file, as JSON.
    #[arg(long)]
    pub out: Option<PathBuf>,
}

/// Runs the benchmark and passes on what it prints.
///
/// # Errors
/// When there is no PostgreSQL, or the benchmark fails.
pub fn run(root: &Path, bench: &Bench) -> Result<()> {
    let programs = postgres::find_or_install().context("the benchmark needs PostgreSQL")?;
    // Durable: a commit that skips the disk would measure nothing that a merchant gets.
    let server = Postgres::start(&programs, Durability::Durable)?;
    let mut command = shell::cargo(root, &["bench", "-p", "bordereau", "--bench", "desk", "--"]);
    command.args([
        "--orders",
        &bench.orders.to_string(),
        "--postgres",
        &server.url(),
    ]);
    if let Some(file) = &bench.out {
        // Cargo runs a benchmark in its crate's folder, so the name must not depend on the folder.
        command
            .arg("--json")
            .arg(std::path::absolute(file).context("find the file for the figures")?);
    }
    shell::run(&mut command)
}
