//! `bordereau doctor`.

use anyhow::Result;
use clap::Args;
use engine::doctor::{Finding, examine};

use super::Outcome;
use super::progress::bar;
use crate::place::Place;

/// Checks a desk whole, and says what to do.
///
/// Looks at the file and the schema, that documents equal their replayed events, that journals balance, and that the
/// list and the queue of refunds show what the orders say. Changes nothing.
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
