//! The order API as a program meets it: over loopback, one document a request, beside the bare driver reading or writing
//! the same rows. What is between is what GraphQL, the rules and HTTP cost. The worker rests.

use std::net::SocketAddr;
use std::sync::Arc;

use anyhow::{Result, ensure};
use domain::filter::{Filter, Sort};
use domain::ids::OrderId;
use domain::money::decimal_text;
use domain::order::{Mode, OrderStatus};
use engine::orders::find;
use engine::store::keys::KeyKind;
use engine::store::list::Page;
use engine::{keys, listing};
use hyper::Request;
use integrations::sandbox::sandbox_ports;
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::http::Connections;
use crate::measure::{Figure, calls};
use crate::raw;
use crate::report::Report;
use crate::work::Bench;

/// Requests that a reading figure and a writing figure are made of, of one client and of many.
const READS: [(usize, usize); 2] = [(1, 1_000), (50, 5_000)];
const WRITES: [(usize, usize); 2] = [(1, 1_000), (50, 2_000)];

/// So many points that no client runs out of them.
const POINTS: u32 = u32::MAX;

/// Orders on a page.
const ROWS: u32 = 50;

const ORDER: &str = "query($id: String!) { order(orderId: $id) { id accountOrderNumber status paymentStatus
    currencyCode amountSubtotals { items shipping duties taxes total } items { id name quantity amount hsCode }
    parties { type person { firstName lastName email } location { line1 locality postalCode countryCode } }
    refunds { id amount status } shipments { id status trackingDetails { number } } } }";

const ORDERS: &str = "query($status: OrderStatus) { orders(first: 50, filter: {status: $status}) {
    edges { cursor node { id accountOrderNumber status currencyCode placedAt amountSubtotals { total } } }
    pageInfo { endCursor hasNextPage } } }";

const REFUND: &str = "mutation($id: ID!, $currency: CurrencyCode!, $amount: Decimal!) { orderRefundCreate(input: {
    id: $id, currencyCode: $currency, subtotals: [{type: ITEM, amount: $amount}], reason: ORDER_CHANGE}) {
    id amount status } }";

const SALE: &str = "mutation($parties: [PartyCreateWorkflowInput!]!, $items: [ItemCreateWorkflowInput!]!,
    $shipping: ShipmentRatingCreateWorkflowInput!, $cost: LandedCostWorkFlowInput!, $order: OrderCreateInput!) {
    partyCreateWorkflow(input: $parties) { id } itemCreateWorkflow(input: $items) { id }
    shipmentRatingCreateWorkflow(input: $shipping) { id }
    landedCostCalculateWorkflow(input: $cost) { id amountSubtotals { landedCostTotal } }
    orderCreate(input: $order) { id status amountSubtotals { total } } }";

/// A sale of this number, from its parties to its payment.
fn sale(number: &str) -> Value {
    let item = |sku: &str, amount: &str, hs: &str| {
        json!({"sku": sku, "name": "Wool hat, knitted", "amount": amount, "currencyCode": "EUR", "quantity": 2,
            "hsCode": hs, "countryOfOrigin": "PT"})
    };
    json!({
        "parties": [
            {"type": "ORIGIN", "location": {"countryCode": "US", "administrativeAreaCode": "NV", "locality": "Reno"}},
            {"type": "DESTINATION",
                "person": {"firstName": "Chloé", "lastName": "Lefèvre", "email": "chloe@shopper.example"},
                "location": {"line1": "12 rue de la Paix", "locality": "Nîmes", "postalCode": "30000", "countryCode": "FR"}}
        ],
        "items": [item("HAT-1", "24.90", "6505.00"), item("MUG-1", "12.50", "6912.00")],
        "shipping": {"amount": "5.00", "currencyCode": "EUR", "serviceLevelCode": "standard"},
        "cost": {"endUse": "NOT_FOR_RESALE", "tariffRate": "EXACT"},
        "order": {"currencyCode": "EUR", "accountOrderNumber": number, "paymentsCaptured": true,
            "payments": [{"provider": "sandbox", "reference": format!("ch_{number}"), "method": "Visa 4242"}]}
    })
}

/// Measures each operation.
pub async fn operations(bench: &Bench, report: &mut Report) -> Result<()> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    let folder = tempfile::tempdir()?;
    let (outside, _) = sandbox_ports(folder.path(), 7)?;
    let router = api::graphql::router(bench.desk.clone(), outside, POINTS);
    let server = tokio::spawn(async move { axum::serve(listener, router).await });
    let allowed = bench.session.actor.permissions.clone();
    let (organization, live) = (&bench.organization, Mode::Live);
    let (_, key) = keys::create(&bench.desk, organization, live, "Bench", allowed).await?;
    let door = Door { address, key };
    order(bench, &door, report).await?;
    orders(bench, &door, report).await?;
    refund(bench, &door, report).await?;
    create(bench, &door, report).await?;
    server.abort();
    Ok(())
}

async fn order(bench: &Bench, door: &Door, report: &mut Report) -> Result<()> {
    for (clients, count) in READS {
        let ids: Vec<OrderId> = bench.ids.iter().cycle().take(count).cloned().collect();
        let asked = ids.iter().map(|id| (ORDER, json!({"id": id}))).collect();
        let ours = door.ask(asked, clients).await?;
        let (pool, organization) = (bench.readers().await?, bench.organization.clone());
        let bare = calls(ids, clients, move |id| {
            let (pool, organization) = (pool.clone(), organization.clone());
            async move { raw::document(&pool, organization.as_str(), id.as_str()).await }
        });
        let what = format!("API: order, {clients} at once");
        report.add(bench.database, &what, ours, Some(bare.await?));
    }
    Ok(())
}

async fn orders(bench: &Bench, door: &Door, report: &mut Report) -> Result<()> {
    let kinds = [
        (None, Vec::new()),
        (Some("OPEN"), vec![OrderStatus::Open]),
        (Some("COMPLETED"), vec![OrderStatus::Completed]),
        (Some("HOLD"), vec![OrderStatus::Hold]),
    ];
    let mut pages = Vec::new();
    for (name, status) in kinds {
        let filter = Filter {
            status,
            ..Filter::default()
        };
        let page = Page {
            filter,
            sort: Sort::default(),
            after: None,
            limit: ROWS,
        };
        let rows = listing::page(&bench.desk, &bench.session.permit()?, &page).await?;
        let ids: Vec<String> = rows.into_iter().map(|row| row.id.0).collect();
        pages.push((name, ids));
    }
    for (clients, count) in READS {
        // A page is fifty orders.
        let pages = pages.iter().cycle().take(count / 5);
        let asked = pages.clone();
        let asked = asked.map(|(status, _)| (ORDERS, json!({"status": status})));
        let ours = door.ask(asked.collect(), clients).await?;
        let (pool, organization) = (bench.readers().await?, bench.organization.clone());
        let ids = pages.map(|(_, ids)| ids.clone()).collect();
        let bare = calls(ids, clients, move |ids: Vec<String>| {
            let (pool, organization) = (pool.clone(), organization.clone());
            async move { raw::by_ids(&pool, organization.as_str(), &ids, "o.document").await }
        });
        let what = format!("API: orders(first: 50), {clients} at once");
        report.add(bench.database, &what, ours, Some(bare.await?));
    }
    Ok(())
}

async fn refund(bench: &Bench, door: &Door, report: &mut Report) -> Result<()> {
    let permit = bench.session.permit()?;
    let mut paid = Vec::new();
    for id in bench.paid().await? {
        let currency = engine::orders::load(&bench.desk, &permit, &id)
            .await?
            .currency();
        let least = decimal_text(1, currency);
        paid.push((id, json!(currency.code()), json!(least)));
    }
    for (round, (clients, count)) in WRITES.into_iter().enumerate() {
        let count = count.min(paid.len() * 4);
        let of_orders = paid.iter().cycle().take(count);
        let asked = of_orders.clone().map(|(id, currency, amount)| {
            let variables = json!({"id": id, "currency": currency, "amount": amount});
            (REFUND, variables)
        });
        let ours = door.ask(asked.collect(), clients).await?;
        let ids = of_orders.map(|(id, ..)| id.clone()).collect();
        // Other rounds than those of the refunds that the engine was asked for.
        let bare = bench.bare_refunds(ids, clients, 60 + round).await?;
        let what = format!("API: orderRefundCreate, {clients} at once");
        report.add(bench.database, &what, ours, Some(bare));
    }
    Ok(())
}

/// The whole workflow in one document. The bare driver writes what the order itself is, without the root and the landed cost.
async fn create(bench: &Bench, door: &Door, report: &mut Report) -> Result<()> {
    for (clients, count) in WRITES {
        let numbers = (0..count).map(|index| format!("A{}-{clients}-{index}", bench.run));
        let numbers: Vec<String> = numbers.collect();
        let asked = numbers.iter().map(|number| (SALE, sale(number)));
        let ours = door.ask(asked.collect(), clients).await?;
        let mut ids = Vec::with_capacity(count);
        for number in &numbers {
            let permit = bench.session.permit()?;
            ids.extend(find(&bench.desk, &permit, KeyKind::Number, number).await?);
        }
        let bare = bench.bare_creates(&ids, clients).await?;
        let what = format!("API: orderCreate, whole workflow, {clients} at once");
        report.add(bench.database, &what, ours, Some(bare));
    }
    Ok(())
}

/// Where the API is asked, and with what.
struct Door {
    address: SocketAddr,
    key: String,
}

impl Door {
    /// Asks with each of these documents and variables, so many clients at once; each must be answered without errors.
    async fn ask(&self, asked: Vec<(&'static str, Value)>, clients: usize) -> Result<Figure> {
        let connections = Arc::new(Connections::open(self.address, clients).await?);
        // `calls` deals the inputs out in turn, so each of its callers keeps one connection.
        let bodies = asked
            .into_iter()
            .enumerate()
            .map(|(index, (document, variables))| {
                let body = json!({"query": document, "variables": variables});
                (index % clients, body.to_string())
            });
        let key: Arc<str> = self.key.as_str().into();
        calls(bodies.collect(), clients, move |(connection, body)| {
            let (connections, key) = (connections.clone(), key.clone());
            async move {
                let request = Request::post("/graphql")
                    .header("content-type", "application/json")
                    .header("credentialToken", &*key);
                let answer = connections.send(connection, request, body).await?;
                let begins = answer.starts_with(b"{\"data\":{");
                let is_good = begins && !answer.windows(10).any(|part| part == b"\"errors\":[");
                ensure!(is_good, "{}", String::from_utf8_lossy(&answer));
                Ok(())
            }
        })
        .await
    }
}
