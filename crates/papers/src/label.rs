//! A shipping label: who sends it, where it goes, how, and the number in bars.

use crate::sheet::{Paper, Piece, Sheet, code128_modules};

/// What a label says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LabelFacts {
    /// Who carries it.
    pub carrier: String,
    /// The carrier's service.
    pub service: String,
    /// Who sends it and where from, line by line; none where nobody said.
    pub from: Vec<String>,
    /// Who gets it and where, line by line, as the country of destination writes it.
    pub to: Vec<String>,
    /// The country of destination, ISO 3166-1 alpha-2.
    pub country: String,
    /// What it weighs, in grams.
    pub weight_g: u32,
    /// The number that is printed in bars: letters, digits and signs of ASCII.
    pub tracking: String,
    /// What the sender knows it by.
    pub reference: String,
    /// Whether it carries nothing, and says so.
    pub is_sample: bool,
}

/// Width of the label itself, whatever paper it is on.
const WIDTH: u16 = 812;

const MARGIN: u16 = 32;

/// The most lines of an address, and the most letters of one of them.
const MOST_LINES: usize = 7;
const MOST_LETTERS: usize = 38;

/// A label laid out on a paper; on a sheet of letter it is in the upper left corner.
pub fn sheet(facts: &LabelFacts, paper: Paper) -> Sheet {
    let origin = match paper {
        Paper::FourBySix | Paper::FourByEight => 0,
        Paper::Letter => 60,
    };
    let mut drawing = Drawing {
        left: origin + MARGIN,
        y: origin + MARGIN,
        pieces: Vec::new(),
    };
    drawing.head(facts);
    drawing.addresses(facts);
    drawing.bars(&facts.tracking);
    drawing.foot(facts);
    Sheet {
        paper,
        pieces: drawing.pieces,
    }
}

struct Drawing {
    left: u16,
    y: u16,
    pieces: Vec<Piece>,
}

impl Drawing {
    fn text(&mut self, size: u16, is_bold: bool, text: &str) {
        let text: String = text.chars().take(MOST_LETTERS).collect();
        self.pieces.push(Piece::Text {
            x: self.left,
            y: self.y,
            size,
            is_bold,
            text,
        });
        self.y += size + size / 5;
    }

    fn rule(&mut self) {
        self.pieces.push(Piece::Bar {
            x: self.left,
            y: self.y,
            width: WIDTH - 2 * MARGIN,
            height: 4,
        });
        self.y += 20;
    }

    fn head(&mut self, facts: &LabelFacts) {
        self.text(64, true, &facts.carrier);
        self.text(36, false, &facts.service);
        if facts.is_sample {
            self.text(60, true, "SAMPLE - NO POSTAGE");
        }
        self.rule();
    }

    fn addresses(&mut self, facts: &LabelFacts) {
        self.text(22, false, "FROM");
        for line in facts.from.iter().take(MOST_LINES) {
            self.text(26, false, line);
        }
        self.rule();
        self.text(22, false, "TO");
        for line in facts.to.iter().take(MOST_LINES) {
            self.text(36, true, line);
        }
        self.rule();
    }

    /// The number in bars as wide as the label allows, and in letters below.
    fn bars(&mut self, tracking: &str) {
        let room = WIDTH - 2 * MARGIN;
        let module = (room / code128_modules(tracking).max(1)).clamp(1, 4);
        let height = 200;
        self.pieces.push(Piece::Code128 {
            x: self.left,
            y: self.y,
            module,
            height,
            text: tracking.to_owned(),
        });
        self.y += height + 12;
        self.text(36, true, tracking);
    }

    fn foot(&mut self, facts: &LabelFacts) {
        let weight = format!(
            "{} kg   {}   {}",
            kilograms(facts.weight_g),
            facts.country,
            facts.reference
        );
        self.text(30, false, weight.trim());
    }
}

/// Grams as kilograms, to the gram.
fn kilograms(weight_g: u32) -> String {
    format!("{}.{:03}", weight_g / 1_000, weight_g % 1_000)
}
