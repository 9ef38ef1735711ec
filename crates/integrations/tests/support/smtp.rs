//! A mail server that does what it is told at each connection, and keeps what it was told.

use std::collections::VecDeque;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

/// A point of the conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    Greeting,
    SignIn,
    From,
    To,
    Data,
    /// The letter has been read whole.
    Letter,
}

/// What the server does instead of what is expected of it.
#[derive(Clone, Copy, Debug)]
pub enum Act {
    /// Answers this.
    Say(&'static str),
    /// Answers this and closes the connection.
    Leave(&'static str),
    /// Closes the connection.
    Cut,
    /// Never answers, and keeps the connection.
    Hold,
}

/// What goes otherwise on a connection; nothing where all goes well.
type Turn = Option<(Step, Act)>;

/// One server, for as long as the test holds it.
#[derive(Clone)]
pub struct Scripted {
    pub port: u16,
    turns: Arc<Mutex<VecDeque<Turn>>>,
    lines: Arc<Mutex<Vec<String>>>,
    letters: Arc<Mutex<Vec<String>>>,
    connections: Arc<Mutex<usize>>,
}

impl Scripted {
    /// A server whose first connections go this way, and all others well.
    pub fn start(turns: &[Turn]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let server = Self {
            port: listener.local_addr().unwrap().port(),
            turns: Arc::new(Mutex::new(turns.iter().copied().collect())),
            lines: Arc::default(),
            letters: Arc::default(),
            connections: Arc::default(),
        };
        let listening = server.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let talking = listening.clone();
                // Whoever goes away in the middle ends the conversation.
                std::thread::spawn(move || talking.talk(&stream.unwrap()).ok());
            }
        });
        server
    }

    pub fn address(&self) -> String {
        format!("smtp://127.0.0.1:{}", self.port)
    }

    /// Every letter that was read whole, as it came.
    pub fn letters(&self) -> Vec<String> {
        self.letters.lock().unwrap().clone()
    }

    /// Every command, in order.
    pub fn lines(&self) -> Vec<String> {
        self.lines.lock().unwrap().clone()
    }

    pub fn connections(&self) -> usize {
        *self.connections.lock().unwrap()
    }

    fn talk(&self, stream: &TcpStream) -> std::io::Result<()> {
        *self.connections.lock().unwrap() += 1;
        let turn = self.turns.lock().unwrap().pop_front().flatten();
        let mut reader = BufReader::new(stream);
        let say = |step: Step, usual: &str| -> std::io::Result<bool> {
            let mut stream = stream;
            match turn.filter(|(at, _)| *at == step) {
                Some((_, Act::Cut)) => {
                    stream.shutdown(std::net::Shutdown::Both)?;
                    Ok(false)
                }
                Some((_, Act::Leave(words))) => {
                    write!(stream, "{words}\r\n")?;
                    Ok(false)
                }
                Some((_, Act::Hold)) => {
                    stream.read_to_end(&mut Vec::new())?;
                    Ok(false)
                }
                Some((_, Act::Say(words))) => write!(stream, "{words}\r\n").map(|()| true),
                None => write!(stream, "{usual}\r\n").map(|()| true),
            }
        };
        let mut goes_on = say(Step::Greeting, "220 ready")?;
        while goes_on {
            let mut line = String::new();
            if reader.read_line(&mut line)? == 0 {
                return Ok(());
            }
            let line = line.trim_end().to_owned();
            self.lines.lock().unwrap().push(line.clone());
            let word = line.split([' ', ':']).next().unwrap_or_default();
            goes_on = match word {
                "EHLO" => {
                    let mut stream = stream;
                    write!(stream, "250-scripted\r\n250 AUTH PLAIN LOGIN CRAM-MD5\r\n")
                        .map(|()| true)?
                }
                "AUTH" => say(Step::SignIn, "235 welcome")?,
                "MAIL" => say(Step::From, "250 fine")?,
                "RCPT" => say(Step::To, "250 fine")?,
                "DATA" => say(Step::Data, "354 go on")?,
                "QUIT" => return Ok(()),
                _ => say(Step::Greeting, "500 what?")?,
            };
            let is_refused =
                |(at, act): (Step, Act)| at == Step::Data && matches!(act, Act::Say(_));
            if word == "DATA" && goes_on && !turn.is_some_and(is_refused) {
                let letter = read_letter(&mut reader)?;
                self.letters.lock().unwrap().push(letter);
                goes_on = say(Step::Letter, "250 queued as 1")?;
            }
        }
        Ok(())
    }
}

/// Until the line with nothing but a dot.
fn read_letter(reader: &mut BufReader<&TcpStream>) -> std::io::Result<String> {
    let mut letter = String::new();
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line)? == 0 {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
        if line == ".\r\n" {
            return Ok(letter);
        }
        letter.push_str(line.strip_prefix('.').unwrap_or(&line));
    }
}
