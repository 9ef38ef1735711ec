//! A real browser in front of a real desk: what `tests/browser` does to every page.

use crate::summary::Outcome;
use crate::{chromium, node, shell};
use anyhow::{Context, Result};
use std::path::{Path, PathBuf};
use std::process::Command;

/// Where the tests are that drive it.
const FOLDER: &str = "tests/browser";

/// What a script of the folder needs: its copy beside the packages, and the browser.
pub struct Ready {
    folder: PathBuf,
    chromium: PathBuf,
    locales: PathBuf,
}

/// Finds or fetches everything.
///
/// # Errors
/// What is missing, and what to install: the reason why it cannot run.
pub fn prepare(root: &Path) -> Result<Ready> {
    Ok(Ready {
        folder: node::prepare(root, FOLDER)?,
        chromium: chromium::find_or_install()?,
        locales: root.join("crates/dashboard/locales"),
    })
}

impl Ready {
    /// Node, to run a script of the folder with this desk.
    pub fn script(&self, name: &str, desk: &Path) -> Command {
        let mut command = Command::new("node");
        command.current_dir(&self.folder).arg(name);
        command
            .env("CHROMIUM", &self.chromium)
            .env("DESK", desk)
            .env("LOCALES", &self.locales)
            .env_remove("NODE_OPTIONS");
        command
    }
}

/// Drives every flow, and looks at every page, in one go.
pub fn step(root: &Path, only: &[String]) -> Outcome {
    match prepare(root) {
        Ok(ready) => drive(root, &ready, only).into(),
        Err(reason) => Outcome::NotRun(format!("{reason:#}")),
    }
}

fn drive(root: &Path, ready: &Ready, only: &[String]) -> Result<()> {
    shell::run(&mut shell::cargo(root, &["build", "-p", "bordereau"]))?;
    let desk = root.join("target/debug/bordereau");
    shell::run(ready.script("run.mjs", &desk).args(only))
        .context("a page does not do what it should, see above")
}
