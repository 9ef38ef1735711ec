//! Cartons: which boxes, and what they weigh; the greater of physical and dimensional weight counts.

use std::collections::BTreeMap;

use domain::cartons::{
    BoxKind, Carton, MAX_CARTONS, Packaging, Size, Unpacked, check_packaging, pack, weight_of,
};
use domain::ids::ItemId;
use domain::order::{EstimatedWeight, Item};
use domain::refusal::{Problem, Refusal};

use crate::support::landed::goods;

fn size(length_mm: u32, width_mm: u32, height_mm: u32) -> Size {
    Size {
        length_mm,
        width_mm,
        height_mm,
    }
}

fn kind(name: &str, size: Size, max_weight_g: u32, own_weight_g: u32) -> BoxKind {
    BoxKind {
        name: name.to_owned(),
        size,
        max_weight_g,
        own_weight_g,
    }
}

fn packaging() -> Packaging {
    Packaging {
        boxes: vec![
            kind("small", size(200, 100, 100), 5_000, 100),
            kind("large", size(400, 300, 200), 20_000, 500),
        ],
        ..Packaging::default()
    }
}

/// Packs things told by id, quantity, size and weight.
fn packed(things: &[(&str, u32, Size, u32)]) -> Result<Vec<Carton>, Unpacked> {
    let item = |(id, quantity, _, weight_g): &(&str, u32, Size, u32)| Item {
        weight_g: *weight_g,
        ..goods(id, *quantity, 100, "", "")
    };
    let items: Vec<Item> = things.iter().map(item).collect();
    let sizes = things
        .iter()
        .map(|thing| (ItemId(format!("item_{}", thing.0)), thing.2));
    pack(&items, &sizes.collect::<BTreeMap<_, _>>(), &packaging())
}

/// A carton's box, its contents, and its weights on the scales and by volume.
type Told<'a> = (Option<&'a str>, Vec<(&'a str, u32)>, u32, u32);

fn told(cartons: &[Carton]) -> Vec<Told<'_>> {
    let mut all = Vec::new();
    for carton in cartons {
        let items = carton.items.iter().map(|(id, count)| (id.as_str(), *count));
        let weights = (carton.physical_g, carton.dimensional_g);
        all.push((
            carton.kind.as_deref(),
            items.collect(),
            weights.0,
            weights.1,
        ));
    }
    all
}

#[test]
fn what_fits_a_small_box_is_sent_in_one_and_the_greater_weight_counts() {
    let cartons = packed(&[("pin", 2, size(100, 90, 90), 50)]).unwrap();
    assert_eq!(
        told(&cartons),
        [(Some("small"), vec![("item_pin", 2)], 200, 400)]
    );
    assert_eq!(cartons[0].chargeable_g(), 400);
    let heavy = packed(&[("lead", 1, size(50, 50, 50), 4_900)]).unwrap();
    assert_eq!(heavy[0].chargeable_g(), 5_000);
}

#[test]
fn the_largest_go_first_and_the_rest_fills_the_room_that_is_left() {
    let cartons = packed(&[
        ("small", 3, size(100, 100, 100), 200),
        ("big", 3, size(400, 150, 200), 3_000),
    ])
    .unwrap();
    assert_eq!(
        told(&cartons),
        [
            (Some("large"), vec![("item_big", 2)], 6_500, 4_800),
            (
                Some("large"),
                vec![("item_big", 1), ("item_small", 3)],
                4_100,
                4_800
            ),
        ]
    );
    let weight = EstimatedWeight {
        physical_g: 10_600,
        dimensional_g: 9_600,
    };
    assert_eq!(weight_of(&cartons), weight);
}

#[test]
fn a_box_is_never_fuller_or_heavier_than_it_may_be() {
    let cartons = packed(&[("iron", 5, size(50, 50, 50), 6_000)]).unwrap();
    let counts: Vec<u32> = cartons.iter().map(|carton| carton.items[0].1).collect();
    assert_eq!(counts, [3, 2]);
    assert_eq!(cartons[0].physical_g, 18_500);
}

#[test]
fn what_fits_no_box_is_sent_as_it_is_one_by_one() {
    let cartons = packed(&[
        ("rod", 2, size(900, 20, 20), 300),
        ("pin", 1, size(10, 10, 10), 5),
    ])
    .unwrap();
    assert_eq!(
        told(&cartons),
        [
            (None, vec![("item_rod", 1)], 300, 72),
            (None, vec![("item_rod", 1)], 300, 72),
            (Some("small"), vec![("item_pin", 1)], 105, 400),
        ]
    );
    assert_eq!(cartons[0].size, size(900, 20, 20));
    assert_eq!(cartons[0].note, "goes into no box, so it is sent as it is");
    // Turned, it fits.
    let turned = packed(&[("case", 1, size(200, 400, 300), 1_000)]).unwrap();
    assert_eq!(turned[0].kind.as_deref(), Some("large"));
}

#[test]
fn what_cannot_be_packed_says_why() {
    assert_eq!(
        packed(&[("rod", MAX_CARTONS as u32 + 1, size(900, 20, 20), 300)]),
        Err(Unpacked::TooMany)
    );
    let items = [goods("pin", 1, 100, "", "")];
    let id = items[0].id.clone();
    let unknown = pack(&items, &BTreeMap::new(), &packaging());
    assert_eq!(unknown, Err(Unpacked::SizeUnknown(id)));
    let none = pack(&items, &BTreeMap::new(), &Packaging::default());
    assert_eq!(none, Err(Unpacked::NoBoxes));
}

#[test]
fn boxes_that_hold_nothing_are_refused() {
    let field = |change: fn(&mut Packaging)| {
        let mut packaging = packaging();
        change(&mut packaging);
        check_packaging(&packaging).unwrap_err()
    };
    let is = |refusal: Refusal, name: &str| assert_eq!(refusal.field(), Some(name));
    is(field(|p| p.cm3_per_kg = 0), "cm3_per_kg");
    is(
        field(|p| p.boxes[1].size.height_mm = 0),
        "boxes[1].size.height_mm",
    );
    is(
        field(|p| p.boxes[0].own_weight_g = 5_000),
        "boxes[0].max_weight_g",
    );
    let given = "small".to_owned();
    assert_eq!(
        field(|p| p.boxes[1].name = "small".to_owned()),
        Refusal::invalid("boxes[1].name", Problem::Twice { given })
    );
    assert_eq!(check_packaging(&packaging()), Ok(()));
}
