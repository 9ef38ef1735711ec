//! Labels: what is printed can be read back, and nothing of an address is taken for a command.

#![allow(
    clippy::unwrap_used,
    reason = "a test program: the lint knows test functions only, not their helpers"
)]

use code128::{Bar, Code128, decode_str};
use papers::label::{LabelFacts, sheet};
use papers::sheet::{Paper, Piece};
use papers::{pdf, zpl};

fn facts() -> LabelFacts {
    LabelFacts {
        carrier: "USPS".to_owned(),
        service: "post.parcel".to_owned(),
        from: vec!["Warehouse".to_owned(), "1 Main Street".to_owned()],
        to: vec!["Zoë ^FS Müller".to_owned(), "Straße_1".to_owned()],
        country: "DE".to_owned(),
        weight_g: 1_234,
        tracking: "CA123456785US".to_owned(),
        reference: "A-1".to_owned(),
        is_sample: true,
    }
}

const PAPERS: [Paper; 3] = [Paper::FourBySix, Paper::FourByEight, Paper::Letter];

/// The filled rectangles of a PDF that are as high as the bars are, in the order in which they stand there.
fn bars(file: &[u8]) -> Vec<(i64, i64)> {
    let text = String::from_utf8_lossy(file);
    let lines = text.lines().filter(|line| line.ends_with(" 200 re"));
    let number = |word: &str| word.parse::<i64>().unwrap();
    let each = lines.map(|line| {
        let words: Vec<&str> = line.split(' ').collect();
        (number(words[0]), number(words[2]))
    });
    each.collect()
}

#[test]
fn the_bars_of_a_printed_label_say_its_number() {
    for paper in PAPERS {
        let drawn = sheet(&facts(), paper);
        let module = drawn.pieces.iter().find_map(|piece| match piece {
            Piece::Code128 { module, .. } => Some(i64::from(*module)),
            _ => None,
        });
        let module = module.unwrap();
        let rectangles = bars(&pdf::print(&drawn, "label"));
        let read: Vec<Bar> = rectangles
            .iter()
            .enumerate()
            .map(|(index, (x, width))| {
                let end = x + width;
                let next = rectangles.get(index + 1).map_or(end, |(next, _)| *next);
                Bar {
                    width: u8::try_from(width / module).unwrap(),
                    space: u8::try_from((next - end) / module).unwrap(),
                }
            })
            .collect();
        assert_eq!(decode_str(&read).unwrap(), "CA123456785US", "{paper:?}");
        // The reader's own bars agree, so that a change of its tables does not pass.
        let own: Vec<Bar> = Code128::encode(b"CA123456785US").bars().collect();
        assert_eq!(own, read);
    }
}

#[test]
fn everything_stands_on_its_paper() {
    for paper in PAPERS {
        let (width, height) = paper.dots();
        for piece in sheet(&facts(), paper).pieces {
            let (right, bottom) = match &piece {
                Piece::Text { x, y, size, .. } => (*x, y + size),
                Piece::Bar {
                    x,
                    y,
                    width,
                    height,
                } => (x + width, y + height),
                Piece::Code128 {
                    x,
                    y,
                    module,
                    height,
                    text,
                } => {
                    let modules = papers::sheet::code128_modules(text);
                    (x + module * modules, y + height)
                }
            };
            assert!(right <= width && bottom <= height, "{paper:?}: {piece:?}");
        }
    }
}

#[test]
fn a_longest_address_leaves_room_for_the_bars() {
    let line = "W".repeat(200);
    let long = LabelFacts {
        from: vec![line.clone(); 20],
        to: vec![line; 20],
        ..facts()
    };
    let drawn = sheet(&long, Paper::FourBySix);
    let bottom = drawn.pieces.iter().map(|piece| match piece {
        Piece::Text { y, size, .. } => y + size,
        Piece::Bar { y, height, .. } | Piece::Code128 { y, height, .. } => y + height,
    });
    assert!(bottom.max().unwrap() <= Paper::FourBySix.dots().1);
}

#[test]
fn an_address_is_no_command_of_a_printer() {
    let commands = zpl::print(&sheet(&facts(), Paper::FourBySix));
    assert!(
        commands.starts_with("^XA\n^CI28\n^PW812\n^LL1218\n"),
        "{commands}"
    );
    assert!(commands.contains("^FDZoë _5EFS Müller^FS"), "{commands}");
    assert!(commands.contains("^FDStraße_5F1^FS"), "{commands}");
    assert!(
        commands.contains("^BCN,200,N,N,N,A^FH^FDCA123456785US^FS"),
        "{commands}"
    );
    assert!(commands.contains("SAMPLE"), "{commands}");
    assert!(commands.ends_with("^XZ\n"), "{commands}");
}

#[test]
fn letters_that_the_standard_fonts_lack_are_told_as_such() {
    let mut japanese = facts();
    japanese.to = vec!["東京 Zoë €".to_owned()];
    let file = pdf::print(&sheet(&japanese, Paper::FourBySix), "label");
    let text = String::from_utf8_lossy(&file);
    // Two question marks, then Zoë and the euro as Western Europe's code page has them.
    assert!(text.contains("<3F3F205A6FEB2080> Tj"), "{text}");
}
