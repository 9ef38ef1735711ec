//! The CDNOW data: 69,659 real purchases, a year and a half of a shop's life, to import in tests.

use crate::pypi::Package;
use anyhow::Result;
use std::path::{Path, PathBuf};

/// Whose data it is a part of.
const LIFETIMES: Package = Package {
    folder: "cdnow",
    requirements: "Lifetimes==0.11.3 --hash=sha256:261e3dc89977c2b60767ca6728aaa29d429de0c814635070a749c36555895da8\n",
};

/// The purchases' file: customer, day, number of discs, dollars; one purchase a line.
///
/// # Errors
/// When pip or the network is not there: the message is the reason why tests on this data cannot run.
pub fn find_or_fetch(root: &Path) -> Result<PathBuf> {
    LIFETIMES.file(root, "lifetimes/datasets/CDNOW_master.txt")
}
