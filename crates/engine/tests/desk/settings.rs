//! An organization's keys, fees and name, and the log of what was changed (P1, R8).

use domain::actor::{ActorKind, Permission};
use domain::fees::{FeeTerms, parse_points, points};
use domain::order::Mode;
use domain::refusal::Refusal;
use domain::team::TeamRefusal;
use engine::keys;
use engine::organizations::{self, Settings};
use engine::people::ADMIN;
use engine::permit::{ManageSettings, ManageTeam};
use engine::settings_log::{Act, PAGE, entries};

use crate::support::on_every_database;
use crate::team::{lead, log, member, refused, session};

#[test]
fn r8_rates_are_exact_decimals_and_never_finer_than_a_hundredth() {
    for (text, rate_bp) in [
        ("6", 600),
        ("2.1", 210),
        (" 2,10 ", 210),
        ("0.05", 5),
        ("100", 10_000),
    ] {
        assert_eq!(parse_points(text), Some(rate_bp), "{text}");
    }
    for text in [
        "", "2.125", "-1", "1e2", "two", "1.", ".5", "1,2,3", "99999", "٢",
    ] {
        assert_eq!(parse_points(text), None, "{text}");
    }
    for (rate_bp, text) in [
        (600, "6"),
        (210, "2.1"),
        (5, "0.05"),
        (0, "0"),
        (10_000, "100"),
    ] {
        assert_eq!(points(rate_bp), text);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_may_do_no_more_than_who_makes_it_and_is_revoked_once() {
    on_every_database(async |harness| {
        let desk = &harness.desk;
        member(harness, "ada", ADMIN).await;
        lead(harness).await;
        let by_leo = session(harness, &member(harness, "leo", "lead").await).await;
        let make = async |name: &str, permissions: &[Permission]| {
            let permissions = permissions.iter().copied().collect();
            keys::make(
                desk,
                &by_leo.permit().unwrap(),
                Mode::Test,
                name,
                permissions,
            )
            .await
        };
        let permission = Permission::RefundOrders;
        let refusal = refused(harness, make("a", &[Permission::ViewOrders, permission])).await;
        assert_eq!(refusal, TeamRefusal::Beyond { permission });
        assert_eq!(
            refused(harness, make("a", &[])).await,
            TeamRefusal::NothingAllowed
        );
        let view = [Permission::ViewOrders];
        assert_eq!(
            refused(harness, make("  ", &view)).await,
            TeamRefusal::NameMissing
        );
        let max = domain::team::MAX_NAME;
        let refusal = refused(harness, make(&"x".repeat(max + 1), &view)).await;
        assert_eq!(refusal, TeamRefusal::NameTooLong { max });
        let (key, secret) = make(" Plugin ", &view).await.unwrap();
        assert_eq!((key.name.as_str(), key.mode), ("Plugin", Mode::Test));
        // Its use is written down, once a minute at most.
        let used = async || {
            keys::authenticate(desk, &secret).await.unwrap().unwrap();
            keys::keys(desk, &by_leo.permit().unwrap()).await.unwrap()[0].last_used_at
        };
        let first = desk.now();
        assert_eq!(used().await, Some(first));
        harness.clock.advance_s(59);
        assert_eq!(used().await, Some(first));
        harness.clock.advance_s(1);
        assert_eq!(used().await, Some(desk.now()));
        let permit = by_leo.permit().unwrap();
        keys::revoke(desk, &permit, &key.id).await.unwrap();
        assert!(keys::authenticate(desk, &secret).await.unwrap().is_none());
        let again = refused(harness, keys::revoke(desk, &permit, &key.id)).await;
        assert_eq!(again, TeamRefusal::Gone);
        let kinds: Vec<_> = log(harness).await.into_iter().map(|(act, _)| act).collect();
        let (name, hint) = (key.name.clone(), key.hint.clone());
        assert_eq!(kinds[0], Act::KeyRevoked { name, hint });
        assert!(matches!(&kinds[1], Act::KeyMade { hint, .. } if *hint == key.hint));
        let told = serde_json::to_string(&kinds).unwrap();
        assert!(!told.contains(&secret), "the log holds no secret");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn r8_fees_hold_for_orders_taken_from_then_on() {
    on_every_database(async |harness| {
        let before = harness.paid("A1").await;
        let session = harness.admin();
        let permit = session.permit::<ManageSettings>().unwrap();
        let too_much = FeeTerms {
            total_bp: 500,
            returned_bp: 501,
        };
        let refusal = harness
            .refusal(organizations::set_fees(&harness.desk, &permit, too_much))
            .await;
        assert!(matches!(refusal, Refusal::Invalid { field, .. } if field == "fees.returned"));
        let (from, to) = (
            FeeTerms::default(),
            FeeTerms {
                total_bp: 455,
                returned_bp: 125,
            },
        );
        organizations::set_fees(&harness.desk, &permit, to)
            .await
            .unwrap();
        let after = harness.paid("A2").await;
        assert_eq!((before.fees, after.fees), (from, to));
        assert_eq!(harness.load(&before.id).await.fees, from);
        let changed = Act::FeesChanged { from, to };
        assert_eq!(log(harness).await, [(changed, ActorKind::Person)]);
        harness.drain().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_organization_is_renamed_and_its_log_is_paged() {
    on_every_database(async |harness| {
        let (desk, session) = (&harness.desk, harness.admin());
        let permit = session.permit::<ManageSettings>().unwrap();
        let refusal = refused(
            harness,
            organizations::describe(desk, &permit, "", "a@b.example", ""),
        );
        assert_eq!(refusal.await, TeamRefusal::NameMissing);
        let refusal = refused(
            harness,
            organizations::describe(desk, &permit, "A", "nobody", ""),
        );
        let given = "nobody".to_owned();
        assert_eq!(refusal.await, TeamRefusal::EmailMalformed { given });
        for round in 0..=PAGE {
            harness.clock.advance_s(1);
            let name = format!("Shop {round}");
            organizations::describe(desk, &permit, &name, "orders@localhost", "")
                .await
                .unwrap();
        }
        let (name, settings) = organizations::settings(desk, &permit).await.unwrap();
        assert_eq!(
            (name, settings),
            (format!("Shop {PAGE}"), Settings::default())
        );
        let permit = session.permit::<ManageTeam>().unwrap();
        let (first, has_more) = entries(desk, &permit, None).await.unwrap();
        assert_eq!((first.len(), has_more), (PAGE, true));
        let last = &first[PAGE - 1];
        let (rest, has_more) = entries(desk, &permit, Some(last.seq)).await.unwrap();
        let act = Act::Renamed {
            from: "First".to_owned(),
            to: "Shop 0".to_owned(),
        };
        assert_eq!((rest.len(), has_more, &rest[0].act), (1, false, &act));
    })
    .await;
}
