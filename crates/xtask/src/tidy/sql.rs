//! One text of SQL for both databases, in lower case; what must differ stands in `dialect.rs`.

use super::{File, Violation, calls, words};

/// Words that only one of the databases understands, or understands differently.
const DIALECT: [(&str, &str); 8] = [
    ("boolean", "use a bigint, a nullable date or a text"),
    ("serial", "make the id in code"),
    ("bigserial", "make the id in code"),
    ("jsonb", "store JSON as text"),
    ("ilike", "search the folded text column"),
    ("strftime", "pass the time as an argument"),
    ("current_timestamp", "pass the time as an argument"),
    ("timestamptz", "store microseconds as a bigint named `_us`"),
];
/// Functions that read the database's clock; as column names they would be harmless.
const CLOCKS: [&str; 2] = ["now", "datetime"];
const KEYWORDS: [&str; 45] = [
    "ADD",
    "ALTER",
    "AND",
    "AS",
    "ASC",
    "BEGIN",
    "BIGINT",
    "BY",
    "CASE",
    "COLUMN",
    "COMMIT",
    "CONFLICT",
    "CONSTRAINT",
    "CREATE",
    "DEFAULT",
    "DELETE",
    "DESC",
    "DISTINCT",
    "DO",
    "DROP",
    "EXISTS",
    "FROM",
    "GROUP",
    "HAVING",
    "INDEX",
    "INSERT",
    "INTO",
    "JOIN",
    "KEY",
    "LEFT",
    "LIMIT",
    "NOT",
    "NULL",
    "ON",
    "ORDER",
    "PRIMARY",
    "REFERENCES",
    "RETURNING",
    "SELECT",
    "SET",
    "TABLE",
    "UNION",
    "UPDATE",
    "VALUES",
    "WHERE",
];
/// What SQL in a string begins with, whole statements and pieces that are put together.
const BEGINNINGS: [&str; 24] = [
    "alter",
    "and",
    "begin",
    "create",
    "delete",
    "drop",
    "explain",
    "from",
    "group",
    "having",
    "inner",
    "insert",
    "join",
    "left",
    "limit",
    "on",
    "or",
    "order",
    "returning",
    "select",
    "set",
    "update",
    "where",
    "with",
];

/// SQL that only one of the databases understands, or that shouts.
pub fn dialect(file: &File) -> Vec<Violation> {
    let own = if file.path.contains("/sqlite/") || file.path.contains("/postgres/") {
        &[]
    } else {
        &DIALECT[..]
    };
    if file.path.starts_with("crates/engine/migrations/") && file.extension() == "sql" {
        return faults(file, 1, &file.text, own);
    }
    let in_store = file.path.starts_with("crates/engine/src/store/")
        || file.path == "crates/engine/src/store.rs";
    if !in_store || file.path.ends_with("/dialect.rs") {
        return Vec::new();
    }
    let literals = file
        .scan
        .strings
        .iter()
        .filter(|literal| is_sql(&literal.text));
    literals
        .flat_map(|literal| faults(file, literal.line, &literal.text, &DIALECT))
        .collect()
}

fn is_sql(text: &str) -> bool {
    let first = words(text).next().map(str::to_lowercase);
    first.is_some_and(|first| BEGINNINGS.contains(&first.as_str()))
}

/// The faults of a piece of SQL that begins on this line of the file.
fn faults(file: &File, first_line: usize, sql: &str, own: &[(&str, &str)]) -> Vec<Violation> {
    let mut found = Vec::new();
    for (line, text) in (first_line..).zip(without_values(sql).lines()) {
        for word in words(text) {
            let lower = word.to_lowercase();
            if let Some((_, remedy)) = own.iter().find(|(name, _)| *name == lower) {
                found.push(file.violation(
                    line,
                    "sql",
                    format!("`{lower}` is one database's word"),
                    remedy,
                ));
            }
            if KEYWORDS.contains(&word) {
                let message = format!("`{word}` in upper case");
                found.push(file.violation(line, "sql", message, "write SQL in lower case"));
            }
        }
        if own.is_empty() {
            continue;
        }
        if let Some(clock) = CLOCKS
            .iter()
            .find(|clock| calls(&text.to_lowercase(), clock))
        {
            let message = format!("`{clock}()` asks the database's clock");
            found.push(file.violation(line, "sql", message, "pass the time as an argument"));
        }
        if text.contains("::") {
            found.push(file.violation(line, "sql", "a `::` cast".to_owned(), "write cast(… as …)"));
        }
    }
    found
}

/// The SQL with nothing between its quotes and without comments; line breaks stay where they were.
fn without_values(sql: &str) -> String {
    let mut kept = String::with_capacity(sql.len());
    let mut rest = sql;
    while let Some(letter) = rest.chars().next() {
        let skipped = if rest.starts_with("--") {
            rest.find('\n').unwrap_or(rest.len())
        } else if rest.starts_with("/*") {
            rest.find("*/").map_or(rest.len(), |end| end + 2)
        } else if letter == '\'' {
            rest[1..].find('\'').map_or(rest.len(), |end| end + 2)
        } else {
            kept.push(letter);
            rest = &rest[letter.len_utf8()..];
            continue;
        };
        kept.extend(rest[..skipped].chars().filter(|letter| *letter == '\n'));
        kept.push(' ');
        rest = &rest[skipped..];
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    fn messages(path: &str, text: &str) -> Vec<String> {
        dialect(&File::new(path, text))
            .into_iter()
            .map(|found| format!("{}: {}", found.line, found.message))
            .collect()
    }

    #[test]
    fn common_lower_case_sql_is_fine() {
        let sql = "-- Not NOW(), ON purpose.\ncreate table a (\n  state text not null default 'OPEN::SELECT',\n  now bigint\n);\n";
        assert_eq!(
            messages("crates/engine/migrations/0001_a.sql", sql),
            [""; 0]
        );
        let rust = "query(\"select id from orders where state = $1\"); bail!(\"now() and boolean::from\"); // SELECT\n";
        assert_eq!(messages("crates/engine/src/store/orders.rs", rust), [""; 0]);
    }

    #[test]
    fn one_databases_words_are_refused() {
        let sql = "create table a (\n  b boolean,\n  c serial\n);\nselect now(), d::text;\n";
        let expected = [
            "2: `boolean` is one database's word",
            "3: `serial` is one database's word",
            "5: `now()` asks the database's clock",
            "5: a `::` cast",
        ];
        assert_eq!(
            messages("crates/engine/migrations/0001_a.sql", sql),
            expected
        );
        let rust = "let a = \"\n  select id\n  from a where b ilike $1\";\n";
        assert_eq!(
            messages("crates/engine/src/store/a.rs", rust),
            ["3: `ilike` is one database's word"]
        );
    }

    #[test]
    fn keywords_are_in_lower_case_even_where_dialect_is_allowed() {
        let sql = "CREATE index a on b (c::text);\n";
        assert_eq!(
            messages("crates/engine/migrations/postgres/0001_a.sql", sql),
            ["1: `CREATE` in upper case"]
        );
        assert_eq!(
            messages("crates/engine/src/store/dialect.rs", "\"SELECT now()\""),
            [""; 0]
        );
        assert_eq!(messages("crates/api/src/a.rs", "\"SELECT now()\""), [""; 0]);
    }
}
