//! Scripted fakes of the ports, for tests: each answers what it was told to, in order, then a plain success, and
//! keeps what it was asked.

use std::collections::{BTreeMap, VecDeque};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use domain::ids::{LabelId, OrganizationId};
use domain::money::Currency;
use domain::order::Order;
use domain::payment_settle::PaymentFact;
use domain::refund_settle::RefundFact;
use domain::shipment::{Label, Shipment, Tracking};
use domain::webhook::{WebhookRefusal, WebhookType};
use jiff::Timestamp;
use rust_decimal::Decimal;

use crate::desk::Desk;
use crate::outlet::{Bodies, DataAsk, Endpoints, Outlet, Post, Posted, Reply, Untold};
use crate::permit::ViewOrders;
use crate::ports::{
    Answer, BoughtLabel, Carriers, Hook, Letter, Mail, Movements, MovementsAsk, News, PaymentAsk,
    Payments, Ports, Quote, Rates, RefundAsk, ShopNews, Shops, Unread, Word,
};

/// Answers to give, and what was asked.
#[derive(Debug)]
pub struct Script<Ask, Reply> {
    replies: Mutex<VecDeque<Answer<Reply>>>,
    asked: Mutex<Vec<Ask>>,
}

impl<Ask, Reply> Default for Script<Ask, Reply> {
    fn default() -> Self {
        Self {
            replies: Mutex::default(),
            asked: Mutex::default(),
        }
    }
}

impl<Ask: Clone, Reply> Script<Ask, Reply> {
    /// Gives this answer to the next question that has none yet.
    pub fn reply(&self, answer: Answer<Reply>) {
        self.replies
            .lock()
            .expect("a test's lock")
            .push_back(answer);
    }

    /// Everything that was asked, in order.
    pub fn asked(&self) -> Vec<Ask> {
        self.asked.lock().expect("a test's lock").clone()
    }

    fn answer(&self, ask: Ask, otherwise: impl FnOnce() -> Reply) -> Answer<Reply> {
        self.asked.lock().expect("a test's lock").push(ask);
        let scripted = self.replies.lock().expect("a test's lock").pop_front();
        scripted.unwrap_or_else(|| Answer::Done(otherwise()))
    }
}

/// Every port, scripted.
#[derive(Debug, Default)]
#[allow(missing_docs, reason = "one script a call of a port")]
pub struct Fakes {
    pub refunds: Script<RefundAsk, RefundFact>,
    pub refund_statuses: Script<String, RefundFact>,
    pub captures: Script<PaymentAsk, PaymentFact>,
    pub voids: Script<PaymentAsk, PaymentFact>,
    /// Says nothing new where it was not told what to answer.
    pub payment_statuses: Script<PaymentAsk, Vec<PaymentFact>>,
    /// Lists none, as a provider that does not, where it was not told what to answer.
    pub payment_refunds: Script<PaymentAsk, Option<Vec<News>>>,
    pub movements: Script<MovementsAsk, Movements>,
    pub labels: Script<LabelId, BoughtLabel>,
    pub found_labels: Script<LabelId, Option<BoughtLabel>>,
    pub label_voids: Script<String, ()>,
    pub news: Script<ShopNews, ()>,
    pub letters: Script<Letter, ()>,
    pub quotes: Script<(Currency, Currency), Quote>,
    /// What bodies of messages say.
    pub words: Mutex<BTreeMap<String, Result<Word, Unread>>>,
    /// What went to endpoints, in order.
    pub posts: Mutex<Vec<Post>>,
    /// What each endpoint answers, by its address; 200 where it was not told.
    pub endpoints: Mutex<BTreeMap<String, Result<Reply, String>>>,
    /// Whether a letter sent twice arrives twice, as with a mail server.
    pub letters_repeat: AtomicBool,
}

impl Fakes {
    /// All of them as the ports a worker is given.
    pub fn ports(self: &Arc<Self>) -> Ports {
        Ports {
            payments: self.clone(),
            carriers: self.clone(),
            shops: self.clone(),
            mail: self.clone(),
            rates: self.clone(),
            hooks: vec![self.clone()],
        }
    }
}

#[async_trait]
impl Payments for Fakes {
    async fn refund(&self, ask: &RefundAsk) -> Answer<RefundFact> {
        let reference = format!("fake_{}", ask.key);
        self.refunds
            .answer(ask.clone(), || RefundFact::Succeeded { reference })
    }

    async fn refund_status(&self, _ask: &RefundAsk, reference: &str) -> Answer<RefundFact> {
        let reference = reference.to_owned();
        self.refund_statuses
            .answer(reference.clone(), || RefundFact::Succeeded { reference })
    }

    async fn capture(&self, ask: &PaymentAsk) -> Answer<PaymentFact> {
        let captured_minor = ask.money.minor;
        self.captures
            .answer(ask.clone(), || PaymentFact::Captured { captured_minor })
    }

    async fn void(&self, ask: &PaymentAsk) -> Answer<PaymentFact> {
        self.voids.answer(ask.clone(), || PaymentFact::Voided)
    }

    async fn payment_status(&self, ask: &PaymentAsk) -> Answer<Vec<PaymentFact>> {
        self.payment_statuses.answer(ask.clone(), Vec::new)
    }

    async fn refunds_of(&self, ask: &PaymentAsk) -> Answer<Option<Vec<News>>> {
        self.payment_refunds.answer(ask.clone(), || None)
    }

    async fn movements(&self, ask: &MovementsAsk) -> Answer<Movements> {
        self.movements.answer(ask.clone(), Movements::default)
    }
}

#[async_trait]
impl Carriers for Fakes {
    async fn buy(
        &self,
        _order: &Order,
        _shipment: &Shipment,
        label: &Label,
    ) -> Answer<BoughtLabel> {
        let id = label.id.clone();
        self.labels.answer(id.clone(), || BoughtLabel {
            reference: format!("fake_{id}"),
            tracking: Tracking {
                number: format!("FAKE{}", id.as_str().to_uppercase()),
                carrier: "Fake".to_owned(),
            },
            postage: None,
            printed: None,
        })
    }

    async fn find(&self, _account: &str, label: &LabelId) -> Answer<Option<BoughtLabel>> {
        self.found_labels.answer(label.clone(), || None)
    }

    async fn void(&self, _account: &str, reference: &str) -> Answer<()> {
        self.label_voids.answer(reference.to_owned(), || ())
    }
}

#[async_trait]
impl Shops for Fakes {
    async fn tell(&self, news: &ShopNews) -> Answer<()> {
        self.news.answer(news.clone(), || ())
    }
}

#[async_trait]
impl Mail for Fakes {
    async fn send(&self, letter: &Letter) -> Answer<()> {
        self.letters.answer(letter.clone(), || ())
    }

    fn knows_repeats(&self, _letter: &Letter) -> bool {
        !self.letters_repeat.load(Ordering::Relaxed)
    }
}

impl Fakes {
    /// Lets a body of a message say this from now on; one that was never told cannot be read.
    pub fn says(&self, body: &str, word: Result<Word, Unread>) {
        let mut words = self.words.lock().expect("a test's lock");
        words.insert(body.to_owned(), word);
    }
}

impl Hook for Fakes {
    fn source(&self) -> &'static str {
        "sandbox"
    }

    /// Signed is what carries the organization's own id as its signature.
    fn check(
        &self,
        organization: &OrganizationId,
        header: &dyn Fn(&str) -> Option<String>,
        _body: &[u8],
        _now: Timestamp,
    ) -> Result<(), String> {
        match header("signature") {
            Some(signature) if signature == organization.as_str() => Ok(()),
            _ => Err("the signature does not match".to_owned()),
        }
    }

    fn read(&self, _organization: &OrganizationId, body: &str) -> Result<Word, Unread> {
        let words = self.words.lock().expect("a test's lock");
        let word = words.get(body).cloned();
        word.unwrap_or_else(|| Err(Unread::Unreadable("it cannot be read".to_owned())))
    }
}

impl Fakes {
    /// What webhooks go out by.
    pub fn outlet(self: &Arc<Self>) -> Outlet {
        Outlet {
            endpoints: self.clone(),
            bodies: self.clone(),
        }
    }

    /// Lets an endpoint answer this from now on: a status, or nothing whole for 0.
    pub fn endpoint_answers(&self, url: &str, status: u16) {
        self.endpoint_replies(url, status, None);
    }

    /// As [`endpoint_answers`](Self::endpoint_answers), and say when it wants to be asked again.
    pub fn endpoint_replies(&self, url: &str, status: u16, retry_after_s: Option<u64>) {
        let reply = Reply {
            status,
            excerpt: format!("said {status}"),
            retry_after_s,
        };
        let answer = match status {
            0 => Err("no whole answer".to_owned()),
            _ => Ok(reply),
        };
        let mut endpoints = self.endpoints.lock().expect("a test's lock");
        endpoints.insert(url.to_owned(), answer);
    }

    /// What went to endpoints since this was asked last.
    pub fn posted(&self) -> Vec<Post> {
        std::mem::take(&mut self.posts.lock().expect("a test's lock"))
    }
}

#[async_trait]
impl Endpoints for Fakes {
    fn check(&self, url: &str) -> Result<(), WebhookRefusal> {
        if url.starts_with("https://") {
            return Ok(());
        }
        Err(WebhookRefusal::UrlNotSecure)
    }

    async fn post(&self, post: &Post) -> Posted {
        self.posts.lock().expect("a test's lock").push(post.clone());
        let endpoints = self.endpoints.lock().expect("a test's lock");
        let answer = endpoints.get(&post.url).cloned();
        let fine = || {
            Ok(Reply {
                status: 200,
                ..Reply::default()
            })
        };
        Posted {
            headers: vec![("webhook-id".to_owned(), post.id.clone())],
            outcome: answer.unwrap_or_else(fine),
            took: std::time::Duration::from_millis(7),
        }
    }
}

/// Says whom and what it was asked for, in place of an order.
#[async_trait]
impl Bodies for Fakes {
    async fn check(&self, query: &str) -> Result<(), String> {
        if query.starts_with("query") {
            return Ok(());
        }
        Err("it is no query".to_owned())
    }

    fn whole(&self, _kind: WebhookType) -> &'static str {
        "query { order }"
    }

    async fn data(&self, desk: &Desk, ask: &DataAsk) -> Result<String, Untold> {
        let untold = |problem: &dyn std::fmt::Display| Untold {
            problem: problem.to_string(),
            can_retry: false,
        };
        let permit = ask.session.permit::<ViewOrders>();
        let permit = permit.map_err(|refusal| untold(&refusal))?;
        let order = crate::orders::load(desk, &permit, &ask.order_id.as_str().into()).await;
        let order = order.map_err(|failure| untold(&failure))?;
        let (version, subject, query) = (order.version, &ask.subject, &ask.query);
        Ok(serde_json::json!({"version": version, "subject": subject, "query": query}).to_string())
    }
}

#[async_trait]
impl Rates for Fakes {
    async fn quote(&self, from: Currency, to: Currency, now: Timestamp) -> Answer<Quote> {
        self.quotes.answer((from, to), || Quote {
            rate: Decimal::ONE,
            source: "fake".to_owned(),
            at: now,
        })
    }
}
