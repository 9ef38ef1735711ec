//! `bordereau reconcile`.

use std::path::PathBuf;

use anyhow::{Context as _, Result};
use clap::Args;
use domain::reconcile::{Period, Row};
use engine::reconcile::{csv_of, reconcile};
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::Outcome;
use crate::place::{Place, Whose, outside};

/// Compares our books with the payment provider's, or with those of each that is connected.
///
/// Day by day in UTC, order by order and in total: what was taken, returned and disputed, and the fees that the provider
/// tells. Changes nothing. Exit code 3 where the books differ.
#[derive(Args)]
pub struct Reconcile {
    #[command(flatten)]
    place: Place,
    #[command(flatten)]
    whose: Whose,
    /// The first day, such as 2026-11-01.
    #[arg(long, value_name = "DAY")]
    from: Date,
    /// The last day.
    #[arg(long, value_name = "DAY")]
    to: Date,
    /// Where to write every order as CSV.
    #[arg(long, value_name = "FILE")]
    csv: Option<PathBuf>,
}

impl Reconcile {
    pub(super) async fn run(self) -> Result<Outcome> {
        let (desk, config) = self.place.open(false).await?;
        let session = self.whose.session(&desk).await?;
        let begins = |day: Date| day.to_zoned(TimeZone::UTC).map(|zoned| zoned.timestamp());
        let period = Period {
            from: begins(self.from)?,
            until: begins(self.to.tomorrow()?)?,
        };
        let (ports, _) = outside(&config, config.sandbox_seed)?;
        let permit = session.permit()?;
        let found = reconcile(&desk, &permit, &*ports.payments, period).await?;
        if let Some(file) = &self.csv {
            std::fs::write(file, csv_of(&found))
                .with_context(|| format!("cannot write {}", file.display()))?;
        }
        for total in &found.report.totals {
            println!("{}", told(total));
        }
        let differing = found.report.rows.iter().filter(|row| !row.agrees()).count();
        println!("{} compared, {differing} differ", found.report.rows.len());
        desk.store().close().await;
        Ok(match differing {
            0 => Outcome::Fine,
            _ => Outcome::NeedsALook,
        })
    }
}

fn told(row: &Row) -> String {
    let money = |minor| domain::money::Money::new(minor, row.currency);
    let mut text = format!(
        "ours {}, the provider's {}, difference {}",
        money(row.ours.held_minor()),
        money(row.theirs.held_minor()),
        row.difference()
    );
    if row.ours.fee_minor != 0 || row.theirs.fee_minor != 0 {
        text.push_str(&format!(
            "; fees ours {}, the provider's {}, difference {}",
            money(row.ours.fee_minor),
            money(row.theirs.fee_minor),
            row.fee_difference()
        ));
    }
    text
}
