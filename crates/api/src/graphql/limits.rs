//! How much a program may ask: points a second, counted as a bucket for each key, and the size of one document.
//!
//! The buckets are in this process: where several serve one desk, a key has a bucket in each.

use std::collections::HashMap;
use std::sync::Mutex;

use async_graphql::parser::types::{ExecutableDocument, OperationType, Selection, SelectionSet};
use async_graphql::{Name, Positioned};
use domain::ids::KeyId;
use jiff::Timestamp;

/// What a field of a query costs, in points.
pub(super) const QUERY_POINTS: i64 = 5;

/// What a field of a mutation costs, in points.
pub(super) const MUTATION_POINTS: i64 = 10;

/// A bucket fills up from empty in so many seconds.
const FILLS_IN_S: i64 = 100;

/// Beyond so many buckets those that are full are forgotten: a full one is what a new one is.
const MOST_BUCKETS: usize = 1_000;

const MILLI: i64 = 1_000;

/// A bucket of points for each key.
#[derive(Debug)]
pub struct Buckets {
    size: i64,
    buckets: Mutex<HashMap<KeyId, Bucket>>,
}

#[derive(Clone, Copy, Debug)]
struct Bucket {
    /// Thousandths of points; below zero after an answer that cost more than was left.
    milli: i64,
    at: Timestamp,
}

/// How a key stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    /// How many points a full bucket has.
    pub size: i64,
    /// How many are left; below zero where more was used.
    pub left: i64,
}

impl Standing {
    /// In how many seconds there are this many points; 0 where there are.
    pub fn wait_s(self, points: i64) -> i64 {
        let missing = (points - self.left).max(0) * FILLS_IN_S;
        (missing + self.size - 1) / self.size
    }
}

impl Buckets {
    /// Buckets of this many points each; a hundredth of them comes back every second.
    pub fn of(points: u32) -> Self {
        Self {
            size: i64::from(points).max(1),
            buckets: Mutex::default(),
        }
    }

    /// Takes points where there are as many; without them it takes nothing, and says how the key stands as an error.
    ///
    /// # Errors
    /// The key has fewer points left.
    pub fn take(&self, key: &KeyId, points: i64, now: Timestamp) -> Result<Standing, Standing> {
        self.with(key, now, |bucket| {
            let is_enough = bucket.milli >= points * MILLI;
            if is_enough {
                bucket.milli -= points * MILLI;
            }
            is_enough
        })
    }

    /// Takes points for an answer that was given, whether or not there are as many.
    pub fn charge(&self, key: &KeyId, points: i64, now: Timestamp) -> Standing {
        let charged = self.with(key, now, |bucket| {
            bucket.milli = bucket.milli.saturating_sub(points.saturating_mul(MILLI));
            true
        });
        charged.unwrap_or_else(|standing| standing)
    }

    fn with(
        &self,
        key: &KeyId,
        now: Timestamp,
        change: impl FnOnce(&mut Bucket) -> bool,
    ) -> Result<Standing, Standing> {
        let full = self.size * MILLI;
        let mut buckets = self.buckets.lock().expect("no holder panics");
        if buckets.len() >= MOST_BUCKETS {
            buckets.retain(|_, bucket| self.filled(bucket, now) < full);
        }
        let fresh = Bucket {
            milli: full,
            at: now,
        };
        let bucket = buckets.entry(key.clone()).or_insert(fresh);
        let milli = self.filled(bucket, now);
        *bucket = Bucket { milli, at: now };
        let is_done = change(bucket);
        let standing = Standing {
            size: self.size,
            left: bucket.milli.div_euclid(MILLI),
        };
        if is_done { Ok(standing) } else { Err(standing) }
    }

    /// What a bucket holds now: what it held, and what came back since.
    fn filled(&self, bucket: &Bucket, now: Timestamp) -> i64 {
        let gone_us = now.duration_since(bucket.at).as_micros().max(0);
        let back = gone_us * i128::from(self.size) / i128::from(FILLS_IN_S * MILLI);
        let back = i64::try_from(back).unwrap_or(i64::MAX);
        bucket.milli.saturating_add(back).min(self.size * MILLI)
    }
}

/// The deepest a document may be nested, fragments laid out; a console's question about the whole schema fits.
pub const MAX_DEPTH: usize = 30;

/// The most fields a document may ask for, fragments laid out.
pub const MAX_FIELDS: u64 = 5_000;

/// The most operations one document may ask for at its root.
pub const MAX_ROOT_FIELDS: u64 = 100;

/// The most that an answer may show, each order of a page counted.
pub(super) const MAX_COMPLEXITY: usize = 60_000;

/// What is too much about a document.
pub(super) type TooMuch = String;

/// What a document costs before it is answered, in points, weighed with its fragments laid out. Each fragment is looked
/// at once, so a short document that unfolds into a long one costs nothing to refuse.
///
/// # Errors
/// What there is too much of.
pub(super) fn weigh(document: &ExecutableDocument) -> Result<i64, TooMuch> {
    let mut scales = Scales {
        document,
        fragments: HashMap::new(),
    };
    for name in document.fragments.keys() {
        scales.fragment(name, 0)?;
    }
    let (mut points, mut fields) = (0, 0_u64);
    for (_, operation) in document.operations.iter() {
        let size = scales.selection(&operation.node.selection_set, 0)?;
        fields = fields.saturating_add(size.fields);
        if size.top > MAX_ROOT_FIELDS {
            return Err(format!(
                "the document asks for more than {MAX_ROOT_FIELDS} operations"
            ));
        }
        let each = match operation.node.ty {
            OperationType::Mutation => MUTATION_POINTS,
            OperationType::Query | OperationType::Subscription => QUERY_POINTS,
        };
        // One of several is carried out; the dearest is what is counted.
        points = points.max(each * i64::try_from(size.top).unwrap_or(i64::MAX));
    }
    if fields > MAX_FIELDS {
        return Err(format!(
            "the document asks for more than {MAX_FIELDS} fields"
        ));
    }
    Ok(points)
}

/// Fields of a selection: those at its top, all of them, and how deep they go.
#[derive(Clone, Copy, Default)]
struct Size {
    top: u64,
    fields: u64,
    depth: usize,
}

struct Scales<'a> {
    document: &'a ExecutableDocument,
    /// What is known of each fragment; none while it is looked at, where it cannot be within itself.
    fragments: HashMap<&'a Name, Option<Size>>,
}

impl<'a> Scales<'a> {
    /// `depth` is where it is looked at, so that looking never goes deeper than a document may.
    fn selection(
        &mut self,
        set: &'a Positioned<SelectionSet>,
        depth: usize,
    ) -> Result<Size, TooMuch> {
        let mut size = Size::default();
        for selection in &set.node.items {
            let part = match &selection.node {
                Selection::Field(field) => {
                    let below = self.selection(&field.node.selection_set, depth + 1)?;
                    Size {
                        top: 1,
                        fields: below.fields.saturating_add(1),
                        ..below
                    }
                }
                Selection::InlineFragment(inline) => {
                    self.selection(&inline.node.selection_set, depth + 1)?
                }
                Selection::FragmentSpread(spread) => {
                    self.fragment(&spread.node.fragment_name.node, depth + 1)?
                }
            };
            size.top = size.top.saturating_add(part.top);
            size.fields = size.fields.saturating_add(part.fields);
            size.depth = size.depth.max(part.depth + 1);
        }
        if depth + size.depth > MAX_DEPTH {
            return Err(format!("the document is nested deeper than {MAX_DEPTH}"));
        }
        Ok(size)
    }

    fn fragment(&mut self, name: &Name, depth: usize) -> Result<Size, TooMuch> {
        // One that is not there, or is within itself, is told by the library's own rules.
        let Some((name, fragment)) = self.document.fragments.get_key_value(name) else {
            return Ok(Size::default());
        };
        if let Some(known) = self.fragments.get(name) {
            return Ok(known.unwrap_or_default());
        }
        if depth > MAX_DEPTH {
            return Err(format!("the document is nested deeper than {MAX_DEPTH}"));
        }
        self.fragments.insert(name, None);
        let size = self.selection(&fragment.node.selection_set, depth)?;
        self.fragments.insert(name, Some(size));
        Ok(size)
    }
}
