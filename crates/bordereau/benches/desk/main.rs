//! The benchmark: what the desk does in a second, beside what the bare driver does with the same rows on the same
//! database in the same run. `cargo xtask bench --orders N` runs it on SQLite and PostgreSQL.
//!
//! Each figure is told as rate, median, 99th percentile, and the ratio to its baseline. Nothing here is a test: a
//! shared machine is noisy, the ratios are what to read.

mod api;
mod cases;
mod http;
mod made;
mod measure;
mod raw;
mod report;
mod settling;
mod start;
mod told;
mod work;
mod writes;

use std::path::PathBuf;

use anyhow::Result;
use clap::Parser;
use engine::store::Store;

#[derive(Parser)]
struct Options {
    /// Orders in the database while it is measured.
    #[arg(long, default_value_t = 10_000)]
    orders: u64,
    /// A PostgreSQL server to measure too; a database is made on it.
    #[arg(long)]
    postgres: Option<String>,
    /// A folder for the embedded desk, which is kept; one that was filled before is measured as it is.
    #[arg(long)]
    data: Option<PathBuf>,
    /// Measures the embedded desk alone, or PostgreSQL alone.
    #[arg(long)]
    only: Option<String>,
    /// What to measure, where it is not everything: `reads`, `lists`, `pages`, `api`, `writes`, `settling`, `queue`,
    /// `webhooks`, `transfers`.
    #[arg(long, value_delimiter = ',')]
    parts: Vec<String>,
    /// Where to write the figures as JSON.
    #[arg(long)]
    json: Option<PathBuf>,
    /// Given by cargo.
    #[arg(long, hide = true)]
    bench: bool,
}

fn main() -> Result<()> {
    let options = Options::parse();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;
    runtime.block_on(run(options))
}

async fn run(options: Options) -> Result<()> {
    let mut report = report::Report::new(options.orders);
    let is_wanted = |database| options.only.as_deref().is_none_or(|only| only == database);
    if is_wanted("sqlite") {
        let folder = tempfile::tempdir()?;
        let folder = options.data.as_deref().unwrap_or(folder.path());
        let store = Store::open_embedded(folder).await?;
        let url = format!(
            "sqlite://{}?mode=rwc",
            Store::embedded_file(folder).display()
        );
        let wanted = work::Wanted {
            orders: options.orders,
            parts: &options.parts,
        };
        work::measure(&store, &url, "sqlite", wanted, &mut report).await?;
        store.close().await;
        start::start_up(folder, &mut report).await?;
    }
    if let Some(server) = options.postgres.as_ref().filter(|_| is_wanted("postgres")) {
        let url = raw::make_database(server).await?;
        let store = Store::open(&url).await?;
        let wanted = work::Wanted {
            orders: options.orders,
            parts: &options.parts,
        };
        work::measure(&store, &url, "postgres", wanted, &mut report).await?;
        store.close().await;
    }
    report.print();
    if let Some(path) = options.json {
        std::fs::write(path, report.json()?)?;
    }
    Ok(())
}
