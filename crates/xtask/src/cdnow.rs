//! The CDNOW data: 69,659 real purchases, a year and a half of a shop's life, to import in tests.
//!
//! It is fetched from PyPI's `Lifetimes` (pinned, checked by its hash) and kept in `target/xtask`; none of it is
//! committed, since it is not ours to publish.

use crate::{debian, shell};
use anyhow::{Context, Result, bail};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// One line, so that pip refuses a file whose content is not the one that was looked at.
const REQUIREMENT: &str = "Lifetimes==0.11.3 --hash=sha256:261e3dc89977c2b60767ca6728aaa29d429de0c814635070a749c36555895da8\n";

/// Where the purchases are within the package: customer, day, number of discs, dollars; one purchase a line.
const PURCHASES: &str = "lifetimes/datasets/CDNOW_master.txt";

/// The purchases' file, fetched once and found again ever after.
///
/// # Errors
/// When pip or the network is not there: the message is the reason why tests on this data cannot run.
pub fn find_or_fetch(root: &Path) -> Result<PathBuf> {
    let folder = root.join("target/xtask/cdnow");
    let unpacked = folder.join("unpacked");
    let purchases = unpacked.join(PURCHASES);
    if !purchases.is_file() {
        fetch(&folder, &unpacked).context("the CDNOW purchases cannot be fetched")?;
    }
    if !purchases.is_file() {
        bail!("the package Lifetimes holds no {PURCHASES}");
    }
    Ok(purchases)
}

fn fetch(folder: &Path, unpacked: &Path) -> Result<()> {
    if !shell::succeeds(Command::new("python3").args(["-m", "pip", "--version"])) {
        debian::install("python3-pip")?;
    }
    // What an earlier, interrupted run left is thrown away; only a whole folder ever gets the final name.
    let (download, partial) = (folder.join("download"), folder.join("partial"));
    for leftover in [&download, &partial] {
        if leftover.exists() {
            fs::remove_dir_all(leftover)
                .with_context(|| format!("remove {}", leftover.display()))?;
        }
    }
    fs::create_dir_all(&download).with_context(|| format!("make {}", download.display()))?;
    let requirements = download.join("requirements.txt");
    fs::write(&requirements, REQUIREMENT)
        .with_context(|| format!("write {}", requirements.display()))?;
    let mut pip = Command::new("python3");
    pip.args([
        "-m",
        "pip",
        "--disable-pip-version-check",
        "download",
        "--quiet",
        "--timeout",
        "30",
        "--retries",
        "2",
    ]);
    pip.args([
        "--no-deps",
        "--only-binary",
        ":all:",
        "--require-hashes",
        "--dest",
    ])
    .arg(&download);
    shell::run(pip.arg("--requirement").arg(&requirements))?;
    let wheel = fs::read_dir(&download)?
        .filter_map(|entry| entry.ok().map(|entry| entry.path()))
        .find(|path| path.extension().is_some_and(|extension| extension == "whl"))
        .context("pip said it was done and left no file")?;
    shell::run(
        Command::new("python3")
            .args(["-m", "zipfile", "-e"])
            .arg(wheel)
            .arg(&partial),
    )?;
    fs::rename(&partial, unpacked).with_context(|| format!("rename {}", partial.display()))
}
