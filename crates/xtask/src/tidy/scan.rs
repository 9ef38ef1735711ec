//! A Rust file taken apart into code, comments and string literals, just well enough for the house rules.
//!
//! It knows no grammar: a rule that needs one belongs into clippy.

/// A file by lines, each kind of text apart, so that a rule never mistakes a string for code.
#[derive(Default)]
pub struct Scan {
    /// Code of each line; comments are gone, the content of strings too, their quotes stay.
    pub code: Vec<String>,
    /// Comment text of each line, with its slashes.
    pub comments: Vec<String>,
    /// String literals in the order in which they begin.
    pub strings: Vec<Literal>,
}

/// A string literal and the line, counted from 1, on which it begins.
pub struct Literal {
    /// The line of its opening quote.
    pub line: usize,
    /// What is between the quotes, escapes left as written.
    pub text: String,
}

/// Takes a Rust file apart.
pub fn scan(text: &str) -> Scan {
    let mut scanner = Scanner {
        letters: text.chars().collect(),
        at: 0,
        scan: Scan::default(),
    };
    scanner.new_line();
    while scanner.at < scanner.letters.len() {
        scanner.step();
    }
    scanner.scan
}

struct Scanner {
    letters: Vec<char>,
    at: usize,
    scan: Scan,
}

impl Scanner {
    fn step(&mut self) {
        let (letter, next) = (self.letters[self.at], self.peek(1));
        match letter {
            '/' if next == Some('/') => self.line_comment(),
            '/' if next == Some('*') => self.block_comment(),
            '"' => self.string(None),
            'r' if !self.within_word() => match self.raw_string_hashes() {
                Some(hashes) => self.string(Some(hashes)),
                None => self.take_code(),
            },
            '\'' if next == Some('\\') || (self.peek(2) == Some('\'') && next.is_some()) => {
                self.character()
            }
            _ => self.take_code(),
        }
    }

    fn line_comment(&mut self) {
        while self.peek(0).is_some_and(|letter| letter != '\n') {
            self.take_comment();
        }
    }

    fn block_comment(&mut self) {
        let mut depth = 0_usize;
        while let Some(letter) = self.peek(0) {
            match (letter, self.peek(1)) {
                ('/', Some('*')) => depth += 1,
                ('*', Some('/')) => depth -= 1,
                _ => {
                    self.take_comment();
                    continue;
                }
            }
            self.take_comment();
            self.take_comment();
            if depth == 0 {
                return;
            }
        }
    }

    /// Reads a string from its `"`, or from the `r` of a raw one with so many hashes.
    fn string(&mut self, raw_hashes: Option<usize>) {
        self.at += raw_hashes.map_or(0, |hashes| hashes + 1);
        self.take_code();
        let closing: Vec<char> = std::iter::once('"')
            .chain(vec!['#'; raw_hashes.unwrap_or(0)])
            .collect();
        let mut literal = Literal {
            line: self.scan.code.len(),
            text: String::new(),
        };
        while let Some(letter) = self.peek(0) {
            if self.letters[self.at..].starts_with(&closing) {
                self.take_code();
                self.at += closing.len() - 1;
                break;
            }
            let length = if raw_hashes.is_none() && letter == '\\' {
                2
            } else {
                1
            };
            for _ in 0..length {
                if let Some(letter) = self.peek(0) {
                    literal.text.push(letter);
                    self.advance(letter);
                }
            }
        }
        self.scan.strings.push(literal);
    }

    /// Skips a character literal, whose content could otherwise open a string.
    fn character(&mut self) {
        self.take_code();
        if self.peek(0) == Some('\\') {
            self.at += 1;
        }
        self.at += 1;
        while self
            .peek(0)
            .is_some_and(|letter| letter != '\'' && letter != '\n')
        {
            self.at += 1;
        }
        self.take_code();
    }

    fn raw_string_hashes(&self) -> Option<usize> {
        let hashes = self.letters[self.at + 1..]
            .iter()
            .take_while(|letter| **letter == '#')
            .count();
        (self.peek(hashes + 1) == Some('"')).then_some(hashes)
    }

    /// Whether the letter continues a name; the `b` and `c` of byte and C strings may stand before an `r`.
    fn within_word(&self) -> bool {
        let before = |back: usize| {
            self.at
                .checked_sub(back)
                .and_then(|at| self.letters.get(at))
                .copied()
        };
        let continues = |letter: Option<char>| {
            letter.is_some_and(|letter| letter.is_alphanumeric() || letter == '_')
        };
        let prefixed = matches!(before(1), Some('b' | 'c')) && !continues(before(2));
        continues(before(1)) && !prefixed
    }

    fn peek(&self, ahead: usize) -> Option<char> {
        self.letters.get(self.at + ahead).copied()
    }

    fn take_code(&mut self) {
        self.take(|scan| &mut scan.code);
    }

    fn take_comment(&mut self) {
        self.take(|scan| &mut scan.comments);
    }

    fn take(&mut self, lines: fn(&mut Scan) -> &mut Vec<String>) {
        let Some(letter) = self.peek(0) else { return };
        if letter != '\n' {
            lines(&mut self.scan)
                .last_mut()
                .expect("the first line is begun before anything is read")
                .push(letter);
        }
        self.advance(letter);
    }

    fn advance(&mut self, letter: char) {
        self.at += 1;
        if letter == '\n' {
            self.new_line();
        }
    }

    fn new_line(&mut self) {
        self.scan.code.push(String::new());
        self.scan.comments.push(String::new());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_code_comments_and_strings_apart() {
        let scan = scan("let a = \"x // y\"; // why\n/* 1 /* 2 */ */ b\nlet c = r#\"q\"\nz\"#;\n");
        assert_eq!(scan.code, ["let a = \"\"; ", " b", "let c = \"", "\";", ""]);
        assert_eq!(scan.comments, ["// why", "/* 1 /* 2 */ */", "", "", ""]);
        let strings: Vec<_> = scan
            .strings
            .iter()
            .map(|literal| (literal.line, literal.text.as_str()))
            .collect();
        assert_eq!(strings, [(1, "x // y"), (3, "q\"\nz")]);
    }

    #[test]
    fn characters_and_lifetimes_open_no_string() {
        let scan = scan("fn f<'a>(x: &'a str) { ['\"', '\\'', '\\\\', '\\u{e9}']; for_r(\"s\") }");
        assert_eq!(
            scan.code,
            ["fn f<'a>(x: &'a str) { ['', '', '', '']; for_r(\"\") }"]
        );
        assert_eq!(scan.strings.len(), 1);
    }

    #[test]
    fn an_escaped_quote_does_not_end_a_string() {
        let scan = scan(r#"f("a\"b", br"\", b'x')"#);
        let strings: Vec<_> = scan
            .strings
            .iter()
            .map(|literal| literal.text.as_str())
            .collect();
        assert_eq!(strings, [r#"a\"b"#, r"\"]);
    }
}
