//! Codes of an authenticator app, as RFC 6238 and RFC 4226 have them.

use domain::totp::{Secret, step_at};
use jiff::Timestamp;

fn secret() -> Secret {
    Secret::new(*b"12345678901234567890")
}

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

#[test]
fn codes_are_the_last_six_digits_of_the_vectors_of_rfc_6238() {
    for (second, code) in [
        (59, "287082"),
        (1_111_111_109, "081804"),
        (1_111_111_111, "050471"),
        (1_234_567_890, "005924"),
        (2_000_000_000, "279037"),
        (20_000_000_000, "353130"),
    ] {
        assert_eq!(secret().code(step_at(at(second))), code, "{second}");
    }
}

#[test]
fn codes_are_those_of_the_vectors_of_rfc_4226() {
    let codes: Vec<String> = (0..10).map(|step| secret().code(step)).collect();
    assert_eq!(
        codes,
        [
            "755224", "287082", "359152", "969429", "338314", "254676", "287922", "162583",
            "399871", "520489"
        ]
    );
}

#[test]
fn a_code_is_good_for_one_step_before_and_after_its_own() {
    let (secret, code) = (secret(), secret().code(100));
    for (second, found) in [
        (2_969, None),
        (2_970, Some(100)),
        (3_000, Some(100)),
        (3_029, Some(100)),
        (3_059, Some(100)),
        (3_060, None),
    ] {
        assert_eq!(secret.step_of(&code, at(second), 0), found, "{second}");
    }
}

#[test]
fn a_code_works_once_and_none_before_it_afterwards() {
    let secret = secret();
    let used = |step: i64, last| secret.step_of(&secret.code(step), at(3_000), last);
    assert_eq!(used(100, 99), Some(100));
    assert_eq!(used(100, 100), None);
    assert_eq!(used(99, 100), None);
    assert_eq!(used(101, 100), Some(101));
}

#[test]
fn nothing_but_the_six_digits_is_a_code() {
    let (secret, code) = (secret(), secret().code(100));
    let five = &code[..5];
    for wrong in ["", "000000", five, &format!("{code}0"), &format!(" {code}")] {
        assert_eq!(secret.step_of(wrong, at(3_000), 0), None, "{wrong}");
    }
}

#[test]
fn a_secret_is_read_back_as_people_write_it() {
    let letters = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";
    for written in [
        letters,
        "gezd gnbv gy3t qojq gezd gnbv gy3t qojq",
        &secret().letters(),
    ] {
        assert!(Secret::parse(written) == Some(secret()), "{written}");
    }
    for wrong in ["", "GEZDGNBV", &letters[1..], &letters.replace('G', "1")] {
        assert!(Secret::parse(wrong).is_none(), "{wrong}");
    }
}

#[test]
fn an_app_reads_secret_and_name() {
    assert_eq!(secret().letters(), "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
    assert_eq!(
        secret().uri("Bordereau", "zoé+desk@shop.example"),
        "otpauth://totp/Bordereau:zo%C3%A9%2Bdesk%40shop.example\
         ?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Bordereau&algorithm=SHA1&digits=6&period=30"
    );
}
