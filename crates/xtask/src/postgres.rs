//! A PostgreSQL of our own for as long as a command runs: own folder, own port, loopback only, gone afterwards.
//!
//! Anyone on the machine may connect while it runs (`trust`), so nothing but test data ever goes in.

use crate::{debian, shell};
use anyhow::{Context, Result, bail};
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use std::{env, fs, thread};

/// The oldest release that the desk supports.
const OLDEST_MAJOR: u32 = 15;
/// How long a new server may take to answer; a slow disk needs a few seconds.
const START_LIMIT: Duration = Duration::from_secs(60);
const START_POLL: Duration = Duration::from_millis(50);
/// Folders are named so that those of a killed run can be recognised and removed by the next.
const FOLDER_PREFIX: &str = "bordereau-postgres-";

/// Whether what is committed must survive a loss of power.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Durability {
    /// PostgreSQL's defaults: what a benchmark must measure.
    Durable,
    /// Nothing waits for the disk: the tests' data is thrown away anyhow.
    ForTests,
}

/// A running server; dropping it stops it and removes its folder.
pub struct Postgres {
    server: Child,
    folder: PathBuf,
    programs: PathBuf,
    account: Option<Account>,
    port: u16,
}

/// The unprivileged account a server runs under when we are root, which PostgreSQL refuses to be.
#[derive(Clone, Copy)]
struct Account {
    user_id: u32,
    group_id: u32,
}

impl Postgres {
    /// Makes a new, empty cluster and waits until it answers.
    ///
    /// # Errors
    /// When the cluster cannot be made or does not answer in time; the message carries the end of its log.
    pub fn start(programs: &Path, durability: Durability) -> Result<Self> {
        remove_abandoned_folders();
        let account = if debian::is_root()? {
            Some(unprivileged_account()?)
        } else {
            None
        };
        let folder = env::temp_dir().join(format!("{FOLDER_PREFIX}{}", std::process::id()));
        fs::create_dir(&folder).with_context(|| format!("make {}", folder.display()))?;
        let started = start_in(&folder, programs, account, durability);
        if started.is_err() {
            // The cause matters more than a folder that the next run removes anyhow.
            let _ = fs::remove_dir_all(&folder);
        }
        started
    }

    /// Where to connect: the maintenance database, as a superuser without a password.
    pub fn url(&self) -> String {
        format!("postgres://bordereau@127.0.0.1:{}/postgres", self.port)
    }

    fn wait_until_ready(&mut self) -> Result<()> {
        let begun = Instant::now();
        let port = self.port.to_string();
        loop {
            if let Some(status) = self.server.try_wait().context("look after the server")? {
                bail!(
                    "PostgreSQL ended with {status} while starting:\n{}",
                    self.end_of_log()
                );
            }
            let mut probe = Command::new(self.programs.join("pg_isready"));
            if shell::succeeds(probe.args([
                "-h",
                "127.0.0.1",
                "-p",
                &port,
                "-U",
                "bordereau",
                "-d",
                "postgres",
            ])) {
                return Ok(());
            }
            if begun.elapsed() > START_LIMIT {
                bail!(
                    "PostgreSQL did not answer within {START_LIMIT:?}:\n{}",
                    self.end_of_log()
                );
            }
            thread::sleep(START_POLL);
        }
    }

    fn end_of_log(&self) -> String {
        let log = fs::read_to_string(self.folder.join("log")).unwrap_or_default();
        let lines: Vec<&str> = log.lines().collect();
        lines[lines.len().saturating_sub(10)..].join("\n")
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        let mut stop = as_account(&self.programs.join("pg_ctl"), self.account, &self.folder);
        stop.args(["stop", "--mode", "immediate", "--timeout", "20", "--pgdata"])
            .arg(self.folder.join("data"));
        if !shell::succeeds(&mut stop) {
            // Nothing more can be done about either failure here, and the next run tries the folder again.
            let _ = self.server.kill();
        }
        let _ = self.server.wait();
        if let Err(error) = fs::remove_dir_all(&self.folder) {
            eprintln!("could not remove {}: {error}", self.folder.display());
        }
    }
}

/// The folder with `initdb` and `postgres`, installed first when the machine has none.
///
/// # Errors
/// When there is none and none can be installed: the message is the reason why tests on PostgreSQL cannot run.
pub fn find_or_install() -> Result<PathBuf> {
    if let Some(programs) = find() {
        return Ok(programs);
    }
    debian::install("postgresql")?;
    find().with_context(|| format!("Debian's package holds no PostgreSQL {OLDEST_MAJOR} or newer"))
}

/// The newest supported release on the machine; Debian keeps each in a folder of its own, outside the path.
fn find() -> Option<PathBuf> {
    let versions = fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten();
    let on_path = env::var_os("PATH").unwrap_or_default();
    versions
        .map(|version| version.path().join("bin"))
        .chain(env::split_paths(&on_path))
        .filter(|folder| {
            ["initdb", "postgres", "pg_ctl", "pg_isready"]
                .iter()
                .all(|name| folder.join(name).is_file())
        })
        .filter_map(|folder| {
            let printed =
                shell::output(Command::new(folder.join("postgres")).arg("--version")).ok()?;
            Some((major_version(&printed)?, folder))
        })
        .filter(|(major, _)| *major >= OLDEST_MAJOR)
        .max()
        .map(|(_, folder)| folder)
}

/// The first number of `postgres (PostgreSQL) 15.14 (Debian 15.14-0+deb12u1)`.
fn major_version(printed: &str) -> Option<u32> {
    let version = printed.split_whitespace().nth(2)?;
    version
        .split(|letter: char| !letter.is_ascii_digit())
        .next()?
        .parse()
        .ok()
}

fn start_in(
    folder: &Path,
    programs: &Path,
    account: Option<Account>,
    durability: Durability,
) -> Result<Postgres> {
    if let Some(account) = account {
        std::os::unix::fs::chown(folder, Some(account.user_id), Some(account.group_id))
            .with_context(|| format!("hand {} to the server's account", folder.display()))?;
    }
    let data = folder.join("data");
    let mut initdb = as_account(&programs.join("initdb"), account, folder);
    initdb.args([
        "--username=bordereau",
        "--auth=trust",
        "--encoding=UTF8",
        "--locale=C.UTF-8",
    ]);
    initdb
        .args(["--no-sync", "--no-instructions", "--pgdata"])
        .arg(&data);
    shell::output(&mut initdb)?;
    let port = shell::free_port()?;
    let log = fs::File::create(folder.join("log")).context("make the server's log")?;
    let mut command = as_account(&programs.join("postgres"), account, folder);
    command.arg("-D").arg(&data);
    for setting in settings(port, folder, durability) {
        command.arg("-c").arg(setting);
    }
    command
        .stdin(Stdio::null())
        .stdout(log.try_clone().context("share the server's log")?)
        .stderr(log);
    let server = command.spawn().context("start PostgreSQL")?;
    let mut postgres = Postgres {
        server,
        folder: folder.to_path_buf(),
        programs: programs.to_path_buf(),
        account,
        port,
    };
    postgres.wait_until_ready()?;
    let kept = if durability == Durability::Durable {
        "durable"
    } else {
        "for tests, not durable"
    };
    println!("PostgreSQL ({kept}) at {}", postgres.url());
    Ok(postgres)
}

fn settings(port: u16, folder: &Path, durability: Durability) -> Vec<String> {
    let mut settings = vec![
        "listen_addresses=127.0.0.1".to_owned(),
        format!("port={port}"),
        format!("unix_socket_directories={}", folder.display()),
        "max_connections=200".to_owned(),
    ];
    if durability == Durability::ForTests {
        settings.extend(
            [
                "fsync=off",
                "synchronous_commit=off",
                "full_page_writes=off",
            ]
            .map(str::to_owned),
        );
    }
    settings
}

/// A program of the server's, under the account it must have.
fn as_account(program: &Path, account: Option<Account>, folder: &Path) -> Command {
    // The kernel stops the server when this process dies without a chance to: Ctrl-C, a killed CI run.
    let mut command = Command::new("setpriv");
    if let Some(account) = account {
        command.args([
            "--reuid",
            &account.user_id.to_string(),
            "--regid",
            &account.group_id.to_string(),
        ]);
        command.arg("--clear-groups");
    }
    command
        .args([
            OsStr::new("--pdeathsig"),
            OsStr::new("QUIT"),
            program.as_os_str(),
        ])
        .current_dir(folder);
    command
}

fn unprivileged_account() -> Result<Account> {
    for name in ["postgres", "nobody"] {
        if let (Ok(user_id), Ok(group_id)) = (debian::id(&["-u", name]), debian::id(&["-g", name]))
        {
            return Ok(Account { user_id, group_id });
        }
    }
    bail!(
        "PostgreSQL refuses to run as root and there is neither an account `postgres` nor `nobody`"
    )
}

/// Removes what runs that were killed have left; a folder whose process still lives is another run's.
fn remove_abandoned_folders() {
    for entry in fs::read_dir(env::temp_dir())
        .into_iter()
        .flatten()
        .flatten()
    {
        let name = entry.file_name();
        let process = name
            .to_str()
            .and_then(|name| name.strip_prefix(FOLDER_PREFIX));
        if process.is_some_and(|process| !Path::new("/proc").join(process).exists()) {
            // Another account's folder cannot be removed, and need not be.
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_major_version_as_every_distribution_prints_it() {
        assert_eq!(
            major_version("postgres (PostgreSQL) 15.14 (Debian 15.14-0+deb12u1)\n"),
            Some(15)
        );
        assert_eq!(major_version("postgres (PostgreSQL) 18beta1\n"), Some(18));
        assert_eq!(major_version("command not found"), None);
    }

    #[test]
    fn only_the_tests_server_skips_the_disk() {
        let skips = |durability| {
            settings(5432, Path::new("/tmp"), durability).contains(&"fsync=off".to_owned())
        };
        assert!(skips(Durability::ForTests));
        assert!(!skips(Durability::Durable));
    }
}
