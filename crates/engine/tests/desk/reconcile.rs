//! Our books against the provider's: asked page by page, each payment with whose it is, nothing changed by asking (R8).

use domain::actor::{ActorKind, Permission};
use domain::money::{Currency, Money};
use domain::order::Mode;
use domain::payment_settle::PaymentFact;
use domain::reconcile::{Kind, Period};
use domain::refusal::Refusal;
use engine::deliveries::receive;
use engine::failure::Failure;
use engine::ports::{Answer, Booked, Movements, News, Word};
use engine::reconcile::{NoReport, Reconciled, reconcile};
use jiff::SignedDuration;

use crate::support::{Harness, START, on_every_database, session};

fn period() -> Period {
    let from: jiff::Timestamp = START.parse().unwrap();
    Period {
        from,
        until: from + SignedDuration::from_hours(24),
    }
}

fn booked(number: &str, kind: Kind, minor: i64) -> Booked {
    Booked {
        provider: "sandbox".to_owned(),
        payment_reference: format!("at-provider-payment_{number}"),
        key: None,
        refund_reference: String::new(),
        kind,
        at: START.parse().unwrap(),
        money: Money::new(minor, Currency::USD),
    }
}

fn refund_booked(number: &str, key: &str, minor: i64) -> Booked {
    Booked {
        key: Some(key.to_owned()),
        refund_reference: format!("re_{key}"),
        ..booked(number, Kind::Refund, minor)
    }
}

async fn report(harness: &Harness, pages: Vec<Vec<Booked>>) -> Result<Reconciled, NoReport> {
    let count = pages.len();
    for (index, booked) in pages.into_iter().enumerate() {
        let next = (index + 1 < count).then(|| index.to_string());
        harness
            .fakes
            .movements
            .reply(Answer::Done(Movements { booked, next }));
    }
    let session = harness.admin();
    let permit = session.permit().map_err(Failure::Refused)?;
    reconcile(&harness.desk, &permit, &*harness.fakes, period()).await
}

#[tokio::test(flavor = "multi_thread")]
async fn books_of_a_period_are_compared_order_by_order_and_in_total() {
    on_every_database(async |harness| {
        let (one, two) = (harness.paid("A-1").await, harness.paid("A-2").await);
        harness.refund(&one.id, "r1", 1_250).await.unwrap();
        harness.drain().await;
        let before = harness.load(&one.id).await;
        let pages = vec![
            vec![
                booked("A-1", Kind::Charge, 12_000),
                booked("A-2", Kind::Charge, 11_000),
            ],
            vec![],
            vec![
                refund_booked("A-1", "refund_r1.1", -1_250),
                booked("A-9", Kind::Charge, 700),
            ],
        ];
        let found = report(harness, pages).await.unwrap();
        let rows: Vec<_> = found
            .report
            .rows
            .iter()
            .map(|row| {
                let name = row
                    .order
                    .as_ref()
                    .map_or(row.payment.as_str(), |id| &found.names[id]);
                (name.to_owned(), row.difference().minor, row.agrees())
            })
            .collect();
        let expected = [
            ("sandbox:at-provider-payment_A-9", 700, false),
            ("A-2", -1_000, false),
            ("A-1", 0, true),
        ];
        assert_eq!(
            rows,
            expected.map(|(name, minor, agrees)| (name.to_owned(), minor, agrees))
        );
        let total = &found.report.totals[0];
        assert_eq!(
            (total.ours.charged_minor, total.theirs.charged_minor),
            (24_000, 23_700)
        );
        assert_eq!(
            (total.ours.refunded_minor, total.theirs.refunded_minor),
            (-1_250, -1_250)
        );
        assert_eq!(total.difference().minor, -300);
        // Every page was asked for, with the place that the one before had told; nothing was changed.
        let asked = harness.fakes.movements.asked();
        let after: Vec<_> = asked.iter().map(|ask| ask.after.as_deref()).collect();
        assert_eq!(after, [None, Some("0"), Some("1")]);
        assert_eq!(asked[0].period, period().widened());
        assert_eq!(harness.load(&one.id).await, before);
        assert_eq!(harness.load(&two.id).await.version, two.version);
        harness.settle().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_belongs_to_the_other_mode_or_another_organization_is_none_of_the_report() {
    on_every_database(async |harness| {
        let scope = harness.scope_of(Mode::Test);
        let test = session(scope, ActorKind::Person, &Permission::ALL);
        let permit = test.permit().unwrap();
        let new = crate::support::orders::checkout("T-1");
        engine::orders::take(&harness.desk, &permit, new, None)
            .await
            .unwrap();
        let found = report(harness, vec![vec![booked("T-1", Kind::Charge, 12_000)]]).await;
        assert!(found.unwrap().report.rows.is_empty());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_period_that_cannot_be_and_books_that_are_not_shown_make_no_report() {
    on_every_database(async |harness| {
        let session = harness.admin();
        let permit = session.permit().unwrap();
        let Period { from, until } = period();
        for (from, until) in [
            (until, from),
            (from, from),
            (from, from + SignedDuration::from_hours(367 * 24)),
        ] {
            let asked = Period { from, until };
            let refused = reconcile(&harness.desk, &permit, &*harness.fakes, asked).await;
            let refused = refused.unwrap_err();
            assert!(
                matches!(
                    &refused,
                    NoReport::Failed(Failure::Refused(Refusal::Invalid { field, .. })) if field == "until"
                ),
                "{refused}"
            );
        }
        assert!(harness.fakes.movements.asked().is_empty());
        let down = Answer::NotNow("down for maintenance".to_owned());
        harness.fakes.movements.reply(down);
        let refused = report(harness, Vec::new()).await.unwrap_err();
        let said = "the payment provider does not show its books: down for maintenance";
        assert_eq!(refused.to_string(), said);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn r8_a_fee_that_the_provider_tells_by_itself_is_booked_and_then_agrees() {
    on_every_database(async |harness| {
        let order = harness.paid("A-1").await;
        let charge = booked("A-1", Kind::Charge, 12_000);
        let fee = booked("A-1", Kind::Fee, 400);
        let pages = || vec![vec![charge.clone(), fee.clone()]];
        let before = report(harness, pages()).await.unwrap();
        assert_eq!(before.report.rows[0].fee_difference().minor, -68);
        let word = Word {
            id: "evt_1".to_owned(),
            kind: "charge.updated".to_owned(),
            mode: None,
            news: vec![News::Payment {
                references: vec!["at-provider-payment_A-1".to_owned()],
                fact: PaymentFact::FeeTold {
                    fee: Money::new(400, Currency::USD),
                },
            }],
        };
        harness.fakes.says("{}", Ok(word));
        let organization = harness.organization.clone();
        let signed = |_: &str| Some(organization.0.clone());
        receive(
            &harness.desk,
            &*harness.fakes,
            &harness.organization,
            &signed,
            b"{}",
        )
        .await
        .unwrap();
        harness.drain().await;
        assert_eq!(harness.load(&order.id).await.version, order.version + 1);
        let after = report(harness, pages()).await.unwrap();
        assert!(after.report.rows[0].agrees(), "{:?}", after.report);
    })
    .await;
}
