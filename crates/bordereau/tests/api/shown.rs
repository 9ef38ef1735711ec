//! Answers as documents show them: laid out, numbers as they were written, and masked where desks differ.

/// What fits into so many letters stands in one line.
const WIDTH: usize = 100;

/// A text of JSON laid out; `mask` may say another text for a text, with the field that it is the value of.
pub fn pretty(json: &str, mask: &dyn Fn(&str, &str) -> String) -> String {
    let (value, rest) = read(json, "", mask);
    assert_eq!(rest.trim(), "", "more than one value");
    value.laid_out(0)
}

/// A value as it was written.
enum Written {
    One(String),
    /// The brackets, and what is between them, each with what stands before it.
    Many(&'static str, Vec<(String, Written)>),
}

impl Written {
    fn in_line(&self) -> String {
        match self {
            Self::One(text) => text.clone(),
            Self::Many(brackets, parts) => {
                let parts = parts.iter();
                let parts = parts.map(|(name, value)| format!("{name}{}", value.in_line()));
                let (open, close) = brackets.split_at(1);
                format!("{open}{}{close}", parts.collect::<Vec<_>>().join(", "))
            }
        }
    }

    fn laid_out(&self, depth: usize) -> String {
        let line = self.in_line();
        let Self::Many(brackets, parts) = self else {
            return line;
        };
        if line.chars().count() + 2 * depth <= WIDTH {
            return line;
        }
        let step = format!("\n{}", "  ".repeat(depth + 1));
        let parts = parts.iter();
        let parts = parts.map(|(name, value)| format!("{step}{name}{}", value.laid_out(depth + 1)));
        let (open, close) = brackets.split_at(1);
        let parts = parts.collect::<Vec<_>>().join(",");
        format!("{open}{parts}\n{}{close}", "  ".repeat(depth))
    }
}

/// The first value of a text, and what comes after it.
fn read<'a>(text: &'a str, field: &str, mask: &dyn Fn(&str, &str) -> String) -> (Written, &'a str) {
    let text = text.trim_start();
    let brackets = match text.as_bytes()[0] {
        b'{' => "{}",
        b'[' => "[]",
        b'"' => {
            let (found, rest) = quoted(text);
            let shown = serde_json::json!(mask(field, &found)).to_string();
            return (Written::One(shown), rest);
        }
        _ => {
            let end = text.find(|sign: char| ",]}".contains(sign) || sign.is_whitespace());
            let (bare, rest) = text.split_at(end.unwrap_or(text.len()));
            return (Written::One(bare.to_owned()), rest);
        }
    };
    let (mut parts, mut rest) = (Vec::new(), text[1..].trim_start());
    while !rest.starts_with(&brackets[1..]) {
        let (mut name, mut of) = (String::new(), field.to_owned());
        if brackets == "{}" {
            let (found, after) = quoted(rest);
            rest = after.trim_start().strip_prefix(':').expect("a value");
            name = format!("{}: ", serde_json::json!(found));
            of = found;
        }
        let (value, after) = read(rest, &of, mask);
        parts.push((name, value));
        rest = after.trim_start();
        rest = rest.strip_prefix(',').unwrap_or(rest).trim_start();
    }
    (Written::Many(brackets, parts), &rest[1..])
}

fn quoted(text: &str) -> (String, &str) {
    let mut texts = serde_json::Deserializer::from_str(text).into_iter::<String>();
    let found = texts.next().unwrap().unwrap();
    (found, &text[texts.byte_offset()..])
}

/// Where messages of the examples go: nobody listens there.
pub const ENDPOINT: &str = "https://127.0.0.1:9";

/// A text with what differs from desk to desk masked: identifiers, times, cursors, and the order's own number.
pub fn masked(field: &str, text: &str, number: &str) -> String {
    if field.to_lowercase().ends_with("cursor") {
        return "…".to_owned();
    }
    if text.parse::<jiff::Timestamp>().is_ok() {
        // What was placed, or asked for, on a whole day is the example's own.
        let is_own = text.ends_with("T00:00:00Z");
        return if is_own { text } else { "2026-03-02T09:41:27Z" }.to_owned();
    }
    let is_number = field == "number" || field.starts_with("trackingNumber");
    if is_number && !text.starts_with("LX1234567") {
        // What a carrier gave.
        return "1Z…".to_owned();
    }
    if text.starts_with("whsec_") {
        return "whsec_…".to_owned();
    }
    let text = text
        .replace(number, "W-20416")
        .replace(ENDPOINT, "https://shop.example");
    let words = text.split_inclusive(|sign: char| !sign.is_ascii_alphanumeric());
    words.map(without_random_part).collect()
}

/// `order_01kd…` as `order_…`.
fn without_random_part(word: &str) -> String {
    const SHORTEST: usize = 20;
    let random = word.trim_end_matches(|sign: char| !sign.is_ascii_alphanumeric());
    // A number that the sandbox's carrier gave.
    if random.len() == 18 && random.starts_with("1Z") {
        return format!("1Z…{}", &word[random.len()..]);
    }
    let has_digit = random.bytes().any(|sign| sign.is_ascii_digit());
    if random.len() < SHORTEST || !has_digit {
        return word.to_owned();
    }
    format!("…{}", &word[random.len()..])
}
