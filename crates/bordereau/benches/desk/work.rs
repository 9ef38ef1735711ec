//! What is measured first: reading and listing. Each operation through the engine's own use cases, then the bare driver with the same rows.

use std::sync::Arc;
use std::time::Instant;

use anyhow::Result;
use bordereau::demo::{DemoSize, fill};
use domain::actor::{Actor, ActorKind, By, Permission};
use domain::filter::{Filter, Sort};
use domain::ids::{OrderId, OrganizationId};
use domain::order::Mode;
use engine::desk::{Clock, Desk, Ids};
use engine::organizations::{self, Settings};
use engine::permit::{Scope, Session};
use engine::store::Store;
use engine::store::list::Page;
use engine::{listing, orders};
use sqlx::AnyPool;

use crate::cases::{cases, sorted_cases};
use crate::measure::{calls, rows};
use crate::raw;
use crate::report::Report;

/// Calls a reading figure is made of.
const READS: usize = 3_000;

/// Callers at once, in the figures that say so.
pub const CALLERS: usize = 16;

/// One database under measurement.
pub struct Bench {
    pub desk: Desk,
    pub session: Arc<Session>,
    pub organization: OrganizationId,
    pub pool: AnyPool,
    pub begin: &'static str,
    pub database: &'static str,
    pub url: String,
    pub ids: Vec<OrderId>,
    /// What numbers and identifiers of this run begin with, so that a desk can be measured again.
    pub run: u64,
}

/// What is to be measured.
#[derive(Clone, Copy)]
pub struct Wanted<'a> {
    /// Orders in the database.
    pub orders: u64,
    /// Some parts; everything where none is named.
    pub parts: &'a [String],
}

/// Fills a database and measures it.
pub async fn measure(
    store: &Store,
    url: &str,
    database: &'static str,
    wanted: Wanted<'_>,
    report: &mut Report,
) -> Result<()> {
    store.migrate().await?;
    let desk = Desk::new(store.clone(), Clock::System, Ids::seeded(7));
    let known = store.organizations().await?;
    let organization = match known.into_iter().find(|(_, name)| name == "Bench") {
        Some((organization, _)) => organization,
        None => filled(&desk, database, wanted.orders, report).await?,
    };
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
        run: u64::try_from(Clock::System.now().as_second())?,
    };
    bench.ids = bench.sample().await?;
    bench.parts(wanted.parts, report).await
}

/// A new organization with so many orders.
async fn filled(
    desk: &Desk,
    database: &'static str,
    count: u64,
    report: &mut Report,
) -> Result<OrganizationId> {
    let organization = organizations::create(desk, "Bench", Settings::default()).await?;
    let started = Instant::now();
    let size = DemoSize {
        orders: count,
        seed: 7,
    };
    fill(desk, &organization, size, &mut |_| {}).await?;
    report.add(
        database,
        "fill with whole histories",
        rows(count, started.elapsed()),
        None,
    );
    Ok(organization)
}

impl Bench {
    /// Measures what is wanted of everything there is.
    async fn parts(&mut self, wanted: &[String], report: &mut Report) -> Result<()> {
        let is_wanted = |part: &str| wanted.is_empty() || wanted.iter().any(|one| one == part);
        if is_wanted("reads") {
            self.reads(report).await?;
        }
        if is_wanted("lists") {
            self.lists(report).await?;
        }
        if is_wanted("pages") {
            crate::http::pages(self, report).await?;
        }
        if is_wanted("api") {
            crate::api::operations(self, report).await?;
        }
        if is_wanted("writes") {
            self.creates(report).await?;
            self.refunds(report).await?;
        }
        if is_wanted("settling") {
            self.settling(report).await?;
        }
        if is_wanted("queue") {
            self.queue(report).await?;
        }
        if is_wanted("webhooks") {
            self.told(report).await?;
        }
        if is_wanted("transfers") {
            self.transfers(report).await?;
        }
        Ok(())
    }

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
    pub async fn readers(&self) -> Result<AnyPool> {
        raw::pool(&self.url, if self.database == "sqlite" { 4 } else { 24 }).await
    }

    async fn lists(&self, report: &mut Report) -> Result<()> {
        let by_date = cases()
            .into_iter()
            .map(|(name, filters)| (name, Sort::default(), filters));
        for (name, sort, filters) in by_date.chain(sorted_cases()) {
            let mut inputs = Vec::new();
            for filter in filters {
                inputs.push(Page {
                    filter,
                    sort,
                    after: None,
                    limit: 50,
                });
            }
            let found = self.rows_of(&inputs).await?;
            self.tell_slowest(&inputs).await?;
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

    /// Tells which of several pages takes longest, which is where to look next.
    async fn tell_slowest(&self, pages: &[Page]) -> Result<()> {
        let permit = self.session.permit()?;
        let mut slowest = (std::time::Duration::ZERO, String::new());
        for page in pages {
            let started = Instant::now();
            listing::page(&self.desk, &permit, page).await?;
            let filter = serde_json::to_string(&page.filter)?;
            slowest = slowest.max((started.elapsed(), filter));
        }
        eprintln!("  slowest: {:.2?} {}", slowest.0, slowest.1);
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
}

/// What a row of the list reads.
pub const COLUMNS: &str = "o.id, o.number, o.desk_number, o.position, o.customer, o.customer_sort, o.facets, \
o.destination, o.attention_count, o.currency, o.total_minor, o.base_currency, o.total_base_minor, o.tags";
