//! Tracking numbers: whose a number is, told by its check digit, and where it can be followed.

use crate::shipment::Tracking;

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

/// Where a carrier's numbers are followed; the number comes last. The names are folded, as [`known`] folds them.
const PAGES: [(&str, &str); 14] = [
    ("ups", "https://www.ups.com/track?tracknum="),
    (
        "usps",
        "https://tools.usps.com/go/TrackConfirmAction?tLabels=",
    ),
    ("fedex", "https://www.fedex.com/fedextrack/?trknbr="),
    (
        "dhl",
        "https://www.dhl.com/global-en/home/tracking.html?tracking-id=",
    ),
    (
        "dhlexpress",
        "https://www.dhl.com/global-en/home/tracking.html?tracking-id=",
    ),
    (
        "royalmail",
        "https://www.royalmail.com/track-your-item#/tracking-results/",
    ),
    (
        "laposte",
        "https://www.laposte.fr/outils/suivre-vos-envois?code=",
    ),
    (
        "colissimo",
        "https://www.laposte.fr/outils/suivre-vos-envois?code=",
    ),
    (
        "deutschepost",
        "https://www.deutschepost.de/de/s/sendungsverfolgung.html?piececode=",
    ),
    (
        "canadapost",
        "https://www.canadapost-postescanada.ca/track-reperage/en#/search?searchFor=",
    ),
    (
        "australiapost",
        "https://auspost.com.au/mypost/track/details/",
    ),
    (
        "japanpost",
        "https://trackings.post.japanpost.jp/services/srv/search/direct?reqCodeNo1=",
    ),
    (
        "swisspost",
        "https://service.post.ch/ekp-web/ui/entry/search/",
    ),
    (
        "postnl",
        "https://www.internationalparceltracking.com/#/search?barcode=",
    ),
];

/// The posts whose items' numbers end in these countries.
const POSTS: [(&str, &str); 9] = [
    ("US", "USPS"),
    ("GB", "Royal Mail"),
    ("FR", "La Poste"),
    ("DE", "Deutsche Post"),
    ("CA", "Canada Post"),
    ("AU", "Australia Post"),
    ("JP", "Japan Post"),
    ("CH", "Swiss Post"),
    ("NL", "PostNL"),
];

/// Whose number this is, where its form and its check digit say so beyond doubt: 1Z numbers, and postal items.
pub fn recognised(number: &str) -> Option<&'static str> {
    if let Some(rest) = number.strip_prefix("1Z") {
        let (body, check) = rest.split_at_checked(rest.len().checked_sub(1)?)?;
        let is_right = ups_check_digit(body) == check.chars().next();
        return is_right.then_some("UPS");
    }
    let is_postal = number.len() == 13 && number.is_ascii();
    let (kind, rest) = number.split_at_checked(2).filter(|_| is_postal)?;
    let (serial, rest) = rest.split_at(8);
    let (check, country) = rest.split_at(1);
    let is_right = kind.bytes().all(|letter| letter.is_ascii_uppercase())
        && s10_check_digit(serial) == check.chars().next();
    let post = POSTS.iter().find(|(code, _)| *code == country)?;
    is_right.then_some(post.1)
}

fn known(carrier: &str) -> Option<&'static str> {
    let folded: String = carrier
        .chars()
        .filter(|letter| letter.is_ascii_alphanumeric())
        .map(|letter| letter.to_ascii_lowercase())
        .collect();
    let page = PAGES.iter().find(|(name, _)| *name == folded);
    page.map(|(_, page)| *page)
}

impl Tracking {
    /// Who carries it: as was said, else as the number says.
    pub fn carrier_name(&self) -> Option<&str> {
        match self.carrier.is_empty() {
            true => recognised(&self.number),
            false => Some(&self.carrier),
        }
    }

    /// The carrier's page about it; none where the carrier, or its page, is not known. A number has no letter that an
    /// address would not take as it is.
    pub fn url(&self) -> Option<String> {
        let page = known(self.carrier_name()?)?;
        Some(format!("{page}{}", self.number))
    }
}
