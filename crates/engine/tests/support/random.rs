//! Random orders with random pasts, and random filters: the same for the same seed.

use domain::actor::ActorKind;
use domain::command::{Command, Fact};
use domain::coverage::Cover;
use domain::event::AddressKind;
use domain::filter::{Filter, Sort, SortKey};
use domain::ids::OrderId;
use domain::intake::NewOrder;
use domain::money::Currency;
use domain::order::{FraudReview, Fulfilment, Order, OrderStatus, PaymentStatus, Source};
use domain::payment::Dispute;
use domain::payment_settle::PaymentFact;
use engine::orders::record_fact;
use jiff::{SignedDuration, Timestamp};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

use super::orders::{checkout, item, plain, tracked};
use super::{Harness, START};

const NAMES: [(&str, &str); 10] = [
    ("Hana", "Sato"),
    ("Émile", "Zola"),
    ("Søren", "Kierkegaard"),
    ("花子", "佐藤"),
    ("Jürgen", "Groß"),
    ("anna", "de Vries"),
    ("Ανδρέας", "Παπαδόπουλος"),
    ("Łukasz", "Żak"),
    ("Zoë", "O'Brien-Smith"),
    ("", ""),
];
const COUNTRIES: [&str; 5] = ["JP", "FR", "DK", "DE", "CA"];
const CITIES: [&str; 5] = ["Tokyo", "Saint-Étienne", "København", "Straße", "Montréal"];
const TAGS: [&str; 4] = ["gift", "VIP", "été", "re-ship"];
const RATES: [(&str, &str); 4] = [
    ("USD", "1"),
    ("JPY", "0.0067"),
    ("KWD", "3.2512"),
    ("EUR", "1.08"),
];
const TEXTS: [&str; 12] = [
    "sato",
    "ZOLA",
    "gro",
    "o'brien",
    "佐",
    "A-1",
    "1000",
    "example.com",
    "groß",
    "tokyo hana",
    "sku-mug",
    "zz",
];

pub struct Random(pub StdRng);

impl Random {
    pub fn seeded(seed: u64) -> Self {
        Self(StdRng::seed_from_u64(seed))
    }

    pub fn pick<T: Clone>(&mut self, among: &[T]) -> T {
        let index = self.0.random_range(0..among.len());
        among[index].clone()
    }

    /// One time in `n`.
    pub fn once_in(&mut self, n: u32) -> bool {
        self.0.random_range(0..n) == 0
    }

    /// Some of these, one time in three; none otherwise.
    fn some<T: Clone>(&mut self, among: &[T]) -> Vec<T> {
        if !self.once_in(3) {
            return Vec::new();
        }
        let count = self.0.random_range(1..3);
        (0..count).map(|_| self.pick(among)).collect()
    }

    fn maybe<T>(&mut self, value: impl FnOnce(&mut Self) -> T) -> Option<T> {
        self.once_in(5).then(|| value(self))
    }

    /// One of some sixty instants over forty days, so that many orders share a second.
    pub fn instant(&mut self) -> Timestamp {
        let start: Timestamp = START.parse().unwrap();
        let hours = self.0.random_range(0..60) * 16;
        start - SignedDuration::from_hours(hours)
            + SignedDuration::from_millis(self.0.random_range(0..999))
    }

    pub fn new_order(&mut self, number: &str) -> NewOrder {
        let mut new = if self.once_in(3) {
            plain(number)
        } else {
            checkout(number)
        };
        if new.payments.is_empty() && self.once_in(2) {
            new.source = Source::DutyAndTax;
        }
        if self.once_in(5) {
            new.number = None;
        }
        new.placed_at = self.instant();
        let (currency, rate) = self.pick(&RATES);
        new.rate.presentment = Currency::parse(currency).unwrap();
        new.rate.rate = rate.parse().unwrap();
        // Few totals, so that many are equal.
        let plates = self.0.random_range(1..4);
        new.items = vec![item("mug", 2, 2_000), item("plate", plates, 6_000)];
        new.amounts.items_minor = 4_000 + i64::from(plates) * 6_000;
        let (first, last) = self.pick(&NAMES);
        new.ship_to.first_name = first.to_owned();
        new.ship_to.last_name = last.to_owned();
        new.ship_to.country = self.pick(&COUNTRIES).to_owned();
        new.ship_to.city = self.pick(&CITIES).to_owned();
        new.tags = self.some(&TAGS).into_iter().map(str::to_owned).collect();
        new.fraud_review = self.pick(&[
            FraudReview::Approved,
            FraudReview::Approved,
            FraudReview::Pending,
        ]);
        (new.fraud_protection, new.guarantee) = (self.once_in(2), self.once_in(2));
        new
    }

    fn payment_fact(&mut self) -> PaymentFact {
        let dispute = Dispute {
            reference: "dp_1".to_owned(),
            reason: "fraudulent".to_owned(),
            amount_minor: 12_000,
            ..Dispute::default()
        };
        let captured = |captured_minor| PaymentFact::Captured { captured_minor };
        self.pick(&[
            captured(12_000),
            captured(12_000),
            captured(5_000),
            PaymentFact::Authorized { expires_at: None },
            PaymentFact::Failed {
                reason: "declined".to_owned(),
            },
            PaymentFact::DisputeOpened { dispute },
            PaymentFact::DisputeClosed { won: true },
            PaymentFact::DisputeClosed { won: false },
        ])
    }

    /// A command that may or may not be possible; `unique` keeps identifiers apart.
    fn command(&mut self, order: &Order, unique: &str) -> Command {
        let tag = self.pick(&TAGS).to_owned();
        match self.0.random_range(0..9) {
            0 => Command::Hold {
                note: "look at it".to_owned(),
            },
            1 => Command::Release,
            2 => Command::Untag { tag },
            3 => {
                let mut after = order.ship_to.clone();
                after.country = self.pick(&COUNTRIES).to_owned();
                after.last_name = self.pick(&NAMES).1.to_owned();
                Command::EditAddress {
                    which: AddressKind::ShipTo,
                    before: Box::new(order.ship_to.clone()),
                    after: Box::new(after),
                }
            }
            4 => {
                let mut command = tracked(unique, &format!("1Z{unique}"));
                if let Command::AddTracking { items, .. } = &mut command
                    && self.once_in(2)
                {
                    items.push(("mug".into(), 1));
                }
                command
            }
            5 => Command::SetNumber {
                number: format!("N-{unique}"),
                was: None,
            },
            6 => Command::Cancel {
                note: "no more".to_owned(),
                notify: false,
                without_refund: false,
            },
            _ => Command::Tag { tag },
        }
    }

    /// Something that happens to an order; what the rules refuse does not.
    pub async fn change(&mut self, harness: &Harness, id: &OrderId) {
        let order = harness.load(id).await;
        let unique: String = format!("{:x}", self.0.random::<u64>());
        if let Some(payment) = order.payments.first().filter(|_| self.once_in(2)) {
            let (payment, fact) = (payment.id.clone(), self.payment_fact());
            let (fact, kind) = (Fact::Payment { payment, fact }, ActorKind::Provider);
            let _refused = record_fact(&harness.desk, &harness.scope(), id, kind, &fact).await;
        } else if self.once_in(5) {
            let _refused = harness.refund(id, &unique, 700).await;
        } else {
            let command = self.command(&order, &unique);
            let _refused = harness.command(id, command).await;
        }
    }

    /// So many orders, each with up to five things that happened to it; nothing is left to do afterwards.
    pub async fn orders(&mut self, harness: &Harness, name: &str, count: usize) -> Vec<OrderId> {
        let mut ids = Vec::new();
        for index in 0..count {
            let new = self.new_order(&format!("{name}-{index}"));
            let id = harness.take(new).await.id;
            for _ in 0..self.0.random_range(0..5) {
                self.change(harness, &id).await;
            }
            ids.push(id);
        }
        harness.settle().await;
        ids
    }

    pub fn filter(&mut self) -> Filter {
        use OrderStatus as S;
        let covers = [Cover::Covered, Cover::AtRisk, Cover::Void, Cover::None];
        Filter {
            text: self
                .maybe(|random| random.pick(&TEXTS).to_owned())
                .unwrap_or_default(),
            status: self.some(&[
                S::Open,
                S::PartiallyShipped,
                S::Completed,
                S::Canceled,
                S::FraudHold,
                S::PaymentPending,
                S::PaymentFailed,
                S::Hold,
            ]),
            payment: self.some(&[
                PaymentStatus::Unpaid,
                PaymentStatus::Paid,
                PaymentStatus::PartiallyRefunded,
                PaymentStatus::Refunded,
            ]),
            is_disputed: self.maybe(|random| random.once_in(2)),
            fulfilment: self.some(&[Fulfilment::None, Fulfilment::Some, Fulfilment::All]),
            fraud: self.some(&covers),
            guarantee: self.some(&covers),
            source: self.some(&[Source::Checkout, Source::DutyAndTax, Source::Api]),
            destination: self.some(&COUNTRIES.map(str::to_owned)),
            from: self.maybe(Self::instant),
            until: self.maybe(Self::instant),
            min_base_minor: self.maybe(|random| random.0.random_range(0..20_000)),
            max_base_minor: self.maybe(|random| random.0.random_range(0..40_000)),
            tag: self.maybe(|random| random.pick(&TAGS).to_owned()),
            needs_attention: self.maybe(|random| random.once_in(2)),
        }
    }

    pub fn sort(&mut self) -> Sort {
        let key = self.pick(&[SortKey::Placed, SortKey::Total, SortKey::Customer]);
        Sort {
            key,
            is_descending: self.once_in(2),
        }
    }
}
