//! What is done with the rows that were chosen on the list (O1): a tag, a file, a print.

use std::collections::BTreeMap;

use axum::extract::RawQuery;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use domain::ids::OrderId;
use domain::order::{Item, Order};
use domain::refusal::Refusal;
use domain::ship::may_ship;
use engine::chosen::{self, Outcome, Tagging};
use engine::failure::Failure;
use engine::permit::{EditOrders, ExportOrders, ViewOrders};
use engine::transfer::export::export_chosen;
use serde::Deserialize;
use serde_json::{Value, json};

use super::csv::HEADERS;
use super::order;
use super::query::ListQuery;
use crate::refusals::{self, Said};
use crate::visitor::{Answer, Sent, Visitor};

/// The form around the list.
#[derive(Default, Deserialize)]
pub(crate) struct Form {
    /// The orders whose rows were chosen.
    #[serde(default)]
    id: Vec<String>,
    /// The orders of the whole page with spaces between, where its box was ticked.
    #[serde(default)]
    page: String,
    /// What to do with them: `tag`, `untag`, `csv` or `print`.
    #[serde(default, rename = "do")]
    action: String,
    #[serde(default)]
    tag: String,
    /// The query of the list.
    #[serde(default)]
    list: String,
}

impl Form {
    /// Each once, in the order of the page.
    fn orders(&self) -> Vec<OrderId> {
        let mut orders: Vec<OrderId> = Vec::new();
        let page = self.page.split(' ').filter(|id| !id.is_empty());
        for id in page.chain(self.id.iter().map(String::as_str)) {
            let id = OrderId(id.to_owned());
            if !orders.contains(&id) {
                orders.push(id);
            }
        }
        orders
    }

    fn back(&self) -> String {
        ListQuery::parse(&self.list).address()
    }
}

/// Does with the chosen orders what the button says.
pub(crate) async fn send(Sent { visitor, form }: Sent<Form>) -> Answer {
    let tag = form.tag.clone();
    match form.action.as_str() {
        "tag" => tagged(&visitor, &form, Tagging::Add(tag)).await,
        "untag" => tagged(&visitor, &form, Tagging::Remove(tag)).await,
        "csv" => file(&visitor, &form).await,
        "print" => {
            let ids = form.orders();
            let ids: Vec<(&str, &str)> = ids.iter().map(|id| ("id", id.as_str())).collect();
            let query = serde_html_form::to_string(&ids).unwrap_or_default();
            Ok(visitor.redirect(&format!("/orders/print?{query}")))
        }
        _ => Ok(crate::guard::nothing_here(visitor).await),
    }
}

/// Adds or removes the tag, and reports of every order what became of it.
async fn tagged(visitor: &Visitor, form: &Form, tagging: Tagging) -> Answer {
    let permit = visitor.permit::<EditOrders>()?;
    let desk = &visitor.app.desk;
    let outcomes = chosen::tag(desk, &permit, &form.orders(), &tagging)
        .await
        .map_err(|failure| refused(visitor, form, &failure))?;
    let ids: Vec<OrderId> = outcomes.iter().map(|(id, _)| id.clone()).collect();
    let known = match visitor.permit::<ViewOrders>() {
        Ok(permit) => chosen::known(desk, &permit, &ids).await.unwrap_or_default(),
        Err(_) => Vec::new(),
    };
    let known: BTreeMap<&OrderId, &Order> = known.iter().map(|order| (&order.id, order)).collect();
    let rows: Vec<Value> = outcomes
        .iter()
        .map(|(id, outcome)| told(visitor, id, known.get(id).copied(), outcome))
        .collect();
    let many = |kind: &str| rows.iter().filter(|row| row["kind"] == kind).count();
    let counts: Vec<Value> = ["done", "already", "failed", "not-tried"]
        .into_iter()
        .filter(|kind| many(kind) > 0)
        .map(|kind| json!({"kind": kind, "count": many(kind)}))
        .collect();
    let context = json!({
        "is_added": matches!(tagging, Tagging::Add(_)),
        "tag": form.tag.trim(),
        "counts": counts,
        "rows": rows,
        "back": form.back(),
    });
    Ok(visitor.page(StatusCode::OK, "chosen.html", context))
}

fn told(visitor: &Visitor, id: &OrderId, order: Option<&Order>, outcome: &Outcome) -> Value {
    let (kind, said) = match outcome {
        Outcome::Done => ("done", None),
        Outcome::Already => ("already", None),
        Outcome::Failed(failure) => ("failed", Some(refusals::failure(&visitor.formats, failure))),
        Outcome::NotTried => ("not-tried", None),
    };
    json!({
        "id": id.as_str(),
        "is_known": order.is_some(),
        "number": order.map(number),
        "kind": kind,
        "why": said.as_ref().map(Said::whole),
    })
}

/// The shop's number, else the desk's.
fn number(order: &Order) -> String {
    let own = || format!("#{}", order.desk_number);
    order.number.clone().unwrap_or_else(own)
}

/// Nothing was done with any of them: no order, too many, a tag that cannot be.
fn refused(visitor: &Visitor, form: &Form, failure: &Failure) -> Response {
    let is_none = matches!(failure, Failure::Refused(refusal)
        if refusal.field() == Some("orders") && form.orders().is_empty());
    let (title, text) = if is_none {
        (
            visitor.say("chosen-none", &[]),
            visitor.say("chosen-none-instead", &[]),
        )
    } else {
        let said = refusals::failure(&visitor.formats, failure);
        let of_tag =
            matches!(failure, Failure::Refused(Refusal::Invalid { field, .. }) if field == "tag");
        let field = if of_tag { "filter-tag" } else { "orders-title" };
        let why = visitor.labelled(&visitor.say(field, &[]), &said.why);
        (why, said.instead)
    };
    let context = json!({"title": title, "text": text, "back": form.back()});
    visitor.page(refusals::status(failure), "chosen_refused.html", context)
}

/// The chosen orders as a CSV.
async fn file(visitor: &Visitor, form: &Form) -> Answer {
    let permit = visitor.permit::<ExportOrders>()?;
    let file = export_chosen(&visitor.app.desk, &permit, &form.orders())
        .await
        .map_err(|failure| refused(visitor, form, &failure))?;
    Ok((HEADERS, file).into_response())
}

/// The chosen orders on paper: what to pick from the shelves, then each order to pack.
pub(crate) async fn print(visitor: Visitor, RawQuery(query): RawQuery) -> Answer {
    let query = query.as_deref().unwrap_or_default();
    let form: Form = serde_html_form::from_str(query).unwrap_or_default();
    let permit = visitor.permit::<ViewOrders>()?;
    let orders = chosen::load(&visitor.app.desk, &permit, &form.orders())
        .await
        .map_err(|failure| refused(&visitor, &form, &failure))?;
    let now = visitor.formats.moment(visitor.app.desk.now());
    let printed: Vec<Value> = orders.iter().map(|order| sheet(&visitor, order)).collect();
    let context = json!({"orders": printed, "picks": picks(&orders), "now": now});
    Ok(visitor.page(StatusCode::OK, "print.html", context))
}

/// How many of an item are to be packed: none of an order that may not be shipped.
fn left(order: &Order, item: &Item) -> u32 {
    may_ship(order).map_or(0, |()| order.unshipped(&item.id))
}

/// One order as it is packed, or why it is not.
fn sheet(visitor: &Visitor, order: &Order) -> Value {
    let stopped = may_ship(order).err();
    let stopped = stopped.map(|refusal| refusals::refusal(&visitor.formats, &refusal).why);
    let items: Vec<Value> = order
        .items
        .iter()
        .map(|item| {
            json!({
                "name": item.name,
                "sku": item.sku,
                "quantity": item.quantity,
                "left": left(order, item),
                "hs_code": item.declared.hs_code,
                "origin": item.declared.origin,
            })
        })
        .collect();
    let mut sheet = order::head(visitor, order)["order"].take();
    order::extend(
        &mut sheet,
        json!({"items": items, "tags": order.tags, "hold": order.hold, "stopped": stopped}),
    );
    sheet
}

/// What is to be taken from the shelves for all of them: each article with how many, by its SKU and name.
fn picks(orders: &[Order]) -> Vec<Value> {
    let mut picks: BTreeMap<(&str, &str), (u64, usize)> = BTreeMap::new();
    for order in orders {
        let mut seen: Vec<(&str, &str)> = Vec::new();
        for item in &order.items {
            let left = u64::from(left(order, item));
            let article = (item.sku.as_str(), item.name.as_str());
            if left == 0 {
                continue;
            }
            let pick = picks.entry(article).or_default();
            pick.0 += left;
            if !seen.contains(&article) {
                seen.push(article);
                pick.1 += 1;
            }
        }
    }
    picks
        .into_iter()
        .map(|((sku, name), (quantity, orders))| {
            json!({"sku": sku, "name": name, "quantity": quantity, "orders": orders})
        })
        .collect()
}
