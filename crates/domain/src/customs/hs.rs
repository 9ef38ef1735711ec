//! HS codes: written in digits, there in the nomenclature, and long enough for the destination.

use std::sync::LazyLock;

use super::{Code, Consignment, Field, Finding, Line, Severity, limit};
use crate::money::Money;
use crate::tariff::{EU, covers, hs_digits};

/// What every customs reads at least: a subheading.
const SUBHEADING_DIGITS: usize = 6;

/// The longest code that any of the destinations has.
const MAX_DIGITS: usize = 12;

/// The subheadings of the Harmonized System, in order, each as a number of six digits.
static SUBHEADINGS: LazyLock<Vec<u32>> = LazyLock::new(|| {
    let lines = include_str!("hs2022.txt").lines();
    let mut all = Vec::new();
    for line in lines.filter(|line| !line.starts_with('#')) {
        let mut parts = line.split(' ');
        let heading = parts.next().unwrap_or_default();
        all.extend(parts.filter_map(|part| format!("{heading}{part}").parse::<u32>().ok()));
    }
    all
});

/// How many digits an import declaration has at a destination.
struct Length {
    /// A country, or [`EU`].
    destination: &'static str,
    digits: usize,
    /// Up to this value, in minor units, a subheading is enough: the declaration for small values is shorter.
    small: Option<(i64, &'static str)>,
}

const fn length(
    destination: &'static str,
    digits: usize,
    small: Option<(i64, &'static str)>,
) -> Length {
    Length {
        destination,
        digits,
        small,
    }
}

/// Import declarations, as their national tariffs number goods.
const LENGTHS: [Length; 18] = [
    // TARIC: Regulation (EEC) 2658/87, article 3; six digits in data set H7, Delegated Regulation (EU) 2015/2446, annex B.
    length(EU, 10, Some((15_000, "EUR"))),
    // UK Integrated Online Tariff; six digits in the super reduced data set up to 135 GBP (GOV.UK, "bulk import reduced data set").
    length("GB", 10, Some((13_500, "GBP"))),
    // Harmonized Tariff Schedule of the United States, general statistical notes, 3.
    length("US", 10, None),
    // Canadian Customs Tariff: eight digits and a statistical suffix of two; low value shipments up to 3,300 CAD.
    length("CA", 10, Some((330_000, "CAD"))),
    // Swiss tariff (Tares), Liechtenstein in one customs union with it.
    length("CH", 8, None),
    length("LI", 8, None),
    // Norwegian customs tariff (Tolltariffen).
    length("NO", 8, None),
    // Australian Customs Tariff: eight digits and a statistical code of two; self-assessed clearance up to 1,000 AUD.
    length("AU", 10, Some((100_000, "AUD"))),
    // Working Tariff Document of New Zealand: eight digits before the statistical key; up to 1,000 NZD none is entered.
    length("NZ", 8, Some((100_000, "NZD"))),
    // Japan's statistical code for import; simplified tariff up to 200,000 JPY.
    length("JP", 9, Some((200_000, "JPY"))),
    // Harmonized System of Korea (HSK).
    length("KR", 10, None),
    // Customs Import and Export Tariff of China.
    length("CN", 10, None),
    // Indian Customs Tariff (ITC-HS).
    length("IN", 8, None),
    // Nomenclatura Comum do Mercosul.
    length("BR", 8, None),
    // Tarifa de la Ley de los Impuestos Generales de Importación.
    length("MX", 8, None),
    // Turkish customs tariff (GTİP).
    length("TR", 12, None),
    // ASEAN Harmonised Tariff Nomenclature, as Singapore has it.
    length("SG", 8, None),
    // South African tariff book, schedule 1 part 1.
    length("ZA", 8, None),
];

/// What of a code is not in the nomenclature.
enum Standing {
    Known,
    /// Chapters 98 and 99 are every country's own.
    National,
    /// The shortest beginning that no code has.
    Unknown(usize),
}

fn standing(digits: &str) -> Standing {
    if digits.starts_with("98") || digits.starts_with("99") {
        return Standing::National;
    }
    for length in [2, 4, SUBHEADING_DIGITS] {
        let span = 10_u32.pow(u32::try_from(SUBHEADING_DIGITS - length).unwrap_or_default());
        let beginning = digits.get(..length).and_then(|part| part.parse().ok());
        let first = beginning.unwrap_or(u32::MAX / span).saturating_mul(span);
        let at = SUBHEADINGS.partition_point(|known| *known < first);
        let is_there = SUBHEADINGS
            .get(at)
            .is_some_and(|known| *known - first < span);
        if !is_there {
            return Standing::Unknown(length);
        }
    }
    Standing::Known
}

/// Looks at one line's code: the first thing that is wrong with it, and then whether it is long enough.
pub(super) fn check(consignment: &Consignment, line: &Line, found: &mut Vec<Finding>) {
    let finding = |severity, code| Finding::new(severity, code, Field::HsCode).of(&line.item);
    let blocks = |code| finding(Severity::Blocks, code);
    let given = line.hs_code.trim();
    let digits = hs_digits(given);
    let told = if digits.is_empty() {
        blocks(Code::HsMissing).with("digits", wanted(consignment))
    } else if digits.len() > MAX_DIGITS || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        blocks(Code::HsMalformed).with("given", given)
    } else if digits.len() < SUBHEADING_DIGITS {
        let short = blocks(Code::HsTooShort).with("given", given);
        short.with("digits", SUBHEADING_DIGITS)
    } else {
        match standing(&digits) {
            Standing::Known => match long_enough(consignment, &digits) {
                Some(needed) => finding(Severity::Asks, Code::HsShortForDestination)
                    .with("given", given)
                    .with("digits", needed)
                    .with("destination", consignment.to.country.as_str()),
                None => return,
            },
            Standing::National => finding(Severity::Asks, Code::HsNational)
                .with("given", given)
                .with("chapter", &digits[..2]),
            Standing::Unknown(length) => blocks(Code::HsUnknown)
                .with("given", given)
                .with("unknown", &digits[..length]),
        }
    };
    found.push(told);
}

fn row_at(consignment: &Consignment) -> Option<&'static Length> {
    let country = &consignment.to.country;
    LENGTHS.iter().find(|row| covers(row.destination, country))
}

/// Up to which value the destination's declaration is shorter.
pub(super) fn limit_at(consignment: &Consignment) -> Option<Money> {
    let (minor, code) = row_at(consignment)?.small?;
    Some(limit(minor, code))
}

/// How many digits the destination wants of this value; where no rate tells, as many as of a large one.
fn wanted(consignment: &Consignment) -> usize {
    let Some(row) = row_at(consignment) else {
        return SUBHEADING_DIGITS;
    };
    let small = limit_at(consignment);
    match small.and_then(|limit| consignment.is_up_to(limit)) {
        Some(true) => SUBHEADING_DIGITS,
        Some(false) | None => row.digits,
    }
}

/// How many digits are needed, where the code has fewer.
fn long_enough(consignment: &Consignment, digits: &str) -> Option<usize> {
    let needed = wanted(consignment);
    (digits.len() < needed).then_some(needed)
}
