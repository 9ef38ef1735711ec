//! Settings: the commented default that is compiled in, then a file, then the environment, then the command line.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use domain::ids::OrganizationId;
use integrations::mail::MailServer;
use serde::Deserialize;

/// The documented default.
pub const DEFAULT: &str = include_str!("../bordereau.toml");

/// What every setting's environment variable begins with.
const PREFIX: &str = "BORDEREAU_";

/// The settings of a desk.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Where the desk answers.
    pub listen: String,
    /// Where people reach the desk; empty for where it answers.
    pub public_url: String,
    /// How many reverse proxies stand before the desk.
    pub proxies: usize,
    /// How many points a key of the order API has at most.
    pub api_points: u32,
    /// Whether the order API has its console.
    pub api_console: bool,
    /// Whether webhooks go to private addresses too, and without TLS.
    pub webhooks_allow_private: bool,
    /// The folder of an embedded desk.
    pub data: PathBuf,
    /// A database server; empty for the embedded database.
    pub database_url: String,
    /// The mail server; empty for the outbox.
    pub smtp_url: String,
    /// The password of the user in it.
    pub smtp_password: String,
    /// What is logged.
    pub log: String,
    /// What Stripe is asked with; empty where it is not connected.
    pub stripe_secret_key: String,
    /// What Stripe's webhooks are signed with, with commas between.
    pub stripe_webhook_secrets: String,
    /// Connected accounts of organizations, with commas between.
    pub stripe_accounts: String,
    /// Where Stripe is.
    pub stripe_api_url: String,
    /// The sandbox's seed.
    pub sandbox_seed: u64,
}

/// Without what holds a password, and without secrets.
impl std::fmt::Debug for Config {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Config")
            .field("listen", &self.listen)
            .field("data", &self.data)
            .finish_non_exhaustive()
    }
}

impl Config {
    /// The mail server that e-mails go out by; nothing where they stay here.
    ///
    /// # Errors
    /// What is set cannot be used, without saying what it is.
    pub fn mail_server(&self) -> Result<Option<MailServer>> {
        if self.smtp_url.is_empty() {
            return Ok(None);
        }
        let server = MailServer::of(&self.smtp_url, &self.smtp_password);
        server.map(Some).context("smtp_url cannot be used")
    }

    /// Where people reach a desk that answers at this address.
    pub fn url(&self, address: &SocketAddr) -> String {
        match self.public_url.as_str() {
            "" => format!("http://{address}"),
            url => url.to_owned(),
        }
    }

    /// Every secret that a webhook of Stripe's may be signed with.
    pub fn stripe_webhook_secrets(&self) -> Vec<String> {
        listed(&self.stripe_webhook_secrets)
            .map(str::to_owned)
            .collect()
    }

    /// Which organization is asked for in which connected account.
    ///
    /// # Errors
    /// Something that is no pair of an organization and an account.
    pub fn stripe_accounts(&self) -> Result<Vec<(OrganizationId, String)>> {
        let pair = |text: &str| {
            let pair = text.split_once('=');
            let pair = pair.filter(|(_, account)| account.trim().starts_with("acct_"));
            let (organization, account) = pair.with_context(|| {
                format!("stripe_accounts: \"{text}\" is not as organization_id=acct_…")
            })?;
            Ok((organization.trim().into(), account.trim().to_owned()))
        };
        listed(&self.stripe_accounts).map(pair).collect()
    }

    /// Reads the settings: the default, the file where one is named, then the environment.
    ///
    /// # Errors
    /// A file that is not there or not TOML, a setting that is not known, a value of the wrong kind.
    pub fn load(file: Option<&Path>, env: &dyn Fn(&str) -> Option<String>) -> Result<Self> {
        let mut settings: toml::Table =
            toml::from_str(DEFAULT).context("the compiled-in settings")?;
        if let Some(file) = file {
            let text = std::fs::read_to_string(file)
                .with_context(|| format!("cannot read {}", file.display()))?;
            let own: toml::Table =
                toml::from_str(&text).with_context(|| format!("{} is not TOML", file.display()))?;
            for (name, value) in own {
                if !settings.contains_key(&name) {
                    bail!(
                        "{}: there is no setting \"{name}\"; see bordereau.toml",
                        file.display()
                    );
                }
                settings.insert(name, value);
            }
        }
        for (name, value) in &mut settings {
            let variable = format!("{PREFIX}{}", name.to_ascii_uppercase());
            let Some(text) = env(&variable) else {
                continue;
            };
            *value = match value {
                toml::Value::Integer(_) => {
                    let number = text
                        .parse()
                        .with_context(|| format!("{variable} is not a whole number"))?;
                    toml::Value::Integer(number)
                }
                toml::Value::Boolean(_) => {
                    let answer = text
                        .parse()
                        .with_context(|| format!("{variable} is neither true nor false"))?;
                    toml::Value::Boolean(answer)
                }
                _ => toml::Value::String(text),
            };
        }
        toml::Value::Table(settings)
            .try_into()
            .context("a setting has a value of the wrong kind")
    }
}

/// What stands between commas.
fn listed(text: &str) -> impl Iterator<Item = &str> {
    text.split(',').map(str::trim).filter(|one| !one.is_empty())
}
