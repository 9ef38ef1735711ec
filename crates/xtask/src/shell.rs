//! Running other programs: what is run is shown first, and a failure names it.

use anyhow::{Context, Result, bail};
use std::env;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The folder of the workspace's `Cargo.toml`.
///
/// # Errors
/// When this program was not started by cargo, which is what knows the folder.
pub fn workspace_root() -> Result<PathBuf> {
    // The variable is read when running, not when compiling: a shared target folder may hold another clone's build.
    let crate_folder = env::var_os("CARGO_MANIFEST_DIR")
        .context("start this with `cargo xtask`, which says where the workspace is")?;
    let root = Path::new(&crate_folder)
        .ancestors()
        .nth(2)
        .context("the tools are not two folders deep")?;
    Ok(root.to_path_buf())
}

/// A cargo command that runs at the root of the workspace.
pub fn cargo(root: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new("cargo");
    command.current_dir(root).args(arguments);
    // What cargo told us of ourselves is not what a person's own shell tells it: some build scripts look at it, and
    // all that depends on them would be built again at every change between the two.
    for (name, _) in env::vars_os() {
        let name_text = name.to_string_lossy();
        if name_text.starts_with("CARGO_PKG_") || name_text.starts_with("CARGO_MANIFEST_") {
            command.env_remove(&name);
        }
    }
    command
}

/// Shows the command, then runs it with this terminal as its own.
///
/// # Errors
/// When it cannot be started or ends with anything but success.
pub fn run(command: &mut Command) -> Result<()> {
    let shown = display(command);
    println!("$ {shown}");
    let status = command
        .status()
        .with_context(|| format!("start `{shown}`"))?;
    if !status.success() {
        bail!("`{shown}` ended with {status}");
    }
    Ok(())
}

/// Runs the command quietly and returns what it printed.
///
/// # Errors
/// When it cannot be started or fails; the message carries what it wrote to its error output.
pub fn output(command: &mut Command) -> Result<String> {
    let shown = display(command);
    let output = command
        .stdin(Stdio::null())
        .output()
        .with_context(|| format!("start `{shown}`"))?;
    if !output.status.success() {
        bail!(
            "`{shown}` ended with {}: {}",
            output.status,
            String::from_utf8_lossy(&output.stderr).trim()
        );
    }
    String::from_utf8(output.stdout).with_context(|| format!("read what `{shown}` printed"))
}

/// Whether the command can be started and succeeds; what it prints is thrown away.
pub fn succeeds(command: &mut Command) -> bool {
    command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}

/// A port of loopback that nobody uses just now.
///
/// # Errors
/// When there is none.
pub fn free_port() -> Result<u16> {
    let listener = TcpListener::bind(("127.0.0.1", 0)).context("find a free port")?;
    Ok(listener.local_addr().context("find a free port")?.port())
}

/// The command as one could type it.
fn display(command: &Command) -> String {
    let quote = |word: &std::ffi::OsStr| {
        let word = word.to_string_lossy().into_owned();
        if word.is_empty() || word.contains([' ', '"', '$', '*']) {
            format!("'{word}'")
        } else {
            word
        }
    };
    let mut words = vec![quote(command.get_program())];
    words.extend(command.get_args().map(quote));
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shows_a_command_as_one_would_type_it() {
        let mut command = Command::new("cargo");
        command.args(["test", "refuses more"]);
        assert_eq!(display(&command), "cargo test 'refuses more'");
    }

    #[test]
    fn a_failure_names_the_command_and_what_it_said() {
        let error =
            output(Command::new("sh").args(["-c", "echo no disk >&2; exit 3"])).unwrap_err();
        assert_eq!(
            error.to_string(),
            "`sh -c 'echo no disk >&2; exit 3'` ended with exit status: 3: no disk"
        );
    }
}
