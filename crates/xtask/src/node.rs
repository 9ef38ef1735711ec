//! Node, for the tools that exist nowhere else: the driver of a real browser, the checks of pages and of e-mails.
//!
//! Packages are pinned by a `package-lock.json` of ours and installed into `target/xtask/node`, never into the tree;
//! no third-party code is committed, and no package runs a script of its own while it is installed.

use crate::shell;
use anyhow::{Context, Result, bail};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The oldest release that the packages run on.
const OLDEST_MAJOR: u32 = 20;
/// Where npm puts packages, beside the lock file they come from.
const PACKAGES: &str = "node_modules";
const LOCK: &str = "package-lock.json";

/// A copy of a folder of ours, such as `tests/browser`, with the packages of its lock file beside it; run node there.
///
/// Node finds the packages that a module names only from where the module lies, hence the copy. Packages are
/// installed when the lock file is another than the one installed before.
///
/// # Errors
/// When node or npm is missing or too old, or the packages cannot be fetched: the message is the reason why what
/// needs them cannot run, and what to install.
pub fn prepare(root: &Path, folder: &str) -> Result<PathBuf> {
    require_node()?;
    let (from, to) = (
        root.join(folder),
        root.join("target/xtask/node").join(folder),
    );
    copy_fresh(&from, &to)?;
    let installed = to.join(PACKAGES).join(".installed-lock.json");
    let wanted = fs::read(from.join(LOCK)).with_context(|| format!("read {folder}/{LOCK}"))?;
    if fs::read(&installed).is_ok_and(|known| known == wanted) {
        return Ok(to);
    }
    let mut npm = Command::new("npm");
    npm.current_dir(&to);
    npm.args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"]);
    shell::run(npm.args(["--loglevel", "error"]))
        .with_context(|| format!("the packages of {folder} cannot be installed"))?;
    fs::write(&installed, wanted).with_context(|| format!("write {}", installed.display()))?;
    Ok(to)
}

fn require_node() -> Result<()> {
    let instead = format!("install Node {OLDEST_MAJOR} or newer with npm, from nodejs.org");
    let Ok(printed) = shell::output(Command::new("node").arg("--version")) else {
        bail!("node is missing: {instead}");
    };
    if major_version(&printed).is_none_or(|major| major < OLDEST_MAJOR) {
        bail!("node is {}: {instead}", printed.trim());
    }
    if !shell::succeeds(Command::new("npm").arg("--version")) {
        bail!("npm is missing: {instead}");
    }
    Ok(())
}

/// The first number of `v20.20.2`.
fn major_version(printed: &str) -> Option<u32> {
    let (major, _) = printed.trim().strip_prefix('v')?.split_once('.')?;
    major.parse().ok()
}

/// Makes `to` hold the files of `from` and nothing else but the packages.
fn copy_fresh(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to).with_context(|| format!("make {}", to.display()))?;
    for entry in fs::read_dir(to).with_context(|| format!("read {}", to.display()))? {
        let path = entry?.path();
        if path.is_file() {
            fs::remove_file(&path).with_context(|| format!("remove {}", path.display()))?;
        }
    }
    for entry in fs::read_dir(from).with_context(|| format!("read {}", from.display()))? {
        let path = entry?.path();
        let name = path.file_name().context("a folder's entries have names")?;
        if path.is_file() {
            fs::copy(&path, to.join(name)).with_context(|| format!("copy {}", path.display()))?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_major_version_of_node() {
        assert_eq!(major_version("v20.20.2\n"), Some(20));
        assert_eq!(major_version("v9.0.0"), Some(9));
        assert_eq!(major_version("node: command not found"), None);
    }

    #[test]
    fn a_copy_has_the_files_of_now_and_keeps_the_packages() {
        let folder = std::env::temp_dir().join(format!("bordereau-node-{}", std::process::id()));
        let (from, to) = (folder.join("from"), folder.join("to"));
        fs::create_dir_all(&from).unwrap();
        fs::create_dir_all(to.join(PACKAGES)).unwrap();
        fs::write(from.join("now.mjs"), "now").unwrap();
        fs::write(to.join("gone.mjs"), "then").unwrap();
        copy_fresh(&from, &to).unwrap();
        assert_eq!(fs::read_to_string(to.join("now.mjs")).unwrap(), "now");
        assert!(!to.join("gone.mjs").exists());
        assert!(to.join(PACKAGES).is_dir());
        fs::remove_dir_all(&folder).unwrap();
    }
}
