//! Squares that a telephone reads, drawn as one path that a page holds itself: nothing is loaded for them, and no
//! picture of a secret is kept anywhere.

use std::fmt::Write as _;

use qrcodegen::{QrCode, QrCodeEcc};
use serde::Serialize;

/// How much white has to surround the squares, in squares.
const QUIET: i32 = 4;

/// A picture, in squares of one unit.
#[derive(Serialize)]
pub(crate) struct Picture {
    /// How wide and high it is, with the white around it.
    pub size: i32,
    /// The black squares as a path of SVG, one piece for each run of a row.
    pub path: String,
}

/// The picture of a text; nothing where the text is longer than any picture holds.
pub(crate) fn picture(text: &str) -> Option<Picture> {
    let code = QrCode::encode_text(text, QrCodeEcc::Medium).ok()?;
    let size = code.size();
    let mut path = String::new();
    for y in 0..size {
        let mut x = 0;
        while x < size {
            let length = (x..size).take_while(|x| code.get_module(*x, y)).count();
            if length > 0 {
                let (left, top) = (x + QUIET, y + QUIET);
                write!(path, "M{left} {top}h{length}v1h-{length}z").ok()?;
            }
            x += i32::try_from(length).ok()? + 1;
        }
    }
    Some(Picture {
        size: size + 2 * QUIET,
        path,
    })
}
