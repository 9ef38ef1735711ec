//! `cargo xtask demo`: a desk to click through, with invented orders in it.

use crate::shell;
use anyhow::{Context, Result};
use clap::Args;
use std::path::{Path, PathBuf};

/// What the demonstration holds and where it listens.
#[derive(Args)]
pub struct Demo {
    /// How many orders to invent.
    #[arg(long, default_value_t = 2000)]
    pub orders: u64,
    /// The same seed invents the same orders.
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// Address and port of the desk.
    #[arg(long, default_value = "127.0.0.1:8080")]
    pub listen: String,
    /// Folder of its database; `target/demo` of the workspace unless said.
    #[arg(long)]
    pub data: Option<PathBuf>,
}

/// Builds the desk and serves it until it is stopped.
///
/// # Errors
/// When it does not build or does not start.
pub fn run(root: &Path, demo: &Demo) -> Result<()> {
    // A folder that a person names is meant from where they stand, not from the root, where cargo runs.
    let data = match &demo.data {
        Some(named) => std::path::absolute(named).context("find the data folder")?,
        None => root.join("target/demo"),
    };
    let mut command = shell::cargo(root, &["run", "--release", "-p", "bordereau", "--", "demo"]);
    command.arg("--data").arg(data);
    command.args([
        "--listen",
        &demo.listen,
        "--orders",
        &demo.orders.to_string(),
        "--seed",
        &demo.seed.to_string(),
    ]);
    shell::run(&mut command)
}
