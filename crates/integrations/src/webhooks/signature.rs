//! Signatures as Standard Webhooks has them: HMAC-SHA256 over the message's id, the time and the body.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ring::hmac;

/// The header `webhook-signature`: a signature by each secret, so that a receiver may know either while one replaces the
/// other. A secret is `whsec_` and the key in base64.
pub fn sign(secrets: &[String], id: &str, at_s: i64, body: &str) -> String {
    let signed = format!("{id}.{at_s}.{body}");
    let one = |secret: &String| {
        let key = secret.strip_prefix("whsec_").unwrap_or(secret);
        // What is no base64 was never made here; it signs as the letters that it has.
        let key = STANDARD
            .decode(key)
            .unwrap_or_else(|_| key.as_bytes().to_vec());
        let key = hmac::Key::new(hmac::HMAC_SHA256, &key);
        let signature = hmac::sign(&key, signed.as_bytes());
        format!("v1,{}", STANDARD.encode(signature))
    };
    let all: Vec<String> = secrets.iter().map(one).collect();
    all.join(" ")
}
