//! `bordereau demo`.

use std::path::Path;

use anyhow::{Context as _, Result, bail};
use clap::Args;
use engine::desk::{Clock, Desk, Ids};
use engine::store::Store;

use super::progress::bar;
use super::{Outcome, log};
use crate::demo::{self, DemoFile, DemoSize};
use crate::place::{Place, alone, outlet, outside};
use crate::server;

/// Makes a desk full of believable orders, and runs it.
///
/// Where the demo was made before, it is run as it was left. How to sign in stands in demo.json of its folder.
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
        let desk = Desk::new(store, Clock::System, Ids::random()).reached_at(&config.url(&address));
        let _alone = alone(&desk, &config).await?;
        let file = self.make_or_find(desk.store(), &config.data, &url).await?;
        let outside = outside(&config, self.seed)?;
        // A demo's webhooks go to programs on the same machine.
        let desk = desk.telling(outlet(true, outside.0.clone()));
        let stop = server::Stop::heard()?;
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
        let front = server::Front {
            listener,
            proxies: config.proxies,
            api_points: config.api_points,
            api_console: config.api_console,
        };
        server::serve(desk, outside, front, stop).await?;
        Ok(Outcome::Fine)
    }

    /// The demo in this folder: made where the desk is empty, found where it was made before.
    async fn make_or_find(&self, store: &Store, data: &Path, url: &str) -> Result<DemoFile> {
        let path = demo::file_in(data);
        // Is there while the demo is made: a start that finds it knows that the one before was cut short.
        let unfinished = path.with_extension("unfinished");
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
            _ if !is_empty && unfinished.exists() => bail!(
                "the demo in {} was stopped before it was finished; remove that folder and run the same command again",
                data.display()
            ),
            _ if !is_empty => bail!(
                "{} holds a desk that is no demo; use `bordereau serve`, or another --data",
                data.display()
            ),
            _ => {
                std::fs::create_dir_all(data)
                    .with_context(|| format!("cannot make {}", data.display()))?;
                std::fs::write(&unfinished, "This demo is being made.\n")
                    .with_context(|| format!("cannot write {}", unfinished.display()))?;
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
        if unfinished.exists() {
            std::fs::remove_file(&unfinished)
                .with_context(|| format!("cannot remove {}", unfinished.display()))?;
        }
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
