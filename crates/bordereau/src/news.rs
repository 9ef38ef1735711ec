//! What the sandbox's payment provider says by itself: a refund that failed days after it succeeded, a success told
//! twice. A real provider says it by webhook; the sandbox is asked every few seconds.

use std::time::Duration;

use anyhow::Result;
use domain::ids::OrderId;
use domain::order::Mode;
use engine::desk::Desk;
use engine::permit::Scope;
use engine::refunds;
use integrations::Sandbox;
use tokio::sync::watch;

/// How often the sandbox is asked.
const EVERY: Duration = Duration::from_secs(5);

/// Listens until told to stop.
pub async fn listen(desk: Desk, sandbox: Sandbox, mut stop: watch::Receiver<bool>) {
    while !*stop.borrow() {
        if let Err(error) = once(&desk, &sandbox).await {
            tracing::error!(%error, "the sandbox's news could not be taken in; they are told again");
        }
        tokio::select! {
            _ = stop.changed() => {}
            () = tokio::time::sleep(EVERY) => {}
        }
    }
}

/// Takes in what is new; what was taken in is not told again.
async fn once(desk: &Desk, sandbox: &Sandbox) -> Result<()> {
    let (asked, now) = (sandbox.clone(), desk.now());
    let news = tokio::task::spawn_blocking(move || asked.due_news(now)).await??;
    for one in news {
        let order = OrderId(one.order_id.clone());
        for (organization_id, _) in desk.store().organizations().await? {
            for mode in [Mode::Live, Mode::Test] {
                let scope = Scope {
                    organization_id: organization_id.clone(),
                    mode,
                };
                refunds::heard(desk, &scope, &order, &one.key, one.fact.clone()).await?;
            }
        }
        let (told, key) = (sandbox.clone(), one.key);
        tokio::task::spawn_blocking(move || told.heard(&key)).await??;
    }
    Ok(())
}
