//! The command line. Exit codes: 0 all is well; 1 it could not be done; 2 the command line was wrong; 3 it was done,
//! and something needs a look (rejected rows, findings of the doctor).

mod backup;
mod demo;
mod doctor;
mod export;
mod import;
mod key;
mod listen;
mod migrate;
mod progress;
mod quote;
mod reconcile;
mod refunds;
mod schema;
mod serve;
mod tariff;
mod user;

use std::process::ExitCode;

use anyhow::Result;
use clap::{Parser, Subcommand};

/// Done, and something needs a look.
const NEEDS_A_LOOK: u8 = 3;

/// What a command came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Outcome {
    /// All is well.
    Fine,
    /// Done, and something needs a look.
    NeedsALook,
}

/// An order desk for cross-border commerce: cancel, refund in the shopper's currency, correct, label, ship, track.
#[derive(Parser)]
#[command(name = "bordereau", version, propagate_version = true, after_help = AFTER_HELP)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

const AFTER_HELP: &str = "\
A first look:
  bordereau demo --data demo               a desk full of orders at http://127.0.0.1:8080
A desk of your own:
  bordereau user add --data DIR --new-organization \"My shop\" --email you@example.com --name You --role admin
  bordereau import --data DIR orders.csv
  bordereau serve --data DIR

Exit codes: 0 done; 1 could not be done; 2 wrong usage; 3 done, and something needs a look.";

// What each says of itself in --help stands at its own type: a line here would hide it.
#[derive(Subcommand)]
enum Command {
    Serve(serve::Serve),
    Demo(demo::Demo),
    Import(import::Import),
    Export(export::Export),
    Migrate(migrate::Migrate),
    User(user::User),
    Key(key::Key),
    Listen(listen::Listen),
    Refunds(refunds::Refunds),
    Reconcile(reconcile::Reconcile),
    Quote(quote::Quote),
    Tariff(tariff::Tariff),
    Backup(backup::Backup),
    Doctor(doctor::Doctor),
    Schema(schema::Schema),
}

/// Runs the command line.
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    let runtime = match tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
    {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("error: the runtime cannot start: {error}");
            return ExitCode::FAILURE;
        }
    };
    match runtime.block_on(run(cli.command)) {
        Ok(Outcome::Fine) => ExitCode::SUCCESS,
        Ok(Outcome::NeedsALook) => ExitCode::from(NEEDS_A_LOOK),
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

async fn run(command: Command) -> Result<Outcome> {
    match command {
        Command::Serve(command) => command.run().await,
        Command::Demo(command) => command.run().await,
        Command::Import(command) => command.run().await,
        Command::Export(command) => command.run().await,
        Command::Migrate(command) => command.run().await,
        Command::User(command) => command.run().await,
        Command::Key(command) => command.run().await,
        Command::Listen(command) => command.run().await,
        Command::Refunds(command) => command.run().await,
        Command::Reconcile(command) => command.run().await,
        Command::Quote(command) => command.run().await,
        Command::Tariff(command) => command.run().await,
        Command::Backup(command) => command.run().await,
        Command::Doctor(command) => command.run().await,
        Command::Schema(command) => command.run(),
    }
}

/// Logs to standard error as the settings say.
fn log(filter: &str) {
    let filter = tracing_subscriber::EnvFilter::new(filter);
    // A second call in one process would be refused, which is as good.
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .try_init()
        .ok();
}
