//! Snapshot files after a test run: none may wait for a decision, none may be left over.

use anyhow::{Context, Result, bail};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::{fs, io};

/// The variable that makes the snapshot library write down each file it compared with.
pub const REFERENCES_VARIABLE: &str = "INSTA_SNAPSHOT_REFERENCES_FILE";

/// An empty place for the names of the snapshots that a run compares with.
///
/// # Errors
/// When the folder cannot be written to.
pub fn fresh_references(root: &Path) -> Result<PathBuf> {
    let folder = root.join("target/xtask");
    fs::create_dir_all(&folder).with_context(|| format!("make {}", folder.display()))?;
    let references = folder.join("snapshot-references");
    fs::write(&references, "").with_context(|| format!("write {}", references.display()))?;
    Ok(references)
}

/// Fails when a snapshot waits for a person to accept or refuse it.
///
/// # Errors
/// The names of those that wait.
pub fn refuse_pending(root: &Path) -> Result<()> {
    let waits = |name: &str| name.ends_with(".snap.new") || name.ends_with(".pending-snap");
    let pending = files(&root.join("crates"), &waits)?;
    refuse(
        &pending,
        "waiting for a decision: accept each (remove `.new`) or delete it",
    )
}

/// Fails when a snapshot was compared with nothing; only of use after a run of all tests.
///
/// # Errors
/// The names of those that are left over.
pub fn refuse_unused(root: &Path, references: &Path) -> Result<()> {
    let used =
        fs::read_to_string(references).with_context(|| format!("read {}", references.display()))?;
    // The library's paths may go through `..`, so both sides are brought to one form.
    let used: BTreeSet<PathBuf> = used
        .lines()
        .filter_map(|path| fs::canonicalize(path).ok())
        .collect();
    let mut unused = files(&root.join("crates"), &|name| name.ends_with(".snap"))?;
    unused.retain(|path| fs::canonicalize(path).is_ok_and(|path| !used.contains(&path)));
    refuse(&unused, "compared with by no test: delete them")
}

fn refuse(found: &[PathBuf], message: &str) -> Result<()> {
    if found.is_empty() {
        return Ok(());
    }
    for path in found {
        eprintln!("{}", path.display());
    }
    bail!("snapshots {message} ({} files, named above)", found.len())
}

fn files(folder: &Path, wanted: &dyn Fn(&str) -> bool) -> io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if entry.file_type()?.is_dir() {
            if !matches!(name.as_str(), "target" | "node_modules") {
                found.extend(files(&entry.path(), wanted)?);
            }
        } else if wanted(&name) {
            found.push(entry.path());
        }
    }
    found.sort();
    Ok(found)
}
