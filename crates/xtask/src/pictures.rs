//! `cargo xtask pictures`: the pictures of the README, taken of the demo by a real browser.

use crate::{browser, shell};
use anyhow::Result;
use std::path::Path;

/// Where they are kept.
const FOLDER: &str = "docs/pictures";

/// Builds the desk, fills a demo and takes the pictures anew.
///
/// # Errors
/// What is missing, and what to install; a page that cannot be shown.
pub fn run(root: &Path) -> Result<()> {
    let ready = browser::prepare(root)?;
    shell::run(&mut shell::cargo(root, &["build", "-p", "bordereau"]))?;
    let desk = root.join("target/debug/bordereau");
    let mut command = ready.script("pictures.mjs", &desk);
    shell::run(command.arg(root.join(FOLDER)))
}
