//! E-mails of the real binary through mail servers: a real one, one that goes wrong, and one that sees the desk killed.

mod clients;
mod crash;
mod failures;
mod received;

use std::path::PathBuf;
use std::time::Instant;

use domain::order::Order;

use super::flows::orders;
use crate::support::Desk;
use crate::support::browser::Browser;
use crate::support::people::ADA;
use crate::support::server::{LIMIT, Server};

/// A folder that a part of these tests needs.
fn part(variable: &str) -> Option<PathBuf> {
    crate::support::part(variable).map(PathBuf::from)
}

/// Asks until there is an answer. Asking is the pause between two questions.
fn until<T>(what: &str, ask: impl Fn() -> Option<T>) -> T {
    let begun = Instant::now();
    loop {
        if let Some(answer) = ask() {
            return answer;
        }
        assert!(begun.elapsed() < LIMIT, "in vain: {what}");
    }
}

/// A desk with three paid orders in each language: one to cancel, one to refund, one to ship.
fn filled(desk: &Desk) -> Vec<Order> {
    let mut rows = "order_number,placed_at,currency,rate,item_name,item_quantity,item_unit_price,shipping,source,\
         ship_to_country,ship_to_first_name,ship_to_email,payment_reference,language\n"
        .to_owned();
    for (number, language) in [
        ("M1", "en"),
        ("M2", "fr"),
        ("M3", "en"),
        ("M4", "fr"),
        ("M5", "en"),
        ("M6", "fr"),
    ] {
        rows += &format!(
            "{number},2026-03-01,EUR,1.0842,Éclair <cap>,2,10.00,5.00,checkout,FR,Zoé,zoe@example.com,ch_{number},{language}\n"
        );
    }
    let file = desk.with_shop().write("mailed.csv", rows);
    desk.import(&file).fine();
    orders(desk)
}

/// Cancels an order and asks to tell the shopper.
fn cancel(server: &Server, order: &Order) {
    let mut browser = Browser::signed_in(server, "en", ADA);
    let path = format!("/orders/{}/cancel", order.id);
    browser.get(&path);
    let fields = [("note", "asked"), ("notify", "on"), ("step", "confirm")];
    browser.post(&path, &fields).is(200);
}
