//! Codes of an authenticator app (RFC 6238): six digits, a new one every thirty seconds. What secret and time make of
//! each other stands here; whose secret it is and which codes were used is the engine's.

use hmac::{Hmac, KeyInit, Mac};
use jiff::Timestamp;
use sha1::Sha1;

/// How long a code is shown, in seconds.
pub const STEP_S: i64 = 30;

/// How many digits a code has.
pub const DIGITS: usize = 6;

/// How many bytes a secret has: as many as the hash, as RFC 4226 recommends.
pub const SECRET_BYTES: usize = 20;

/// How far the clocks of telephone and server may differ, in steps; also what typing may take.
const SKEW: i64 = 1;

/// How many letters a secret has, of five bits each.
const LETTERS: usize = SECRET_BYTES * 8 / 5;

/// The letters of base32, which leave out what is taken for another.
const ALPHABET: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/// What telephone and server share. It has no `Debug`: it belongs in no log.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret([u8; SECRET_BYTES]);

impl Secret {
    /// From randomness.
    pub fn new(bytes: [u8; SECRET_BYTES]) -> Self {
        Self(bytes)
    }

    /// What [`Self::letters`] wrote, in any letter case and with spaces; nothing where it is no secret.
    pub fn parse(text: &str) -> Option<Self> {
        let letters = text.bytes().filter(|letter| *letter != b' ');
        let values: Option<Vec<u64>> = letters
            .map(|letter| {
                let letter = letter.to_ascii_uppercase();
                let value = ALPHABET.iter().position(|known| *known == letter)?;
                u64::try_from(value).ok()
            })
            .collect();
        let values = values.filter(|values| values.len() == LETTERS)?;
        let bytes: Vec<u8> = values
            .chunks(8)
            .flat_map(|eight| {
                let bits = eight.iter().fold(0, |bits, value| (bits << 5) | value);
                bits.to_be_bytes().into_iter().skip(3)
            })
            .collect();
        bytes.try_into().ok().map(Self)
    }

    /// As people type it and as it is stored: base32 (RFC 4648) in capitals, 32 letters.
    pub fn letters(&self) -> String {
        let groups = self.0.chunks(5).map(|five| {
            let bits = five
                .iter()
                .fold(0_u64, |bits, byte| (bits << 8) | u64::from(*byte));
            (0..8).rev().map(move |place| (bits >> (5 * place)) & 31)
        });
        groups
            .flatten()
            .map(|letter| char::from(ALPHABET[usize::try_from(letter).unwrap_or(0)]))
            .collect()
    }

    /// What an app reads from a picture or a link: the secret, and under which name it is shown.
    pub fn uri(&self, issuer: &str, account: &str) -> String {
        let (issuer, account) = (encoded(issuer), encoded(account));
        let secret = self.letters();
        format!(
            "otpauth://totp/{issuer}:{account}?secret={secret}&issuer={issuer}&algorithm=SHA1&digits={DIGITS}&period={STEP_S}"
        )
    }

    /// The code of a step.
    pub fn code(&self, step: i64) -> String {
        let mut mac = Hmac::<Sha1>::new_from_slice(&self.0).expect("a key may have any length");
        mac.update(&step.to_be_bytes());
        let hash = mac.finalize().into_bytes();
        // The last four bits say where the number stands (RFC 4226, 5.3).
        let at = usize::from(hash[hash.len() - 1] & 15);
        let number = hash[at..at + 4]
            .iter()
            .fold(0_u32, |number, byte| (number << 8) | u32::from(*byte));
        let number = (number & 0x7fff_ffff) % 1_000_000;
        format!("{number:0DIGITS$}")
    }

    /// The step whose code this is, if that is one of now and later than the last that was used: a code works once.
    pub fn step_of(&self, code: &str, at: Timestamp, last_step: i64) -> Option<i64> {
        let now = step_at(at);
        (now - SKEW..=now + SKEW)
            .filter(|step| *step > last_step)
            .find(|step| is_same(&self.code(*step), code))
    }
}

/// The step of a moment: how many have passed since 1970.
pub fn step_at(at: Timestamp) -> i64 {
    at.as_second().div_euclid(STEP_S)
}

/// Whether two texts are the same, in a time that does not tell where they differ.
fn is_same(one: &str, other: &str) -> bool {
    let pairs = one.bytes().zip(other.bytes());
    one.len() == other.len() && pairs.fold(0, |differs, (one, other)| differs | (one ^ other)) == 0
}

/// A text within an address: everything but letters and digits as `%xx`, spaces too, which apps do not read as `+`.
fn encoded(text: &str) -> String {
    text.bytes()
        .map(|byte| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                char::from(byte).to_string()
            }
            other => format!("%{other:02X}"),
        })
        .collect()
}
