//! Telling the shop how an order stands: the whole state, so that news may be skipped or repeated (S5, C5).

use domain::actor::ActorKind;
use domain::command::Fact;
use domain::order::{Order, Sync};
use domain::refusal::Refusal;

use super::worker::{Tried, scope};
use crate::desk::Desk;
use crate::failure::Failure;
use crate::orders::{Terms, load_in, record_on};
use crate::ports::{Answer, Ports, ShopNews};
use crate::store::queue::Job;

/// How often the outcome is recorded anew because the order changed in a way the shop need not know.
const RECORD_TRIES: u32 = 5;

/// Tells the shop.
pub(super) async fn tell(desk: &Desk, ports: &Ports, job: &Job) -> Result<Tried, Failure> {
    let order = load_in(desk, &scope(job), &job.job.order_id).await?;
    if order.sync != Sync::Waiting {
        return Ok(Tried::Finished);
    }
    let Some(news) = news(&order) else {
        return Ok(Tried::Finished);
    };
    let to = match ports.shops.tell(&news).await {
        Answer::Done(()) => Sync::InStep,
        Answer::Refused(reason) => Sync::Failed { reason },
        Answer::NotNow(problem) | Answer::Unknown(problem) => return Ok(Tried::Again(problem)),
        Answer::NeedsALook(problem) => return Ok(Tried::GiveUp(problem)),
    };
    // What changed while we were telling has to be told too. Other changes, such as an e-mail that went out, only make
    // the recording try again on the version they left.
    for _ in 0..RECORD_TRIES {
        let now = load_in(desk, &scope(job), &job.job.order_id).await?;
        if self::news(&now).as_ref() != Some(&news) {
            break;
        }
        let terms = Terms {
            expected_version: Some(now.version),
            ..Terms::default()
        };
        let (id, told) = (&job.job.order_id, Fact::Sync(to.clone()));
        match record_on(desk, &scope(job), id, ActorKind::Desk, &told, &terms).await {
            Ok(_) => return Ok(Tried::Finished),
            Err(Failure::Refused(Refusal::StaleVersion { .. })) => {}
            Err(failure) => return Err(failure),
        }
    }
    let problem = "the order changed while the shop was told";
    Ok(Tried::Again(problem.to_owned()))
}

fn news(order: &Order) -> Option<ShopNews> {
    let shop = order.shop.as_ref()?;
    let canceled = order
        .cancellation
        .as_ref()
        .filter(|canceled| canceled.told_shop);
    let tracking_numbers: Vec<String> = order.tracking_numbers().map(str::to_owned).collect();
    let number = order.number.clone().filter(|_| order.number_is_ours);
    let canceled = canceled.map(|canceled| canceled.note.clone());
    let refunded = order.money(order.returned_minor());
    let stated = format!("{number:?}{tracking_numbers:?}{canceled:?}{refunded}");
    Some(ShopNews {
        key: format!("{}.{}", order.id, crate::orders::fingerprint(&stated)),
        connection: shop.connection.clone(),
        external_id: shop.external_id.clone(),
        number,
        tracking_numbers,
        canceled,
        refunded,
    })
}
