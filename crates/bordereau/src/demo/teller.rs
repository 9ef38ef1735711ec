//! The steps that the demo's stories are told in: someone of the team asks, the outside says.

use domain::actor::{Actor, ActorKind, By, Permission};
use domain::address::Address;
use domain::command::{Command, Context, Decision, Fact, decide, record};
use domain::event::AddressKind;
use domain::ids::{NoteId, RefundId, ShipmentId};
use domain::parts::Parts;
use domain::payment::Dispute;
use domain::payment_settle::PaymentFact;
use domain::policy::{NO_POLICY, Policy};
use domain::refund::{RefundFailure, RefundReason, RefundRequest};
use domain::refund_settle::RefundFact;
use domain::refusal::Refusal;
use domain::shipment::{ShipmentState, Tracking};
use domain::shop::ShopFact;
use jiff::{SignedDuration, Timestamp};
use rand::Rng;
use rand::rngs::StdRng;

use super::generate::pick;

/// Tells one order's history.
pub struct Teller<'a> {
    pub told: Decision,
    pub at: Timestamp,
    pub today: Timestamp,
    pub rng: &'a mut StdRng,
}

/// What became of a refund.
#[derive(Clone, Copy)]
pub enum Settle {
    Succeed,
    Fail,
    Wait,
}

/// Someone who may do everything, as the rules see them.
pub fn actor(kind: ActorKind, id: &str, name: &str) -> Actor {
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
    pub fn wait(&mut self, minutes: std::ops::Range<i64>) {
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
    pub fn asks(&mut self, command: &Command) -> Result<(), Refusal> {
        let name = *pick(self.rng, &["Ada Admin", "Max Member"]);
        self.asks_under(name, command, &NO_POLICY)
    }

    /// As [`asks`](Self::asks), by this person under this policy.
    pub fn asks_under(
        &mut self,
        name: &str,
        command: &Command,
        policy: &Policy,
    ) -> Result<(), Refusal> {
        let who = actor(ActorKind::Person, "team", name);
        let context = Context {
            actor: &who,
            at: self.at,
            policy,
        };
        let more = decide(&self.told.order, command, &context)?;
        self.add(more);
        Ok(())
    }

    /// The outside says something.
    pub fn says(&mut self, kind: ActorKind, fact: &Fact) -> Result<(), Refusal> {
        let name = match kind {
            ActorKind::Provider => "Payment provider",
            ActorKind::Carrier => "Carrier",
            ActorKind::Shop => "Shop",
            _ => "Bordereau",
        };
        let who = actor(kind, name, name);
        let context = Context::of(&who, self.at);
        let more = record(&self.told.order, fact, &context)?;
        self.add(more);
        Ok(())
    }

    pub fn provider(&mut self, fact: PaymentFact) -> Result<(), Refusal> {
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

    pub fn note(&mut self) -> Result<(), Refusal> {
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

    pub fn ship(&mut self, partly: bool) -> Result<(), Refusal> {
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

    pub fn arrive(&mut self, state: ShipmentState) -> Result<(), Refusal> {
        let shipment = ShipmentId(format!(
            "{}{}",
            ShipmentId::PREFIX,
            self.told.order.desk_number
        ));
        // A parcel that is on its way to the consolidation center has not begun the rest of its way.
        let steps: &[ShipmentState] = match state {
            ShipmentState::InTransitToConsolidationCenter => &[state],
            _ => &[ShipmentState::InTransit, state],
        };
        for step in steps {
            self.wait(600..4_000);
            let fact = Fact::Parcel {
                shipment: shipment.clone(),
                state: *step,
                note: String::new(),
            };
            self.says(ActorKind::Carrier, &fact)?;
        }
        Ok(())
    }

    pub fn cancel(&mut self) -> Result<(), Refusal> {
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

    pub fn refund(&mut self, parts: Parts, settle: Settle) -> Result<(), Refusal> {
        let command = self.refund_command(parts);
        self.asks(&command)?;
        self.wait(1..3);
        self.settle(settle)
    }

    /// Asks for a refund that a colleague has to approve.
    pub fn asks_for_approval(&mut self, parts: Parts, policy: &Policy) -> Result<(), Refusal> {
        let command = self.refund_command(parts);
        self.asks_under("Max Member", &command, policy)
    }

    fn refund_command(&mut self, parts: Parts) -> Command {
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
        Command::Refund(request)
    }

    pub fn settle(&mut self, settle: Settle) -> Result<(), Refusal> {
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
                    failure: Some(RefundFailure::CardClosed),
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

    pub fn dispute(&mut self) -> Result<(), Refusal> {
        let amount_minor = self.told.order.captured_minor();
        let due = self
            .at
            .checked_add(SignedDuration::from_hours(24 * 14))
            .ok();
        let dispute = Dispute {
            reference: format!("dispute_{}", self.told.order.desk_number),
            reason: "product_not_received".to_owned(),
            evidence_due_at: due,
            amount_minor,
            ..Dispute::default()
        };
        self.provider(PaymentFact::DisputeOpened { dispute })
    }

    pub fn readdress(&mut self) -> Result<(), Refusal> {
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
