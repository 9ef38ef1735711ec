//! docs/webhooks.md is true: what it shows verifies what the desk sends, and it names every type.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use domain::webhook::WebhookType;
use serde_json::json;

use crate::support::Desk;
use crate::support::receiver::Receiver;
use crate::webhooks::{NOTE, hook, open};

fn document() -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/webhooks.md");
    std::fs::read_to_string(path).unwrap()
}

fn block(document: &str, language: &str) -> String {
    let (_, after) = document.split_once(&format!("```{language}\n")).unwrap();
    after.split_once("```").unwrap().0.to_owned()
}

/// What a program says; nothing, and a word about it, where this machine does not have it.
fn said(program: &str, arguments: &[&str], script: &str) -> Option<String> {
    let mut command = Command::new(program);
    command
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped());
    let Ok(mut child) = command.spawn() else {
        let line = format!("not run: there is no {program}\n");
        std::io::stderr().write_all(line.as_bytes()).unwrap();
        return None;
    };
    child
        .stdin
        .take()
        .unwrap()
        .write_all(script.as_bytes())
        .unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{program}: {output:?}");
    Some(String::from_utf8(output.stdout).unwrap().trim().to_owned())
}

#[test]
fn what_it_shows_verifies_what_is_sent_and_nothing_else() {
    let desk = &Desk::embedded();
    let (_server, client, order) = open(desk);
    let receiver = Receiver::open();
    let made = hook(&client, "ORDER_UPDATED", &receiver.url, json!({}));
    client
        .ask(NOTE, json!({"order": order, "note": "é"}))
        .data();
    let heard = receiver.wait_for(1).remove(0);
    let (document, secret) = (document(), made["secret"].as_str().unwrap());
    let header = |name: &str| heard.headers[name].to_str().unwrap().to_owned();
    let names = ["webhook-id", "webhook-timestamp", "webhook-signature"];
    let headers = names.map(|name| (name, header(name)));
    let headers = json!(
        headers
            .into_iter()
            .collect::<std::collections::BTreeMap<_, _>>()
    );
    let asked = json!({"secret": secret, "headers": headers, "body": heard.body}).to_string();
    let file = desk.write("asked.json", asked);
    let file = file.to_str().unwrap();
    let python = block(&document, "python")
        + &format!(
            "\nimport json\nasked = json.load(open({file:?}))\nbody = asked['body'].encode()\n\
             print(verify(asked['secret'], asked['headers'], body), verify(asked['secret'], asked['headers'], body + b' '))\n"
        );
    if let Some(said) = said("python3", &["-"], &python) {
        assert_eq!(said, "True False");
    }
    let node = block(&document, "js")
        + &format!(
            "\nconst asked = JSON.parse(require('fs').readFileSync({file:?}));\nconst body = Buffer.from(asked.body);\n\
             const is = (body) => verify(asked.secret, asked.headers, body);\n\
             console.log(is(body), is(Buffer.concat([body, body])));\n"
        );
    if let Some(said) = said("node", &["-"], &node) {
        assert_eq!(said, "true false");
    }
    desk.write("body.json", &heard.body);
    let folder = Path::new(file).parent().unwrap().to_str().unwrap();
    let (id, at) = (header("webhook-id"), header("webhook-timestamp"));
    let by_hand = format!("cd '{folder}'\nsecret='{secret}' id='{id}' timestamp='{at}'\n")
        + &block(&document, "sh");
    let signature = said("sh", &["-e"], &by_hand).unwrap();
    assert_eq!(format!("v1,{signature}"), header("webhook-signature"));
}

#[test]
fn every_type_is_in_the_document() {
    let document = document();
    let mut kinds = WebhookType::ALL.to_vec();
    kinds.push(WebhookType::Test);
    for kind in kinds {
        let name = serde_json::to_value(kind).unwrap();
        let name = format!("`{}`", name.as_str().unwrap());
        assert!(document.contains(&name), "{name}");
    }
}
