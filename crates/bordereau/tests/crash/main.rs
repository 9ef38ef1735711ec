//! The desk is killed again and again while people cancel, refund and write to shoppers; at the end the provider's books,
//! the desk's and the e-mails agree one to one (R10, C10, regression 33).
//!
//! `BORDEREAU_CRASH_KILLS` says how often it is killed, `BORDEREAU_CRASH_SEED` by which chance.

#![allow(
    clippy::unwrap_used,
    reason = "a test program: the lint knows test functions only, not their helpers"
)]

#[path = "../support/mod.rs"]
#[allow(dead_code, reason = "shared with the other test programs")]
mod support;

mod books;
mod clerk;

use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use rand::rngs::StdRng;
use rand::{Rng as _, SeedableRng as _};

use clerk::Clerk;
use support::server::Server;
use support::{Desk, on_every_database};

/// How often each database's desk is killed in the normal test run.
const KILLS: u32 = 25;

/// The longest that a desk lives before it is killed: long enough to sign in, ask and have the worker at work.
const LIFE_MS: u64 = 350;

fn number_of(variable: &str, otherwise: u32) -> u32 {
    let told = std::env::var(variable).ok();
    told.map_or(otherwise, |text| text.parse().unwrap())
}

#[test]
fn r10_whatever_the_moment_it_dies_each_refund_and_each_letter_goes_out_once() {
    let kills = number_of("BORDEREAU_CRASH_KILLS", KILLS);
    let seed = number_of("BORDEREAU_CRASH_SEED", 1);
    on_every_database(|desk| {
        let mut chance = StdRng::seed_from_u64(u64::from(seed));
        // Enough to do for nearly all its lives, so that they end in the middle of something.
        let orders = kills * 20;
        take_in(desk, orders);
        let mut clerk = Clerk::new(desk, &mut chance);
        let (mut asked, mut in_the_middle) = (0, 0);
        for _ in 0..kills {
            let life = Duration::from_millis(chance.random_range(1..LIFE_MS));
            asked += live(desk.serve(), &mut clerk, Some(life));
            in_the_middle += u32::from(clerk.has_work());
        }
        asked += live(desk.serve(), &mut clerk, None);
        // Several processes may serve a database server: there a dead one's jobs come back when its lease ends.
        desk.tamper("update jobs set due_at_us = 0 where state = 'waiting'");
        let server = desk.serve();
        // What is to be asked later is asked now. Rows that are due are left to the worker, which claims them meanwhile.
        desk.wait_for("select count(*) from jobs", |left| {
            let now_us = engine::desk::Clock::System.now().as_microsecond();
            desk.tamper(&format!("update jobs set due_at_us = 0 where state = 'waiting' and lease = '' and due_at_us > {now_us}"));
            left == 0
        });
        assert_eq!(server.stop(), Some(0));
        desk.is_well();
        let told = books::agree(desk, &clerk);
        assert!(
            in_the_middle > 0,
            "no desk was killed that had something to do"
        );
        println!(
            "{kills} kills, {in_the_middle} of them in the middle, {orders} orders, {asked} forms sent: {told}"
        );
    });
}

/// Orders paid here, each of goods for 40.00 and shipping for 10.00.
fn take_in(desk: &Desk, count: u32) {
    let mut file = "order_number,placed_at,currency,rate,item_name,item_quantity,item_unit_price,shipping,source,\
                    ship_to_country,ship_to_email,payment_reference\n"
        .to_owned();
    for one in 1..=count {
        file.push_str(&format!(
            "K{one},2026-03-01,EUR,1.0842,Cap,4,10.00,10.00,checkout,FR,k{one}@shopper.example,ch_K{one}\n"
        ));
    }
    let file = desk.with_shop().write("orders.csv", file);
    desk.import(&file).fine();
}

/// One life of the desk: the clerk works until it is killed, or until nothing is left to do where it is not. How many
/// forms were sent.
fn live(server: Server, clerk: &mut Clerk, life: Option<Duration>) -> u32 {
    let (say, done) = channel();
    let address = server.address.clone();
    std::thread::scope(|scope| {
        let working = scope.spawn(move || {
            let sent = clerk.work(&address);
            say.send(()).ok();
            sent
        });
        if let Some(life) = life {
            wait(&done, life);
            server.kill();
        } else {
            done.recv().unwrap();
            assert_eq!(server.stop(), Some(0));
        }
        working.join().unwrap()
    })
}

/// Until the clerk has nothing left to do, and no longer than this.
fn wait(done: &Receiver<()>, life: Duration) {
    done.recv_timeout(life).ok();
}
