//! `cargo xtask test`: everything a merge is held to, on a machine that has only Rust.
//!
//! All steps run even when an early one fails, so that one run shows everything there is to mend.

use crate::postgres::{self, Durability, Postgres};
use crate::stand_ins::{StandIn, WEBHOOKS, WORLD};
use crate::summary::{Outcome, Summary};
use crate::{audit, browser, cdnow, clients, mail, node, shell, snapshots, tidy};
use anyhow::{Result, bail};
use clap::{Args, ValueEnum};
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::Instant;

/// Which of the steps to run.
#[derive(Args)]
pub struct Test {
    /// Run only this step; may be given several times.
    #[arg(long, value_name = "STEP")]
    pub only: Vec<Step>,
    /// Passed on to `cargo test`, such as `-p domain` or the name of the tests to run; with `--only browser`, the
    /// beginnings of the names of the files to run.
    #[arg(last = true)]
    pub extra: Vec<String>,
}

/// One thing that is checked, in the order in which they run: the quick ones first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Step {
    /// Everything is formatted as rustfmt would.
    Fmt,
    /// No compiler or clippy warning.
    Clippy,
    /// The house rules.
    Tidy,
    /// All tests, on every database this machine has or can get.
    Tests,
    /// Every flow and every page in a real browser.
    Browser,
    /// Licenses and origins of what we depend on.
    Audit,
}

/// Runs the steps, prints the summary and says whether none failed.
///
/// # Errors
/// Never for a step that fails: that is in the summary.
pub fn run(root: &Path, chosen: &Test) -> Result<bool> {
    let mut summary = Summary::default();
    for step in Step::value_variants() {
        if !chosen.only.is_empty() && !chosen.only.contains(step) {
            continue;
        }
        let begun = Instant::now();
        match step {
            Step::Fmt => {
                let outcome = tool(root, "fmt", "rustfmt", &["fmt", "--all", "--check"]);
                summary.add("fmt", outcome, Some(begun.elapsed()));
            }
            Step::Clippy => {
                let all = [
                    "clippy",
                    "--workspace",
                    "--all-targets",
                    "--",
                    "-D",
                    "warnings",
                ];
                summary.add(
                    "clippy",
                    tool(root, "clippy", "clippy", &all),
                    Some(begun.elapsed()),
                );
            }
            Step::Tidy => summary.add("tidy", tidy_up(root).into(), Some(begun.elapsed())),
            Step::Tests => tests(root, &chosen.extra, &mut summary),
            Step::Browser => {
                // What is passed on is cargo's, unless nothing but this step was asked for.
                let alone = chosen.only == [Step::Browser];
                let outcome = browser::step(root, if alone { &chosen.extra } else { &[] });
                summary.add("browser", outcome, Some(begun.elapsed()));
            }
            Step::Audit => audited(root, &mut summary),
        }
    }
    println!("\n{summary}");
    Ok(summary.passed())
}

/// Runs one of cargo's companions, which an installation of Rust may lack.
fn tool(root: &Path, name: &str, component: &str, arguments: &[&str]) -> Outcome {
    if !shell::succeeds(&mut shell::cargo(root, &[name, "--version"])) {
        return Outcome::NotRun(format!(
            "{component} is not installed: rustup component add {component}"
        ));
    }
    shell::run(&mut shell::cargo(root, arguments)).into()
}

fn tidy_up(root: &Path) -> Result<()> {
    if !tidy::run(root)? {
        bail!("house rules are broken, see above");
    }
    Ok(())
}

/// Something that some of the tests run on and that a machine may lack.
struct Part {
    /// What the summary calls the tests.
    tests: &'static str,
    /// The variable that tells the tests where it is.
    variable: &'static str,
    /// Where it is, or why it is not there.
    found: Result<OsString, Outcome>,
}

impl Part {
    fn new(tests: &'static str, variable: &'static str, found: Result<PathBuf>) -> Self {
        let found = found.map(PathBuf::into_os_string).map_err(not_run);
        Self {
            tests,
            variable,
            found,
        }
    }
}

fn not_run(reason: anyhow::Error) -> Outcome {
    Outcome::NotRun(format!("{reason:#}"))
}

/// The tests, once, on all that this machine has; what it lacks gets a row of its own in the summary.
fn tests(root: &Path, extra: &[String], summary: &mut Summary) {
    let begun = Instant::now();
    let server = match postgres::find_or_install() {
        Ok(programs) => Postgres::start(&programs, Durability::ForTests)
            .map_err(|error| Outcome::from(Err(error))),
        Err(reason) => Err(Outcome::NotRun(format!("{reason:#}"))),
    };
    let start = |program| StandIn::start(root, program).map_err(not_run);
    let (stripe, webhooks) = (start(&WORLD), start(&WEBHOOKS));
    let parts = [
        Part {
            tests: "tests on PostgreSQL",
            variable: "BORDEREAU_TEST_POSTGRES",
            found: server
                .as_ref()
                .map(|server| server.url().into())
                .map_err(Outcome::clone),
        },
        Part::new(
            "tests on CDNOW purchases",
            "BORDEREAU_TEST_CDNOW",
            cdnow::find_or_fetch(root),
        ),
        Part::new(
            "tests with maildev",
            "BORDEREAU_TEST_MAIL",
            mail::maildev(root),
        ),
        Part::new(
            "tests with graphql-request",
            "BORDEREAU_TEST_API",
            node::prepare(root, "tests/api"),
        ),
        Part::new(
            "tests with gql and a fuzzer",
            "BORDEREAU_TEST_API_PYTHON",
            clients::python(root),
        ),
        Part::new(
            "tests with aiosmtpd",
            "BORDEREAU_TEST_AIOSMTPD",
            mail::aiosmtpd(root),
        ),
        Part::new(
            "tests on a stand-in for Stripe that fails on order",
            "BORDEREAU_TEST_STRIPE_FAULTS",
            node::prepare(root, "tests/stripe-faults"),
        ),
    ];
    let parts: Vec<Part> = parts
        .into_iter()
        .chain(on_stripe(&stripe, &webhooks))
        .collect();
    let outcome: Outcome = run_tests(root, extra, &parts).into();
    summary.add("tests", outcome.clone(), Some(begun.elapsed()));
    for part in parts {
        // Some of the tests prove nothing about a part: only a run of all has a word on that.
        let whole = extra.is_empty().then(|| outcome.clone());
        if let Some(outcome) = part.found.err().or(whole) {
            summary.add(part.tests, outcome, None);
        }
    }
}

/// What stands for Stripe, each with the tests that need it.
fn on_stripe(stripe: &Result<StandIn, Outcome>, webhooks: &Result<StandIn, Outcome>) -> [Part; 3] {
    let (stripe, webhooks) = (stripe.as_ref(), webhooks.as_ref());
    let url = |stand_in: &StandIn| stand_in.url().into();
    let spec = |stripe: &StandIn| {
        let spec = stripe.spec().map_err(not_run);
        spec.map(PathBuf::into_os_string)
    };
    [
        Part {
            tests: "tests on Stripe's stand-in, the crash test among them",
            variable: "BORDEREAU_TEST_STRIPE",
            found: stripe.map(url).map_err(Outcome::clone),
        },
        Part {
            tests: "tests against Stripe's description",
            variable: "BORDEREAU_TEST_STRIPE_SPEC",
            found: stripe.map_err(Outcome::clone).and_then(spec),
        },
        Part {
            tests: "tests with localstripe's webhooks",
            variable: "BORDEREAU_TEST_LOCALSTRIPE",
            found: webhooks.map(url).map_err(Outcome::clone),
        },
    ]
}

fn run_tests(root: &Path, extra: &[String], parts: &[Part]) -> Result<()> {
    let references = snapshots::fresh_references(root)?;
    let mut command = shell::cargo(root, &["test", "--no-fail-fast"]);
    if extra.is_empty() {
        // Left out otherwise: it would overrule a `-p` of the caller's.
        command.arg("--workspace");
    }
    command
        .args(extra)
        .env("INSTA_UPDATE", "no")
        .env_remove("INSTA_FORCE_PASS");
    command.env(snapshots::REFERENCES_VARIABLE, &references);
    for part in parts {
        // What is not there is taken out of the environment too: a stray variable must not look like ours.
        match &part.found {
            Ok(place) => command.env(part.variable, place),
            Err(_) => command.env_remove(part.variable),
        };
    }
    shell::run(&mut command)?;
    snapshots::refuse_pending(root)?;
    // A run of some of the tests says nothing about the snapshots of the others.
    if extra.is_empty() && parts.iter().all(|part| part.found.is_ok()) {
        snapshots::refuse_unused(root, &references)?;
    }
    Ok(())
}

fn audited(root: &Path, summary: &mut Summary) {
    let begun = Instant::now();
    let outcome = match audit::find_or_fetch(root) {
        Ok(program) => audit::run(root, &program).into(),
        Err(reason) => Outcome::NotRun(format!("{reason:#}")),
    };
    summary.add("audit", outcome, Some(begun.elapsed()));
    let advisories =
        "needs RustSec's database from the network: run `cargo deny check advisories` by hand";
    summary.add(
        "audit of advisories",
        Outcome::NotRun(advisories.to_owned()),
        None,
    );
}
