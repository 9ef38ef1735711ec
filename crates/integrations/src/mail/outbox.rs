//! The outbox: e-mails go into a folder instead of out, one file each, for a person to open and a test to read.
//!
//! The file, named for the mail's id, is what makes a letter sent; a second one under the same id is not written. A
//! list of them is kept beside the other books, so that they can be shown without being taken apart.

use std::collections::HashSet;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use async_trait::async_trait;
use domain::ids::MailId;
use domain::order::MailKind;
use engine::ports::{Answer, Letter, Mail};
use jiff::Timestamp;
use mail_builder::MessageBuilder;
use serde::{Deserialize, Serialize};

use super::letter::{Words, words};
use crate::books::{Books, Kept, sync_folder};
use crate::script::{Call, Misbehaviour, Script, deliver, no_answer};

/// A letter in the outbox.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OutboxLetter {
    /// Its id.
    pub id: MailId,
    /// What it is about.
    pub kind: MailKind,
    /// To whom.
    pub to: String,
    /// From whom.
    pub from: String,
    /// Its subject line.
    pub subject: String,
    /// What it says.
    pub text: String,
    /// When what it tells happened; its date.
    pub at: Timestamp,
    /// The name of its file in the outbox.
    pub file: String,
}

/// Everything that lies in the outbox.
#[derive(Default)]
struct List {
    letters: Vec<OutboxLetter>,
    ids: HashSet<MailId>,
}

impl Kept for List {
    type Entry = OutboxLetter;

    fn apply(&mut self, letter: OutboxLetter) {
        self.ids.insert(letter.id.clone());
        self.letters.push(letter);
    }
}

/// The mail server of the sandbox: a folder.
pub struct Outbox {
    folder: PathBuf,
    books: Arc<Books<List>>,
    script: Arc<Script>,
}

impl Outbox {
    pub(crate) fn open(folder: &Path, list: &Path, script: Arc<Script>) -> io::Result<Self> {
        fs::create_dir_all(folder)?;
        let folder = folder.to_owned();
        let books = Books::open(list)?;
        Ok(Self {
            folder,
            books,
            script,
        })
    }

    /// Every letter, in the order they were sent.
    pub(crate) fn letters(&self) -> io::Result<Vec<OutboxLetter>> {
        self.books.read(|list| list.letters.clone())
    }
}

#[async_trait]
impl Mail for Outbox {
    async fn send(&self, letter: &Letter) -> Answer<()> {
        let how = self.script.next(Call::SendLetter);
        match how {
            Some(Misbehaviour::TimeOutBeforeDoing) => return no_answer(),
            Some(Misbehaviour::Refuse) => {
                return Answer::Refused("the mail server does not know the address".to_owned());
            }
            _ => {}
        }
        if let Some(wrong) = [&letter.to, &letter.from]
            .into_iter()
            .find(|text| !is_address(text))
        {
            return Answer::Refused(format!("\"{wrong}\" is not an e-mail address"));
        }
        let letter = composed(letter);
        let (books, folder) = (Arc::clone(&self.books), self.folder.clone());
        let sent = tokio::task::spawn_blocking(move || post(&books, &folder, letter)).await;
        let answer = match sent {
            Ok(Ok(())) => Answer::Done(()),
            Ok(Err(error)) => Answer::Unknown(format!("the outbox: {error}")),
            Err(error) => Answer::Unknown(format!("the outbox stopped in the middle: {error}")),
        };
        deliver(how, answer).await
    }
}

fn composed(letter: &Letter) -> OutboxLetter {
    let Words { subject, text } = words(letter);
    OutboxLetter {
        id: letter.id.clone(),
        kind: letter.kind,
        to: letter.to.clone(),
        from: letter.from.clone(),
        subject,
        text,
        at: letter.order.updated_at,
        file: file_name(&letter.id),
    }
}

/// Writes a letter once, while nobody else writes: first its file, then its line in the list. A crash in between
/// leaves a file without a line, and the next try with the same id adds the line.
fn post(books: &Books<List>, folder: &Path, letter: OutboxLetter) -> io::Result<()> {
    books.write(|list| {
        if list.ids.contains(&letter.id) {
            return (Vec::new(), Ok(()));
        }
        match write_once(folder, &letter) {
            Ok(()) => (vec![letter], Ok(())),
            Err(error) => (Vec::new(), Err(error)),
        }
    })?
}

/// Writes the whole file aside and gives it its name at the end: a letter is there whole or not at all.
fn write_once(folder: &Path, letter: &OutboxLetter) -> io::Result<()> {
    let named = folder.join(&letter.file);
    if named.try_exists()? {
        return Ok(());
    }
    // Nobody else writes: the books are locked while this runs.
    let aside = folder.join(format!("{}.part", letter.file));
    let mut file = File::create(&aside)?;
    file.write_all(&message(letter)?)?;
    file.sync_all()?;
    fs::rename(&aside, &named)?;
    sync_folder(folder)
}

/// The letter as RFC 5322 has it.
fn message(letter: &OutboxLetter) -> io::Result<Vec<u8>> {
    let domain = letter.from.rsplit('@').next().unwrap_or_default();
    let id = letter.file.trim_end_matches(EXTENSION);
    MessageBuilder::new()
        .message_id(format!("{id}@{domain}"))
        // Without one the builder would take the machine's time, and the same letter would not be the same file.
        .date(letter.at.as_second())
        .from(letter.from.as_str())
        .to(letter.to.as_str())
        .subject(letter.subject.as_str())
        .text_body(letter.text.as_str())
        .write_to_vec()
}

/// What a letter's file ends in.
const EXTENSION: &str = ".eml";

/// The longest id that is a file's name as it stands, in characters.
const MAX_NAME: usize = 120;

/// The id where it can be a file's name everywhere, else a hash of it: part of an id may come from a caller.
fn file_name(id: &MailId) -> String {
    let id = id.as_str();
    // Capitals are hashed too: some disks do not tell them from small letters.
    let is_plain =
        |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"_-".contains(&byte);
    let name = if !id.is_empty() && id.len() <= MAX_NAME && id.bytes().all(is_plain) {
        id.to_owned()
    } else {
        format!("{}{}", MailId::PREFIX, blake3::hash(id.as_bytes()).to_hex())
    };
    format!("{name}{EXTENSION}")
}

/// Whether a mail server could take it: something, an at sign, something, and nothing that would break a header.
fn is_address(text: &str) -> bool {
    let is_plain = |letter: char| {
        !letter.is_whitespace() && !letter.is_control() && !"<>(),;:\\\"[]".contains(letter)
    };
    let halves = text.rsplit_once('@');
    halves.is_some_and(|(local, domain)| {
        !local.is_empty() && !domain.is_empty() && !local.contains('@')
    }) && text.chars().all(is_plain)
}
