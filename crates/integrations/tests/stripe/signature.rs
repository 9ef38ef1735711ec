//! A webhook is believed only with a signature over its raw bytes, made lately with a secret of ours.

use integrations::payments::stripe_signature::{Disbelief, TOLERANCE_S, check};
use jiff::{SignedDuration, Timestamp};

const BODY: &[u8] = br#"{"id":"evt_1"}"#;
/// 2026-03-02T09:00:00Z, and what HMAC-SHA256 by another program makes of it and the body with two secrets.
const SENT: &str = "t=1772442000";
const BY_ONE: &str = "da8e67cfea8f5bd90588d6cf1be23df902bcfb11b1c3c6ccaf1973b736804a68";
const BY_TWO: &str = "8b026a553fedd85bb2878420409ef649e131417998375941941bc874081630b1";

fn secrets(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| format!("whsec_{name}")).collect()
}

fn at(after_s: i64) -> Timestamp {
    let sent: Timestamp = "2026-03-02T09:00:00Z".parse().unwrap();
    sent.checked_add(SignedDuration::from_secs(after_s))
        .unwrap()
}

fn checked(header: &str, body: &[u8], names: &[&str], after_s: i64) -> Result<(), Disbelief> {
    check(header, body, &secrets(names), at(after_s))
}

#[test]
fn what_was_signed_with_a_secret_of_ours_is_believed() {
    let one = format!("{SENT},v1={BY_ONE}");
    assert_eq!(checked(&one, BODY, &["one"], 0), Ok(()));
    // While a secret is replaced, either is good, and either of two signatures.
    assert_eq!(checked(&one, BODY, &["two", "one"], 0), Ok(()));
    let both = format!("{SENT}, v1={BY_TWO}, v1={BY_ONE}, v0=00");
    assert_eq!(checked(&both, BODY, &["one"], 0), Ok(()));
    assert_eq!(checked(&both, BODY, &["two"], 0), Ok(()));
}

#[test]
fn anything_else_is_not() {
    let one = format!("{SENT},v1={BY_ONE}");
    let unsigned = Err(Disbelief::Unsigned);
    assert_eq!(checked(&one, BODY, &["two"], 0), unsigned);
    assert_eq!(checked(&one, BODY, &[], 0), unsigned);
    assert_eq!(checked(&one, br#"{"id": "evt_1"}"#, &["one"], 0), unsigned);
    let later = format!("t=1772442001,v1={BY_ONE}");
    assert_eq!(checked(&later, BODY, &["one"], 0), unsigned);
    let cut = format!("{SENT},v1={}", &BY_ONE[..62]);
    assert_eq!(checked(&cut, BODY, &["one"], 0), unsigned);
    // An empty secret would sign anything.
    assert_eq!(check(&one, BODY, &[String::new()], at(0)), unsigned);
    for header in [
        String::new(),
        SENT.to_owned(),
        format!("v1={BY_ONE}"),
        format!("t=,v1={BY_ONE}"),
        format!("{SENT},v0={BY_ONE}"),
        format!("{SENT},v1=nonsense"),
        format!("{SENT},v1=+1"),
        "nonsense".to_owned(),
    ] {
        let malformed = Err(Disbelief::Malformed);
        assert_eq!(checked(&header, BODY, &["one"], 0), malformed, "{header}");
    }
}

#[test]
fn what_was_sent_too_long_ago_is_not_believed_again() {
    let one = format!("{SENT},v1={BY_ONE}");
    for good in [-TOLERANCE_S, TOLERANCE_S] {
        assert_eq!(checked(&one, BODY, &["one"], good), Ok(()));
    }
    for bad in [-TOLERANCE_S - 1, TOLERANCE_S + 1] {
        assert_eq!(checked(&one, BODY, &["one"], bad), Err(Disbelief::Stale));
        // Whoever cannot sign learns nothing of our clock.
        assert_eq!(checked(&one, BODY, &["two"], bad), Err(Disbelief::Unsigned));
    }
}
