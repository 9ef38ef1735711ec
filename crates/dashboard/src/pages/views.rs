//! Saved views (O1): keep the present list, and call, fill, place or remove what is kept.

use axum::extract::{Path, RawQuery};
use axum::http::StatusCode;
use axum::response::Response;
use domain::refusal::Refusal;
use engine::failure::Failure;
use engine::permit::{ManageSettings, ViewOrders};
use engine::store::views::SavedView;
use engine::views::{self, Keeper, NewView, Towards};
use serde::Deserialize;
use serde_json::{Value, json};

use super::orders::{base_currency, carried, chips, label};
use super::query::ListQuery;
use crate::refusals;
use crate::visitor::{Answer, Sent, Visitor};

/// A form of the views: which list is open, and what is to become of a view.
#[derive(Default, Deserialize)]
pub(crate) struct Form {
    /// The query of the list.
    #[serde(default)]
    list: String,
    #[serde(default)]
    name: String,
    /// Whether everyone in the organization is to see it.
    #[serde(default)]
    shared: Option<String>,
    #[serde(default)]
    action: String,
}

impl Form {
    /// The same in an address.
    fn of(query: Option<String>) -> Self {
        serde_html_form::from_str(&query.unwrap_or_default()).unwrap_or_default()
    }
}

/// What was refused, where it was typed: the view, or none for a new one.
struct Refused<'a> {
    view: Option<&'a str>,
    name: &'a str,
    refusal: Refusal,
}

/// The page that arranges them. The list it was opened from stands in the address.
pub(crate) async fn show(visitor: Visitor, RawQuery(query): RawQuery) -> Answer {
    page(&visitor, &Form::of(query), None).await
}

async fn page(visitor: &Visitor, form: &Form, refused: Option<&Refused<'_>>) -> Answer {
    let permit = visitor.permit::<ViewOrders>()?;
    let seen = views::views(&visitor.app.desk, &permit)
        .await
        .map_err(|failure| visitor.failed(&failure))?;
    let query = ListQuery::parse(&form.list);
    let of = |is_own: bool| -> Vec<Value> {
        let views = seen
            .iter()
            .filter(|(view, _)| view.person_id.is_some() == is_own);
        views
            .map(|(view, count)| told(visitor, view, *count, refused))
            .collect()
    };
    let problem = refused.map(|refused| problem(visitor, &refused.refusal));
    let of_new = refused.filter(|refused| refused.view.is_none());
    let status = if refused.is_some() {
        StatusCode::UNPROCESSABLE_ENTITY
    } else {
        StatusCode::OK
    };
    let context = json!({
        "list": query.first().text(),
        "list_param": carried(&query.first().text()),
        "back": query.first().address(),
        "chips": chips(visitor, &query),
        "own": of(true),
        "shared": of(false),
        "may_share": visitor.signed_in.session.permit::<ManageSettings>().is_ok(),
        "new_name": of_new.map_or("", |refused| refused.name),
        "new_shared": form.shared.is_some(),
        "new_problem": of_new.and(problem),
    });
    Ok(visitor.page(status, "views.html", context))
}

fn told(visitor: &Visitor, view: &SavedView, count: u64, refused: Option<&Refused<'_>>) -> Value {
    let here = refused.filter(|refused| refused.view == Some(view.id.as_str()));
    let label = label(visitor, view);
    json!({
        "id": view.id.as_str(),
        "label": label,
        "name": here.map_or(label.as_str(), |refused| refused.name),
        "problem": here.map(|refused| problem(visitor, &refused.refusal)),
        "count": visitor.formats.count(count),
    })
}

fn problem(visitor: &Visitor, refusal: &Refusal) -> String {
    refusals::refusal(&visitor.formats, refusal).whole()
}

/// Keeps the open list as a view, and shows it under its new name.
pub(crate) async fn save(Sent { visitor, form }: Sent<Form>) -> Answer {
    let visitor = &visitor;
    let keeper = keeper(visitor, form.shared.is_some())?;
    let base = base_currency(visitor, &visitor.signed_in.session.scope.organization_id).await?;
    let query = ListQuery::parse(&form.list);
    let new = NewView {
        name: form.name.clone(),
        filter: query.filter(base, &visitor.formats.zone),
        sort: query.sort(),
    };
    match views::save(&visitor.app.desk, &keeper, new).await {
        Ok(view) => {
            let mut list = ListQuery::of(&view.filter, view.sort, base, &visitor.formats.zone);
            list.view = view.id.0;
            list.rows = query.rows;
            Ok(visitor.redirect(&list.address()))
        }
        Err(Failure::Refused(refusal)) => {
            let refused = Refused {
                view: None,
                name: &form.name,
                refusal,
            };
            page(visitor, &form, Some(&refused)).await
        }
        Err(failure) => Err(visitor.failed(&failure)),
    }
}

#[allow(clippy::result_large_err, reason = "a page is the answer either way")]
fn keeper(visitor: &Visitor, is_shared: bool) -> Result<Keeper<'_>, Response> {
    if is_shared {
        visitor.permit::<ManageSettings>().map(Keeper::Organization)
    } else {
        visitor.permit::<ViewOrders>().map(Keeper::Person)
    }
}

/// A view that the visitor sees.
async fn view(visitor: &Visitor, id: &str) -> Result<Option<SavedView>, Response> {
    let permit = visitor.permit::<ViewOrders>()?;
    let seen = views::views(&visitor.app.desk, &permit)
        .await
        .map_err(|failure| visitor.failed(&failure))?;
    let found = seen.into_iter().find(|(view, _)| view.id.as_str() == id);
    Ok(found.map(|(view, _)| view))
}

/// Calls a view otherwise, lets it keep the open list, or moves it among the tabs.
pub(crate) async fn change(Path(id): Path<String>, Sent { visitor, form }: Sent<Form>) -> Answer {
    if let Some(view) = view(&visitor, &id).await?
        && let Some(page) = changed(&visitor, &view, &form).await?
    {
        return Ok(page);
    }
    Ok(crate::guard::nothing_here(visitor).await)
}

async fn changed(
    visitor: &Visitor,
    view: &SavedView,
    form: &Form,
) -> Result<Option<Response>, Response> {
    let (desk, id) = (&visitor.app.desk, &view.id);
    let keeper = keeper(visitor, view.person_id.is_none())?;
    let done = match form.action.as_str() {
        // A name that is said in the reader's language stays what it is for everyone else.
        "rename" if form.name.trim() == label(visitor, view) => Ok(true),
        "rename" => views::rename(desk, &keeper, id, &form.name).await,
        "earlier" => views::shift(desk, &keeper, id, Towards::First).await,
        "later" => views::shift(desk, &keeper, id, Towards::Last).await,
        "refilter" => {
            let scope = &visitor.signed_in.session.scope;
            let base = base_currency(visitor, &scope.organization_id).await?;
            let list = ListQuery::parse(&form.list);
            let filter = list.filter(base, &visitor.formats.zone);
            views::refilter(desk, &keeper, id, filter, list.sort()).await
        }
        _ => Ok(false),
    };
    match done {
        Ok(true) => Ok(Some(visitor.redirect(&arranging(&form.list)))),
        Ok(false) => Ok(None),
        Err(Failure::Refused(refusal)) => {
            let refused = Refused {
                view: Some(id.as_str()),
                name: &form.name,
                refusal,
            };
            page(visitor, form, Some(&refused)).await.map(Some)
        }
        Err(failure) => Err(visitor.failed(&failure)),
    }
}

/// The page that arranges views, for whoever came from this list.
fn arranging(list: &str) -> String {
    format!("/views?{}", carried(list))
}

/// Asks whether a view is to be removed.
pub(crate) async fn ask(
    visitor: Visitor,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
) -> Answer {
    let Some(view) = view(&visitor, &id).await? else {
        return Ok(crate::guard::nothing_here(visitor).await);
    };
    let form = Form::of(query);
    let context = json!({
        "id": view.id.as_str(),
        "label": label(&visitor, &view),
        "is_shared": view.person_id.is_none(),
        "list": form.list,
        "back": arranging(&form.list),
    });
    Ok(visitor.page(StatusCode::OK, "view_delete.html", context))
}

/// Removes a view.
pub(crate) async fn delete(Path(id): Path<String>, Sent { visitor, form }: Sent<Form>) -> Answer {
    let Some(view) = view(&visitor, &id).await? else {
        return Ok(crate::guard::nothing_here(visitor).await);
    };
    let keeper = keeper(&visitor, view.person_id.is_none())?;
    match views::delete(&visitor.app.desk, &keeper, &view.id).await {
        Ok(true) => Ok(visitor.redirect(&arranging(&form.list))),
        Ok(false) => Ok(crate::guard::nothing_here(visitor).await),
        Err(failure) => Err(visitor.failed(&failure)),
    }
}
