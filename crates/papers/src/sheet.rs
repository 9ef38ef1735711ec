//! A sheet of paper with what stands on it, in the dots of a label printer: 203 to an inch, from the upper left corner.

/// How many dots an inch has.
pub const DOTS_PER_INCH: u16 = 203;

/// What it is printed on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Paper {
    /// A roll of 4 by 6 inches.
    FourBySix,
    /// A roll of 4 by 8 inches.
    FourByEight,
    /// Letter.
    Letter,
}

impl Paper {
    /// Width and height in points, 72 to an inch.
    pub fn points(self) -> (u16, u16) {
        match self {
            Self::FourBySix => (288, 432),
            Self::FourByEight => (288, 576),
            Self::Letter => (612, 792),
        }
    }

    /// Width and height in dots.
    pub fn dots(self) -> (u16, u16) {
        let of = |points: u16| {
            let dots = u32::from(points) * u32::from(DOTS_PER_INCH) / 72;
            u16::try_from(dots).unwrap_or(u16::MAX)
        };
        let (width, height) = self.points();
        (of(width), of(height))
    }
}

/// Something on a sheet, by its upper left corner.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "each name says it; all are dots")]
pub enum Piece {
    /// One line of text, as high as `size`.
    Text {
        x: u16,
        y: u16,
        size: u16,
        is_bold: bool,
        text: String,
    },
    /// A filled rectangle: a rule, where one side is short.
    Bar {
        x: u16,
        y: u16,
        width: u16,
        height: u16,
    },
    /// Code 128 of a text of ASCII, with a narrowest bar of `module`; quiet on both sides of what is printed.
    Code128 {
        x: u16,
        y: u16,
        module: u16,
        height: u16,
        text: String,
    },
}

/// A sheet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sheet {
    /// What it is printed on.
    pub paper: Paper,
    /// What stands on it, what comes later above what came before.
    pub pieces: Vec<Piece>,
}

/// How many modules a barcode of this text is wide, with the quiet zones beside it.
pub fn code128_modules(text: &str) -> u16 {
    let code = code128::Code128::encode(text.as_bytes());
    u16::try_from(code.len()).unwrap_or(u16::MAX)
}
