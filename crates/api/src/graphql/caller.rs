//! Who asks, within one request: the desk, the key's session, and what the request as a whole says.

use std::sync::Mutex;

use async_graphql::{Context, ID};
use domain::ids::{OrderId, RefundId, ShipmentId};
use domain::policy::Policy;
use domain::refusal::{Problem, Refusal};
use engine::desk::Desk;
use engine::orders::{Idempotency, PROGRAM, Terms, fingerprint};
use engine::permit::{Grants, Permit, Session, ViewOrders};
use engine::policies;
use engine::store::StoreError;
use tokio::sync::OnceCell;

/// Who asks.
pub(crate) struct Caller {
    pub desk: Desk,
    pub session: Session,
    /// The request's own key, with a hash of its whole body.
    pub idempotency: Option<Idempotency>,
    policy: OnceCell<Policy>,
    /// The orders that this request made or shipped, with their shipments: what the next mutation of the document is about.
    made: Mutex<Vec<(OrderId, Option<ShipmentId>)>>,
}

impl Caller {
    pub fn new(desk: Desk, session: Session, idempotency: Option<Idempotency>) -> Self {
        Self {
            desk,
            session,
            idempotency,
            policy: OnceCell::new(),
            made: Mutex::default(),
        }
    }

    /// Whoever asks in this context.
    pub fn of<'a>(context: &Context<'a>) -> &'a Self {
        context.data_unchecked::<Self>()
    }

    /// The proof that the key may do this and may see orders: every answer shows one.
    ///
    /// # Errors
    /// [`Refusal::NotPermitted`] naming what is missing.
    pub fn permit<G: Grants>(&self) -> Result<Permit<'_, G>, Refusal> {
        self.session.permit::<ViewOrders>()?;
        self.session.permit()
    }

    /// What the organization asks of programs: read once a request, however many orders it shows.
    ///
    /// # Errors
    /// The database.
    pub async fn policy(&self, permit: &Permit<'_, ViewOrders>) -> Result<&Policy, StoreError> {
        let found = || policies::of(&self.desk, permit, false);
        self.policy.get_or_try_init(found).await
    }

    /// How a change is made: once under the request's key, which each mutation of a document has a part of.
    pub fn terms(&self, context: &Context<'_>, asked: &Asked) -> Terms {
        let idempotency = self.idempotency.clone().filter(|_| !asked.is_rehearsal);
        Terms {
            expected_version: asked.expected_version,
            idempotency: idempotency.map(|whole| Idempotency {
                key: format!("{PROGRAM}{}/{}", whole.key, response_name(context)),
                fingerprint: whole.fingerprint,
            }),
            can_be_undone: false,
            is_rehearsal: asked.is_rehearsal,
        }
    }

    /// The identifier of a refund that is asked for: under a key the same one each time, so that asking again finds it.
    pub fn refund_id(&self, terms: &Terms) -> RefundId {
        RefundId(self.once_id(RefundId::PREFIX, terms, ""))
    }

    /// An identifier of this kind: under a key the same one each time for the same part of the request.
    pub fn once_id(&self, prefix: &str, terms: &Terms, part: &str) -> String {
        const LETTERS: usize = 22;
        let Some(once) = &terms.idempotency else {
            return self.desk.ids().fresh(prefix, self.desk.now());
        };
        let scope = &self.session.scope;
        let whole = format!(
            "{} {:?} {} {}{part}",
            scope.organization_id, scope.mode, once.key, once.fingerprint
        );
        let hash = fingerprint(&whole);
        format!("{prefix}{}", &hash[..LETTERS])
    }

    /// Says that this request made an order, or these shipments of one.
    pub fn remember(&self, order: &OrderId, shipments: &[ShipmentId]) {
        let mut made = self.made.lock().expect("no holder panics");
        made.push((order.clone(), None));
        made.extend(shipments.iter().map(|id| (order.clone(), Some(id.clone()))));
    }

    /// The order that is named, else the last one that this request made.
    ///
    /// # Errors
    /// [`Refusal::Invalid`]: neither is there.
    pub fn order_of_root(&self, named: Option<&ID>) -> Result<OrderId, Refusal> {
        let made = || {
            let made = self.made.lock().expect("no holder panics");
            made.last().map(|(order, _)| order.clone())
        };
        let order = named.map(|id| OrderId(id.0.clone())).or_else(made);
        order.ok_or_else(|| Refusal::invalid("order_id", Problem::Missing))
    }

    /// The shipments that this request made, in order.
    pub fn shipments_made(&self) -> Vec<(OrderId, ShipmentId)> {
        let made = self.made.lock().expect("no holder panics");
        let each = made
            .iter()
            .filter_map(|(order, id)| Some((order.clone(), id.clone()?)));
        each.collect()
    }

    /// What the record says where a call carries no words of its own.
    pub fn words(&self, what: &str) -> String {
        let by = &self.session.actor.by;
        format!(
            "{what} through the API by the key \"{}\" ({})",
            by.name, by.id
        )
    }
}

/// What a mutation says of how it is made.
#[derive(Default)]
pub(crate) struct Asked {
    pub expected_version: Option<u64>,
    pub is_rehearsal: bool,
}

impl Asked {
    /// From the optional arguments that say it.
    ///
    /// # Errors
    /// A version below zero is none.
    pub fn of(expected_version: Option<i64>, dry_run: Option<bool>) -> Result<Self, Refusal> {
        use domain::refusal::Problem::Negative;
        let version = expected_version.map(u64::try_from).transpose();
        Ok(Self {
            expected_version: version
                .map_err(|_| Refusal::invalid("expected_version", Negative))?,
            is_rehearsal: dry_run.unwrap_or_default(),
        })
    }
}

/// What a field is called in the answer: its alias, else its name.
fn response_name(context: &Context<'_>) -> String {
    let field = context.field();
    field.alias().unwrap_or_else(|| field.name()).to_owned()
}
