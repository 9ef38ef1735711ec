//! Whether a webhook is Stripe's: a signature over the raw bytes and the time they were sent, with a shared secret.

use jiff::Timestamp;
use ring::hmac;

/// How far the time of sending may lie from ours, in seconds: what is older may be a copy someone kept.
pub const TOLERANCE_S: i64 = 300;

/// The scheme that counts; others are there for tests of Stripe's own.
const SCHEME: &str = "v1";

/// Why a webhook is not believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Disbelief {
    /// The header is not there, or not as Stripe writes it.
    Malformed,
    /// No signature was made with a secret of ours.
    Unsigned,
    /// It was signed too long ago, or is signed for the future.
    Stale,
}

/// Whether `body` was signed by whoever shares one of these secrets, not long from `now`. Several secrets are good at
/// once while one is being replaced by another.
///
/// # Errors
/// [`Disbelief`]; the signature is looked at first, so that a wrong one tells nothing of our clock.
pub fn check(
    header: &str,
    body: &[u8],
    secrets: &[String],
    now: Timestamp,
) -> Result<(), Disbelief> {
    let (time, signatures) = parts(header).ok_or(Disbelief::Malformed)?;
    let mut signed = time.as_bytes().to_vec();
    signed.push(b'.');
    signed.extend_from_slice(body);
    let keys: Vec<hmac::Key> = secrets
        .iter()
        .filter(|secret| !secret.is_empty())
        .map(|secret| hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes()))
        .collect();
    // Compared in constant time, and all of them, whichever fits.
    let matching = keys
        .iter()
        .flat_map(|key| signatures.iter().map(move |signature| (key, signature)))
        .filter(|(key, signature)| hmac::verify(key, &signed, signature).is_ok())
        .count();
    if matching == 0 {
        return Err(Disbelief::Unsigned);
    }
    let sent_s: i64 = time.parse().map_err(|_| Disbelief::Malformed)?;
    match sent_s.abs_diff(now.as_second()) <= TOLERANCE_S.unsigned_abs() {
        true => Ok(()),
        false => Err(Disbelief::Stale),
    }
}

/// The time as it stands there, and every signature of the scheme that counts.
fn parts(header: &str) -> Option<(&str, Vec<Vec<u8>>)> {
    let mut time = None;
    let mut signatures = Vec::new();
    for part in header.split(',') {
        match part.trim().split_once('=')? {
            ("t", given) => time = Some(given),
            (SCHEME, given) => signatures.extend(bytes(given)),
            _ => {}
        }
    }
    let time = time.filter(|time| !time.is_empty())?;
    (!signatures.is_empty()).then_some((time, signatures))
}

/// Bytes written as two digits of sixteen each.
fn bytes(text: &str) -> Option<Vec<u8>> {
    let digits = text.as_bytes();
    // A sign would pass for a digit below.
    let are_digits = digits.iter().all(u8::is_ascii_hexdigit);
    if digits.is_empty() || !digits.len().is_multiple_of(2) || !are_digits {
        return None;
    }
    digits
        .chunks(2)
        .map(|pair| {
            let text = std::str::from_utf8(pair).ok()?;
            u8::from_str_radix(text, 16).ok()
        })
        .collect()
}
