//! Guessing of passwords, told by where it comes from.

use crate::support::browser::Browser;
use crate::support::people::ADA;
use crate::support::{Desk, PASSWORD};

#[test]
fn guessing_is_stopped_by_where_it_comes_from() {
    let desk = Desk::embedded();
    desk.with_shop();
    // Behind one proxy only what that proxy added is believed, which is the last.
    for (proxies, is_believed) in [("0", false), ("1", true)] {
        let server = desk.serve_with(&[("BORDEREAU_PROXIES", proxies)]);
        let mut browser = Browser::new(&server, "en");
        let token = browser.get("/sign-in").field("form_token");
        let mut sign_in = |email: &str, password: &str, forwarded: &str| {
            let fields = [
                ("form_token", token.as_str()),
                ("email", email),
                ("password", password),
            ];
            let header = format!("x-forwarded-for: {forwarded}");
            browser.forge("/sign-in", &fields, &[&header]).status
        };
        for guess in 0..50 {
            let email = format!("guess-{guess}@shop.example");
            let made_up = format!("192.0.2.{guess}, 2001:db8::{guess}");
            assert_eq!(sign_in(&email, "guess", &made_up), 422, "{guess}");
        }
        assert_eq!(sign_in(ADA, PASSWORD, "192.0.2.99, 2001:db8::99"), 429);
        let elsewhere = if is_believed { 303 } else { 429 };
        assert_eq!(sign_in(ADA, PASSWORD, "2001:db8:0:1::1"), elsewhere);
    }
}
