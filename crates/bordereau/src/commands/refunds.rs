//! `bordereau refunds`.

use std::io::Write as _;

use anyhow::{Context as _, Result, bail};
use clap::{Args, Subcommand};
use domain::ids::{OrderId, RefundId};
use domain::money::decimal_text;
use domain::refund::RefundState;
use domain::refund_arrival::expected;
use engine::desk::Desk;
use engine::orders::find;
use engine::permit::Session;
use engine::refund_queue::{MAX_ROWS, Queued, ask_now, queue, settle_by_hand};
use engine::refunds::retry;
use engine::store::keys::KeyKind;
use engine::transfer::export::quoted;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde_json::json;

use super::Outcome;
use crate::place::{Place, Whose};

/// Lists the refunds that are not settled, and does what one needs.
///
/// A desk that is being served does it; this only asks.
#[derive(Args)]
pub struct Refunds {
    #[command(flatten)]
    place: Place,
    #[command(flatten)]
    whose: Whose,
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    /// Lists every refund that is not settled, oldest first, as CSV.
    List {
        /// Only those in this state: requested, sent, pending, unknown or failed.
        #[arg(long, value_name = "STATE")]
        state: Option<String>,
        /// As JSON lines instead of CSV.
        #[arg(long)]
        json: bool,
    },
    /// Tries a failed refund again.
    Retry {
        /// Its id, from the list.
        refund: String,
    },
    /// Has the payment provider asked now what became of a refund.
    Ask {
        /// Its id, from the list.
        refund: String,
    },
    /// Settles a failed refund outside the payment provider, such as by a bank transfer.
    Settle {
        /// Its id, from the list.
        refund: String,
        /// What the payment can be found by, such as the number of the transfer.
        #[arg(long)]
        reference: String,
        /// How it was settled.
        #[arg(long)]
        note: String,
    },
}

impl Refunds {
    pub(super) async fn run(self) -> Result<Outcome> {
        let (desk, _) = self.place.open(false).await?;
        let session = self.whose.session(&desk).await?;
        match self.what {
            What::List { state, json } => {
                let state = state.as_deref().map(state_named).transpose()?;
                list(&desk, &session, state, json).await?;
            }
            What::Retry { refund } => {
                let (order, refund) = the(&desk, &session, refund).await?;
                retry(&desk, &session.permit()?, &order, refund.clone()).await?;
                println!("refund {refund} is tried again");
            }
            What::Ask { refund } => {
                let (order, refund) = the(&desk, &session, refund).await?;
                ask_now(&desk, &session.permit()?, &order, &refund).await?;
                println!("the payment provider is asked about refund {refund}");
            }
            What::Settle {
                refund,
                reference,
                note,
            } => {
                let (order, refund) = the(&desk, &session, refund).await?;
                let (permit, id) = (session.permit()?, refund.clone());
                settle_by_hand(&desk, &permit, &order, id, &reference, &note).await?;
                println!("refund {refund} is settled");
            }
        }
        desk.store().close().await;
        Ok(Outcome::Fine)
    }
}

fn state_named(text: &str) -> Result<RefundState> {
    let value = serde_json::Value::String(text.to_lowercase());
    match serde_json::from_value(value) {
        Ok(RefundState::Succeeded) | Err(_) => bail!(
            "--state {text} is no state of an open refund; use requested, sent, pending, unknown or failed"
        ),
        Ok(state) => Ok(state),
    }
}

/// The order of a refund.
async fn the(desk: &Desk, session: &Session, refund: String) -> Result<(OrderId, RefundId)> {
    let orders = find(desk, &session.permit()?, KeyKind::Refund, &refund).await?;
    let order = orders.into_iter().next();
    let order = order.with_context(|| format!("there is no refund {refund} here"))?;
    Ok((order, RefundId(refund)))
}

const HEADER: [&str; 19] = [
    "refund_id",
    "order_number",
    "desk_number",
    "order_id",
    "customer",
    "currency",
    "amount",
    "base_currency",
    "base_amount",
    "reason",
    "state",
    "problem",
    "requested_at",
    "waits_since",
    "expected_from",
    "expected_until",
    "attempts",
    "next_try_at",
    "given_up",
];

async fn list(
    desk: &Desk,
    session: &Session,
    state: Option<RefundState>,
    is_json: bool,
) -> Result<()> {
    let mut output = std::io::BufWriter::new(std::io::stdout().lock());
    if !is_json {
        writeln!(output, "{}", HEADER.join(","))?;
    }
    let (permit, mut after) = (session.permit()?, None);
    let today = desk.now().to_zoned(TimeZone::UTC).date();
    loop {
        let page = queue(desk, &permit, state, after.as_ref(), MAX_ROWS).await?;
        for queued in &page.rows {
            let values = fields(queued, today);
            if is_json {
                let pairs = HEADER.iter().zip(&values);
                let line: serde_json::Map<_, _> = pairs
                    .map(|(name, value)| ((*name).to_owned(), json!(value)))
                    .collect();
                writeln!(output, "{}", serde_json::Value::Object(line))?;
            } else {
                let mut line = Vec::with_capacity(200);
                for value in &values {
                    quoted(&mut line, value);
                    line.push(b',');
                }
                line.pop();
                line.push(b'\n');
                output.write_all(&line)?;
            }
        }
        after = page.next;
        if after.is_none() {
            output.flush()?;
            return Ok(());
        }
    }
}

fn fields(queued: &Queued, today: Date) -> [String; 19] {
    let (order, refund) = (&queued.order, queued.refund());
    let (amount, base) = order.in_both(refund.amount_minor());
    // The names are those of the stored form.
    let told = serde_json::to_value(refund).unwrap_or_default();
    let text = |name: &str| told[name].as_str().unwrap_or_default().to_owned();
    let state = text("state");
    let since = refund.changed_at.to_zoned(TimeZone::UTC).date();
    let arrival = expected(refund.state, since, today);
    let (from, until) = arrival.map_or((String::new(), String::new()), |(first, last)| {
        (first.to_string(), last.to_string())
    });
    let job = queued.job.as_ref();
    [
        refund.id.0.clone(),
        order.number.clone().unwrap_or_default(),
        order.desk_number.to_string(),
        order.id.0.clone(),
        order.ship_to.display_name(),
        amount.currency.code().to_owned(),
        decimal_text(amount.minor, amount.currency),
        base.currency.code().to_owned(),
        decimal_text(base.minor, base.currency),
        text("reason"),
        state,
        refund.problem.clone(),
        refund.requested_at.to_string(),
        refund.changed_at.to_string(),
        from,
        until,
        job.map(|job| job.attempts.to_string()).unwrap_or_default(),
        job.filter(|job| !job.is_parked)
            .map(|job| job.job.due_at.to_string())
            .unwrap_or_default(),
        match job {
            Some(job) if job.is_parked => "yes",
            Some(_) => "no",
            None => "",
        }
        .to_owned(),
    ]
}
