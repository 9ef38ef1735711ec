//! Pages as a browser gets them: signed in, over loopback, compressed; beside the engine's own read of the same, so that
//! what is between is what rendering, compressing and HTTP cost. The worker rests.

use std::net::SocketAddr;
use std::sync::Arc;

use anyhow::{Context as _, Result, ensure};
use dashboard::App;
use domain::filter::{Filter, Sort};
use domain::order::OrderStatus;
use engine::fakes::Fakes;
use engine::people::{self, ADMIN, NewPerson};
use engine::store::list::Page;
use engine::{listing, orders, sessions};
use http_body_util::BodyExt as _;
use hyper::client::conn::http1::{self, SendRequest};
use hyper::http::request::Builder;
use hyper::{Request, StatusCode};
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Mutex;

use crate::measure::{Figure, calls};
use crate::report::Report;
use crate::work::Bench;

/// Pages that a figure is made of, of one client and of many.
const PAGES: [(usize, usize); 2] = [(1, 400), (50, 2_000)];

/// Rows of a page of the list.
const ROWS: u32 = 50;

/// What is asked for: the path, and the engine's read behind it.
type Asked = (String, Read);

#[derive(Clone)]
enum Read {
    List(Box<Page>),
    Order(domain::ids::OrderId),
}

/// Measures the list, the search and the page of an order.
pub async fn pages(bench: &Bench, report: &mut Report) -> Result<()> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    let fakes = Arc::new(Fakes::default());
    let router = dashboard::router(App::new(bench.desk.clone(), fakes.clone(), fakes));
    let server = tokio::spawn(async move { axum::serve(listener, router).await });
    let cookie = signed_in(bench).await?;
    let of_orders = bench.ids.iter().map(|id| {
        let path = format!("/orders/{id}");
        (path, Read::Order(id.clone()))
    });
    let kinds = [
        ("page: list", lists()),
        ("page: search", searches()),
        ("page: order", of_orders.collect()),
    ];
    for (name, asked) in kinds {
        for (clients, count) in PAGES {
            let inputs: Vec<Asked> = asked.iter().cycle().take(count).cloned().collect();
            let client = Arc::new(Client::new(address, &cookie, clients).await?);
            let through = through_http(&client, &inputs, clients).await?;
            let bare = by_the_engine(bench, inputs, clients).await?;
            let what = format!("{name}, {clients} at once");
            report.add(bench.database, &what, through, Some(bare));
        }
        let client = Client::new(address, &cookie, 1).await?;
        let (mut sent, mut whole) = (0, 0);
        let few: Vec<&Asked> = asked.iter().take(100).collect();
        for (path, _) in &few {
            sent += client.get(0, path, true).await?;
            whole += client.get(0, path, false).await?;
        }
        let what = format!("{}: {name}, mean size", bench.database);
        let (sent, whole) = (sent / few.len(), whole / few.len());
        report.fact(
            &what,
            format!("{sent} bytes compressed, {whole} as written"),
        );
    }
    server.abort();
    Ok(())
}

fn lists() -> Vec<Asked> {
    let status = |status| Filter {
        status: vec![status],
        ..Filter::default()
    };
    let to_mexico = Filter {
        destination: vec!["MX".to_owned()],
        ..Filter::default()
    };
    let with_attention = Filter {
        needs_attention: Some(true),
        ..Filter::default()
    };
    [
        ("/orders", Filter::default()),
        ("/orders?status=hold", status(OrderStatus::Hold)),
        ("/orders?status=completed", status(OrderStatus::Completed)),
        ("/orders?destination=MX", to_mexico),
        ("/orders?attention=yes", with_attention),
    ]
    .map(|(path, filter)| (path.to_owned(), list(filter)))
    .into()
}

fn searches() -> Vec<Asked> {
    let texts = ["lefevre", "muller koln", "tent-2p", "kl", "example"];
    let asked = texts.map(|text| {
        let filter = Filter {
            text: text.to_owned(),
            ..Filter::default()
        };
        let path = format!("/orders?q={}", text.replace(' ', "+"));
        (path, list(filter))
    });
    asked.into()
}

fn list(filter: Filter) -> Read {
    Read::List(Box::new(Page {
        filter,
        sort: Sort::default(),
        after: None,
        limit: ROWS,
    }))
}

/// The cookie of someone new who may see everything.
async fn signed_in(bench: &Bench) -> Result<String> {
    let (email, password) = (format!("bench{}@example.com", bench.run), "a long password");
    let new = NewPerson {
        email: email.clone(),
        name: "Bench".to_owned(),
        password: password.to_owned(),
        is_support: false,
    };
    people::add(&bench.desk, new, Some((&bench.organization, ADMIN))).await?;
    let entrance = sessions::sign_in(&bench.desk, &email, password).await?;
    let token = entrance.and_then(sessions::Entrance::session);
    Ok(format!(
        "__Host-desk={}",
        token.context("nobody was signed in")?
    ))
}

async fn through_http(client: &Arc<Client>, asked: &[Asked], clients: usize) -> Result<Figure> {
    // `calls` deals the inputs out in turn, so each of its callers keeps one connection.
    let paths = asked.iter().enumerate();
    let inputs = paths.map(|(index, (path, _))| (index % clients, path.clone()));
    let client = client.clone();
    calls(inputs.collect(), clients, move |(connection, path)| {
        let client = client.clone();
        async move {
            client.get(connection, &path, true).await?;
            Ok(())
        }
    })
    .await
}

async fn by_the_engine(bench: &Bench, asked: Vec<Asked>, clients: usize) -> Result<Figure> {
    let (desk, session) = (bench.desk.clone(), bench.session.clone());
    calls(asked, clients, move |(_, read)| {
        let (desk, session) = (desk.clone(), session.clone());
        async move {
            let permit = session.permit()?;
            match read {
                Read::List(page) => drop(listing::page(&desk, &permit, &page).await?),
                Read::Order(id) => drop(orders::load(&desk, &permit, &id).await?),
            }
            Ok(())
        }
    })
    .await
}

/// A browser of someone signed in.
struct Client {
    connections: Connections,
    cookie: String,
}

impl Client {
    async fn new(address: SocketAddr, cookie: &str, connections: usize) -> Result<Self> {
        Ok(Self {
            connections: Connections::open(address, connections).await?,
            cookie: cookie.to_owned(),
        })
    }

    /// Gets a page to its end; answers how many bytes its body has as it is sent.
    async fn get(&self, connection: usize, path: &str, is_compressed: bool) -> Result<usize> {
        let encoding = if is_compressed { "gzip" } else { "identity" };
        let request = Request::get(path)
            .header("cookie", &self.cookie)
            .header("sec-fetch-site", "same-origin")
            .header("accept-language", "en")
            .header("accept-encoding", encoding);
        let body = self.connections.send(connection, request, String::new());
        Ok(body.await?.len())
    }
}

/// Connections that stay open, as a browser's and a program's do.
pub struct Connections {
    open: Vec<Mutex<SendRequest<String>>>,
    host: String,
}

impl Connections {
    /// Opens so many.
    pub async fn open(address: SocketAddr, count: usize) -> Result<Self> {
        let mut open = Vec::with_capacity(count);
        for _ in 0..count {
            let stream = TcpStream::connect(address).await?;
            stream.set_nodelay(true)?;
            let (sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
            tokio::spawn(connection);
            open.push(Mutex::new(sender));
        }
        Ok(Self {
            open,
            host: address.to_string(),
        })
    }

    /// Sends a request on one of them and reads the answer to its end; it must be a good one.
    pub async fn send(&self, connection: usize, request: Builder, body: String) -> Result<Vec<u8>> {
        let request = request.header("host", &self.host).body(body)?;
        let uri = request.uri().clone();
        let mut sender = self.open[connection].lock().await;
        sender.ready().await?;
        let response = sender.send_request(request).await?;
        let status = response.status();
        ensure!(status == StatusCode::OK, "{uri}: {status}");
        Ok(response.into_body().collect().await?.to_bytes().to_vec())
    }
}
