//! `bordereau serve`.

use std::sync::Arc;

use anyhow::Result;
use clap::Args;
use integrations::mail::{Post, Smtp};

use super::{Outcome, log};
use crate::place::{Place, alone, outlet, outside};
use crate::server;

/// Runs a desk until it is stopped.
#[derive(Args)]
pub struct Serve {
    #[command(flatten)]
    place: Place,
    /// Where to answer; the settings' `listen` where nothing is said.
    #[arg(long, value_name = "ADDRESS")]
    listen: Option<String>,
}

impl Serve {
    pub(super) async fn run(self) -> Result<Outcome> {
        let (desk, config) = self.place.open(true).await?;
        log(&config.log);
        let mail_server = config.mail_server()?;
        let _alone = alone(&desk, &config).await?;
        let listen = self.listen.as_deref().unwrap_or(&config.listen);
        let (listener, address) = server::listen(listen).await?;
        let (mut ports, sandbox) = outside(&config, config.sandbox_seed)?;
        if let Some(server) = mail_server {
            tracing::info!(%server, "e-mails go out");
            ports.mail = Arc::new(Post::new(Smtp::new(server), ports.mail));
        }
        let stop = server::Stop::heard()?;
        tracing::info!(%address, "the desk is open");
        let desk = desk
            .reached_at(&config.url(&address))
            .telling(outlet(config.webhooks_allow_private, ports.clone()));
        let front = server::Front {
            listener,
            proxies: config.proxies,
            api_points: config.api_points,
            api_console: config.api_console,
        };
        server::serve(desk, (ports, sandbox), front, stop).await?;
        Ok(Outcome::Fine)
    }
}
