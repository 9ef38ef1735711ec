//! The shop: remembers what it was told last, and how often.

use engine::ports::{Answer, ShopNews};
use integrations::{Call, Misbehaviour};

use crate::support::{World, eur};

fn news(key: &str, refunded_minor: i64) -> ShopNews {
    ShopNews {
        key: key.to_owned(),
        connection: "shop".to_owned(),
        external_id: "gid-1".to_owned(),
        number: Some("1001".to_owned()),
        tracking_numbers: vec!["CX473124829US".to_owned()],
        canceled: None,
        refunded: eur(refunded_minor),
    }
}

#[tokio::test]
async fn remembers_the_last_word_and_counts_repetitions() {
    let world = World::new();
    let shops = &world.ports.shops;
    assert_eq!(world.sandbox.last_told("shop", "gid-1").unwrap(), None);
    assert_eq!(shops.tell(&news("a", 0)).await, Answer::Done(()));
    assert_eq!(shops.tell(&news("b", 500)).await, Answer::Done(()));
    assert_eq!(shops.tell(&news("b", 500)).await, Answer::Done(()));
    let world = world.reopened();
    let last = world.sandbox.last_told("shop", "gid-1").unwrap();
    assert_eq!(last, Some(news("b", 500)));
    assert_eq!(world.sandbox.last_told("other", "gid-1").unwrap(), None);
    assert_eq!(world.sandbox.times_told("a").unwrap(), 1);
    assert_eq!(world.sandbox.times_told("b").unwrap(), 2);
    assert_eq!(world.sandbox.times_told("c").unwrap(), 0);
}

#[tokio::test]
async fn what_it_refuses_or_never_hears_it_does_not_know() {
    let world = World::new();
    let (shops, sandbox) = (&world.ports.shops, &world.sandbox);
    let silence = Answer::Unknown("the sandbox did not answer in time".to_owned());
    sandbox.misbehave(Call::TellShop, Misbehaviour::Refuse);
    sandbox.misbehave(Call::TellShop, Misbehaviour::TimeOutBeforeDoing);
    sandbox.misbehave(Call::TellShop, Misbehaviour::TimeOutAfterDoing);
    let refused = Answer::Refused("the shop does not let order gid-1 be changed".to_owned());
    assert_eq!(shops.tell(&news("a", 0)).await, refused);
    assert_eq!(shops.tell(&news("a", 0)).await, silence);
    assert_eq!(sandbox.times_told("a").unwrap(), 0);
    assert_eq!(shops.tell(&news("a", 0)).await, silence);
    assert_eq!(sandbox.times_told("a").unwrap(), 1);
}
