//! Roots: what programs tell step by step before there is an order. Within a request the steps gather in a draft, which
//! is written once, with what first needs it; a root that was written before is changed at once, by its version.

use domain::cartons::pack;
use domain::ids::{OrderId, OrganizationId, RootId};
use domain::money::Currency;
use domain::rate::ExchangeRate;
use domain::refusal::{Problem, Refusal};
use domain::roots::{IsPacked, Root, Step, Told};
use jiff::{SignedDuration, Timestamp};

use crate::desk::Desk;
use crate::failure::Failure;
use crate::orders::{Idempotency, MAX_TRIES, PROGRAM, fingerprint};
use crate::permit::{CreateOrders, Permit, Scope, ViewOrders};
use crate::store::StoreError;

/// How long a root is kept that nothing was made of; a landed cost keeps its own as long as it is kept itself.
const HOLDS: SignedDuration = SignedDuration::from_hours(90 * 24);

/// The most roots that are looked through for a list of items.
const MOST_LOOKED_AT: i64 = 2_000;

/// How many roots are read at once for a list of items.
const AT_ONCE: i64 = 50;

/// A root as a request sees it, and the version that is stored.
#[derive(Clone, Debug)]
pub struct Draft {
    /// What was told.
    pub root: Root,
    stored: Option<i64>,
}

/// The root of a request: a new one, or the one that the same request under the same key began.
///
/// # Errors
/// The key was used before with another request; the database.
pub async fn open(
    desk: &Desk,
    permit: &Permit<'_, CreateOrders>,
    request: Option<&Idempotency>,
) -> Result<Draft, Failure> {
    let (scope, now) = (permit.scope(), desk.now());
    let id = match request {
        None => RootId(desk.ids().fresh(RootId::PREFIX, now)),
        Some(request) => id_of(scope, &request.key),
    };
    if let Some(request) = request
        && let Some(draft) = find(desk, scope, &id).await?
    {
        let own = format!("{PROGRAM}{}/", request.key);
        let mut steps = draft.root.steps.iter();
        let is_other = steps
            .any(|(key, step)| key.starts_with(&own) && step.fingerprint != request.fingerprint);
        return if is_other {
            Err(Failure::KeyReused)
        } else {
            Ok(draft)
        };
    }
    let root = Root {
        id,
        mode: scope.mode,
        created_at: now,
        created_by: permit.actor().by.clone(),
        expires_at: now.saturating_add(HOLDS).unwrap_or(Timestamp::MAX),
        parties: Vec::new(),
        items: Vec::new(),
        cartons: Vec::new(),
        ratings: Vec::new(),
        cartons_from: 0,
        ratings_from: 0,
        steps: [].into(),
    };
    let stored = None;
    Ok(Draft { root, stored })
}

/// The root of a request under a key: the same one each time.
fn id_of(scope: &Scope, key: &str) -> RootId {
    const LETTERS: usize = 22;
    let whole = format!("root {} {:?} {key}", scope.organization_id, scope.mode);
    RootId(format!(
        "{}{}",
        RootId::PREFIX,
        &fingerprint(&whole)[..LETTERS]
    ))
}

/// A root that was told before, to go on with.
///
/// # Errors
/// [`Refusal::Invalid`] where it is not known here; the database.
pub async fn go_on(
    desk: &Desk,
    permit: &Permit<'_, CreateOrders>,
    id: &RootId,
    field: &str,
) -> Result<Draft, Failure> {
    let found = find(desk, permit.scope(), id).await?;
    let given = id.0.clone();
    Ok(found.ok_or_else(|| Refusal::invalid(field, Problem::Unknown { given }))?)
}

/// A root; none where there is none in this organization and mode.
///
/// # Errors
/// The database.
pub async fn load(
    desk: &Desk,
    permit: &Permit<'_, ViewOrders>,
    id: &RootId,
) -> Result<Option<Root>, StoreError> {
    let found = find(desk, permit.scope(), id).await?;
    Ok(found.map(|draft| draft.root))
}

/// These roots, as far as they are there.
///
/// # Errors
/// The database.
pub async fn all_of(
    desk: &Desk,
    permit: &Permit<'_, ViewOrders>,
    ids: &[RootId],
) -> Result<Vec<Root>, StoreError> {
    let scope = permit.scope();
    desk.store()
        .roots_of(&scope.organization_id, scope.mode, ids)
        .await
}

async fn find(desk: &Desk, scope: &Scope, id: &RootId) -> Result<Option<Draft>, StoreError> {
    let found = desk.store().root(&scope.organization_id, scope.mode, id);
    Ok(found.await?.map(|(root, version)| Draft {
        root,
        stored: Some(version),
    }))
}

/// Roots from the newest on, until they have so many items behind those that are left out. The last one may have more.
///
/// # Errors
/// The database.
pub async fn with_items(
    desk: &Desk,
    permit: &Permit<'_, ViewOrders>,
    count: usize,
) -> Result<Vec<Root>, StoreError> {
    let scope = permit.scope();
    let (mut roots, mut items) = (Vec::new(), 0);
    for behind in (0..MOST_LOOKED_AT).step_by(usize::try_from(AT_ONCE).unwrap_or(1)) {
        let (organization, mode) = (&scope.organization_id, scope.mode);
        let page = desk
            .store()
            .newest_roots(organization, mode, behind, AT_ONCE);
        let page = page.await?;
        let is_last = page.len() < usize::try_from(AT_ONCE).unwrap_or(0);
        items += page.iter().map(|root| root.items.len()).sum::<usize>();
        roots.extend(page);
        if is_last || items >= count {
            break;
        }
    }
    Ok(roots)
}

impl Draft {
    /// The version that is stored; none where none is.
    pub(crate) fn stored(&self) -> Option<i64> {
        self.stored
    }

    /// What this step made before, if it was made.
    ///
    /// # Errors
    /// [`Failure::KeyReused`].
    pub(crate) fn made(&self, once: Option<&Idempotency>) -> Result<Option<Vec<String>>, Failure> {
        let known = once.and_then(|once| self.root.steps.get(&once.key));
        match (known, once) {
            (Some(step), Some(once)) if step.fingerprint != once.fingerprint => {
                Err(Failure::KeyReused)
            }
            (known, _) => Ok(known.map(|step| step.made.clone())),
        }
    }

    /// Loads what is stored now.
    pub(crate) async fn reload(&mut self, desk: &Desk, scope: &Scope) -> Result<(), Failure> {
        let found = find(desk, scope, &self.root.id).await?;
        *self = found.ok_or_else(|| {
            StoreError::Setup(format!("root {} was there and is not", self.root.id))
        })?;
        Ok(())
    }

    /// What was kept: the root and its new version.
    pub(crate) fn kept(&mut self, root: Root) {
        self.root = root;
        self.stored = Some(self.stored.map_or(1, |version| version + 1));
    }
}

/// Writes down what a step made, where it was made under a key.
pub(crate) fn note(root: &mut Root, once: Option<&Idempotency>, made: &[String]) {
    if let Some(once) = once {
        let step = Step {
            fingerprint: once.fingerprint.clone(),
            made: made.to_vec(),
        };
        root.steps.insert(once.key.clone(), step);
    }
}

/// Tells one step; the identifiers of what it made. Under a key that made it before, nothing is made.
///
/// # Errors
/// What the rules refuse; the key was used before with another request; the database.
pub async fn tell(
    desk: &Desk,
    permit: &Permit<'_, CreateOrders>,
    draft: &mut Draft,
    once: Option<&Idempotency>,
    step: impl Fn(&mut Root, &Told) -> Result<Vec<String>, Refusal>,
) -> Result<Vec<String>, Failure> {
    let scope = permit.scope();
    let told = Told {
        at: desk.now(),
        by: permit.actor().by.id.clone(),
    };
    for _ in 0..MAX_TRIES {
        if let Some(made) = draft.made(once)? {
            return Ok(made);
        }
        let mut root = draft.root.clone();
        let made = step(&mut root, &told)?;
        note(&mut root, once, &made);
        let Some(version) = draft.stored else {
            draft.root = root;
            return Ok(made);
        };
        let (organization, seen) = (&scope.organization_id, Some(version));
        if desk
            .store()
            .put_root(organization, &root, seen, &[])
            .await?
        {
            draft.kept(root);
            return Ok(made);
        }
        draft.reload(desk, scope).await?;
    }
    Err(Failure::Busy(OrderId(draft.root.id.0.clone())))
}

/// Writes a draft that nothing else has written.
///
/// # Errors
/// The database.
pub async fn keep(
    desk: &Desk,
    permit: &Permit<'_, CreateOrders>,
    draft: &mut Draft,
) -> Result<(), Failure> {
    if draft.stored.is_some() {
        return Ok(());
    }
    let organization = &permit.scope().organization_id;
    let root = draft.root.clone();
    // Where it is there already, the same request under the same key was faster, and told the same.
    desk.store()
        .put_root(organization, &root, None, &[])
        .await?;
    draft.kept(root);
    Ok(())
}

/// How many cubic centimetres count as a kilogram for the organization's carriers.
///
/// # Errors
/// The database.
pub async fn cm3_per_kg(desk: &Desk, permit: &Permit<'_, CreateOrders>) -> Result<u32, StoreError> {
    let organization = &permit.scope().organization_id;
    let settings = desk.store().settings(organization).await?;
    Ok(settings.landed_cost.packaging.cm3_per_kg)
}

/// Packs what was told into the organization's boxes.
///
/// # Errors
/// No items yet; a size that is not known, no boxes, too many cartons; the database.
pub async fn cartonize(
    desk: &Desk,
    permit: &Permit<'_, CreateOrders>,
    draft: &mut Draft,
    once: Option<&Idempotency>,
) -> Result<Vec<String>, Failure> {
    let organization = &permit.scope().organization_id;
    let packaging = desk
        .store()
        .settings(organization)
        .await?
        .landed_cost
        .packaging;
    tell(desk, permit, draft, once, |root, told| {
        let currency = root.goods_currency()?;
        let rates: Vec<ExchangeRate> = identities(root, currency, told.at);
        let items = root.order_items(currency, &rates)?;
        let sizes = root.items.iter().filter_map(|item| {
            let size = item.goods.size?;
            Some((item.id.clone(), size))
        });
        let cartons = pack(&items, &sizes.collect(), &packaging)?;
        let cartons = cartons.into_iter().map(|carton| (carton, String::new()));
        root.add_cartons(cartons.collect(), IsPacked::Here, told)
    })
    .await
}

/// One for one: how goods are packed does not depend on what they cost.
fn identities(root: &Root, to: Currency, at: Timestamp) -> Vec<ExchangeRate> {
    let others = root.other_currencies(to).into_iter();
    others
        .map(|from| ExchangeRate {
            presentment: from,
            ..ExchangeRate::identity(to, at)
        })
        .collect()
}

/// Forgets roots and rates of exchange that expired before then and that nothing was made of.
pub(crate) async fn forget(
    desk: &Desk,
    organization: &OrganizationId,
    before: Timestamp,
) -> Result<(), StoreError> {
    let store = desk.store();
    store.forget_roots(organization, before).await?;
    store.forget_exchange_rates(organization, before).await?;
    Ok(())
}
