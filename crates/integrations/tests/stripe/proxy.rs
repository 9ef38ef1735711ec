//! Stands between the desk and a provider: hands everything on and writes it down, and does to the next exchanges what
//! a bad network does.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// What happens to one exchange.
#[derive(Clone, Debug)]
pub enum Fault {
    /// Nothing.
    None,
    /// The answer comes so much later.
    Delay(Duration),
    /// The answer ends after so many bytes.
    CutAfter(usize),
    /// It is done, and no answer comes.
    Swallow,
    /// It never arrives, and no answer comes.
    Lose,
    /// It arrives twice; the second answer comes.
    Duplicate,
    /// This is answered, and nothing arrives.
    Answer(u16, String),
    /// It is done, and this is answered.
    AnswerInstead(u16, String),
}

/// One exchange that arrived.
#[derive(Clone, Debug)]
pub struct Exchange {
    pub method: String,
    /// With its query.
    pub path: String,
    pub head: String,
    pub body: String,
    pub status: u16,
    pub answer: Vec<u8>,
}

#[derive(Default)]
struct Shared {
    faults: VecDeque<Fault>,
    arrived: Vec<Exchange>,
}

pub struct Proxy {
    pub url: String,
    shared: Arc<Mutex<Shared>>,
    accepting: JoinHandle<()>,
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

impl Proxy {
    /// In front of what answers at this address, such as `http://127.0.0.1:1234/below`.
    pub async fn before(upstream: &str) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        let rest = upstream.strip_prefix("http://").unwrap();
        let (host, below) = rest.split_once('/').unwrap_or((rest, ""));
        let url = format!("http://{address}/{below}");
        let shared = Arc::<Mutex<Shared>>::default();
        let (host, known) = (host.to_owned(), shared.clone());
        let accepting = tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                tokio::spawn(exchange(client, host.clone(), known.clone()));
            }
        });
        Self {
            url,
            shared,
            accepting,
        }
    }

    /// Does this to the next exchanges, in order.
    pub fn will(&self, faults: impl IntoIterator<Item = Fault>) {
        self.shared.lock().unwrap().faults.extend(faults);
    }

    /// Everything that arrived, in order.
    pub fn arrived(&self) -> Vec<Exchange> {
        self.shared.lock().unwrap().arrived.clone()
    }

    /// How often this was asked, by method and the path's end.
    pub fn count(&self, method: &str, end: &str) -> usize {
        let arrived = self.arrived();
        let is_such = |one: &&Exchange| {
            one.method == method && one.path.split('?').next().unwrap().ends_with(end)
        };
        arrived.iter().filter(is_such).count()
    }
}

async fn exchange(mut client: TcpStream, host: String, shared: Arc<Mutex<Shared>>) {
    while let Some((head, body)) = message(&mut client).await {
        let fault = shared.lock().unwrap().faults.pop_front();
        let fault = fault.unwrap_or(Fault::None);
        let answer = match &fault {
            Fault::Lose => return,
            Fault::Answer(status, body) => plain_answer(*status, body),
            Fault::Duplicate => {
                hand_on(&host, &head, &body, &shared).await;
                hand_on(&host, &head, &body, &shared).await
            }
            _ => hand_on(&host, &head, &body, &shared).await,
        };
        let answer = match &fault {
            Fault::Swallow => return,
            Fault::AnswerInstead(status, body) => plain_answer(*status, body),
            Fault::CutAfter(bytes) => answer[..answer.len().min(*bytes)].to_vec(),
            Fault::Delay(by) => {
                tokio::time::sleep(*by).await; // tidy: allow(sleep) a late answer is what this stands for
                answer
            }
            _ => answer,
        };
        if client.write_all(&answer).await.is_err() || matches!(fault, Fault::CutAfter(_)) {
            return;
        }
    }
}

/// The head and the body of a request; nothing when the client has no more.
async fn message(stream: &mut TcpStream) -> Option<(String, Vec<u8>)> {
    let mut bytes = Vec::new();
    let end = loop {
        if let Some(at) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            break at + 4;
        }
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    };
    let head = String::from_utf8(bytes[..end].to_vec()).unwrap();
    let mut body = bytes[end..].to_vec();
    let length = header(&head, "content-length").map_or(0, |length| length.parse().unwrap());
    while body.len() < length {
        if stream.read_buf(&mut body).await.ok()? == 0 {
            return None;
        }
    }
    Some((head, body))
}

/// Asks upstream, writes the exchange down, and returns the whole answer.
async fn hand_on(host: &str, head: &str, body: &[u8], shared: &Mutex<Shared>) -> Vec<u8> {
    let mut upstream = TcpStream::connect(host).await.unwrap();
    let lines = head.trim_end().lines();
    let kept = lines.filter(|line| !line.to_ascii_lowercase().starts_with("host:"));
    let mut sent = kept.collect::<Vec<_>>().join("\r\n");
    sent.push_str(&format!("\r\nhost: {host}\r\nconnection: close\r\n\r\n"));
    upstream.write_all(sent.as_bytes()).await.unwrap();
    upstream.write_all(body).await.unwrap();
    let mut answer = Vec::new();
    upstream.read_to_end(&mut answer).await.unwrap();
    let end = answer.windows(4).position(|four| four == b"\r\n\r\n");
    let end = end.unwrap() + 4;
    let answered = String::from_utf8(answer[..end].to_vec()).unwrap();
    let mut words = head.split_whitespace();
    let content = answer[end..].to_vec();
    let status = answered.split_whitespace().nth(1).unwrap().parse().unwrap();
    shared.lock().unwrap().arrived.push(Exchange {
        method: words.next().unwrap().to_owned(),
        path: words.next().unwrap().to_owned(),
        head: head.to_owned(),
        body: String::from_utf8(body.to_vec()).unwrap(),
        status,
        answer: content.clone(),
    });
    whole(status, &content)
}

fn plain_answer(status: u16, body: &str) -> Vec<u8> {
    whole(status, body.as_bytes())
}

fn whole(status: u16, body: &[u8]) -> Vec<u8> {
    let length = body.len();
    let head = format!(
        "HTTP/1.1 {status} As Said\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n\r\n"
    );
    [head.as_bytes(), body].concat()
}

/// What a header of the request says.
pub fn header<'a>(head: &'a str, name: &str) -> Option<&'a str> {
    head.lines().find_map(|line| {
        let (known, value) = line.split_once(':')?;
        known.eq_ignore_ascii_case(name).then(|| value.trim())
    })
}
