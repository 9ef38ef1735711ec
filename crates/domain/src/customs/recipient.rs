//! Who gets it: someone who can be found, reached and asked by customs and the carrier.

use super::{Code, Consignment, Field, Finding, Severity};
use crate::search::words;

/// Countries where a parcel without a postal code goes nowhere, after the address data that Chromium publishes (required
/// fields), as of 2026. Where a code is usual and not needed, or where there is none, nothing is asked.
const POSTAL_CODES: [&str; 74] = [
    "AS", "AT", "AU", "AX", "BE", "BL", "BR", "CA", "CH", "CN", "CZ", "DE", "DK", "EE", "ES", "FI",
    "FK", "FM", "FR", "GB", "GF", "GG", "GL", "GP", "GR", "GS", "GU", "HU", "IM", "IN", "IO", "IT",
    "JE", "JP", "KR", "LI", "LT", "LU", "LV", "MF", "MH", "MP", "MQ", "MX", "MY", "NC", "NL", "NO",
    "NZ", "PF", "PL", "PM", "PN", "PR", "PT", "PW", "RE", "RO", "RU", "SE", "SG", "SH", "SJ", "SK",
    "SM", "TC", "TR", "TW", "UA", "US", "VI", "WF", "YT", "ZA",
];

/// How a post office box is written, word by word.
const PO_BOXES: [&[&str]; 11] = [
    &["po", "box"],
    &["p", "o", "box"],
    &["pob"],
    &["post", "office", "box"],
    &["boite", "postale"],
    &["postfach"],
    &["postbus"],
    &["postboks"],
    &["apartado", "postal"],
    &["caixa", "postal"],
    &["casella", "postale"],
];

/// The fewest digits of a telephone number, without the country's.
const MIN_PHONE_DIGITS: usize = 6;

/// Looks at the address and at how to reach whoever is there.
pub(super) fn check(consignment: &Consignment, found: &mut Vec<Finding>) {
    let to = &consignment.to;
    let mut blocks = |code, field| found.push(Finding::new(Severity::Blocks, code, field));
    if [&to.first_name, &to.last_name, &to.company]
        .iter()
        .all(|name| name.trim().is_empty())
    {
        blocks(Code::NameMissing, Field::Name);
    }
    if to.line1.trim().is_empty() && to.line2.trim().is_empty() {
        blocks(Code::StreetMissing, Field::Line1);
    }
    if to.city.trim().is_empty() {
        blocks(Code::CityMissing, Field::City);
    }
    if to.postal_code.trim().is_empty() && POSTAL_CODES.contains(&to.country.as_str()) {
        let missing = Finding::new(Severity::Blocks, Code::PostalCodeMissing, Field::PostalCode);
        found.push(missing.with("destination", to.country.as_str()));
    }
    check_box(consignment, found);
    check_reach(consignment, found);
}

/// Couriers hand over to a person; a post office box is the post's alone.
fn check_box(consignment: &Consignment, found: &mut Vec<Finding>) {
    if !consignment
        .service
        .as_ref()
        .is_some_and(|service| service.is_courier)
    {
        return;
    }
    let lines = [&consignment.to.line1, &consignment.to.line2];
    if let Some(line) = lines.into_iter().find(|line| is_po_box(line)) {
        let found_box = Finding::new(Severity::Blocks, Code::PoBox, Field::Line1);
        found.push(found_box.with("given", line.trim()));
    }
}

fn is_po_box(line: &str) -> bool {
    let words = words(line);
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let is_written = |written: &&[&str]| words.windows(written.len()).any(|part| part == *written);
    // BP 12 is a box in France and elsewhere; alone it could be anything.
    let is_number = |word: &str| word.bytes().all(|byte| byte.is_ascii_digit());
    let is_bp = |pair: &[&str]| matches!(pair, ["bp", number] if is_number(number));
    PO_BOXES.iter().any(is_written) || words.windows(2).any(is_bp)
}

fn check_reach(consignment: &Consignment, found: &mut Vec<Finding>) {
    let to = &consignment.to;
    let phone = to.phone.trim();
    let needs_phone = consignment
        .service
        .as_ref()
        .is_some_and(|service| service.needs_phone);
    if phone.is_empty() && needs_phone {
        found.push(Finding::new(
            Severity::Blocks,
            Code::PhoneMissing,
            Field::Phone,
        ));
    } else if phone.is_empty() && to.email.trim().is_empty() {
        found.push(Finding::new(
            Severity::Asks,
            Code::ContactMissing,
            Field::Contact,
        ));
    }
    let digits = phone.chars().filter(|letter| letter.is_numeric()).count();
    if !phone.is_empty() && digits < MIN_PHONE_DIGITS {
        let malformed = Finding::new(Severity::Asks, Code::PhoneMalformed, Field::Phone);
        found.push(malformed.with("given", phone));
    }
}
