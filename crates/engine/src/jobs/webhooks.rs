//! Tells webhooks what they are told: endpoint by endpoint, each served by one worker at a time, so that a slow or dead
//! one holds up no other. While an endpoint answers, many orders' messages are on their way to it at once; when it does
//! not, one at a time is sent to see whether it does again, with growing waits.

mod endpoint;
mod standing;

use domain::ids::OrganizationId;
use futures_util::future::join_all;
use tokio::sync::watch;

use self::endpoint::Endpoint;
use super::later;
use super::running::Running;
use super::worker::IDLE;
use crate::desk::Desk;
use crate::outlet::Outlet;
use crate::store::StoreError;

/// How many endpoints of an organization are claimed at once by a step of a test.
const CLAIMED: u32 = 16;

/// How long a claimed endpoint is nobody else's, in seconds: longer than it is served, and one round beyond.
const LEASE_S: i64 = 60;

/// What one step told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ToldNow {
    /// Messages that arrived.
    pub arrived: usize,
    /// Tries that did not.
    pub failed: usize,
    /// Messages that a person has to look at.
    pub parked: usize,
}

impl ToldNow {
    fn add(&mut self, other: Self) {
        self.arrived += other.arrived;
        self.failed += other.failed;
        self.parked += other.parked;
    }
}

/// Tells what is due now, until nothing is.
pub(super) async fn tell(desk: &Desk) -> Result<ToldNow, StoreError> {
    let (mut all, mut after) = (ToldNow::default(), String::new());
    let Some(outlet) = desk.outlet() else {
        return Ok(all);
    };
    while let Some(organization) = desk.store().next_with_webhooks(&after, desk.now()).await? {
        let endpoints = claim(desk, outlet, &organization, CLAIMED).await?;
        for told in join_all(endpoints.iter().map(Endpoint::serve)).await {
            all.add(told?);
        }
        // One that was let go between two messages has more; who has none comes no more.
        if endpoints.is_empty() {
            after = organization.0;
        }
    }
    Ok(all)
}

/// Tells webhooks until `stop` says so; what is on its way then is waited for.
pub(super) async fn run(desk: Desk, mut stop: watch::Receiver<bool>) {
    let Some(outlet) = desk.outlet().cloned() else {
        return;
    };
    let mut running = Running::default();
    while !*stop.borrow() {
        let bell = desk.webhook_bell().notified();
        match begin(&desk, &outlet, &mut running).await {
            Ok(begun) if begun > 0 => continue,
            Ok(_) => {}
            Err(error) => tracing::error!(%error, "what webhooks are told could not be read"),
        }
        tokio::select! {
            changed = stop.changed() => {
                // Whoever could say so is gone.
                if changed.is_err() {
                    break;
                }
            }
            () = running.one_ended(), if running.is_busy() => {}
            () = bell => {}
            () = tokio::time::sleep(IDLE) => {}
        }
    }
    while running.is_busy() {
        running.one_ended().await;
    }
}

/// Begins to serve the endpoints that have something due, as far as there is room; how many that are.
async fn begin(desk: &Desk, outlet: &Outlet, running: &mut Running) -> Result<usize, StoreError> {
    let (mut begun, mut after) = (0, String::new());
    while let Some(organization) = desk.store().next_with_webhooks(&after, desk.now()).await? {
        let room = running.room(&organization);
        if room > 0 && !running.is_full() {
            for endpoint in claim(desk, outlet, &organization, room).await? {
                begun += 1;
                running.add(organization.clone(), async move {
                    if let Err(error) = endpoint.serve().await {
                        tracing::error!(webhook = %endpoint.id, %error, "an endpoint could not be served; it comes back");
                    }
                });
            }
        }
        after = organization.0;
    }
    Ok(begun)
}

async fn claim(
    desk: &Desk,
    outlet: &Outlet,
    organization: &OrganizationId,
    limit: u32,
) -> Result<Vec<Endpoint>, StoreError> {
    let now = desk.now();
    let lease = desk.ids().fresh("lease_", now);
    let until = later(now, LEASE_S);
    let claimed = desk.store();
    let claimed = claimed
        .claim_webhooks(organization, now, until, &lease, limit)
        .await?;
    let endpoint = |id| Endpoint {
        desk: desk.clone(),
        outlet: outlet.clone(),
        organization: organization.clone(),
        id,
        lease: lease.clone(),
    };
    Ok(claimed.into_iter().map(endpoint).collect())
}
