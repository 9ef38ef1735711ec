//! The quick start is true: its commands are run one after the other, and answer what it shows.

use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::support::Desk;

const PAGE: &str = include_str!("../../../../docs/api/quick-start.md");

/// What ends the output of a command's block.
const END: &str = "--- end of block ---";

/// The fenced blocks that are run, each with what it is said to print, where that is shown.
fn blocks() -> Vec<(&'static str, Option<&'static str>)> {
    let mut blocks: Vec<(&str, Option<&str>)> = Vec::new();
    for part in PAGE.split("\n```").skip(1) {
        if let Some(script) = part.strip_prefix("sh\n") {
            blocks.push((script, None));
        } else if let Some(json) = part.strip_prefix("json\n") {
            blocks.last_mut().unwrap().1 = Some(json);
        }
    }
    blocks
}

/// Whether two answers have the same fields, whatever they hold.
fn assert_same_shape(said: &Value, shown: &Value, at: &str) {
    match (said, shown) {
        (Value::Object(said), Value::Object(shown)) => {
            let names = |fields: &serde_json::Map<String, Value>| {
                fields.keys().cloned().collect::<Vec<_>>()
            };
            assert_eq!(names(said), names(shown), "{at}");
            for (name, value) in said {
                assert_same_shape(value, &shown[name], &format!("{at}.{name}"));
            }
        }
        (Value::Array(said), Value::Array(shown)) => {
            assert_eq!(said.is_empty(), shown.is_empty(), "{at}");
            for (said, shown) in said.iter().zip(shown) {
                assert_same_shape(said, shown, at);
            }
        }
        (Value::String(said), Value::String(shown)) if !shown.contains('…') => {
            assert_eq!(said, shown, "{at}");
        }
        _ => assert_eq!(
            std::mem::discriminant(said),
            std::mem::discriminant(shown),
            "{at}: {said}"
        ),
    }
}

#[test]
fn the_quick_start_works_as_it_is_written() {
    let desk = Desk::embedded();
    let server = desk.demo(&["--orders", "300"]);
    // The page's desk is in the folder and at the address that `cargo xtask demo` uses.
    let folder = desk.file("sources");
    std::fs::create_dir_all(folder.join("target")).unwrap();
    std::os::unix::fs::symlink(desk.data(), folder.join("target/demo")).unwrap();
    let blocks = blocks();
    assert!(blocks.len() > 4 && blocks.iter().filter(|(_, shown)| shown.is_some()).count() > 2);
    let script = blocks
        .iter()
        .fold("set -eu\n".to_owned(), |script, (block, _)| {
            format!("{script}{block}\necho '\n{END}'\n")
        });
    let script = script.replace("127.0.0.1:8080", &server.address);
    let said = Command::new("sh")
        .arg("-c")
        .arg(script)
        .current_dir(&folder)
        .output();
    let said = said.unwrap();
    assert!(said.status.success(), "{said:?}");
    let out = String::from_utf8(said.stdout).unwrap();
    for ((block, shown), said) in blocks.iter().zip(out.split(END)) {
        let Some(shown) = shown else { continue };
        let said = serde_json::from_str(said.trim())
            .unwrap_or_else(|error| panic!("{block}{said}: {error}"));
        assert_same_shape(&said, &serde_json::from_str(shown).unwrap(), block);
    }
    assert!(Path::new(&folder).join("sold.json").is_file());
}
