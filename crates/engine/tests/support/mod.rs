//! A desk to test, on every database the machine has.
//!
//! Each test gets an empty database of its own with one organization. The clock stands still, ids come from a seed,
//! the outside is scripted and the worker is stepped. At the end the harness holds what must hold after any test: no
//! job is left that the test did not declare, every order is what its events make, every view counts what it keeps.

pub mod calls;
pub mod check;
pub mod import;
pub mod orders;
pub mod random;
pub mod webhooks;

use std::fmt::Debug;
use std::io::Write;
use std::panic::{AssertUnwindSafe, resume_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Once};

use domain::actor::{ActorKind, Permission};
use domain::ids::OrganizationId;
use domain::order::Mode;
use domain::refusal::Refusal;
use engine::desk::{Clock, Desk, Ids};
use engine::failure::Failure;
use engine::fakes::Fakes;
use engine::jobs::{Stepped, Worker};
use engine::organizations::{Settings, create};
use engine::permit::{Scope, Session};
use engine::store::Store;
use futures_util::FutureExt;
use sqlx::AnyPool;

pub use calls::{refund_of, request, session};

/// Where a PostgreSQL is that tests may make databases on.
const POSTGRES: &str = "BORDEREAU_TEST_POSTGRES";

/// What every test's clock says first.
pub const START: &str = "2026-03-02T09:00:00Z";

/// A desk and everything around it.
pub struct Harness {
    pub desk: Desk,
    pub clock: Clock,
    pub fakes: Arc<Fakes>,
    pub worker: Worker,
    pub organization: OrganizationId,
    pub url: String,
    raw: AnyPool,
    jobs_left: AtomicUsize,
}

/// Runs a test on SQLite, and on PostgreSQL where there is one.
pub async fn on_every_database(test: impl AsyncFn(&Harness)) {
    on_sqlite(&test).await;
    on_postgres(&test).await;
}

/// Runs a test that speaks of the embedded desk alone.
pub async fn on_sqlite(test: impl AsyncFn(&Harness)) {
    let folder = tempfile::tempdir().unwrap();
    let file = Store::embedded_file(folder.path());
    let url = format!("sqlite://{}?mode=rwc", file.display());
    run(&test, &url).await;
}

/// Runs a test that only a database server can fail.
pub async fn on_postgres(test: impl AsyncFn(&Harness)) {
    static DATABASES: AtomicUsize = AtomicUsize::new(0);
    let Ok(maintenance) = std::env::var(POSTGRES) else {
        return say_not_run();
    };
    let number = DATABASES.fetch_add(1, Ordering::SeqCst);
    let name = format!("bordereau_test_{}_{number}", std::process::id());
    sqlx::any::install_default_drivers();
    let server = one_connection(&maintenance).await;
    let make = format!("create database {name}");
    execute(&server, &make).await;
    let (address, _) = maintenance
        .rsplit_once('/')
        .expect("an address with a database");
    let url = format!("{address}/{name}");
    let outcome = AssertUnwindSafe(run(&test, &url)).catch_unwind().await;
    let drop = format!("drop database {name} with (force)");
    execute(&server, &drop).await;
    server.close().await;
    if let Err(panic) = outcome {
        resume_unwind(panic);
    }
}

/// Past the capture of test output, once: nobody should believe that both were tested when one was not.
fn say_not_run() {
    static SAID: Once = Once::new();
    SAID.call_once(|| {
        let line = format!("not run on PostgreSQL: {POSTGRES} is not set\n");
        std::io::stderr().write_all(line.as_bytes()).unwrap();
    });
}

async fn one_connection(url: &str) -> AnyPool {
    let options = sqlx::any::AnyPoolOptions::new().max_connections(1);
    options.connect(url).await.unwrap()
}

async fn execute(pool: &AnyPool, statement: &str) {
    let statement = sqlx::AssertSqlSafe(statement.to_owned());
    sqlx::query(statement).execute(pool).await.unwrap();
}

async fn run(test: &impl AsyncFn(&Harness), url: &str) {
    let harness = Harness::open(url).await;
    Box::pin(test(&harness)).await;
    harness.close().await;
}

impl Harness {
    async fn open(url: &str) -> Self {
        let store = Store::open(url).await.unwrap();
        store.migrate().await.unwrap();
        let clock = Clock::set_to(START.parse().unwrap());
        let fakes = Arc::new(Fakes::default());
        let desk = Desk::new(store, clock.clone(), Ids::seeded(7)).telling(fakes.outlet());
        let organization = create(&desk, "First", Settings::default()).await.unwrap();
        let worker = Worker::new(desk.clone(), fakes.ports());
        let raw = one_connection(url).await;
        let (url, jobs_left) = (url.to_owned(), AtomicUsize::new(0));
        Self {
            desk,
            clock,
            fakes,
            worker,
            organization,
            url,
            raw,
            jobs_left,
        }
    }

    async fn close(self) {
        let left = check::count(&self.raw, "jobs").await;
        let declared = self.jobs_left.load(Ordering::SeqCst);
        assert_eq!(
            left, declared,
            "jobs are left in the queue that the test did not declare"
        );
        check::documents_and_counts(&self).await;
        self.raw.close().await;
        self.desk.store().close().await;
    }

    /// Says that so many jobs stay in the queue, parked or put back.
    pub fn leaves_jobs(&self, count: usize) {
        self.jobs_left.store(count, Ordering::SeqCst);
    }

    /// A connection of the test's own, for looking at rows.
    pub fn raw(&self) -> &AnyPool {
        &self.raw
    }

    pub fn is_sqlite(&self) -> bool {
        self.url.starts_with("sqlite")
    }

    pub fn scope(&self) -> Scope {
        self.scope_of(Mode::Live)
    }

    pub fn scope_of(&self, mode: Mode) -> Scope {
        let organization_id = self.organization.clone();
        Scope {
            organization_id,
            mode,
        }
    }

    /// Someone who may do everything to live orders.
    pub fn admin(&self) -> Session {
        session(self.scope(), ActorKind::Person, &Permission::ALL)
    }

    /// What a failed call must leave as it was: every table's rows, and what the outside was asked.
    pub async fn traces(&self) -> Vec<(&'static str, usize)> {
        check::traces(&self.raw, &self.fakes).await
    }

    /// The failure of a call that must leave no trace.
    pub async fn failure<T: Debug>(
        &self,
        call: impl Future<Output = Result<T, Failure>>,
    ) -> Failure {
        let before = self.traces().await;
        let failure = call.await.expect_err("the call should fail");
        let after = self.traces().await;
        assert_eq!(
            after, before,
            "a call that fails writes, sends and enqueues nothing"
        );
        failure
    }

    /// The refusal of a call, which must leave no trace.
    pub async fn refusal<T: Debug>(
        &self,
        call: impl Future<Output = Result<T, Failure>>,
    ) -> Refusal {
        match self.failure(call).await {
            Failure::Refused(refusal) => refusal,
            other => panic!("not a refusal: {other}"),
        }
    }

    /// Does all that is due.
    pub async fn drain(&self) -> Stepped {
        self.worker.drain().await.unwrap()
    }

    /// Lets the next try of what was put back come.
    pub fn wait(&self) {
        self.clock.advance_s(8 * 3600);
    }

    /// Does all that is due, and what was put back meanwhile.
    pub async fn settle(&self) {
        self.drain().await;
        self.wait();
        self.drain().await;
    }

    pub async fn step(&self) -> Stepped {
        self.worker.step().await.unwrap()
    }
}
