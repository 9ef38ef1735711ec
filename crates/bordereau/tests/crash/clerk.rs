//! Someone at a desk that dies under their hands: does what is planned, form by form, and sends again whatever was not
//! answered, as people do.

use std::collections::BTreeMap;
use std::io::{self, Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

use rand::Rng as _;
use rand::rngs::StdRng;

use crate::support::browser::{encoded, plain};
use crate::support::orders::documents;
use crate::support::people::ADA;
use crate::support::{Desk, PASSWORD};

/// What is to be done with one order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wish {
    /// So much of its goods goes back, with a letter or without.
    Refund { minor: i64, notify: bool },
    /// It is canceled, with a letter or without.
    Cancel { notify: bool },
}

/// A wish, and how far it has come.
#[derive(Clone, Debug)]
pub struct Plan {
    pub order: String,
    pub wish: Wish,
    /// The identifier that the refund's form carries: the same however often it is sent.
    refund: Option<String>,
    pub is_answered: bool,
}

/// The person, with the cookies and the form's token of their browser.
pub struct Clerk {
    pub plans: Vec<Plan>,
    cookies: BTreeMap<String, String>,
    token: String,
}

/// What a page said, and where it led.
struct Answered {
    status: u16,
    location: Option<String>,
    body: String,
}

impl Clerk {
    /// Plans something for each order: a refund, two, or a cancellation, some after a refund.
    pub fn new(desk: &Desk, chance: &mut StdRng) -> Self {
        let orders = documents(&desk.export("jsonl", &[]));
        let mut plans = Vec::new();
        for order in orders {
            let mut plan = |wish| {
                plans.push(Plan {
                    order: order.id.0.clone(),
                    wish,
                    refund: None,
                    is_answered: false,
                });
            };
            let notify = chance.random_bool(0.5);
            let minor = amount(chance, order.paid().total_minor());
            // Two equal ones are two refunds.
            for _ in 0..chance.random_range(0..=2) {
                plan(Wish::Refund { minor, notify });
            }
            if chance.random_bool(0.5) {
                plan(Wish::Cancel { notify });
            }
        }
        Self {
            plans,
            cookies: BTreeMap::new(),
            token: String::new(),
        }
    }

    /// Whether something is still to be asked for.
    pub fn has_work(&self) -> bool {
        self.plans.iter().any(|plan| !plan.is_answered)
    }

    /// Works until everything is answered or nobody answers any more; how many forms were sent.
    pub fn work(&mut self, address: &str) -> u32 {
        let mut sent = 0;
        for index in 0..self.plans.len() {
            if self.plans[index].is_answered {
                continue;
            }
            // The desk died: the next life goes on here.
            if self.carry_out(address, index).is_err() {
                return sent;
            }
            sent += 1;
        }
        sent
    }

    fn carry_out(&mut self, address: &str, index: usize) -> io::Result<()> {
        let Plan { order, wish, .. } = self.plans[index].clone();
        match wish {
            Wish::Refund { minor, notify } => {
                let path = format!("/orders/{order}/refund");
                let page = self.open(address, &path)?;
                let fresh = field(&page.body, "refund");
                let id = self.plans[index].refund.get_or_insert(fresh).clone();
                let amount = format!("{}.{:02}", minor / 100, minor % 100);
                let mut fields = vec![
                    ("refund", id.as_str()),
                    ("currency", "presentment"),
                    ("item", amount.as_str()),
                    ("reason", "duplicate"),
                    ("step", "confirm"),
                ];
                if notify {
                    fields.push(("notify", "on"));
                }
                self.send(address, &path, &fields)?;
            }
            Wish::Cancel { notify } => {
                let path = format!("/orders/{order}/cancel");
                self.open(address, &path)?;
                let mut fields = vec![("note", "the shopper asked"), ("step", "confirm")];
                if notify {
                    fields.push(("notify", "on"));
                }
                self.send(address, &path, &fields)?;
            }
        }
        self.plans[index].is_answered = true;
        Ok(())
    }

    /// Opens a page, signing in where that is asked for.
    fn open(&mut self, address: &str, path: &str) -> io::Result<Answered> {
        let page = self.ask(address, "GET", path, "")?;
        if page.status != 303 {
            return Ok(page);
        }
        self.ask(address, "GET", "/sign-in", "")?;
        self.send(
            address,
            "/sign-in",
            &[("email", ADA), ("password", PASSWORD)],
        )?;
        self.ask(address, "GET", path, "")
    }

    /// Sends a form. It is taken, or refused because an answer that was lost had taken it before.
    fn send(&mut self, address: &str, path: &str, fields: &[(&str, &str)]) -> io::Result<()> {
        let token = self.token.clone();
        let fields = [&[("form_token", token.as_str())], fields].concat();
        let answer = self.ask(address, "POST", path, &encoded(&fields))?;
        let is_done = answer.status == 303 && answer.location.is_some();
        let is_done_before = answer.status == 422 && path.ends_with("/cancel");
        assert!(
            is_done || is_done_before,
            "{path}: {} {}",
            answer.status,
            answer.body
        );
        Ok(())
    }

    fn ask(&mut self, address: &str, method: &str, path: &str, body: &str) -> io::Result<Answered> {
        let cookies: Vec<String> = self
            .cookies
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        let mut stream = TcpStream::connect(address)?;
        stream.set_read_timeout(Some(Duration::from_secs(30)))?;
        write!(
            stream,
            "{method} {path} HTTP/1.0\r\nhost: {address}\r\naccept-language: en\r\ncookie: {}\r\n\
             content-type: application/x-www-form-urlencoded\r\ncontent-length: {}\r\n\r\n{body}",
            cookies.join("; "),
            body.len()
        )?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        let cut = || io::Error::other("the answer was cut");
        let (head, body) = answer.split_once("\r\n\r\n").ok_or_else(cut)?;
        let status = head
            .split(' ')
            .nth(1)
            .and_then(|status| status.parse().ok());
        let header = |line: &str, name: &str| Some(line.strip_prefix(name)?.trim().to_owned());
        for line in head.lines() {
            if let Some(cookie) = header(line, "set-cookie:") {
                let pair = cookie
                    .split(';')
                    .next()
                    .and_then(|pair| pair.split_once('='));
                let (name, value) = pair.ok_or_else(cut)?;
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        let body = plain(body);
        if body.contains("name=\"form_token\"") {
            // A page that was cut has no whole token, and is no answer.
            if !body.contains("</html>") {
                return Err(cut());
            }
            self.token = field(&body, "form_token");
        }
        let location = head.lines().find_map(|line| header(line, "location:"));
        Ok(Answered {
            status: status.ok_or_else(cut)?,
            location,
            body,
        })
    }
}

/// An amount that the sandbox does not refuse, and whose rest it does not refuse either when the order is canceled after one
/// or two: others come late, are lost after they were done, or stay pending, as they should here.
fn amount(chance: &mut StdRng, paid_minor: i64) -> i64 {
    const REFUSED: [i64; 2] = [13, 16];
    loop {
        let minor = chance.random_range(1..=1_500);
        let rests = [minor, paid_minor - minor, paid_minor - 2 * minor];
        if !rests.iter().any(|rest| REFUSED.contains(&(rest % 100))) {
            return minor;
        }
    }
}

/// What a field of a form holds.
fn field(body: &str, name: &str) -> String {
    let (_, rest) = body
        .split_once(&format!("name=\"{name}\""))
        .unwrap_or_else(|| panic!("no field {name}: {body}"));
    let tag = rest.split('>').next().unwrap();
    let (_, value) = tag.split_once("value=\"").unwrap();
    value.split('"').next().unwrap().to_owned()
}
