//! The order API: GraphQL at `POST /graphql`, which clients of the reference interface speak by changing the address.
//!
//! [`door`] takes a request in; [`query`] and [`mutation`] call the use cases that the pages call; what they answer is
//! built from one read of each order ([`sold`]). Nothing here decides.

mod addresses;
mod caller;
mod door;
mod enums;
mod errors;
pub mod examples;
mod ids;
mod inputs;
mod items;
mod labels;
pub mod limits;
mod mutation;
mod order;
mod own;
mod parties;
mod query;
pub mod reference;
mod refunds;
mod root;
mod scalars;
mod shipments;
mod shipments_list;
mod sold;

use async_graphql::{EmptySubscription, MergedObject, SDLExportOptions, Schema};

pub use door::{MAX_BODY_BYTES, router};
use limits::{MAX_COMPLEXITY, MAX_DEPTH};
use mutation::OrderMutations;
use query::OrderQueries;

// Each part is in the file of its noun; a doc comment would become the interface's.
#[derive(Default, MergedObject)]
struct Query(OrderQueries);

#[derive(Default, MergedObject)]
struct Mutation(OrderMutations);

type OrderApi = Schema<Query, Mutation, EmptySubscription>;

/// The most directives on one field.
const MAX_DIRECTIVES: usize = 8;

fn schema() -> OrderApi {
    Schema::build(Query::default(), Mutation::default(), EmptySubscription)
        .limit_complexity(MAX_COMPLEXITY)
        .limit_recursive_depth(MAX_DEPTH + 1)
        .limit_directives(MAX_DIRECTIVES)
        .finish()
}

/// The interface in the schema language, as `docs/api/schema.graphql` has it.
pub fn schema_text() -> String {
    let options = SDLExportOptions::new().sorted_fields().sorted_arguments();
    let options = options.sorted_enum_items().include_specified_by();
    schema().sdl_with_options(options)
}
