//! What is listed and searched for.

use domain::filter::{Filter, Sort, SortKey};
use domain::order::OrderStatus;

/// The filters of several conditions and the whole list, by another order than the date.
pub fn sorted_cases() -> Vec<(&'static str, Sort, Vec<Filter>)> {
    let all = cases();
    let of = |name: &str| {
        all.iter()
            .find(|(known, _)| *known == name)
            .map(|(_, filters)| filters.clone())
    };
    let filters: Vec<Filter> = [LIST, SEVERAL]
        .into_iter()
        .filter_map(of)
        .flatten()
        .collect();
    let by = |key| Sort {
        key,
        is_descending: true,
    };
    vec![
        ("the same by total", by(SortKey::Total), filters.clone()),
        ("the same by customer", by(SortKey::Customer), filters),
    ]
}

const LIST: &str = "list, newest first";
const SEVERAL: &str = "filter, several conditions";

/// Lists, filters and searches, each a few of a kind.
#[allow(clippy::too_many_lines, reason = "a table of filters")]
pub fn cases() -> Vec<(&'static str, Vec<Filter>)> {
    use domain::coverage::Cover;
    use domain::order::{Fulfilment, PaymentStatus, Source};
    let text = |text: &str| Filter {
        text: text.to_owned(),
        ..Filter::default()
    };
    let status = |status| Filter {
        status: vec![status],
        ..Filter::default()
    };
    vec![
        (LIST, vec![Filter::default()]),
        (
            "filter, one condition",
            vec![
                status(OrderStatus::Hold),
                status(OrderStatus::Completed),
                status(OrderStatus::PaymentFailed),
                Filter {
                    destination: vec!["MX".to_owned()],
                    ..Filter::default()
                },
                Filter {
                    payment: vec![PaymentStatus::Refunded],
                    ..Filter::default()
                },
                Filter {
                    needs_attention: Some(true),
                    ..Filter::default()
                },
                Filter {
                    tag: Some("wholesale".to_owned()),
                    ..Filter::default()
                },
                Filter {
                    fraud: vec![Cover::AtRisk, Cover::Void],
                    ..Filter::default()
                },
                Filter {
                    min_base_minor: Some(150_000),
                    ..Filter::default()
                },
            ],
        ),
        (
            SEVERAL,
            vec![
                Filter {
                    destination: vec!["BH".to_owned(), "KW".to_owned()],
                    ..status(OrderStatus::Canceled)
                },
                Filter {
                    source: vec![Source::DutyAndTax],
                    ..status(OrderStatus::Hold)
                },
                Filter {
                    needs_attention: Some(true),
                    destination: vec!["JP".to_owned()],
                    ..Filter::default()
                },
                Filter {
                    fulfilment: vec![Fulfilment::Some],
                    tag: Some("vip".to_owned()),
                    ..Filter::default()
                },
                Filter {
                    payment: vec![PaymentStatus::Refunded],
                    ..status(OrderStatus::Open)
                },
                Filter {
                    min_base_minor: Some(400_000),
                    destination: vec!["FR".to_owned(), "DE".to_owned()],
                    ..Filter::default()
                },
                Filter {
                    tag: Some("gift".to_owned()),
                    destination: vec!["GB".to_owned()],
                    ..Filter::default()
                },
            ],
        ),
        (
            "search",
            vec![
                text("lefevre"),
                text("S20117"),
                text("muller koln"),
                text("tent-2p"),
                text("kl"),
                text("sao paulo jo"),
                // In every order: a letter, and the domain of an e-mail address.
                text("s"),
                text("example"),
                text("francois.dupont256@example.com"),
            ],
        ),
        (
            "search with a filter",
            vec![
                Filter {
                    text: "paris".to_owned(),
                    ..status(OrderStatus::Hold)
                },
                Filter {
                    text: "smith".to_owned(),
                    needs_attention: Some(true),
                    ..Filter::default()
                },
                Filter {
                    text: "example".to_owned(),
                    ..status(OrderStatus::Hold)
                },
                Filter {
                    destination: vec!["JP".to_owned()],
                    ..text("example")
                },
            ],
        ),
    ]
}
