//! The direction of dependencies: domain <- engine <- { integrations, api, dashboard } <- bordereau.

use super::{File, Violation};

const SIDES: [&str; 3] = ["integrations", "api", "dashboard"];
/// The domain has no waiting, no storage, no network and no chance in it.
const IMPURE: [&str; 8] = [
    "tokio",
    "sqlx",
    "reqwest",
    "hyper",
    "axum",
    "async-graphql",
    "rand",
    "getrandom",
];

/// A dependency against the direction, read from a crate's manifest.
pub fn forbidden_dependency(file: &File) -> Vec<Violation> {
    let Some(name) = file
        .path
        .strip_prefix("crates/")
        .and_then(|path| path.strip_suffix("/Cargo.toml"))
    else {
        return Vec::new();
    };
    dependencies(file)
        .into_iter()
        .filter_map(|(line, dependency)| {
            let remedy = refusal(name, dependency)?;
            Some(file.violation(
                line,
                "layers",
                format!("{name} depends on {dependency}"),
                remedy,
            ))
        })
        .collect()
}

/// What to do instead, when the crate may not depend on the other.
fn refusal(name: &str, dependency: &str) -> Option<&'static str> {
    let (side, on_side) = (SIDES.contains(&name), SIDES.contains(&dependency));
    match name {
        "domain" if on_side || dependency == "engine" => {
            Some("the rules know nobody: pass what they need as arguments")
        }
        "domain" if IMPURE.contains(&dependency) => {
            Some("the rules are pure: do this in the engine")
        }
        "engine" if on_side => {
            Some("say what the engine needs in a port and let the side implement it")
        }
        _ if side && on_side => Some("what both sides need belongs into the engine"),
        _ if side && dependency == "sqlx" => Some("all SQL is in the engine's store"),
        "domain" | "engine" | "integrations" | "api" | "dashboard" if dependency == "bordereau" => {
            Some("nothing depends on the binary")
        }
        _ => None,
    }
}

/// The names in all dependency tables of a manifest, those for tests and build scripts too.
fn dependencies(file: &File) -> Vec<(usize, &str)> {
    let mut within = false;
    let mut found = Vec::new();
    for (line, text) in file.lines() {
        let text = text.trim();
        if let Some(table) = text.strip_prefix('[') {
            let table = table.trim_end_matches(']');
            within = table.ends_with("dependencies");
            // The long form, `[dependencies.name]`, carries the name in the heading.
            if let Some((_, name)) = table.split_once("dependencies.") {
                found.push((line, name));
            }
        } else if within && !text.starts_with('#') {
            let name = text.split(['=', '.', ' ']).next().unwrap_or_default();
            if !name.is_empty() {
                found.push((line, name));
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn messages(name: &str, manifest: &str) -> Vec<String> {
        let file = File::new(&format!("crates/{name}/Cargo.toml"), manifest);
        forbidden_dependency(&file)
            .into_iter()
            .map(|found| format!("{}: {}", found.line, found.message))
            .collect()
    }

    #[test]
    fn the_direction_is_held_in_every_table() {
        let manifest = "\
[dependencies]
serde.workspace = true
tokio = { version = \"1\" }

[dev-dependencies]
engine.workspace = true
[target.'cfg(unix)'.dependencies.api]
path = \"../api\"
";
        assert_eq!(
            messages("domain", manifest),
            [
                "3: domain depends on tokio",
                "6: domain depends on engine",
                "7: domain depends on api"
            ]
        );
    }

    #[test]
    fn the_sides_do_not_see_each_other_and_have_no_sql() {
        assert_eq!(
            messages("api", "[dependencies]\ndashboard.workspace = true\n"),
            ["2: api depends on dashboard"]
        );
        assert_eq!(
            messages("dashboard", "[dependencies]\nsqlx.workspace = true\n"),
            ["2: dashboard depends on sqlx"]
        );
        assert_eq!(
            messages("engine", "[dependencies]\nintegrations.workspace = true\n").len(),
            1
        );
    }

    #[test]
    fn the_right_direction_is_fine() {
        assert_eq!(
            messages(
                "domain",
                "[package]\nname = \"domain\"\n[dependencies]\nserde = \"1\"\n"
            ),
            [""; 0]
        );
        assert_eq!(
            messages(
                "engine",
                "[dependencies]\ndomain.workspace = true\nsqlx = \"0.9\"\n"
            ),
            [""; 0]
        );
        assert_eq!(
            messages(
                "api",
                "[dependencies]\nengine.workspace = true\ntokio = \"1\"\n"
            ),
            [""; 0]
        );
        assert_eq!(
            messages(
                "bordereau",
                "[dependencies]\napi.workspace = true\n# dashboard\n"
            ),
            [""; 0]
        );
    }
}
