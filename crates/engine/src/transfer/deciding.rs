//! Which orders of a file are new, and what the rules say of them: the middle of an import.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use domain::actor::Actor;
use domain::command::{Context, Decision};
use domain::ids::OrderId;
use domain::intake::{NewOrder, Placement, take};
use domain::money::Currency;
use domain::past::{Past, with_past};
use domain::refusal::{Problem, Refusal};
use jiff::{SignedDuration, Timestamp};

use super::form::OrderForm;
use super::import::{ImportError, broken};
use super::lines::{Lines, Reject};
use super::rows::FileOrder;
use crate::desk::Desk;
use crate::organizations::Settings;
use crate::permit::{CreateOrders, Permit, Scope};
use crate::store::StoreError;
use crate::store::commit::Remembered;
use crate::store::keys::KeyKind;
use crate::store::orders::name;

/// Batches that may be on their way into the database while another is decided: one is written, one becomes rows.
const ON_THEIR_WAY: usize = 2;

/// An order that can be taken in, with what recognises it again.
struct Ready {
    lines: Lines,
    new: NewOrder,
    past: Past,
    fingerprint: String,
}

/// What became of a batch of the file.
#[derive(Default)]
pub(super) struct Outcome {
    /// Orders to write, with what recognises them again; they have no desk number yet.
    pub taken: Vec<(Decision, Remembered)>,
    /// Orders that were imported before.
    pub unchanged: u64,
    /// Orders that cannot be taken, and why.
    pub rejects: Vec<Reject>,
}

/// Decides batch by batch, remembering what is on its way into the database.
pub(super) struct Deciding<'a> {
    desk: &'a Desk,
    permit: &'a Permit<'a, CreateOrders>,
    settings: Settings,
    on_their_way: VecDeque<Seen>,
}

/// What a batch's orders are recognised by.
#[derive(Default)]
struct Seen {
    keys: BTreeSet<String>,
    /// Numbers and payments, with the lines of the file that they are on.
    own: BTreeMap<(&'static str, String), u64>,
}

/// Numbers and payments that belong to orders of the desk, and to which.
struct Owned {
    numbers: BTreeMap<String, OrderId>,
    payments: BTreeMap<String, OrderId>,
}

impl<'a> Deciding<'a> {
    pub fn new(desk: &'a Desk, permit: &'a Permit<'a, CreateOrders>, settings: Settings) -> Self {
        let on_their_way = VecDeque::new();
        Self {
            desk,
            permit,
            settings,
            on_their_way,
        }
    }

    /// Decides a batch of the file.
    ///
    /// # Errors
    /// The database. An order that cannot be taken is no error.
    pub async fn decide(&mut self, orders: Vec<FileOrder>) -> Result<Outcome, ImportError> {
        let (base, now) = (self.settings.base_currency, self.desk.now());
        let checked = tokio::task::spawn_blocking(move || check(orders, base, now));
        let (ready, rejects) = checked.await.map_err(broken)?;
        let mut outcome = Outcome {
            rejects,
            ..Outcome::default()
        };
        let fresh = self.fresh(ready, &mut outcome).await?;
        let (desk, scope) = (self.desk.clone(), self.permit.scope().clone());
        let (actor, fees) = (self.permit.actor().clone(), self.settings.fees);
        let capture = self.settings.capture;
        let deciding = tokio::task::spawn_blocking(move || {
            for ready in fresh {
                let placement = Placement {
                    id: OrderId(desk.ids().fresh(OrderId::PREFIX, desk.now())),
                    organization_id: scope.organization_id.clone(),
                    mode: scope.mode,
                    desk_number: 0,
                    fees,
                    capture,
                };
                let (key, fingerprint) = (import_key(&scope, &ready), ready.fingerprint.clone());
                let lines = ready.lines.clone();
                match decide(ready, placement, &actor, &desk) {
                    Ok(decision) => {
                        let remembered = Remembered {
                            key,
                            fingerprint,
                            order_id: decision.order.id.clone(),
                            version: decision.order.version,
                        };
                        outcome.taken.push((decision, remembered));
                    }
                    Err(refusal) => outcome.rejects.push(lines.reject(refusal)),
                }
            }
            outcome
        });
        deciding.await.map_err(broken)
    }

    /// Leaves out what was imported before, and rejects numbers and payments that are another order's.
    async fn fresh(
        &mut self,
        ready: Vec<Ready>,
        outcome: &mut Outcome,
    ) -> Result<Vec<Ready>, StoreError> {
        let (store, scope) = (self.desk.store(), self.permit.scope());
        let organization = &scope.organization_id;
        // What is written meanwhile is either still remembered or found: the oldest is forgotten first.
        self.on_their_way.truncate(ON_THEIR_WAY);
        self.on_their_way.push_front(Seen::default());
        let keys: Vec<String> = ready.iter().map(|ready| import_key(scope, ready)).collect();
        let known = store.answered_keys(organization, &keys).await?;
        let numbers = ready.iter().filter_map(|ready| ready.new.number.clone());
        let numbers: Vec<String> = numbers.collect();
        let payments: Vec<String> = ready.iter().filter_map(payment_id).collect();
        let mode = name(&scope.mode);
        let owned = Owned {
            numbers: store
                .taken(organization, KeyKind::Number, &mode, &numbers)
                .await?,
            payments: store
                .taken(organization, KeyKind::Payment, &mode, &payments)
                .await?,
        };
        let mut fresh = Vec::with_capacity(ready.len());
        for (ready, key) in ready.into_iter().zip(keys) {
            if known.contains(&key) || self.is_on_its_way(&key) {
                outcome.unchanged += 1;
                continue;
            }
            match self.clash(&owned, &ready).await? {
                Some(refusal) => outcome.rejects.push(ready.lines.reject(refusal)),
                None => {
                    self.on_their_way[0].keys.insert(key);
                    fresh.push(ready);
                }
            }
        }
        Ok(fresh)
    }

    fn is_on_its_way(&self, key: &str) -> bool {
        self.on_their_way.iter().any(|seen| seen.keys.contains(key))
    }

    /// Why this order cannot be another one, or nothing: then what it has is its own from now on.
    async fn clash(&mut self, owned: &Owned, ready: &Ready) -> Result<Option<Refusal>, StoreError> {
        let number = ready.new.number.clone();
        let payment = payment_id(ready);
        if let Some(number) = &number
            && let Some(owner) = owned.numbers.get(number)
        {
            let scope = self.permit.scope();
            let (organization, mode) = (&scope.organization_id, scope.mode);
            let other = self.desk.store().load(organization, mode, owner).await?;
            return Ok(Some(Refusal::NumberTaken {
                number: number.clone(),
                desk_number: other.map_or(0, |other| other.desk_number),
            }));
        }
        if let Some(owner) = payment.as_ref().and_then(|id| owned.payments.get(id)) {
            let given = format!("{} (of order {owner})", reference(ready));
            let problem = Problem::Twice { given };
            return Ok(Some(Refusal::invalid("payment.reference", problem)));
        }
        let own: Vec<(&'static str, String)> = [("number", number), ("payment.reference", payment)]
            .into_iter()
            .filter_map(|(field, value)| Some((field, value?)))
            .collect();
        for own in &own {
            if let Some(line) = self.on_their_way.iter().find_map(|seen| seen.own.get(own)) {
                let (field, value) = own;
                let value = if *field == "number" {
                    value
                } else {
                    reference(ready)
                };
                let given = format!("{value} (first on line {line})");
                return Ok(Some(Refusal::invalid(field, Problem::Twice { given })));
            }
        }
        let line = ready.lines.items.first().copied();
        let line = line.unwrap_or(ready.lines.first);
        let own = own.into_iter().map(|own| (own, line));
        self.on_their_way[0].own.extend(own);
        Ok(None)
    }
}

/// What needs no database: forms become orders, and what recognises them again is computed.
fn check(orders: Vec<FileOrder>, base: Currency, now: Timestamp) -> (Vec<Ready>, Vec<Reject>) {
    let (mut ready, mut rejects) = (Vec::with_capacity(orders.len()), Vec::new());
    for FileOrder { lines, form } in orders {
        let read = form.and_then(|form| {
            let told = form.order(base)?;
            check_has_come(told.0.placed_at, now)?;
            Ok((fingerprint(&form), told))
        });
        match read {
            Ok((fingerprint, (new, past))) => ready.push(Ready {
                lines,
                new,
                past,
                fingerprint,
            }),
            Err(refusal) => rejects.push(lines.reject(refusal)),
        }
    }
    (ready, rejects)
}

/// Refuses a date that is still to come: a day that was mistyped would stay on top of every list.
fn check_has_come(placed_at: Timestamp, now: Timestamp) -> Result<(), Refusal> {
    // The same day is tomorrow already in the east.
    const AHEAD: SignedDuration = SignedDuration::from_hours(24);
    if placed_at.duration_since(now) <= AHEAD {
        return Ok(());
    }
    let problem = Problem::Malformed {
        given: placed_at.to_string(),
        expected: "a date that has come; an order was placed before it is imported".to_owned(),
    };
    Err(Refusal::invalid("placed_at", problem))
}

fn fingerprint(form: &OrderForm) -> String {
    let text = serde_json::to_vec(form).unwrap_or_default();
    blake3::hash(&text).to_hex().to_string()
}

fn payment_id(ready: &Ready) -> Option<String> {
    let payment = ready.new.payments.first();
    payment.map(|payment| payment.id.0.clone())
}

fn reference(ready: &Ready) -> &str {
    let payment = ready.new.payments.first();
    payment.map_or("", |payment| payment.reference.as_str())
}

fn import_key(scope: &Scope, ready: &Ready) -> String {
    format!("import:{}:{}", name(&scope.mode), ready.fingerprint)
}

fn decide(
    ready: Ready,
    placement: Placement,
    actor: &Actor,
    desk: &Desk,
) -> Result<Decision, Refusal> {
    // Its events are dated when it was placed, so that its history reads in order.
    let context = Context::of(actor, ready.new.placed_at.min(desk.now()));
    let decision = take(ready.new, placement, &context)?;
    with_past(decision, &ready.past, &context)
}
