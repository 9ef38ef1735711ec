//! Files stay short enough to be read in one go.

use super::{File, Violation};

const LONGEST: usize = 400;
const EXTENSIONS: [&str; 7] = ["rs", "sql", "html", "js", "mjs", "css", "ftl"];
/// Files that may be longer, each with the reason.
const ALLOWED: &[(&str, &str)] = &[];

/// A file of ours with more than 400 lines.
pub fn too_long(file: &File) -> Vec<Violation> {
    let lines = file.text.lines().count();
    let allowed = ALLOWED.iter().any(|(path, _)| *path == file.path);
    if lines <= LONGEST || allowed || !EXTENSIONS.contains(&file.extension()) {
        return Vec::new();
    }
    vec![file.violation(
        LONGEST + 1,
        "size",
        format!("{lines} lines"),
        "split it by what it speaks of",
    )]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn four_hundred_lines_are_the_most() {
        assert_eq!(too_long(&File::new("a.rs", &"x\n".repeat(400))), []);
        assert_eq!(too_long(&File::new("a.md", &"x\n".repeat(401))), []);
        let found = too_long(&File::new("a.rs", &"x\n".repeat(401)));
        assert_eq!(
            found[0].to_string(),
            "a.rs:401: 401 lines, split it by what it speaks of [size]"
        );
    }
}
