//! Tariffs in CSV, as docs/landed-cost.md tells: one row of a tariff a line. A tariff with a fault in it is none: a row that
//! is left out would be a duty that nobody knows is missing.

use std::collections::{BTreeSet, HashMap};
use std::io::{BufRead, Write};

use domain::money::{Currency, Money, decimal_text};
use domain::refusal::{Problem, Refusal};
use domain::tariff::{MAX_ROWS, Row, Rule, Valuation};
use jiff::civil::Date;
use rust_decimal::Decimal;

use super::csv_table::{self, Header, read_table, word};
use super::export::quoted;
use super::lines::Reject;
use super::rows::RowsError;

/// The columns, in the order in which a tariff is written.
pub const COLUMNS: [&str; 13] = [
    "kind",
    "destination",
    "region",
    "hs_prefix",
    "origin",
    "valid_from",
    "rate",
    "name",
    "of",
    "limit",
    "currency",
    "base",
    "rounding",
];

/// What a row adds to an answer; the last column.
const NOTE: &str = "note";

/// Columns no row can do without.
const REQUIRED: [&str; 3] = ["kind", "destination", "valid_from"];

/// Reads a tariff: its rows, or every line that cannot be one.
///
/// # Errors
/// The file cannot be read as a table at all, or has too many rows.
pub fn read_tariff(input: impl BufRead) -> Result<Result<Vec<Row>, Vec<Reject>>, RowsError> {
    let header = Header {
        is_known: |name| COLUMNS.contains(&name) || name == NOTE,
        required: &REQUIRED,
        document: "docs/landed-cost.md",
    };
    let (mut rows, mut rejects) = (Vec::new(), Vec::new());
    let mut seen: HashMap<String, u64> = HashMap::new();
    let mut is_too_long = false;
    read_table(input, &header, &mut |line, values, checked| {
        let row = checked
            .and_then(|()| row(&values))
            .and_then(|row| once(row, line, &mut seen));
        match row {
            Ok(row) => rows.push(row),
            Err(refusal) => rejects.push(Reject {
                line,
                number: String::new(),
                field: refusal.field().unwrap_or_default().to_owned(),
                refusal,
            }),
        }
        is_too_long = rows.len() + rejects.len() > MAX_ROWS;
        !is_too_long
    })?;
    if is_too_long {
        return Err(RowsError::TooMany(MAX_ROWS));
    }
    Ok(if rejects.is_empty() {
        Ok(rows)
    } else {
        Err(rejects)
    })
}

/// Refuses a row that says for the second time what another says, for nobody could tell which of them holds.
fn once(row: Row, line: u64, seen: &mut HashMap<String, u64>) -> Result<Row, Refusal> {
    let key = row.key();
    if let Some(first) = seen.get(&key) {
        let given = format!("what line {first} says");
        return Err(Refusal::invalid("line", Problem::Twice { given }));
    }
    seen.insert(key, line);
    Ok(row)
}

fn row(values: &csv_table::Row<'_>) -> Result<Row, Refusal> {
    let kind = match values.get("kind") {
        "" => return Err(Refusal::invalid("kind", Problem::Missing)),
        kind => kind.to_ascii_lowercase(),
    };
    let (rule, own): (_, &[&str]) = match kind.as_str() {
        "duty" => (duty(values)?, &["hs_prefix", "origin", "rate"]),
        "tax" => (
            tax(values)?,
            &["region", "hs_prefix", "rate", "name", "base"],
        ),
        "threshold" => (
            threshold(values)?,
            &["origin", "of", "limit", "currency", "base"],
        ),
        "destination" => (destination(values)?, &["base", "rounding"]),
        _ => {
            let expected = "duty, tax, threshold or destination".to_owned();
            return Err(malformed(values, "kind", expected));
        }
    };
    let of_all = [&REQUIRED[..], &[NOTE]].concat();
    let strange = COLUMNS
        .iter()
        .filter(|name| !own.contains(name) && !of_all.contains(name))
        .find(|name| !values.get(name).is_empty());
    if let Some(name) = strange {
        let expected = format!("empty, as it must be in a row of kind {kind}");
        return Err(malformed(values, name, expected));
    }
    let row = Row {
        destination: values.get("destination").to_owned(),
        valid_from: day(values)?,
        note: values.get(NOTE).to_owned(),
        rule,
    };
    row.checked()
}

fn duty(values: &csv_table::Row<'_>) -> Result<Rule, Refusal> {
    Ok(Rule::Duty {
        hs_prefix: values.get("hs_prefix").to_owned(),
        origin: values.get("origin").to_owned(),
        rate_percent: percent(values)?,
    })
}

fn tax(values: &csv_table::Row<'_>) -> Result<Rule, Refusal> {
    let parts = values.get("base").split(';').map(str::trim);
    let named = parts.filter(|part| !part.is_empty() && *part != "goods");
    let on: BTreeSet<_> = named
        .map(|part| word(part, "base"))
        .collect::<Result<_, _>>()?;
    Ok(Rule::Tax {
        name: values.get("name").to_owned(),
        region: values.get("region").to_owned(),
        hs_prefix: values.get("hs_prefix").to_owned(),
        rate_percent: percent(values)?,
        on,
    })
}

fn threshold(values: &csv_table::Row<'_>) -> Result<Rule, Refusal> {
    for name in ["of", "limit", "currency"] {
        if values.get(name).is_empty() {
            return Err(Refusal::invalid(name, Problem::Missing));
        }
    }
    let invalid = |field, error| Refusal::invalid(field, Problem::Amount(error));
    let currency =
        Currency::parse(values.get("currency")).map_err(|error| invalid("currency", error))?;
    let limit =
        Money::parse(values.get("limit"), currency).map_err(|error| invalid("limit", error))?;
    Ok(Rule::Threshold {
        of: word(values.get("of"), "of")?,
        origin: values.get("origin").to_owned(),
        limit,
        compared: match values.get("base") {
            "" => Valuation::Fob,
            base => word(base, "base")?,
        },
    })
}

fn destination(values: &csv_table::Row<'_>) -> Result<Rule, Refusal> {
    let value = match values.get("base") {
        "" => return Err(Refusal::invalid("base", Problem::Missing)),
        base => word(base, "base")?,
    };
    let rounding = match values.get("rounding") {
        "" => domain::tariff::Rounding::default(),
        rounding => word(rounding, "rounding")?,
    };
    Ok(Rule::Destination { value, rounding })
}

fn day(values: &csv_table::Row<'_>) -> Result<Date, Refusal> {
    match values.get("valid_from") {
        "" => Err(Refusal::invalid("valid_from", Problem::Missing)),
        text => text
            .parse()
            .map_err(|_| malformed(values, "valid_from", "a day; write 2026-01-01".to_owned())),
    }
}

fn percent(values: &csv_table::Row<'_>) -> Result<Decimal, Refusal> {
    let text = values.get("rate");
    if text.is_empty() {
        return Err(Refusal::invalid("rate", Problem::Missing));
    }
    let is_plain = text
        .bytes()
        .all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'-'));
    let parsed = text.parse::<Decimal>().ok().filter(|_| is_plain);
    parsed.ok_or_else(|| {
        let expected = "a rate in percent; write digits with a point, such as 12.5".to_owned();
        malformed(values, "rate", expected)
    })
}

fn malformed(values: &csv_table::Row<'_>, field: &str, expected: String) -> Refusal {
    let given = values.get(field).to_owned();
    Refusal::invalid(field, Problem::Malformed { given, expected })
}

/// Writes rows as [`read_tariff`] reads them.
///
/// # Errors
/// The output.
pub fn write_tariff<'a>(
    rows: impl IntoIterator<Item = &'a Row>,
    output: &mut dyn Write,
) -> std::io::Result<()> {
    writeln!(output, "{},{NOTE}", COLUMNS.join(","))?;
    for row in rows {
        let mut line = Vec::new();
        for (index, text) in cells(row).iter().enumerate() {
            if index > 0 {
                line.push(b',');
            }
            quoted(&mut line, text);
        }
        line.push(b'\n');
        output.write_all(&line)?;
    }
    Ok(())
}

/// What stands in each column.
fn cells(row: &Row) -> [String; 14] {
    let mut cells: [String; 14] = Default::default();
    let mut put = |column: &str, text: String| {
        let index = COLUMNS.iter().position(|known| *known == column);
        cells[index.unwrap_or(COLUMNS.len())] = text;
    };
    put("kind", row.rule.kind().to_owned());
    put("destination", row.destination.clone());
    put("valid_from", row.valid_from.to_string());
    put(NOTE, row.note.clone());
    put("hs_prefix", row.rule.hs_prefix().to_owned());
    let named = crate::store::orders::name::<Valuation>;
    match &row.rule {
        Rule::Duty {
            origin,
            rate_percent,
            ..
        } => {
            put("origin", origin.clone());
            put("rate", rate_percent.to_string());
        }
        Rule::Tax {
            name,
            region,
            rate_percent,
            on,
            ..
        } => {
            let on: Vec<String> = on.iter().map(crate::store::orders::name).collect();
            put("name", name.clone());
            put("region", region.clone());
            put("rate", rate_percent.to_string());
            put("base", on.join(";"));
        }
        Rule::Threshold {
            of,
            origin,
            limit,
            compared,
        } => {
            put("of", crate::store::orders::name(of));
            put("origin", origin.clone());
            put("limit", decimal_text(limit.minor, limit.currency));
            put("currency", limit.currency.code().to_owned());
            put("base", named(compared));
        }
        Rule::Destination { value, rounding } => {
            put("base", named(value));
            put("rounding", crate::store::orders::name(rounding));
        }
    }
    cells
}
