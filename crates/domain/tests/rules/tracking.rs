//! Tracking numbers: whose they are, and where they are followed.

use domain::shipment::Tracking;
use domain::tracking::recognised;

#[test]
fn a_number_whose_check_digit_is_right_names_its_carrier() {
    let cases = [
        // UPS's own example, and the UPU's.
        ("1Z5R89390357567127", Some("UPS")),
        ("1Z999AA10123456784", Some("UPS")),
        ("RB123456785GB", Some("Royal Mail")),
        ("CP123456785US", Some("USPS")),
        ("EE123456785JP", Some("Japan Post")),
        // A digit mistyped, a country whose post is not known here, and what is no number of either.
        ("1Z999AA10123456785", None),
        ("RB123456784GB", None),
        ("RB123456785ZZ", None),
        ("RR1", None),
        ("1Z", None),
        ("Rb123456785GB", None),
        ("\u{65e5}\u{672c}123456785GB", None),
    ];
    for (number, carrier) in cases {
        assert_eq!(recognised(number), carrier, "{number}");
    }
}

#[test]
fn a_number_is_followed_on_the_page_of_its_carrier() {
    let cases = [
        (
            "1Z999AA10123456784",
            "",
            Some("https://www.ups.com/track?tracknum=1Z999AA10123456784"),
        ),
        (
            "123",
            "Canada Post",
            Some("https://www.canadapost-postescanada.ca/track-reperage/en#/search?searchFor=123"),
        ),
        (
            "123",
            "DHL Express",
            Some("https://www.dhl.com/global-en/home/tracking.html?tracking-id=123"),
        ),
        ("123", "Somebody", None),
        ("123", "", None),
    ];
    for (number, carrier, url) in cases {
        let (number, carrier) = (number.to_owned(), carrier.to_owned());
        let tracking = Tracking { number, carrier };
        assert_eq!(tracking.url().as_deref(), url, "{tracking:?}");
    }
}
