//! `bordereau key`.

use anyhow::{Context as _, Result, bail};
use clap::{Args, Subcommand};
use domain::actor::{Permission, Permissions};
use domain::ids::KeyId;
use domain::order::Mode;
use engine::keys;
use engine::team::TeamFailure;

use super::Outcome;
use crate::place::{Place, Whose};

/// Makes, lists and revokes API keys.
#[derive(Args)]
pub struct Key {
    #[command(flatten)]
    place: Place,
    #[command(flatten)]
    whose: Whose,
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    /// Makes a key and shows it, this once.
    Create {
        /// What it is called.
        #[arg(long)]
        name: String,
        /// What it may do, such as view_orders; may stand several times. Everything a member may where nothing is said.
        #[arg(long, value_name = "PERMISSION")]
        allow: Vec<String>,
    },
    /// Lists the keys of an organization.
    List,
    /// Revokes a key, for good.
    Revoke {
        /// Its id, from the list.
        id: String,
    },
}

impl Key {
    pub(super) async fn run(self) -> Result<Outcome> {
        let (desk, _) = self.place.open(false).await?;
        let session = self.whose.session(&desk).await?;
        let organization = &session.scope.organization_id;
        match self.what {
            What::Create { name, allow } => {
                let (mode, allowed) = (session.scope.mode, permissions(&allow)?);
                let (key, secret) =
                    keys::make(&desk, &session.permit()?, mode, &name, allowed).await?;
                eprintln!("key {} is made; this is the only time it is shown:", key.id);
                println!("{secret}");
            }
            What::List => {
                for key in desk.store().keys(organization).await? {
                    let mode = if key.mode == Mode::Live {
                        "live"
                    } else {
                        "test"
                    };
                    let state = if key.revoked_at.is_some() {
                        "revoked"
                    } else {
                        "active"
                    };
                    println!("{}\t{mode}\t{}\t{}\t{state}", key.id, key.name, key.hint);
                }
            }
            What::Revoke { id } => {
                match keys::revoke(&desk, &session.permit()?, &KeyId(id.clone())).await {
                    Err(TeamFailure::Refused(_)) => {
                        bail!("there is no active key {id} in this organization")
                    }
                    revoked => revoked?,
                }
                println!("key {id} is revoked");
            }
        }
        desk.store().close().await;
        Ok(Outcome::Fine)
    }
}

fn permissions(allow: &[String]) -> Result<Permissions> {
    if allow.is_empty() {
        return Ok(Permission::MEMBER.into_iter().collect());
    }
    let read = |text: &String| {
        serde_json::from_value(serde_json::Value::String(
            text.to_lowercase().replace('-', "_"),
        ))
        .with_context(|| format!("--allow {text} is no permission"))
    };
    allow.iter().map(read).collect()
}
