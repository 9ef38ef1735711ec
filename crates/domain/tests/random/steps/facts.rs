//! Random facts: of every kind, in any order, about what is there and what is not.

use domain::carrier::LabelFact;
use domain::command::Fact;
use domain::money::Money;
use domain::order::{FraudReview, MailState, Order, Sync};
use domain::payment::Dispute;
use domain::payment_settle::PaymentFact;
use domain::refund_settle::{ForeignRefund, RefundFact};
use domain::shop::ShopFact;

use super::{STATES, Step};
use crate::support;

const REVIEWS: [FraudReview; 4] = [
    FraudReview::Approved,
    FraudReview::Pending,
    FraudReview::None,
    FraudReview::Declined,
];

/// The fact of this step, told of the order as it is.
pub fn fact(step: &Step, order: &Order) -> Fact {
    match step.kind {
        58..=60 => Fact::WaitingOver {
            waiting: step.waiting(order),
        },
        ..=68 => Fact::Payment {
            payment: step.payment(order),
            fact: payment_fact(step, order),
        },
        69..=80 => Fact::Refund {
            refund: step.refund(order),
            fact: refund_fact(step),
        },
        81 | 82 => Fact::ForeignRefund(ForeignRefund {
            refund: format!("refund_foreign_{}", step.second).as_str().into(),
            payment: step.payment(order),
            amount_minor: step.amounts[0].of(order.left().total_minor()),
            reference: if step.flag {
                String::new()
            } else {
                step.text()
            },
            fact: refund_fact(step),
        }),
        83 => Fact::Fraud(REVIEWS[usize::from(step.second) % REVIEWS.len()]),
        84..=89 => Fact::Label {
            label: step.label(order),
            fact: label_fact(step, order),
        },
        90 | 91 => Fact::Parcel {
            shipment: step.shipment(order),
            state: STATES[usize::from(step.second) % STATES.len()],
            note: step.text(),
        },
        92..=95 => Fact::Shop(shop_fact(step, order)),
        96 | 97 => {
            let found = step.one(order.mails.iter());
            Fact::Mail {
                mail: found.map_or("mail_unknown".into(), |mail| mail.id.clone()),
                state: if step.flag {
                    MailState::Sent
                } else {
                    MailState::Failed
                },
                problem: step.text(),
            }
        }
        98 if step.flag => Fact::RefundOverdue {
            refund: step.refund(order),
        },
        98 => Fact::Sync(sync(step)),
        _ if step.flag => Fact::PaymentDue {
            payment: step.payment(order),
        },
        _ => Fact::GivenUp {
            job: "refund".to_owned(),
            reason: step.text(),
        },
    }
}

fn sync(step: &Step) -> Sync {
    match step.second % 4 {
        0 => Sync::InStep,
        1 => Sync::Waiting,
        2 => Sync::NotConnected,
        _ => Sync::Failed {
            reason: step.text(),
        },
    }
}

fn payment_fact(step: &Step, order: &Order) -> PaymentFact {
    let amount_minor = order
        .payment(&step.payment(order))
        .map_or(0, |payment| payment.amount_minor);
    let reason = step.text();
    match step.second {
        0..=4 => PaymentFact::Authorized {
            expires_at: step.flag.then(|| support::at(i64::from(step.text) * 60)),
        },
        5..=13 => PaymentFact::Captured {
            captured_minor: step.amounts[0].of(amount_minor),
        },
        14 => PaymentFact::Failed { reason },
        15 => PaymentFact::Voided,
        16 => PaymentFact::Expired,
        17 | 18 => PaymentFact::Refused { reason },
        19 | 20 => PaymentFact::DisputeOpened {
            dispute: Dispute {
                reference: format!("dispute_{}", step.pick / 6),
                reason,
                is_answered: step.who > 10,
                won: step.flag.then_some(step.who.is_multiple_of(2)),
                amount_minor: step.amounts[1].of(amount_minor),
                fee: (step.who > 5).then(|| {
                    let minor = step.amounts[2].of(1_500);
                    Money::new(minor, order.rate.base)
                }),
                ..Dispute::default()
            },
        },
        21 => PaymentFact::FeeTold {
            fee: Money::new(
                step.amounts[2].of(500),
                if step.flag {
                    order.rate.base
                } else {
                    order.currency()
                },
            ),
        },
        _ => PaymentFact::DisputeClosed { won: step.flag },
    }
}

fn refund_fact(step: &Step) -> RefundFact {
    let reference = format!("at-provider-{}-{}", step.pick, step.text);
    let problem = step.text();
    match step.second {
        0..=4 => RefundFact::Sent,
        5 | 6 => RefundFact::Pending { reference },
        7..=14 => RefundFact::Succeeded { reference },
        15..=20 => RefundFact::Failed {
            problem,
            failure: None,
        },
        _ => RefundFact::Unknown { problem },
    }
}

fn label_fact(step: &Step, order: &Order) -> LabelFact {
    let problem = step.text();
    match step.second {
        0..=3 => LabelFact::Sent,
        4..=12 => LabelFact::Bought {
            reference: step.text(),
            tracking: step.tracking(order),
            postage: Some(Money::new(step.amounts[0].of(900), order.rate.base)),
        },
        13 => LabelFact::Failed { problem },
        14 => LabelFact::Unknown { problem },
        15..=19 => LabelFact::Voided,
        _ => LabelFact::VoidRefused { problem },
    }
}

fn shop_fact(step: &Step, order: &Order) -> ShopFact {
    match step.second {
        0..=5 => ShopFact::Canceled {
            reason: step.text(),
        },
        6..=11 => ShopFact::Refunded {
            total: Money::new(
                step.amounts[0].of(order.amounts.total_minor()),
                if step.pick == 0 {
                    order.rate.base
                } else {
                    order.currency()
                },
            ),
        },
        12..=15 => ShopFact::Number {
            number: step.text(),
        },
        _ => ShopFact::Tracking {
            shipment: format!("shipment_shop_{}", step.pick).as_str().into(),
            numbers: vec![step.tracking(order), step.tracking(order)],
        },
    }
}
