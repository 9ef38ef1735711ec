//! `bordereau quote`.

use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use clap::Args;
use domain::cartons::Carton;
use domain::ids::ItemId;
use domain::landed_cost::quote::LandedCost;
use domain::landed_cost::{Line, Request};
use domain::money::Money;
use engine::landed_costs::quote;
use engine::transfer::quote_form::QuoteForm;

use super::Outcome;
use crate::place::{Place, Whose, outside};

/// Calculates a landed cost and keeps it as a quote.
///
/// Shows every line with its formula, so that it can be checked by hand. The document is told in docs/landed-cost.md.
/// Exit code 3 where something that may be due is not known.
#[derive(Args)]
pub struct Quote {
    #[command(flatten)]
    place: Place,
    #[command(flatten)]
    whose: Whose,
    /// What is asked, in JSON; - for standard input.
    file: PathBuf,
    /// The whole quote as JSON instead of its lines.
    #[arg(long)]
    json: bool,
}

impl Quote {
    pub(super) async fn run(self) -> Result<Outcome> {
        let mut text = String::new();
        if self.file == Path::new("-") {
            std::io::stdin().read_to_string(&mut text)?;
        } else {
            text = std::fs::read_to_string(&self.file)
                .with_context(|| format!("cannot read {}", self.file.display()))?;
        }
        let form: QuoteForm = serde_json::from_str(&text).with_context(|| {
            format!("{} is not what a quote is asked with", self.file.display())
        })?;
        let (request, rate) = form.request()?;
        let (desk, config) = self.place.open(false).await?;
        let session = self.whose.session(&desk).await?;
        let (ports, _) = outside(&config, config.sandbox_seed)?;
        let permit = session.permit()?;
        let held = quote(&desk, &*ports.rates, &permit, request, rate, None).await?;
        desk.store().close().await;
        let landed_cost = held.landed_cost;
        if self.json {
            println!("{}", serde_json::to_string_pretty(&landed_cost)?);
        } else {
            std::io::stdout().write_all(told(&landed_cost).as_bytes())?;
        }
        Ok(match landed_cost.calculation.missing.as_slice() {
            [] => Outcome::Fine,
            _ => Outcome::NeedsALook,
        })
    }
}

/// A landed cost for a person to read: each line with its formula, the sums, then what there is to say.
fn told(landed_cost: &LandedCost) -> String {
    let (request, calculation) = (&landed_cost.request, &landed_cost.calculation);
    let money = |minor| Money::new(minor, request.currency).to_string();
    let mut text = format!(
        "{} from {} to {}, held until {}\n",
        landed_cost.id, request.origin.country, request.destination.country, landed_cost.expires_at
    );
    let rows: Vec<[String; 3]> = calculation
        .lines
        .iter()
        .map(|line| {
            [
                named(request, line),
                money(line.amount_minor),
                formula(line),
            ]
        })
        .collect();
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max();
    let (first, second) = (width(0).unwrap_or(0), width(1).unwrap_or(0));
    for [name, amount, formula] in &rows {
        text.push_str(&format!("{name:first$}  {amount:>second$}  {formula}\n"));
    }
    text.push_str(&sums(landed_cost));
    for carton in &calculation.cartons {
        text.push_str(&packed(request, carton));
    }
    let thresholds = calculation.de_minimis.iter().map(|one| match &*one.note {
        "" => one.formula.clone(),
        note => format!("{}; {note}", one.formula),
    });
    for (name, texts) in [
        ("threshold", thresholds.collect::<Vec<_>>()),
        ("note", calculation.notes.clone()),
        ("missing", calculation.missing.clone()),
    ] {
        for one in texts {
            text.push_str(&format!("{name}: {one}\n"));
        }
    }
    text
}

/// The totals, and the rate that is held.
fn sums(landed_cost: &LandedCost) -> String {
    let amounts = landed_cost.calculation.amounts;
    let sums = [
        ("goods", amounts.items_minor),
        ("shipping", amounts.shipping_minor),
        ("discounts", -amounts.discounts_minor),
        ("duties", amounts.duties_minor),
        ("taxes", amounts.taxes_minor),
        ("fees", amounts.fees_minor),
        ("landed cost", amounts.landed_cost_minor()),
        ("total", amounts.total_minor()),
    ];
    let money = |minor| Money::new(minor, landed_cost.request.currency);
    let lines = sums.map(|(name, minor)| format!("{name}: {}\n", money(minor)));
    let rate = &landed_cost.rate;
    let held = format!(
        "rate: 1 {} = {} {}, {} of {}\n",
        rate.presentment, rate.rate, rate.base, rate.source, rate.at
    );
    lines.concat() + &held
}

fn packed(request: &Request, carton: &Carton) -> String {
    let items: Vec<String> = carton
        .items
        .iter()
        .map(|(id, count)| format!("{count} × {}", item_name(request, id)))
        .collect();
    let kind = carton.kind.as_deref().unwrap_or("no box");
    let (physical_g, dimensional_g) = (carton.physical_g, carton.dimensional_g);
    format!(
        "carton: {kind} with {}; {physical_g} g, by volume {dimensional_g} g\n",
        items.join(", ")
    )
}

fn named(request: &Request, line: &Line) -> String {
    match &line.item {
        Some(id) => format!("{}, {}", line.name, item_name(request, id)),
        None => line.name.clone(),
    }
}

fn item_name<'a>(request: &'a Request, id: &ItemId) -> &'a str {
    let item = request.items.iter().find(|item| item.id == *id);
    item.map_or("", |item| item.name.as_str())
}

fn formula(line: &Line) -> String {
    match &*line.note {
        "" => line.formula.clone(),
        note => format!("{} [{note}]", line.formula),
    }
}
