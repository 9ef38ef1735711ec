//! A desk in a folder of its own, worked by the real binary; on every database the machine has.

pub mod browser;
pub mod orders;
pub mod people;
#[allow(dead_code, reason = "for the tests that hear webhooks")]
pub mod receiver;
pub mod server;

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::Once;
use std::sync::atomic::{AtomicUsize, Ordering};

use sqlx::any::AnyConnectOptions;
use sqlx::{AnyConnection, Connection as _, Row as _};

/// Where a PostgreSQL is that tests may make databases on.
const POSTGRES: &str = "BORDEREAU_TEST_POSTGRES";

/// What every person of these tests signs in with.
pub const PASSWORD: &str = "correct horse battery";

/// A desk that may not exist yet: its folder, and the settings that lead to its database.
pub struct Desk {
    folder: tempfile::TempDir,
    url: Option<String>,
}

/// What a run of the binary came to.
#[derive(Debug)]
pub struct Ran {
    pub code: i32,
    pub out: String,
    pub err: String,
}

impl Ran {
    fn of(output: &Output) -> Self {
        Self {
            code: output.status.code().expect("it ended by itself"),
            out: String::from_utf8(output.stdout.clone()).unwrap(),
            err: String::from_utf8(output.stderr.clone()).unwrap(),
        }
    }

    /// What it printed; it must have done all it was asked.
    pub fn fine(self) -> String {
        assert_eq!(
            (self.code, self.err.contains("error")),
            (0, false),
            "{self:?}"
        );
        self.out
    }

    /// The complaint; it must have done nothing.
    pub fn refused(self) -> String {
        assert_eq!((self.code, self.out.as_str()), (1, ""), "{self:?}");
        self.err
    }

    /// What it printed; it must have asked for a look.
    pub fn needs_a_look(self) -> String {
        assert_eq!(self.code, 3, "{self:?}");
        self.out
    }
}

/// Runs the binary without a desk.
pub fn bordereau(arguments: &[&str]) -> Ran {
    Ran::of(&command(arguments).stdin(Stdio::null()).output().unwrap())
}

/// The binary with these arguments and none of the settings of whoever runs the tests.
fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_bordereau"));
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("BORDEREAU_") {
            command.env_remove(name);
        }
    }
    command.env("NO_COLOR", "1").args(arguments);
    command
}

/// Runs a test on the embedded database, and on PostgreSQL where there is one.
pub fn on_every_database(test: impl Fn(&Desk)) {
    test(&Desk::embedded());
    let Ok(maintenance) = std::env::var(POSTGRES) else {
        return say_not_run();
    };
    static DATABASES: AtomicUsize = AtomicUsize::new(0);
    let number = DATABASES.fetch_add(1, Ordering::SeqCst);
    let name = format!("bordereau_cli_{}_{number}", std::process::id());
    execute_at(&maintenance, &format!("create database {name}"));
    let (address, _) = maintenance
        .rsplit_once('/')
        .expect("an address with a database");
    let desk = Desk {
        url: Some(format!("{address}/{name}")),
        ..Desk::embedded()
    };
    let tested = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| test(&desk)));
    execute_at(&maintenance, &format!("drop database {name} with (force)"));
    if let Err(panic) = tested {
        std::panic::resume_unwind(panic);
    }
}

/// Past the capture of test output, once: nobody should believe that both were tested when one was not.
fn say_not_run() {
    static SAID: Once = Once::new();
    SAID.call_once(|| {
        let line = format!("not run on PostgreSQL: {POSTGRES} is not set\n");
        std::io::stderr().write_all(line.as_bytes()).unwrap();
    });
}

/// Where a part is that some tests need, by the variable that names it; where it is not set, says so past the capture of
/// test output: nobody should believe that this was tested.
pub fn part(variable: &str) -> Option<String> {
    let found = std::env::var(variable).ok();
    if found.is_none() {
        let line = format!("not run: {variable} is not set\n");
        std::io::stderr().write_all(line.as_bytes()).unwrap();
    }
    found
}

impl Desk {
    /// One in a folder, which is not there yet.
    pub fn embedded() -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
            url: None,
        }
    }

    pub fn user_add(&self, arguments: &[&str], password: &str) -> Ran {
        let mut command = self.command("user", &[&["add"], arguments].concat());
        let output = command
            .env("BORDEREAU_PASSWORD", password)
            .stdin(Stdio::null())
            .output();
        Ran::of(&output.unwrap())
    }

    /// The folder that `--data` names.
    pub fn data(&self) -> PathBuf {
        self.folder.path().join("desk")
    }

    /// A place for a file of the test, beside the desk.
    pub fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Writes a file of the test.
    pub fn write(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.file(name);
        std::fs::write(&path, content).unwrap();
        path
    }

    /// Runs a command of the binary on this desk.
    pub fn run(&self, name: &str, arguments: &[&str]) -> Ran {
        let output = self.command(name, arguments).stdin(Stdio::null()).output();
        Ran::of(&output.unwrap())
    }

    /// As [`run`](Self::run), with settings from the environment.
    pub fn run_with_settings(
        &self,
        name: &str,
        arguments: &[&str],
        settings: &[(&str, &str)],
    ) -> Ran {
        let mut command = self.command(name, arguments);
        command.envs(settings.iter().copied()).stdin(Stdio::null());
        Ran::of(&command.output().unwrap())
    }

    /// As [`run`](Self::run), with something on standard input.
    pub fn run_with(&self, name: &str, arguments: &[&str], input: &[u8]) -> Ran {
        let mut command = self.command(name, arguments);
        command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        child.stdin.take().unwrap().write_all(input).unwrap();
        Ran::of(&child.wait_with_output().unwrap())
    }

    fn command(&self, name: &str, arguments: &[&str]) -> Command {
        let mut command = command(&[name]);
        match &self.url {
            None => command.arg("--data").arg(self.data()),
            // A folder would mean the embedded desk of that folder; the settings name both.
            Some(url) => {
                let data = self.data().display().to_string();
                let settings = format!("data = \"{data}\"\ndatabase_url = \"{url}\"\n");
                let file = self.write("settings.toml", settings);
                command.arg("--config").arg(file)
            }
        };
        command.args(arguments);
        command
    }

    pub fn import(&self, file: &Path) -> Ran {
        self.run("import", &[text(file)])
    }

    /// All live orders as an export writes them, in the format of this ending.
    pub fn export(&self, ending: &str, filters: &[&str]) -> String {
        let file = self.file(&format!("export.{ending}"));
        self.run("export", &[&[text(&file)], filters].concat())
            .fine();
        std::fs::read_to_string(file).unwrap()
    }

    /// All is well with this desk.
    pub fn is_well(&self) {
        let said = self.run("doctor", &[]).fine();
        assert!(said.ends_with("examined: all is well\n"), "{said}");
    }

    fn address(&self) -> String {
        let file = self.data().join("bordereau.db");
        let embedded = || format!("sqlite://{}", file.display());
        self.url.clone().unwrap_or_else(embedded)
    }

    /// Changes the database past the desk; tells how many rows.
    pub fn tamper(&self, statement: &str) -> u64 {
        execute_at(&self.address(), statement)
    }

    /// A number from the database.
    pub fn number(&self, statement: &str) -> i64 {
        self.try_number(statement).unwrap()
    }

    pub fn try_number(&self, statement: &str) -> Result<i64, sqlx::Error> {
        waited(async {
            let mut connection = connect(&self.address()).await?;
            let statement = sqlx::AssertSqlSafe(statement.to_owned());
            let row = sqlx::query(statement).fetch_one(&mut connection).await?;
            let number = row.try_get(0)?;
            connection.close().await?;
            Ok(number)
        })
    }
}

/// A path as an argument.
pub fn text(path: &Path) -> &str {
    path.to_str().expect("temporary folders have plain names")
}

fn execute_at(address: &str, statement: &str) -> u64 {
    waited(async {
        let mut connection = connect(address).await.unwrap();
        let statement = sqlx::AssertSqlSafe(statement.to_owned());
        let done = sqlx::query(statement)
            .execute(&mut connection)
            .await
            .unwrap();
        connection.close().await.unwrap();
        done.rows_affected()
    })
}

async fn connect(address: &str) -> Result<AnyConnection, sqlx::Error> {
    sqlx::any::install_default_drivers();
    let options: AnyConnectOptions = address.parse()?;
    AnyConnection::connect_with(&options).await
}

/// Runs what only exists as async code.
pub fn waited<T>(work: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    runtime.unwrap().block_on(work)
}
