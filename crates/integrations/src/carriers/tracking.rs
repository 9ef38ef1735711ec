//! Tracking numbers as carriers check them: a typing error is seen before anyone looks for the parcel.

pub use domain::tracking::{s10_check_digit, ups_check_digit};

/// A postal number out of chance: a parcel's, or an express item's, posted in the United States.
pub(crate) fn s10(chance: &[u8; 32], is_express: bool) -> Option<String> {
    let kind = if is_express { 'E' } else { 'C' };
    let letter = char::from(b'A' + chance[0] % 26);
    let serial = digits(&chance[1..9]);
    let check = s10_check_digit(&serial)?;
    Some(format!("{kind}{letter}{serial}{check}US"))
}

/// A 1Z number out of chance.
pub(crate) fn ups(chance: &[u8; 32], is_express: bool) -> Option<String> {
    let account: String = chance[..6]
        .iter()
        .map(|byte| char::from(b"0123456789ABCDEFGHJKLMNPRSTUVWXY"[usize::from(byte % 32)]))
        .collect();
    // Worldwide Express, and Standard.
    let service = if is_express { "66" } else { "68" };
    let package = digits(&chance[6..13]);
    let body = format!("{account}{service}{package}");
    let check = ups_check_digit(&body)?;
    Some(format!("1Z{body}{check}"))
}

fn digits(chance: &[u8]) -> String {
    chance
        .iter()
        .map(|byte| char::from(b'0' + byte % 10))
        .collect()
}
