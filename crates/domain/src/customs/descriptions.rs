//! Descriptions: what customs reads says what the thing is.

use super::vague::is_vague;
use super::{Code, Consignment, Field, Finding, Line, Severity};
use crate::search::{is_same_text, squeezed};
use crate::tariff::{EU, covers};

/// The shortest description that can say what a thing is, in letters: a mug, a hat.
const MIN_LETTERS: usize = 3;

/// Where a declaration with a vague description is turned away before the goods arrive: the area of the Import Control
/// System 2 (the European Union, Norway, Switzerland, Liechtenstein; Delegated Regulation (EU) 2015/2446, annex B, data
/// element 18 05), Great Britain (GOV.UK, safety and security declarations) and the United States (19 CFR 122.48a, 128.21).
const TURNED_AWAY: [&str; 6] = [EU, "NO", "CH", "LI", "GB", "US"];

/// Looks at one line's description: the first thing that is wrong with it.
pub(super) fn check(consignment: &Consignment, line: &Line, found: &mut Vec<Finding>) {
    let given = line.description.trim();
    let letters = given.chars().filter(|letter| letter.is_alphabetic());
    // A sign of Chinese or Japanese is a word, not a letter.
    let is_long = |letter: char| !letter.is_alphabetic() || u32::from(letter) < 0x2E80;
    let is_short = letters.clone().count() < MIN_LETTERS && given.chars().all(is_long);
    let country = &consignment.to.country;
    let is_turned_away = TURNED_AWAY.iter().any(|place| covers(place, country));
    let (severity, code) = if given.is_empty() {
        (Severity::Blocks, Code::DescriptionMissing)
    } else if letters.count() == 0 {
        (Severity::Blocks, Code::DescriptionWithoutWords)
    } else if !line.sku.is_empty() && squeezed(given) == squeezed(&line.sku) {
        (Severity::Asks, Code::DescriptionIsSku)
    } else if is_short {
        (Severity::Blocks, Code::DescriptionTooShort)
    } else if !consignment.seller.is_empty() && is_same_text(given, &consignment.seller) {
        (Severity::Blocks, Code::DescriptionIsSeller)
    } else if is_vague(given) && is_turned_away {
        (Severity::Blocks, Code::DescriptionVague)
    } else if is_vague(given) {
        (Severity::Asks, Code::DescriptionVague)
    } else {
        return;
    };
    let finding = Finding::new(severity, code, Field::Description).of(&line.item);
    found.push(match code {
        Code::DescriptionMissing => finding,
        _ => finding.with("given", given),
    });
}
