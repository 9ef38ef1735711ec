//! Snapshot files that no test names any more.
//!
//! A guess from the sources, for every machine; `cargo xtask test` knows for certain when it could run all tests.

use super::{File, Tree, Violation};

/// A snapshot whose name occurs in no Rust file of its crate.
pub fn unused(file: &File, tree: &Tree) -> Vec<Violation> {
    let Some((name, crate_folder)) = snapshot(&file.path) else {
        return Vec::new();
    };
    let sources = |other: &&File| other.path.starts_with(crate_folder) && other.extension() == "rs";
    if tree
        .files
        .iter()
        .filter(sources)
        .any(|source| names(&source.text, name))
    {
        return Vec::new();
    }
    let message = format!("no test of this crate is called or names `{name}`");
    vec![file.violation(1, "snapshots", message, "delete the snapshot")]
}

/// The name of a snapshot within its test file, and the folder of its crate with a slash.
fn snapshot(path: &str) -> Option<(&str, &str)> {
    let stem = path.strip_suffix(".snap")?;
    let within = path.strip_prefix("crates/")?;
    let crate_folder = &path[.."crates/".len() + within.find('/')? + 1];
    let name = stem.rsplit_once("__").map_or(stem, |(_, name)| name);
    // What a test adds by itself: a suffix of its choice, and a number from the second assertion on.
    let name = name.split_once('@').map_or(name, |(name, _)| name);
    let numbered = name
        .rsplit_once('-')
        .filter(|(_, number)| number.chars().all(|letter| letter.is_ascii_digit()));
    Some((numbered.map_or(name, |(name, _)| name), crate_folder))
}

/// Whether the source has the name, whole or put together around a value as in `event_{kind}`.
fn names(source: &str, name: &str) -> bool {
    source.contains(name)
        || name.match_indices('_').any(|(at, _)| {
            source.contains(&format!("{}_{{", &name[..at]))
                || source.contains(&format!("}}_{}", &name[at + 1..]))
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(snapshot: &str) -> usize {
        let source = "fn order_page() { assert_snapshot!(x); assert_snapshot!(format!(\"event_{kind}\"), y); }";
        let tree = Tree {
            files: vec![File::new("crates/api/tests/a.rs", source)],
            paths: [].into(),
        };
        unused(&File::new(snapshot, "---\n"), &tree).len()
    }

    #[test]
    fn a_snapshot_belongs_to_a_test() {
        assert_eq!(found("crates/api/tests/snapshots/a__order_page.snap"), 0);
        assert_eq!(found("crates/api/tests/snapshots/a__order_page-2.snap"), 0);
        assert_eq!(found("crates/api/tests/snapshots/a__order_page@fr.snap"), 0);
        assert_eq!(
            found("crates/api/src/snapshots/api__b__tests__event_refund_requested.snap"),
            0
        );
        assert_eq!(found("crates/api/tests/snapshots/a__list_page.snap"), 1);
        assert_eq!(
            found("crates/dashboard/tests/snapshots/a__order_page.snap"),
            1
        );
    }
}
