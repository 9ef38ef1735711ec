//! A program that webhooks are sent to: it remembers what it was told, and answers what it was told to.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicU16, Ordering};
use std::sync::{Arc, Condvar, Mutex};

use hyper::HeaderMap;
use hyper::header::HeaderName;
use serde_json::Value;
use standardwebhooks::Webhook;

use super::server::LIMIT;

/// What was sent.
#[derive(Clone, Debug)]
pub struct Heard {
    pub headers: HeaderMap,
    pub body: String,
}

impl Heard {
    pub fn id(&self) -> String {
        self.headers["webhook-id"].to_str().unwrap().to_owned()
    }

    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }

    /// Whether the scheme's own library finds it signed with this secret.
    pub fn is_signed_with(&self, secret: &str) -> bool {
        let verifier = Webhook::new(secret).unwrap();
        verifier.verify(self.body.as_bytes(), &self.headers).is_ok()
    }
}

/// The program.
pub struct Receiver {
    pub url: String,
    heard: Arc<(Mutex<Vec<Heard>>, Condvar)>,
    status: Arc<AtomicU16>,
}

impl Receiver {
    /// Begins to listen on this machine.
    pub fn open() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/hooks", listener.local_addr().unwrap());
        let heard = Arc::<(Mutex<Vec<Heard>>, Condvar)>::default();
        let status = Arc::new(AtomicU16::new(200));
        let (into, answer) = (Arc::clone(&heard), Arc::clone(&status));
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let (into, answer) = (Arc::clone(&into), Arc::clone(&answer));
                std::thread::spawn(move || hear(stream.unwrap(), &into, &answer));
            }
        });
        Self { url, heard, status }
    }

    /// What it answers from now on; 0 for nothing at all.
    pub fn answers(&self, status: u16) {
        self.status.store(status, Ordering::SeqCst);
    }

    /// Waits until it has heard this many messages, and tells them all.
    pub fn wait_for(&self, count: usize) -> Vec<Heard> {
        let (heard, more) = &*self.heard;
        let heard = heard.lock().unwrap();
        let few = |heard: &mut Vec<Heard>| heard.len() < count;
        let (heard, waited) = more.wait_timeout_while(heard, LIMIT, few).unwrap();
        assert!(!waited.timed_out(), "only {} messages came", heard.len());
        heard.clone()
    }

    /// What it has heard so far.
    pub fn heard(&self) -> Vec<Heard> {
        self.heard.0.lock().unwrap().clone()
    }
}

/// Hears messages on a connection until it ends.
fn hear(stream: TcpStream, into: &(Mutex<Vec<Heard>>, Condvar), status: &AtomicU16) {
    let mut answers = stream.try_clone().unwrap();
    let mut reader = BufReader::new(stream);
    loop {
        let mut headers = HeaderMap::new();
        let mut line = String::new();
        if !matches!(reader.read_line(&mut line), Ok(read) if read > 0) {
            return;
        }
        loop {
            line.clear();
            reader.read_line(&mut line).unwrap();
            let Some((name, value)) = line.trim_end().split_once(": ") else {
                break;
            };
            let name: HeaderName = name.parse().unwrap();
            headers.insert(name, value.parse().unwrap());
        }
        let length = headers["content-length"].to_str().unwrap().parse().unwrap();
        let mut body = vec![0; length];
        reader.read_exact(&mut body).unwrap();
        let body = String::from_utf8(body).unwrap();
        into.0.lock().unwrap().push(Heard { headers, body });
        into.1.notify_all();
        match status.load(Ordering::SeqCst) {
            0 => std::thread::park(),
            status => {
                let answer = format!("HTTP/1.1 {status} Said\r\ncontent-length: 2\r\n\r\nok");
                if answers.write_all(answer.as_bytes()).is_err() {
                    return;
                }
            }
        }
    }
}
