//! `cargo xtask reference`: the files of `docs/api` that are made of the schema and of the examples.

use crate::shell;
use anyhow::{Context, Result};
use std::fs;
use std::path::Path;

/// The files, each with what the binary is asked for it.
const FILES: [(&str, &[&str]); 3] = [
    ("schema.graphql", &["schema"]),
    ("operations.md", &["schema", "--page", "operations"]),
    ("types.md", &["schema", "--page", "types"]),
];

/// Sends the examples to a desk and writes down what it answers, then writes the files.
///
/// # Errors
/// When it does not build, or an example is refused.
pub fn run(root: &Path) -> Result<()> {
    let examples = [
        "test",
        "-p",
        "bordereau",
        "--test",
        "api",
        "examples::each_example",
    ];
    let mut examples = shell::cargo(root, &examples);
    shell::run(examples.env("BORDEREAU_WRITE_EXAMPLES", "1"))?;
    // Built again: what was answered is compiled in.
    shell::run(&mut shell::cargo(root, &["build", "-p", "bordereau"]))?;
    for (file, arguments) in FILES {
        let mut bordereau = std::process::Command::new(root.join("target/debug/bordereau"));
        let text = shell::output(bordereau.args(arguments))?;
        let path = root.join("docs/api").join(file);
        fs::write(&path, text).with_context(|| format!("write {}", path.display()))?;
    }
    Ok(())
}
