//! Customs: the findings about an order's parcel with rates that are asked for, and the numbers an organization keeps.

use std::collections::BTreeMap;

use domain::actor::ActorKind;
use domain::customs::consignment::Draft;
use domain::customs::tax_ids::{Scheme, TaxIds};
use domain::customs::{Code, Service, Severity};
use domain::intake::NewOrder;
use domain::order::Order;
use domain::refusal::Refusal;
use engine::customs::{check, set_tax_ids, tax_ids};
use engine::failure::Failure;
use engine::organizations::Settings;
use engine::permit::ManageSettings;
use engine::ports::{Answer, Quote};
use engine::settings_log::Act;

use crate::support::orders::plain;
use crate::support::{Harness, START, on_every_database};
use crate::team::log;

/// Two mugs and a plate of an order to Germany, in 1,500 g.
fn to_germany(number: &str) -> NewOrder {
    let mut new = plain(number);
    new.ship_to.country = "DE".to_owned();
    new.ship_to.postal_code = "10115".to_owned();
    new
}

fn draft(order: &Order) -> Draft {
    Draft {
        from: "US".to_owned(),
        items: order.all_unshipped(),
        weight_g: 1_500,
        service: Some(Service {
            name: "Post".to_owned(),
            ..Service::default()
        }),
        ..Draft::default()
    }
}

async fn found(harness: &Harness, order: &Order) -> Vec<(Severity, Code)> {
    let (desk, session) = (&harness.desk, harness.admin());
    let permit = session.permit().unwrap();
    let found = check(desk, &*harness.fakes, &permit, &order.id, &draft(order)).await;
    let found = found.unwrap().into_iter();
    found.map(|one| (one.severity, one.code)).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_is_checked_at_the_rate_of_the_day_and_with_the_numbers_that_are_kept() {
    on_every_database(async |harness| {
        let (desk, session) = (&harness.desk, harness.admin());
        let order = harness.take(to_germany("C1")).await;
        let unpaid = (Severity::Blocks, Code::DutiesUnpaid);
        let missing = (Severity::Blocks, Code::TaxIdMissing);
        // 100.00 USD; nobody says what that is in euros, so that nothing is guessed.
        let length = (Severity::Asks, Code::HsShortForDestination);
        let undecided = (Severity::Asks, Code::TaxIdUndecided);
        harness.fakes.quotes.reply(Answer::Refused("no".to_owned()));
        assert_eq!(
            found(harness, &order).await,
            [unpaid, undecided, length, length]
        );
        let quote = Quote {
            rate: "0.9".parse().unwrap(),
            source: "a bank".to_owned(),
            at: START.parse().unwrap(),
        };
        harness.fakes.quotes.reply(Answer::Done(quote.clone()));
        assert_eq!(found(harness, &order).await, [missing, unpaid]);
        let permit = session.permit::<ManageSettings>().unwrap();
        let ids = TaxIds(BTreeMap::from([(Scheme::Ioss, "IM2760000012".to_owned())]));
        set_tax_ids(desk, &permit, ids).await.unwrap();
        harness.fakes.quotes.reply(Answer::Done(quote));
        assert_eq!(found(harness, &order).await, [unpaid]);
        assert_eq!(harness.load(&order.id).await, order);
        let view = session.permit().unwrap();
        let (none, draft) = ("order_none".into(), draft(&order));
        let nowhere = check(desk, &*harness.fakes, &view, &none, &draft).await;
        assert!(matches!(nowhere, Err(Failure::NotFound(_))));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn numbers_for_customs_are_checked_kept_and_logged_one_by_one() {
    on_every_database(async |harness| {
        let (desk, session) = (&harness.desk, harness.admin());
        let permit = session.permit::<ManageSettings>().unwrap();
        let ids = |ids: &[(Scheme, &str)]| {
            let ids = ids
                .iter()
                .map(|(scheme, number)| (*scheme, (*number).to_owned()));
            TaxIds(ids.collect())
        };
        let wrong = ids(&[(Scheme::Ioss, "IM2760000012"), (Scheme::GbVat, "GB1")]);
        let refusal = harness.refusal(set_tax_ids(desk, &permit, wrong)).await;
        assert!(matches!(refusal, Refusal::Invalid { field, .. } if field == "gb_vat"));
        assert_eq!(tax_ids(desk, &permit).await.unwrap(), TaxIds::default());
        assert_eq!(log(harness).await, []);
        let given = ids(&[
            (Scheme::Ioss, "im 276 000 0012"),
            (Scheme::GbVat, "GB980780684"),
        ]);
        set_tax_ids(desk, &permit, given.clone()).await.unwrap();
        let kept = ids(&[
            (Scheme::Ioss, "IM2760000012"),
            (Scheme::GbVat, "GB980780684"),
        ]);
        assert_eq!(tax_ids(desk, &permit).await.unwrap(), kept);
        // The same once more is no change.
        set_tax_ids(desk, &permit, given).await.unwrap();
        let less = ids(&[(Scheme::Ioss, "IM2760000012")]);
        set_tax_ids(desk, &permit, less).await.unwrap();
        let act = |scheme, from: &str, to: &str| {
            let (from, to) = (from.to_owned(), to.to_owned());
            (Act::TaxIdChanged { scheme, from, to }, ActorKind::Person)
        };
        assert_eq!(
            log(harness).await,
            [
                act(Scheme::GbVat, "GB980780684", ""),
                act(Scheme::GbVat, "", "GB980780684"),
                act(Scheme::Ioss, "", "IM2760000012"),
            ]
        );
    })
    .await;
}

#[test]
fn settings_from_before_have_no_numbers() {
    let settings: Settings = serde_json::from_str("{}").unwrap();
    assert_eq!(settings.tax_ids, TaxIds::default());
}
