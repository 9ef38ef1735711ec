//! `cargo xtask tidy`: the house rules that no compiler, clippy or rustfmt knows.
//!
//! Each rule is a small function from a file, or from the whole tree, to its violations; one file here a group of
//! rules. A line may break a rule when it, or the line above, says `tidy: allow(rule) reason`.

mod comments;
mod documents;
mod layers;
mod machine;
mod migrations;
mod scan;
mod size;
mod snapshots;
mod sql;
mod testing;
mod units;

use crate::shell;
use anyhow::Result;
use scan::Scan;
use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;
use std::{fmt, fs};

/// One place where a rule is broken.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Violation {
    /// The file, from the root of the workspace.
    pub path: String,
    /// Counted from 1.
    pub line: usize,
    /// The rule's name, as an exception would name it.
    pub rule: &'static str,
    /// What is wrong.
    pub message: String,
    /// What to do about it.
    pub remedy: String,
}

impl fmt::Display for Violation {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            path,
            line,
            rule,
            message,
            remedy,
        } = self;
        write!(out, "{path}:{line}: {message}, {remedy} [{rule}]")
    }
}

/// A text file of the tree.
pub struct File {
    /// From the root of the workspace, with forward slashes.
    pub path: String,
    /// Its whole content.
    pub text: String,
    /// Code, comments and strings, of a Rust file only.
    pub scan: Scan,
}

impl File {
    /// A file with its content; a Rust file is taken apart at once, since most rules want its parts.
    pub fn new(path: &str, text: &str) -> Self {
        let scan = if path.ends_with(".rs") {
            scan::scan(text)
        } else {
            Scan::default()
        };
        Self {
            path: path.to_owned(),
            text: text.to_owned(),
            scan,
        }
    }

    /// What follows the last dot of its name.
    pub fn extension(&self) -> &str {
        Path::new(&self.path)
            .extension()
            .and_then(|extension| extension.to_str())
            .unwrap_or_default()
    }

    /// The lines, counted from 1.
    pub fn lines(&self) -> impl Iterator<Item = (usize, &str)> {
        (1..).zip(self.text.lines())
    }

    /// The code of a Rust file by lines, counted from 1, without comments and the content of strings.
    pub fn code(&self) -> impl Iterator<Item = (usize, &str)> {
        (1..).zip(self.scan.code.iter().map(String::as_str))
    }

    /// A violation in this file.
    pub fn violation(
        &self,
        line: usize,
        rule: &'static str,
        message: String,
        remedy: &str,
    ) -> Violation {
        Violation {
            path: self.path.clone(),
            line,
            rule,
            message,
            remedy: remedy.to_owned(),
        }
    }

    /// Whether this line, or the one above, gives a reason to break the rule here.
    fn allows(&self, line: usize, rule: &str) -> bool {
        let marker = format!("tidy: allow({rule}) ");
        let gives_reason = |text: &str| {
            text.split_once(&marker)
                .is_some_and(|(_, reason)| reason.contains(char::is_alphabetic))
        };
        self.text
            .lines()
            .skip(line.saturating_sub(2))
            .take(line.min(2))
            .any(gives_reason)
    }
}

/// All that git knows or would add.
pub struct Tree {
    /// The text files.
    pub files: Vec<File>,
    /// Every path, also of files that are no text.
    pub paths: BTreeSet<String>,
}

/// Checks the tree, prints the violations and says whether there were none.
///
/// # Errors
/// When git or a file cannot be read.
pub fn run(root: &Path) -> Result<bool> {
    let tree = read_tree(root)?;
    let mut violations = check(&tree);
    violations.extend(migrations::check(root, &tree)?);
    violations.sort();
    for violation in &violations {
        println!("{violation}");
    }
    println!(
        "tidy: {} files, {} violations",
        tree.paths.len(),
        violations.len()
    );
    Ok(violations.is_empty())
}

fn read_tree(root: &Path) -> Result<Tree> {
    let list = [
        "ls-files",
        "--cached",
        "--others",
        "--exclude-standard",
        "-z",
    ];
    let listed = shell::output(Command::new("git").current_dir(root).args(list))?;
    let mut tree = Tree {
        files: Vec::new(),
        paths: BTreeSet::new(),
    };
    for path in listed.split('\0').filter(|path| !path.is_empty()) {
        // Git still lists a file that was just deleted; it is gone for us.
        let Ok(content) = fs::read(root.join(path)) else {
            continue;
        };
        if tree.paths.insert(path.to_owned())
            && let Ok(text) = String::from_utf8(content)
        {
            tree.files.push(File::new(path, &text));
        }
    }
    Ok(tree)
}

/// Every rule that needs nothing but the files, less the exceptions that give a reason.
fn check(tree: &Tree) -> Vec<Violation> {
    const RULES: [fn(&File) -> Vec<Violation>; 10] = [
        size::too_long,
        comments::open_task,
        comments::commented_out_code,
        testing::sleeps,
        testing::ignored_without_reason,
        units::floats_in_domain,
        units::unit_missing,
        sql::dialect,
        layers::forbidden_dependency,
        machine::machine_path,
    ];
    let mut violations = Vec::new();
    for file in &tree.files {
        let mut found: Vec<_> = RULES.iter().flat_map(|rule| rule(file)).collect();
        found.extend(documents::missing_path(file, tree));
        found.extend(snapshots::unused(file, tree));
        violations.extend(
            found
                .into_iter()
                .filter(|violation| !file.allows(violation.line, violation.rule)),
        );
    }
    violations
}

/// The names and numbers in a text: runs of letters, digits and underscores.
fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|letter: char| !letter.is_alphanumeric() && letter != '_')
        .filter(|word| !word.is_empty())
}

/// Whether the text calls a function of exactly this name.
fn calls(text: &str, function: &str) -> bool {
    let continues = |letter: char| letter.is_alphanumeric() || letter == '_';
    text.match_indices(&format!("{function}("))
        .any(|(at, _)| !text[..at].ends_with(continues))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn violations(path: &str, text: &str) -> Vec<String> {
        let tree = Tree {
            files: vec![File::new(path, text)],
            paths: BTreeSet::from([path.to_owned()]),
        };
        check(&tree).iter().map(Violation::to_string).collect()
    }

    #[test]
    fn names_the_place_the_fault_and_the_remedy() {
        let text = "/// Speed.\npub struct Parcel {\n    pub weight: i64,\n}\n";
        let expected = "crates/domain/src/parcel.rs:3: integer `weight` has no unit in its name, call it `weight_g` [units]";
        assert_eq!(violations("crates/domain/src/parcel.rs", text), [expected]);
    }

    #[test]
    fn an_exception_needs_a_reason() {
        let path = "crates/domain/src/parcel.rs";
        let with_reason = "// tidy: allow(units) the carrier's own word\npub weight: i64,\n";
        assert_eq!(violations(path, with_reason), [""; 0]);
        assert_eq!(
            violations(
                path,
                "pub weight: i64, // tidy: allow(units) the carrier's own word\n"
            ),
            [""; 0]
        );
        assert_eq!(
            violations(path, "// tidy: allow(units)\npub weight: i64,\n").len(),
            1
        );
        assert_eq!(
            violations(
                path,
                "// tidy: allow(floats) wrong rule\npub weight: i64,\n"
            )
            .len(),
            1
        );
        assert_eq!(
            violations(
                path,
                "// tidy: allow(units) too far away\n\npub weight: i64,\n"
            )
            .len(),
            1
        );
    }
}
