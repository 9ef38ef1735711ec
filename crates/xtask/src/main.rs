//! `cargo xtask`: what a person or CI runs that cargo itself does not.
//!
//! One file a command. Nothing the product needs at run time may live here. Start at [`test`], the command
//! that a merge is held to.

mod audit;
mod bench;
mod browser;
mod cdnow;
mod chromium;
mod clients;
mod crash;
mod debian;
mod demo;
mod mail;
mod node;
mod pictures;
mod postgres;
mod pypi;
mod reference;
mod shell;
mod snapshots;
mod stand_ins;
mod summary;
mod test;
mod tidy;

use anyhow::Result;
use clap::{Parser, Subcommand};
use std::process::ExitCode;

/// The tools of the Bordereau workspace.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Tools {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Run a desk filled with invented orders.
    Demo(demo::Demo),
    /// Everything a merge is held to: format, lints, house rules, tests on every database, a real browser, dependencies.
    Test(test::Test),
    /// Check the house rules that no compiler knows.
    Tidy,
    /// Write the reference of the order API anew: the schema, the pages, and what the examples are answered.
    Reference,
    /// Take the README's pictures anew, of the demo in a real browser.
    Pictures,
    /// Measure the desk against the bare databases.
    Bench(bench::Bench),
    /// Ask the order API whatever its schema allows, for minutes, and look at every answer.
    Fuzz(clients::Fuzz),
    /// Kill the desk again and again while it moves money, and hold all books against each other.
    Crash(crash::Crash),
}

fn main() -> Result<ExitCode> {
    let root = shell::workspace_root()?;
    let passed = match Tools::parse().command {
        Command::Demo(demo) => demo::run(&root, &demo).map(|()| true)?,
        Command::Test(chosen) => test::run(&root, &chosen)?,
        Command::Tidy => tidy::run(&root)?,
        Command::Reference => reference::run(&root).map(|()| true)?,
        Command::Pictures => pictures::run(&root).map(|()| true)?,
        Command::Bench(bench) => bench::run(&root, &bench).map(|()| true)?,
        Command::Fuzz(fuzz) => clients::fuzz(&root, &fuzz).map(|()| true)?,
        Command::Crash(crash) => crash::run(&root, &crash).map(|()| true)?,
    };
    Ok(if passed {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}
