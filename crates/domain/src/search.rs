//! What search compares: words without letter case and accents, the same on every database (O1).

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use crate::order::Order;

/// The most words a query is taken apart into; what follows is ignored.
pub const MAX_QUERY_WORDS: usize = 12;

/// Folds letter case and accents away: `Émile` becomes `emile`, `ẞ` becomes `ss`, `ø` becomes `o`.
fn folded(text: &str) -> impl Iterator<Item = char> + '_ {
    text.nfkd()
        .filter(|letter| !is_combining_mark(*letter))
        .flat_map(char::to_lowercase)
        // A sigma at the end of a word is written otherwise, and so it would be in the middle of what one types.
        .map(|letter| if letter == 'ς' { 'σ' } else { letter })
        .flat_map(|letter| {
            // Letters that Unicode does not take apart, though a keyboard without them would.
            let plain: &[char] = match letter {
                'ß' => &['s', 's'],
                'æ' => &['a', 'e'],
                'œ' => &['o', 'e'],
                'ø' => &['o'],
                'đ' | 'ð' => &['d'],
                'ł' => &['l'],
                'þ' => &['t', 'h'],
                'ı' => &['i'],
                _ => &[],
            };
            let kept = plain.is_empty().then_some(letter);
            plain.iter().copied().chain(kept)
        })
        .filter(|letter| !is_combining_mark(*letter))
}

/// The words of a text: runs of letters and digits, folded.
pub fn words(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word = String::new();
    for letter in folded(text) {
        if letter.is_alphanumeric() {
            word.push(letter);
        } else if !word.is_empty() {
            words.push(std::mem::take(&mut word));
        }
    }
    if !word.is_empty() {
        words.push(word);
    }
    words
}

/// A text as one folded word, so that `1Z 999-AA` is found as `1z999aa`.
pub fn squeezed(text: &str) -> String {
    folded(text)
        .filter(|letter| letter.is_alphanumeric())
        .collect()
}

/// Whether two texts differ in nothing but letter case, accents and spaces. Punctuation counts: `1-23` and `12-3` are
/// two houses.
pub fn is_same_text(a: &str, b: &str) -> bool {
    let letters = |text: &str| {
        folded(text)
            .filter(|letter| !letter.is_whitespace())
            .collect::<String>()
    };
    a == b || letters(a) == letters(b)
}

/// The words of a part of a query without spaces. An e-mail address is one word, as orders have it too: its domain is
/// in so many orders that looking for it by itself tells nothing.
fn words_of_chunk(chunk: &str) -> Vec<String> {
    let is_address = chunk.find('@').is_some_and(|at| at > 0);
    if is_address {
        let whole = squeezed(chunk);
        return if whole.is_empty() {
            Vec::new()
        } else {
            vec![whole]
        };
    }
    words(chunk)
}

/// What a person looks for: every word is the beginning of one of the order's words, or all of it together is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Query {
    /// Folded words; never empty.
    pub words: Vec<String>,
    /// The whole as one word, where that differs from the only word.
    pub together: Option<String>,
}

impl Query {
    /// Takes a query apart; `None` where it holds no letter or digit, which finds everything.
    pub fn parse(text: &str) -> Option<Self> {
        let mut words: Vec<String> = text.split_whitespace().flat_map(words_of_chunk).collect();
        words.truncate(MAX_QUERY_WORDS);
        if words.is_empty() {
            return None;
        }
        let together = (words.len() > 1).then(|| words.concat());
        Some(Self { words, together })
    }

    /// Whether an order with these searchable words is found.
    pub fn matches(&self, searchable: &[&str]) -> bool {
        let begins = |start: &String| {
            searchable
                .iter()
                .any(|word| word.starts_with(start.as_str()))
        };
        self.words.iter().all(begins) || self.together.as_ref().is_some_and(begins)
    }
}

/// The words an order is found by: either number, names, e-mail, tracking numbers, SKUs, city (O1). Sorted, each once.
pub fn searchable_words(order: &Order) -> Vec<String> {
    let mut found: Vec<String> = vec![order.desk_number.to_string()];
    let mut add = |text: &str| {
        if text.is_empty() {
            return;
        }
        let parts = words(text);
        if parts.len() > 1 {
            found.push(parts.concat());
        }
        found.extend(parts);
    };
    let mut names: Vec<&str> = Vec::new();
    for address in [&order.ship_to, &order.bill_to] {
        names.extend([
            &*address.first_name,
            &address.last_name,
            &address.company,
            &address.city,
        ]);
        add(&address.email);
    }
    add(order.number.as_deref().unwrap_or_default());
    for item in &order.items {
        add(&item.sku);
    }
    for number in order.tracking_numbers() {
        add(number);
    }
    found.extend(names.into_iter().flat_map(words));
    found.sort_unstable();
    found.dedup();
    found
}
