//! The purchases of CDNOW: a year and a half of a real shop, imported to the cent, twice.

use std::fmt::Write as _;

use crate::support::orders::rows_of;
use crate::support::{Desk, text};

/// Where the purchases are: customer, day, number of discs and dollars in columns, after a header.
const PURCHASES: &str = "BORDEREAU_TEST_CDNOW";

/// What the file holds, less its header.
const COUNT: usize = 69_659;

/// A purchase in whole cents, so that nothing is added up in binary fractions.
struct Purchase<'a> {
    customer: &'a str,
    day: &'a str,
    discs: u64,
    cents: u64,
}

#[test]
fn a_year_and_a_half_of_purchases_comes_in_to_the_cent() {
    let Ok(path) = std::env::var(PURCHASES) else {
        use std::io::Write as _;
        // Past the capture of test output: nobody should believe that this was tested.
        let line = format!("not run: {PURCHASES} is not set\n");
        std::io::stderr().write_all(line.as_bytes()).unwrap();
        return;
    };
    let purchases = std::fs::read_to_string(path).unwrap();
    let purchases: Vec<Purchase> = purchases.lines().skip(1).map(purchase).collect();
    assert_eq!(purchases.len(), COUNT);
    let cents: u64 = purchases.iter().map(|purchase| purchase.cents).sum();

    let desk = Desk::embedded();
    let file = desk.with_shop().write("cdnow.csv", csv_of(&purchases));
    // A purchase of 0.00 dollars is an order like any other: something was bought, and nothing was paid.
    assert!(purchases.iter().any(|purchase| purchase.cents == 0));
    let said = desk.import(&file).fine();
    assert_eq!(
        said,
        format!("{COUNT} orders read: {COUNT} new, 0 known already, 0 rejected\n")
    );
    let said = desk.run("import", &[text(&file)]).fine();
    assert_eq!(
        said,
        format!("{COUNT} orders read: 0 new, {COUNT} known already, 0 rejected\n")
    );

    let rows = rows_of(&desk.export("csv", &[]));
    assert_eq!(rows.len(), COUNT);
    assert_eq!(
        rows.iter().map(|row| cents_of(&row["total"])).sum::<u64>(),
        cents
    );
    let numbers: std::collections::BTreeSet<&str> = rows
        .iter()
        .map(|row| row["order_number"].as_str())
        .collect();
    assert_eq!(numbers.len(), COUNT);
    desk.is_well();
}

fn purchase(line: &str) -> Purchase<'_> {
    let mut columns = line.split_whitespace();
    let mut next = || columns.next().expect("four columns");
    Purchase {
        customer: next(),
        day: next(),
        discs: next().parse().unwrap(),
        cents: cents_of(next()),
    }
}

/// Dollars with two decimals as cents.
fn cents_of(dollars: &str) -> u64 {
    let (whole, cents) = dollars.split_once('.').expect("two decimals");
    assert_eq!(cents.len(), 2, "{dollars}");
    format!("{whole}{cents}").parse().unwrap()
}

/// One order a purchase. Where the dollars do not divide by the discs, one line bears the whole.
fn csv_of(purchases: &[Purchase]) -> String {
    let mut csv = "order_number,placed_at,currency,item_name,item_quantity,item_unit_price,ship_to_country,ship_to_company\n".to_owned();
    for (index, purchase) in purchases.iter().enumerate() {
        let Purchase {
            customer,
            day,
            discs,
            cents,
        } = purchase;
        let divides = *discs > 0 && cents % discs == 0;
        let (quantity, price) = if divides {
            (*discs, cents / discs)
        } else {
            (1, *cents)
        };
        let (year, month, day) = (&day[..4], &day[4..6], &day[6..]);
        writeln!(
            csv,
            "CD-{},{year}-{month}-{day},USD,CD,{quantity},{}.{:02},US,Customer {customer}",
            index + 2,
            price / 100,
            price % 100
        )
        .unwrap();
    }
    csv
}
