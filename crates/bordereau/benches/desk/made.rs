//! Rows that are made for the bare driver, and the file that the import reads.

use std::collections::BTreeMap;

use domain::filter::Filter;
use domain::ids::OrganizationId;
use domain::order::Order;

use crate::raw::{COUNTS, Rows, Value, Written};

/// The words of an order's search, as their row.
pub fn words(
    database: &str,
    organization: &OrganizationId,
    base: i64,
    position: i64,
    words: String,
) -> Rows {
    let (columns, row) = if database == "sqlite" {
        (
            vec!["rowid", "words"],
            vec![Value::Number(base + position), Value::Text(words)],
        )
    } else {
        let vector: Vec<String> = words.split(' ').map(|word| format!("'{word}'")).collect();
        let row = vec![
            Value::Text(organization.0.clone()),
            Value::Text("live".to_owned()),
            Value::Number(position),
            Value::Text(vector.join(" ")),
        ];
        (vec!["organization_id", "mode", "position", "words"], row)
    };
    Rows {
        table: "order_search",
        columns: columns.into_iter().map(str::to_owned).collect(),
        rows: vec![row],
    }
}

fn named(columns: &str) -> Vec<String> {
    columns.split(", ").map(str::to_owned).collect()
}

/// The tags of an order, as rows; from the order's own row.
pub fn tags(order: &Order, row: &Rows) -> Rows {
    let columns = named(
        "organization_id, mode, tag, facets, position, customer_sort, destination, total_base_minor",
    );
    let of_tag = |tag: &String| {
        let value = |column: &String| match column.as_str() {
            "tag" => Value::Text(tag.clone()),
            column => row.first(column),
        };
        columns.iter().map(value).collect()
    };
    Rows {
        table: "order_tags",
        rows: order.tags.iter().map(of_tag).collect(),
        columns,
    }
}

/// What a new order adds to the counts of views, as rows.
pub fn counts(organization: &OrganizationId, order: &Order, filters: &[(String, Filter)]) -> Rows {
    const DAY_S: i64 = 86_400;
    const SLOTS: u64 = 8;
    let counted = filters.iter().filter(|(_, filter)| filter.keeps(order));
    let row = |(view, _): &(String, Filter)| {
        vec![
            Value::Text(organization.0.clone()),
            Value::Text(view.clone()),
            Value::Text("live".to_owned()),
            Value::Number(order.placed_at.as_second().div_euclid(DAY_S)),
            Value::Number(i64::try_from(order.desk_number % SLOTS).unwrap_or(0)),
            Value::Number(1),
        ]
    };
    Rows {
        table: COUNTS,
        columns: named("organization_id, view_id, mode, day, slot, count"),
        rows: counted.map(row).collect(),
    }
}

/// What a refund adds besides the order's row: an event, a key, a job, and its place in the queue of refunds.
pub fn refund_rows(
    organization: &OrganizationId,
    order: &str,
    number: usize,
    round: usize,
) -> Written {
    let text = |text: &str| Value::Text(text.to_owned());
    let (whose, order) = (text(&organization.0), text(order));
    let id = text(&format!("refund_bare_{round}_{number}"));
    let job = text(&format!("job_bare_{round}_{number}"));
    let (now, none) = (Value::Number(1_790_000_000_000_000), text(""));
    let seq = i64::try_from(1_000_000 + round * 1_000_000 + number).unwrap_or(0);
    let (seq, body) = (Value::Number(seq), text(&"x".repeat(520)));
    let row = |table, columns, row| Rows {
        table,
        columns: named(columns),
        rows: vec![row],
    };
    let job = [
        [whose.clone(), job, text("refund_execute"), text("live")],
        [order.clone(), id.clone(), text("waiting"), now.clone()],
        [Value::Number(0), none.clone(), none.clone(), now.clone()],
    ];
    let open = [
        [whose.clone(), order.clone(), id.clone(), text("live")],
        [text("requested"), now.clone(), now.clone(), now.clone()],
    ];
    let event = vec![
        whose.clone(),
        order.clone(),
        seq,
        now,
        text("refund_requested"),
        body,
    ];
    vec![
        row(
            "order_events",
            "organization_id, order_id, seq, at_us, kind, body",
            event,
        ),
        row(
            "order_keys",
            "organization_id, kind, value, within, order_id",
            vec![whose, text("refund"), id, none, order],
        ),
        row(
            "jobs",
            "organization_id, id, kind, mode, order_id, subject, state, due_at_us, attempts, lease, problem, created_at_us",
            job.concat(),
        ),
        row(
            "open_refunds",
            "organization_id, order_id, refund_id, mode, state, requested_at_us, changed_at_us, look_at_us",
            open.concat(),
        ),
    ]
}

/// So many copies of these orders' rows, each with keys of its own, in transactions of `batch` orders.
pub fn batches(samples: &[Written], count: u64, batch: usize) -> Vec<Written> {
    let mut made: Vec<Written> = Vec::new();
    let samples = samples.iter().cycle();
    let copies: Vec<Written> = (0..count)
        .zip(samples)
        .map(|(number, sample)| copy(sample, number))
        .collect();
    for chunk in copies.chunks(batch) {
        let mut written: Written = Vec::new();
        for group in chunk.chunks(16) {
            for table in 0..group[0].len() {
                let mut rows = group[0][table].clone();
                rows.rows = group
                    .iter()
                    .flat_map(|order| order[table].rows.clone())
                    .collect();
                written.push(rows);
            }
        }
        let (counts, mut written): (Vec<Rows>, Written) =
            written.into_iter().partition(|rows| rows.table == COUNTS);
        written.extend(summed(&counts));
        made.push(written);
    }
    made
}

/// The counts of many orders, each cell once: as one statement writes them.
fn summed(counts: &[Rows]) -> Option<Rows> {
    let mut cells: BTreeMap<Vec<Value>, i64> = BTreeMap::new();
    for mut row in counts.iter().flat_map(|rows| rows.rows.clone()) {
        if let Some(Value::Number(more)) = row.pop() {
            *cells.entry(row).or_default() += more;
        }
    }
    let rows = cells.into_iter().map(|(mut cell, sum)| {
        cell.push(Value::Number(sum));
        cell
    });
    Some(Rows {
        rows: rows.collect(),
        ..counts.first()?.clone()
    })
}

/// A copy of an order's rows under another id, number and place.
pub fn copy(sample: &Written, number: u64) -> Written {
    let shift = i64::try_from(number).unwrap_or(0) + 1;
    let mut copied = sample.clone();
    for rows in &mut copied {
        for row in &mut rows.rows {
            for (column, value) in rows.columns.iter().zip(row) {
                let is_id = matches!(column.as_str(), "id" | "order_id" | "value" | "key");
                match value {
                    Value::Text(text) if is_id => text.push_str(&format!("_bare_{number}")),
                    Value::Text(text) if column == "view_id" => text.push_str("_bare"),
                    Value::Number(place)
                        if matches!(column.as_str(), "position" | "rowid" | "desk_number") =>
                    {
                        *place += shift << 20;
                    }
                    _ => {}
                }
            }
        }
    }
    copied
}

/// A file of orders to import.
pub fn lines(run: u64, count: u64) -> Vec<u8> {
    let mut lines = Vec::new();
    for number in 0..count {
        let day = number % 28 + 1;
        let line = serde_json::json!({
            "number": format!("IMPORT-{run}-{number}"),
            "placed_at": format!("2026-0{}-{day:02}T08:00:00Z", number % 9 + 1),
            "currency": "EUR",
            "rate": "1.0842",
            "items": [
                {"sku": format!("SKU-{}", number % 977), "name": "Two-person tent, green", "quantity": 1, "unit_price": "249.90",
                 "hs_code": "630622", "origin": "VN", "weight_g": 2300},
                {"sku": "MUG-450-BLU", "name": "Enamel mug", "quantity": 2, "unit_price": "18.00", "hs_code": "732394", "origin": "PL"}
            ],
            "shipping": "14.50", "duties": "11.20", "taxes": "58.00",
            "ship_to": {"first_name": "Élodie", "last_name": format!("Lefèvre{}", number % 5_000), "line1": "4 rue des Écoles",
                        "city": "Lyon", "postal_code": "69003", "country": "FR", "email": format!("e{number}@example.com")},
            "state": "shipped",
            "tracking_numbers": [format!("LX{number:09}FR")]
        });
        lines.extend_from_slice(line.to_string().as_bytes());
        lines.push(b'\n');
    }
    lines
}

/// Whether a desk answers at this address.
pub fn is_healthy(address: &str) -> bool {
    use std::io::{Read as _, Write as _};
    let Ok(mut stream) = std::net::TcpStream::connect(address) else {
        return false;
    };
    let mut answer = String::new();
    stream
        .write_all(b"GET /healthz HTTP/1.1\r\nhost: desk\r\nconnection: close\r\n\r\n")
        .is_ok()
        && stream.read_to_string(&mut answer).is_ok()
        && answer.starts_with("HTTP/1.1 200")
}
