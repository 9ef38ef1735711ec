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
    /// A folder for the embedded desk, which is kept; one that was filled before is measured as it is.
    #[arg(long)]
    pub data: Option<PathBuf>,
    /// Measure the embedded desk alone (`sqlite`), or PostgreSQL alone (`postgres`).
    #[arg(long, value_parser = ["sqlite", "postgres"])]
    pub only: Option<String>,
    /// Also write the figures to this file, as JSON.
    #[arg(long)]
    pub out: Option<PathBuf>,
}

/// Runs the benchmark and passes on what it prints.
///
/// # Errors
/// When there is no PostgreSQL, or the benchmark fails.
pub fn run(root: &Path, bench: &Bench) -> Result<()> {
    let mut command = shell::cargo(root, &["bench", "-p", "bordereau", "--bench", "desk", "--"]);
    command.args(["--orders", &bench.orders.to_string()]);
    // Cargo runs a benchmark in its crate's folder, so no name may depend on the folder.
    if let Some(folder) = &bench.data {
        let folder = std::path::absolute(folder).context("find the folder of the desk")?;
        command.arg("--data").arg(folder);
    }
    if let Some(file) = &bench.out {
        let file = std::path::absolute(file).context("find the file for the figures")?;
        command.arg("--json").arg(file);
    }
    if let Some(only) = &bench.only {
        command.args(["--only", only]);
    }
    if bench.only.as_deref() == Some("sqlite") {
        return shell::run(&mut command);
    }
    let programs = postgres::find_or_install().context("the benchmark needs PostgreSQL")?;
    // Durable: a commit that skips the disk would measure nothing that a merchant gets.
    let server = Postgres::start(&programs, Durability::Durable)?;
    shell::run(command.args(["--postgres", &server.url()]))
}
