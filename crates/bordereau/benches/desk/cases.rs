//! What is listed and searched for.

use domain::filter::Filter;
use domain::order::OrderStatus;

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
        ("list, newest first", vec![Filter::default()]),
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
            "filter, several conditions",
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
            ],
        ),
    ]
}
