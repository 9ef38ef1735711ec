//! Taking orders in, refunding, importing and exporting, each beside the bare driver with the same rows.

use std::sync::Arc;
use std::time::Instant;

use anyhow::Result;
use bordereau::demo::new_order;
use domain::filter::{Filter, Sort};
use domain::ids::OrderId;
use domain::intake::NewOrder;
use domain::order::OrderStatus;
use domain::parts::Parts;
use domain::refund::{RefundReason, RefundRequest};
use domain::search::searchable_words;
use engine::orders::Terms;
use engine::store::list::Page;
use engine::transfer::export::export;
use engine::transfer::import::import;
use engine::transfer::rows::Format;
use engine::{listing, orders, refunds};

use crate::measure::{calls, rows};
use crate::report::Report;
use crate::work::{Bench, CALLERS, COLUMNS};
use crate::{made, raw};

/// Calls a writing figure is made of.
const WRITES: u64 = 2_000;

/// Orders an import and its baseline move.
const IMPORTED: u64 = 20_000;

/// What is left of an order's goods, so that every refund of it in a run finds something.
const ENOUGH_MINOR: i64 = 500;

const ORDER: &str = "organization_id, id, mode, desk_number, position, customer_sort, facets, destination, \
total_base_minor, version, number, customer, attention_count, currency, total_minor, base_currency, tags, words, \
updated_at_us, document";
const EVENT: &str = "organization_id, order_id, seq, at_us, kind, body";
const KEY: &str = "organization_id, kind, value, within, order_id";
const JOB: &str = "organization_id, id, kind, mode, order_id, subject, state, due_at_us, attempts, lease, problem, \
created_at_us";
const ANSWER: &str = "organization_id, key, fingerprint, order_id, version, created_at_us";

impl Bench {
    /// New orders that nobody has taken in yet.
    fn new_orders(&self, count: u64, from: u64) -> Vec<NewOrder> {
        (0..count)
            .map(|index| {
                let mut new = new_order(7, from + index, self.desk.now());
                new.number = Some(format!("B{}", from + index));
                new
            })
            .collect()
    }

    pub async fn creates(&mut self, report: &mut Report) -> Result<()> {
        for (round, callers) in [1, CALLERS].into_iter().enumerate() {
            let inputs = self.new_orders(WRITES, self.run * 10_000 + round as u64 * WRITES);
            let taken = Arc::new(std::sync::Mutex::new(Vec::new()));
            let (desk, session, ids) = (self.desk.clone(), self.session.clone(), taken.clone());
            let ours = calls(inputs, callers, move |new| {
                let (desk, session, ids) = (desk.clone(), session.clone(), ids.clone());
                async move {
                    let order = orders::take(&desk, &session.permit()?, new, None).await?;
                    ids.lock().expect("nobody panics").push(order.id);
                    Ok(())
                }
            })
            .await?;
            let ids = taken.lock().expect("nobody panics").clone();
            let bare = self.bare_creates(&ids, callers).await?;
            report.add(
                self.database,
                &format!("create order, {callers} at once"),
                ours,
                Some(bare),
            );
            self.ids = ids;
        }
        Ok(())
    }

    /// What taking these orders in wrote, written again by the bare driver.
    pub async fn bare_creates(
        &self,
        ids: &[OrderId],
        callers: usize,
    ) -> Result<crate::measure::Figure> {
        let written = self.written(ids).await?;
        let copies = (0..).zip(&written).map(|(n, one)| made::copy(one, n));
        let copies: Vec<raw::Written> = copies.collect();
        let bare = self.commits(copies.clone(), callers).await?;
        raw::remove(&self.pool, self.begin, &copies).await?;
        Ok(bare)
    }

    /// Everything that these orders are in the database.
    async fn written(&self, ids: &[OrderId]) -> Result<Vec<raw::Written>> {
        let organization = &self.organization;
        let base = self.desk.store().search_base(organization).await?;
        let mut all = Vec::with_capacity(ids.len());
        let mut tables = Vec::new();
        for table in [
            ("orders", ORDER, "id"),
            ("order_events", EVENT, "order_id"),
            ("order_keys", KEY, "order_id"),
            ("jobs", JOB, "order_id"),
            ("idempotency", ANSWER, "order_id"),
        ] {
            tables.push(raw::read(&self.pool, organization.as_str(), table, ids).await?);
        }
        let filters = raw::filters(&self.pool, organization.as_str()).await?;
        for id in ids {
            let order = orders::load(&self.desk, &self.session.permit()?, id).await?;
            let words = searchable_words(&order).join(" ");
            let position = engine::store::orders::position(&order);
            let mut written: raw::Written = tables
                .iter()
                .filter_map(|table| table.get(id.as_str()).cloned())
                .collect();
            written.push(made::tags(&order, &written[0]));
            written.push(made::counts(organization, &order, &filters));
            written.push(made::words(
                self.database,
                organization,
                base,
                position,
                words,
            ));
            all.push(written);
        }
        Ok(all)
    }

    async fn commits(
        &self,
        written: Vec<raw::Written>,
        callers: usize,
    ) -> Result<crate::measure::Figure> {
        let (pool, begin) = (self.pool.clone(), self.begin);
        calls(written, callers, move |written| {
            let pool = pool.clone();
            async move { raw::commit(&pool, begin, &written).await }
        })
        .await
    }

    pub async fn refunds(&self, report: &mut Report) -> Result<()> {
        let paid = self.paid().await?;
        for callers in [1, CALLERS] {
            let inputs: Vec<OrderId> = paid
                .iter()
                .cycle()
                .take(usize::try_from(WRITES)?.min(paid.len() * 4))
                .cloned()
                .collect();
            let ours = self.request_refunds(inputs.clone(), callers).await?;
            let bare = self.bare_refunds(inputs, callers, callers).await?;
            report.add(
                self.database,
                &format!("partial refund, {callers} at once"),
                ours,
                Some(bare),
            );
        }
        Ok(())
    }

    /// Asks for a refund of one minor unit of each of these orders.
    pub async fn request_refunds(
        &self,
        inputs: Vec<OrderId>,
        callers: usize,
    ) -> Result<crate::measure::Figure> {
        let (desk, session) = (self.desk.clone(), self.session.clone());
        calls(inputs, callers, move |id| {
            let (desk, session) = (desk.clone(), session.clone());
            async move {
                let request = RefundRequest {
                    id: refunds::new_id(&desk),
                    parts: Parts {
                        item_minor: 1,
                        ..Parts::default()
                    },
                    items: Vec::new(),
                    reason: RefundReason::OrderChange,
                    note: String::new(),
                    notify: false,
                };
                refunds::request(&desk, &session.permit()?, &id, request, &Terms::default())
                    .await?;
                Ok(())
            }
        })
        .await
    }

    /// What a refund commits, by the bare driver: the order's row anew, an event, a key, a job. Each round of a run below
    /// a hundred has keys of its own.
    pub async fn bare_refunds(
        &self,
        ids: Vec<OrderId>,
        callers: usize,
        round: usize,
    ) -> Result<crate::measure::Figure> {
        let (pool, begin, organization) =
            (self.pool.clone(), self.begin, self.organization.clone());
        let run = usize::try_from(self.run)? * 100;
        let numbered: Vec<(usize, OrderId)> = ids.into_iter().enumerate().collect();
        calls(numbered, callers, move |(number, id)| {
            let (pool, organization) = (pool.clone(), organization.clone());
            async move {
                let written = made::refund_rows(&organization, id.as_str(), number, run + round);
                raw::update(&pool, begin, organization.as_str(), id.as_str(), &written).await
            }
        })
        .await
    }

    /// Orders with money to return.
    pub async fn paid(&self) -> Result<Vec<OrderId>> {
        let permit = self.session.permit()?;
        let filter = Filter {
            payment: vec![domain::order::PaymentStatus::Paid],
            source: vec![domain::order::Source::Checkout],
            is_disputed: Some(false),
            status: vec![OrderStatus::Open, OrderStatus::Completed],
            ..Filter::default()
        };
        let page = Page {
            filter,
            sort: Sort::default(),
            after: None,
            limit: 500,
        };
        let mut paid = Vec::new();
        for row in listing::page(&self.desk, &permit, &page).await? {
            let order = orders::load(&self.desk, &permit, &row.id).await?;
            if order.left().item_minor >= ENOUGH_MINOR {
                paid.push(row.id);
            }
        }
        Ok(paid)
    }

    pub async fn transfers(&self, report: &mut Report) -> Result<()> {
        let lines = made::lines(self.run, IMPORTED);
        let permit = self.session.permit()?;
        let started = Instant::now();
        let done = import(
            &self.desk,
            &permit,
            Format::JsonLines,
            std::io::Cursor::new(lines),
            &mut |reject| {
                eprintln!("{reject:?}");
                Ok(())
            },
            &mut |_| {},
        )
        .await?;
        let ours = rows(done.created, started.elapsed());
        let filter = Filter {
            text: "import".to_owned(),
            ..Filter::default()
        };
        let page = Page {
            filter,
            sort: Sort::default(),
            after: None,
            limit: 500,
        };
        let found = listing::page(&self.desk, &self.session.permit()?, &page).await?;
        let ids: Vec<OrderId> = found.into_iter().map(|row| row.id).collect();
        let bare = self.bare_import(&ids).await?;
        report.add(self.database, "import JSON lines", ours, Some(bare));

        let started = Instant::now();
        let mut sink = std::io::sink();
        let filter = Filter::default();
        let count = export(
            &self.desk,
            &self.session.permit()?,
            Format::Csv,
            &filter,
            &mut sink,
            &mut |_| {},
        )
        .await?;
        let ours = rows(count, started.elapsed());
        let pool = self.readers().await?;
        let started = Instant::now();
        let count = raw::stream(&pool, self.organization.as_str(), COLUMNS).await?;
        report.add(
            self.database,
            "export CSV",
            ours,
            Some(rows(count, started.elapsed())),
        );
        Ok(())
    }

    /// The fastest driver of each database writing the rows of imported orders, a thousand orders a transaction.
    async fn bare_import(&self, ids: &[OrderId]) -> Result<crate::measure::Figure> {
        let written = self.written(ids).await?;
        let batches = made::batches(&written, IMPORTED, 1_000);
        let started = Instant::now();
        if self.database == "sqlite" {
            let (url, batches) = (self.url.clone(), batches.clone());
            tokio::task::spawn_blocking(move || raw::commit_to_file(&url, &batches)).await??;
        } else {
            for batch in &batches {
                raw::commit(&self.pool, self.begin, batch).await?;
            }
        }
        let figure = rows(IMPORTED, started.elapsed());
        raw::remove(&self.pool, self.begin, &batches).await?;
        Ok(figure)
    }
}
