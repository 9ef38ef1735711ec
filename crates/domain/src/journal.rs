//! The books of an order: every movement of money is an entry whose lines sum to zero in each currency.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::money::{Currency, Money};

/// Where money can be. A positive line puts money there, a negative one takes it away.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Account {
    /// The shopper's card or account.
    Shopper,
    /// Authorised on the card, not taken.
    Held,
    /// Taken, at the payment provider for the retailer.
    Provider,
    /// The retailer's bill.
    Retailer,
    /// Our share of the transaction fee.
    Desk,
    /// The card processor's share, which never returns (R8).
    CardProcessor,
    /// The shopper's bank, while a charge is disputed or after it was lost.
    Bank,
}

/// Why money moved.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "each name says it")]
pub enum Movement {
    Authorization,
    Charge,
    Void,
    Refund,
    RefundReversed,
    Fee,
    FeeReturned,
    FeeReturnReversed,
    Dispute,
    DisputeWon,
    DisputeFee,
    RefundByHand,
    FeeTold,
}

/// One side of an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// Where.
    pub account: Account,
    /// How much, signed.
    pub money: Money,
}

/// One movement: balanced by construction, since every way to make one adds both sides.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// Why.
    pub movement: Movement,
    /// About what: a payment's or a refund's id.
    pub about: String,
    /// When.
    pub at: Timestamp,
    /// The lines; their sum is zero in each currency.
    pub lines: Vec<Line>,
}

impl Entry {
    /// An entry that moves `money` from one account to another.
    pub fn transfer(
        movement: Movement,
        about: &str,
        at: Timestamp,
        from: Account,
        to: Account,
        money: Money,
    ) -> Self {
        Self::split(
            movement,
            about,
            at,
            from,
            &[(to, money.minor)],
            money.currency,
        )
    }

    /// An entry that takes the sum of `shares` from one account and spreads it.
    pub fn split(
        movement: Movement,
        about: &str,
        at: Timestamp,
        from: Account,
        shares: &[(Account, i64)],
        currency: Currency,
    ) -> Self {
        let line = |account, minor| Line {
            account,
            money: Money::new(minor, currency),
        };
        let total: i64 = shares.iter().map(|share| share.1).sum();
        let mut lines = vec![line(from, -total)];
        lines.extend(shares.iter().map(|&(account, minor)| line(account, minor)));
        lines.retain(|line| line.money.minor != 0);
        Self {
            movement,
            about: about.to_owned(),
            at,
            lines,
        }
    }
}

/// What an account holds after these entries, in one currency's minor units.
pub fn balance(entries: &[Entry], account: Account, currency: Currency) -> i64 {
    lines(entries)
        .filter(|line| line.account == account && line.money.currency == currency)
        .map(|line| line.money.minor)
        .sum()
}

/// The currencies in which these entries do not sum to zero, with what is over; empty where the books balance.
pub fn imbalances(entries: &[Entry]) -> Vec<Money> {
    let mut sums: Vec<Money> = Vec::new();
    for line in lines(entries) {
        match sums
            .iter_mut()
            .find(|sum| sum.currency == line.money.currency)
        {
            Some(sum) => sum.minor += line.money.minor,
            None => sums.push(line.money),
        }
    }
    sums.retain(|sum| sum.minor != 0);
    sums
}

fn lines(entries: &[Entry]) -> impl Iterator<Item = &Line> {
    entries.iter().flat_map(|entry| entry.lines.iter())
}
