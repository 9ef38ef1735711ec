//! The carrier's service: whether it leaves duties to the shopper who has paid them already, and whether it takes what is
//! in the parcel.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::{Code, Consignment, Field, Finding, Line, Severity, limit};
use crate::tariff::{EU, covers, hs_digits};

/// What a carrier's service does, as far as the linter asks.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Service {
    /// What it is called.
    pub name: String,
    /// Whether duties and taxes are billed to the seller (DDP) instead of being asked of the shopper at the door.
    pub pays_duties: bool,
    /// Whether it is turned away without the recipient's telephone number.
    pub needs_phone: bool,
    /// Whether it hands over to a person, and so never to a post office box.
    pub is_courier: bool,
    /// What it takes by agreement.
    pub takes: BTreeSet<Hazard>,
}

/// What not every service carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "each name says it")]
pub enum Hazard {
    Batteries,
    Alcohol,
    Perfume,
    Flammables,
    Tobacco,
    Explosives,
    Weapons,
}

impl Hazard {
    /// Every one, in the order of a list.
    pub const ALL: [Self; 7] = [
        Self::Batteries,
        Self::Alcohol,
        Self::Perfume,
        Self::Flammables,
        Self::Tobacco,
        Self::Explosives,
        Self::Weapons,
    ];

    /// Its name in the data of a finding.
    pub fn name(self) -> String {
        let value = serde_json::to_value(self).unwrap_or_default();
        value.as_str().unwrap_or_default().to_owned()
    }

    /// Whether the post of no country takes it (Universal Postal Convention, article 19).
    fn is_forbidden(self) -> bool {
        matches!(self, Self::Explosives | Self::Weapons)
    }
}

/// What goods of a heading are, whatever their description says. Batteries within other goods are those of the headings
/// that hardly come without one.
const HAZARDS: [(&str, Hazard); 26] = [
    ("2203", Hazard::Alcohol),
    ("2204", Hazard::Alcohol),
    ("2205", Hazard::Alcohol),
    ("2206", Hazard::Alcohol),
    ("2207", Hazard::Alcohol),
    ("2208", Hazard::Alcohol),
    ("2402", Hazard::Tobacco),
    ("2403", Hazard::Tobacco),
    ("2404", Hazard::Tobacco),
    ("2710", Hazard::Flammables),
    ("3208", Hazard::Flammables),
    ("330300", Hazard::Perfume),
    ("330430", Hazard::Flammables),
    ("3601", Hazard::Explosives),
    ("3602", Hazard::Explosives),
    ("3603", Hazard::Explosives),
    ("3604", Hazard::Explosives),
    ("3605", Hazard::Flammables),
    ("3606", Hazard::Flammables),
    ("8506", Hazard::Batteries),
    ("8507", Hazard::Batteries),
    ("847130", Hazard::Batteries),
    ("851713", Hazard::Batteries),
    ("854340", Hazard::Batteries),
    ("9302", Hazard::Weapons),
    ("9306", Hazard::Explosives),
];

fn hazards(line: &Line) -> BTreeSet<Hazard> {
    let code = hs_digits(&line.hs_code);
    let of_code = HAZARDS.iter().filter(|(start, _)| code.starts_with(start));
    let of_code = of_code.map(|(_, hazard)| *hazard);
    of_code.chain(line.hazards.iter().copied()).collect()
}

/// Asks for the service that takes what is dangerous or restricted; what nobody takes by post is blocked.
pub(super) fn check_hazards(consignment: &Consignment, found: &mut Vec<Finding>) {
    for line in &consignment.lines {
        for hazard in hazards(line) {
            let service = consignment.service.as_ref();
            if service.is_some_and(|service| service.takes.contains(&hazard)) {
                continue;
            }
            let (severity, code) = match hazard.is_forbidden() {
                true => (Severity::Blocks, Code::NotCarried),
                false => (Severity::Asks, Code::SpecialService),
            };
            let finding = Finding::new(severity, code, Field::Service).of(&line.item);
            found.push(finding.with("hazard", hazard.name().as_str()));
        }
    }
}

/// Up to this value the European Union asks a flat duty of a parcel that a consumer bought.
const EU_FLAT_LIMIT: (i64, &str) = (15_000, "EUR");

/// The flat duty for each subheading in the parcel.
const EU_FLAT_DUTY_MINOR: i64 = 300;

/// Looks whether the service fits what was collected.
pub(super) fn check_duties(consignment: &Consignment, found: &mut Vec<Finding>) {
    check_flat_duty(consignment, found);
    let Some(service) = &consignment.service else {
        return;
    };
    let collected = consignment.collected;
    // A tax that is declared under the seller's own registration is not asked at the door, whatever the service.
    let taxes_minor = match super::registrations::settles_tax(consignment) {
        true => 0,
        false => collected.taxes_minor,
    };
    let due_minor = collected.duties_minor.saturating_add(taxes_minor);
    let is_promised = due_minor > 0 || consignment.is_guaranteed;
    if is_promised && !service.pays_duties {
        let unpaid = Finding::new(Severity::Blocks, Code::DutiesUnpaid, Field::Service);
        let all_minor = collected.duties_minor.saturating_add(collected.taxes_minor);
        found.push(
            unpaid
                .with("service", service.name.as_str())
                .with("collected", consignment.paid(all_minor)),
        );
    }
    if service.pays_duties && !consignment.is_guaranteed && collected.is_nothing() {
        let code = Code::DutiesNotCollected;
        let finding = Finding::new(Severity::Asks, code, Field::Service);
        found.push(finding.with("service", service.name.as_str()));
    }
}

impl super::Collected {
    fn is_nothing(self) -> bool {
        self.duties_minor <= 0 && self.taxes_minor <= 0
    }
}

/// Since 1 July 2026 there is no parcel into the European Union without duty: 3 EUR for each tariff subheading in a
/// consignment of up to 150 EUR, until 1 July 2028 (Council Regulation (EU) 2026/382).
fn check_flat_duty(consignment: &Consignment, found: &mut Vec<Finding>) {
    let (minor, code) = EU_FLAT_LIMIT;
    let is_small = consignment.is_up_to(limit(minor, code)) == Some(true);
    let is_eu = covers(EU, &consignment.to.country);
    let is_collected = consignment.collected.duties_minor > 0 || consignment.is_guaranteed;
    if !is_eu || !is_small || consignment.is_for_resale || is_collected {
        return;
    }
    let codes = consignment
        .lines
        .iter()
        .map(|line| hs_digits(&line.hs_code));
    let kinds: BTreeSet<String> = codes.map(|code| code.chars().take(6).collect()).collect();
    let count = i64::try_from(kinds.len()).unwrap_or_default();
    let duty = limit(EU_FLAT_DUTY_MINOR.saturating_mul(count), code);
    let finding = Finding::new(Severity::Tells, Code::FlatDutyNotCollected, Field::Service);
    found.push(finding.with("duty", duty).with("kinds", kinds.len()));
}
