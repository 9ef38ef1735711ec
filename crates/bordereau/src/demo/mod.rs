//! The demo: an organization with believable orders, the same for the same seed, and people to look at them with.

mod generate;
mod goods;
mod history;
mod places;
mod teller;

use std::path::Path;

use anyhow::{Context as _, Result};
use domain::actor::Permission;
use domain::command::Decision;
use domain::ids::{JobId, OrderId, OrganizationId};
use domain::intake::Placement;
use domain::money::Currency;
use domain::order::Mode;
use domain::policy::Policies;
use engine::desk::{Clock, Desk, Ids};
use engine::jobs::jobs_of;
use engine::organizations::{self, Settings};
use engine::people::{self, ADMIN, MEMBER, NewPerson};
use engine::store::insert::Batch;
use engine::{keys, store::Store};
use jiff::Timestamp;
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use serde::{Deserialize, Serialize};

/// When the demo's newest order was placed: fixed, so that the same seed gives the same desk on any day.
const NEWEST: &str = "2026-11-20T16:00:00Z";

/// Orders a day, at least; a larger demo reaches further back and has busier days.
const ORDERS_A_DAY: u64 = 60;

/// Days the largest demo reaches back.
const MAX_DAYS: u64 = 730;

/// Orders written at once.
const BATCH: u64 = 1_000;

/// One in so many orders is a test order.
const TEST_ORDER: u64 = 30;

/// How to sign in to the demo and call its API; `demo.json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DemoFile {
    /// Where it is served.
    pub url: String,
    /// Who can sign in.
    pub people: DemoPeople,
    /// API keys.
    pub credentials: DemoCredentials,
}

/// Who can sign in to the demo.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DemoPeople {
    /// May do everything.
    pub admin: DemoPerson,
    /// Orders and catalogue.
    pub member: DemoPerson,
    /// Operator support.
    pub support: DemoPerson,
}

/// Someone who can sign in to the demo.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DemoPerson {
    /// Their address.
    pub email: String,
    /// Their password, drawn from the seed.
    pub password: String,
}

/// API keys of the demo.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DemoCredentials {
    /// Sees live orders.
    pub live: String,
    /// Sees test orders.
    pub test: String,
}

/// How large the demo is, and which.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DemoSize {
    /// How many orders.
    pub orders: u64,
    /// The same seed gives the same desk.
    pub seed: u64,
}

/// Makes the demo in an empty database, telling how many orders there are so far.
///
/// # Errors
/// The database.
pub async fn make(
    store: &Store,
    url: &str,
    size: DemoSize,
    told: &mut dyn FnMut(u64),
) -> Result<DemoFile> {
    let newest: Timestamp = NEWEST.parse().context("the demo's newest order")?;
    let desk = Desk::new(store.clone(), Clock::set_to(newest), Ids::seeded(size.seed));
    let settings = Settings {
        policies: policies(),
        ..Settings::default()
    };
    let organization = organizations::create(&desk, "Alpine Supply", settings).await?;
    let people = DemoPeople {
        admin: person(
            &desk,
            "ada@demo.example",
            "Ada Admin",
            Some((&organization, ADMIN)),
        )
        .await?,
        member: person(
            &desk,
            "max@demo.example",
            "Max Member",
            Some((&organization, MEMBER)),
        )
        .await?,
        support: person(&desk, "sam@operator.example", "Sam Support", None).await?,
    };
    let all = || Permission::ALL.into_iter().collect();
    let (_, live) = keys::create(&desk, &organization, Mode::Live, "Demo live", all()).await?;
    let (_, test) = keys::create(&desk, &organization, Mode::Test, "Demo test", all()).await?;
    fill(&desk, &organization, size, told).await?;
    Ok(DemoFile {
        url: url.to_owned(),
        people,
        credentials: DemoCredentials { live, test },
    })
}

/// An order as the demo's shop sends it, for the benchmark to take in one by one.
pub fn new_order(seed: u64, index: u64, placed_at: Timestamp) -> domain::intake::NewOrder {
    let mut rng = StdRng::seed_from_u64(seed.wrapping_mul(1_000_003).wrapping_add(index));
    generate::order(&mut rng, index, placed_at)
}

/// What the demo's organization asks: members return so much by themselves in the currencies it sells most in.
fn policies() -> Policies {
    let limits = [
        ("EUR", 4_000),
        ("GBP", 4_000),
        ("CAD", 5_000),
        ("JPY", 6_000),
    ];
    let limit = |(code, minor)| Some((Currency::parse(code).ok()?, minor));
    let of_members = limits.into_iter().filter_map(limit).collect();
    Policies {
        approval_above_minor: [(MEMBER.to_owned(), of_members)].into(),
        ..Policies::default()
    }
}

/// Where the demo's `demo.json` is.
pub fn file_in(data: &Path) -> std::path::PathBuf {
    data.join("demo.json")
}

async fn person(
    desk: &Desk,
    email: &str,
    name: &str,
    membership: Option<(&OrganizationId, &str)>,
) -> Result<DemoPerson> {
    let password = desk.ids().fresh("demo-", desk.now());
    // The end of an identifier is its random part.
    let password = format!("demo-{}", &password[password.len() - 10..]);
    let new = NewPerson {
        email: email.to_owned(),
        name: name.to_owned(),
        password: password.clone(),
        is_support: membership.is_none(),
    };
    people::add(desk, new, membership).await?;
    Ok(DemoPerson {
        email: email.to_owned(),
        password,
    })
}

/// Fills an organization with orders, oldest first; used by the demo and by the benchmark.
///
/// # Errors
/// The database; a story that the rules refuse.
pub async fn fill(
    desk: &Desk,
    organization: &OrganizationId,
    size: DemoSize,
    told: &mut dyn FnMut(u64),
) -> Result<()> {
    let mut first = 0;
    let mut writing: Option<Batch> = None;
    while first < size.orders {
        let count = BATCH.min(size.orders - first);
        let desk_number = desk.store().take_desk_numbers(organization, count).await?;
        let (desk_too, organization_too) = (desk.clone(), organization.clone());
        let making = tokio::task::spawn_blocking(move || {
            let range = Range {
                organization: organization_too,
                first,
                count,
                desk_number,
                size,
            };
            batch(&desk_too, &range)
        });
        // The batch before is written while this one is made.
        let (made, ()) =
            tokio::try_join!(async { making.await.context("the demo's maker") }, async {
                match writing.take() {
                    Some(batch) => desk
                        .store()
                        .insert_batch(batch)
                        .await
                        .context("writing the demo"),
                    None => Ok(()),
                }
            })?;
        writing = Some(made?);
        first += count;
        told(first);
    }
    if let Some(batch) = writing {
        desk.store()
            .insert_batch(batch)
            .await
            .context("writing the demo")?;
    }
    desk.store().analyze().await?;
    Ok(())
}

/// Which orders of which demo.
struct Range {
    organization: OrganizationId,
    first: u64,
    count: u64,
    desk_number: u64,
    size: DemoSize,
}

fn batch(desk: &Desk, range: &Range) -> Result<Batch> {
    let (mut decisions, mut jobs) = (Vec::new(), Vec::new());
    for offset in 0..range.count {
        let (decision, waits) = order(desk, range, offset)?;
        if waits {
            jobs.extend(jobs_of(&decision, || {
                JobId(desk.ids().fresh(JobId::PREFIX, desk.now()))
            }));
        }
        decisions.push(decision);
    }
    Ok(Batch::of(&range.organization, decisions, Vec::new(), jobs)?)
}

fn order(desk: &Desk, range: &Range, offset: u64) -> Result<(Decision, bool)> {
    let index = range.first + offset;
    let mut rng =
        StdRng::seed_from_u64(range.size.seed.wrapping_mul(1_000_003).wrapping_add(index));
    let placed_at = placed_at(&mut rng, index, range.size.orders);
    let new = generate::order(&mut rng, index, placed_at);
    let mode = if index % TEST_ORDER == TEST_ORDER - 1 {
        Mode::Test
    } else {
        Mode::Live
    };
    let placement = Placement {
        id: OrderId(desk.ids().fresh(OrderId::PREFIX, placed_at)),
        organization_id: range.organization.clone(),
        mode,
        desk_number: range.desk_number + offset,
        fees: Settings::default().fees,
        capture: Settings::default().capture,
    };
    let told = history::tell(&mut rng, new, placement, desk.now());
    told.with_context(|| format!("the demo's order {index} could not be told"))
}

/// When the order was placed: evenly spread up to the newest, with a little disorder.
fn placed_at(rng: &mut StdRng, index: u64, orders: u64) -> Timestamp {
    const DAY_S: u64 = 86_400;
    let days = (orders / ORDERS_A_DAY).clamp(1, MAX_DAYS);
    let step_s = days * DAY_S / orders.max(1);
    let back_s = (orders - index) * step_s + rng.random_range(0..step_s.max(1) * 2);
    let newest: Timestamp = NEWEST.parse().unwrap_or_default();
    let back = jiff::SignedDuration::from_secs(i64::try_from(back_s).unwrap_or(0));
    newest.checked_sub(back).unwrap_or(newest)
}
