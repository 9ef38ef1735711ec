//! Nothing in the tree depends on one person's machine.

use super::{File, Violation};

/// Folders that exist on one machine only.
const FOLDERS: [&str; 3] = ["work", "root", "home"];

/// An absolute path into somebody's own folders.
pub fn machine_path(file: &File) -> Vec<Violation> {
    // This rule's own tests show what it refuses.
    if file.path.starts_with("crates/xtask/src/tidy/") {
        return Vec::new();
    }
    file.lines()
        .filter_map(|(line, text)| {
            Some((
                line,
                FOLDERS.iter().find(|folder| names_folder(text, folder))?,
            ))
        })
        .map(|(line, folder)| {
            let message = format!("a path within /{folder}");
            file.violation(
                line,
                "machine-path",
                message,
                "write it from the root of the workspace",
            )
        })
        .collect()
}

/// Whether the text has the folder at the start of a path, with something in it.
fn names_folder(text: &str, folder: &str) -> bool {
    let path = format!("/{folder}/");
    text.match_indices(&path).any(|(at, _)| {
        let within = text[at + path.len()..]
            .starts_with(|letter: char| letter.is_alphanumeric() || letter == '.');
        let begins = !text[..at]
            .ends_with(|letter: char| letter.is_alphanumeric() || ".-_~})>*".contains(letter));
        begins && (within || folder != "home")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refuses_the_folders_of_one_machine() {
        let text = "cp /work/a b\nfile:///root/x\n\"/home/ada/bordereau\"\n`/root/`\n";
        let found = machine_path(&File::new("docs/a.md", text));
        assert_eq!(
            found.iter().map(|found| found.line).collect::<Vec<_>>(),
            [1, 2, 3, 4]
        );
    }

    #[test]
    fn other_paths_are_fine() {
        let text = "crates/work/src\n$HOME/work/a\n../root/x\nGET /home/\n/var/lib/bordereau\n{base}/work/a\n";
        assert_eq!(machine_path(&File::new("docs/a.md", text)), []);
    }
}
