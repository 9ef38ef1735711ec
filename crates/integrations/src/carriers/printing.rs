//! What the sandbox's carrier prints: labels that look like real ones, marked as samples, whose bars scan.

use domain::address::Address;
use domain::order::Order;
use domain::shipment::{Label, LabelFile, LabelFormat, LabelSize, Shipment};
use engine::labels::Printed;
use papers::label::{LabelFacts, sheet};
use papers::sheet::Paper;
use papers::{pdf, zpl};
use serde::{Deserialize, Serialize};

use super::sandbox::SandboxLabel;

/// What stands on a label besides what the carrier keeps of it anyhow: kept, so that it can be printed again. The names
/// are stored: add, do not rename.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Slip {
    /// Who sends it and where from, line by line.
    pub from: Vec<String>,
    /// Who gets it and where, line by line.
    pub to: Vec<String>,
    /// What the sender knows it by.
    pub reference: String,
    /// How it is printed.
    pub format: LabelFormat,
}

impl Slip {
    pub(super) fn of(order: &Order, shipment: &Shipment, label: &Label) -> Self {
        let departure = shipment.details.departure.as_ref();
        let from = departure.map(|from| {
            let name = std::iter::once(from.name.clone());
            name.chain(lines(&from.address)).collect()
        });
        let desk_number = || format!("#{}", order.desk_number);
        Self {
            from: from.unwrap_or_default(),
            to: lines(&shipment.ship_to),
            reference: order.number.clone().unwrap_or_else(desk_number),
            format: label.format,
        }
    }
}

fn lines(address: &Address) -> Vec<String> {
    let name = format!("{} {}", address.first_name, address.last_name);
    let town = [&address.postal_code, &address.city, &address.region];
    let town = town.map(String::as_str).join(" ");
    let all = [
        name.trim(),
        &address.company,
        &address.line1,
        &address.line2,
        town.trim(),
        &address.country,
    ];
    let said = all.into_iter().filter(|line| !line.is_empty());
    said.map(str::to_owned).collect()
}

/// A label as a file.
pub(super) fn print(label: &SandboxLabel, slip: &Slip) -> Printed {
    let facts = LabelFacts {
        carrier: label.tracking.carrier.clone(),
        service: label.service.clone(),
        from: slip.from.clone(),
        to: slip.to.clone(),
        country: label.country.clone(),
        weight_g: label.weight_g,
        tracking: label.tracking.number.clone(),
        reference: slip.reference.clone(),
        is_sample: true,
    };
    let paper = match slip.format.size {
        LabelSize::FourBySix => Paper::FourBySix,
        LabelSize::FourByEight => Paper::FourByEight,
        LabelSize::EightByEleven => Paper::Letter,
    };
    let (sheet, kind) = (sheet(&facts, paper), slip.format.file);
    let bytes = match kind {
        LabelFile::Pdf => pdf::print(&sheet, &label.tracking.number),
        LabelFile::Zpl => zpl::print(&sheet).into_bytes(),
    };
    Printed { kind, bytes }
}
