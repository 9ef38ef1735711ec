//! Debian's package manager, for the few programs that the tests need beside Rust.

use crate::shell;
use anyhow::{Context, Result, bail};
use std::process::Command;

/// Installs one package, as root or through a sudo that asks nothing.
///
/// # Errors
/// When this is no Debian, when there is no right to install, or when the installation fails.
pub fn install(package: &str) -> Result<()> {
    if !shell::succeeds(Command::new("apt-get").arg("--version")) {
        bail!("{package} is missing and there is no apt-get to install it with");
    }
    if !is_root()? && !shell::succeeds(Command::new("sudo").args(["-n", "true"])) {
        bail!("{package} is missing and neither root nor sudo is there to install it");
    }
    println!("{package} is missing: installing Debian's package");
    apt_get(&["update"])?;
    apt_get(&["install", "--yes", "--no-install-recommends", package])
}

/// Whether this process may do everything on the machine.
///
/// # Errors
/// When the machine has no `id` command.
pub fn is_root() -> Result<bool> {
    Ok(id(&["-u"])? == 0)
}

/// What `id` answers: `-u` asks for the user's number, `-g` for the group's.
///
/// # Errors
/// When there is no such user.
pub fn id(arguments: &[&str]) -> Result<u32> {
    let number = shell::output(Command::new("id").args(arguments))?;
    number
        .trim()
        .parse()
        .with_context(|| format!("read the user's number {number:?}"))
}

fn apt_get(arguments: &[&str]) -> Result<()> {
    // Bounds, so that a dead network or another installation ends in an answer and not in silence.
    let bounds = [
        "-o",
        "DPkg::Lock::Timeout=120",
        "-o",
        "Acquire::Retries=2",
        "-o",
        "Acquire::http::Timeout=30",
        "--quiet",
    ];
    let mut command = if is_root()? {
        Command::new("env")
    } else {
        let mut sudo = Command::new("sudo");
        sudo.args(["-n", "env"]);
        sudo
    };
    shell::run(
        command
            .args(["DEBIAN_FRONTEND=noninteractive", "apt-get"])
            .args(bounds)
            .args(arguments),
    )
}
