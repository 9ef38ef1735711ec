//! Migrations are history: once released, they ran somewhere and must never change.

use super::{File, Tree, Violation};
use crate::shell;
use anyhow::Result;
use std::path::Path;
use std::process::Command;

/// The version before the first release: until then no database in the world has run a migration of ours.
const UNRELEASED: &str = "version = \"0.1.0\"";

/// Migrations that differ from what was first committed.
///
/// # Errors
/// When git cannot be asked.
pub fn check(root: &Path, tree: &Tree) -> Result<Vec<Violation>> {
    if !tree
        .files
        .iter()
        .any(|file| file.path == "Cargo.toml" && is_released(&file.text))
    {
        return Ok(Vec::new());
    }
    let mut found = Vec::new();
    for file in tree.files.iter().filter(|file| is_migration(&file.path)) {
        if let Some(first) = first_commit(root, &file.path)? {
            let shown = format!("{first}:{}", file.path);
            let added =
                shell::output(Command::new("git").current_dir(root).args(["show", &shown]))?;
            found.extend(edited(file, &added));
        }
    }
    Ok(found)
}

fn is_released(manifest: &str) -> bool {
    !manifest.lines().any(|line| line.trim() == UNRELEASED)
}

fn is_migration(path: &str) -> bool {
    path.starts_with("crates/engine/migrations/") && path.ends_with(".sql")
}

/// The commit that brought the file; nothing for one that is not committed yet.
fn first_commit(root: &Path, path: &str) -> Result<Option<String>> {
    let log = ["log", "--diff-filter=A", "--format=%H", "--", path];
    let commits = shell::output(Command::new("git").current_dir(root).args(log))?;
    Ok(commits.lines().last().map(str::to_owned))
}

fn edited(file: &File, added: &str) -> Option<Violation> {
    let message = "this migration was changed after it was merged".to_owned();
    (file.text != added)
        .then(|| file.violation(1, "migrations", message, "restore it and write a new one"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_merged_migration_stays_as_it_was() {
        let file = File::new(
            "crates/engine/migrations/0001_orders.sql",
            "create table orders (id text);\n",
        );
        assert_eq!(edited(&file, "create table orders (id text);\n"), None);
        assert!(edited(&file, "create table orders (id bigint);\n").is_some());
    }

    #[test]
    fn the_rule_begins_with_the_first_release() {
        assert!(!is_released("[workspace.package]\nversion = \"0.1.0\"\n"));
        assert!(is_released("[workspace.package]\nversion = \"0.1.1\"\n"));
    }

    #[test]
    fn only_sql_files_of_the_engine_are_migrations() {
        assert!(is_migration(
            "crates/engine/migrations/sqlite/0002_search.sql"
        ));
        assert!(!is_migration("crates/engine/src/store/orders.sql"));
        assert!(!is_migration("crates/engine/migrations/README.md"));
    }
}
