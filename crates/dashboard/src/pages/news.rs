//! What came since a list was shown: a few words for the script of the page, which asks while someone looks at it.

use axum::extract::RawQuery;
use domain::ids::ViewId;
use engine::listing::{MAX_NEWS, News, Shown, news};
use engine::permit::ViewOrders;
use serde::Deserialize;
use serde_json::json;

use super::orders::base_currency;
use super::query::{ListQuery, ROWS};
use crate::visitor::{Answer, Visitor};

/// What the page shows, as its script says it.
#[derive(Default, Deserialize)]
struct Asked {
    /// The newest position; empty where it is not known yet.
    #[serde(default)]
    newest: String,
    /// The desk number of each row and the version it shows: `10001.3,10002.1`.
    #[serde(default)]
    seen: String,
    /// The view that is open, and how many orders it said to keep.
    #[serde(default)]
    open: String,
    #[serde(default)]
    total: String,
}

/// Tells what came.
pub(crate) async fn show(visitor: Visitor, RawQuery(query): RawQuery) -> Answer {
    let (visitor, text) = (&visitor, query.as_deref().unwrap_or_default());
    let permit = visitor.permit::<ViewOrders>()?;
    let base = base_currency(visitor, &permit.scope().organization_id).await?;
    let asked: Asked = serde_html_form::from_str(text).unwrap_or_default();
    let rows = asked.seen.split(',').filter_map(|row| {
        let (number, version) = row.split_once('.')?;
        Some((number.parse().ok()?, version.parse().ok()?))
    });
    let most = ROWS.into_iter().max().unwrap_or_default() as usize;
    let shown = Shown {
        filter: ListQuery::parse(text).filter(base, &visitor.formats.zone),
        newest: asked.newest.parse().ok(),
        rows: rows.take(most).collect(),
        view: (!asked.open.is_empty()).then(|| ViewId(asked.open.clone())),
    };
    let found = news(&visitor.app.desk, &permit, &shown)
        .await
        .map_err(|failure| visitor.failed(&failure))?;
    let count = found.count.map(|count| visitor.formats.count(count));
    Ok(visitor.data(&json!({
        "newest": found.newest,
        "text": words(visitor, &found, &asked.total),
        "count": count,
    })))
}

/// What came, in words; nothing where nothing did.
fn words(visitor: &Visitor, found: &News, total: &str) -> String {
    let counted = |one: &str, many: &str, count: u64| {
        let more = if count == u64::from(MAX_NEWS) {
            "+"
        } else {
            ""
        };
        match count {
            0 => None,
            1 => Some(visitor.say(one, &[])),
            _ => {
                let count = format!("{}{more}", visitor.formats.count(count));
                Some(visitor.say(many, &[("count", count)]))
            }
        }
    };
    let told: Vec<String> = [
        counted("news-new-one", "news-new-many", found.arrived),
        counted("news-changed-one", "news-changed-many", found.changed),
    ]
    .into_iter()
    .flatten()
    .collect();
    // Orders that fall into the view or out of it without being on the page: its count tells.
    let is_other = found
        .count
        .is_some_and(|count| total.parse::<u64>().is_ok_and(|total| total != count));
    if told.is_empty() && is_other {
        return visitor.say("news-other", &[]);
    }
    told.join(" · ")
}
