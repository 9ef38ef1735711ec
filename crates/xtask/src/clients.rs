//! Clients of the order API by other makers, and the fuzzer that asks it: see `crates/bordereau/tests/api`.

use crate::postgres::{self, Durability, Postgres};
use crate::pypi::Package;
use crate::shell;
use anyhow::{Context, Result};
use clap::Args;
use std::path::{Path, PathBuf};

/// The client in Python, the fuzzer, and what they need; every one of them is the same on every machine.
const PYTHON: Package = Package {
    folder: "api-clients",
    requirements: include_str!("../../../tests/api/requirements.txt"),
};

/// The folder from which Python finds them.
///
/// # Errors
/// When pip or the network is not there: the message is the reason why tests with them cannot run.
pub fn python(root: &Path) -> Result<PathBuf> {
    let file = PYTHON.file(root, "gql/client.py")?;
    let packages = file.parent().and_then(Path::parent);
    packages
        .map(Path::to_owned)
        .context("the file is two folders deep")
}

/// How long is fuzzed.
#[derive(Args)]
pub struct Fuzz {
    /// Minutes in all, half of them for each database.
    #[arg(long, default_value_t = 10)]
    pub minutes: u32,
    /// The same seed asks alike.
    #[arg(long, default_value_t = 1)]
    pub seed: u32,
}

/// Asks a desk on each database for so long, and shows what was counted.
///
/// # Errors
/// When there is no PostgreSQL or no fuzzer, or an answer is not as it should be.
pub fn fuzz(root: &Path, fuzz: &Fuzz) -> Result<()> {
    let programs = postgres::find_or_install().context("the fuzzer asks PostgreSQL too")?;
    let server = Postgres::start(&programs, Durability::ForTests)?;
    let python = python(root)?;
    let test = ["test", "-p", "bordereau", "--test", "api", "fuzz::", "--"];
    let mut command = shell::cargo(root, &test);
    command
        .arg("--nocapture")
        .env("BORDEREAU_FUZZ_S", (fuzz.minutes * 30).to_string())
        .env("BORDEREAU_FUZZ_SEED", fuzz.seed.to_string())
        .env("BORDEREAU_TEST_API_PYTHON", python)
        .env("BORDEREAU_TEST_POSTGRES", server.url());
    shell::run(&mut command)
}
