//! Mail servers and a checker of letters, all of other makers, that tests of e-mails run: see
//! `crates/bordereau/tests/cli/smtp`.

use crate::pypi::Package;
use crate::{node, shell};
use anyhow::{Context, Result, bail};
use std::path::{Path, PathBuf};
use std::process::Command;

/// A mail server that can be told to go wrong, with the two packages it needs.
const AIOSMTPD: Package = Package {
    folder: "aiosmtpd",
    requirements: "\
        aiosmtpd==1.4.6 --hash=sha256:72c99179ba5aa9ae0abbda6994668239b64a5ce054471955fe75f581d2592475\n\
        atpublic==9.0.0 --hash=sha256:449c3c4f0c74df79749d6fe225ba55e2a2fce34b303f0329211e4d6989ed6f6e\n\
        attrs==26.1.0 --hash=sha256:c647aa4a12dfbad9333ca4e71fe62ddc36f4e63b2d260a37a8b83d2f043ac309\n",
};

/// The folder from which Python finds aiosmtpd.
///
/// # Errors
/// When pip, the network or openssl, which makes the tests' certificate, is not there: the message is the reason why
/// tests with it cannot run.
pub fn aiosmtpd(root: &Path) -> Result<PathBuf> {
    if !shell::succeeds(Command::new("openssl").arg("version")) {
        bail!("openssl is missing: install it");
    }
    let file = AIOSMTPD.file(root, "aiosmtpd/smtp.py")?;
    let packages = file.parent().and_then(Path::parent);
    packages
        .map(Path::to_owned)
        .context("the file is two folders deep")
}

/// The folder with maildev, which shows what it received, and the checker of what mail programs can show.
///
/// # Errors
/// As for [`node::prepare`].
pub fn maildev(root: &Path) -> Result<PathBuf> {
    node::prepare(root, "tests/mail")
}
