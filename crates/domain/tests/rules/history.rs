//! Stored JSON is a promise: one event of each kind, one whole document, and documents of an older shape.

use std::collections::BTreeMap;

use domain::apply::replay;
use domain::command::{Command, Context, Decision, Fact, record};
use domain::event::{AddressKind, Event, EventKind};
use domain::fees::FeeTerms;
use domain::intake::{Placement, take};
use domain::money::Money;
use domain::order::{FraudReview, MailState, Order, Source};
use domain::payment::Dispute;
use domain::payment_settle::PaymentFact;
use domain::policy::Policy;
use domain::shop::ShopFact;
use domain::{carrier::LabelFact, shipment::ShipmentState};

use crate::support::*;

/// An order's life in which everything happens at least once.
struct Life {
    events: Vec<Event>,
    order: Order,
}

impl Life {
    fn begin() -> Self {
        let mut new = new_order(Source::Checkout, currency("JPY"));
        new.fraud_review = FraudReview::Pending;
        let actor = admin();
        let context = Context::of(&actor, at(0));
        let Decision { events, order } = take(new, placement(), &context).unwrap();
        Self { events, order }
    }

    fn add(&mut self, decision: Decision) {
        self.events.extend(decision.events);
        self.order = decision.order;
    }

    fn does(&mut self, command: Command) {
        self.add(run_as(&self.order, command, &support()));
    }

    fn hears(&mut self, fact: Fact) {
        self.add(told(&self.order, fact));
    }

    fn hears_of_payment(&mut self, fact: PaymentFact) {
        let payment = "payment_1".into();
        self.hears(Fact::Payment { payment, fact });
    }

    fn edits(&mut self, change: impl Fn(&mut domain::address::Address)) {
        let before = Box::new(self.order.ship_to.clone());
        let mut after = before.clone();
        change(&mut after);
        let which = AddressKind::ShipTo;
        self.does(Command::EditAddress {
            which,
            before,
            after,
        });
    }

    fn is_paid_and_corrected(&mut self) {
        self.hears(Fact::Fraud(FraudReview::Approved));
        self.hears_of_payment(PaymentFact::Authorized {
            expires_at: Some(at(10_000)),
        });
        self.does(Command::AskPayment {
            payment: "payment_1".into(),
        });
        self.does(Command::SetTotal {
            total_minor: 11_900,
        });
        self.hears_of_payment(PaymentFact::Captured {
            captured_minor: 11_900,
        });
        let note = || "ask first".to_owned();
        self.does(Command::Hold { note: note() });
        self.does(Command::Release);
        self.edits(|to| to.line1 = "9 Rue".to_owned());
        let before = self.order.items[0].declared.clone();
        let mut after = before.clone();
        after.hs_code = "691200".to_owned();
        let item = "mug".into();
        self.does(Command::DeclareItem {
            item,
            before,
            after,
        });
        self.does(Command::RemoveItems {
            items: quantities(&[("mug", 1)]),
        });
        self.does(Command::SetNumber {
            number: "A-77".to_owned(),
            was: None,
        });
        let id = || "note_1".into();
        self.does(Command::AddNote {
            note: id(),
            text: note(),
        });
        self.does(Command::EditNote {
            note: id(),
            text: "asked".to_owned(),
        });
        self.does(Command::DeleteNote { note: id() });
        let tag = || "vip".to_owned();
        self.does(Command::Tag { tag: tag() });
        self.does(Command::Untag { tag: tag() });
    }

    fn is_labelled_in_vain(&mut self) {
        self.does(create_shipments(&[shipment_request("shipment_0")]));
        self.does(label_shipment("shipment_0", "label_0"));
        let problem = "no such service".to_owned();
        self.hears(Fact::Label {
            label: "label_0".into(),
            fact: LabelFact::Failed { problem },
        });
        self.does(Command::UpdateShipment {
            shipment: "shipment_0".into(),
            state: ShipmentState::Voided,
            note: "another service".to_owned(),
        });
    }

    fn is_shipped_and_refunded(&mut self) {
        self.does(request_label("label_1", &[("mug", 1)]));
        let label = "label_1".into();
        let fact = LabelFact::Bought {
            reference: "shp_1".to_owned(),
            tracking: tracking("RR1"),
            postage: Some(Money::new(1_250, usd())),
        };
        self.hears(Fact::Label { label, fact });
        self.hears(Fact::Parcel {
            shipment: "shipment_label_1".into(),
            state: ShipmentState::InTransit,
            note: "Narita".to_owned(),
        });
        self.does(add_tracking("shipment_2", "RR2", &[]));
        self.does(Command::RemoveTracking {
            numbers: vec!["RR2".to_owned()],
        });
        let mut request = refund_request("refund_1", parts(1_000, 0, 0));
        request.notify = true;
        self.does(Command::Refund(request));
        self.order = failed_into(&self.order, &mut self.events);
        self.does(Command::RetryRefund {
            refund: "refund_1".into(),
        });
        let reference = "re_1".to_owned();
        let done = domain::refund_settle::RefundFact::Succeeded { reference };
        self.hears(refund_fact("refund_1", done));
        self.does(refund("refund_5", parts(500, 0, 0)));
        let problem = "account closed".to_owned();
        let declined = domain::refund_settle::RefundFact::Failed {
            problem,
            failure: None,
        };
        self.hears(refund_fact("refund_5", declined));
        self.does(settle("refund_5"));
        self.hears(Fact::Mail {
            mail: "mail_refund_1".into(),
            state: MailState::Failed,
            problem: "mailbox full".to_owned(),
        });
        self.hears(Fact::Shop(ShopFact::Refunded {
            total: Money::new(5_000, currency("JPY")),
        }));
        let reason = "changed my mind".to_owned();
        self.hears(Fact::Shop(ShopFact::Canceled { reason }));
        self.hears_of_payment(crate::payments::dispute("dispute_1", 900));
        self.hears_of_payment(PaymentFact::DisputeOpened {
            dispute: Dispute {
                reference: "dispute_1".to_owned(),
                is_answered: true,
                evidence_due_at: Some(at(20_000)),
                fee: Some(Money::new(1_500, usd())),
                ..Dispute::default()
            },
        });
        self.hears_of_payment(PaymentFact::DisputeClosed { won: true });
    }

    /// A refund that is declined, and one that is undone.
    fn waits(&mut self) {
        let yen = currency("JPY");
        let policy = Policy {
            undo_s: 10,
            limits_minor: [(yen, 500)].into(),
        };
        for (id, minor) in [("refund_2", 800), ("refund_3", 400)] {
            let command = refund(id, parts(minor, 0, 0));
            self.add(try_under(&self.order, &command, &member(), &policy).unwrap());
        }
        let [approval, time] = [0, 1].map(|place: usize| self.order.waiting[place].id.clone());
        self.does(Command::Undo { waiting: time });
        self.does(Command::Decline {
            waiting: approval,
            note: "too much".to_owned(),
        });
        let command = refund("refund_4", parts(300, 0, 0));
        self.add(try_under(&self.order, &command, &member(), &policy).unwrap());
        let waiting = self.order.waiting[0].id.clone();
        self.hears(Fact::WaitingOver { waiting });
        let done = domain::refund_settle::RefundFact::Succeeded {
            reference: "re_4".to_owned(),
        };
        self.hears(refund_fact("refund_4", done));
    }

    fn is_canceled(&mut self) {
        let label = || "label_1".into();
        self.does(Command::VoidLabel { label: label() });
        let fact = LabelFact::Voided;
        self.hears(Fact::Label {
            label: label(),
            fact,
        });
        self.does(cancel("out of stock"));
    }
}

fn failed_into(order: &Order, events: &mut Vec<Event>) -> Order {
    let problem = "card closed".to_owned();
    let fact = domain::refund_settle::RefundFact::Failed {
        problem,
        failure: None,
    };
    let decision = told(order, refund_fact("refund_1", fact));
    events.extend(decision.events);
    decision.order
}

fn life() -> Life {
    let mut life = Life::begin();
    life.is_paid_and_corrected();
    life.is_labelled_in_vain();
    life.is_shipped_and_refunded();
    life.waits();
    life.is_canceled();
    life
}

/// The kinds that a life must show. Written without a wildcard, so that a new kind has to be told here too.
fn is_shown(kind: &EventKind) -> bool {
    use EventKind as K;
    match kind {
        K::Taken { .. } | K::StatusChanged { .. } | K::Canceled { .. } | K::Held { .. } => true,
        K::Released | K::FraudReviewed { .. } | K::PaymentChanged { .. } => true,
        K::DisputeOpened { .. } | K::DisputeClosed { .. } | K::MoneyMoved { .. } => true,
        K::PaymentAsked { .. } | K::DisputeChanged { .. } => true,
        K::RefundRequested { .. } | K::RefundRetried { .. } | K::RefundChanged { .. } => true,
        K::WaitingBegun { .. } | K::WaitingEnded { .. } => true,
        K::RefundSettledByHand { .. } => true,
        K::FeeReturned { .. } | K::RefundedInShop { .. } | K::CanceledInShop { .. } => true,
        K::NumberChanged { .. } | K::AddressChanged { .. } | K::ItemDeclared { .. } => true,
        K::ItemsRemoved { .. } | K::AmountsChanged { .. } | K::CoverageChanged { .. } => true,
        K::NoteAdded { .. } | K::NoteEdited { .. } | K::NoteDeleted { .. } => true,
        K::Tagged { .. } | K::Untagged { .. } | K::ShipmentAdded { .. } => true,
        K::ShipmentChanged { .. } | K::TrackingAdded { .. } | K::TrackingRemoved { .. } => true,
        K::LabelChanged { .. } | K::MailRequested { .. } | K::MailSettled { .. } => true,
        K::LabelRequested { .. } => true,
        K::SyncChanged { .. } | K::AttentionRaised { .. } | K::AttentionResolved { .. } => true,
    }
}

/// How many kinds `is_shown` tells.
const KINDS: usize = 43;

#[test]
fn the_stored_event_of_each_kind_is_a_promise() {
    let life = life();
    let mut last: BTreeMap<&str, &Event> = BTreeMap::new();
    for event in life.events.iter().filter(|event| is_shown(&event.kind)) {
        last.insert(event.kind.name(), event);
        let stored = serde_json::to_value(event).unwrap();
        assert_eq!(stored["type"], event.kind.name(), "its name is its type");
    }
    assert_eq!(last.len(), KINDS, "{:?}", last.keys());
    insta::assert_json_snapshot!("event_of_each_kind", last);
}

#[test]
fn the_stored_document_is_a_promise_and_compact() {
    let life = life();
    assert_eq!(replay(&life.events), Ok(life.order.clone()));
    insta::assert_json_snapshot!("order", life.order);
    let fresh = serde_json::to_string(&pending_order(usd())).unwrap();
    for waste in ["null", "[]", "{}", "\"\"", ": ", "\n"] {
        assert!(!fresh.contains(waste), "{waste:?} in {fresh}");
    }
}

#[test]
fn a_document_without_what_is_optional_is_read() {
    let order = pending_order(usd());
    let mut stored = serde_json::to_value(&order).unwrap();
    let fields = stored.as_object_mut().unwrap();
    for optional in ["number", "shop", "fraud_review", "payments"] {
        assert!(fields.remove(optional).is_some(), "{optional}");
    }
    fields["items"][0].as_object_mut().unwrap().remove("sku");
    fields["amounts"]
        .as_object_mut()
        .unwrap()
        .remove("variance_minor");
    fields.insert("from_a_later_version".to_owned(), true.into());
    let read: Order = serde_json::from_value(stored).unwrap();
    let mut expected = order;
    (expected.number, expected.shop) = (None, None);
    expected.fraud_review = FraudReview::None;
    expected.payments.clear();
    expected.items[0].sku.clear();
    assert_eq!(read, expected);
}

#[test]
fn an_event_without_what_was_added_later_is_read() {
    let stored = r#"{"seq":2,"at":"2026-03-02T09:00:00Z","by":{"kind":"provider","id":"p","name":"p"},
        "type":"payment_changed","payment":"payment_1","from":"pending","to":"authorized"}"#;
    let event: Event = serde_json::from_str(stored).unwrap();
    let EventKind::PaymentChanged {
        captured_minor,
        expires_at,
        reason,
        ..
    } = event.kind
    else {
        panic!("a payment changed");
    };
    assert_eq!((captured_minor, expires_at, reason), (0, None, None));
}

#[test]
fn a_history_that_was_tampered_with_is_named() {
    let Life { events, .. } = life();
    assert_eq!(replay(&[]), Err("there are no events".to_owned()));
    let headless = "the first event is fraud_reviewed, not taken".to_owned();
    assert_eq!(replay(&events[1..]), Err(headless));
    let mut gap = events.clone();
    gap.remove(3);
    assert_eq!(replay(&gap), Err("event 5 follows event 3".to_owned()));
}

#[test]
fn the_same_words_give_the_same_events() {
    let order = checkout_order(usd());
    let placement = Placement {
        fees: FeeTerms::default(),
        ..placement()
    };
    assert_eq!(placement.fees.total_bp, 600);
    let actor = admin();
    let context = Context::of(&actor, at(5));
    let fact = Fact::Fraud(FraudReview::Declined);
    assert_eq!(
        record(&order, &fact, &context),
        record(&order, &fact, &context)
    );
}
