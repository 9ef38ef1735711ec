//! The books of the sandbox: one append-only file of JSON lines a kind, written and synced before anything is answered.
//!
//! What a process was killed over while writing was never answered, so a last line without its end is dropped. Every
//! other line that cannot be read is an error: the sandbox never forgets what it said. Several processes may share a
//! file; each takes its lock, reads what the others wrote, decides, and writes.

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use engine::ports::Answer;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::script::{Misbehaviour, deliver};

/// What is kept in books: a state that its entries, in order, make.
pub(crate) trait Kept: Default + Send + 'static {
    /// One line.
    type Entry: Serialize + DeserializeOwned + Send;

    /// Takes in what was written down.
    fn apply(&mut self, entry: Self::Entry);
}

/// What a call comes to: what is written down, how the answer goes astray, and the answer.
pub(crate) struct Decided<E, T> {
    pub entries: Vec<E>,
    pub how: Option<Misbehaviour>,
    pub answer: Answer<T>,
}

impl<E, T> Decided<E, T> {
    /// Nothing is written down.
    pub(crate) fn unchanged(how: Option<Misbehaviour>, answer: Answer<T>) -> Self {
        Self {
            entries: Vec::new(),
            how,
            answer,
        }
    }
}

/// Books that are open.
pub(crate) struct Books<K> {
    path: PathBuf,
    open: Mutex<Open<K>>,
}

struct Open<K> {
    file: File,
    /// How much of the file is in `kept`; a whole number of lines.
    read_bytes: u64,
    kept: K,
}

impl<K: Kept> Books<K> {
    /// Opens the books and reads them through, making the file where there is none.
    pub(crate) fn open(path: &Path) -> io::Result<Arc<Self>> {
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(false);
        let file = options.open(path).map_err(|error| about(path, &error))?;
        if let Some(folder) = path.parent() {
            // A file whose name is not on the disk is lost with all that was synced into it.
            sync_folder(folder)?;
        }
        let open = Mutex::new(Open {
            file,
            read_bytes: 0,
            kept: K::default(),
        });
        let path = path.to_owned();
        let books = Arc::new(Self { path, open });
        books.read(|_| ())?;
        Ok(books)
    }

    /// Looks something up.
    pub(crate) fn read<T>(&self, look: impl FnOnce(&K) -> T) -> io::Result<T> {
        self.write(|kept| (Vec::new(), look(kept)))
    }

    /// Decides on what is there, and writes down what was decided before it is told.
    pub(crate) fn write<T>(&self, decide: impl FnOnce(&K) -> (Vec<K::Entry>, T)) -> io::Result<T> {
        let mut open = self
            .open
            .lock()
            .map_err(|_| io::Error::other("the books were left in the middle of a change"))?;
        open.file.lock()?;
        let done = open.decide(decide);
        open.file.unlock()?;
        done.map_err(|error| about(&self.path, &error))
    }

    /// Answers a call: decided on the books, aside from async work since the disk is waited for.
    pub(crate) async fn answer<T: Send + 'static>(
        self: &Arc<Self>,
        decide: impl FnOnce(&K) -> Decided<K::Entry, T> + Send + 'static,
    ) -> Answer<T> {
        let books = Arc::clone(self);
        let work = move || {
            books.write(|kept| {
                let decided = decide(kept);
                (decided.entries, (decided.how, decided.answer))
            })
        };
        match tokio::task::spawn_blocking(work).await {
            Ok(Ok((how, answer))) => deliver(how, answer).await,
            // It may stand in the books all the same: the same key finds out.
            Ok(Err(error)) => {
                Answer::Unknown(format!("the sandbox could not keep its books: {error}"))
            }
            Err(error) => Answer::Unknown(format!("the sandbox stopped in the middle: {error}")),
        }
    }
}

impl<K: Kept> Open<K> {
    fn decide<T>(&mut self, decide: impl FnOnce(&K) -> (Vec<K::Entry>, T)) -> io::Result<T> {
        self.catch_up()?;
        let (entries, told) = decide(&self.kept);
        self.append(entries)?;
        Ok(told)
    }

    /// Takes in what was written since, by this process or another, and drops a line that was not finished.
    fn catch_up(&mut self) -> io::Result<()> {
        let length = self.file.metadata()?.len();
        if length == self.read_bytes {
            return Ok(());
        }
        if length < self.read_bytes {
            return Err(invalid(
                "it is shorter than it was: the sandbox cannot forget",
            ));
        }
        self.file.seek(SeekFrom::Start(self.read_bytes))?;
        let mut news = Vec::new();
        self.file.read_to_end(&mut news)?;
        for line in news.split_inclusive(|byte| *byte == b'\n') {
            if line.last() != Some(&b'\n') {
                self.file.set_len(self.read_bytes)?;
                break;
            }
            let entry = serde_json::from_slice(line).map_err(|error| {
                invalid(&format!("the line at byte {}: {error}", self.read_bytes))
            })?;
            self.kept.apply(entry);
            self.read_bytes += length_of(line);
        }
        Ok(())
    }

    fn append(&mut self, entries: Vec<K::Entry>) -> io::Result<()> {
        if entries.is_empty() {
            return Ok(());
        }
        let mut lines = Vec::new();
        for entry in &entries {
            serde_json::to_writer(&mut lines, entry)?;
            lines.push(b'\n');
        }
        self.file.seek(SeekFrom::Start(self.read_bytes))?;
        let written = self.file.write_all(&lines);
        if let Err(error) = written.and_then(|()| self.file.sync_data()) {
            // Half a line must not stand before the next one. Should this fail too, the next reader drops it.
            let _ = self.file.set_len(self.read_bytes);
            return Err(error);
        }
        self.read_bytes += length_of(&lines);
        for entry in entries {
            self.kept.apply(entry);
        }
        Ok(())
    }
}

/// Makes the names in a folder durable.
pub(crate) fn sync_folder(folder: &Path) -> io::Result<()> {
    // Elsewhere a folder cannot be opened as a file, and its names are kept by the system.
    if cfg!(unix) {
        File::open(folder)?.sync_all()?;
    }
    Ok(())
}

fn length_of(bytes: &[u8]) -> u64 {
    u64::try_from(bytes.len()).unwrap_or(u64::MAX)
}

fn invalid(why: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, why.to_owned())
}

fn about(path: &Path, error: &io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("{}: {error}", path.display()))
}
