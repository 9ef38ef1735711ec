//! Comments say why; open tasks live in the tracker and old code in the history.

use super::{File, Violation, words};

const SOURCES: [&str; 9] = [
    "rs", "sql", "html", "js", "css", "ftl", "toml", "graphql", "sh",
];
const OPEN_TASK: [&str; 2] = ["TODO", "FIXME"];
const STATEMENTS: [&str; 11] = [
    "let", "fn", "use", "if", "for", "while", "match", "pub", "return", "impl", "async",
];

/// An open task in a comment that names no issue.
pub fn open_task(file: &File) -> Vec<Violation> {
    let lines: Vec<(usize, &str)> = match file.extension() {
        "rs" => (1..)
            .zip(file.scan.comments.iter().map(String::as_str))
            .collect(),
        extension if SOURCES.contains(&extension) => file.lines().collect(),
        _ => Vec::new(),
    };
    let open = |text: &str| {
        words(text)
            .find(|word| OPEN_TASK.contains(word))
            .map(str::to_owned)
    };
    lines
        .into_iter()
        .filter(|(_, text)| !names_an_issue(text))
        .filter_map(|(line, text)| Some((line, open(text)?)))
        .map(|(line, word)| {
            let message = format!("{word} without an issue number");
            file.violation(
                line,
                "tasks",
                message,
                "write `#123` beside it or do it now",
            )
        })
        .collect()
}

fn names_an_issue(text: &str) -> bool {
    text.split('#')
        .skip(1)
        .any(|rest| rest.starts_with(|letter: char| letter.is_ascii_digit()))
}

/// A comment that was code once.
pub fn commented_out_code(file: &File) -> Vec<Violation> {
    file.code()
        .zip(&file.scan.comments)
        .filter(|((_, code), comment)| code.trim().is_empty() && was_code(comment.trim()))
        .map(|((line, _), _)| {
            file.violation(
                line,
                "dead-code",
                "commented-out code".to_owned(),
                "delete it: git remembers",
            )
        })
        .collect()
}

/// A guess: documentation may show code, a plain comment that begins and ends like a statement is one.
fn was_code(comment: &str) -> bool {
    let Some(text) = comment.strip_prefix("//") else {
        return false;
    };
    if text.starts_with(['/', '!']) || !text.ends_with([';', '{']) {
        return false;
    }
    let first = text
        .trim_start()
        .split(|letter: char| !letter.is_ascii_lowercase())
        .next();
    first.is_some_and(|word| STATEMENTS.contains(&word))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(rule: fn(&File) -> Vec<Violation>, path: &str, text: &str) -> Vec<usize> {
        rule(&File::new(path, text))
            .iter()
            .map(|violation| violation.line)
            .collect()
    }

    #[test]
    fn an_open_task_names_its_issue() {
        assert_eq!(
            lines(
                open_task,
                "a.rs",
                "let a = \"TODO\"; // Fine.\n// TODO(#12): later\n"
            ),
            [0; 0]
        );
        assert_eq!(
            lines(
                open_task,
                "a.rs",
                "// Fine.\n// TODO: later\nf(); // FIXME #x\n"
            ),
            [2, 3]
        );
        assert_eq!(
            lines(open_task, "a.js", "/* FIXME */\n// TODOS are fine\n"),
            [1]
        );
        assert_eq!(
            lines(open_task, "a.md", "no TODO without a number\n"),
            [0; 0]
        );
    }

    #[test]
    fn old_code_is_not_kept_in_comments() {
        let prose = "// If it fails, for once: let it.\n/// let a = 1;\n//! use a;\nlet a = 1; // let b;\n// letters; {\n";
        assert_eq!(lines(commented_out_code, "a.rs", prose), [0; 0]);
        let code = "// let a = 1;\nf();\n    // if a {\n//return;\n// pub(crate) fn f() {\n";
        assert_eq!(lines(commented_out_code, "a.rs", code), [1, 3, 4, 5]);
    }
}
