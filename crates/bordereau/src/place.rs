//! Which desk a command is about: its database opened and brought up to date, and who the command line is in it.

use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context as _, Result, anyhow, bail};
use api::graphql::Answers;
use clap::Args;
use domain::actor::{Actor, ActorKind, By, Permission};
use domain::ids::OrganizationId;
use domain::order::Mode;
use engine::desk::{Clock, Desk, Ids};
use engine::outlet::Outlet;
use engine::permit::{Scope, Session};
use engine::ports::Ports;
use engine::store::Store;
use integrations::Sandbox;
use integrations::payments::{ByProvider, Stripe, StripeHook};
use integrations::webhooks::Courier;

use crate::config::Config;

/// Which desk.
#[derive(Args, Clone, Debug)]
pub struct Place {
    /// The folder of an embedded desk.
    #[arg(long, value_name = "DIR", global = true)]
    pub data: Option<PathBuf>,
    /// A settings file; bordereau.toml lists every setting with its default.
    #[arg(long, value_name = "FILE", env = "BORDEREAU_CONFIG", global = true)]
    pub config: Option<PathBuf>,
}

/// Which organization of it, and which orders.
#[derive(Args, Clone, Debug)]
pub struct Whose {
    /// The organization, by name or id; needed where there is more than one.
    #[arg(long, value_name = "NAME")]
    pub organization: Option<String>,
    /// Test orders instead of live ones.
    #[arg(long)]
    pub test: bool,
}

impl Place {
    /// The settings of this desk.
    ///
    /// # Errors
    /// The settings cannot be read.
    pub fn config(&self) -> Result<Config> {
        let mut config = Config::load(self.config.as_deref(), &|name| std::env::var(name).ok())?;
        if let Some(data) = &self.data {
            config.data.clone_from(data);
            // A folder that is named is meant: a database server in the settings would not be that desk.
            config.database_url.clear();
        }
        Ok(config)
    }

    /// The desk, with its schema up to date. Only `serve`, `demo`, `migrate` and `user add` make a new one.
    ///
    /// # Errors
    /// There is no desk there; the database.
    pub async fn open(&self, may_create: bool) -> Result<(Desk, Config)> {
        let config = self.config()?;
        let store = open(&config, may_create).await?;
        store.migrate().await?;
        Ok((Desk::new(store, Clock::System, Ids::random()), config))
    }
}

/// The database that the settings name.
///
/// # Errors
/// It is embedded, not there, and may not be made; the database.
pub async fn open(config: &Config, may_create: bool) -> Result<Store> {
    if !config.database_url.is_empty() {
        return Ok(Store::open(&config.database_url).await?);
    }
    let file = Store::embedded_file(&config.data);
    if !may_create && !file.exists() {
        bail!(
            "there is no desk in {}; name its folder with --data, or make one with `bordereau demo` or `bordereau migrate`",
            config.data.display()
        );
    }
    check_is_database(&file)?;
    Ok(Store::open_embedded(&config.data).await?)
}

/// Everything outside: the sandbox of this desk, and the real providers that the settings connect.
///
/// # Errors
/// The sandbox's books cannot be opened; a provider is set wrongly.
pub fn outside(config: &Config, sandbox_seed: u64) -> Result<(Ports, Sandbox)> {
    let (mut ports, sandbox) = integrations::sandbox_ports(&config.data, sandbox_seed)
        .with_context(|| format!("the sandbox's books in {}", config.data.display()))?;
    let mut providers = vec![("sandbox", ports.payments)];
    if !config.stripe_secret_key.is_empty() {
        providers.push(("stripe", Arc::new(stripe(config)?)));
        ports.hooks.push(Arc::new(stripe_hook(config)?));
    }
    ports.payments = Arc::new(ByProvider::of(providers));
    Ok((ports, sandbox))
}

/// What webhooks go out by.
pub fn outlet(allow_private: bool) -> Outlet {
    Outlet {
        endpoints: Arc::new(Courier::new(allow_private)),
        bodies: Arc::new(Answers::default()),
    }
}

fn stripe(config: &Config) -> Result<Stripe> {
    let connected = Stripe::at(&config.stripe_api_url, config.stripe_secret_key.trim());
    let mut stripe =
        connected.map_err(|problem| anyhow!("Stripe cannot be connected: {problem}"))?;
    for (organization, account) in config.stripe_accounts()? {
        stripe = stripe.with_account(organization, &account);
    }
    Ok(stripe)
}

fn stripe_hook(config: &Config) -> Result<StripeHook> {
    let mut hook = StripeHook::signed_with(config.stripe_webhook_secrets());
    for (organization, account) in config.stripe_accounts()? {
        hook = hook.with_account(organization, &account);
    }
    Ok(hook)
}

/// That nobody else serves an embedded desk, for as long as this lives, be the process ended or killed.
pub struct Alone(#[allow(dead_code, reason = "held, never looked at")] File);

/// Makes sure that this process alone serves the desk, where it is embedded, and takes over what a process that was
/// killed had claimed; a database server's desk may be served by several.
///
/// # Errors
/// Another process serves the folder; the database.
pub async fn alone(desk: &Desk, config: &Config) -> Result<Option<Alone>> {
    if !config.database_url.is_empty() {
        return Ok(None);
    }
    let path = config.data.join("serving.lock");
    let file = File::create(&path).with_context(|| format!("cannot write {}", path.display()))?;
    if let Err(error) = file.try_lock() {
        bail!(
            "another process serves the desk in {} ({error}); stop it first, or keep the desk in PostgreSQL, which \
             several may serve",
            config.data.display()
        );
    }
    for (organization, _) in desk.store().organizations().await? {
        desk.store().free_leases(&organization, desk.now()).await?;
        desk.store()
            .free_webhooks(&organization, desk.now())
            .await?;
    }
    Ok(Some(Alone(file)))
}

/// Refuses a file that is something else. The pool would try to open it until its time is over.
fn check_is_database(file: &Path) -> Result<()> {
    const BEGINNING: &[u8] = b"SQLite format 3\0";
    let mut beginning = Vec::new();
    if file.exists() {
        File::open(file)
            .and_then(|file| {
                file.take(BEGINNING.len() as u64)
                    .read_to_end(&mut beginning)
            })
            .with_context(|| format!("cannot read {}", file.display()))?;
    }
    // A file without content is a database that has nothing in it yet.
    if !beginning.is_empty() && beginning != BEGINNING {
        bail!(
            "{} is not a database, or its beginning is damaged; keep a copy of it, and go back to the last backup",
            file.display()
        );
    }
    Ok(())
}

/// The organization a command is about.
///
/// # Errors
/// There is none of this name, or several and none was named.
pub async fn organization(desk: &Desk, named: Option<&str>) -> Result<OrganizationId> {
    let all = desk.store().organizations().await?;
    let names = || {
        all.iter()
            .map(|(_, name)| name.as_str())
            .collect::<Vec<_>>()
            .join(", ")
    };
    match (named, all.as_slice()) {
        (_, []) => bail!(
            "this desk has no organization yet; `bordereau user add --new-organization NAME …` makes one"
        ),
        (None, [(only, _)]) => Ok(only.clone()),
        (None, _) => bail!(
            "this desk has several organizations; choose with --organization: {}",
            names()
        ),
        (Some(wanted), _) => {
            let found = all
                .iter()
                .find(|(id, name)| name == wanted || id.as_str() == wanted);
            match found {
                Some((id, _)) => Ok(id.clone()),
                None => bail!(
                    "there is no organization \"{wanted}\" here; there is: {}",
                    names()
                ),
            }
        }
    }
}

impl Whose {
    /// A session of the command line: whoever may run it on this machine may do everything in it.
    ///
    /// # Errors
    /// As [`organization`].
    pub async fn session(&self, desk: &Desk) -> Result<Session> {
        let organization_id = organization(desk, self.organization.as_deref()).await?;
        let mode = if self.test { Mode::Test } else { Mode::Live };
        let by = By {
            kind: ActorKind::Desk,
            id: "cli".to_owned(),
            name: "Command line".to_owned(),
        };
        let actor = Actor {
            by,
            permissions: Permission::ALL.into_iter().collect(),
        };
        Ok(Session {
            scope: Scope {
                organization_id,
                mode,
            },
            actor,
        })
    }
}
