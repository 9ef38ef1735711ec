//! Each payment's provider is asked about it, and no other.

use std::sync::Arc;

use engine::fakes::Fakes;
use engine::ports::{Answer, Movements, Payments};
use integrations::payments::ByProvider;

use crate::world::{movements_ask, payment_ask, refund_ask};

type Asked = Vec<Option<String>>;

/// A page that tells nothing, with where the next begins.
fn page(next: Option<&str>) -> Answer<Movements> {
    Answer::Done(Movements {
        booked: Vec::new(),
        next: next.map(str::to_owned),
    })
}

fn pages_asked(fakes: &Fakes) -> Asked {
    let asked = fakes.movements.asked().into_iter();
    asked.map(|ask| ask.after).collect()
}

#[tokio::test]
async fn a_payment_is_asked_about_where_it_was_made() {
    let (sandbox, stripe) = (Arc::new(Fakes::default()), Arc::new(Fakes::default()));
    let both: Vec<(&str, Arc<dyn Payments>)> =
        vec![("sandbox", sandbox.clone()), ("stripe", stripe.clone())];
    let both = ByProvider::of(both);
    let (refund, payment) = (
        refund_ask("r.1", "pi_1", 1_000, "USD"),
        payment_ask("void", "pi_1", 1_000, "USD"),
    );
    both.refund(&refund).await;
    both.refund_status(&refund, "re_1").await;
    both.capture(&payment).await;
    both.void(&payment).await;
    both.payment_status(&payment).await;
    both.refunds_of(&payment).await;
    let asked = |fakes: &Fakes| {
        [
            fakes.refunds.asked().len(),
            fakes.refund_statuses.asked().len(),
            fakes.captures.asked().len(),
            fakes.voids.asked().len(),
            fakes.payment_statuses.asked().len(),
            fakes.payment_refunds.asked().len(),
        ]
    };
    assert_eq!((asked(&sandbox), asked(&stripe)), ([0; 6], [1; 6]));
    let mut elsewhere = refund;
    elsewhere.provider = "sandbox".to_owned();
    both.refund(&elsewhere).await;
    assert_eq!((asked(&sandbox)[0], asked(&stripe)[0]), (1, 1));
}

#[tokio::test]
async fn a_provider_that_is_not_connected_is_asked_nothing_and_can_be_connected() {
    let sandbox: Arc<Fakes> = Arc::default();
    let one: Vec<(&str, Arc<dyn Payments>)> = vec![("sandbox", sandbox.clone())];
    let answer = ByProvider::of(one)
        .refund(&refund_ask("r.1", "pi_1", 1_000, "USD"))
        .await;
    let problem =
        "the payment provider \"stripe\" is not connected; bordereau.toml tells how to connect one";
    assert_eq!(answer, Answer::NotNow(problem.to_owned()));
    assert_eq!(sandbox.refunds.asked().len(), 0);
}

#[tokio::test]
async fn a_payment_that_names_no_provider_is_the_only_ones_and_of_several_nobodys() {
    let (sandbox, stripe) = (Arc::new(Fakes::default()), Arc::new(Fakes::default()));
    let mut unnamed = refund_ask("r.1", "pi_1", 1_000, "USD");
    unnamed.provider.clear();
    let one: Vec<(&str, Arc<dyn Payments>)> = vec![("sandbox", sandbox.clone())];
    ByProvider::of(one).refund(&unnamed).await;
    assert_eq!(sandbox.refunds.asked().len(), 1);
    let both: Vec<(&str, Arc<dyn Payments>)> =
        vec![("sandbox", sandbox.clone()), ("stripe", stripe.clone())];
    let answer = ByProvider::of(both).refund(&unnamed).await;
    assert!(matches!(answer, Answer::NotNow(_)));
    assert_eq!(
        (sandbox.refunds.asked().len(), stripe.refunds.asked().len()),
        (1, 0)
    );
}

#[tokio::test]
async fn the_books_of_each_provider_come_one_after_the_other() {
    let (sandbox, stripe) = (Arc::new(Fakes::default()), Arc::new(Fakes::default()));
    let both: Vec<(&str, Arc<dyn Payments>)> =
        vec![("sandbox", sandbox.clone()), ("stripe", stripe.clone())];
    let both = ByProvider::of(both);
    sandbox.movements.reply(page(Some("500")));
    sandbox.movements.reply(page(None));
    stripe.movements.reply(page(Some("txn 1")));
    stripe.movements.reply(page(None));
    let mut places = vec![None];
    while let Some(after) = places.last().cloned() {
        match both.movements(&movements_ask(after)).await {
            Answer::Done(Movements { next: None, .. }) => break,
            Answer::Done(page) => places.push(page.next),
            other => panic!("{other:?}"),
        }
    }
    let place = |text: &str| Some(text.to_owned());
    let expected = [
        None,
        place("sandbox 500"),
        place("stripe "),
        place("stripe txn 1"),
    ];
    assert_eq!(places, expected);
    assert_eq!(pages_asked(&sandbox), [None, place("500")]);
    assert_eq!(pages_asked(&stripe), [None, place("txn 1")]);
    assert_eq!(sandbox.movements.asked()[1], movements_ask(place("500")));
}

#[tokio::test]
async fn books_that_are_not_shown_are_not_passed_over_and_a_strange_page_is_nobodys() {
    let (sandbox, stripe) = (Arc::new(Fakes::default()), Arc::new(Fakes::default()));
    let both: Vec<(&str, Arc<dyn Payments>)> =
        vec![("sandbox", sandbox.clone()), ("stripe", stripe.clone())];
    let both = ByProvider::of(both);
    let down = Answer::NotNow("down for maintenance".to_owned());
    sandbox.movements.reply(down.clone());
    assert_eq!(both.movements(&movements_ask(None)).await, down);
    for (place, is_refused) in [("7", true), ("bank 7", false)] {
        let answer = both.movements(&movements_ask(Some(place.to_owned()))).await;
        assert_eq!(matches!(answer, Answer::Refused(_)), is_refused);
        assert_eq!(matches!(answer, Answer::NotNow(_)), !is_refused);
    }
    assert_eq!(pages_asked(&stripe), Asked::new());
}
