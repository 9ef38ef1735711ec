//! The desk is killed again and again while people refund, cancel, capture and write to shoppers, with a stand-in for
//! Stripe and a mail server behind it; at the end the provider's books, the desk's and the letters that arrived agree one
//! to one (R10, C10, regression 33).
//!
//! `BORDEREAU_CRASH_KILLS` says how often it is killed, `BORDEREAU_CRASH_SEED` by which chance. It prints one line of figures a
//! database, the embedded one first.

#![allow(
    clippy::unwrap_used,
    reason = "a test program: the lint knows test functions only, not their helpers"
)]

#[path = "../../../integrations/tests/support/smtp.rs"]
#[allow(dead_code, reason = "the tests of the adapter use the rest of it")]
mod scripted_smtp;
#[path = "../support/mod.rs"]
#[allow(dead_code, reason = "shared with the other test programs")]
mod support;

mod account;
mod books;
mod clerk;

use std::cell::Cell;
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use engine::desk::Clock;
use rand::rngs::StdRng;
use rand::{Rng as _, SeedableRng as _};

use account::{Account, SECRET_KEY};
use clerk::Clerk;
use scripted_smtp::Scripted;
use support::server::Server;
use support::{Desk, on_every_database};

/// How often each database's desk is killed in the normal test run.
const KILLS: u32 = 50;

/// The longest that a desk lives before it is killed: long enough to sign in, ask and have the worker at work.
const LIFE_MS: u64 = 350;

/// How many orders there are for each life: enough that nearly all of them end in the middle of something.
const ORDERS_A_LIFE: u32 = 10;

fn number_of(variable: &str, otherwise: u32) -> u32 {
    let told = std::env::var(variable).ok();
    told.map_or(otherwise, |text| text.parse().unwrap())
}

#[test]
fn r10_whatever_the_moment_it_dies_all_money_moves_once_and_each_letter_goes_out_once() {
    let kills = number_of("BORDEREAU_CRASH_KILLS", KILLS);
    let seed = number_of("BORDEREAU_CRASH_SEED", 1);
    on_every_database(|desk| {
        let Some(account) = Account::open() else {
            return;
        };
        let mail = Scripted::start(&[]);
        let address = mail.address();
        let settings = [
            ("BORDEREAU_STRIPE_API_URL", account.url.as_str()),
            ("BORDEREAU_STRIPE_SECRET_KEY", SECRET_KEY),
            ("BORDEREAU_SMTP_URL", &address),
        ];
        let serve = || desk.serve_with(&settings);
        let mut chance = StdRng::seed_from_u64(u64::from(seed));
        let orders = kills * ORDERS_A_LIFE;
        take_in(desk, &account, orders, serve);
        let mut clerk = Clerk::new(desk, &mut chance);
        let (mut asked, mut in_the_middle) = (0, 0);
        for _ in 0..kills {
            let life = Duration::from_millis(chance.random_range(1..LIFE_MS));
            asked += live(serve(), &mut clerk, Some(life));
            in_the_middle += u32::from(desk.number(&left(WORK)) > 0);
            // Several processes may serve a database server: there a dead one's jobs come back when its lease ends.
            desk.tamper("update jobs set due_at_us = 0 where lease <> ''");
        }
        let between = asked;
        clerk.leave_the_rest();
        asked += live(serve(), &mut clerk, None);
        finish(desk, serve(), WORK);
        let told = books::agree(desk, &clerk, &account, &mail);
        // Whatever was lost would be found out when a hold runs out: the books have to agree before, and stay so.
        finish(desk, serve(), CLOCK);
        assert_eq!(books::agree(desk, &clerk, &account, &mail), told);
        desk.is_well();
        assert!(
            in_the_middle > 0,
            "no desk was killed that had something to do"
        );
        println!(
            "{kills} kills, {in_the_middle} of them with work in hand; {orders} orders, {asked} forms sent, {between} of \
             them between the kills: {told}"
        );
    });
}

/// What somebody waits for.
const WORK: &str = "kind not in ('payment_due', 'payment_status')";

/// What the clock brings to payments that are held.
const CLOCK: &str = "kind in ('payment_due', 'payment_status')";

/// What asks how payments stand that nobody has told the desk of.
const UNTOLD: &str = "kind = 'payment_status' and order_id not in \
                      (select order_id from jobs where kind = 'payment_due')";

/// How many such jobs there are.
fn left(jobs: &str) -> String {
    format!("select count(*) from jobs where {jobs}")
}

/// Orders paid at the provider, each of goods for 40.00 and shipping for 10.00. Every third is only held on the card, and
/// the desk learns so.
fn take_in(desk: &Desk, account: &Account, count: u32, serve: impl Fn() -> Server) {
    let is_held = |one: u32| one.is_multiple_of(3);
    let payments = account.pays((1..=count).map(is_held));
    let mut file = "order_number,placed_at,currency,rate,item_name,item_quantity,item_unit_price,shipping,source,\
                    ship_to_country,ship_to_email,payment_provider,payment_reference,payment_state\n"
        .to_owned();
    for (one, payment) in (1..=count).zip(payments) {
        let state = if is_held(one) { "ask" } else { "captured" };
        file.push_str(&format!(
            "K{one},2026-03-01,EUR,1.0842,Cap,4,10.00,10.00,checkout,FR,k{one}@shopper.example,stripe,{payment},{state}\n"
        ));
    }
    let file = desk.with_shop().write("orders.csv", file);
    desk.import(&file).fine();
    finish(desk, serve(), UNTOLD);
    let known = desk.number(&left("kind = 'payment_due'"));
    assert_eq!(known, i64::from(count / 3));
}

/// Nobody kills this one: it does all such jobs.
fn finish(desk: &Desk, server: Server, jobs: &str) {
    let mut count = desk.number(&left(jobs));
    while count > 0 {
        let now = Cell::new(count);
        desk.wait_for(&left(jobs), |left| {
            // What is to be asked later is asked now. Rows that are due are left to the worker, which claims them meanwhile.
            let now_us = Clock::System.now().as_microsecond();
            desk.tamper(&format!(
                "update jobs set due_at_us = 0 where state = 'waiting' and lease = '' and due_at_us > {now_us} and {jobs}"
            ));
            now.set(left);
            left < count
        });
        count = now.get();
    }
    assert_eq!(server.stop(), Some(0));
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
