//! A program that asks the desk: a key, a document, and what came back.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;

use domain::order::Order;
use serde_json::{Value, json};

use crate::support::Desk;
use crate::support::orders::{csv_of, documents};
use crate::support::server::{LIMIT, Server};

/// A program with a key.
pub struct Client {
    address: String,
    headers: Vec<(String, String)>,
}

/// What came back.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    /// Names in lower case.
    pub headers: Vec<(String, String)>,
    /// As it was written: numbers with the decimals they have.
    pub text: String,
    pub json: Value,
}

impl Answer {
    /// The data, without errors.
    pub fn data(self) -> Value {
        assert_eq!(
            (self.status, &self.json["errors"]),
            (200, &Value::Null),
            "{self:?}"
        );
        self.json["data"].clone()
    }

    /// The one error.
    pub fn error(self) -> Value {
        let errors = self.json["errors"].as_array().cloned().unwrap_or_default();
        assert_eq!(errors.len(), 1, "{self:?}");
        let error = errors[0].clone();
        let told = error["extensions"]["requestId"].as_str().unwrap();
        assert_eq!(self.header("x-request-id"), Some(told), "{self:?}");
        error
    }

    /// Type, code and, where there are any, rule and field of the one error.
    pub fn refusal(self) -> Vec<String> {
        assert_eq!(self.status, 200, "{self:?}");
        said(&self.error())
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str())
    }

    /// A figure of a header.
    pub fn figure(&self, name: &str) -> i64 {
        let value = self.header(name).unwrap_or_else(|| panic!("no {name}"));
        value.parse().unwrap()
    }
}

/// What an error says to programs.
pub fn said(error: &Value) -> Vec<String> {
    let extensions = &error["extensions"];
    let names = ["errorType", "code", "rule", "field"];
    let each = names.iter().filter_map(|name| extensions[*name].as_str());
    each.map(str::to_owned).collect()
}

impl Client {
    /// A program without a key.
    pub fn stranger(server: &Server) -> Self {
        let headers = Vec::new();
        let address = server.address.clone();
        Self { address, headers }
    }

    /// A program with a key in the interface's own header.
    pub fn new(server: &Server, secret: &str) -> Self {
        Self::stranger(server).with("credentialToken", secret)
    }

    /// The same program, which sends this header too.
    pub fn with(&self, name: &str, value: &str) -> Self {
        let mut headers = self.headers.clone();
        headers.push((name.to_owned(), value.to_owned()));
        Self {
            address: self.address.clone(),
            headers,
        }
    }

    /// Asks with a document and its variables.
    pub fn ask(&self, document: &str, variables: Value) -> Answer {
        let body = json!({"query": document, "variables": variables});
        self.send(body.to_string().as_bytes())
    }

    /// Fetches what is at an address of the desk.
    pub fn get(&self, path: &str) -> Answer {
        self.exchange(format!("GET {path} HTTP/1.0\r\n"), b"")
    }

    /// Sends these bytes.
    pub fn send(&self, body: &[u8]) -> Answer {
        let head = format!(
            "POST /graphql HTTP/1.0\r\ncontent-type: application/json\r\ncontent-length: {}\r\n",
            body.len()
        );
        self.exchange(head, body)
    }

    fn exchange(&self, mut head: String, body: &[u8]) -> Answer {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        stream.set_read_timeout(Some(LIMIT)).unwrap();
        for (name, value) in &self.headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        stream.write_all(format!("{head}\r\n").as_bytes()).unwrap();
        // A body that is too long may be turned away before its end.
        stream.write_all(body).ok();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).ok();
        read(&String::from_utf8(answer).unwrap())
    }
}

fn read(answer: &str) -> Answer {
    let (head, text) = answer.split_once("\r\n\r\n").expect("a head and a body");
    let mut lines = head.lines();
    let status = lines.next().unwrap().split(' ').nth(1).unwrap();
    let headers = lines.filter_map(|line| line.split_once(": "));
    let headers = headers.map(|(name, value)| (name.to_lowercase(), value.to_owned()));
    Answer {
        status: status.parse().unwrap(),
        headers: headers.collect(),
        json: serde_json::from_str(text).unwrap_or(Value::Null),
        text: text.to_owned(),
    }
}

/// Makes a key with these permissions; everything a member may where there are none.
pub fn key(desk: &Desk, arguments: &[&str], permissions: &[&str]) -> String {
    let allowed = permissions.iter().flat_map(|one| ["--allow", *one]);
    let allowed: Vec<&str> = allowed.collect();
    let create = ["create", "--name", "Plugin"].as_slice();
    let made = desk.run("key", &[arguments, create, &allowed].concat());
    assert_eq!(made.code, 0, "{made:?}");
    made.out.trim().to_owned()
}

/// A desk with four orders: two in EUR and one in JPY that are paid here, and one that its shop refunds.
pub fn filled(desk: &Desk) -> Vec<Order> {
    let rows = [
        "A1,2026-03-01,EUR,1.0842,Cap,2,10.00,FR,6505.00,5.00,checkout,Paris,as a gift,ch_A1",
        "A2,2026-03-02,EUR,1.0842,Cap,1,10.00,FR,,,checkout,Lyon,,ch_A2",
        "A3,2026-03-03,JPY,0.0067,Cap,3,1000,JP,,,checkout,Tokyo,,ch_A3",
        "A4,2026-03-04,EUR,1.0842,Cap,1,10.00,FR,,,duty_and_tax,Paris,,",
    ];
    let file = desk.with_shop().write("orders.csv", csv_of(&rows));
    desk.import(&file).fine();
    orders(desk)
}

/// Every live order, oldest first.
pub fn orders(desk: &Desk) -> Vec<Order> {
    documents(&desk.export("jsonl", &["--organization", "Shop"]))
}

/// Everything that a refused request must leave as it was.
pub fn traces(desk: &Desk) -> Vec<i64> {
    let tables = [
        "order_events",
        "idempotency",
        "jobs",
        "order_keys",
        "orders",
    ];
    let counts = tables.map(|table| desk.number(&format!("select count(*) from {table}")));
    let versions = desk.number("select cast(sum(version) as bigint) from orders");
    [&counts[..], &[versions]].concat()
}
