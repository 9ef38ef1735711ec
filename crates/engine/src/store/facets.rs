//! An order's facets as one text, which its indexes begin with: `open/paid/clear/none/covered/covered/checkout/calm`.
//! A desk shows some hundred such texts, so that those a filter keeps are found one by one.

use domain::filter::{Facets, Filter};
use domain::ids::OrganizationId;
use domain::order::Mode;
use serde::de::DeserializeOwned;
use sqlx::{AnyConnection, Row};

use super::orders::{name, named};
use super::{Store, StoreError};

/// Every facets text of a mode, each found by one step in the index behind the one before.
const PRESENT: &str = "with recursive present (facets) as (\
    select min(facets) from orders where organization_id = $1 and mode = $2 \
    union all \
    select (select min(o.facets) from orders o where o.organization_id = $1 and o.mode = $2 and o.facets > p.facets) \
    from present p where p.facets is not null\
    ) select facets from present where facets is not null";

/// What is written of an order's facets.
pub(crate) fn text(facets: &Facets) -> String {
    let flag = |is_so: bool, so: &str, not: &str| if is_so { so } else { not }.to_owned();
    [
        name(&facets.status),
        name(&facets.payment),
        flag(facets.is_disputed, "disputed", "undisputed"),
        name(&facets.fulfilment),
        name(&facets.fraud),
        name(&facets.guarantee),
        name(&facets.source),
        flag(facets.needs_attention, "attention", "calm"),
    ]
    .join("/")
}

/// The reverse of [`text`].
pub(crate) fn parse(text: &str) -> Result<Facets, StoreError> {
    fn next<'a>(parts: &mut impl Iterator<Item = &'a str>) -> &'a str {
        parts.next().unwrap_or_default()
    }
    fn value<T: DeserializeOwned>(text: &str) -> Result<T, StoreError> {
        named(text, "facets")
    }
    let mut parts = text.split('/');
    Ok(Facets {
        status: value(next(&mut parts))?,
        payment: value(next(&mut parts))?,
        is_disputed: next(&mut parts) == "disputed",
        fulfilment: value(next(&mut parts))?,
        fraud: value(next(&mut parts))?,
        guarantee: value(next(&mut parts))?,
        source: value(next(&mut parts))?,
        needs_attention: next(&mut parts) == "attention",
    })
}

impl Store {
    /// The texts of the facets that are there and that a filter keeps.
    pub(super) async fn kept_facets(
        &self,
        organization: &OrganizationId,
        mode: Mode,
        filter: &Filter,
        connection: &mut AnyConnection,
    ) -> Result<Vec<String>, StoreError> {
        let rows = sqlx::query(PRESENT)
            .bind(organization.as_str())
            .bind(name(&mode))
            .fetch_all(connection)
            .await?;
        let mut kept = Vec::new();
        for row in &rows {
            let text: String = row.try_get(0)?;
            if filter.keeps_facets(&parse(&text)?) {
                kept.push(text);
            }
        }
        Ok(kept)
    }
}
