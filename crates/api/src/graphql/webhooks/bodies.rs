//! What webhooks tell: the answer of a webhook's own query, else the whole object, as the interface shows it to whoever
//! set the webhook.

use std::sync::{Arc, LazyLock};

use async_graphql::extensions::{Extension, ExtensionContext, ExtensionFactory, NextExecute};
use async_graphql::parser::parse_query;
use async_graphql::parser::types::{DocumentOperations, OperationType};
use async_graphql::{Request, Response, ServerError, Value, Variables};
use async_trait::async_trait;
use domain::webhook::WebhookType;
use engine::desk::Desk;
use engine::outlet::{Bodies, DataAsk, Untold};
use engine::ports::Ports;
use serde_json::json;

use super::super::caller::Caller;
use super::super::errors::tell;
use super::super::limits::weigh;
use super::super::{OrderApi, builder, schema};

const ORDER: &str = concat!(
    include_str!("order.graphql"),
    include_str!("parcel.graphql")
);
const SHIPMENT: &str = concat!(
    include_str!("shipment.graphql"),
    include_str!("parcel.graphql")
);

/// The variables that a webhook's own query is given: the object's identifier, and the order's.
const GIVEN: [&str; 2] = ["id", "orderId"];

/// Reads what is told by the schema of the interface.
pub struct Answers {
    schema: OrderApi,
    outside: Ports,
}

impl Answers {
    /// By way of what a query may ask of the outside.
    pub fn new(outside: Ports) -> Self {
        Self {
            outside,
            schema: schema(),
        }
    }
}

#[async_trait]
impl Bodies for Answers {
    async fn check(&self, query: &str) -> Result<(), String> {
        let document = parse_query(query).map_err(|error| error.to_string())?;
        weigh(&document)?;
        let operation = match &document.operations {
            DocumentOperations::Single(operation) => operation,
            DocumentOperations::Multiple(operations) => {
                let mut operations = operations.values();
                match (operations.next(), operations.next()) {
                    (Some(only), None) => only,
                    _ => return Err("it has several operations; keep one".to_owned()),
                }
            }
        };
        if operation.node.ty != OperationType::Query {
            return Err("it changes something; only a query can be asked".to_owned());
        }
        for variable in &operation.node.variable_definitions {
            let (name, of) = (&variable.node.name.node, &variable.node.var_type.node);
            let is_given = GIVEN.contains(&name.as_str());
            if !is_given && !of.nullable && variable.node.default_value.is_none() {
                return Err(format!(
                    "nothing is given for ${name}; a webhook's query is given $id and $orderId"
                ));
            }
        }
        let mut asked = Request::new(query).variables(variables("example", "example"));
        asked.set_parsed_query(document);
        match reader().execute(asked).await.errors.first() {
            Some(error) => Err(error.message.clone()),
            None => Ok(()),
        }
    }

    fn whole(&self, kind: WebhookType) -> &'static str {
        if kind.is_about_shipment() {
            SHIPMENT
        } else {
            ORDER
        }
    }

    async fn data(&self, desk: &Desk, ask: &DataAsk) -> Result<String, Untold> {
        let query = ask.query.as_deref().unwrap_or(self.whole(ask.kind));
        let outside = self.outside.clone();
        let caller = Caller::new(desk.clone(), ask.session.clone(), None, outside);
        let asked = Request::new(query)
            .variables(variables(&ask.subject, &ask.order_id))
            .data(Arc::new(caller));
        let Response { data, errors, .. } = self.schema.execute(asked).await;
        if let Some(error) = errors.first() {
            return Err(untold(desk, error));
        }
        let told = match data {
            // The object itself, not under the name of the question that shows it.
            Value::Object(fields) if ask.query.is_none() => {
                fields.into_values().next().unwrap_or_default()
            }
            data => data,
        };
        serde_json::to_string(&told).map_err(|error| Untold {
            problem: error.to_string(),
            can_retry: false,
        })
    }
}

/// The interface, which reads a document and holds it against itself, and carries nothing out; made when the first query is
/// set.
fn reader() -> &'static OrderApi {
    static READER: LazyLock<OrderApi> = LazyLock::new(|| builder().extension(StopsHere).finish());
    &READER
}

fn variables(id: &str, order_id: &str) -> Variables {
    Variables::from_json(json!({"id": id, "orderId": order_id}))
}

/// Why nothing can be told, as the interface would say it.
fn untold(desk: &Desk, error: &ServerError) -> Untold {
    let request = desk.ids().fresh("req_", desk.now());
    let told = tell(error, &request);
    let can_retry = told
        .extensions
        .as_ref()
        .and_then(|said| said.get("canRetry"));
    Untold {
        problem: told.message.clone(),
        can_retry: matches!(can_retry, Some(Value::Boolean(true))),
    }
}

/// Ends a request before anything of it is carried out.
struct StopsHere;

impl ExtensionFactory for StopsHere {
    fn create(&self) -> Arc<dyn Extension> {
        Arc::new(Self)
    }
}

#[async_trait]
impl Extension for StopsHere {
    async fn execute(
        &self,
        _context: &ExtensionContext<'_>,
        _operation_name: Option<&str>,
        _next: NextExecute<'_>,
    ) -> Response {
        Response::default()
    }
}
