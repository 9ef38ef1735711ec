//! Landed costs: quoted with what is known, held at their rates, and one order made of each.

use std::collections::BTreeMap;
use std::str::FromStr;

use domain::actor::{ActorKind, Permission};
use domain::cartons::Size;
use domain::ids::ItemId;
use domain::landed_cost::quote::OrderTerms;
use domain::landed_cost::terms::Terms;
use domain::landed_cost::{EndUse, Place, Request};
use domain::money::Currency;
use domain::order::{FraudReview, Mode, Source};
use domain::refusal::{Problem, Refusal};
use engine::failure::Failure;
use engine::landed_costs::{
    Held, MAX_PAGE, Wanted, cartonize, list, load, quote, set_terms, take_order,
};
use engine::orders::{Idempotency, fingerprint};
use engine::permit::{ManageSettings, Session};
use engine::ports::{Answer, Quote};
use futures_util::future::join_all;
use rust_decimal::Decimal;

use crate::support::check::count;
use crate::support::orders::{address, item};
use crate::support::{Harness, START, on_every_database, session};
use crate::tariffs::{CSV, bring};

pub fn place(country: &str) -> Place {
    Place {
        country: country.to_owned(),
        region: String::new(),
    }
}

/// Two mugs at 20.00 euros and shipping 10.00, from the United States to Germany.
pub fn request() -> Request {
    let mut mug = item("item_1", 2, 2_000);
    mug.declared.origin = "CN".to_owned();
    Request {
        currency: Currency::from_str("EUR").unwrap(),
        origin: place("US"),
        destination: place("DE"),
        items: vec![mug],
        sizes: [].into(),
        shipping_minor: 1_000,
        insurance_minor: 0,
        discounts_minor: 0,
        end_use: EndUse::NotForResale,
        wants_guarantee: false,
        how: Default::default(),
    }
}

pub fn key(key: &str, request: &str) -> Idempotency {
    let (key, fingerprint) = (key.to_owned(), fingerprint(request));
    Idempotency { key, fingerprint }
}

async fn quote_as(
    harness: &Harness,
    session: &Session,
    request: Request,
    idempotency: Option<&Idempotency>,
) -> Result<Held, Failure> {
    let (desk, rates) = (&harness.desk, &*harness.fakes);
    quote(desk, rates, &session.permit()?, request, None, idempotency).await
}

pub async fn quoted(harness: &Harness, request: Request) -> Held {
    quote_as(harness, &harness.admin(), request, None)
        .await
        .unwrap()
}

pub fn terms(number: &str) -> OrderTerms {
    let mut ship_to = address();
    ship_to.country = "DE".to_owned();
    OrderTerms {
        source: Source::Api,
        number: Some(number.to_owned()),
        shop: None,
        placed_at: START.parse().unwrap(),
        language: "de".to_owned(),
        ship_to,
        bill_to: None,
        total: None,
        payments: Vec::new(),
        fraud_review: FraudReview::None,
        fraud_protection: false,
        tags: [].into(),
        particulars: Default::default(),
    }
}

fn worth(rate: &str) -> Answer<Quote> {
    Answer::Done(Quote {
        rate: Decimal::from_str(rate).unwrap(),
        source: "bank".to_owned(),
        at: START.parse().unwrap(),
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn a_quote_holds_its_rates_and_names_the_version_it_rests_on() {
    on_every_database(async |harness| {
        bring(harness, "TARIC", CSV).await.unwrap();
        harness.fakes.quotes.reply(worth("1.08"));
        let held = quoted(harness, request()).await;
        let landed_cost = &held.landed_cost;
        let amounts = landed_cost.calculation.amounts;
        // 13.1 % of 50.00, then 19 % of 46.55 and of 10.00.
        assert_eq!(
            (amounts.duties_minor, amounts.taxes_minor),
            (655, 884 + 190)
        );
        assert_eq!(landed_cost.calculation.missing, [""; 0]);
        let from = landed_cost.calculation.lines[0].from.as_ref().unwrap();
        assert_eq!((from.source.as_str(), from.version), ("TARIC", 1));
        assert_eq!(landed_cost.rate.rate.to_string(), "1.08");
        assert_eq!(landed_cost.rate.source, "bank");
        assert_eq!(landed_cost.expires_at.to_string(), "2026-05-31T09:00:00Z");
        assert!(landed_cost.id.as_str().starts_with("landed_cost_"));
        // Another version later changes nothing of it.
        bring(harness, "TARIC", &CSV.replace("13.1", "20"))
            .await
            .unwrap();
        let session = harness.admin();
        let permit = session.permit().unwrap();
        let read = load(&harness.desk, &permit, &landed_cost.id).await.unwrap();
        assert_eq!(read, held);
        assert_eq!(
            quoted(harness, request())
                .await
                .landed_cost
                .calculation
                .amounts
                .duties_minor,
            1_000
        );
        assert_eq!(harness.fakes.quotes.asked().len(), 2);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_threshold_in_another_currency_is_asked_for_and_held() {
    on_every_database(async |harness| {
        let mut british = request();
        british.destination = place("GB");
        harness.fakes.quotes.reply(worth("1.08"));
        harness.fakes.quotes.reply(worth("0.87"));
        let held = quoted(harness, british.clone()).await.landed_cost;
        let asked = harness.fakes.quotes.asked();
        let told: Vec<_> = asked
            .iter()
            .map(|(from, to)| format!("{from}{to}"))
            .collect();
        assert_eq!(told, ["EURUSD", "EURGBP"]);
        assert_eq!(held.exchange.len(), 1);
        assert_eq!(
            held.calculation.de_minimis[0].formula,
            "34.80 GBP, for 40.00 EUR (FOB value: goods), is not above 135.00 GBP"
        );
        // Where it is not to be had, the answer says so.
        harness.fakes.quotes.reply(worth("1.08"));
        let away = Answer::NotNow("closed".to_owned());
        harness.fakes.quotes.reply(away);
        let held = quoted(harness, british).await.landed_cost;
        assert!(held.calculation.missing[0].starts_with("the rate from EUR to GBP"));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_the_organizations_rate_there_is_no_quote_unless_it_is_given() {
    on_every_database(async |harness| {
        let session = harness.admin();
        let before = count(harness.raw(), "landed_costs").await;
        harness
            .fakes
            .quotes
            .reply(Answer::Refused("unknown".to_owned()));
        let failure = quote_as(harness, &session, request(), None)
            .await
            .unwrap_err();
        let Failure::Refused(refusal) = failure else {
            panic!("{failure}");
        };
        assert_eq!(
            refusal.to_string(),
            "there is no exchange rate from EUR to USD: unknown; give one, or try again"
        );
        assert_eq!((refusal.rule(), refusal.field()), ("R6", Some("rate")));
        assert_eq!(count(harness.raw(), "landed_costs").await, before);
        let given = async |rate: &str| {
            let rate = Some(Decimal::from_str(rate).unwrap());
            let (desk, rates) = (&harness.desk, &*harness.fakes);
            quote(desk, rates, &session.permit()?, request(), rate, None).await
        };
        assert_eq!(
            harness.refusal(given("0")).await,
            Refusal::invalid("rate", Problem::NotPositive)
        );
        let held = given("1.1").await.unwrap();
        assert_eq!(held.landed_cost.rate.source, "given");
        assert_eq!(harness.fakes.quotes.asked().len(), 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_key_quotes_once() {
    on_every_database(async |harness| {
        let session = harness.admin();
        let key = key("k1", "mugs");
        let all = (0..8).map(|_| quote_as(harness, &session, request(), Some(&key)));
        let all: Vec<Held> = join_all(all)
            .await
            .into_iter()
            .map(Result::unwrap)
            .collect();
        assert!(all.iter().all(|held| *held == all[0]));
        assert_eq!(count(harness.raw(), "landed_costs").await, 1);
        let other = self::key("k1", "plates");
        let failure = harness
            .failure(quote_as(harness, &session, request(), Some(&other)))
            .await;
        assert!(matches!(failure, Failure::KeyReused));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn terms_that_cannot_be_are_refused_by_their_field() {
    on_every_database(async |harness| {
        let session = harness.admin();
        let permit = session.permit::<ManageSettings>().unwrap();
        let refused = async |json: &str| {
            let to: Terms = serde_json::from_str(json).unwrap();
            let refusal = harness.refusal(set_terms(&harness.desk, &permit, to)).await;
            refusal.field().unwrap().to_owned()
        };
        for (json, field) in [
            (r#"{"valid_days": 0}"#, "valid_days"),
            (r#"{"registered_in": ["UK"]}"#, "registered_in"),
            (r#"{"fees": [{"name": " "}]}"#, "fees[0].name"),
            (
                r#"{"guarantee": {"name": "G", "rate_percent": "-1"}}"#,
                "guarantee.rate_percent",
            ),
            (r#"{"packaging": {"cm3_per_kg": 0}}"#, "cm3_per_kg"),
        ] {
            assert_eq!(refused(json).await, field);
        }
        // The same again is no change.
        let before = harness.traces().await;
        set_terms(&harness.desk, &permit, Terms::default())
            .await
            .unwrap();
        assert_eq!(harness.traces().await, before);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn goods_are_packed_into_the_organizations_boxes_and_weigh_as_packed() {
    on_every_database(async |harness| {
        let session = harness.admin();
        let mut asked = request();
        let id = asked.items[0].id.clone();
        let side = |length_mm| Size {
            length_mm,
            width_mm: 100,
            height_mm: 100,
        };
        asked.sizes.insert(id.clone(), side(100));
        let pack = async |sizes: &BTreeMap<ItemId, Size>| {
            cartonize(&harness.desk, &session.permit()?, &asked.items, sizes).await
        };
        let missing = |field: &str| Refusal::invalid(field, Problem::Missing);
        assert_eq!(harness.refusal(pack(&asked.sizes)).await, missing("boxes"));
        let json = r#"{"packaging": {"boxes": [{"name": "small", "max_weight_g": 5000, "own_weight_g": 100,
            "size": {"length_mm": 200, "width_mm": 100, "height_mm": 100}}]}}"#;
        let to = serde_json::from_str(json).unwrap();
        set_terms(&harness.desk, &session.permit().unwrap(), to).await.unwrap();
        let cartons = pack(&asked.sizes).await.unwrap();
        assert_eq!(cartons.len(), 1);
        assert_eq!(cartons[0].items, [(id.clone(), 2)]);
        assert_eq!((cartons[0].physical_g, cartons[0].dimensional_g), (800, 400));
        assert_eq!(harness.refusal(pack(&BTreeMap::new())).await, missing("sizes.item_1"));
        let flat = [(id, side(0))].into();
        let refusal = harness.refusal(pack(&flat)).await;
        assert_eq!(refusal.field(), Some("sizes.item_1.length_mm"));
        let held = quoted(harness, asked.clone()).await;
        assert_eq!(held.landed_cost.calculation.cartons, cartons);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn landed_costs_are_listed_newest_first() {
    on_every_database(async |harness| {
        let mut all = Vec::new();
        for country in ["DE", "FR", "DE"] {
            harness.clock.advance_s(60);
            let mut request = request();
            request.destination = place(country);
            all.push(quoted(harness, request).await);
        }
        let session = harness.admin();
        let page = async |wanted: Wanted, limit: usize| {
            let permit = session.permit().unwrap();
            let page = list(&harness.desk, &permit, &wanted, limit).await.unwrap();
            let place = |held: &Held| all.iter().position(|known| known == held).unwrap();
            page.iter().map(place).collect::<Vec<_>>()
        };
        assert_eq!(page(Wanted::default(), 50).await, [2, 1, 0]);
        assert_eq!(page(Wanted::default(), 2).await, [2, 1]);
        let after = Wanted {
            after: Some(all[1].landed_cost.id.clone()),
            ..Wanted::default()
        };
        assert_eq!(page(after, 50).await, [0]);
        let german = Wanted {
            origin: "US".to_owned(),
            destination: "DE".to_owned(),
            ..Wanted::default()
        };
        assert_eq!(page(german, 50).await, [2, 0]);
        let between = Wanted {
            from: Some(all[1].landed_cost.created_at),
            until: Some(all[2].landed_cost.created_at),
            ..Wanted::default()
        };
        assert_eq!(page(between, 50).await, [1]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn beside_the_largest_page_one_more_tells_that_there_is_another() {
    on_every_database(async |harness| {
        quoted(harness, request()).await;
        let more = "insert into landed_costs (organization_id, id, mode, origin, destination, document, created_at_us, \
                    expires_at_us) select organization_id, id || i, mode, origin, destination, document, created_at_us, \
                    expires_at_us from landed_costs, (with recursive n(i) as (select 1 union all select i + 1 from n \
                    where i <= 250) select i from n) as copies";
        sqlx::query(more).execute(harness.raw()).await.unwrap();
        assert_eq!(count(harness.raw(), "landed_costs").await, MAX_PAGE + 2);
        let (session, wanted) = (harness.admin(), Wanted::default());
        for asked in [MAX_PAGE + 1, usize::MAX] {
            let page = list(&harness.desk, &session.permit().unwrap(), &wanted, asked).await;
            assert_eq!(page.unwrap().len(), 251);
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_other_mode_knows_no_landed_cost_and_who_takes_no_orders_in_quotes_none() {
    on_every_database(async |harness| {
        let held = quoted(harness, request()).await;
        let test = session(
            harness.scope_of(Mode::Test),
            ActorKind::Person,
            &Permission::ALL,
        );
        let permit = test.permit().unwrap();
        assert_eq!(
            list(&harness.desk, &permit, &Wanted::default(), 50)
                .await
                .unwrap(),
            []
        );
        let id = &held.landed_cost.id;
        let refusal = harness.refusal(load(&harness.desk, &permit, id)).await;
        let landed_cost = id.clone();
        assert_eq!(refusal, Refusal::LandedCostNotFound { landed_cost });
        let permit = test.permit().unwrap();
        let taken = take_order(&harness.desk, &permit, id, terms("A-1"), None);
        assert!(matches!(
            harness.refusal(taken).await,
            Refusal::LandedCostNotFound { .. }
        ));
        // Who may not take orders in quotes nothing.
        let viewer = session(
            harness.scope(),
            ActorKind::Person,
            &[Permission::ViewOrders],
        );
        let refused = harness
            .refusal(quote_as(harness, &viewer, request(), None))
            .await;
        let permission = Permission::CreateOrders;
        assert_eq!(refused, Refusal::NotPermitted { permission });
    })
    .await;
}
