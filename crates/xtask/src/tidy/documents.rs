//! Documents name only files that are there.

use super::{File, Tree, Violation};

/// What marks a word with a slash as a file of a repository, rather than a media type or an address.
const EXTENSIONS: [&str; 14] = [
    "rs", "md", "sql", "toml", "html", "js", "mjs", "css", "ftl", "json", "graphql", "txt", "sh",
    "csv",
];

/// A path in backticks, or a link, of a Markdown file that leads nowhere.
pub fn missing_path(file: &File, tree: &Tree) -> Vec<Violation> {
    if file.extension() != "md" {
        return Vec::new();
    }
    let folder = file.path.rsplit_once('/').map_or("", |(folder, _)| folder);
    let mut fenced = false;
    let mut found = Vec::new();
    for (line, text) in file.lines() {
        if text.trim_start().starts_with("```") {
            fenced = !fenced;
        } else if !fenced {
            let named = quoted(text)
                .filter(|word| is_path(word, tree))
                .chain(links(text));
            for path in named.filter(|path| !exists(path, folder, tree)) {
                let message = format!("there is no `{path}`");
                found.push(file.violation(
                    line,
                    "paths",
                    message,
                    "correct the path from the root of the workspace",
                ));
            }
        }
    }
    found
}

/// What stands between backticks, without a line number behind it.
fn quoted(text: &str) -> impl Iterator<Item = &str> {
    text.split('`').skip(1).step_by(2).map(|word| {
        let (path, line) = word.rsplit_once(':').unwrap_or((word, "1"));
        if line.chars().all(|letter| letter.is_ascii_digit()) {
            path
        } else {
            word
        }
    })
}

/// The targets of links to other files.
fn links(text: &str) -> impl Iterator<Item = &str> {
    text.split("](")
        .skip(1)
        .filter_map(|rest| rest.split([')', '#', ' ']).next())
        .filter(|target| !target.is_empty() && !target.contains(':'))
}

fn is_path(word: &str, tree: &Tree) -> bool {
    let plain = |letter: char| letter.is_ascii_alphanumeric() || "_-./".contains(letter);
    let Some((first, rest)) = word.split_once('/') else {
        return false;
    };
    if first.is_empty() || first == "target" || !word.chars().all(plain) {
        return false;
    }
    let is_file = rest
        .rsplit_once('.')
        .is_some_and(|(_, extension)| EXTENSIONS.contains(&extension));
    let begins = format!("{first}/");
    is_file
        || matches!(first, "crates" | "docs")
        || tree.paths.iter().any(|path| path.starts_with(&begins))
}

/// Whether the path is a file or a folder, seen from the root or from the document's own folder.
fn exists(path: &str, folder: &str, tree: &Tree) -> bool {
    let from_folder = resolve(&format!("{folder}/{path}"));
    [resolve(path), from_folder].iter().any(|path| {
        let within = format!("{path}/");
        path.is_empty()
            || tree.paths.contains(path)
            || tree.paths.iter().any(|file| file.starts_with(&within))
    })
}

/// The path without `.` and `..`.
fn resolve(path: &str) -> String {
    let mut parts = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    parts.join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn missing(text: &str) -> Vec<String> {
        let paths = [
            "crates/domain/src/refund.rs",
            "docs/store.md",
            "reference/api.graphql",
        ];
        let tree = Tree {
            files: Vec::new(),
            paths: paths.map(str::to_owned).into(),
        };
        missing_path(&File::new("docs/a.md", text), &tree)
            .into_iter()
            .map(|found| found.message)
            .collect()
    }

    #[test]
    fn paths_that_are_there_are_fine() {
        let text = "\
`crates/domain/src/refund.rs`, `crates/domain/`, `reference/api.graphql:12`, [store](store.md#money)
`text/html` and `POST /graphql`, `application/json`, `a <- { b, c }`, `target/demo/x.txt`, [x](https://x.example/y.md)
```
crates/gone.rs `crates/gone.rs`
```
";
        assert_eq!(missing(text), [""; 0]);
    }

    #[test]
    fn a_path_that_leads_nowhere_is_named() {
        assert_eq!(
            missing("see `crates/domain/src/refunds.rs`"),
            ["there is no `crates/domain/src/refunds.rs`"]
        );
        assert_eq!(
            missing("`docs/gone`, [x](../gone.md)"),
            ["there is no `docs/gone`", "there is no `../gone.md`"]
        );
        assert_eq!(missing("`engine/refunds.rs`").len(), 1);
    }
}
