//! The console: a page for browsers where the API is asked, and nothing for anybody else.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;

use serde_json::json;

use crate::client::{Client, filled, key};
use crate::support::Desk;
use crate::support::server::{LIMIT, Server};

/// Gets the address of the API with these headers.
fn get(server: &Server, headers: &str) -> (String, String) {
    let mut stream = TcpStream::connect(&server.address).unwrap();
    stream.set_read_timeout(Some(LIMIT)).unwrap();
    write!(stream, "GET /graphql HTTP/1.0\r\n{headers}\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    let body = body.replace("&#x27;", "'").replace("&#x2f;", "/");
    (head.to_lowercase(), body)
}

const BROWSER: &str = "accept: text/html,*/*;q=0.8\r\naccept-language: fr\r\n";

#[test]
fn a_browser_finds_the_console_and_a_program_is_told_to_post() {
    let desk = Desk::embedded();
    filled(&desk);
    let secret = key(&desk, &[], &[]);
    let server = desk.serve();
    let (head, page) = get(&server, BROWSER);
    assert!(head.starts_with("http/1.0 200"), "{head}");
    let policy =
        "content-security-policy: default-src 'none'; script-src 'self'; style-src 'self';";
    assert!(head.contains(policy) && !head.contains("unsafe"), "{head}");
    // The page says nothing about a desk: everybody may read it.
    assert!(!head.contains("set-cookie"), "{head}");
    assert!(page.contains("<h1>Console de l'API</h1>"), "{page}");
    for name in ["orderRefundCreate", "orderCancel-dryRun"] {
        assert!(
            page.contains(&format!("<option value=\"{name}\"")),
            "{name}: {page}"
        );
    }
    assert!(
        page.contains(&format!("curl http://{}/graphql", server.address)),
        "{page}"
    );
    let (head, said) = get(&server, "accept: */*\r\n");
    assert!(
        head.starts_with("http/1.0 405") && head.contains("allow: post"),
        "{head}"
    );
    assert!(said.starts_with("send a GraphQL request by POST"), "{said}");
    let ask = Client::new(&server, &secret).ask("{ __typename }", json!({}));
    assert_eq!(ask.data(), json!({"__typename": "Query"}));
}

#[test]
fn a_desk_can_do_without_the_console() {
    let desk = Desk::embedded();
    filled(&desk);
    let secret = key(&desk, &[], &[]);
    let server = desk.serve_with(&[("BORDEREAU_API_CONSOLE", "false")]);
    let (head, page) = get(&server, BROWSER);
    assert!(head.starts_with("http/1.0 405"), "{head}");
    assert_eq!(page, "");
    let ask = Client::new(&server, &secret).ask("{ __typename }", json!({}));
    assert_eq!(ask.data(), json!({"__typename": "Query"}));
    let refused = desk.run_with_settings("serve", &[], &[("BORDEREAU_API_CONSOLE", "yes")]);
    let told = "BORDEREAU_API_CONSOLE is neither true nor false";
    assert!(refused.refused().contains(told));
}
