//! The books over crashes, torn lines and other processes; what is made up derives from the seed alone.

use std::fs;
use std::io::Write;

use domain::refund_settle::RefundFact;
use engine::desk::Clock;
use engine::ports::Answer;
use integrations::sandbox_ports;

use crate::support::{SEED, World, eur, label, order, refund_ask, shipment_to, start};

async fn refund(world: &World, key: &str) -> Answer<RefundFact> {
    world.ports.payments.refund(&refund_ask(key, 1_000)).await
}

#[tokio::test]
async fn a_restart_forgets_nothing() {
    let world = World::new();
    world.sandbox.register_payment("pay_1", eur(1_500)).unwrap();
    let first = refund(&world, "r.1").await;
    let world = world.reopened();
    assert_eq!(refund(&world, "r.1").await, first);
    let problem = "10.00 EUR is more than the 5.00 EUR that are left of the payment";
    assert_eq!(
        refund(&world, "r.2").await,
        Answer::Refused(problem.to_owned())
    );
}

#[tokio::test]
async fn a_line_torn_anywhere_was_never_said() {
    let world = World::new();
    refund(&world, "r.1").await;
    let before = fs::read(world.book("payments")).unwrap();
    let second = refund(&world, "r.2").await;
    let after = fs::read(world.book("payments")).unwrap();
    let mut world = world;
    for length in before.len()..after.len() {
        fs::write(world.book("payments"), &after[..length]).unwrap();
        world = world.reopened();
        assert_eq!(world.sandbox.refunds().unwrap().len(), 1, "cut at {length}");
        assert_eq!(fs::read(world.book("payments")).unwrap(), before);
    }
    // Asked again, it is done, once, and stands in the books as if nothing had happened.
    assert_eq!(refund(&world, "r.2").await, second);
    assert_eq!(fs::read(world.book("payments")).unwrap(), after);
}

#[tokio::test]
async fn a_whole_line_that_cannot_be_read_stops_the_sandbox() {
    let world = World::new();
    refund(&world, "r.1").await;
    let path = world.book("payments");
    let length = fs::metadata(&path).unwrap().len();
    let mut file = fs::OpenOptions::new().append(true).open(&path).unwrap();
    file.write_all(b"{\"entry\":\"of a later version\"}\n")
        .unwrap();
    let error = sandbox_ports(world.folder.path(), SEED).err().unwrap();
    assert_eq!(error.kind(), std::io::ErrorKind::InvalidData);
    let told = error.to_string();
    assert!(told.contains("payments.jsonl"), "{told}");
    assert!(
        told.contains(&format!("the line at byte {length}")),
        "{told}"
    );
}

#[tokio::test]
async fn books_that_became_shorter_are_not_trusted() {
    let world = World::new();
    refund(&world, "r.1").await;
    fs::write(world.book("payments"), b"").unwrap();
    let answer = refund(&world, "r.1").await;
    assert!(matches!(answer, Answer::Unknown(_)), "{answer:?}");
}

#[tokio::test]
async fn two_processes_share_one_world() {
    let one = World::new();
    let (ports, sandbox) = sandbox_ports(one.folder.path(), SEED).unwrap();
    sandbox.register_payment("pay_1", eur(1_500)).unwrap();
    let first = refund(&one, "r.1").await;
    assert_eq!(
        ports.payments.refund(&refund_ask("r.1", 1_000)).await,
        first
    );
    let over = ports.payments.refund(&refund_ask("r.2", 1_000)).await;
    assert!(matches!(over, Answer::Refused(_)), "{over:?}");
    assert_eq!(one.sandbox.refunds().unwrap().len(), 2);
}

#[tokio::test]
async fn the_same_seed_makes_the_same_up() {
    let asked = |seed: u64| async move {
        let folder = tempfile::tempdir().unwrap();
        let (ports, sandbox) = sandbox_ports(folder.path(), seed).unwrap();
        sandbox.keep_time(Clock::set_to(start()));
        let refund = ports.payments.refund(&refund_ask("r.1", 1_000)).await;
        let label = label("label_1", "ups", 1_000);
        let bought = ports
            .carriers
            .buy(&order(), &shipment_to("FR"), &label)
            .await;
        let lines = |kind: &str| {
            fs::read_to_string(folder.path().join(format!("sandbox/{kind}.jsonl"))).unwrap()
        };
        (refund, bought, lines("payments"), lines("labels"))
    };
    let (refund, bought, payments, labels) = asked(1).await;
    assert_eq!(
        asked(1).await,
        (refund.clone(), bought.clone(), payments, labels)
    );
    let other = asked(2).await;
    assert_ne!(other.0, refund);
    assert_ne!(other.1, bought);
}
