//! Someone in front of a browser without scripts: follows links, fills in forms, keeps cookies.

use std::collections::BTreeMap;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;

use super::PASSWORD;
use super::server::{LIMIT, Server};

/// A browser at one desk.
pub struct Browser<'a> {
    server: &'a Server,
    pub cookies: BTreeMap<String, String>,
    language: &'static str,
    /// The token of the last form that was seen.
    token: String,
}

/// What came back.
#[derive(Debug)]
pub struct Page {
    pub status: u16,
    /// In lower case, one line each.
    pub headers: Vec<String>,
    /// As a reader sees it: without the notation for special characters.
    pub body: String,
    /// Where it came from in the end.
    pub path: String,
}

impl Page {
    /// The page; it must say this.
    pub fn says(self, text: &str) -> Self {
        assert!(
            self.body.contains(text),
            "{} should say {text}:\n{}",
            self.path,
            self.body
        );
        self
    }

    /// The page; it must not say this.
    pub fn says_not(self, text: &str) -> Self {
        assert!(
            !self.body.contains(text),
            "{} should not say {text}",
            self.path
        );
        self
    }

    /// The page; it must have this status.
    pub fn is(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{}:\n{}", self.path, self.body);
        self
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        let start = format!("{name}: ");
        self.headers
            .iter()
            .find_map(|line| line.strip_prefix(&start))
    }

    /// What a field of a form holds.
    pub fn field(&self, name: &str) -> String {
        let (_, rest) = self
            .body
            .split_once(&format!("name=\"{name}\""))
            .unwrap_or_else(|| panic!("no field {name}"));
        let tag = rest.split('>').next().unwrap_or_default();
        let value = tag.split_once("value=\"").map(|(_, value)| value);
        value
            .and_then(|value| value.split('"').next())
            .unwrap_or_default()
            .to_owned()
    }
}

impl<'a> Browser<'a> {
    pub fn new(server: &'a Server, language: &'static str) -> Self {
        Self {
            server,
            cookies: BTreeMap::new(),
            language,
            token: String::new(),
        }
    }

    /// A browser in which someone is signed in.
    pub fn signed_in(server: &'a Server, language: &'static str, email: &str) -> Self {
        let mut browser = Self::new(server, language);
        browser.get("/sign-in");
        browser
            .post("/sign-in", &[("email", email), ("password", PASSWORD)])
            .is(200);
        browser
    }

    /// Opens a page, and follows where it leads.
    pub fn get(&mut self, path: &str) -> Page {
        self.follow("GET", path, "", &[])
    }

    /// Sends a form with the token of the page it is on, and follows where that leads.
    pub fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Page {
        let token = self.token.clone();
        let fields = [&[("form_token", token.as_str())], fields].concat();
        self.follow("POST", path, &encoded(&fields), &[])
    }

    /// Sends a form as [`Self::post`] does, and does not follow where it leads.
    pub fn once_sent(&mut self, path: &str, fields: &[(&str, &str)]) -> Page {
        let token = self.token.clone();
        let fields = [&[("form_token", token.as_str())], fields].concat();
        self.once("POST", path, &encoded(&fields), &[])
    }

    /// Sends what no page of ours would.
    pub fn forge(&mut self, path: &str, fields: &[(&str, &str)], headers: &[&str]) -> Page {
        self.once("POST", path, &encoded(fields), headers)
    }

    /// A page as it was sent.
    pub fn raw(&mut self, path: &str) -> String {
        self.ask("GET", path, "", &[])
    }

    /// One question and its answer.
    pub fn once(&mut self, method: &str, path: &str, body: &str, headers: &[&str]) -> Page {
        let answer = self.ask(method, path, body, headers);
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        let mut lines = head.lines();
        let status = lines
            .next()
            .and_then(|line| line.split(' ').nth(1))
            .unwrap();
        let headers: Vec<String> = lines
            .map(|line| {
                line.split_once(": ")
                    .map_or_else(String::new, |(name, value)| {
                        format!("{}: {value}", name.to_lowercase())
                    })
            })
            .collect();
        let page = Page {
            status: status.parse().unwrap(),
            headers,
            body: plain(body),
            path: path.to_owned(),
        };
        self.remember(&page);
        page
    }

    fn ask(&self, method: &str, path: &str, body: &str, headers: &[&str]) -> String {
        let cookies: Vec<String> = self
            .cookies
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        let mut stream = TcpStream::connect(&self.server.address).unwrap();
        stream.set_read_timeout(Some(LIMIT)).unwrap();
        let more: String = headers
            .iter()
            .map(|header| format!("{header}\r\n"))
            .collect();
        write!(
            stream,
            "{method} {path} HTTP/1.0\r\nhost: {}\r\naccept-language: {}\r\ncookie: {}\r\n\
             content-type: application/x-www-form-urlencoded\r\ncontent-length: {}\r\n{more}\r\n{body}",
            self.server.address,
            self.language,
            cookies.join("; "),
            body.len()
        )
        .unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    }

    fn remember(&mut self, page: &Page) {
        for line in &page.headers {
            if let Some(cookie) = line.strip_prefix("set-cookie: ") {
                let (name, value) = cookie.split(';').next().unwrap().split_once('=').unwrap();
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        if page.body.contains("name=\"form_token\"") {
            self.token = page.field("form_token");
        }
    }

    fn follow(&mut self, method: &str, path: &str, body: &str, headers: &[&str]) -> Page {
        let mut page = self.once(method, path, body, headers);
        while page.status == 303 {
            let to = page.header("location").unwrap().to_owned();
            page = self.once("GET", &to, "", &[]);
        }
        page
    }
}

/// A text without the notation that HTML needs.
pub fn plain(html: &str) -> String {
    let mut text = html.to_owned();
    for (notation, letter) in [
        ("&#x27;", "'"),
        ("&#x2f;", "/"),
        ("&quot;", "”"),
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&amp;", "&"),
        ("\u{a0}", " "),
        ("\u{202f}", " "),
    ] {
        text = text.replace(notation, letter);
    }
    text
}

pub fn encoded(fields: &[(&str, &str)]) -> String {
    let encode = |text: &str| -> String {
        text.bytes()
            .map(|byte| match byte {
                b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' => char::from(byte).to_string(),
                other => format!("%{other:02X}"),
            })
            .collect()
    };
    let pairs: Vec<String> = fields
        .iter()
        .map(|(name, value)| format!("{}={}", encode(name), encode(value)))
        .collect();
    pairs.join("&")
}
