//! The browser that drives the pages: the machine's own Chromium or Chrome, else Debian's.

use crate::debian;
use anyhow::{Context, Result};
use std::env;
use std::path::PathBuf;

/// What the same browser is called by those who package it.
const NAMES: [&str; 5] = [
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "chrome",
];

/// The browser's program, installed first when the machine has none.
///
/// # Errors
/// When there is none and none can be installed: the message is the reason why pages cannot be looked at.
pub fn find_or_install() -> Result<PathBuf> {
    if let Some(program) = find() {
        return Ok(program);
    }
    debian::install("chromium")?;
    find().context("Debian's package chromium holds no chromium on the path")
}

fn find() -> Option<PathBuf> {
    let on_path = env::var_os("PATH").unwrap_or_default();
    let folders: Vec<PathBuf> = env::split_paths(&on_path).collect();
    NAMES.iter().find_map(|name| {
        folders
            .iter()
            .map(|folder| folder.join(name))
            .find(|program| program.is_file())
    })
}
