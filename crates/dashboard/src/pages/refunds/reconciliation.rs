//! Reconciliation: our books against the payment provider's for a period, on a page and as a file.

use axum::extract::Query;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use domain::money::Money;
use domain::reconcile::{Period, Row};
use engine::permit::ViewReports;
use engine::reconcile::{NoReport, Reconciled, csv_of, reconcile};
use jiff::ToSpan;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::visitor::{Answer, Visitor};

/// The most orders whose books differ that a page shows; the file has all.
const ROWS: usize = 200;

/// The days of the report, both of them in it.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
pub(super) struct Days {
    #[serde(default)]
    from: String,
    #[serde(default)]
    to: String,
}

impl Days {
    /// The period in the reader's time zone; none where a day is no date.
    fn period(&self, visitor: &Visitor) -> Option<Period> {
        let day = |text: &str| text.parse::<Date>().ok();
        let (from, to) = (day(&self.from)?, day(&self.to)?);
        Some(Period {
            from: visitor.formats.midnight(from)?,
            until: visitor.formats.midnight(to.tomorrow().ok()?)?,
        })
    }
}

/// The page: the provider is asked once days are chosen.
pub(super) async fn show(visitor: Visitor, Query(days): Query<Days>) -> Answer {
    visitor.permit::<ViewReports>()?;
    if days.from.is_empty() && days.to.is_empty() {
        let today = visitor.formats.date(visitor.app.desk.now());
        let from = today.checked_sub(6.days()).unwrap_or(today);
        let days = Days {
            from: from.to_string(),
            to: today.to_string(),
        };
        return Ok(page(&visitor, &days, StatusCode::OK, json!({})));
    }
    match made(&visitor, &days).await? {
        Ok(found) => Ok(page(
            &visitor,
            &days,
            StatusCode::OK,
            shown(&visitor, &days, &found),
        )),
        Err(problem) => {
            let status = StatusCode::UNPROCESSABLE_ENTITY;
            Ok(page(&visitor, &days, status, json!({"problem": problem})))
        }
    }
}

/// The whole report as a file.
pub(super) async fn csv(visitor: Visitor, Query(days): Query<Days>) -> Answer {
    visitor.permit::<ViewReports>()?;
    match made(&visitor, &days).await? {
        Ok(found) => {
            let headers = [
                (header::CONTENT_TYPE, "text/csv; charset=utf-8"),
                (
                    header::CONTENT_DISPOSITION,
                    "attachment; filename=\"reconciliation.csv\"",
                ),
            ];
            Ok((headers, csv_of(&found)).into_response())
        }
        Err(problem) => {
            let status = StatusCode::UNPROCESSABLE_ENTITY;
            Ok(page(&visitor, &days, status, json!({"problem": problem})))
        }
    }
}

/// The report, or why there is none, in words.
async fn made(visitor: &Visitor, days: &Days) -> Result<Result<Reconciled, String>, Response> {
    let permit = visitor.permit::<ViewReports>()?;
    let Some(period) = days.period(visitor) else {
        return Ok(Err(visitor.say("reconcile-days", &[])));
    };
    let payments = &*visitor.app.payments;
    match reconcile(&visitor.app.desk, &permit, payments, period).await {
        Ok(found) => Ok(Ok(found)),
        Err(NoReport::Failed(engine::failure::Failure::Refused(_))) => {
            Ok(Err(visitor.say("reconcile-days", &[])))
        }
        Err(NoReport::Failed(failure)) => Err(visitor.failed(&failure)),
        Err(NoReport::TooMany) => Ok(Err(visitor.say("reconcile-too-many", &[]))),
        Err(NoReport::NoBooks(problem)) => Ok(Err(
            visitor.say("reconcile-no-books", &[("problem", problem)])
        )),
    }
}

fn page(visitor: &Visitor, days: &Days, status: StatusCode, found: Value) -> Response {
    let mut context = json!({"from": days.from, "to": days.to, "problem": "", "report": null});
    crate::pages::order::extend(&mut context, found);
    visitor.page(status, "reconciliation.html", context)
}

fn shown(visitor: &Visitor, days: &Days, found: &Reconciled) -> Value {
    let rows = &found.report.rows;
    let differing: Vec<&Row> = rows.iter().filter(|row| !row.agrees()).collect();
    let row = |row: &&Row| {
        let mut told = sides(visitor, row);
        crate::pages::order::extend(
            &mut told,
            json!({
                "order": row.order.as_ref().map(|id| id.as_str()),
                "name": row.order.as_ref().and_then(|id| found.names.get(id)),
                "payment": row.payment,
            }),
        );
        told
    };
    let count = |count: usize| {
        visitor
            .formats
            .count(u64::try_from(count).unwrap_or(u64::MAX))
    };
    json!({"report": {
        "rows": differing.iter().take(ROWS).map(row).collect::<Vec<_>>(),
        "differing": differing.len(),
        "differing_count": count(differing.len()),
        "agreeing_count": count(rows.len() - differing.len()),
        "is_cut": differing.len() > ROWS,
        "totals": found.report.totals.iter().map(|total| sides(visitor, total)).collect::<Vec<_>>(),
        "csv": format!("/refunds/reconciliation.csv?{}", serde_html_form::to_string(days).unwrap_or_default()),
    }})
}

/// Both sides of a row, as a reader sees them; a fee only where the provider tells one.
fn sides(visitor: &Visitor, row: &Row) -> Value {
    let money = |minor: i64| visitor.formats.money(Money::new(minor, row.currency));
    let has_fee = row.ours.fee_minor != 0 || row.theirs.fee_minor != 0;
    let difference = |minor: i64| json!({"shown": money(minor), "is_none": minor == 0});
    json!({
        "currency": row.currency.code(),
        "ours": money(row.ours.held_minor()),
        "theirs": money(row.theirs.held_minor()),
        "difference": difference(row.difference().minor),
        "fee": has_fee.then(|| json!({
            "ours": money(row.ours.fee_minor),
            "theirs": money(row.theirs.fee_minor),
            "difference": difference(row.fee_difference().minor),
        })),
    })
}
