//! Which addresses messages go to: the public ones. What only this machine or its network reaches is not for a merchant
//! to send it to.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use domain::webhook::WebhookRefusal;
use url::{Host, Url};

/// Networks that are not public, each with the bits that tell it apart.
const PRIVATE: &[(Ipv4Addr, u32)] = &[
    (Ipv4Addr::new(0, 0, 0, 0), 8),
    (Ipv4Addr::new(10, 0, 0, 0), 8),
    // Behind a provider's address translation.
    (Ipv4Addr::new(100, 64, 0, 0), 10),
    (Ipv4Addr::new(127, 0, 0, 0), 8),
    // One of these tells a cloud machine its own secrets.
    (Ipv4Addr::new(169, 254, 0, 0), 16),
    (Ipv4Addr::new(172, 16, 0, 0), 12),
    (Ipv4Addr::new(192, 0, 0, 0), 24),
    (Ipv4Addr::new(192, 0, 2, 0), 24),
    (Ipv4Addr::new(192, 88, 99, 0), 24),
    (Ipv4Addr::new(192, 168, 0, 0), 16),
    (Ipv4Addr::new(198, 18, 0, 0), 15),
    (Ipv4Addr::new(198, 51, 100, 0), 24),
    (Ipv4Addr::new(203, 0, 113, 0), 24),
    // A cloud's own, though it looks public.
    (Ipv4Addr::new(168, 63, 129, 16), 32),
    // To many at once, and what is kept for later.
    (Ipv4Addr::new(224, 0, 0, 0), 3),
];

/// Within what is given out to the public, networks that hold other addresses or belong to nobody.
const SPECIAL: &[(Ipv6Addr, u32)] = &[
    (Ipv6Addr::new(0x2001, 0, 0, 0, 0, 0, 0, 0), 23),
    (Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 0), 32),
    (Ipv6Addr::new(0x2002, 0, 0, 0, 0, 0, 0, 0), 16),
    (Ipv6Addr::new(0x3fff, 0, 0, 0, 0, 0, 0, 0), 20),
];

/// What is given out to the public.
const GIVEN_OUT: (Ipv6Addr, u32) = (Ipv6Addr::new(0x2000, 0, 0, 0, 0, 0, 0, 0), 3);

/// Whether an address is of the public internet.
pub fn is_public(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => is_public_v4(ip),
        IpAddr::V6(ip) => match ip.to_ipv4_mapped() {
            Some(ip) => is_public_v4(ip),
            None => {
                is_within_v6(ip, &GIVEN_OUT) && !SPECIAL.iter().any(|net| is_within_v6(ip, net))
            }
        },
    }
}

fn is_public_v4(ip: Ipv4Addr) -> bool {
    let is_within = |(net, bits): &(Ipv4Addr, u32)| {
        let differ = ip.to_bits() ^ net.to_bits();
        differ.leading_zeros() >= *bits
    };
    !PRIVATE.iter().any(is_within)
}

fn is_within_v6(ip: Ipv6Addr, (net, bits): &(Ipv6Addr, u32)) -> bool {
    let differ = ip.to_bits() ^ net.to_bits();
    differ.leading_zeros() >= *bits
}

/// Reads an address as browsers do, and refuses what it tells by itself not to be for messages.
pub(super) fn check(url: &str, allow_private: bool) -> Result<Url, WebhookRefusal> {
    let malformed = || WebhookRefusal::UrlMalformed {
        given: url.to_owned(),
    };
    let parsed = Url::parse(url).map_err(|_| malformed())?;
    // A password would stand in the log of every try.
    if !parsed.username().is_empty() || parsed.password().is_some() {
        return Err(malformed());
    }
    match parsed.scheme() {
        "https" => {}
        "http" if allow_private => {}
        "http" => return Err(WebhookRefusal::UrlNotSecure),
        _ => return Err(malformed()),
    }
    let is_private = match parsed.host() {
        Some(Host::Ipv4(ip)) => !is_public(ip.into()),
        Some(Host::Ipv6(ip)) => !is_public(ip.into()),
        Some(Host::Domain(name)) => {
            let name = name.trim_end_matches('.');
            name == "localhost" || name.ends_with(".localhost")
        }
        None => return Err(malformed()),
    };
    if is_private && !allow_private {
        let host = parsed.host_str().unwrap_or_default().to_owned();
        return Err(WebhookRefusal::UrlPrivate { host });
    }
    Ok(parsed)
}
