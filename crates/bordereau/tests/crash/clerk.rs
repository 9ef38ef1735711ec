//! Someone at a desk that dies under their hands: does what is planned, form by form, and sends again whatever was not
//! answered, as people do.

use std::collections::BTreeMap;
use std::io::{self, Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

use domain::payment::PaymentState;
use rand::Rng as _;
use rand::rngs::StdRng;

use crate::account::PAID_MINOR;
use crate::support::browser::{encoded, plain};
use crate::support::orders::documents;
use crate::support::people::ADA;
use crate::support::{Desk, PASSWORD};

/// What is to be done with one order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wish {
    /// So much of its goods goes back, with a letter or without.
    Refund { minor: i64, notify: bool },
    /// So much of what is held on its card is taken.
    Capture { minor: i64 },
    /// It is canceled, with a letter or without: what was taken goes back, what is held is released.
    Cancel { notify: bool },
}

/// A wish, and how far it has come.
#[derive(Clone, Debug)]
pub struct Plan {
    pub order: String,
    pub wish: Wish,
    /// The order's payment, and whether it is only held on the card.
    payment: String,
    is_held: bool,
    /// The identifier that the refund's form carries: the same however often it is sent.
    refund: Option<String>,
    /// Whether it was sent, be it answered or not.
    is_sent: bool,
    is_answered: bool,
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

impl Answered {
    /// Whether what was sent was taken.
    fn is_done(&self) -> bool {
        self.status == 303 && self.location.is_some()
    }
}

impl Wish {
    /// Whether the shopper is told.
    pub fn notifies(self) -> bool {
        match self {
            Self::Refund { notify, .. } | Self::Cancel { notify } => notify,
            Self::Capture { .. } => false,
        }
    }

    /// The page of the order where it is asked for.
    fn page(self) -> &'static str {
        match self {
            Self::Refund { .. } => "refund",
            Self::Capture { .. } => "capture",
            Self::Cancel { .. } => "cancel",
        }
    }
}

impl Clerk {
    /// Plans something for each order: a refund, two, or a cancellation, some after a refund; what is held on a card is
    /// taken, all of it or a part, or canceled.
    pub fn new(desk: &Desk, chance: &mut StdRng) -> Self {
        let mut plans = Vec::new();
        for order in documents(&desk.export("jsonl", &[])) {
            let is_held = order.payments[0].state == PaymentState::Authorized;
            let wishes = match is_held {
                true => vec![wish_of_held(chance)],
                false => wishes_of_taken(chance),
            };
            plans.extend(wishes.into_iter().map(|wish| Plan {
                order: order.id.0.clone(),
                wish,
                payment: order.payments[0].id.0.clone(),
                is_held,
                refund: None,
                is_sent: false,
                is_answered: false,
            }));
        }
        Self {
            plans,
            cookies: BTreeMap::new(),
            token: String::new(),
        }
    }

    /// Wishes for nothing more that was not asked for yet, but that what is held comes to its end.
    pub fn leave_the_rest(&mut self) {
        self.plans.retain(|plan| plan.is_sent || plan.is_held);
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
        let plan = self.plans[index].clone();
        let path = format!("/orders/{}/{}", plan.order, plan.wish.page());
        let page = self.open(address, &path)?;
        let (id, amount);
        let mut fields = match plan.wish {
            Wish::Refund { minor, .. } => {
                id = plan.refund.unwrap_or_else(|| field(&page.body, "refund"));
                self.plans[index].refund = Some(id.clone());
                amount = typed(minor);
                let fields = [("refund", id.as_str()), ("item", &amount)];
                [&fields[..], &[("reason", "duplicate"), ("step", "confirm")]].concat()
            }
            Wish::Capture { minor } => {
                amount = typed(minor);
                let fields = [("payment", plan.payment.as_str()), ("amount", &amount)];
                [&fields[..], &[("step", "capture")]].concat()
            }
            Wish::Cancel { .. } => vec![("note", "the shopper asked"), ("step", "confirm")],
        };
        fields.push(("currency", "presentment"));
        if plan.wish.notifies() {
            fields.push(("notify", "on"));
        }
        let was_sent = std::mem::replace(&mut self.plans[index].is_sent, true);
        let answer = self.send(address, &path, &fields)?;
        // Only what was sent before may be refused: it was done, and the answer lost. A refund is known by its identifier.
        let is_refund = matches!(plan.wish, Wish::Refund { .. });
        let is_known = was_sent && answer.status == 422 && !is_refund;
        assert!(answer.is_done() || is_known, "{path}: {}", answer.body);
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
        let who = [("email", ADA), ("password", PASSWORD)];
        let answer = self.send(address, "/sign-in", &who)?;
        assert!(answer.is_done(), "{}", answer.body);
        self.ask(address, "GET", path, "")
    }

    /// Sends a form.
    fn send(&mut self, address: &str, path: &str, fields: &[(&str, &str)]) -> io::Result<Answered> {
        let token = self.token.clone();
        let fields = [&[("form_token", token.as_str())], fields].concat();
        self.ask(address, "POST", path, &encoded(&fields))
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
            .and_then(|status| status.parse().ok())
            .ok_or_else(cut)?;
        let body = plain(body);
        // Only where it leads elsewhere there is no page; one that was cut is no answer.
        if status != 303 && !body.contains("</html>") {
            return Err(cut());
        }
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
        if body.contains("name=\"form_token\"") {
            self.token = field(&body, "form_token");
        }
        let location = head.lines().find_map(|line| header(line, "location:"));
        Ok(Answered {
            status,
            location,
            body,
        })
    }
}

/// A refund, two, or a cancellation, some after a refund.
fn wishes_of_taken(chance: &mut StdRng) -> Vec<Wish> {
    let notify = chance.random_bool(0.5);
    let minor = chance.random_range(1..=1_500);
    // Two equal ones are two refunds.
    let mut wishes = vec![Wish::Refund { minor, notify }; chance.random_range(0..=2)];
    if wishes.is_empty() || chance.random_bool(0.5) {
        wishes.push(Wish::Cancel { notify });
    }
    wishes
}

/// All of it is taken, a part of it, or none.
fn wish_of_held(chance: &mut StdRng) -> Wish {
    let minor = match chance.random_range(0..3) {
        0 => PAID_MINOR,
        1 => chance.random_range(50..PAID_MINOR),
        _ => {
            let notify = chance.random_bool(0.5);
            return Wish::Cancel { notify };
        }
    };
    Wish::Capture { minor }
}

/// An amount as a person types it.
fn typed(minor: i64) -> String {
    format!("{}.{:02}", minor / 100, minor % 100)
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
