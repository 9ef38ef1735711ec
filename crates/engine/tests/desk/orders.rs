//! Taking orders in, finding them, and refusing what cannot be.

use domain::actor::{ActorKind, Permission};
use domain::command::{Command, Fact};
use domain::ids::{OrderId, PaymentId};
use domain::order::OrderStatus;
use domain::refusal::{Problem, Refusal};
use domain::shop::ShopFact;
use engine::corrections::correct;
use engine::failure::Failure;
use engine::orders::{Terms, find, history, possible};
use engine::permit::{AddNotes, EditOrders};
use engine::store::keys::KeyKind;

use crate::support::orders::{checkout, label, plain, tracked};
use crate::support::{Harness, on_every_database, request, session};

async fn found(harness: &Harness, kind: KeyKind, value: &str) -> Vec<OrderId> {
    let session = harness.admin();
    let permit = session.permit().unwrap();
    find(&harness.desk, &permit, kind, value).await.unwrap()
}

fn renumber(number: &str) -> Command {
    let number = number.to_owned();
    Command::SetNumber { number, was: None }
}

#[tokio::test(flavor = "multi_thread")]
async fn takes_an_order_in_and_reads_it_back() {
    on_every_database(async |harness| {
        let taken = harness.take(checkout("A-1")).await;
        assert_eq!(taken.status, OrderStatus::PaymentPending);
        assert_eq!((taken.version, taken.desk_number), (1, 10_001));
        assert_eq!(taken.created_at, harness.desk.now());
        assert_eq!(harness.load(&taken.id).await, taken);
        assert_eq!(harness.events(&taken.id).await, ["taken"]);
        let next = harness.take(checkout("A-2")).await;
        assert_eq!(next.desk_number, 10_002);
        assert!(next.id.0 > taken.id.0 || next.created_at == taken.created_at);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn refuses_an_order_that_cannot_be_and_keeps_nothing_of_it() {
    on_every_database(async |harness| {
        let mut new = checkout("A-1");
        new.ship_to.country = "XX".to_owned();
        let refusal = harness.refusal(harness.try_take(new)).await;
        let given = "XX".to_owned();
        let problem = Problem::UnknownCountry { given };
        assert_eq!(refusal, Refusal::invalid("ship_to.country", problem));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn finds_an_order_by_everything_exact_it_has() {
    on_every_database(async |harness| {
        let order = harness.paid("A-1").await;
        let other = harness.paid("A-2").await;
        harness.refund(&order.id, "r1", 100).await.unwrap();
        let buy = label(&order, "l1");
        harness.command(&order.id, buy).await.unwrap();
        harness.drain().await;
        let mine = vec![order.id.clone()];
        let number = harness.load(&order.id).await;
        let number = number.tracking_numbers().next().unwrap().to_owned();
        for (kind, value) in [
            (KeyKind::Number, "A-1"),
            (KeyKind::Tracking, number.as_str()),
            (KeyKind::Shipment, "shipment_of_l1"),
            (KeyKind::Label, "label_l1"),
            (KeyKind::Refund, "refund_r1"),
            (KeyKind::Payment, "payment_A-1"),
            (KeyKind::ProviderPayment, "sandbox:at-provider-payment_A-1"),
            (KeyKind::Shop, "shop:gid-A-1"),
        ] {
            assert_eq!(found(harness, kind, value).await, mine, "{kind:?}");
            let nothing = found(harness, kind, &format!("{value}0")).await;
            assert_eq!(nothing, [], "{kind:?}");
        }
        // Two orders in one box share its number.
        let share = tracked("shared", &number);
        harness.command(&other.id, share).await.unwrap();
        let mut both = vec![order.id.clone(), other.id.clone()];
        both.sort();
        assert_eq!(found(harness, KeyKind::Tracking, &number).await, both);
        let remove = Command::RemoveTracking {
            numbers: vec![number.clone()],
        };
        harness.command(&other.id, remove).await.unwrap();
        assert_eq!(found(harness, KeyKind::Tracking, &number).await, mine);
        harness.drain().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn finds_an_order_by_its_desk_number() {
    on_every_database(async |harness| {
        let order = harness.take(plain("A-1")).await;
        let store = harness.desk.store();
        let scope = harness.scope();
        let find = async |number| {
            let (organization, mode) = (&scope.organization_id, scope.mode);
            store
                .find_desk_number(organization, mode, number)
                .await
                .unwrap()
        };
        assert_eq!(find(order.desk_number).await, Some(order.id.clone()));
        assert_eq!(find(order.desk_number + 1).await, None);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn n1_refuses_a_number_that_is_taken_and_names_its_order() {
    on_every_database(async |harness| {
        let owner = harness.take(plain("A-1")).await;
        let other = harness.take(plain("A-2")).await;
        let taken = Refusal::NumberTaken {
            number: "A-1".to_owned(),
            desk_number: owner.desk_number,
        };
        assert_eq!(harness.refusal(harness.try_take(plain("A-1"))).await, taken);
        let clash = harness.command(&other.id, renumber("A-1"));
        assert_eq!(harness.refusal(clash).await, taken);
        assert_eq!(harness.load(&other.id).await, other);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn n1_a_number_that_was_given_up_is_free_again() {
    on_every_database(async |harness| {
        let first = harness.take(plain("A-1")).await;
        harness.command(&first.id, renumber("A-9")).await.unwrap();
        let second = harness.take(plain("A-1")).await;
        assert_eq!(found(harness, KeyKind::Number, "A-1").await, [second.id]);
        assert_eq!(found(harness, KeyKind::Number, "A-9").await, [first.id]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn n1_two_orders_that_want_one_number_at_once_get_it_once() {
    on_every_database(async |harness| {
        let first = harness.take(plain("A-1")).await;
        let second = harness.take(plain("A-2")).await;
        let (one, two) = tokio::join!(
            harness.command(&first.id, renumber("A-3")),
            harness.command(&second.id, renumber("A-3"))
        );
        let refused = [&one, &two]
            .into_iter()
            .find_map(|done| done.as_ref().err());
        let winner = if one.is_ok() { &first } else { &second };
        assert_eq!(u8::from(one.is_ok()) + u8::from(two.is_ok()), 1);
        let Some(Failure::Refused(Refusal::NumberTaken {
            number,
            desk_number,
        })) = refused
        else {
            panic!("not a clash: {refused:?}");
        };
        assert_eq!((number.as_str(), *desk_number), ("A-3", winner.desk_number));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn n1_the_shops_number_that_is_taken_changes_nothing() {
    on_every_database(async |harness| {
        harness.take(plain("A-1")).await;
        let order = harness.take(checkout("A-2")).await;
        let fact = Fact::Shop(ShopFact::Number {
            number: "A-1".to_owned(),
        });
        let (desk, scope) = (&harness.desk, harness.scope());
        let told = engine::orders::record_fact(desk, &scope, &order.id, ActorKind::Shop, &fact);
        let refusal = harness.refusal(told).await;
        assert!(matches!(refusal, Refusal::NumberTaken { .. }), "{refusal}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn refuses_an_identifier_that_another_order_has() {
    on_every_database(async |harness| {
        let first = harness.paid("A-1").await;
        let second = harness.paid("A-2").await;
        harness.refund(&first.id, "r1", 100).await.unwrap();
        // The provider would take the second for a repetition of the first, by their common key.
        let given = "refund_r1".to_owned();
        let refusal = harness.refusal(harness.refund(&second.id, "r1", 100)).await;
        assert_eq!(refusal, Refusal::invalid("id", Problem::Twice { given }));
        let mut new = plain("A-3");
        new.payments = checkout("A-1").payments;
        let given = "payment_A-1".to_owned();
        let refusal = harness.refusal(harness.try_take(new)).await;
        assert_eq!(refusal, Refusal::invalid("id", Problem::Twice { given }));
        harness.drain().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_that_is_not_there_is_not_found() {
    on_every_database(async |harness| {
        let session = harness.admin();
        let nowhere = OrderId("order_nowhere".to_owned());
        let permit = session.permit().unwrap();
        let failure = harness
            .failure(history(&harness.desk, &permit, &nowhere))
            .await;
        assert!(matches!(&failure, Failure::NotFound(id) if *id == nowhere));
        let note = Command::Tag {
            tag: "x".to_owned(),
        };
        let failure = harness.failure(harness.command(&nowhere, note)).await;
        assert!(matches!(&failure, Failure::NotFound(id) if *id == nowhere));
        assert!(!failure.can_retry());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn p2_a_command_needs_the_permit_of_its_kind() {
    on_every_database(async |harness| {
        let order = harness.paid("A-1").await;
        let viewer = session(
            harness.scope(),
            ActorKind::Person,
            &[Permission::ViewOrders, Permission::AddNotes],
        );
        let refusal = viewer.permit::<EditOrders>().unwrap_err();
        let permission = Permission::EditOrders;
        assert_eq!(refusal, Refusal::NotPermitted { permission });
        let permit = viewer.permit::<AddNotes>().unwrap();
        let refund = Command::Refund(request("r1", order.left()));
        let terms = Terms::default();
        let call = correct(&harness.desk, &permit, &order.id, refund, &terms);
        let permission = Permission::RefundOrders;
        assert_eq!(
            harness.refusal(call).await,
            Refusal::NotPermitted { permission }
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn o3_says_what_is_possible_and_why_not() {
    on_every_database(async |harness| {
        let order = harness.paid("A-1").await;
        let session = harness.admin();
        let permit = session.permit().unwrap();
        let actions = possible(&harness.desk, &permit, &order).await.unwrap();
        assert!(!actions.is_empty());
        let payment = PaymentId("payment_A-1".to_owned());
        let capture = Command::Capture {
            payment,
            amount_minor: 1,
        };
        let refusal = harness.refusal(harness.command(&order.id, capture)).await;
        assert!(
            matches!(refusal, Refusal::PaymentStateWrong { .. }),
            "{refusal}"
        );
    })
    .await;
}
