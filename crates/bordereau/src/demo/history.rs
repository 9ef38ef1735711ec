//! What happened to each order of the demo: told through the same rules as everything else, with its own times and
//! people. Nothing here writes an event by hand.

use domain::actor::{Actor, ActorKind, By, Permission};
use domain::address::Address;
use domain::command::{Command, Context, Decision, Fact, decide, record};
use domain::event::AddressKind;
use domain::ids::{NoteId, RefundId, ShipmentId};
use domain::intake::{NewOrder, Placement, take};
use domain::order::{FraudReview, Source};
use domain::parts::Parts;
use domain::payment::Dispute;
use domain::payment_settle::PaymentFact;
use domain::refund::{RefundReason, RefundRequest};
use domain::refund_settle::RefundFact;
use domain::refusal::Refusal;
use domain::shipment::{ShipmentState, Tracking};
use domain::shop::ShopFact;
use jiff::{SignedDuration, Timestamp};
use rand::Rng;
use rand::rngs::StdRng;

use super::generate::pick;

/// How an order of the demo ended up; repeated by weight, out of a hundred.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Story {
    Delivered,
    Shipped,
    Open,
    PartlyShipped,
    Canceled,
    PartlyRefunded,
    Refunded,
    FraudHold,
    PaymentPending,
    PaymentFailed,
    Hold,
    RefundFailed,
    RefundWaiting,
    Disputed,
    AddressChanged,
    CanceledInShop,
    Consolidating,
}

const STORIES: [(Story, u32); 17] = [
    (Story::Delivered, 40),
    (Story::Shipped, 14),
    (Story::Open, 14),
    (Story::PartlyShipped, 3),
    (Story::Canceled, 7),
    (Story::PartlyRefunded, 6),
    (Story::Refunded, 2),
    (Story::FraudHold, 2),
    (Story::PaymentPending, 1),
    (Story::PaymentFailed, 1),
    (Story::Hold, 2),
    (Story::RefundFailed, 1),
    (Story::RefundWaiting, 1),
    (Story::Disputed, 1),
    (Story::AddressChanged, 3),
    (Story::CanceledInShop, 1),
    (Story::Consolidating, 1),
];

/// Tells one order's history.
struct Teller<'a> {
    told: Decision,
    at: Timestamp,
    today: Timestamp,
    rng: &'a mut StdRng,
}

/// Takes an order in and tells what happened to it. Whether its last wishes still wait for the worker is the second.
///
/// # Errors
/// A story that the rules refuse: a defect of the demo.
pub fn tell(
    rng: &mut StdRng,
    new: NewOrder,
    placement: Placement,
    today: Timestamp,
) -> Result<(Decision, bool), Refusal> {
    let at = new.placed_at;
    let is_checkout = new.source == Source::Checkout;
    let shop = actor(ActorKind::Shop, "shop", "Shop");
    let told = take(new, placement, &Context { actor: &shop, at })?;
    let mut story = draw(rng);
    let needs_payment = matches!(
        story,
        Story::PartlyRefunded
            | Story::Refunded
            | Story::FraudHold
            | Story::PaymentPending
            | Story::PaymentFailed
            | Story::RefundFailed
            | Story::RefundWaiting
            | Story::Disputed
    );
    if needs_payment && !is_checkout {
        story = Story::Delivered;
    }
    let mut teller = Teller {
        told,
        at,
        today,
        rng,
    };
    teller.pay(story)?;
    teller.play(story)?;
    Ok((teller.told, story == Story::RefundWaiting))
}

fn draw(rng: &mut StdRng) -> Story {
    let whole: u32 = STORIES.iter().map(|(_, weight)| weight).sum();
    let mut left = rng.random_range(0..whole);
    for (story, weight) in STORIES {
        if left < weight {
            return story;
        }
        left -= weight;
    }
    Story::Delivered
}

fn actor(kind: ActorKind, id: &str, name: &str) -> Actor {
    let by = By {
        kind,
        id: id.to_owned(),
        name: name.to_owned(),
    };
    Actor {
        by,
        permissions: Permission::ALL.into_iter().collect(),
    }
}

impl Teller<'_> {
    fn wait(&mut self, minutes: std::ops::Range<i64>) {
        let minutes = self.rng.random_range(minutes);
        let later = self
            .at
            .checked_add(SignedDuration::from_mins(minutes))
            .unwrap_or(self.at);
        // Nothing in the demo has happened after the demo's own today.
        self.at = later.min(self.today).max(self.at);
    }

    fn add(&mut self, more: Decision) {
        self.told.events.extend(more.events);
        self.told.order = more.order;
    }

    /// Someone of the team does something.
    fn asks(&mut self, command: &Command) -> Result<(), Refusal> {
        let name = *pick(self.rng, &["Ada Admin", "Max Member"]);
        let who = actor(ActorKind::Person, "team", name);
        let context = Context {
            actor: &who,
            at: self.at,
        };
        let more = decide(&self.told.order, command, &context)?;
        self.add(more);
        Ok(())
    }

    /// The outside says something.
    fn says(&mut self, kind: ActorKind, fact: &Fact) -> Result<(), Refusal> {
        let name = match kind {
            ActorKind::Provider => "Payment provider",
            ActorKind::Carrier => "Carrier",
            ActorKind::Shop => "Shop",
            _ => "Bordereau",
        };
        let who = actor(kind, name, name);
        let context = Context {
            actor: &who,
            at: self.at,
        };
        let more = record(&self.told.order, fact, &context)?;
        self.add(more);
        Ok(())
    }

    fn provider(&mut self, fact: PaymentFact) -> Result<(), Refusal> {
        let Some(payment) = self
            .told
            .order
            .payments
            .first()
            .map(|payment| payment.id.clone())
        else {
            return Ok(());
        };
        self.says(ActorKind::Provider, &Fact::Payment { payment, fact })
    }

    fn pay(&mut self, story: Story) -> Result<(), Refusal> {
        if self.told.order.payments.is_empty() || story == Story::PaymentPending {
            return Ok(());
        }
        self.wait(1..4);
        if story == Story::PaymentFailed {
            return self.provider(PaymentFact::Failed {
                reason: "insufficient funds".to_owned(),
            });
        }
        self.provider(PaymentFact::Authorized { expires_at: None })?;
        let review = if story == Story::FraudHold {
            FraudReview::Pending
        } else {
            FraudReview::Approved
        };
        self.says(ActorKind::Provider, &Fact::Fraud(review))?;
        if story == Story::FraudHold {
            return Ok(());
        }
        let captured_minor = self.told.order.amounts.total_minor();
        self.provider(PaymentFact::Captured { captured_minor })
    }

    fn play(&mut self, story: Story) -> Result<(), Refusal> {
        self.wait(60..2_000);
        match story {
            Story::Open | Story::FraudHold | Story::PaymentPending | Story::PaymentFailed => {
                self.note()
            }
            Story::Hold => self.asks(&Command::Hold {
                note: "Waiting for the shopper to confirm the size.".to_owned(),
            }),
            Story::Shipped => self.ship(false),
            Story::Delivered => {
                self.ship(false)?;
                self.arrive(ShipmentState::Delivered)
            }
            Story::Consolidating => {
                self.ship(false)?;
                self.arrive(ShipmentState::InTransitToConsolidationCenter)
            }
            Story::PartlyShipped => self.ship(true),
            Story::Canceled => self.cancel(),
            Story::CanceledInShop => {
                let reason = "customer changed their mind".to_owned();
                self.says(ActorKind::Shop, &Fact::Shop(ShopFact::Canceled { reason }))
            }
            Story::PartlyRefunded => {
                self.ship(false)?;
                self.wait(3_000..9_000);
                let left = self.told.order.left();
                self.refund(
                    Parts {
                        item_minor: left.item_minor / 4 + 1,
                        ..Parts::default()
                    },
                    Settle::Succeed,
                )
            }
            Story::Refunded => {
                self.ship(false)?;
                self.wait(3_000..9_000);
                self.refund(self.told.order.left(), Settle::Succeed)
            }
            Story::RefundFailed => {
                let left = self.told.order.left();
                self.refund(
                    Parts {
                        shipping_minor: left.shipping_minor,
                        item_minor: 1,
                        ..Parts::default()
                    },
                    Settle::Fail,
                )
            }
            Story::RefundWaiting => {
                let left = self.told.order.left();
                self.refund(
                    Parts {
                        duty_tax_fee_minor: left.duty_tax_fee_minor,
                        ..Parts::default()
                    },
                    Settle::Wait,
                )
            }
            Story::Disputed => {
                self.ship(false)?;
                self.wait(20_000..40_000);
                self.dispute()
            }
            Story::AddressChanged => self.readdress(),
        }
    }

    fn note(&mut self) -> Result<(), Refusal> {
        if self.rng.random_range(0..4) != 0 {
            return Ok(());
        }
        let text = *pick(
            self.rng,
            &[
                "Shopper asked for gift wrapping.",
                "Called the shopper; the address is right.",
                "Second parcel follows when the boots are back in stock.",
                "Check the HS code before printing.",
            ],
        );
        let note = NoteId(format!("{}{}", NoteId::PREFIX, self.told.order.desk_number));
        self.asks(&Command::AddNote {
            note,
            text: text.to_owned(),
        })
    }

    fn ship(&mut self, partly: bool) -> Result<(), Refusal> {
        let order = &self.told.order;
        let mut items = order.all_unshipped();
        if partly {
            items.truncate(1);
            if let Some(first) = items
                .first_mut()
                .filter(|first| order.items.len() == 1 && first.1 > 1)
            {
                first.1 -= 1;
            }
        }
        let number = format!("LX{:09}US", order.desk_number * 7 % 1_000_000_000);
        let numbers = vec![Tracking {
            number,
            carrier: "Sandbox Post".to_owned(),
        }];
        let shipment = ShipmentId(format!("{}{}", ShipmentId::PREFIX, order.desk_number));
        self.asks(&Command::AddTracking {
            shipment,
            numbers,
            items,
            notify: false,
        })?;
        self.says(ActorKind::Shop, &Fact::Sync(domain::order::Sync::InStep))
    }

    fn arrive(&mut self, state: ShipmentState) -> Result<(), Refusal> {
        let shipment = ShipmentId(format!(
            "{}{}",
            ShipmentId::PREFIX,
            self.told.order.desk_number
        ));
        for step in [ShipmentState::InTransit, state] {
            self.wait(600..4_000);
            let fact = Fact::Parcel {
                shipment: shipment.clone(),
                state: step,
                note: String::new(),
            };
            self.says(ActorKind::Carrier, &fact)?;
        }
        Ok(())
    }

    fn cancel(&mut self) -> Result<(), Refusal> {
        let note = *pick(
            self.rng,
            &[
                "Out of stock.",
                "Shopper ordered twice.",
                "Address cannot be delivered to.",
            ],
        );
        if self.told.order.is_guaranteed_by_plugin() {
            let reason = note.to_owned();
            return self.says(ActorKind::Shop, &Fact::Shop(ShopFact::Canceled { reason }));
        }
        self.asks(&Command::Cancel {
            note: note.to_owned(),
            notify: false,
            without_refund: false,
        })?;
        self.wait(1..3);
        self.settle(Settle::Succeed)?;
        self.says(ActorKind::Shop, &Fact::Sync(domain::order::Sync::InStep))
    }

    fn refund(&mut self, parts: Parts, settle: Settle) -> Result<(), Refusal> {
        let reasons = [
            RefundReason::OrderChange,
            RefundReason::ProductUnsatisfactory,
            RefundReason::Duplicate,
        ];
        let request = RefundRequest {
            id: RefundId(format!(
                "{}{}",
                RefundId::PREFIX,
                self.told.order.desk_number
            )),
            parts,
            items: Vec::new(),
            reason: pick(self.rng, &reasons).clone(),
            note: String::new(),
            notify: false,
        };
        self.asks(&Command::Refund(request))?;
        self.wait(1..3);
        self.settle(settle)
    }

    fn settle(&mut self, settle: Settle) -> Result<(), Refusal> {
        let refunds: Vec<RefundId> = self
            .told
            .order
            .refunds
            .iter()
            .map(|refund| refund.id.clone())
            .collect();
        for refund in refunds {
            let fact = match settle {
                Settle::Wait => continue,
                Settle::Succeed => RefundFact::Succeeded {
                    reference: format!("sandbox_{refund}"),
                },
                Settle::Fail => RefundFact::Failed {
                    problem: "the card was closed".to_owned(),
                },
            };
            self.says(
                ActorKind::Desk,
                &Fact::Refund {
                    refund: refund.clone(),
                    fact: RefundFact::Sent,
                },
            )?;
            self.says(ActorKind::Provider, &Fact::Refund { refund, fact })?;
        }
        Ok(())
    }

    fn dispute(&mut self) -> Result<(), Refusal> {
        let amount_minor = self.told.order.captured_minor();
        let due = self
            .at
            .checked_add(SignedDuration::from_hours(24 * 14))
            .ok();
        let dispute = Dispute {
            reference: format!("dispute_{}", self.told.order.desk_number),
            reason: "product not received".to_owned(),
            evidence_due_at: due,
            won: None,
            amount_minor,
        };
        self.provider(PaymentFact::DisputeOpened { dispute })
    }

    fn readdress(&mut self) -> Result<(), Refusal> {
        let before = self.told.order.ship_to.clone();
        let line1 = format!("{} bis", before.line1);
        let postal_code = self.told.order.bill_to.postal_code.clone();
        let after = Address {
            line1,
            line2: "2nd floor".to_owned(),
            postal_code,
            ..before.clone()
        };
        let (before, after) = (Box::new(before), Box::new(after));
        self.asks(&Command::EditAddress {
            which: AddressKind::ShipTo,
            before,
            after,
        })
    }
}

/// What became of a refund.
#[derive(Clone, Copy)]
enum Settle {
    Succeed,
    Fail,
    Wait,
}
