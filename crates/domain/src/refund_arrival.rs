//! When the shopper can expect the money: 3 to 5 business days after the provider took the refund on (R2).

use jiff::civil::{Date, Weekday};

use crate::refund::RefundState;

/// The fewest business days until the money is there.
const SOONEST: u32 = 3;

/// The most.
const LATEST: u32 = 5;

/// The first and the last day on which the shopper can expect it. What the provider has taken on counts from the day
/// `since` it did; what is still to go out counts from `today`. Nothing where no money is on its way.
pub fn expected(state: RefundState, since: Date, today: Date) -> Option<(Date, Date)> {
    let from = match state {
        RefundState::Pending | RefundState::Succeeded => since,
        RefundState::Requested | RefundState::Sent | RefundState::Unknown => today,
        RefundState::Failed => return None,
    };
    Some((
        business_days_after(from, SOONEST),
        business_days_after(from, LATEST),
    ))
}

/// So many days later, not counting Saturdays and Sundays. Bank holidays differ by country and are not known here.
fn business_days_after(from: Date, days: u32) -> Date {
    let (mut date, mut left) = (from, days);
    while left > 0 {
        let Ok(next) = date.tomorrow() else {
            return date;
        };
        date = next;
        if !matches!(date.weekday(), Weekday::Saturday | Weekday::Sunday) {
            left -= 1;
        }
    }
    date
}
