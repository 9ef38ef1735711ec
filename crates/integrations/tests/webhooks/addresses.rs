//! Which addresses messages go to, by what a name leads to at that very moment.

use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use domain::webhook::WebhookRefusal;
use engine::outlet::Endpoints;
use integrations::webhooks::{Courier, Lookup, is_public};

use super::{endpoint, post, said};

/// Of this machine, its network, or nobody.
const PRIVATE: &[&str] = &[
    "0.0.0.0",
    "0.1.2.3",
    "10.0.0.1",
    "100.64.0.1",
    "100.100.100.200",
    "100.127.255.255",
    "127.0.0.1",
    "127.255.255.254",
    "168.63.129.16",
    "169.254.169.254",
    "172.16.0.1",
    "172.31.255.255",
    "192.0.0.1",
    "192.0.2.1",
    "192.88.99.1",
    "192.168.1.1",
    "198.18.0.1",
    "198.19.255.255",
    "198.51.100.1",
    "203.0.113.1",
    "224.0.0.1",
    "239.255.255.255",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::127.0.0.1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "::ffff:169.254.169.254",
    "64:ff9b::7f00:1",
    "64:ff9b:1::1",
    "100::1",
    "2001::1",
    "2001:db8::1",
    "2002:7f00:1::1",
    "3fff::1",
    "fc00::1",
    "fd00:ec2::254",
    "fe80::1",
    "fec0::1",
    "ff02::1",
];

#[test]
fn addresses_that_are_not_of_the_public_internet_are_told_apart() {
    for private in PRIVATE {
        let ip: IpAddr = private.parse().unwrap();
        assert!(!is_public(ip), "{private}");
    }
    for public in [
        "1.1.1.1",
        "100.63.255.255",
        "100.128.0.1",
        "172.15.255.255",
        "172.32.0.1",
        "192.167.1.1",
        "223.255.255.255",
        "::ffff:8.8.8.8",
        "2606:4700:4700::1111",
        "2a00:1450:4007::1",
    ] {
        let ip: IpAddr = public.parse().unwrap();
        assert!(is_public(ip), "{public}");
    }
}

#[test]
fn an_address_that_tells_by_itself_not_to_be_public_is_refused_when_it_is_set() {
    let courier = Courier::new(false);
    for (url, code) in [
        ("https://127.0.0.1/", "url_private"),
        ("https://localhost/", "url_private"),
        ("https://a.localhost./", "url_private"),
        ("https://[::1]/", "url_private"),
        ("https://[::ffff:7f00:1]/", "url_private"),
        ("https://[fd00:ec2::254]/", "url_private"),
        ("https://169.254.169.254/latest/meta-data", "url_private"),
        // The same addresses, as browsers read them too.
        ("https://2130706433/", "url_private"),
        ("https://0x7f.1/", "url_private"),
        ("https://0177.0.0.1/", "url_private"),
        ("https://127.1/", "url_private"),
        ("https://１２７.0.0.1/", "url_private"),
        ("http://shop.example/", "url_not_secure"),
        ("ftp://shop.example/", "url_malformed"),
        ("file:///etc/passwd", "url_malformed"),
        ("gopher://shop.example/", "url_malformed"),
        ("https://user:secret@shop.example/", "url_malformed"),
        ("shop.example", "url_malformed"),
        ("https://", "url_malformed"),
        ("", "url_malformed"),
    ] {
        let refused = courier.check(url);
        assert_eq!(refused.unwrap_err().code(), code, "{url}");
    }
    for url in ["https://shop.example/hooks", "https://1.1.1.1:8443/a?b=c"] {
        assert_eq!(courier.check(url), Ok(()), "{url}");
    }
    let open = Courier::new(true);
    for url in [
        "http://127.0.0.1:3000/",
        "http://localhost/",
        "https://10.0.0.1/",
    ] {
        assert_eq!(open.check(url), Ok(()), "{url}");
    }
}

/// A name that leads to these addresses, one after the other.
fn leads_to(addresses: &[&[&str]]) -> (Lookup, Arc<AtomicUsize>) {
    let read = |turn: &&[&str]| turn.iter().map(|one| one.parse().unwrap()).collect();
    let addresses: Vec<Vec<IpAddr>> = addresses.iter().map(read).collect();
    let asked = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&asked);
    let lookup: Lookup = Arc::new(move |_| {
        let turn = counted.fetch_add(1, Ordering::SeqCst);
        let found = addresses[turn.min(addresses.len() - 1)].clone();
        Box::pin(async move { Ok(found) })
    });
    (lookup, asked)
}

#[tokio::test]
async fn a_name_that_leads_to_a_private_address_is_never_connected_to() {
    let (address, heard) = endpoint(said("200 OK", "content-length: 0\r\n\r\n")).await;
    let private = WebhookRefusal::UrlPrivate {
        host: "shop.example".to_owned(),
    };
    for addresses in [
        &["127.0.0.1"][..],
        &["::1", "127.0.0.1"],
        &["::ffff:127.0.0.1"],
        &["10.0.0.1", "169.254.169.254"],
    ] {
        let (lookup, asked) = leads_to(&[addresses]);
        let courier = Courier::looking_up(false, lookup);
        let url = format!("https://shop.example:{}/", address.port());
        let posted = courier.post(&post(url)).await;
        let told = posted.outcome.unwrap_err();
        assert!(told.contains(&private.to_string()), "{told}");
        assert_eq!(asked.load(Ordering::SeqCst), 1);
    }
    assert!(!heard.is_finished(), "something was connected to");
}

#[tokio::test]
async fn a_name_that_leads_elsewhere_the_next_time_does_not_get_past() {
    let (address, heard) = endpoint(said("200 OK", "content-length: 0\r\n\r\n")).await;
    // What is looked at is what is connected to: each connection looks once, and nothing looked at before is believed.
    let (lookup, asked) = leads_to(&[&["192.0.2.1"], &["127.0.0.1"], &["::1"]]);
    let courier = Courier::looking_up(false, lookup);
    let url = format!("https://shop.example:{}/", address.port());
    for _ in 0..3 {
        let posted = courier.post(&post(url.clone())).await;
        let told = posted.outcome.unwrap_err();
        assert!(told.contains("is a private address"), "{told}");
    }
    assert_eq!(asked.load(Ordering::SeqCst), 3);
    assert!(!heard.is_finished(), "something was connected to");
}

#[tokio::test]
async fn where_whoever_runs_the_desk_allows_it_private_addresses_are_reached() {
    let (address, heard) = endpoint(said("200 OK", "content-length: 0\r\n\r\n")).await;
    let (lookup, _) = leads_to(&[&["127.0.0.1"]]);
    let courier = Courier::looking_up(true, lookup);
    let url = format!("http://shop.example:{}/", address.port());
    let posted = courier.post(&post(url)).await;
    assert_eq!(posted.outcome.unwrap().status, 200);
    assert!(heard.await.unwrap().contains("host: shop.example"));
}
