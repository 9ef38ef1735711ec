//! Stand-ins for Stripe for as long as the tests run: packages of PyPI. One keeps state as Stripe does and carries
//! Stripe's own description of its interface; the other signs its webhooks as Stripe does. Every package is pinned by its
//! hash in `tests/stripe`, installed into `target/xtask`, and started there by a few lines of ours.

use crate::shell;
use anyhow::{Context, Result, bail};
use std::fs::{self, File};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use std::{env, thread};

/// A program that stands for Stripe.
pub struct Program {
    /// What it is called, also in `target/xtask`.
    name: &'static str,
    /// The packages that it is made of, in our folder.
    requirements: &'static str,
    /// What starts it, in our folder.
    script: &'static str,
    /// The package that there is no wheel of, so that it is built here.
    built: Option<&'static str>,
}

/// The one that keeps state as Stripe does.
pub const WORLD: Program = Program {
    name: "stripe-world",
    requirements: "requirements.txt",
    script: "serve.py",
    built: None,
};

/// The one that signs its webhooks.
pub const WEBHOOKS: Program = Program {
    name: "localstripe",
    requirements: "webhooks.txt",
    script: "webhooks.py",
    built: Some("localstripe"),
};

/// Where our part of them is.
const FOLDER: &str = "tests/stripe";
/// The oldest Python that they run on, its minor number.
const OLDEST_MINOR: u32 = 12;
/// How long it may take to answer: reading the interface's description takes some seconds.
const START_LIMIT: Duration = Duration::from_secs(60);
/// How often it is looked whether it answers.
const START_POLL: Duration = Duration::from_millis(100);

/// A running stand-in.
pub struct StandIn {
    server: Child,
    port: u16,
    packages: PathBuf,
}

impl StandIn {
    /// Installs it where that was not done before, and starts it on a port of its own.
    ///
    /// # Errors
    /// What is missing: the reason why the tests that ask it cannot run.
    pub fn start(root: &Path, program: &Program) -> Result<Self> {
        let home = root.join("target/xtask").join(program.name);
        let python = installed(root, &home, program)?;
        let packages = shell::output(Command::new(&python).args([
            "-c",
            "import sysconfig; print(sysconfig.get_path('purelib'))",
        ]))?;
        let packages = PathBuf::from(packages.trim());
        let port = shell::free_port()?;
        let log = File::create(home.join("log")).context("keep what the stand-in says")?;
        let server = Command::new(&python)
            .arg(root.join(FOLDER).join(program.script))
            .arg(port.to_string())
            .current_dir(&home)
            // It ends when this does, however this ends: then the pipe is closed.
            .stdin(Stdio::piped())
            .stdout(log.try_clone().context("keep what the stand-in says")?)
            .stderr(log)
            .spawn()
            .with_context(|| format!("start {}", program.name))?;
        let mut started = Self {
            server,
            port,
            packages,
        };
        started.wait_until_ready(&home, program.name)?;
        Ok(started)
    }

    /// Where it answers; of the one that keeps state, each folder of `worlds` below is an account of its own.
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Stripe's description of its interface, in OpenAPI.
    ///
    /// # Errors
    /// Its packages carry none.
    pub fn spec(&self) -> Result<PathBuf> {
        let spec = self
            .packages
            .join("seahaven_stripe_world/spec/spec3.min.json");
        if !spec.is_file() {
            bail!("the package carries no description of Stripe's interface");
        }
        Ok(spec)
    }

    fn wait_until_ready(&mut self, home: &Path, name: &str) -> Result<()> {
        let begun = Instant::now();
        while TcpStream::connect(("127.0.0.1", self.port)).is_err() {
            if let Some(status) = self.server.try_wait().context("look after the stand-in")? {
                let log = fs::read_to_string(home.join("log")).unwrap_or_default();
                let last = log.lines().next_back().unwrap_or_default();
                bail!("{name} ended with {status}: {last}");
            }
            if begun.elapsed() > START_LIMIT {
                bail!("{name} did not answer within {START_LIMIT:?}");
            }
            thread::sleep(START_POLL);
        }
        Ok(())
    }
}

impl Drop for StandIn {
    fn drop(&mut self) {
        // Where it cannot be killed it has ended.
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

/// The Python of an environment that holds the packages of our list.
fn installed(root: &Path, home: &Path, program: &Program) -> Result<PathBuf> {
    let (environment, requirements) = (
        home.join("environment"),
        root.join(FOLDER).join(program.requirements),
    );
    let python = environment.join("bin/python");
    let wanted =
        fs::read(&requirements).with_context(|| format!("read {}", requirements.display()))?;
    let mark = home.join("installed.txt");
    if python.is_file() && fs::read(&mark).is_ok_and(|known| known == wanted) {
        return Ok(python);
    }
    fs::create_dir_all(home).with_context(|| format!("make {}", home.display()))?;
    let base = newest_python()?;
    shell::run(
        Command::new(base)
            .args(["-m", "venv", "--clear"])
            .arg(&environment),
    )
    .context("Python makes no environment: install its venv module")?;
    let mut pip = Command::new(&python);
    pip.args(["-m", "pip", "--disable-pip-version-check", "install"]);
    pip.args(["--quiet", "--timeout", "30", "--retries", "2"]);
    pip.args(["--no-deps", "--only-binary", ":all:", "--require-hashes"]);
    if let Some(package) = program.built {
        pip.args(["--no-binary", package]);
    }
    // One says that it needs the newest; with what is adapted it runs on those before.
    pip.args(["--ignore-requires-python", "--requirement"]);
    shell::run(pip.arg(&requirements))
        .with_context(|| format!("{} cannot be fetched", program.name))?;
    fs::write(&mark, wanted).with_context(|| format!("write {}", mark.display()))?;
    Ok(python)
}

/// The newest Python of the machine that will do, on the path or among pyenv's.
fn newest_python() -> Result<PathBuf> {
    let home = env::var_os("PYENV_ROOT").map(PathBuf::from);
    let home = home.or_else(|| Some(Path::new(&env::var_os("HOME")?).join(".pyenv")));
    let versions = home.map(|home| home.join("versions"));
    let of_pyenv = versions
        .into_iter()
        .filter_map(|versions| fs::read_dir(versions).ok())
        .flatten()
        .flatten()
        .map(|version| version.path().join("bin/python3"));
    let on_path = ["python3.14", "python3.13", "python3.12", "python3"].map(PathBuf::from);
    let found = on_path
        .into_iter()
        .chain(of_pyenv)
        .filter_map(|python| Some((minor_version(&python)?, python)))
        .filter(|(minor, _)| *minor >= OLDEST_MINOR)
        .max_by_key(|(minor, _)| *minor);
    found.map(|(_, python)| python).with_context(|| {
        format!(
            "there is no Python 3.{OLDEST_MINOR} or newer, which the stand-ins for Stripe run on"
        )
    })
}

/// The second number of `Python 3.13.0`; nothing where the first is another, or where it does not run.
fn minor_version(python: &Path) -> Option<u32> {
    let printed = shell::output(Command::new(python).arg("--version")).ok()?;
    let numbers = printed.trim().strip_prefix("Python 3.")?;
    numbers.split('.').next()?.parse().ok()
}
