//! Corrections: N1 to N5, notes, tags, holds, and two people at once.

use domain::actor::ActorKind;
use domain::address::Address;
use domain::command::Command;
use domain::event::AddressKind;
use domain::order::{Declaration, Order, OrderStatus, Sync};
use domain::refusal::{Problem, Refusal};
use domain::shop::ShopFact;

use crate::support::*;

fn number(to: &str, was: Option<Option<&str>>) -> Command {
    Command::SetNumber {
        number: to.to_owned(),
        was: was.map(|was| was.map(str::to_owned)),
    }
}

fn edit(which: AddressKind, before: Address, change: impl Fn(&mut Address)) -> Command {
    let mut after = before.clone();
    change(&mut after);
    Command::EditAddress {
        which,
        before: Box::new(before),
        after: Box::new(after),
    }
}

fn edit_ship_to(change: impl Fn(&mut Address)) -> Command {
    edit(AddressKind::ShipTo, address(), change)
}

#[test]
fn n1_the_number_is_changed_and_the_shop_is_told() {
    let order = checkout_order(usd());
    assert_eq!(
        events(&order, number(" A-77 ", Some(Some("1001")))),
        ["number_changed", "sync_changed"]
    );
    let changed = run(&order, number(" A-77 ", Some(Some("1001"))));
    assert_eq!(changed.number.as_deref(), Some("A-77"));
    assert_eq!(changed.sync, Sync::Waiting);
    // What a person chose is not replaced by the shop.
    let fact = || ShopFact::Number {
        number: "2002".to_owned(),
    };
    assert_eq!(shop(&changed, fact()).number.as_deref(), Some("A-77"));
    assert_eq!(shop(&order, fact()).number.as_deref(), Some("2002"));
    assert_eq!(shop(&order, fact()).sync, Sync::InStep);
}

#[test]
fn n1_a_number_is_refused_by_name() {
    let order = checkout_order(usd());
    let invalid = |problem| Refusal::invalid("number", problem);
    assert_eq!(
        refusal(&order, number(" ", None)),
        invalid(Problem::Missing)
    );
    let long = "7".repeat(101);
    assert_eq!(
        refusal(&order, number(&long, None)),
        invalid(Problem::TooLong { max: 100 })
    );
    let changed = Refusal::Changed {
        field: "number".to_owned(),
        now: "1001".to_owned(),
        yours: "A-77".to_owned(),
    };
    assert_eq!(refusal(&order, number("A-77", Some(None))), changed);
    assert_eq!(events(&order, number("1001", Some(None))), [""; 0]);
}

#[test]
fn n2_an_address_is_edited_and_the_original_is_kept() {
    let order = checkout_order(usd());
    let moved = run(
        &order,
        edit_ship_to(|to| to.line1 = " 9 Rue Oberkampf ".to_owned()),
    );
    assert_eq!(moved.ship_to.line1, "9 Rue Oberkampf");
    assert_eq!(moved.original_ship_to, Some(address()));
    let again = edit(AddressKind::ShipTo, moved.ship_to.clone(), |to| {
        to.city = "Osaka".to_owned();
    });
    assert_eq!(run(&moved, again).original_ship_to, Some(address()));
    assert_eq!(moved.bill_to, address());
    assert_eq!(moved.original_bill_to, None);
}

#[test]
fn n2_regression_14_two_people_edit_different_fields_and_both_keep_their_work() {
    let order = checkout_order(usd());
    let first = run(&order, edit_ship_to(|to| to.phone = "+81 3".to_owned()));
    let second = run(&first, edit_ship_to(|to| to.company = "Sato KK".to_owned()));
    assert_eq!(
        (&*second.ship_to.phone, &*second.ship_to.company),
        ("+81 3", "Sato KK")
    );
    // The same field: the second is told, with both values.
    let same = edit_ship_to(|to| to.phone = "+81 4".to_owned());
    let changed = Refusal::Changed {
        field: "ship_to.phone".to_owned(),
        now: "+81 3".to_owned(),
        yours: "+81 4".to_owned(),
    };
    assert_eq!(refusal(&first, same), changed);
    let agreed = edit_ship_to(|to| to.phone = "+81 3".to_owned());
    assert_eq!(events(&first, agreed), [""; 0]);
}

#[test]
fn n2_an_address_that_cannot_be_is_refused_by_field() {
    let order = checkout_order(usd());
    let unknown = Problem::UnknownCountry {
        given: "XX".to_owned(),
    };
    let set = |field: usize, text: &str| {
        let text = text.to_owned();
        edit_ship_to(move |to| (domain::address::FIELDS[field].get_mut)(to).clone_from(&text))
    };
    let nul = Problem::Malformed {
        given: "a\u{fffd}".to_owned(),
        expected: "text without NUL characters".to_owned(),
    };
    for (command, field, problem) in [
        (set(8, "xx"), "ship_to.country", unknown),
        (set(8, ""), "ship_to.country", Problem::Missing),
        (set(0, "a\0"), "ship_to.first_name", nul),
        (
            set(3, &"x".repeat(201)),
            "ship_to.line1",
            Problem::TooLong { max: 200 },
        ),
    ] {
        assert_eq!(refusal(&order, command), Refusal::invalid(field, problem));
    }
    let canceled = run(&order, cancel("out of stock"));
    assert_eq!(refusal(&canceled, set(0, "Ken")), Refusal::Canceled);
}

#[test]
fn n3_the_new_ship_to_is_what_the_next_label_is_addressed_to() {
    let order = run(
        &checkout_order(usd()),
        edit_ship_to(|to| to.line1 = "9 Rue".to_owned()),
    );
    let labelled = run(&order, request_label("label_1", &[("mug", 1)]));
    assert_eq!(labelled.shipments[0].ship_to.line1, "9 Rue");
    // Also that of a shipment that was made before.
    let made = create_shipments(&[shipment_request("shipment_1")]);
    let made = run(&checkout_order(usd()), made);
    let edited = run(&made, edit_ship_to(|to| to.line1 = "9 Rue".to_owned()));
    assert_ne!(edited.shipments[0].ship_to.line1, "9 Rue");
    let labelled = run(&edited, label_shipment("shipment_1", "label_1"));
    assert_eq!(labelled.shipments[0].ship_to, edited.ship_to);
}

fn add_note(id: &str, text: &str) -> Command {
    Command::AddNote {
        note: id.into(),
        text: text.to_owned(),
    }
}

#[test]
fn n4_notes_are_added_edited_and_deleted_by_who_wrote_them() {
    let order = checkout_order(usd());
    let noted = run_as(&order, add_note("note_1", " call back "), &member()).order;
    assert_eq!(noted.notes[0].text, "call back");
    assert_eq!(noted.notes[0].by, member().by);
    assert_eq!(events(&noted, add_note("note_1", "call back")), [""; 0]);
    let edit = |text: &str| Command::EditNote {
        note: "note_1".into(),
        text: text.to_owned(),
    };
    let edited = run_as(&noted, edit("called"), &member()).order;
    assert_eq!(edited.notes[0].text, "called");
    assert_eq!(edited.notes[0].edited_at, Some(edited.updated_at));
    let delete = || Command::DeleteNote {
        note: "note_1".into(),
    };
    let of_another = Refusal::NoteOfAnother {
        note: "note_1".into(),
        author: member().by.name,
    };
    assert_eq!(refusal(&edited, edit("not called")), of_another);
    assert_eq!(refusal(&edited, delete()), of_another);
    let gone = run_as(&edited, delete(), &member()).order;
    assert_eq!(gone.notes, []);
    let unknown = Refusal::NoteNotFound {
        note: "note_1".into(),
    };
    assert_eq!(refusal(&gone, delete()), unknown);
    assert_eq!(refusal(&gone, edit("x")), unknown);
    let missing = Refusal::invalid("note", Problem::Missing);
    assert_eq!(refusal(&order, add_note("note_1", "")), missing);
    // A program changes any note, as the reference API has it.
    let mut program = member();
    program.by.kind = ActorKind::ApiKey;
    program.by.id = "key_1".to_owned();
    assert_eq!(run_as(&noted, delete(), &program).order.notes, []);
    // A note says nothing to the shop or the shopper.
    assert_eq!(events(&order, add_note("note_1", "x")), ["note_added"]);
}

fn declare(before: Declaration, change: impl Fn(&mut Declaration)) -> Command {
    let mut after = before.clone();
    change(&mut after);
    Command::DeclareItem {
        item: "mug".into(),
        before,
        after,
    }
}

fn declared(order: &Order) -> Declaration {
    order.items[0].declared.clone()
}

#[test]
fn n5_items_are_declared_otherwise_while_what_they_were_sold_for_stays() {
    let order = checkout_order(usd());
    let command = declare(declared(&order), |to| {
        to.hs_code = "6912.00 10".to_owned();
        to.unit_price_minor = 1_500;
        to.origin = "es".to_owned();
    });
    let changed = run(&order, command);
    let now = declared(&changed);
    assert_eq!(
        (&*now.hs_code, &*now.origin, now.unit_price_minor),
        ("69120010", "ES", 1_500)
    );
    assert_eq!(changed.items[0].unit_price_minor, 2_000);
    assert_eq!(changed.amounts, order.amounts);
    assert_eq!(changed.estimated_weight.quoted_g(), 1_400);
}

#[test]
fn n5_a_declaration_that_cannot_be_or_is_stale_is_refused() {
    let order = checkout_order(usd());
    let before = || declared(&order);
    let not_a_code = Problem::Malformed {
        given: "69-11".to_owned(),
        expected: "an HS code of 4 to 12 digits".to_owned(),
    };
    for (command, field, problem) in [
        (
            declare(before(), |to| to.hs_code = "69-11".to_owned()),
            "item.hs_code",
            not_a_code,
        ),
        (
            declare(before(), |to| to.unit_price_minor = -1),
            "item.unit_price",
            Problem::Negative,
        ),
        (
            declare(before(), |to| to.description = "x".repeat(501)),
            "item.description",
            Problem::TooLong { max: 500 },
        ),
    ] {
        assert_eq!(refusal(&order, command), Refusal::invalid(field, problem));
    }
    let stale = declare(Declaration::default(), |to| to.origin = "ES".to_owned());
    assert_eq!(refusal(&order, stale).code(), "changed");
    let mut unknown = declare(before(), |to| to.origin = "ES".to_owned());
    if let Command::DeclareItem { item, .. } = &mut unknown {
        *item = "cup".into();
    }
    let expected = Refusal::ItemNotFound { item: "cup".into() };
    assert_eq!(refusal(&order, unknown), expected);
}

#[test]
fn s2_items_are_removed_and_the_order_keeps_at_least_one() {
    let order = checkout_order(usd());
    let remove = |items: &[(&str, u32)]| Command::RemoveItems {
        items: quantities(items),
    };
    let less = run(&order, remove(&[("mug", 1)]));
    assert_eq!(less.items[0].remaining(), 1);
    assert_eq!(less.amounts, order.amounts);
    let everything = Problem::Malformed {
        given: "every item".to_owned(),
        expected: "a part of the order; cancel it instead".to_owned(),
    };
    let all = remove(&[("mug", 1), ("plate", 1)]);
    assert_eq!(refusal(&less, all), Refusal::invalid("items", everything));
    let exceeds = Refusal::QuantityExceeds {
        item: "mug".into(),
        asked: u32::MAX,
        left: 1,
    };
    assert_eq!(refusal(&less, remove(&[("mug", u32::MAX)])), exceeds);
    let zero = Refusal::invalid("items", Problem::NotPositive);
    assert_eq!(refusal(&less, remove(&[("mug", 0)])), zero);
    // What is shipped cannot be removed, and without the rest the order is complete.
    let shipped = run(&less, add_tracking("shipment_1", "RR1", &[("plate", 1)]));
    assert_eq!(
        run(&shipped, remove(&[("mug", 1)])).status,
        OrderStatus::Completed
    );
}

#[test]
fn tags_are_trimmed_bounded_and_removed_as_they_were_written() {
    let mut new = new_order(domain::order::Source::Checkout, usd());
    new.tags = [" vip ".to_owned()].into();
    let order = taken(new);
    let untag = |tag: &str| Command::Untag {
        tag: tag.to_owned(),
    };
    let tag = |tag: &str| Command::Tag {
        tag: tag.to_owned(),
    };
    assert_eq!(events(&order, untag("vip")), ["untagged"]);
    assert_eq!(events(&order, tag("vip ")), [""; 0]);
    assert_eq!(events(&order, untag("gift")), [""; 0]);
    let full = (0..49).fold(order, |order, index| {
        run(&order, tag(&format!("tag {index}")))
    });
    let expected = Refusal::invalid("tag", Problem::TooMany { max: 50 });
    assert_eq!(refusal(&full, tag("one more")), expected);
}

#[test]
fn a_hold_stops_shipping_until_it_is_released_and_its_note_is_kept() {
    let order = checkout_order(usd());
    let held = run(
        &order,
        Command::Hold {
            note: "ask the customer".to_owned(),
        },
    );
    assert_eq!(held.status, OrderStatus::Hold);
    let last = held.transitions.last().unwrap();
    assert_eq!(last.note.as_deref(), Some("ask the customer"));
    let not_ready = |status| Refusal::NotReady { status };
    let ship = || add_tracking("shipment_1", "RR1", &[]);
    assert_eq!(refusal(&held, ship()), not_ready(OrderStatus::Hold));
    let again = Command::Hold {
        note: "again".to_owned(),
    };
    assert_eq!(refusal(&held, again), not_ready(OrderStatus::Hold));
    assert_eq!(
        refusal(&order, Command::Release),
        not_ready(OrderStatus::Open)
    );
    let open = run(&held, Command::Release);
    assert_eq!(run(&open, ship()).status, OrderStatus::Completed);
}

#[test]
fn n2_what_an_address_does_not_tell_of_person_or_place_stays_as_it_was() {
    let of = |name: &str, email: &str, line1: &str, country: &str| Address {
        first_name: name.to_owned(),
        email: email.to_owned(),
        line1: line1.to_owned(),
        country: country.to_owned(),
        ..Address::default()
    };
    let was = of("Ana", "a@example.org", "1 rue Neuve", "FR");
    for (told, becomes) in [
        (
            of("Eve", "", "2 quai Sud", "BE"),
            of("Eve", "", "2 quai Sud", "BE"),
        ),
        (of("Eve", "", "", ""), of("Eve", "", "1 rue Neuve", "FR")),
        (of("", "", "", "BE"), of("Ana", "a@example.org", "", "BE")),
        (Address::default(), was.clone()),
    ] {
        assert_eq!(told.or(&was), becomes);
    }
}
