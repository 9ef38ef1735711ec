//! Webhooks out against endpoints that behave and that do not, and the addresses that nothing is sent to.

#![allow(
    clippy::unwrap_used,
    reason = "a test program: the lint knows test functions only, not their helpers"
)]

mod addresses;

use std::net::SocketAddr;
use std::time::Duration;

use engine::outlet::{Endpoints, Post, Posted};
use integrations::webhooks::Courier;
use standardwebhooks::Webhook;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const OLD_SECRET: &str = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD";

#[allow(
    clippy::disallowed_methods,
    reason = "the verifier asks the machine's clock"
)]
fn post(url: String) -> Post {
    Post {
        id: "msg_1".to_owned(),
        url,
        secrets: vec![SECRET.to_owned()],
        body: r#"{"type":"TEST","data":{"é":1}}"#.to_owned(),
        at: jiff::Timestamp::now(),
    }
}

/// An endpoint on this machine that reads one request, says these bytes and hangs up; `None` says nothing and waits.
async fn endpoint(answer: Option<Vec<u8>>) -> (SocketAddr, tokio::task::JoinHandle<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let heard = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut heard = vec![0; 16_384];
        let mut read = 0;
        while !String::from_utf8_lossy(&heard[..read]).contains("}}") {
            read += stream.read(&mut heard[read..]).await.unwrap();
        }
        match answer {
            Some(answer) => {
                // Who has heard enough hangs up, and then not all of it can be said.
                stream.write_all(&answer).await.ok();
            }
            None => std::future::pending::<()>().await,
        }
        String::from_utf8_lossy(&heard[..read]).into_owned()
    });
    (address, heard)
}

async fn posted_to(answer: Option<Vec<u8>>) -> (Posted, String) {
    let (address, heard) = endpoint(answer).await;
    let courier = Courier::new(true).waiting(Duration::from_millis(400));
    let posted = courier
        .post(&post(format!("http://{address}/hooks?a=1")))
        .await;
    let heard = match posted.outcome {
        Err(_) if !heard.is_finished() => {
            heard.abort();
            String::new()
        }
        _ => heard.await.unwrap(),
    };
    (posted, heard)
}

fn said(status: &str, rest: &str) -> Option<Vec<u8>> {
    Some(format!("HTTP/1.1 {status}\r\n{rest}").into_bytes())
}

#[tokio::test]
async fn a_verifier_that_is_not_ours_accepts_what_is_sent_by_either_secret() {
    let (address, heard) = endpoint(said("204 No Content", "\r\n")).await;
    let post = Post {
        secrets: vec![SECRET.to_owned(), OLD_SECRET.to_owned()],
        ..post(format!("http://{address}/"))
    };
    let posted = Courier::new(true).post(&post).await;
    assert_eq!(posted.outcome.unwrap().status, 204);
    let heard = heard.await.unwrap();
    let (head, body) = heard.split_once("\r\n\r\n").unwrap();
    assert_eq!(body, post.body);
    let mut headers = hyper::HeaderMap::new();
    for line in head.lines().skip(1) {
        let (name, value) = line.split_once(": ").unwrap();
        let name: hyper::header::HeaderName = name.parse().unwrap();
        headers.insert(name, value.parse().unwrap());
    }
    for (name, value) in &posted.headers {
        assert_eq!(headers[name.as_str()], value.as_str());
    }
    assert_eq!(headers["content-type"], "application/json");
    for secret in [SECRET, OLD_SECRET] {
        let verifier = Webhook::new(secret).unwrap();
        verifier.verify(body.as_bytes(), &headers).unwrap();
        verifier.verify(b"another", &headers).unwrap_err();
    }
    let stranger = Webhook::new("whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA").unwrap();
    stranger.verify(body.as_bytes(), &headers).unwrap_err();
}

#[tokio::test]
async fn a_redirect_is_an_answer_and_is_not_followed() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let elsewhere = listener.local_addr().unwrap();
    let rest = format!("location: http://{elsewhere}/\r\ncontent-length: 0\r\n\r\n");
    let (posted, _) = posted_to(said("307 Temporary Redirect", &rest)).await;
    assert_eq!(posted.outcome.unwrap().status, 307);
    let came = tokio::time::timeout(Duration::from_millis(50), listener.accept()).await;
    assert!(came.is_err(), "the redirect was followed");
}

#[tokio::test]
async fn silence_garbage_and_answers_that_are_cut_are_failures() {
    let (posted, _) = posted_to(None).await;
    assert_eq!(
        posted.outcome,
        Err("no whole answer within 400ms".to_owned())
    );
    for answer in [
        Vec::new(),
        b"what?\r\n\r\n".to_vec(),
        vec![0xff; 100],
        b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf".to_vec(),
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n".to_vec(),
    ] {
        let shown = String::from_utf8_lossy(&answer).into_owned();
        let (posted, _) = posted_to(Some(answer)).await;
        assert!(posted.outcome.is_err(), "{shown:?}: {posted:?}");
    }
    let nobody = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = nobody.local_addr().unwrap();
    drop(nobody);
    let posted = Courier::new(true)
        .post(&post(format!("http://{address}/")))
        .await;
    assert!(posted.outcome.is_err());
}

#[tokio::test]
async fn no_more_than_the_beginning_of_an_answer_is_read() {
    let huge = vec![b'x'; 50 << 20];
    let mut answer = b"HTTP/1.1 200 OK\r\n\r\n".to_vec();
    answer.extend(huge);
    let (posted, _) = posted_to(Some(answer)).await;
    let reply = posted.outcome.unwrap();
    assert_eq!((reply.status, reply.excerpt.len()), (200, 4096));
    // PostgreSQL keeps no zeros in texts.
    let (posted, _) = posted_to(said("200 OK", "content-length: 3\r\n\r\na\0\u{1}")).await;
    assert_eq!(posted.outcome.unwrap().excerpt, "a\u{fffd}\u{1}");
}

#[tokio::test]
async fn when_to_ask_again_is_read_as_seconds_or_a_time() {
    let retry = async |value: &str| {
        let rest = format!("retry-after: {value}\r\ncontent-length: 0\r\n\r\n");
        let (posted, _) = posted_to(said("503 Service Unavailable", &rest)).await;
        posted.outcome.unwrap().retry_after_s
    };
    assert_eq!(retry("120").await, Some(120));
    assert_eq!(retry("soon").await, None);
    assert_eq!(retry("-5").await, None);
    let far = retry("Fri, 01 Jan 2100 00:00:00 GMT").await.unwrap();
    assert!(far > 1_000_000_000);
    assert_eq!(retry("Thu, 01 Jan 1998 00:00:00 GMT").await, None);
}

#[tokio::test]
async fn the_body_arrives_to_the_byte_at_the_path_that_was_given() {
    let (posted, heard) = posted_to(said("200 OK", "content-length: 2\r\n\r\nok")).await;
    assert_eq!(posted.outcome.unwrap().excerpt, "ok");
    assert!(heard.starts_with("POST /hooks?a=1 HTTP/1.1\r\n"), "{heard}");
    let (_, body) = heard.split_once("\r\n\r\n").unwrap();
    assert_eq!(body, post(String::new()).body);
}
