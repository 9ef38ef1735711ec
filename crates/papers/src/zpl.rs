//! A sheet in ZPL, which label printers of 203 dots to an inch read. The printer makes the bars itself.

use std::fmt::Write;

use crate::sheet::{Piece, Sheet};

/// The sheet as a label's commands.
pub fn print(sheet: &Sheet) -> String {
    let (width, height) = sheet.paper.dots();
    // UTF-8; as wide and as long as the paper.
    let mut commands = format!("^XA\n^CI28\n^PW{width}\n^LL{height}\n");
    for piece in &sheet.pieces {
        let line = match piece {
            Piece::Text {
                x, y, size, text, ..
            } => format!("^FO{x},{y}^A0N,{size}^FH^FD{}^FS", escaped(text)),
            Piece::Bar {
                x,
                y,
                width,
                height,
            } => {
                let thick = width.min(height);
                format!("^FO{x},{y}^GB{width},{height},{thick}^FS")
            }
            Piece::Code128 {
                x,
                y,
                module,
                height,
                text,
            } => {
                // What is quiet on the left is part of the place, and the printer's own choice of code sets.
                let left = x + 10 * module;
                let text = escaped(text);
                format!("^FO{left},{y}^BY{module}^BCN,{height},N,N,N,A^FH^FD{text}^FS")
            }
        };
        commands.push_str(&line);
        commands.push('\n');
    }
    commands.push_str("^XZ\n");
    commands
}

/// A text whose letters no printer takes for commands.
fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '^' | '~' | '_' | '\\' => {
                let _ = write!(safe, "_{:02X}", u32::from(letter));
            }
            letter if letter.is_control() => safe.push(' '),
            letter => safe.push(letter),
        }
    }
    safe
}
