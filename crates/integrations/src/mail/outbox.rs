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
use domain::ids::{MailId, OrderId};
use engine::account_mail::Kind;
use engine::permit::Scope;
use engine::ports::{Answer, Letter, Mail};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::message::{message, plain_id, wrong_address};
use crate::books::{Books, Kept, sync_folder};
use crate::script::{Call, Misbehaviour, Script, deliver, no_answer};

/// A letter in the outbox; books of older versions say less of one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OutboxLetter {
    /// Its id.
    pub id: MailId,
    /// Whose it is.
    #[serde(default)]
    pub scope: Option<Scope>,
    /// What it is about.
    pub kind: Kind,
    /// The order it is about.
    #[serde(default)]
    pub order_id: Option<OrderId>,
    /// To whom.
    pub to: String,
    /// From which address.
    pub from: String,
    /// From whom.
    #[serde(default)]
    pub from_name: String,
    /// Where answers go; empty for where it comes from.
    #[serde(default)]
    pub reply_to: String,
    /// Its subject line.
    pub subject: String,
    /// What it says, for readers that show no HTML.
    pub text: String,
    /// What it says, as a whole document.
    #[serde(default)]
    pub html: String,
    /// When what it tells happened; its date.
    pub at: Timestamp,
    /// The name of its file in the outbox.
    pub file: String,
}

impl OutboxLetter {
    /// The letter as it was sent; nothing where it is not known whose it is.
    fn letter(&self) -> Option<Letter> {
        let listed = self.clone();
        Some(Letter {
            id: listed.id,
            scope: listed.scope?,
            kind: listed.kind,
            order_id: listed.order_id,
            to: listed.to,
            from: listed.from,
            from_name: listed.from_name,
            reply_to: listed.reply_to,
            at: listed.at,
            subject: listed.subject,
            text: listed.text,
            html: listed.html,
        })
    }
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
        if let Some(wrong) = wrong_address(letter) {
            return Answer::Refused(format!("\"{wrong}\" is not an e-mail address"));
        }
        let letter = letter.clone();
        let (books, folder) = (Arc::clone(&self.books), self.folder.clone());
        let sent = tokio::task::spawn_blocking(move || post(&books, &folder, &letter)).await;
        let answer = match sent {
            Ok(Ok(())) => Answer::Done(()),
            Ok(Err(error)) => Answer::Unknown(format!("the outbox: {error}")),
            Err(error) => Answer::Unknown(format!("the outbox stopped in the middle: {error}")),
        };
        deliver(how, answer).await
    }

    fn keeps(&self) -> bool {
        true
    }

    async fn kept(&self) -> io::Result<Option<Vec<Letter>>> {
        let books = Arc::clone(&self.books);
        let read = move || {
            books.read(|list| {
                let letters = list.letters.iter().filter_map(OutboxLetter::letter);
                letters.collect()
            })
        };
        let letters = tokio::task::spawn_blocking(read).await;
        letters.map_err(io::Error::other)?.map(Some)
    }
}

fn listed(letter: &Letter) -> OutboxLetter {
    OutboxLetter {
        id: letter.id.clone(),
        scope: Some(letter.scope.clone()),
        kind: letter.kind,
        order_id: letter.order_id.clone(),
        to: letter.to.clone(),
        from: letter.from.clone(),
        from_name: letter.from_name.clone(),
        reply_to: letter.reply_to.clone(),
        subject: letter.subject.clone(),
        text: letter.text.clone(),
        html: letter.html.clone(),
        at: letter.at,
        file: file_name(letter),
    }
}

/// Writes a letter once, while nobody else writes: first its file, then its line in the list. A crash in between
/// leaves a file without a line, and the next try with the same id adds the line.
fn post(books: &Books<List>, folder: &Path, letter: &Letter) -> io::Result<()> {
    books.write(|list| {
        if list.ids.contains(&letter.id) {
            return (Vec::new(), Ok(()));
        }
        match write_once(folder, letter) {
            Ok(()) => (vec![listed(letter)], Ok(())),
            Err(error) => (Vec::new(), Err(error)),
        }
    })?
}

/// Writes the whole file aside and gives it its name at the end: a letter is there whole or not at all.
fn write_once(folder: &Path, letter: &Letter) -> io::Result<()> {
    let file = file_name(letter);
    let named = folder.join(&file);
    if named.try_exists()? {
        return Ok(());
    }
    // Nobody else writes: the books are locked while this runs.
    let aside = folder.join(format!("{file}.part"));
    let mut writer = File::create(&aside)?;
    writer.write_all(&message(letter)?)?;
    writer.sync_all()?;
    fs::rename(&aside, &named)?;
    sync_folder(folder)
}

/// The name of a letter's file.
fn file_name(letter: &Letter) -> String {
    format!("{}.eml", plain_id(&letter.id))
}
