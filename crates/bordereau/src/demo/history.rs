//! What happened to each order of the demo: told through the same rules as everything else, with its own times and
//! people. Nothing here writes an event by hand.

use domain::actor::ActorKind;
use domain::command::{Command, Context, Decision, Fact};
use domain::intake::{NewOrder, Placement, take};
use domain::order::{FraudReview, Source};
use domain::parts::Parts;
use domain::payment_settle::PaymentFact;
use domain::refusal::Refusal;
use domain::shipment::ShipmentState;
use domain::shop::ShopFact;
use engine::people::MEMBER;
use jiff::Timestamp;
use rand::Rng;
use rand::rngs::StdRng;

use super::teller::{Settle, Teller, actor};

/// How an order of the demo ended up; repeated by weight, out of a hundred.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Story {
    Delivered,
    ApprovalNeeded,
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

const STORIES: [(Story, u32); 18] = [
    (Story::Delivered, 37),
    (Story::ApprovalNeeded, 3),
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
    let told = take(new, placement, &Context::of(&shop, at))?;
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
            | Story::ApprovalNeeded
            | Story::Disputed
    );
    let goods = told.order.money(told.order.amounts.parts().item_minor);
    let policy = super::policies().of_role(MEMBER, false);
    let is_within = story == Story::ApprovalNeeded && policy.exceeded_by(goods).is_none();
    if needs_payment && !is_checkout || is_within {
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

impl Teller<'_> {
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
            Story::PartlyRefunded
            | Story::Refunded
            | Story::RefundFailed
            | Story::RefundWaiting => self.give_back(story),
            Story::ApprovalNeeded => {
                let item_minor = self.told.order.left().item_minor;
                let parts = Parts {
                    item_minor,
                    ..Parts::default()
                };
                let policy = super::policies().of_role(MEMBER, false);
                self.asks_for_approval(parts, &policy)
            }
            Story::Disputed => {
                self.ship(false)?;
                self.wait(20_000..40_000);
                self.dispute()
            }
            Story::AddressChanged => self.readdress(),
        }
    }

    /// The stories in which money goes back, or should.
    fn give_back(&mut self, story: Story) -> Result<(), Refusal> {
        let left = self.told.order.left();
        let (parts, settle) = match story {
            Story::PartlyRefunded => {
                let item_minor = left.item_minor / 4 + 1;
                (
                    Parts {
                        item_minor,
                        ..Parts::default()
                    },
                    Settle::Succeed,
                )
            }
            Story::RefundFailed => {
                let shipping_minor = left.shipping_minor;
                (
                    Parts {
                        shipping_minor,
                        item_minor: 1,
                        ..Parts::default()
                    },
                    Settle::Fail,
                )
            }
            Story::RefundWaiting => {
                let duty_tax_fee_minor = left.duty_tax_fee_minor;
                (
                    Parts {
                        duty_tax_fee_minor,
                        ..Parts::default()
                    },
                    Settle::Wait,
                )
            }
            _ => (left, Settle::Succeed),
        };
        if matches!(settle, Settle::Succeed) {
            self.ship(false)?;
            self.wait(3_000..9_000);
        }
        self.refund(parts, settle)
    }
}
