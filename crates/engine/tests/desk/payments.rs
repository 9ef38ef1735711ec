//! Taking and releasing what is authorised (C2).

use domain::actor::ActorKind;
use domain::command::{Command, Fact};
use domain::intake::NewOrder;
use domain::money::{Currency, Money};
use domain::order::Concern;
use domain::payment::PaymentState;
use domain::payment_settle::PaymentFact;
use engine::ports::{Answer, PaymentReport};

use crate::support::on_every_database;
use crate::support::orders::checkout;

#[tokio::test(flavor = "multi_thread")]
async fn c2_cancelling_releases_what_is_only_held_and_refunds_nothing() {
    on_every_database(async |harness| {
        let order = harness.take(checkout("A-1")).await;
        let payment = order.payments[0].id.clone();
        let fact = PaymentFact::Authorized { expires_at: None };
        let fact = Fact::Payment {
            payment: payment.clone(),
            fact,
        };
        harness.told(&order.id, ActorKind::Provider, fact).await;
        harness.cancel(&order.id, true).await.unwrap();
        harness
            .fakes
            .voids
            .reply(Answer::Unknown("no answer in time".to_owned()));
        harness.step().await;
        assert_eq!(
            harness.fakes.letters.asked().len(),
            0,
            "no mail before it is certain"
        );
        harness.wait();
        harness.drain().await;
        let order = harness.load(&order.id).await;
        assert_eq!(order.payments[0].state, PaymentState::Voided);
        assert_eq!(order.refunds, []);
        let asked = harness.fakes.voids.asked();
        assert_eq!((asked.len(), &asked[0]), (2, &asked[1]));
        assert_eq!(asked[0].money, Money::new(12_000, Currency::USD));
        assert_eq!(harness.fakes.letters.asked().len(), 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_capture_can_be_asked_for_again_under_a_new_key() {
    on_every_database(async |harness| {
        let order = harness.take(checkout("A-1")).await;
        let payment = order.payments[0].id.clone();
        let fact = PaymentFact::Authorized { expires_at: None };
        let fact = Fact::Payment {
            payment: payment.clone(),
            fact,
        };
        harness.told(&order.id, ActorKind::Provider, fact).await;
        let capture = |amount_minor| Command::Capture {
            payment: payment.clone(),
            amount_minor,
        };
        harness.command(&order.id, capture(12_000)).await.unwrap();
        harness
            .fakes
            .captures
            .reply(Answer::NotNow("down for maintenance".to_owned()));
        harness
            .fakes
            .captures
            .reply(Answer::Refused("over the limit".to_owned()));
        harness.step().await;
        harness.wait();
        harness.drain().await;
        let refused = harness.load(&order.id).await;
        assert_eq!(refused.payments[0].state, PaymentState::Authorized);
        assert_eq!(refused.attention.len(), 1);
        harness.command(&order.id, capture(9_000)).await.unwrap();
        harness.drain().await;
        assert_eq!(harness.load(&order.id).await.captured_minor(), 9_000);
        let asked = harness.fakes.captures.asked();
        let amounts: Vec<i64> = asked.iter().map(|ask| ask.money.minor).collect();
        assert_eq!(amounts, [12_000, 12_000, 9_000]);
        assert_eq!(asked[0].key, asked[1].key);
        // A provider answers a key as it did before, so another wish needs another key.
        assert_ne!(asked[1].key, asked[2].key);
    })
    .await;
}

/// An order of which only the reference of its payment was told.
fn told_by_reference(number: &str) -> NewOrder {
    let mut new = checkout(number);
    new.payments[0].provider = "stripe".to_owned();
    new.payments[0].reference = format!("pi_{number}");
    new
}

#[tokio::test(flavor = "multi_thread")]
async fn a_payment_known_by_its_reference_alone_is_asked_about_until_it_is_made() {
    on_every_database(async |harness| {
        let order = harness.take(told_by_reference("A-1")).await;
        let report = |facts: Vec<PaymentFact>| {
            Answer::Done(PaymentReport {
                currency: Currency::USD,
                facts,
                method: String::new(),
                fee: None,
            })
        };
        let reports = &harness.fakes.reports;
        reports.reply(Answer::Unknown("no answer in time".to_owned()));
        reports.reply(report(Vec::new()));
        let captured_minor = 9_000;
        reports.reply(report(vec![PaymentFact::Captured { captured_minor }]));
        for _ in 0..3 {
            let state = harness.load(&order.id).await.payments[0].state;
            assert_eq!(state, PaymentState::Pending);
            harness.drain().await;
            harness.wait();
        }
        let known = harness.load(&order.id).await;
        assert_eq!(known.payments[0].state, PaymentState::Captured);
        assert_eq!(known.captured_minor(), 9_000);
        let asked = reports.asked();
        assert_eq!(asked.len(), 3);
        assert_eq!(
            (
                asked[0].provider.as_str(),
                asked[0].payment_reference.as_str()
            ),
            ("stripe", "pi_A-1")
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_payment_made_in_another_currency_is_for_a_person_to_look_at() {
    on_every_database(async |harness| {
        let order = harness.take(told_by_reference("A-1")).await;
        let captured_minor = 12_000;
        harness.fakes.reports.reply(Answer::Done(PaymentReport {
            currency: Currency::parse("JPY").unwrap(),
            facts: vec![PaymentFact::Captured { captured_minor }],
            method: String::new(),
            fee: None,
        }));
        harness.drain().await;
        let known = harness.load(&order.id).await;
        assert_eq!(known.captured_minor(), 0);
        let concerns: Vec<&Concern> = known.attention.iter().map(|open| &open.concern).collect();
        let expected = Concern::GivenUp {
            job: "payment_learn".to_owned(),
            reason: "the payment pi_A-1 was made in JPY, the order in USD".to_owned(),
        };
        assert_eq!(concerns, [&expected]);
        harness.leaves_jobs(1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_imported_payment_is_asked_about_where_the_file_does_not_tell_it() {
    on_every_database(async |harness| {
        let line = |number: &str, payment: &str| {
            format!(
                r#"{{"number":"{number}","placed_at":"2026-03-01","source":"checkout","currency":"USD","items":[{{"name":"Cap","quantity":1,"unit_price":"12.00"}}],"ship_to":{{"country":"CA"}},"payment":{{{payment}}}}}"#
            )
        };
        let lines = [
            line("1", r#""provider":"stripe","reference":"pi_1""#),
            line("2", r#""provider":"stripe","reference":"pi_2","captured":true"#),
            line("3", r#""provider":"sandbox","reference":"pi_3""#),
        ];
        let session = harness.admin();
        let report = engine::transfer::import::import(
            &harness.desk,
            &session.permit().unwrap(),
            engine::transfer::rows::Format::JsonLines,
            std::io::Cursor::new(lines.join("\n")),
            &mut |reject| panic!("{reject:?}"),
            &mut |_| {},
        )
        .await;
        assert_eq!(report.unwrap().created, 3);
        let states = async || {
            let orders = crate::support::check::orders(harness, &harness.organization).await;
            let mut states: Vec<(String, i64)> = orders
                .iter()
                .map(|order| (order.payments[0].reference.clone(), order.captured_minor()))
                .collect();
            states.sort();
            states
        };
        let told = |one: i64| {
            [("pi_1", one), ("pi_2", 1_200), ("pi_3", 1_200)]
                .map(|(reference, minor)| (reference.to_owned(), minor))
        };
        assert_eq!(states().await, told(0));
        harness.drain().await;
        assert_eq!(states().await, told(1_200));
        let asked = harness.fakes.reports.asked();
        let asked: Vec<&str> = asked.iter().map(|ask| ask.payment_reference.as_str()).collect();
        assert_eq!(asked, ["pi_1"]);
    })
    .await;
}
