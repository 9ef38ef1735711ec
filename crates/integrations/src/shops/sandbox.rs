//! The sandbox's shop: keeps what it was told of each order, and how often.

use std::collections::HashMap;
use std::io;
use std::path::Path;
use std::sync::Arc;

use async_trait::async_trait;
use domain::money::Money;
use engine::ports::{Answer, ShopNews, Shops};
use serde::{Deserialize, Serialize};

use crate::books::{Books, Decided, Kept};
use crate::script::{Call, Misbehaviour, Script, no_answer};

/// A line of the books: what the shop was told. The names are stored: add, do not rename.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Told {
    key: String,
    connection: String,
    external_id: String,
    number: Option<String>,
    tracking_numbers: Vec<String>,
    canceled: Option<String>,
    refunded: Money,
}

impl From<ShopNews> for Told {
    fn from(news: ShopNews) -> Self {
        Self {
            key: news.key,
            connection: news.connection,
            external_id: news.external_id,
            number: news.number,
            tracking_numbers: news.tracking_numbers,
            canceled: news.canceled,
            refunded: news.refunded,
        }
    }
}

impl From<Told> for ShopNews {
    fn from(told: Told) -> Self {
        Self {
            key: told.key,
            connection: told.connection,
            external_id: told.external_id,
            number: told.number,
            tracking_numbers: told.tracking_numbers,
            canceled: told.canceled,
            refunded: told.refunded,
        }
    }
}

/// All that the shop knows.
#[derive(Default)]
struct Counter {
    last: HashMap<(String, String), Told>,
    times: HashMap<String, u64>,
}

impl Kept for Counter {
    type Entry = Told;

    fn apply(&mut self, told: Told) {
        *self.times.entry(told.key.clone()).or_default() += 1;
        let order = (told.connection.clone(), told.external_id.clone());
        self.last.insert(order, told);
    }
}

/// The shop of the sandbox; every connection leads to it.
pub struct SandboxShop {
    books: Arc<Books<Counter>>,
    script: Arc<Script>,
}

impl SandboxShop {
    pub(crate) fn open(path: &Path, script: Arc<Script>) -> io::Result<Self> {
        let books = Books::open(path)?;
        Ok(Self { books, script })
    }

    pub(crate) fn last(&self, connection: &str, external_id: &str) -> io::Result<Option<ShopNews>> {
        let order = (connection.to_owned(), external_id.to_owned());
        self.books
            .read(|counter| counter.last.get(&order).cloned().map(ShopNews::from))
    }

    pub(crate) fn times(&self, key: &str) -> io::Result<u64> {
        self.books
            .read(|counter| counter.times.get(key).copied().unwrap_or(0))
    }
}

#[async_trait]
impl Shops for SandboxShop {
    async fn tell(&self, news: &ShopNews) -> Answer<()> {
        let how = self.script.next(Call::TellShop);
        let told = Told::from(news.clone());
        let listen = move |_: &Counter| match how {
            Some(Misbehaviour::TimeOutBeforeDoing) => Decided::unchanged(how, no_answer()),
            Some(Misbehaviour::Refuse) => {
                let problem = format!(
                    "the shop does not let order {} be changed",
                    told.external_id
                );
                Decided::unchanged(how, Answer::Refused(problem))
            }
            _ => Decided {
                entries: vec![told],
                how,
                answer: Answer::Done(()),
            },
        };
        self.books.answer(listen).await
    }
}
