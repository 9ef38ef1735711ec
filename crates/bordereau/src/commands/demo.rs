//! `bordereau demo`.

use std::path::Path;

use anyhow::{Context as _, Result, bail};
use clap::Args;
use engine::desk::{Clock, Desk, Ids};
use engine::store::Store;

use super::progress::bar;
use super::{Outcome, log};
use crate::demo::{self, DemoFile, DemoSize};
use crate::place::Place;
use crate::server;

/// Makes a desk full of believable orders where there is none yet, and runs it.
#[derive(Args)]
pub struct Demo {
    #[command(flatten)]
    place: Place,
    /// Where to answer; the settings' `listen` where nothing is said.
    #[arg(long, value_name = "ADDRESS")]
    listen: Option<String>,
    /// How many orders to make.
    #[arg(long, value_name = "N", default_value_t = 2_000)]
    orders: u64,
    /// The same seed makes the same desk.
    #[arg(long, value_name = "S", default_value_t = 1)]
    seed: u64,
}

impl Demo {
    pub(super) async fn run(self) -> Result<Outcome> {
        let config = self.place.config()?;
        log(&config.log);
        let listen = self.listen.as_deref().unwrap_or(&config.listen);
        let (listener, address) = server::listen(listen).await?;
        let url = format!("http://{address}");
        let store = crate::place::open(&config, true).await?;
        store.migrate().await?;
        let file = self.make_or_find(&store, &config.data, &url).await?;
        let outside = integrations::sandbox_ports(&config.data, self.seed)
            .with_context(|| format!("the sandbox's books in {}", config.data.display()))?;
        println!("Bordereau is open at {url}");
        println!(
            "  admin    {}  {}",
            file.people.admin.email, file.people.admin.password
        );
        println!(
            "  member   {}  {}",
            file.people.member.email, file.people.member.password
        );
        println!(
            "  support  {}  {}",
            file.people.support.email, file.people.support.password
        );
        println!(
            "  API keys and the above: {}",
            demo::file_in(&config.data).display()
        );
        server::serve(
            Desk::new(store, Clock::System, Ids::random()),
            outside,
            listener,
        )
        .await?;
        Ok(Outcome::Fine)
    }

    /// The demo in this folder: made where the desk is empty, found where it was made before.
    async fn make_or_find(&self, store: &Store, data: &Path, url: &str) -> Result<DemoFile> {
        let path = demo::file_in(data);
        let is_empty = store.organizations().await?.is_empty();
        let file = match std::fs::read_to_string(&path) {
            Ok(text) if !is_empty => {
                let known: DemoFile = serde_json::from_str(&text)
                    .with_context(|| format!("{} is not a demo's file", path.display()))?;
                DemoFile {
                    url: url.to_owned(),
                    ..known
                }
            }
            _ if !is_empty => bail!(
                "{} holds a desk that is no finished demo; use `bordereau serve`, or another --data",
                data.display()
            ),
            _ => {
                let size = DemoSize {
                    orders: self.orders,
                    seed: self.seed,
                };
                let bar = bar(Some(self.orders), "making orders");
                let made = demo::make(store, url, size, &mut |count| bar.set_position(count)).await;
                bar.finish_and_clear();
                made?
            }
        };
        write_private(&path, &serde_json::to_string_pretty(&file)?)
            .with_context(|| format!("cannot write {}", path.display()))?;
        Ok(file)
    }
}

/// Writes a file that only its owner reads, whole or not at all: it holds passwords.
fn write_private(path: &Path, text: &str) -> std::io::Result<()> {
    use std::io::Write as _;
    use std::os::unix::fs::OpenOptionsExt as _;
    let beside = path.with_extension("json.new");
    let mut file = std::fs::OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(&beside)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    std::fs::rename(&beside, path)
}
