//! Tests wait for nothing, and none is switched off in silence.

use super::{File, Violation, calls};

/// A pause in a test: it makes the run slow on good days and fail on bad ones.
pub fn sleeps(file: &File) -> Vec<Violation> {
    let Some(first) = first_test_line(file) else {
        return Vec::new();
    };
    file.code()
        .filter(|(line, code)| *line >= first && calls(code, "sleep"))
        .map(|(line, _)| {
            file.violation(
                line,
                "sleep",
                "a test sleeps".to_owned(),
                "set the clock or step the worker instead",
            )
        })
        .collect()
}

/// Where the tests of a Rust file begin.
fn first_test_line(file: &File) -> Option<usize> {
    if file.path.contains("/tests/") || file.path.ends_with("/tests.rs") {
        return Some(1);
    }
    file.code()
        .find(|(_, code)| code.contains("#[cfg(test)]"))
        .map(|(line, _)| line)
}

/// A test that is switched off without a word.
pub fn ignored_without_reason(file: &File) -> Vec<Violation> {
    file.code()
        .filter(|(_, code)| code.replace(' ', "").contains("#[ignore]"))
        .map(|(line, _)| {
            let message = "a test is ignored without a reason".to_owned();
            file.violation(
                line,
                "ignored",
                message,
                "write `#[ignore = \"why\"]` or delete the test",
            )
        })
        .collect()
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
    fn only_tests_may_not_sleep() {
        let text = "fn a() { sleep(1); }\n#[cfg(test)]\nmod tests {\n    // sleep(1)\n    fn may_not_sleep() {}\n    fn a() { sleep(\"\"); }\n}\n";
        assert_eq!(lines(sleeps, "crates/a/src/b.rs", text), [6]);
        assert_eq!(
            lines(sleeps, "crates/a/src/b.rs", "fn a() { sleep(1); }\n"),
            [0; 0]
        );
        assert_eq!(
            lines(
                sleeps,
                "crates/a/tests/b.rs",
                "fn a() { tokio::time::sleep(x).await }\n"
            ),
            [1]
        );
    }

    #[test]
    fn an_ignored_test_says_why() {
        assert_eq!(
            lines(
                ignored_without_reason,
                "a.rs",
                "#[ignore = \"needs a printer\"]\n// #[ignore]\n"
            ),
            [0; 0]
        );
        assert_eq!(
            lines(
                ignored_without_reason,
                "a.rs",
                "#[test]\n#[ignore]\nfn a() {}\n"
            ),
            [2]
        );
    }
}
