//! Tracking numbers as carriers check them: a typing error is seen before anyone looks for the parcel.

/// How the digits of an S10 serial number count.
const S10_WEIGHTS: [u32; 8] = [8, 6, 4, 2, 3, 5, 9, 7];

/// The check digit of a postal item's eight-digit serial number, as UPU standard S10 has it; none for other texts.
pub fn s10_check_digit(serial: &str) -> Option<char> {
    let digits: Vec<u32> = serial
        .chars()
        .map(|digit| digit.to_digit(10))
        .collect::<Option<_>>()?;
    if digits.len() != S10_WEIGHTS.len() {
        return None;
    }
    let sum: u32 = digits
        .iter()
        .zip(S10_WEIGHTS)
        .map(|(digit, weight)| digit * weight)
        .sum();
    let check = match 11 - sum % 11 {
        10 => 0,
        11 => 5,
        digit => digit,
    };
    char::from_digit(check, 10)
}

/// The check digit of a 1Z number: of the account, service and package, fifteen letters and digits after the 1Z; none
/// for other texts.
pub fn ups_check_digit(body: &str) -> Option<char> {
    const LENGTH: usize = 15;
    let value = |letter: char| match letter {
        '0'..='9' => letter.to_digit(10),
        // A counts 2, B 3, and so on; after eight of them it begins again at 0.
        'A'..='Z' => Some((u32::from(letter) - u32::from('A') + 2) % 10),
        _ => None,
    };
    let values: Vec<u32> = body.chars().map(value).collect::<Option<_>>()?;
    if values.len() != LENGTH {
        return None;
    }
    let weigh = |(place, value): (usize, &u32)| value * if place % 2 == 0 { 1 } else { 2 };
    let sum: u32 = values.iter().enumerate().map(weigh).sum();
    char::from_digit((10 - sum % 10) % 10, 10)
}

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
