//! The order API: GraphQL at `POST /graphql`, which clients of the reference interface speak by changing the address.
//!
//! [`door`] takes a request in; [`query`] and [`mutation`] call the use cases that the pages call; what they answer is
//! built from one read of each order ([`sold`]). Nothing here decides.

mod addresses;
mod caller;
mod cartons;
mod door;
mod enums;
mod errors;
pub mod examples;
mod exchange_rates;
mod files;
mod fulfillment_centers;
mod ids;
mod inputs;
mod inputs_parties;
mod items;
mod labels;
mod labels_buy;
mod labels_list;
mod landed_costs;
pub mod limits;
mod measures;
mod mutation;
mod order;
mod own;
mod parties;
mod query;
mod ratings;
pub mod reference;
mod refunds;
mod root;
mod scalars;
mod ship_enums;
mod ship_inputs;
mod ship_mutation;
mod shipment_cartons;
mod shipments;
mod shipments_list;
mod sold;
mod totals;
mod webhooks;
mod workflow;

use std::sync::LazyLock;

use async_graphql::{EmptySubscription, MergedObject, SDLExportOptions, Schema, SchemaBuilder};

pub use door::{MAX_BODY_BYTES, router};
use fulfillment_centers::FulfillmentCenterQueries;
use labels_list::LabelQueries;
use limits::{MAX_COMPLEXITY, MAX_DEPTH};
use mutation::OrderMutations;
use query::OrderQueries;
use ship_mutation::ShipmentMutations;
pub use webhooks::bodies::Answers;
use webhooks::{WebhookMutations, WebhookQueries};
use workflow::{WorkflowMutations, WorkflowQueries};

// Each part is in the file of its noun; a doc comment would become the interface's.
#[derive(Default, MergedObject)]
struct Query(
    OrderQueries,
    WorkflowQueries,
    LabelQueries,
    FulfillmentCenterQueries,
    WebhookQueries,
);

#[derive(Default, MergedObject)]
struct Mutation(
    OrderMutations,
    WorkflowMutations,
    ShipmentMutations,
    WebhookMutations,
);

type OrderApi = Schema<Query, Mutation, EmptySubscription>;

/// The most directives on one field.
const MAX_DIRECTIVES: usize = 8;

fn schema() -> OrderApi {
    static WHOLE: LazyLock<OrderApi> = LazyLock::new(|| builder().finish());
    WHOLE.clone()
}

/// The schema with its limits, before anything is added to it.
fn builder() -> SchemaBuilder<Query, Mutation, EmptySubscription> {
    Schema::build(Query::default(), Mutation::default(), EmptySubscription)
        .limit_complexity(MAX_COMPLEXITY)
        .limit_recursive_depth(MAX_DEPTH + 1)
        .limit_directives(MAX_DIRECTIVES)
}

/// The interface in the schema language, as `docs/api/schema.graphql` has it.
pub fn schema_text() -> String {
    let options = SDLExportOptions::new().sorted_fields().sorted_arguments();
    let options = options.sorted_enum_items().include_specified_by();
    schema().sdl_with_options(options)
}
