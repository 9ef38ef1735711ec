//! Numbers: exact in the domain, and with their unit in the name everywhere.

use super::{File, Violation, words};

const INTEGERS: [&str; 8] = ["i64", "u64", "i32", "u32", "i16", "u16", "usize", "i128"];
/// What a quantity is called without and with the unit the desk counts it in.
const UNITS: [(&str, &str); 6] = [
    ("amount", "amount_minor"),
    ("weight", "weight_g"),
    ("length", "length_mm"),
    ("timeout", "timeout_s"),
    ("rate", "rate_bp"),
    ("at", "at_us"),
];

/// Floating point in the domain, where all arithmetic is exact.
pub fn floats_in_domain(file: &File) -> Vec<Violation> {
    if !file.path.starts_with("crates/domain/src/") {
        return Vec::new();
    }
    file.code()
        .filter_map(|(line, code)| {
            Some((
                line,
                words(code).find(|word| matches!(*word, "f32" | "f64"))?,
            ))
        })
        .map(|(line, word)| {
            let remedy = "count in integers of the smallest unit, or use an exact decimal";
            file.violation(line, "floats", format!("{word} in the domain"), remedy)
        })
        .collect()
}

/// A public integer field whose name does not say what it counts.
pub fn unit_missing(file: &File) -> Vec<Violation> {
    file.code()
        .filter_map(|(line, code)| {
            let name = integer_field(code)?;
            let unit = UNITS
                .iter()
                .find(|(quantity, _)| is_called(name, quantity))?;
            let message = format!("integer `{name}` has no unit in its name");
            let better = format!("{}{}", &name[..name.len() - unit.0.len()], unit.1);
            Some(file.violation(line, "units", message, &format!("call it `{better}`")))
        })
        .collect()
}

/// Whether the quantity is the whole name or its last part; only times are never a whole name.
fn is_called(name: &str, quantity: &str) -> bool {
    match name.strip_suffix(quantity) {
        Some("") => quantity != "at",
        // The length of a text or a list has no unit to name.
        Some(before) => before.ends_with('_') && quantity != "length",
        None => false,
    }
}

/// The name of a public struct field that is an integer, or may be one.
fn integer_field(code: &str) -> Option<&str> {
    let rest = code.trim().strip_prefix("pub")?;
    let rest = if rest.starts_with('(') {
        rest.split_once(')')?.1
    } else {
        rest
    };
    let (name, kind) = rest.strip_prefix(' ')?.split_once(": ")?;
    let kind = kind.trim_end_matches(',');
    let kind = kind
        .strip_prefix("Option<")
        .and_then(|kind| kind.strip_suffix('>'))
        .unwrap_or(kind);
    INTEGERS.contains(&kind).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_domain_has_no_floating_point() {
        let found = |path, text| floats_in_domain(&File::new(path, text)).len();
        assert_eq!(
            found(
                "crates/domain/src/money.rs",
                "fn a(b: f64) {}\nlet c = 1_f32 as f32;\n"
            ),
            2
        );
        assert_eq!(
            found(
                "crates/domain/src/money.rs",
                "fn a(b: i64) {} // Never f64.\n"
            ),
            0
        );
        assert_eq!(
            found("crates/dashboard/src/chart.rs", "fn a(b: f64) {}\n"),
            0
        );
    }

    #[test]
    fn a_quantity_names_its_unit() {
        let text = "\
pub amount: i64,
pub(crate) parcel_weight: Option<u32>,
pub created_at: i64,
pub rate: u32,
";
        let found: Vec<_> = unit_missing(&File::new("a.rs", text))
            .into_iter()
            .map(|found| found.remedy)
            .collect();
        let expected = [
            "amount_minor",
            "parcel_weight_g",
            "created_at_us",
            "rate_bp",
        ];
        assert_eq!(found, expected.map(|name| format!("call it `{name}`")));
    }

    #[test]
    fn a_type_or_a_name_that_has_the_unit_is_enough() {
        let text = "\
pub amount: Money,
pub amount_minor: i64,
pub created_at: Timestamp,
pub max_length: usize,
pub estimate: u32,
pub fn weight(&self) -> i64 {
let rate: u32 = 1;
";
        assert_eq!(unit_missing(&File::new("a.rs", text)), []);
    }
}
