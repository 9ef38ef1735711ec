//! Refunds at a second stand-in, of another maker, which keeps charges and fails as it is ordered to: by the source of a
//! charge, one answer after the other. It cannot fail at refunds, so what it says when it is busy or broken is passed on
//! as the answer to them; what it keeps, and under which key, is its own.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, ChildStdin, Command, Stdio};

use domain::payment_settle::PaymentFact;
use domain::refund::{RefundFailure, RefundState};
use engine::ports::{Answer, Payments as _};
use hyper::Method;

use crate::harness::on_every_database;
use crate::office::{Office, states};
use crate::proxy::Fault;
use crate::refunds::{again, failure, reference, succeeded};
use crate::world::{World, part, refund_ask};

/// The folder with the stand-in, its packages beside it.
const VARIABLE: &str = "BORDEREAU_TEST_STRIPE_FAULTS";

/// The stand-in, for as long as the test holds it: it ends with its input.
struct StandIn {
    child: Child,
    _input: ChildStdin,
    url: String,
}

impl Drop for StandIn {
    fn drop(&mut self) {
        // It may be gone already, which is what is wanted.
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

impl StandIn {
    async fn start() -> Option<Self> {
        let mut child = Command::new("node")
            .current_dir(part(VARIABLE)?)
            .arg("serve.mjs")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            // It tells there what it refuses, which is asked for here.
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let (input, output) = (child.stdin.take().unwrap(), child.stdout.take().unwrap());
        let mut port = String::new();
        BufReader::new(output).read_line(&mut port).unwrap();
        Some(Self {
            child,
            _input: input,
            url: format!("http://127.0.0.1:{}", port.trim()),
        })
    }
}

/// Charges 120.00 USD to a source that is these in turn: what was said before it worked, and the charge.
async fn charged(world: &World, sources: &[&str]) -> (Vec<(u16, String)>, String) {
    // The last is never used: with it even one source is a chain.
    let source = format!("{}|never", sources.join("|"));
    let fields = [
        ("amount", "12000"),
        ("currency", "usd"),
        ("source", &source),
    ];
    let mut said = Vec::new();
    for _ in sources {
        let asked = world.answered(Method::POST, "/v1/charges", &fields, None);
        match asked.await {
            (200, body) => {
                let charge: serde_json::Value = serde_json::from_str(&body).unwrap();
                return (said, charge["id"].as_str().unwrap().to_owned());
            }
            other => said.push(other),
        }
    }
    panic!("no charge: {said:?}");
}

#[tokio::test]
async fn a_refund_that_meets_a_busy_and_a_broken_stripe_is_asked_again_and_made_once() {
    let Some(stand_in) = StandIn::start().await else {
        return;
    };
    let world = World::at(&stand_in.url).await;
    let (said, charge) = charged(&world, &["tok_429", "tok_500", "tok_visa"]).await;
    let (stripe, ask) = (world.stripe(), refund_ask("r.1", &charge, 1_000, "USD"));
    let answers = said.into_iter();
    world
        .proxy
        .will(answers.map(|(status, body)| Fault::Answer(status, body)));
    let busy = "429 rate_limit: Too many requests in a period of time.";
    assert_eq!(stripe.refund(&ask).await, Answer::NotNow(busy.to_owned()));
    let broken = "500 An unknown error occurred";
    assert_eq!(
        stripe.refund(&ask).await,
        Answer::Unknown(broken.to_owned())
    );
    assert_eq!(world.refunded(&charge).await, []);
    let made = stripe.refund(&again(&ask)).await;
    assert_eq!(stripe.refund(&again(&ask)).await, made);
    reference(&made);
    assert_eq!(world.refunded(&charge).await, succeeded(&[1_000]));
    assert_eq!(world.proxy.count("POST", "/v1/refunds"), 1);
}

#[tokio::test]
async fn a_refund_that_was_made_behind_an_error_is_found_and_not_asked_again() {
    let Some(stand_in) = StandIn::start().await else {
        return;
    };
    let world = World::at(&stand_in.url).await;
    let (said, charge) = charged(&world, &["tok_500", "tok_visa"]).await;
    let (stripe, ask) = (world.stripe(), refund_ask("r.1", &charge, 1_000, "USD"));
    let answers = said.into_iter();
    world
        .proxy
        .will(answers.map(|(status, body)| Fault::AnswerInstead(status, body)));
    let unsure = stripe.refund(&ask).await;
    assert!(matches!(unsure, Answer::Unknown(_)), "{unsure:?}");
    reference(&stripe.refund(&again(&ask)).await);
    assert_eq!(world.refunded(&charge).await, succeeded(&[1_000]));
    assert_eq!(world.proxy.count("POST", "/v1/refunds"), 1);
}

#[tokio::test]
async fn a_charge_is_refunded_under_its_key_and_refused_with_the_reason() {
    let Some(stand_in) = StandIn::start().await else {
        return;
    };
    let world = World::at(&stand_in.url).await;
    let (_, charge) = charged(&world, &["tok_visa"]).await;
    let stripe = world.stripe();
    let ask = |key, minor| refund_ask(key, &charge, minor, "USD");
    let first = stripe.refund(&ask("r.1", 11_000)).await;
    assert_eq!(stripe.refund(&ask("r.1", 11_000)).await, first);
    let other = stripe.refund(&ask("r.1", 11_001)).await;
    assert!(matches!(other, Answer::NeedsALook(_)), "{other:?}");
    let refused = failure(stripe.refund(&ask("q.1", 1_001)).await).0;
    assert_eq!(refused, RefundFailure::MoreThanLeft);
    reference(&stripe.refund(&ask("s.1", 1_000)).await);
    let refused = failure(stripe.refund(&ask("t.1", 1)).await).0;
    assert_eq!(refused, RefundFailure::RefundedAlready);
    let nowhere = refund_ask("n.1", "ch_nowhere", 1_000, "USD");
    let refused = failure(stripe.refund(&nowhere).await).0;
    assert_eq!(refused, RefundFailure::PaymentUnknown);
    assert_eq!(world.refunded(&charge).await, succeeded(&[1_000, 11_000]));
}

#[tokio::test(flavor = "multi_thread")]
async fn r10_a_desk_behind_which_stripe_is_busy_and_broken_refunds_once() {
    on_every_database(async |harness| {
        let Some(stand_in) = StandIn::start().await else {
            return;
        };
        let faults = ["tok_429", "tok_500", "tok_500", "tok_visa"];
        let office = Office::with(harness, World::at(&stand_in.url).await);
        let (said, charge) = charged(&office.world, &faults).await;
        let captured_minor = 12_000;
        let fact = PaymentFact::Captured { captured_minor };
        let order = office.taken_in("USD", charge.clone(), fact).await;
        harness.refund(&order.id, "r1", 1_250).await.unwrap();
        let [busy, broken, late] = <[_; 3]>::try_from(said).unwrap();
        // A look for what may have been made meets an error as well, and what is made hides behind one.
        office.world.proxy.will([
            Fault::Answer(busy.0, busy.1),
            Fault::Answer(broken.0, broken.1),
            Fault::None,
            Fault::AnswerInstead(late.0, late.1),
        ]);
        for state in [
            RefundState::Sent,
            RefundState::Unknown,
            RefundState::Unknown,
        ] {
            office.later().await;
            assert_eq!(states(&office.load(&order).await), [state]);
        }
        office.later().await;
        let known = office.load(&order).await;
        assert_eq!(states(&known), [RefundState::Succeeded]);
        assert_eq!(known.returned_minor(), 1_250);
        assert_eq!(office.world.refunded(&charge).await, succeeded(&[1_250]));
        assert_eq!(office.world.proxy.count("POST", "/v1/refunds"), 1);
    })
    .await;
}
