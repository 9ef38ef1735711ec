//! What is measured: each operation through the engine's own use cases, then the bare driver with the same rows.

use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use bordereau::demo::{DemoSize, fill, new_order};
use domain::actor::{Actor, ActorKind, By, Permission};
use domain::filter::{Filter, Sort};
use domain::ids::{OrderId, OrganizationId};
use domain::intake::NewOrder;
use domain::order::{Mode, OrderStatus};
use domain::parts::Parts;
use domain::refund::{RefundReason, RefundRequest};
use domain::search::searchable_words;
use engine::desk::{Clock, Desk, Ids};
use engine::orders::Terms;
use engine::organizations::{self, Settings};
use engine::permit::{Scope, Session};
use engine::store::Store;
use engine::store::list::Page;
use engine::transfer::export::export;
use engine::transfer::import::import;
use engine::transfer::rows::Format;
use engine::{listing, orders, refunds};
use sqlx::AnyPool;

use crate::measure::{calls, rows};
use crate::raw;
use crate::report::Report;

/// Calls a writing figure is made of.
const WRITES: u64 = 2_000;

/// Calls a reading figure is made of.
const READS: usize = 3_000;

/// Callers at once, in the figures that say so.
const CALLERS: usize = 16;

/// Orders an import and its baseline move.
const IMPORTED: u64 = 20_000;

/// One database under measurement.
struct Bench {
    desk: Desk,
    session: Arc<Session>,
    organization: OrganizationId,
    pool: AnyPool,
    begin: &'static str,
    database: &'static str,
    url: String,
    ids: Vec<OrderId>,
}

/// Fills a database and measures everything on it.
pub async fn measure_all(
    store: &Store,
    url: &str,
    database: &'static str,
    count: u64,
    report: &mut Report,
) -> Result<()> {
    store.migrate().await?;
    let desk = Desk::new(store.clone(), Clock::System, Ids::seeded(7));
    let organization = organizations::create(&desk, "Bench", Settings::default()).await?;
    let started = Instant::now();
    fill(
        &desk,
        &organization,
        DemoSize {
            orders: count,
            seed: 7,
        },
        &mut |_| {},
    )
    .await?;
    report.add(
        database,
        "fill with whole histories",
        rows(count, started.elapsed()),
        None,
    );
    let by = By {
        kind: ActorKind::Person,
        id: "bench".to_owned(),
        name: "Bench".to_owned(),
    };
    let actor = Actor {
        by,
        permissions: Permission::ALL.into_iter().collect(),
    };
    let scope = Scope {
        organization_id: organization.clone(),
        mode: Mode::Live,
    };
    let is_sqlite = database == "sqlite";
    let mut bench = Bench {
        desk,
        session: Arc::new(Session { scope, actor }),
        organization,
        pool: raw::pool(url, if is_sqlite { 1 } else { 16 }).await?,
        begin: if is_sqlite {
            "begin immediate"
        } else {
            "begin"
        },
        database,
        url: url.to_owned(),
        ids: Vec::new(),
    };
    bench.ids = bench.sample().await?;
    bench.reads(report).await?;
    bench.lists(report).await?;
    bench.creates(report).await?;
    bench.refunds(report).await?;
    bench.transfers(report).await?;
    Ok(())
}

impl Bench {
    /// The ids of orders spread over the whole list.
    async fn sample(&self) -> Result<Vec<OrderId>> {
        let permit = self.session.permit()?;
        let mut ids = Vec::new();
        let mut page = Page {
            filter: Filter::default(),
            sort: Sort::default(),
            after: None,
            limit: 500,
        };
        while ids.len() < READS {
            let rows = listing::page(&self.desk, &permit, &page).await?;
            let Some(last) = rows.last() else { break };
            page.after = Some(last.cursor.clone());
            ids.extend(rows.into_iter().map(|row| row.id));
        }
        Ok(ids)
    }

    async fn reads(&self, report: &mut Report) -> Result<()> {
        for callers in [1, CALLERS] {
            let inputs: Vec<OrderId> = self.ids.iter().cycle().take(READS).cloned().collect();
            let (desk, session) = (self.desk.clone(), self.session.clone());
            let ours = calls(inputs.clone(), callers, move |id| {
                let (desk, session) = (desk.clone(), session.clone());
                async move {
                    orders::load(&desk, &session.permit()?, &id).await?;
                    Ok(())
                }
            })
            .await?;
            let (pool, organization) = (self.readers().await?, self.organization.clone());
            let bare = calls(inputs, callers, move |id| {
                let (pool, organization) = (pool.clone(), organization.clone());
                async move { raw::document(&pool, organization.as_str(), id.as_str()).await }
            })
            .await?;
            report.add(
                self.database,
                &format!("load order, {callers} at once"),
                ours,
                Some(bare),
            );
        }
        Ok(())
    }

    /// A pool of the bare driver for reading, as large as the desk's.
    async fn readers(&self) -> Result<AnyPool> {
        raw::pool(&self.url, if self.database == "sqlite" { 4 } else { 24 }).await
    }

    async fn lists(&self, report: &mut Report) -> Result<()> {
        for (name, filters) in cases() {
            let mut inputs = Vec::new();
            for filter in filters {
                inputs.push(Page {
                    filter,
                    sort: Sort::default(),
                    after: None,
                    limit: 50,
                });
            }
            let found = self.rows_of(&inputs).await?;
            let inputs: Vec<Page> = inputs.into_iter().cycle().take(READS / 10).collect();
            let (desk, session) = (self.desk.clone(), self.session.clone());
            let ours = calls(inputs, 1, move |page| {
                let (desk, session) = (desk.clone(), session.clone());
                async move {
                    listing::page(&desk, &session.permit()?, &page).await?;
                    Ok(())
                }
            })
            .await?;
            let (pool, organization) = (self.readers().await?, self.organization.clone());
            let found: Vec<Vec<String>> = found.into_iter().cycle().take(READS / 10).collect();
            let bare = calls(found, 1, move |ids| {
                let (pool, organization) = (pool.clone(), organization.clone());
                async move { raw::by_ids(&pool, organization.as_str(), &ids, COLUMNS).await }
            })
            .await?;
            report.add(self.database, name, ours, Some(bare));
        }
        Ok(())
    }

    async fn rows_of(&self, pages: &[Page]) -> Result<Vec<Vec<String>>> {
        let permit = self.session.permit()?;
        let mut found = Vec::new();
        for page in pages {
            let rows = listing::page(&self.desk, &permit, page).await?;
            found.push(rows.into_iter().map(|row| row.id.0).collect());
        }
        Ok(found)
    }

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

    async fn creates(&mut self, report: &mut Report) -> Result<()> {
        for (round, callers) in [1, CALLERS].into_iter().enumerate() {
            let inputs = self.new_orders(WRITES, 500_000_000 + round as u64 * WRITES);
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
            let written = self.written(&ids).await?;
            let bare = self.commits(written, callers).await?;
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

    /// Everything that these orders are in the database, as another organization's.
    async fn written(&self, ids: &[OrderId]) -> Result<Vec<raw::Written>> {
        let other = organizations::create(&self.desk, "Bare", Settings::default()).await?;
        let base = self.desk.store().search_base(&other).await?;
        let mut all = Vec::with_capacity(ids.len());
        for id in ids {
            let order = orders::load(&self.desk, &self.session.permit()?, id).await?;
            let words = searchable_words(&order).join(" ");
            let position = engine::store::orders::position(&order);
            let mut written = vec![
                raw::read(&self.pool, "orders", ORDER, "id", id.as_str())
                    .await?
                    .moved(&other),
                raw::read(&self.pool, "order_events", EVENT, "order_id", id.as_str())
                    .await?
                    .moved(&other),
                raw::read(&self.pool, "order_keys", KEY, "order_id", id.as_str())
                    .await?
                    .moved(&other),
            ];
            written.push(raw::words(self.database, &other, base, position, words));
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

    async fn refunds(&self, report: &mut Report) -> Result<()> {
        let paid = self.paid().await?;
        for callers in [1, CALLERS] {
            let inputs: Vec<OrderId> = paid
                .iter()
                .cycle()
                .take(usize::try_from(WRITES)?.min(paid.len() * 4))
                .cloned()
                .collect();
            let (desk, session) = (self.desk.clone(), self.session.clone());
            let ours = calls(inputs.clone(), callers, move |id| {
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
            .await?;
            let bare = self.bare_refunds(inputs, callers).await?;
            report.add(
                self.database,
                &format!("partial refund, {callers} at once"),
                ours,
                Some(bare),
            );
        }
        Ok(())
    }

    /// What a refund commits, by the bare driver: the order's row anew, an event, a key, a job.
    async fn bare_refunds(
        &self,
        ids: Vec<OrderId>,
        callers: usize,
    ) -> Result<crate::measure::Figure> {
        let (pool, begin, organization) =
            (self.pool.clone(), self.begin, self.organization.clone());
        let numbered: Vec<(usize, OrderId)> = ids.into_iter().enumerate().collect();
        calls(numbered, callers, move |(number, id)| {
            let (pool, organization) = (pool.clone(), organization.clone());
            async move {
                let written = raw::refund_rows(&organization, id.as_str(), number, callers);
                raw::update(&pool, begin, organization.as_str(), id.as_str(), &written).await
            }
        })
        .await
    }

    /// Orders with money to return.
    async fn paid(&self) -> Result<Vec<OrderId>> {
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
        Ok(listing::page(&self.desk, &permit, &page)
            .await?
            .into_iter()
            .map(|row| row.id)
            .collect())
    }

    async fn transfers(&self, report: &mut Report) -> Result<()> {
        let lines = crate::raw::lines(IMPORTED);
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

    /// The bare driver writing the rows of imported orders, a thousand orders a transaction.
    async fn bare_import(&self, ids: &[OrderId]) -> Result<crate::measure::Figure> {
        let written = self.written(ids).await?;
        let batches = raw::batches(&written, IMPORTED, 1_000);
        let started = Instant::now();
        for batch in &batches {
            raw::commit(&self.pool, self.begin, batch).await?;
        }
        Ok(rows(IMPORTED, started.elapsed()))
    }
}

const ORDER: &str = "organization_id, id, mode, desk_number, position, version, number, customer, customer_sort, \
status, payment, is_disputed, fulfilment, fraud, guarantee, fallen_count, source, destination, attention_count, \
currency, total_minor, base_currency, total_base_minor, tags, updated_at_us, document";
const EVENT: &str = "organization_id, order_id, seq, at_us, kind, body";
const KEY: &str = "organization_id, kind, value, within, order_id";

/// What a row of the list reads.
const COLUMNS: &str = "o.id, o.number, o.desk_number, o.position, o.customer, o.customer_sort, o.status, o.payment, \
o.is_disputed, o.fulfilment, o.fraud, o.guarantee, o.source, o.destination, o.attention_count, o.currency, \
o.total_minor, o.base_currency, o.total_base_minor, o.tags";

/// Lists, filters and searches, each a few of a kind.
fn cases() -> Vec<(&'static str, Vec<Filter>)> {
    use domain::coverage::Cover;
    use domain::order::{Fulfilment, PaymentStatus, Source};
    let text = |text: &str| Filter {
        text: text.to_owned(),
        ..Filter::default()
    };
    let status = |status| Filter {
        status: vec![status],
        ..Filter::default()
    };
    vec![
        ("list, newest first", vec![Filter::default()]),
        (
            "filter, one condition",
            vec![
                status(OrderStatus::Hold),
                status(OrderStatus::Completed),
                status(OrderStatus::PaymentFailed),
                Filter {
                    destination: vec!["MX".to_owned()],
                    ..Filter::default()
                },
                Filter {
                    payment: vec![PaymentStatus::Refunded],
                    ..Filter::default()
                },
                Filter {
                    needs_attention: Some(true),
                    ..Filter::default()
                },
                Filter {
                    tag: Some("wholesale".to_owned()),
                    ..Filter::default()
                },
                Filter {
                    fraud: vec![Cover::AtRisk, Cover::Void],
                    ..Filter::default()
                },
                Filter {
                    min_base_minor: Some(150_000),
                    ..Filter::default()
                },
            ],
        ),
        (
            "filter, several conditions",
            vec![
                Filter {
                    destination: vec!["BH".to_owned(), "KW".to_owned()],
                    ..status(OrderStatus::Canceled)
                },
                Filter {
                    source: vec![Source::DutyAndTax],
                    ..status(OrderStatus::Hold)
                },
                Filter {
                    needs_attention: Some(true),
                    destination: vec!["JP".to_owned()],
                    ..Filter::default()
                },
                Filter {
                    fulfilment: vec![Fulfilment::Some],
                    tag: Some("vip".to_owned()),
                    ..Filter::default()
                },
                Filter {
                    payment: vec![PaymentStatus::Refunded],
                    ..status(OrderStatus::Open)
                },
            ],
        ),
        (
            "search",
            vec![
                text("lefevre"),
                text("S20117"),
                text("muller koln"),
                text("tent-2p"),
                text("kl"),
                text("sao paulo jo"),
            ],
        ),
        (
            "search with a filter",
            vec![
                Filter {
                    text: "paris".to_owned(),
                    ..status(OrderStatus::Hold)
                },
                Filter {
                    text: "smith".to_owned(),
                    needs_attention: Some(true),
                    ..Filter::default()
                },
            ],
        ),
    ]
}

/// How long a desk takes to answer after it is started, and how much memory it holds then.
pub async fn start_up(folder: &Path, report: &mut Report) -> Result<()> {
    let mut times = Vec::new();
    let mut resident = String::new();
    for _ in 0..5 {
        let port = std::net::TcpListener::bind("127.0.0.1:0")?
            .local_addr()?
            .port();
        let address = format!("127.0.0.1:{port}");
        let started = Instant::now();
        let mut child = Command::new(env!("CARGO_BIN_EXE_bordereau"))
            .args(["serve", "--listen", &address, "--data"])
            .arg(folder)
            .stderr(Stdio::null())
            .spawn()?;
        let deadline = started + Duration::from_secs(60);
        while Instant::now() < deadline && !raw::is_healthy(&address) {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        times.push(started.elapsed());
        tokio::time::sleep(Duration::from_secs(2)).await;
        let status = std::fs::read_to_string(format!("/proc/{}/status", child.id()))?;
        resident = status
            .lines()
            .find_map(|line| line.strip_prefix("VmRSS:"))
            .context("the kernel tells no resident memory")?
            .trim()
            .to_owned();
        child.kill()?;
        child.wait()?;
    }
    times.sort_unstable();
    report.fact(
        "start of `serve` to the first answer, median of 5",
        format!("{} ms", times[2].as_millis()),
    );
    report.fact("resident memory, idle", resident);
    let size = std::fs::metadata(env!("CARGO_BIN_EXE_bordereau"))?.len();
    report.fact("binary", format!("{} MB", size / 1_000_000));
    let file = std::fs::metadata(Store::embedded_file(folder))?.len();
    report.fact("embedded database", format!("{} MB", file / 1_000_000));
    Ok(())
}
