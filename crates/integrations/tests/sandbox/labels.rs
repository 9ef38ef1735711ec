//! Labels: one a key, found when the answer was lost, voided with their own account; numbers that carriers would take.

use std::collections::HashSet;

use domain::ids::LabelId;
use domain::money::Money;
use domain::shipment::{LabelFile, LabelFormat, LabelSize};
use engine::ports::{Answer, BoughtLabel};
use integrations::carriers::tracking::{s10_check_digit, ups_check_digit};
use integrations::{Call, Misbehaviour};

use crate::support::{World, currency, label, order, shipment_to};

async fn try_buy(world: &World, id: &str, account: &str, weight_g: u32) -> Answer<BoughtLabel> {
    let label = label(id, account, weight_g);
    world
        .ports
        .carriers
        .buy(&order(), &shipment_to("FR"), &label)
        .await
}

async fn buy(world: &World, id: &str, account: &str, weight_g: u32) -> BoughtLabel {
    match try_buy(world, id, account, weight_g).await {
        Answer::Done(bought) => bought,
        other => panic!("{id}: {other:?}"),
    }
}

async fn find(world: &World, id: &str, account: &str) -> Answer<Option<BoughtLabel>> {
    world
        .ports
        .carriers
        .find(account, &LabelId(id.to_owned()))
        .await
}

fn lost<T>() -> Answer<T> {
    Answer::Unknown("the sandbox did not answer in time".to_owned())
}

#[tokio::test]
async fn one_key_buys_one_label() {
    let world = World::new();
    let first = buy(&world, "label_1", "post", 1_200).await;
    assert_eq!(buy(&world, "label_1", "post", 1_200).await, first);
    let world = world.reopened();
    assert_eq!(buy(&world, "label_1", "post", 1_200).await, first);
    let other = try_buy(&world, "label_1", "post", 1_300).await;
    let problem = "label label_1 was bought before for another parcel";
    assert_eq!(other, Answer::Refused(problem.to_owned()));
    assert_eq!(world.sandbox.labels().unwrap().len(), 1);
}

#[tokio::test]
async fn ends_in_14_is_sold_and_found() {
    let world = World::new();
    assert_eq!(try_buy(&world, "label_1", "post", 1_214).await, lost());
    let world = world.reopened();
    let Answer::Done(Some(found)) = find(&world, "label_1", "post").await else {
        panic!("it was sold");
    };
    assert_eq!(buy(&world, "label_1", "post", 1_214).await, found);
    assert_eq!(find(&world, "label_1", "another").await, Answer::Done(None));
    assert_eq!(world.sandbox.labels().unwrap().len(), 1);
}

#[tokio::test]
async fn ends_in_18_is_lost_on_the_way_and_certainly_not_sold() {
    let world = World::new();
    assert_eq!(try_buy(&world, "label_1", "post", 1_218).await, lost());
    assert_eq!(find(&world, "label_1", "post").await, Answer::Done(None));
    buy(&world, "label_1", "post", 1_218).await;
    assert_eq!(world.sandbox.labels().unwrap().len(), 1);
}

#[tokio::test]
async fn ends_in_13_is_not_sold() {
    let world = World::new();
    let problem = "the carrier does not take this parcel of 1213 g".to_owned();
    let refused = Answer::Refused(problem);
    assert_eq!(try_buy(&world, "label_1", "post", 1_213).await, refused);
    assert_eq!(try_buy(&world, "label_1", "post", 1_213).await, refused);
    assert_eq!(find(&world, "label_1", "post").await, Answer::Done(None));
}

#[tokio::test(start_paused = true)]
async fn ends_in_17_is_answered_late() {
    let world = World::new();
    let began = tokio::time::Instant::now();
    buy(&world, "label_1", "post", 1_217).await;
    assert_eq!(began.elapsed().as_secs(), 2);
}

#[tokio::test]
async fn a_label_is_voided_with_its_own_account() {
    let world = World::new();
    let carriers = &world.ports.carriers;
    let bought = buy(&world, "label_1", "post", 1_200).await;
    let reference = &bought.reference;
    assert_eq!(
        carriers.void("another", reference).await,
        Answer::Refused(format!("account another has no label {reference}"))
    );
    world
        .sandbox
        .misbehave(Call::VoidLabel, Misbehaviour::TimeOutBeforeDoing);
    assert_eq!(carriers.void("post", reference).await, lost());
    assert!(!world.sandbox.labels().unwrap()[0].is_void);
    world
        .sandbox
        .misbehave(Call::VoidLabel, Misbehaviour::TimeOutAfterDoing);
    assert_eq!(carriers.void("post", reference).await, lost());
    assert!(world.sandbox.labels().unwrap()[0].is_void);
    assert_eq!(carriers.void("post", reference).await, Answer::Done(()));
    // A void label is not found, and its key buys no other.
    assert_eq!(find(&world, "label_1", "post").await, Answer::Done(None));
    assert_eq!(
        try_buy(&world, "label_1", "post", 1_200).await,
        Answer::Refused("label label_1 was voided".to_owned())
    );
}

#[tokio::test]
async fn ends_in_16_is_never_voided() {
    let world = World::new();
    let bought = buy(&world, "label_1", "post", 1_216).await;
    let reference = &bought.reference;
    assert_eq!(
        world.ports.carriers.void("post", reference).await,
        Answer::Refused(format!(
            "label {reference} was scanned and cannot be voided"
        ))
    );
    assert!(!world.sandbox.labels().unwrap()[0].is_void);
}

#[test]
fn check_digits_are_the_carriers_own() {
    // Of numbers that are known to be valid: RA473124829UZ, 1Z999AA10123456784, 1Z5R89390357567127.
    assert_eq!(s10_check_digit("47312482"), Some('9'));
    assert_eq!(ups_check_digit("999AA1012345678"), Some('4'));
    assert_eq!(ups_check_digit("5R8939035756712"), Some('7'));
    assert_eq!(s10_check_digit("4731248"), None);
    assert_eq!(s10_check_digit("4731248x"), None);
    assert_eq!(ups_check_digit("999aa1012345678"), None);
    assert_eq!(ups_check_digit("999AA101234567"), None);
}

#[tokio::test]
async fn every_number_is_valid_and_its_own() {
    let world = World::new();
    let mut numbers = HashSet::new();
    for index in 0..60 {
        let ups = buy(&world, &format!("label_u{index}"), "my-ups", 1_000).await;
        assert_eq!(ups.tracking.carrier, "UPS");
        let body = ups.tracking.number.strip_prefix("1Z").unwrap();
        let (body, check) = body.split_at(15);
        assert_eq!(ups_check_digit(body), check.parse().ok());
        numbers.insert(ups.tracking.number.clone());

        let post = buy(&world, &format!("label_p{index}"), "post", 1_000).await;
        assert_eq!(post.tracking.carrier, "USPS");
        let number = &post.tracking.number;
        assert_eq!(number.len(), 13, "{number}");
        assert!(
            number.starts_with('C') && number.ends_with("US"),
            "{number}"
        );
        assert_eq!(s10_check_digit(&number[2..10]), number.chars().nth(10));
        numbers.insert(number.clone());
    }
    assert_eq!(numbers.len(), 120);
}

#[tokio::test]
async fn postage_goes_by_weight_destination_service_and_account() {
    let world = World::new();
    let postage = async |id: &str, account: &str, service: &str, weight_g, country: &str| {
        let mut label = label(id, account, weight_g);
        label.service = service.to_owned();
        let shipment = shipment_to(country);
        match world.ports.carriers.buy(&order(), &shipment, &label).await {
            Answer::Done(bought) => bought.postage.unwrap(),
            other => panic!("{id}: {other:?}"),
        }
    };
    let of = |minor, code: &str| Money::new(minor, currency(code));
    assert_eq!(
        postage("a", "post", "priority", 500, "US").await,
        of(650, "USD")
    );
    assert_eq!(
        postage("b", "post", "priority", 501, "US").await,
        of(760, "USD")
    );
    assert_eq!(
        postage("c", "post", "Express", 500, "US").await,
        of(1_300, "USD")
    );
    assert_eq!(
        postage("d", "post", "priority", 1_000, "FR").await,
        of(2_330, "USD")
    );
    assert_eq!(
        postage("e", "post", "priority", 1_000, "JP").await,
        of(3_010, "USD")
    );
    // 23.30 USD at 1.1739 USD for a euro; 6.50 USD at 0.00638 USD for a yen.
    assert_eq!(
        postage("f", "post-EUR", "priority", 1_000, "FR").await,
        of(1_985, "EUR")
    );
    assert_eq!(
        postage("g", "post-JPY", "priority", 500, "US").await,
        of(1_019, "JPY")
    );
    // Only a code in capitals that the table has is meant as one.
    assert_eq!(
        postage("h", "post-all", "priority", 500, "US").await,
        of(650, "USD")
    );
}

#[tokio::test]
async fn what_is_printed_is_marked_and_printed_again_the_same() {
    let world = World::new();
    let mut wanted = label("label_1", "post", 1_200);
    wanted.format = LabelFormat {
        file: LabelFile::Zpl,
        size: LabelSize::FourByEight,
    };
    let shipment = shipment_to("FR");
    let answer = world.ports.carriers.buy(&order(), &shipment, &wanted).await;
    let Answer::Done(bought) = answer else {
        panic!("{answer:?}");
    };
    let printed = bought.printed.clone().unwrap();
    let text = String::from_utf8(printed.bytes).unwrap();
    assert_eq!(printed.kind, LabelFile::Zpl);
    assert!(text.contains("^LL1624"), "{text}");
    assert!(text.contains("SAMPLE"), "{text}");
    let bars = format!("A^FH^FD{}^FS", bought.tracking.number);
    assert!(text.contains(&bars), "{text}");
    let world = world.reopened();
    assert_eq!(
        find(&world, "label_1", "post").await,
        Answer::Done(Some(bought))
    );
    let plain = buy(&world, "label_2", "post", 1_200).await.printed.unwrap();
    assert_eq!(plain.kind, LabelFile::Pdf);
    assert!(plain.bytes.starts_with(b"%PDF-"));
}
