//! Our transaction fee and the share of it that returns (R8).

use serde::{Deserialize, Serialize};

use crate::command::Context;
use crate::event::EventKind;
use crate::journal::{Account, Entry, Line, Movement};
use crate::money::{Money, prorate};
use crate::order::Order;
use crate::payment::Payment;
use crate::refusal::{Problem, Refusal};

/// The organization's rates when the order was taken in, in basis points of what was captured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FeeTerms {
    /// The whole fee: 600 is 6 %.
    pub total_bp: u32,
    /// The share of it that returns with the shopper's money: 210 is 2.1 points. The rest is the card processor's.
    pub returned_bp: u32,
}

impl Default for FeeTerms {
    /// 6 % in all, of which 2.1 points return.
    fn default() -> Self {
        Self {
            total_bp: 600,
            returned_bp: 210,
        }
    }
}

impl FeeTerms {
    /// Refuses rates that are more than the whole: every fee would be computed on them.
    ///
    /// # Errors
    /// [`Refusal::Invalid`] naming the rate.
    pub fn checked(self) -> Result<Self, Refusal> {
        for (rate_bp, most_bp, field) in [
            (i64::from(self.total_bp), WHOLE_BP, "fees.total"),
            (
                i64::from(self.returned_bp),
                i64::from(self.total_bp),
                "fees.returned",
            ),
        ] {
            if rate_bp > most_bp {
                let expected = format!("at most {most_bp} basis points");
                let given = rate_bp.to_string();
                return Err(Refusal::invalid(
                    field,
                    Problem::Malformed { given, expected },
                ));
            }
        }
        Ok(self)
    }
}

/// Percent points as basis points, exactly: `2.1`, or `2,1`, is 210. Nothing where it is no rate, or is finer.
pub fn parse_points(text: &str) -> Option<u32> {
    let text = text.trim().replace(',', ".");
    let (whole, part) = text.split_once('.').unwrap_or((&text, "0"));
    let are_digits = |text: &str| !text.is_empty() && text.bytes().all(|one| one.is_ascii_digit());
    if !are_digits(whole) || !are_digits(part) || whole.len() > 4 || part.len() > 2 {
        return None;
    }
    format!("{whole}{part:0<2}").parse().ok()
}

/// Basis points as percent points, without zeros that say nothing: 210 is `2.1`.
pub fn points(rate_bp: u32) -> String {
    let text = format!("{}.{:02}", rate_bp / 100, rate_bp % 100);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// Basis points in a whole.
const WHOLE_BP: i64 = 10_000;

/// A fee or a fee's return, in base currency.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FeeSplit {
    /// Our share: what can return.
    pub returnable: Money,
    /// The card processor's share: what cannot.
    pub kept: Money,
}

/// The fee on all that is captured so far, in base currency, rounded half away from zero.
pub fn fee_on(order: &Order, captured_minor: i64) -> FeeSplit {
    let base = order.rate.to_base(captured_minor);
    let share = |bp: u32| prorate(base.minor, i64::from(bp), WHOLE_BP);
    let total = share(order.fees.total_bp);
    let returnable = share(order.fees.returned_bp.min(order.fees.total_bp));
    FeeSplit {
        returnable: Money::new(returnable, base.currency),
        kept: Money::new(total - returnable, base.currency),
    }
}

/// How much of the fee has returned once `returned_minor` of what was captured went back, in base currency.
///
/// Told for the whole so far, not for one refund: the difference of two tellings is what one refund returns, and any
/// number of partial refunds ends at exactly the returnable share.
pub fn fee_returned_on(order: &Order, returned_minor: i64) -> Money {
    let captured = order.captured_minor();
    let returnable = fee_on(order, captured).returnable;
    Money::new(
        prorate(returnable.minor, returned_minor.min(captured), captured),
        returnable.currency,
    )
}

/// What the provider says it charges for a payment takes the place of what the rates said, in the currency it bills: the
/// retailer bears the difference, our own share stays. Before anything was taken there is no fee, and told again it is no
/// event.
pub(crate) fn told(
    order: &Order,
    payment: &Payment,
    fee: Money,
    context: &Context,
) -> Vec<EventKind> {
    if payment.captured_minor <= 0 {
        return Vec::new();
    }
    let about = payment.id.as_str();
    let mut more = vec![fee];
    let booked = order.journal.iter().filter(|entry| entry.about == about);
    let booked = booked.flat_map(|entry| &entry.lines);
    for line in booked.filter(|line| line.account == Account::CardProcessor) {
        let currency = line.money.currency;
        match more.iter_mut().find(|money| money.currency == currency) {
            Some(money) => money.minor -= line.money.minor,
            None => more.push(Money::new(-line.money.minor, currency)),
        }
    }
    let line = |account, money| Line { account, money };
    let lines: Vec<Line> = more
        .into_iter()
        .filter(|money| money.minor != 0)
        .flat_map(|money| {
            let back = Money::new(-money.minor, money.currency);
            [
                line(Account::Retailer, back),
                line(Account::CardProcessor, money),
            ]
        })
        .collect();
    if lines.is_empty() {
        return Vec::new();
    }
    let entry = Entry {
        movement: Movement::FeeTold,
        about: about.to_owned(),
        at: context.at,
        lines,
    };
    vec![EventKind::MoneyMoved { entry }]
}

/// Whether the provider has not told yet what it charges for what it took last of this payment.
pub fn is_untold(order: &Order, payment: &Payment) -> bool {
    let about = payment.id.as_str();
    let mut latest_first = order.journal.iter().rev();
    let latest = latest_first.find(|entry| {
        entry.about == about && matches!(entry.movement, Movement::Charge | Movement::FeeTold)
    });
    latest.is_some_and(|entry| entry.movement == Movement::Charge)
}

/// What refunding `amount_minor` more would return of the fee, and what of it stays with the card processor (R8).
pub fn preview(order: &Order, amount_minor: i64) -> FeeSplit {
    let before = order.promised_minor() - order.by_hand_minor();
    let after = before.saturating_add(amount_minor);
    let returns = |minor| fee_returned_on(order, minor).minor;
    let captured = order.captured_minor();
    let kept = fee_on(order, captured).kept;
    let kept_share = |minor: i64| prorate(kept.minor, minor.min(captured), captured);
    FeeSplit {
        returnable: Money::new(returns(after) - returns(before), kept.currency),
        kept: Money::new(kept_share(after) - kept_share(before), kept.currency),
    }
}
