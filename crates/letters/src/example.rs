//! An order to show e-mails with, and the ways in which a real one can differ from it: words that work for all of
//! them work for the orders that come.

use domain::ids::MailId;
use domain::order::Order;

use crate::facts::{Facts, Shop, order};
use crate::words::{Field, Words};
use crate::{Kind, Language, Mistake, Why, write};

/// The longest words of a field that a merchant may write, in characters.
pub const MAX_WORDS: [(Field, usize); 4] = [
    (Field::Subject, 300),
    (Field::Heading, 300),
    (Field::Body, 8_000),
    (Field::Closing, 2_000),
];

/// An order with everything that an e-mail can speak of.
pub fn example(language: Language) -> Order {
    let mut order: Order =
        serde_json::from_str(include_str!("../example.json")).expect("a test reads the example");
    language.tag().clone_into(&mut order.language);
    order
}

/// One with as little as an order can have.
fn bare(language: Language) -> Order {
    let mut order = example(language);
    order.number = None;
    order.cancellation = None;
    order.refunds.clear();
    order.shipments.clear();
    for address in [&mut order.ship_to, &mut order.bill_to] {
        address.first_name.clear();
        address.city.clear();
    }
    order
}

/// One for which nothing was charged.
fn free(language: Language) -> Order {
    let mut order = example(language);
    order.refunds.clear();
    for payment in &mut order.payments {
        payment.captured_minor = 0;
    }
    order
}

/// Whether words can be used, found out by writing them for every kind of order.
///
/// # Errors
/// The first [`Mistake`].
pub fn check(
    words: &Words,
    kind: Kind,
    language: Language,
    shop: &Shop<'_>,
) -> Result<(), Mistake> {
    for (field, longest) in MAX_WORDS {
        if words.get(field).chars().count() > longest {
            return Err(Mistake {
                field,
                line: 1,
                why: Why::TooLong,
                detail: format!("more than {longest} characters"),
            });
        }
    }
    for sample in [example(language), bare(language), free(language)] {
        write(words, &facts(&sample, kind, shop))?;
    }
    Ok(())
}

/// The facts of an order that is shown, not sent: of its last refund or shipment.
pub fn facts(sample: &Order, kind: Kind, shop: &Shop<'_>) -> Facts {
    order(sample, &MailId(String::new()), kind, shop)
}
