//! The last thing `cargo xtask test` prints: every step by name, and what became of it.
//!
//! A step that could not run is shown as such, with the reason; it never counts as passed.

use anyhow::Result;
use std::fmt;
use std::time::Duration;

/// What became of a step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It ran and found nothing wrong.
    Passed,
    /// It ran and found something wrong: the short form, the details were printed before.
    Failed(String),
    /// It could not run on this machine, and why.
    NotRun(String),
}

impl From<Result<()>> for Outcome {
    fn from(result: Result<()>) -> Self {
        match result {
            Ok(()) => Self::Passed,
            Err(error) => Self::Failed(format!("{error:#}")),
        }
    }
}

/// All steps so far, in the order in which they ran.
#[derive(Default)]
pub struct Summary {
    rows: Vec<Row>,
}

struct Row {
    step: &'static str,
    outcome: Outcome,
    /// Nothing for a row that another row's time includes.
    took: Option<Duration>,
}

impl Summary {
    /// Adds a step; `took` is left out where another step's time includes it.
    pub fn add(&mut self, step: &'static str, outcome: Outcome, took: Option<Duration>) {
        self.rows.push(Row {
            step,
            outcome,
            took,
        });
    }

    /// Whether no step failed; steps that were not run do not fail the whole.
    pub fn passed(&self) -> bool {
        !self
            .rows
            .iter()
            .any(|row| matches!(row.outcome, Outcome::Failed(_)))
    }

    fn count(&self, wanted: fn(&Outcome) -> bool) -> usize {
        self.rows.iter().filter(|row| wanted(&row.outcome)).count()
    }
}

impl fmt::Display for Summary {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        for Row {
            step,
            outcome,
            took,
        } in &self.rows
        {
            let took = took
                .map(|took| format!("{:.1} s", took.as_secs_f64()))
                .unwrap_or_default();
            let (word, reason) = match outcome {
                Outcome::Passed => ("passed", ""),
                Outcome::Failed(reason) => ("FAILED", first_line(reason)),
                Outcome::NotRun(reason) => ("NOT RUN", first_line(reason)),
            };
            writeln!(
                out,
                "{}",
                format!("{step:<26} {word:<8} {took:>9}  {reason}").trim_end()
            )?;
        }
        let passed = self.count(|outcome| *outcome == Outcome::Passed);
        let failed = self.count(|outcome| matches!(outcome, Outcome::Failed(_)));
        let not_run = self.count(|outcome| matches!(outcome, Outcome::NotRun(_)));
        write!(
            out,
            "steps: {passed} passed, {failed} failed, {not_run} not run"
        )
    }
}

fn first_line(reason: &str) -> &str {
    reason.lines().next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shows_every_step_and_never_counts_one_that_did_not_run_as_passed() {
        let mut summary = Summary::default();
        summary.add("fmt", Outcome::Passed, Some(Duration::from_millis(1250)));
        summary.add(
            "tests on PostgreSQL",
            Outcome::NotRun("no apt-get\nat all".to_owned()),
            None,
        );
        assert!(summary.passed());
        summary.add(
            "tidy",
            Outcome::Failed("2 violations".to_owned()),
            Some(Duration::from_millis(90)),
        );
        assert!(!summary.passed());
        let expected = "\
fmt                        passed       1.2 s
tests on PostgreSQL        NOT RUN             no apt-get
tidy                       FAILED       0.1 s  2 violations
steps: 1 passed, 1 failed, 1 not run";
        assert_eq!(summary.to_string(), expected);
    }
}
