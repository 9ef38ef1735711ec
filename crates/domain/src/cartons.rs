//! Cartons: which of an organization's boxes the goods go into, and what they weigh for the carrier.
//!
//! The largest things go first, each into the first carton that has room and strength for it; then every carton becomes
//! the smallest box that still holds what is in it. The same goods are always packed the same way. Room is told by
//! volume: that things of awkward shapes fill a box less well is for whoever packs.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::ids::ItemId;
use crate::intake::MAX_NAME;
use crate::order::{EstimatedWeight, Item};
use crate::refusal::{Problem, Refusal};
use crate::text::required_text;

/// The longest side of a thing or a box, in millimetres.
pub const MAX_SIDE_MM: u32 = 10_000;

/// The most kinds of boxes an organization has.
pub const MAX_BOXES: usize = 50;

/// The most cartons that one parcel is packed into.
pub const MAX_CARTONS: usize = 1_000;

/// Three sides in any order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "each name says it")]
pub struct Size {
    pub length_mm: u32,
    pub width_mm: u32,
    pub height_mm: u32,
}

impl Size {
    /// How much room it takes.
    pub fn volume_mm3(self) -> u64 {
        u64::from(self.length_mm) * u64::from(self.width_mm) * u64::from(self.height_mm)
    }

    /// Refuses sides that are nothing, or longer than [`MAX_SIDE_MM`].
    ///
    /// # Errors
    /// [`Refusal::Invalid`] naming `field`.
    pub fn check(self, field: &str) -> Result<(), Refusal> {
        for (side_mm, name) in [
            (self.length_mm, "length_mm"),
            (self.width_mm, "width_mm"),
            (self.height_mm, "height_mm"),
        ] {
            check_between(side_mm, MAX_SIDE_MM, &format!("{field}.{name}"))?;
        }
        Ok(())
    }

    /// Whether a thing of this size can be turned so that it goes into a box of that size.
    fn goes_into(self, room: Self) -> bool {
        let sorted = |size: Self| {
            let mut sides = [size.length_mm, size.width_mm, size.height_mm];
            sides.sort_unstable();
            sides
        };
        let (sides, room) = (sorted(self), sorted(room));
        sides.iter().zip(room).all(|(side, room)| *side <= room)
    }
}

/// A kind of box.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BoxKind {
    /// What the team calls it.
    pub name: String,
    /// The room inside.
    pub size: Size,
    /// The most it weighs when it is full, itself included.
    pub max_weight_g: u32,
    /// What it weighs when it is empty.
    #[serde(default)]
    pub own_weight_g: u32,
}

/// What an organization packs its goods in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Packaging {
    /// Its boxes.
    pub boxes: Vec<BoxKind>,
    /// How many cubic centimetres count as a kilogram.
    pub cm3_per_kg: u32,
}

impl Default for Packaging {
    fn default() -> Self {
        Self {
            boxes: Vec::new(),
            cm3_per_kg: 5_000,
        }
    }
}

/// Refuses boxes that hold nothing, and two of one name.
///
/// # Errors
/// [`Refusal::Invalid`] naming the field.
pub fn check_packaging(packaging: &Packaging) -> Result<(), Refusal> {
    check_between(packaging.cm3_per_kg, 100_000, "cm3_per_kg")?;
    if packaging.boxes.len() > MAX_BOXES {
        let problem = Problem::TooMany { max: MAX_BOXES };
        return Err(Refusal::invalid("boxes", problem));
    }
    for (index, kind) in packaging.boxes.iter().enumerate() {
        let field = format!("boxes[{index}]");
        required_text(&kind.name, &format!("{field}.name"), MAX_NAME)?;
        kind.size.check(&format!("{field}.size"))?;
        let least_g = kind.own_weight_g.saturating_add(1);
        if kind.max_weight_g < least_g {
            let (given, expected) = (
                format!("{} g", kind.max_weight_g),
                format!("more than the box itself weighs, {} g", kind.own_weight_g),
            );
            let problem = Problem::Malformed { given, expected };
            return Err(Refusal::invalid(&format!("{field}.max_weight_g"), problem));
        }
        let mut before = packaging.boxes[..index].iter();
        if before.any(|other| other.name == kind.name) {
            let given = kind.name.clone();
            let problem = Problem::Twice { given };
            return Err(Refusal::invalid(&format!("{field}.name"), problem));
        }
    }
    Ok(())
}

fn check_between(given: u32, most: u32, field: &str) -> Result<(), Refusal> {
    if (1..=most).contains(&given) {
        return Ok(());
    }
    let (given, expected) = (given.to_string(), format!("between 1 and {most}"));
    let problem = Problem::Malformed { given, expected };
    Err(Refusal::invalid(field, problem))
}

/// A packed carton.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Carton {
    /// The kind of box; none for a thing that goes into no box and is sent as it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// Its size.
    pub size: Size,
    /// What is in it, and how many.
    pub items: Vec<(ItemId, u32)>,
    /// On the scales, with the box.
    pub physical_g: u32,
    /// By volume, rounded up.
    pub dimensional_g: u32,
    /// What whoever packs should know; empty where there is nothing to say.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
}

impl Carton {
    /// What the carrier charges for: the greater of the two.
    pub fn chargeable_g(&self) -> u32 {
        self.physical_g.max(self.dimensional_g)
    }
}

/// What cartons weigh together.
pub fn weight_of(cartons: &[Carton]) -> EstimatedWeight {
    let sum = |of: fn(&Carton) -> u32| cartons.iter().map(of).fold(0, u32::saturating_add);
    EstimatedWeight {
        physical_g: sum(|carton| carton.physical_g),
        dimensional_g: sum(|carton| carton.dimensional_g),
    }
}

/// Why goods were not packed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unpacked {
    /// The organization has set no boxes.
    #[error("the organization has no boxes")]
    NoBoxes,
    /// How large something is was not said.
    #[error("the size of item {0} is not known")]
    SizeUnknown(ItemId),
    /// They would fill more than [`MAX_CARTONS`].
    #[error("the goods fill more than {MAX_CARTONS} cartons")]
    TooMany,
}

impl From<Unpacked> for Refusal {
    fn from(why: Unpacked) -> Self {
        match why {
            Unpacked::NoBoxes => Self::invalid("boxes", Problem::Missing),
            Unpacked::SizeUnknown(item) => {
                Self::invalid(&format!("sizes.{item}"), Problem::Missing)
            }
            Unpacked::TooMany => Self::invalid("items", Problem::TooMany { max: MAX_CARTONS }),
        }
    }
}

/// Packs goods, each in exactly one carton.
///
/// # Errors
/// [`Unpacked`].
pub fn pack(
    items: &[Item],
    sizes: &BTreeMap<ItemId, Size>,
    packaging: &Packaging,
) -> Result<Vec<Carton>, Unpacked> {
    if packaging.boxes.is_empty() {
        return Err(Unpacked::NoBoxes);
    }
    let mut things = Vec::with_capacity(items.len());
    for item in items {
        let size = sizes.get(&item.id);
        let size = *size.ok_or_else(|| Unpacked::SizeUnknown(item.id.clone()))?;
        things.push(Thing { item, size });
    }
    // The sort is stable: of equally large things the one that was named first goes first.
    things.sort_by_key(|thing| std::cmp::Reverse(thing.size.volume_mm3()));
    let mut open: Vec<Open<'_>> = Vec::new();
    for thing in &things {
        place(thing, &mut open, packaging)?;
    }
    Ok(open
        .into_iter()
        .map(|carton| carton.closed(packaging))
        .collect())
}

/// An item with its size.
#[derive(Clone, Copy)]
struct Thing<'a> {
    item: &'a Item,
    size: Size,
}

/// A carton that is being packed; without a kind it holds one thing that goes into no box.
struct Open<'a> {
    kind: Option<&'a BoxKind>,
    contents: Vec<(Thing<'a>, u32)>,
    volume_mm3: u64,
    weight_g: u64,
}

fn place<'a>(
    thing: &Thing<'a>,
    open: &mut Vec<Open<'a>>,
    packaging: &'a Packaging,
) -> Result<(), Unpacked> {
    let mut left = thing.item.quantity;
    for carton in open.iter_mut() {
        left -= carton.take(*thing, left);
    }
    let fitting = packaging.boxes.iter().filter(|kind| kind.takes(*thing));
    // The last of the largest, so that boxes of one size are taken in a fixed order.
    let largest = fitting.max_by_key(|kind| kind.size.volume_mm3());
    while left > 0 {
        if open.len() == MAX_CARTONS {
            return Err(Unpacked::TooMany);
        }
        let mut carton = Open::empty(largest);
        left -= match largest {
            Some(_) => carton.take(*thing, left),
            None => carton.hold(*thing, 1),
        };
        open.push(carton);
    }
    Ok(())
}

impl BoxKind {
    /// Whether one of a thing goes into the empty box.
    fn takes(&self, thing: Thing<'_>) -> bool {
        let weight_g = u64::from(self.own_weight_g) + u64::from(thing.item.weight_g);
        thing.size.goes_into(self.size) && weight_g <= u64::from(self.max_weight_g)
    }
}

impl<'a> Open<'a> {
    fn empty(kind: Option<&'a BoxKind>) -> Self {
        Self {
            kind,
            contents: Vec::new(),
            volume_mm3: 0,
            weight_g: kind.map_or(0, |kind| u64::from(kind.own_weight_g)),
        }
    }

    /// Takes as many of a thing as there is room and strength for, and says how many.
    fn take(&mut self, thing: Thing<'a>, wanted: u32) -> u32 {
        let Some(kind) = self.kind.filter(|kind| kind.takes(thing)) else {
            return 0;
        };
        let room = (kind.size.volume_mm3() - self.volume_mm3) / thing.size.volume_mm3().max(1);
        let strength = u64::from(kind.max_weight_g) - self.weight_g;
        // What weighs nothing, or is not known, never breaks a box.
        let strength = strength
            .checked_div(u64::from(thing.item.weight_g))
            .unwrap_or(u64::MAX);
        let count = u64::from(wanted).min(room).min(strength);
        self.hold(thing, u32::try_from(count).unwrap_or(wanted))
    }

    fn hold(&mut self, thing: Thing<'a>, count: u32) -> u32 {
        if count > 0 {
            self.contents.push((thing, count));
            self.volume_mm3 += thing.size.volume_mm3() * u64::from(count);
            self.weight_g += u64::from(thing.item.weight_g) * u64::from(count);
        }
        count
    }

    /// The carton in the smallest box that holds it.
    fn closed(self, packaging: &Packaging) -> Carton {
        let goods_g = self.weight_g - self.kind.map_or(0, |kind| u64::from(kind.own_weight_g));
        let holds = |kind: &&BoxKind| {
            self.kind.is_some()
                && self.volume_mm3 <= kind.size.volume_mm3()
                && goods_g + u64::from(kind.own_weight_g) <= u64::from(kind.max_weight_g)
                && self.contents.iter().all(|(thing, _)| kind.takes(*thing))
        };
        let fitting = packaging.boxes.iter().filter(holds);
        let kind = fitting.min_by_key(|kind| kind.size.volume_mm3());
        let own = self.contents.first().map(|(thing, _)| thing.size);
        let size = kind.map(|kind| kind.size).or(own);
        let size = size.expect("a carton holds something");
        let weight_g = goods_g + kind.map_or(0, |kind| u64::from(kind.own_weight_g));
        let dimensional_g = size.volume_mm3().div_ceil(u64::from(packaging.cm3_per_kg));
        let whole = |grams: u64| u32::try_from(grams).unwrap_or(u32::MAX);
        Carton {
            kind: kind.map(|kind| kind.name.clone()),
            size,
            items: self
                .contents
                .iter()
                .map(|(thing, count)| (thing.item.id.clone(), *count))
                .collect(),
            physical_g: whole(weight_g),
            dimensional_g: whole(dimensional_g),
            note: match kind {
                Some(_) => String::new(),
                None => "goes into no box, so it is sent as it is".to_owned(),
            },
        }
    }
}
