//! A sheet as a PDF of one page. Its letters are those of the standard fonts that every reader has, which Western Europe
//! writes with; what they lack is shown as a question mark.

use pdf_writer::{Content, Finish, Name, Pdf, Rect, Ref, Str, TextStr};

use crate::sheet::{Piece, Sheet};

/// Points of one dot.
const POINTS_PER_DOT: f32 = 72.0 / 203.0;

/// The same, from above to below.
const DOWNWARDS: f32 = -72.0 / 203.0;

const CATALOG: Ref = Ref::new(1);
const PAGES: Ref = Ref::new(2);
const PAGE: Ref = Ref::new(3);
const DRAWN: Ref = Ref::new(4);
const PLAIN: Ref = Ref::new(5);
const BOLD: Ref = Ref::new(6);
const ABOUT: Ref = Ref::new(7);

const PLAIN_NAME: Name<'static> = Name(b"F1");
const BOLD_NAME: Name<'static> = Name(b"F2");

/// The sheet as a file.
pub fn print(sheet: &Sheet, title: &str) -> Vec<u8> {
    let (width, height) = sheet.paper.points();
    let mut pdf = Pdf::new();
    pdf.catalog(CATALOG).pages(PAGES);
    pdf.pages(PAGES).kids([PAGE]).count(1);
    let mut page = pdf.page(PAGE);
    page.media_box(Rect::new(0.0, 0.0, f32::from(width), f32::from(height)));
    page.parent(PAGES).contents(DRAWN);
    page.resources()
        .fonts()
        .pair(PLAIN_NAME, PLAIN)
        .pair(BOLD_NAME, BOLD);
    page.finish();
    for (font, name) in [(PLAIN, b"Helvetica".as_slice()), (BOLD, b"Helvetica-Bold")] {
        pdf.type1_font(font)
            .base_font(Name(name))
            .encoding_predefined(Name(b"WinAnsiEncoding"));
    }
    pdf.document_info(ABOUT)
        .title(TextStr(title))
        .producer(TextStr("Bordereau"));
    pdf.stream(DRAWN, &drawn(sheet, height));
    pdf.finish()
}

/// The page's content: dots from the upper left corner, where the format counts points from the lower one.
fn drawn(sheet: &Sheet, height: u16) -> Vec<u8> {
    let mut content = Content::new();
    let turned = [POINTS_PER_DOT, 0.0, 0.0, DOWNWARDS, 0.0, f32::from(height)];
    content.transform(turned);
    for piece in &sheet.pieces {
        match piece {
            Piece::Text {
                x,
                y,
                size,
                is_bold,
                text,
            } => {
                let font = if *is_bold { BOLD_NAME } else { PLAIN_NAME };
                // A line is as high as its font; letters stand on what is four fifths down.
                let base = y + size - size / 5;
                let upright = [1.0, 0.0, 0.0, -1.0, f32::from(*x), f32::from(base)];
                content
                    .begin_text()
                    .set_font(font, f32::from(*size))
                    .set_text_matrix(upright)
                    .show(Str(&western(text)))
                    .end_text();
            }
            Piece::Bar {
                x,
                y,
                width,
                height,
            } => filled(&mut content, *x, *y, *width, *height),
            Piece::Code128 {
                x,
                y,
                module,
                height,
                text,
            } => {
                let code = code128::Code128::encode(text.as_bytes());
                for bar in code.bar_coordinates() {
                    let left = u16::try_from(bar.x).unwrap_or(u16::MAX);
                    let width = u16::from(bar.width).saturating_mul(*module);
                    let left = x.saturating_add(left.saturating_mul(*module));
                    filled(&mut content, left, *y, width, *height);
                }
            }
        }
    }
    content.finish().into_vec()
}

fn filled(content: &mut Content, x: u16, y: u16, width: u16, height: u16) {
    let [x, y, width, height] = [x, y, width, height].map(f32::from);
    content.rect(x, y, width, height).fill_nonzero();
}

/// A text in the letters of the standard fonts.
fn western(text: &str) -> Vec<u8> {
    /// The letters between those of ASCII and those of Latin 1, by their place.
    const BETWEEN: &str = "€\u{81}‚ƒ„…†‡ˆ‰Š‹Œ\u{8d}Ž\u{8f}\u{90}‘’“”•–—˜™š›œ\u{9d}žŸ";
    let byte = |letter: char| match letter {
        ' '..='~' | '\u{a0}'..='\u{ff}' => u8::try_from(u32::from(letter)).unwrap_or(b'?'),
        other => {
            let place = BETWEEN.chars().position(|known| known == other);
            let place = place.and_then(|place| u8::try_from(place).ok());
            place.map_or(b'?', |place| 0x80 + place)
        }
    };
    text.chars().map(byte).collect()
}
