//! Numbers that customs asks for: the seller's own where the tax was collected with the sale or goods are traded, and
//! the recipient's where their country wants to know who imports.

use std::collections::BTreeSet;

use super::tax_ids::Scheme;
use super::{Code, Consignment, Field, Finding, Severity, limit};
use crate::money::{Currency, Money};
use crate::search::squeezed;
use crate::tariff::{EU, covers};

/// Where the tax on small consignments is collected with the sale, and under which registration it is declared.
struct WithSale {
    /// A country, or [`EU`].
    destination: &'static str,
    scheme: Scheme,
    /// The highest value, in minor units; none where every value is declared so.
    up_to: Option<(i64, &'static str)>,
    /// Whether the limit is of each thing, not of the consignment.
    is_each: bool,
}

const fn with_sale(
    destination: &'static str,
    scheme: Scheme,
    up_to: Option<(i64, &'static str)>,
    is_each: bool,
) -> WithSale {
    WithSale {
        destination,
        scheme,
        up_to,
        is_each,
    }
}

/// Schemes for sellers abroad, as of [`super::STATED_ON`].
const WITH_SALE: [WithSale; 7] = [
    // IOSS: Directive 2006/112/EC, article 369l; since 1 July 2021.
    with_sale(EU, Scheme::Ioss, Some((15_000, "EUR")), false),
    // GOV.UK, "VAT and overseas goods sold directly to customers in the UK"; since 1 January 2021.
    with_sale("GB", Scheme::GbVat, Some((13_500, "GBP")), false),
    // VOEC: Skatteetaten; each thing below 3,000 NOK; since 1 April 2020.
    with_sale("NO", Scheme::NoVoec, Some((299_999, "NOK")), true),
    // Australian Taxation Office, "GST on low value imported goods"; since 1 July 2018.
    with_sale("AU", Scheme::AuGst, Some((100_000, "AUD")), false),
    // Inland Revenue, "GST on low-value imported goods"; each thing up to 1,000 NZD; since 1 December 2019.
    with_sale("NZ", Scheme::NzGst, Some((100_000, "NZD")), true),
    // Mail-order rule, article 7(3)(b) of the Swiss VAT Act; who is registered declares every consignment; since 2019.
    with_sale("CH", Scheme::ChVat, None, false),
    with_sale("LI", Scheme::ChVat, None, false),
];

/// Up to this value goods leave the European Union without the seller's EORI: an oral declaration is enough (Delegated
/// Regulation (EU) 2015/2446, articles 136 and 137).
const EU_EXPORT_UP_TO: (i64, &str) = (100_000, "EUR");

/// Whose number a country asks of the recipient, and how many digits it has.
struct OfRecipient {
    destination: &'static str,
    number: &'static str,
    digits: &'static [usize],
}

const fn of_recipient(
    destination: &'static str,
    number: &'static str,
    digits: &'static [usize],
) -> OfRecipient {
    OfRecipient {
        destination,
        number,
        digits,
    }
}

/// Countries that clear nothing without knowing the importer, as the carriers and posts tell their senders.
const OF_RECIPIENT: [OfRecipient; 6] = [
    // Receita Federal, Instrução Normativa 1737/2017.
    of_recipient("BR", "CPF / CNPJ", &[11, 14]),
    // Korea Customs Service, personal customs clearance code: P and 12 digits.
    of_recipient("KR", "PCCC", &[12]),
    // Servicio Nacional de Aduanas of Chile, since 1 January 2021; the last digit may be a K.
    of_recipient("CL", "RUT", &[7, 8, 9]),
    // ARCA of Argentina.
    of_recipient("AR", "CUIT / CUIL", &[11]),
    // Servicio Nacional de Aduana del Ecuador.
    of_recipient("EC", "cédula / RUC", &[10, 13]),
    // Turkish Ministry of Trade: identity number, or a company's tax number.
    of_recipient("TR", "TCKN / VKN", &[10, 11]),
];

impl WithSale {
    fn limit(&self) -> Option<Money> {
        self.up_to.map(|(minor, code)| limit(minor, code))
    }

    /// Whether this consignment is declared so; none where no rate tells.
    fn holds(&self, consignment: &Consignment) -> Option<bool> {
        let Some(limit) = self.limit() else {
            return Some(true);
        };
        if !self.is_each {
            return consignment.is_up_to(limit);
        }
        let dearest = consignment
            .lines
            .iter()
            .map(|line| line.unit_price_minor)
            .max();
        let worth = consignment.in_currency(dearest.unwrap_or_default(), limit.currency)?;
        Some(worth <= limit.minor)
    }
}

fn scheme_at(consignment: &Consignment) -> Option<&'static WithSale> {
    let country = &consignment.to.country;
    let row = WITH_SALE
        .iter()
        .find(|row| covers(row.destination, country));
    row.filter(|_| !consignment.is_for_resale)
}

/// The currencies of the limits that this consignment is held against: rates to them are to come with it.
pub fn currencies(consignment: &Consignment) -> BTreeSet<Currency> {
    let with_sale = scheme_at(consignment).and_then(WithSale::limit);
    let of_length = super::hs::limit_at(consignment);
    let of_export = is_from_eu(consignment).then(export_limit);
    let all = [with_sale, of_length, of_export];
    let all = all.into_iter().flatten().map(|limit| limit.currency);
    all.filter(|currency| *currency != consignment.currency)
        .collect()
}

/// Whether the tax on it is declared by the seller, so that nobody asks the shopper for it.
pub(super) fn settles_tax(consignment: &Consignment) -> bool {
    scheme_at(consignment).is_some_and(|row| {
        consignment.tax_ids.get(row.scheme).is_some() && row.holds(consignment) == Some(true)
    })
}

/// Looks whether the numbers that are needed are there, and look like what they are.
pub(super) fn check(consignment: &Consignment, found: &mut Vec<Finding>) {
    check_with_sale(consignment, found);
    let needed = traders(consignment);
    for scheme in &needed {
        if consignment.tax_ids.get(*scheme).is_none() {
            found.push(missing(consignment, *scheme, Severity::Asks));
        }
    }
    for (scheme, number) in &consignment.tax_ids.0 {
        let is_needed = scheme_at(consignment).is_some_and(|row| row.scheme == *scheme);
        if (is_needed || needed.contains(scheme)) && scheme.read(number).is_none() {
            let malformed = about(Severity::Blocks, Code::TaxIdMalformed, *scheme);
            found.push(malformed.with("given", number.as_str()));
        }
    }
    check_recipient(consignment, found);
}

fn about(severity: Severity, code: Code, scheme: Scheme) -> Finding {
    Finding::new(severity, code, Field::TaxId).with("scheme", scheme.name().as_str())
}

fn missing(consignment: &Consignment, scheme: Scheme, severity: Severity) -> Finding {
    let destination = consignment.to.country.as_str();
    about(severity, Code::TaxIdMissing, scheme).with("destination", destination)
}

/// Where the tax was collected, the number it is declared under has to be on the parcel: or it is asked a second time.
fn check_with_sale(consignment: &Consignment, found: &mut Vec<Finding>) {
    let Some(row) = scheme_at(consignment) else {
        return;
    };
    let is_there = consignment.tax_ids.get(row.scheme).is_some();
    if consignment.collected.taxes_minor <= 0 || is_there {
        return;
    }
    match (row.holds(consignment), row.limit()) {
        (Some(true), _) => found.push(missing(consignment, row.scheme, Severity::Blocks)),
        (None, Some(limit)) => {
            let undecided = about(Severity::Asks, Code::TaxIdUndecided, row.scheme);
            found.push(
                undecided
                    .with("destination", consignment.to.country.as_str())
                    .with("limit", limit)
                    .with("currency", consignment.currency.code()),
            );
        }
        (Some(false), _) | (None, None) => {}
    }
}

fn is_from_eu(consignment: &Consignment) -> bool {
    covers(EU, &consignment.from)
}

fn export_limit() -> Money {
    let (minor, code) = EU_EXPORT_UP_TO;
    limit(minor, code)
}

/// The operators' numbers that are needed: where goods leave from, and where the seller is the importer because the
/// service leaves duties with them.
fn traders(consignment: &Consignment) -> BTreeSet<Scheme> {
    let mut needed = BTreeSet::new();
    if is_from_eu(consignment) && consignment.is_up_to(export_limit()) == Some(false) {
        needed.insert(Scheme::EuEori);
    }
    // GOV.UK, "Get an EORI number": to move goods between Great Britain and any other country.
    if consignment.from == "GB" {
        needed.insert(Scheme::GbEori);
    }
    let is_importer = consignment
        .service
        .as_ref()
        .is_some_and(|service| service.pays_duties);
    let is_large = scheme_at(consignment).is_none_or(|row| row.holds(consignment) == Some(false));
    if is_importer && is_large {
        if covers(EU, &consignment.to.country) {
            needed.insert(Scheme::EuEori);
        } else if consignment.to.country == "GB" {
            needed.insert(Scheme::GbEori);
        }
    }
    needed
}

/// An address has no field of its own for the number: it is looked for beside the company and in the second line, where
/// carriers ask for it.
fn check_recipient(consignment: &Consignment, found: &mut Vec<Finding>) {
    let to = &consignment.to;
    let Some(row) = OF_RECIPIENT
        .iter()
        .find(|row| row.destination == to.country)
    else {
        return;
    };
    let is_number = |text: &str| {
        let digits = squeezed(text).chars().filter(char::is_ascii_digit).count();
        row.digits.contains(&digits)
    };
    if is_number(&to.company) || is_number(&to.line2) {
        return;
    }
    let code = Code::RecipientTaxIdMissing;
    let missing = Finding::new(Severity::Asks, code, Field::RecipientTaxId);
    found.push(
        missing
            .with("destination", row.destination)
            .with("number", row.number),
    );
}
