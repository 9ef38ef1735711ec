//! A desk that serves in the background, for as long as the test holds it.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use super::Desk;

/// How long anything a test waits for may take.
pub const LIMIT: Duration = Duration::from_secs(120);

/// A process that serves a desk; killed where the test ends early.
pub struct Server {
    child: Child,
    /// Host and port.
    pub address: String,
    /// What it said since it was open. It is read to its end: a process that cannot say what it has to say waits.
    said: Arc<Mutex<String>>,
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may be gone already, which is what is wanted.
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

impl Server {
    /// Asks it to stop and tells its exit code.
    pub fn stop(mut self) -> Option<i32> {
        let say = format!("kill -TERM {}", self.child.id());
        assert!(
            Command::new("sh")
                .args(["-c", &say])
                .status()
                .unwrap()
                .success()
        );
        self.child.wait().unwrap().code()
    }

    /// Ends it in the middle of whatever it does.
    pub fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// What it said since it was open.
    #[allow(
        dead_code,
        reason = "one of the test programs that share this looks at it"
    )]
    pub fn log(&self) -> String {
        self.said.lock().unwrap().clone()
    }

    /// Status line and body of a page.
    pub fn get(&self, path: &str) -> (String, String) {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        stream.set_read_timeout(Some(LIMIT)).unwrap();
        write!(stream, "GET {path} HTTP/1.0\r\n\r\n").unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        (head.lines().next().unwrap().to_owned(), body.to_owned())
    }
}

/// The body of a page of any server; nothing where it does not answer well.
pub fn try_get(address: &str, path: &str) -> Option<String> {
    let mut stream = TcpStream::connect(address).ok()?;
    stream.set_read_timeout(Some(LIMIT)).ok()?;
    write!(stream, "GET {path} HTTP/1.0\r\nhost: {address}\r\n\r\n").ok()?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).ok()?;
    let (head, body) = answer.split_once("\r\n\r\n")?;
    head.lines()
        .next()?
        .contains(" 200")
        .then(|| body.to_owned())
}

impl Desk {
    /// Serves the desk on a free port; answers when it is open.
    pub fn serve(&self) -> Server {
        self.serve_with(&[])
    }

    /// Serves the desk with settings from the environment.
    pub fn serve_with(&self, settings: &[(&str, &str)]) -> Server {
        let mut command = self.command("serve", &["--listen", "127.0.0.1:0"]);
        command.envs(settings.iter().copied());
        let mut child = command
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let output: Box<dyn std::io::Read + Send> = Box::new(child.stderr.take().unwrap());
        opened(child, output, "address=", "the desk is open")
    }

    /// Makes or finds the demo and serves it on a free port; answers when it is open.
    pub fn demo(&self, arguments: &[&str]) -> Server {
        let mut child = self.begin_demo(arguments);
        let output: Box<dyn std::io::Read + Send> = Box::new(child.stdout.take().unwrap());
        opened(child, output, "http://", "Bordereau is open at")
    }

    /// The demo as a process that may still be making its orders.
    pub fn begin_demo(&self, arguments: &[&str]) -> Child {
        let arguments = [&["--listen", "127.0.0.1:0"], arguments].concat();
        let mut command = self.command("demo", &arguments);
        command
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap()
    }

    /// Waits until a number in the database is what it should become. Asking is the pause between two questions.
    pub fn wait_for(&self, statement: &str, is_there: impl Fn(i64) -> bool) {
        let begun = Instant::now();
        while !self.try_number(statement).is_ok_and(&is_there) {
            assert!(begun.elapsed() < LIMIT, "in vain: {statement}");
        }
    }
}

/// Reads what a server says until it names its address.
fn opened(
    child: Child,
    output: Box<dyn std::io::Read + Send>,
    before: &str,
    sentence: &str,
) -> Server {
    let mut server = Server {
        child,
        address: String::new(),
        said: Arc::default(),
    };
    let mut lines = BufReader::new(output).lines().map_while(Result::ok);
    let mut before_it_was_open = String::new();
    for line in &mut lines {
        if line.contains(sentence) {
            let (_, address) = line.split_once(before).expect("the line names the address");
            server.address = address.trim().to_owned();
            let said = server.said.clone();
            std::thread::spawn(move || {
                lines.for_each(|line| said.lock().unwrap().push_str(&format!("{line}\n")));
            });
            return server;
        }
        before_it_was_open.push_str(&format!("{line}\n"));
    }
    panic!("it ended before it was open: {before_it_was_open}");
}
