//! Reconciliation: our books against the payment provider's for a period. It asks and compares; it changes nothing.

use std::collections::BTreeMap;

use domain::ids::{OrderId, OrganizationId};
use domain::money::decimal_text;
use domain::order::{Mode, Order};
use domain::reconcile::{Line, Period, Report, compare, lines_of, provider_key};
use domain::refusal::{Problem, Refusal};
use jiff::SignedDuration;

use crate::desk::Desk;
use crate::failure::Failure;
use crate::permit::{Permit, Scope, ViewReports};
use crate::ports::{Answer, Booked, MovementsAsk, Payments};
use crate::store::keys::KeyKind;
use crate::transfer::export::quoted;

/// The longest period of a report.
pub const MAX_PERIOD: SignedDuration = SignedDuration::from_hours(366 * 24);

/// The most lines of either side: a report is held whole while it is made.
pub const MAX_LINES: usize = 200_000;

/// Orders read at once.
const ORDERS_AT_ONCE: usize = 200;

/// The most pages the provider is asked for; a page may be empty.
const MAX_PAGES: usize = 10_000;

/// Why there is no report.
#[derive(Debug, thiserror::Error)]
pub enum NoReport {
    /// The period cannot be.
    #[error(transparent)]
    Failed(#[from] Failure),
    /// More happened than one report holds; a shorter period helps.
    #[error("more than {MAX_LINES} movements; choose a shorter period")]
    TooMany,
    /// The provider does not show its books now; trying again can help.
    #[error("the payment provider does not show its books: {0}")]
    NoBooks(String),
}

impl From<crate::store::StoreError> for NoReport {
    fn from(error: crate::store::StoreError) -> Self {
        Self::Failed(error.into())
    }
}

/// A report with the orders it is about.
#[derive(Clone, Debug)]
pub struct Reconciled {
    /// What was compared.
    pub report: Report,
    /// What a person calls each order of it: its number, else its desk number.
    pub names: BTreeMap<OrderId, String>,
}

/// Compares our books with the provider's, order by order and in total.
///
/// # Errors
/// [`NoReport`].
pub async fn reconcile(
    desk: &Desk,
    permit: &Permit<'_, ViewReports>,
    payments: &dyn Payments,
    period: Period,
) -> Result<Reconciled, NoReport> {
    check(period)?;
    let scope = permit.scope();
    let mut sides = Sides::new(desk, scope);
    sides.ours(period).await?;
    sides.theirs(payments, period).await?;
    Ok(Reconciled {
        report: compare(sides.ours, sides.theirs, period),
        names: sides.names,
    })
}

fn check(period: Period) -> Result<(), Failure> {
    let length = period.until.duration_since(period.from);
    if length <= SignedDuration::ZERO {
        return Err(Refusal::invalid("until", Problem::NotPositive).into());
    }
    if length > MAX_PERIOD {
        let given = period.until.to_string();
        let expected = "at most 366 days after the beginning".to_owned();
        return Err(Refusal::invalid("until", Problem::Malformed { given, expected }).into());
    }
    Ok(())
}

/// The lines of both sides, as they are gathered.
struct Sides<'a> {
    desk: &'a Desk,
    scope: &'a Scope,
    ours: Vec<Line>,
    theirs: Vec<Line>,
    names: BTreeMap<OrderId, String>,
    /// Whose payment a reference of the provider is; none for no order of ours.
    owners: BTreeMap<String, Owner>,
}

/// Whose payment it is.
#[derive(Clone)]
enum Owner {
    /// An order's of this organization and mode, with its refunds by key and by the provider's reference.
    Order(OrderId, BTreeMap<String, String>),
    /// Another organization's, or the other mode's: none of our affair.
    Another,
    /// No order here knows it.
    Nobody,
}

impl<'a> Sides<'a> {
    fn new(desk: &'a Desk, scope: &'a Scope) -> Self {
        Self {
            desk,
            scope,
            ours: Vec::new(),
            theirs: Vec::new(),
            names: BTreeMap::new(),
            owners: BTreeMap::new(),
        }
    }

    /// Gathers what our books say, of the orders whose money moved in the period or around it.
    async fn ours(&mut self, period: Period) -> Result<(), NoReport> {
        let (store, scope, around) = (self.desk.store(), self.scope, period.widened());
        let organization = &scope.organization_id;
        let ids = store
            .orders_with_money_moved(organization, around, MAX_LINES + 1)
            .await?;
        if ids.len() > MAX_LINES {
            return Err(NoReport::TooMany);
        }
        for ids in ids.chunks(ORDERS_AT_ONCE) {
            for order in store.load_many(organization, scope.mode, ids).await? {
                self.ours.extend(lines_of(&order, around));
                self.know(&order);
            }
            if self.ours.len() > MAX_LINES {
                return Err(NoReport::TooMany);
            }
        }
        Ok(())
    }

    /// Gathers what the provider booked, page by page.
    async fn theirs(&mut self, payments: &dyn Payments, period: Period) -> Result<(), NoReport> {
        let mut ask = MovementsAsk {
            scope: self.scope.clone(),
            period: period.widened(),
            after: None,
        };
        for _ in 0..MAX_PAGES {
            let page = match payments.movements(&ask).await {
                Answer::Done(page) => page,
                Answer::Refused(problem)
                | Answer::NotNow(problem)
                | Answer::Unknown(problem)
                | Answer::NeedsALook(problem) => {
                    return Err(NoReport::NoBooks(problem));
                }
            };
            for booked in page.booked {
                self.book(booked).await?;
            }
            if self.theirs.len() > MAX_LINES {
                return Err(NoReport::TooMany);
            }
            if page.next.is_none() {
                return Ok(());
            }
            ask.after = page.next;
        }
        Err(NoReport::TooMany)
    }

    async fn book(&mut self, booked: Booked) -> Result<(), NoReport> {
        let mut payment = provider_key(&booked.provider, &booked.payment_reference);
        let mut owner = self.owner(&payment).await?;
        if matches!(owner, Owner::Nobody) {
            // An order may be taken in with a payment whose provider it does not name.
            let unnamed = provider_key("", &booked.payment_reference);
            owner = self.owner(&unnamed).await?;
            if matches!(owner, Owner::Order(..)) {
                payment = unnamed;
            }
        }
        let (order, refund) = match owner {
            Owner::Another => return Ok(()),
            Owner::Nobody => (None, booked.refund_reference),
            Owner::Order(id, refunds) => {
                let key = booked.key.unwrap_or_default();
                let ours = refunds.get(&key).or(refunds.get(&booked.refund_reference));
                (Some(id), ours.cloned().unwrap_or(booked.refund_reference))
            }
        };
        self.theirs.push(Line {
            order,
            payment,
            refund,
            kind: booked.kind,
            at: booked.at,
            money: booked.money,
        });
        Ok(())
    }

    fn know(&mut self, order: &Order) {
        let number = order.number.clone();
        let name = number.unwrap_or_else(|| format!("#{}", order.desk_number));
        self.names.insert(order.id.clone(), name);
        let mut refunds = BTreeMap::new();
        for refund in &order.refunds {
            // Every attempt was asked for with its own key.
            for attempt in 1..=refund.attempt {
                refunds.insert(format!("{}.{attempt}", refund.id), refund.id.0.clone());
            }
            if !refund.reference.is_empty() {
                refunds.insert(refund.reference.clone(), refund.id.0.clone());
            }
        }
        for payment in &order.payments {
            let key = provider_key(&payment.provider, &payment.reference);
            let owner = Owner::Order(order.id.clone(), refunds.clone());
            self.owners.insert(key, owner);
        }
    }

    async fn owner(&mut self, payment: &str) -> Result<Owner, NoReport> {
        if let Some(known) = self.owners.get(payment) {
            return Ok(known.clone());
        }
        let (store, scope) = (self.desk.store(), self.scope);
        let here = find(self.desk, &scope.organization_id, scope.mode, payment).await?;
        for order in store
            .load_many(&scope.organization_id, scope.mode, &here)
            .await?
        {
            self.know(&order);
        }
        if !self.owners.contains_key(payment) {
            let owner = if self.is_anothers(payment).await? {
                Owner::Another
            } else {
                Owner::Nobody
            };
            self.owners.insert(payment.to_owned(), owner);
        }
        let owner = self.owners.get(payment).cloned();
        Ok(owner.unwrap_or(Owner::Nobody))
    }

    /// Whether a payment belongs elsewhere on this desk: several may share one account at the provider.
    async fn is_anothers(&self, payment: &str) -> Result<bool, NoReport> {
        for (organization, _) in self.desk.store().organizations().await? {
            for mode in [Mode::Live, Mode::Test] {
                let is_here = organization == self.scope.organization_id && mode == self.scope.mode;
                if !is_here
                    && !find(self.desk, &organization, mode, payment)
                        .await?
                        .is_empty()
                {
                    return Ok(true);
                }
            }
        }
        Ok(false)
    }
}

async fn find(
    desk: &Desk,
    organization: &OrganizationId,
    mode: Mode,
    payment: &str,
) -> Result<Vec<OrderId>, NoReport> {
    let kind = KeyKind::ProviderPayment;
    Ok(desk.store().find(organization, mode, kind, payment).await?)
}

/// The columns of a report's file.
const HEADER: &str = "order_number,order_id,payment,currency,our_charged,provider_charged,our_refunded,provider_refunded,\
                      our_disputed,provider_disputed,our_fee,provider_fee,difference,fee_difference,agrees";

/// A report as CSV, whole: an order and a currency a line.
pub fn csv_of(found: &Reconciled) -> Vec<u8> {
    let mut file = HEADER.as_bytes().to_vec();
    file.push(b'\n');
    for row in &found.report.rows {
        let mut line = Vec::with_capacity(160);
        let amount = |minor: i64| decimal_text(minor, row.currency);
        let id = row.order.as_ref();
        let name = id.and_then(|id| found.names.get(id));
        let (ours, theirs) = (&row.ours, &row.theirs);
        for text in [
            name.cloned().unwrap_or_default(),
            id.map(|id| id.0.clone()).unwrap_or_default(),
            row.payment.clone(),
            row.currency.code().to_owned(),
            amount(ours.charged_minor),
            amount(theirs.charged_minor),
            amount(ours.refunded_minor),
            amount(theirs.refunded_minor),
            amount(ours.disputed_minor),
            amount(theirs.disputed_minor),
            amount(ours.fee_minor),
            amount(theirs.fee_minor),
            amount(row.difference().minor),
            amount(row.fee_difference().minor),
            if row.agrees() { "yes" } else { "no" }.to_owned(),
        ] {
            quoted(&mut line, &text);
            line.push(b',');
        }
        line.pop();
        file.extend_from_slice(&line);
        file.push(b'\n');
    }
    file
}
