//! `bordereau doctor`.

use anyhow::Result;
use clap::Args;
use engine::doctor::{Finding, examine};
use engine::organizations::Settings;
use engine::store::Store;
use integrations::mail::Smtp;

use super::Outcome;
use super::progress::bar;
use crate::config::Config;
use crate::place::Place;

/// Checks a desk whole, and says what to do.
///
/// Looks at the file and the schema, that documents equal their replayed events, that journals balance, and that the
/// list and the queue of refunds show what the orders say; that the mail server can be reached, where there is one.
/// Changes and sends nothing.
#[derive(Args)]
pub struct Doctor {
    #[command(flatten)]
    place: Place,
}

impl Doctor {
    pub(super) async fn run(self) -> Result<Outcome> {
        let config = self.place.config()?;
        let store = crate::place::open(&config, false).await?;
        let pending = store.pending_migrations().await?;
        if pending > 0 {
            println!(
                "the schema is {pending} migrations behind; run `bordereau migrate`, then the doctor again"
            );
            return Ok(Outcome::NeedsALook);
        }
        if store.is_newer().await? {
            println!(
                "the schema is a newer desk's; run that one, this one would not understand it"
            );
            return Ok(Outcome::NeedsALook);
        }
        let bar = bar(None, "orders examined");
        let mut findings = 0_u64;
        let mut tell = |finding: &Finding| {
            findings += 1;
            bar.suspend(|| println!("{finding}\n    {}", finding.remedy()));
        };
        let examined = examine(&store, &mut tell, &mut |count| bar.set_position(count)).await;
        bar.finish_and_clear();
        let examined = examined?;
        if !mail_is_well(&config, &store).await? {
            findings += 1;
        }
        store.close().await;
        println!(
            "{} organizations, {} orders, {} events examined: {}",
            examined.organizations,
            examined.orders,
            examined.events,
            if findings == 0 {
                "all is well".to_owned()
            } else {
                format!("{findings} findings")
            }
        );
        Ok(if findings == 0 {
            Outcome::Fine
        } else {
            Outcome::NeedsALook
        })
    }
}

/// Whether e-mails can go out, where they are to; says what is in the way.
async fn mail_is_well(config: &Config, store: &Store) -> Result<bool> {
    let Some(server) = config.mail_server()? else {
        return Ok(true);
    };
    let mut is_well = true;
    let named = server.to_string();
    match Smtp::new(server).check().await {
        Ok(()) => println!("the mail server {named} can be reached"),
        Err(problem) => {
            println!(
                "the mail server cannot be used: {problem}\n    check smtp_url and smtp_password"
            );
            is_well = false;
        }
    }
    for (organization, name) in store.organizations().await? {
        let (_, settings) = store.sender(&organization).await?;
        if settings.mail_from == Settings::default().mail_from {
            println!(
                "the e-mails of {name} come from {}, which no mail server takes\n    \
                 set the address they come from under Settings, Organization",
                settings.mail_from
            );
            is_well = false;
        }
    }
    Ok(is_well)
}
