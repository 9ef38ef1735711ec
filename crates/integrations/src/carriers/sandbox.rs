//! The sandbox's carrier: one label a key, found again when the answer was lost, voided with the account that bought it.
//!
//! An account whose name has `ups` in it sells labels with 1Z numbers, every other one with postal numbers; a service
//! with `express` in its name costs twice as much. An account name that ends in a currency, as `post-EUR` does, is
//! billed in it.

use std::collections::{HashMap, HashSet};
use std::io;
use std::path::Path;
use std::sync::Arc;

use async_trait::async_trait;
use domain::ids::LabelId;
use domain::money::Money;
use domain::order::Order;
use domain::shipment::{Label, Shipment, Tracking};
use engine::ports::{Answer, BoughtLabel, Carriers};
use serde::{Deserialize, Serialize};

use super::printing::Slip;
use super::{postage, printing, tracking};
use crate::books::{Books, Decided, Kept};
use crate::invent::Seed;
use crate::script::{Call, Misbehaviour, Script, no_answer, plan};

/// A label in the carrier's books.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SandboxLabel {
    /// The desk's label, which is the key it was bought with.
    pub label: LabelId,
    /// The account that bought it.
    pub account: String,
    /// The service.
    pub service: String,
    /// What it was bought for, in grams.
    pub weight_g: u32,
    /// Where it goes, ISO 3166-1 alpha-2.
    pub country: String,
    /// Why it was not sold, where it was not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refused: Option<String>,
    /// The carrier's id of it.
    pub reference: String,
    /// Its number.
    pub tracking: Tracking,
    /// What it costs.
    pub postage: Money,
    /// What is printed; none of labels from before there was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub slip: Option<Slip>,
    /// Whether it is never voided.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_final: bool,
    /// Whether it was voided.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_void: bool,
}

impl SandboxLabel {
    fn bought(&self) -> BoughtLabel {
        BoughtLabel {
            reference: self.reference.clone(),
            tracking: self.tracking.clone(),
            postage: Some(self.postage),
            printed: self.slip.as_ref().map(|slip| printing::print(self, slip)),
        }
    }

    fn answer(&self) -> Answer<BoughtLabel> {
        match &self.refused {
            Some(problem) => Answer::Refused(problem.clone()),
            None if self.is_void => Answer::Refused(format!("label {} was voided", self.label)),
            None => Answer::Done(self.bought()),
        }
    }
}

/// A line of the books. The names are stored: add, do not rename.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "entry", rename_all = "snake_case")]
enum Entry {
    /// A label was asked for.
    Label(Box<SandboxLabel>),
    /// It was voided.
    Voided { label: LabelId },
    /// The question was lost on the way; the next one with this key arrives.
    Lost { key: String },
}

/// All that the carrier knows.
#[derive(Default)]
struct Counter {
    labels: Vec<SandboxLabel>,
    by_label: HashMap<LabelId, usize>,
    by_reference: HashMap<String, usize>,
    numbers: HashSet<String>,
    lost: HashSet<String>,
}

impl Kept for Counter {
    type Entry = Entry;

    fn apply(&mut self, entry: Entry) {
        match entry {
            Entry::Label(label) => {
                let index = self.labels.len();
                self.by_label.insert(label.label.clone(), index);
                self.by_reference.insert(label.reference.clone(), index);
                self.numbers.insert(label.tracking.number.clone());
                self.labels.push(*label);
            }
            Entry::Voided { label } => {
                if let Some(index) = self.by_label.get(&label) {
                    self.labels[*index].is_void = true;
                }
            }
            Entry::Lost { key } => {
                self.lost.insert(key);
            }
        }
    }
}

/// What a label is bought for.
struct Ask {
    label: LabelId,
    account: String,
    service: String,
    weight_g: u32,
    country: String,
    slip: Slip,
}

impl Ask {
    fn is_same(&self, known: &SandboxLabel) -> bool {
        self.account == known.account
            && self.service == known.service
            && self.weight_g == known.weight_g
            && self.country == known.country
    }
}

impl Counter {
    fn find(&self, account: &str, label: &LabelId) -> Option<&SandboxLabel> {
        let found = self.by_label.get(label).map(|index| &self.labels[*index]);
        found.filter(|label| label.account == account)
    }

    /// Sells a label, once a key.
    fn buy(
        &self,
        ask: Ask,
        scripted: Option<Misbehaviour>,
        seed: Seed,
    ) -> Decided<Entry, BoughtLabel> {
        if let Some(known) = self
            .by_label
            .get(&ask.label)
            .map(|index| &self.labels[*index])
        {
            let answer = if ask.is_same(known) {
                known.answer()
            } else {
                Answer::Refused(format!(
                    "label {} was bought before for another parcel",
                    ask.label
                ))
            };
            return Decided::unchanged(scripted, answer);
        }
        let key = ask.label.0.clone();
        let how = plan(scripted, &self.lost, &key, i64::from(ask.weight_g));
        if how == Some(Misbehaviour::TimeOutBeforeDoing) {
            let entries = if self.lost.contains(&key) {
                Vec::new()
            } else {
                vec![Entry::Lost { key }]
            };
            let answer = no_answer();
            return Decided {
                entries,
                how,
                answer,
            };
        }
        let label = self.print(ask, how, seed);
        let answer = label.answer();
        let entries = vec![Entry::Label(Box::new(label))];
        Decided {
            entries,
            how,
            answer,
        }
    }

    fn print(&self, ask: Ask, how: Option<Misbehaviour>, seed: Seed) -> SandboxLabel {
        let is_express = ask.service.to_lowercase().contains("express");
        let currency = postage::currency_of(&ask.account);
        let refused = (how == Some(Misbehaviour::Refuse)).then(|| {
            format!(
                "the carrier does not take this parcel of {} g",
                ask.weight_g
            )
        });
        SandboxLabel {
            reference: seed.reference("lb_sandbox_", ask.label.as_str()),
            tracking: self.number(&ask, is_express, seed),
            postage: postage::postage(ask.weight_g, &ask.country, is_express, currency),
            refused,
            slip: Some(ask.slip),
            is_final: how == Some(Misbehaviour::FailLater),
            is_void: false,
            label: ask.label,
            account: ask.account,
            service: ask.service,
            weight_g: ask.weight_g,
            country: ask.country,
        }
    }

    /// A number that no other label has: eight digits meet by chance among some ten thousand.
    fn number(&self, ask: &Ask, is_express: bool, seed: Seed) -> Tracking {
        let is_ups = ask.account.to_lowercase().contains("ups");
        let nth = |attempt: usize| {
            let chance = seed.bytes("tracking", &format!("{}\0{attempt}", ask.label));
            let number = if is_ups {
                tracking::ups(&chance, is_express)
            } else {
                tracking::s10(&chance, is_express)
            };
            number.unwrap_or_default()
        };
        // One more attempt than there are labels cannot all be taken, unless chance repeats itself.
        let mut attempts = (0..=self.labels.len()).map(nth);
        let number = attempts.find(|number| !self.numbers.contains(number));
        Tracking {
            number: number.unwrap_or_default(),
            carrier: if is_ups { "UPS" } else { "USPS" }.to_owned(),
        }
    }

    /// Voids a label with the account that bought it; voiding it again is no harm.
    fn void(
        &self,
        account: &str,
        reference: &str,
        scripted: Option<Misbehaviour>,
    ) -> Decided<Entry, ()> {
        let found = self
            .by_reference
            .get(reference)
            .map(|index| &self.labels[*index]);
        let sold = found.filter(|label| label.account == account && label.refused.is_none());
        let Some(label) = sold else {
            let problem = format!("account {account} has no label {reference}");
            return Decided::unchanged(scripted, Answer::Refused(problem));
        };
        if label.is_void || scripted == Some(Misbehaviour::TimeOutBeforeDoing) {
            return Decided::unchanged(scripted, Answer::Done(()));
        }
        if label.is_final || scripted == Some(Misbehaviour::Refuse) {
            let problem = format!("label {reference} was scanned and cannot be voided");
            return Decided::unchanged(scripted, Answer::Refused(problem));
        }
        Decided {
            entries: vec![Entry::Voided {
                label: label.label.clone(),
            }],
            how: scripted,
            answer: Answer::Done(()),
        }
    }
}

/// The carrier of the sandbox.
pub struct SandboxCarrier {
    books: Arc<Books<Counter>>,
    script: Arc<Script>,
    seed: Seed,
}

impl SandboxCarrier {
    pub(crate) fn open(path: &Path, seed: Seed, script: Arc<Script>) -> io::Result<Self> {
        let books = Books::open(path)?;
        Ok(Self {
            books,
            script,
            seed,
        })
    }

    pub(crate) fn labels(&self) -> io::Result<Vec<SandboxLabel>> {
        self.books.read(|counter| counter.labels.clone())
    }
}

#[async_trait]
impl Carriers for SandboxCarrier {
    async fn buy(&self, order: &Order, shipment: &Shipment, label: &Label) -> Answer<BoughtLabel> {
        let scripted = self.script.next(Call::BuyLabel);
        let ask = Ask {
            label: label.id.clone(),
            account: label.account.clone(),
            service: label.service.clone(),
            weight_g: label.parcel.weight_g,
            country: shipment.ship_to.country.clone(),
            slip: Slip::of(order, shipment, label),
        };
        let seed = self.seed;
        self.books
            .answer(move |counter| counter.buy(ask, scripted, seed))
            .await
    }

    async fn find(&self, account: &str, label: &LabelId) -> Answer<Option<BoughtLabel>> {
        let scripted = self.script.next(Call::FindLabel);
        let (account, label) = (account.to_owned(), label.clone());
        let look = move |counter: &Counter| {
            // One that was not sold or is void is none: buying under its key says why.
            let found = counter.find(&account, &label);
            let sold = found.filter(|label| label.refused.is_none() && !label.is_void);
            let answer = match scripted {
                Some(Misbehaviour::Refuse) => {
                    Answer::Refused("the carrier does not look labels up".to_owned())
                }
                _ => Answer::Done(sold.map(SandboxLabel::bought)),
            };
            Decided::unchanged(scripted, answer)
        };
        self.books.answer(look).await
    }

    async fn void(&self, account: &str, reference: &str) -> Answer<()> {
        let scripted = self.script.next(Call::VoidLabel);
        let (account, reference) = (account.to_owned(), reference.to_owned());
        self.books
            .answer(move |counter| counter.void(&account, &reference, scripted))
            .await
    }
}
