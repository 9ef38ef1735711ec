//! E-mails by SMTP: one letter, one recipient, and an answer that says what is certain.
//!
//! Until the first byte of a letter is written, whatever goes wrong means that it was certainly not sent. From then on
//! only the server's answer counts: where none comes, nobody can tell, and the letter must not be repeated by itself,
//! since servers take the same Message-ID twice.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use engine::ports::{Answer, Letter, Mail};
use mail_send::smtp::message::Parameters;
use mail_send::{Credentials, Error, SmtpClient, SmtpClientBuilder};
use smtp_proto::{AUTH_LOGIN, AUTH_PLAIN, EXT_SMTP_UTF8, Response};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::timeout;
use tokio_rustls::TlsConnector;

use crate::sending::trusting;

use super::message::{message, wrong_address};
use super::server::{MailServer, Tls};

/// How long one step of the conversation may take.
const STEP: Duration = Duration::from_secs(10);

/// How long it may take until the server is ready for the letter: connecting, TLS, signing in, sender and recipient.
const PREPARING: Duration = Duration::from_secs(25);

/// How long the server may take over a letter that it has whole. With the rest it is less than a job may take.
const ANSWERING: Duration = Duration::from_secs(25);

/// How many connections are open at once: servers count them by who asks.
const MAX_CONNECTIONS: usize = 4;

/// How long a connection is kept for the next letter; servers wait longer than that.
const IDLE: Duration = Duration::from_secs(20);

/// A mail server.
pub struct Smtp {
    server: MailServer,
    builder: SmtpClientBuilder<String>,
    slots: Semaphore,
    idle: Mutex<Vec<(Instant, Connection)>>,
}

/// Either a plain connection or one with TLS.
trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Stream for T {}

struct Connection {
    client: SmtpClient<Box<dyn Stream>>,
    takes_utf8: bool,
}

impl Smtp {
    /// A client of this server; nothing is asked yet.
    pub fn new(server: MailServer) -> Self {
        let builder = SmtpClientBuilder::new_with_tls_connector(
            server.host.clone(),
            server.port,
            TlsConnector::from(Arc::new(trusting())),
        );
        let mut builder = builder
            .timeout(STEP)
            .implicit_tls(server.tls == Tls::Implicit)
            .say_ehlo(false);
        if server.host.contains(':') {
            builder.addr = format!("[{}]:{}", server.host, server.port);
        }
        if let Some(login) = &server.login {
            let credentials = Credentials::new(login.user.clone(), login.password.clone());
            builder = builder.credentials(credentials);
        }
        Self {
            server,
            builder,
            slots: Semaphore::new(MAX_CONNECTIONS),
            idle: Mutex::default(),
        }
    }

    /// Whether the server can be reached and takes us; nothing is sent.
    ///
    /// # Errors
    /// Why not, in words that name the server.
    pub async fn check(&self) -> Result<(), String> {
        match timeout(PREPARING, self.connect()).await {
            Ok(Ok(mut connection)) => {
                // It was reached, which is all that was asked.
                connection.client.cmd("QUIT\r\n").await.ok();
                Ok(())
            }
            Ok(Err(error)) => Err(self.said(&error)),
            Err(_) => Err(self.slow()),
        }
    }

    async fn connect(&self) -> Result<Connection, Error> {
        let mut client = match self.server.tls {
            Tls::Absent => boxed(self.builder.connect_plain().await?),
            Tls::Implicit | Tls::Required => boxed(self.builder.connect().await?),
        };
        let mut offered = client.ehlo(&self.builder.local_host).await?;
        if let Some(credentials) = &self.builder.credentials {
            offered.auth_mechanisms &= AUTH_PLAIN | AUTH_LOGIN;
            client.authenticate(credentials, &offered).await?;
        }
        Ok(Connection {
            client,
            takes_utf8: offered.has_capability(EXT_SMTP_UTF8),
        })
    }

    /// A connection on which the server waits for the letter, and the place it takes among those that are open.
    async fn ready(
        &self,
        letter: &Letter,
    ) -> Result<(Connection, SemaphorePermit<'_>), Answer<()>> {
        let stopped = |_| Answer::NotNow("the desk stops".to_owned());
        let slot = self.slots.acquire().await.map_err(stopped)?;
        if let Some(mut connection) = self.kept() {
            // The server may have closed it meanwhile. What it says against the letter it says again.
            if connection.begin(letter).await.is_ok() {
                return Ok((connection, slot));
            }
        }
        let connected = self.connect().await;
        let mut connection = connected.map_err(|error| Answer::NotNow(self.said(&error)))?;
        let begun = connection.begin(letter).await;
        begun.map_err(|error| self.judged(&error))?;
        Ok((connection, slot))
    }

    /// A connection that has not been idle for long.
    fn kept(&self) -> Option<Connection> {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        idle.retain(|(since, _)| since.elapsed() < IDLE);
        idle.pop().map(|(_, connection)| connection)
    }

    /// What an error before the letter means: a server that does not want us may want us once a person has mended it.
    fn judged(&self, error: &Error) -> Answer<()> {
        match error {
            Error::UnexpectedReply(reply) => self.answered(reply),
            _ => Answer::NotNow(self.said(error)),
        }
    }

    fn answered(&self, reply: &Response<String>) -> Answer<()> {
        let words = self.words(reply);
        match reply.code {
            200..=299 => Answer::Done(()),
            // It is about how we come, not about the letter: RFC 4954.
            530 | 534 | 535 | 538 => Answer::NotNow(words),
            500..=599 => Answer::Refused(words),
            _ => Answer::NotNow(words),
        }
    }

    fn said(&self, error: &Error) -> String {
        match error {
            Error::UnexpectedReply(reply) => self.words(reply),
            Error::AuthenticationFailed(reply) => {
                format!(
                    "{} does not accept the user or the password: {reply}",
                    self.server
                )
            }
            Error::UnsupportedAuthMechanism => {
                format!(
                    "{} offers no way to sign in that the desk knows",
                    self.server
                )
            }
            Error::MissingStartTls => {
                format!(
                    "{} offers no TLS (STARTTLS), and nothing is sent without",
                    self.server
                )
            }
            Error::UnparseableReply => {
                format!(
                    "{} closed the connection or does not speak SMTP",
                    self.server
                )
            }
            Error::Timeout => self.slow(),
            other => format!("{}: {other}", self.server),
        }
    }

    /// What the server answered, in one line.
    fn words(&self, reply: &Response<String>) -> String {
        let mut words = vec![format!("{}: {}", self.server, reply.code)];
        let [class, subject, detail] = reply.esc;
        if class > 0 {
            words.push(format!("{class}.{subject}.{detail}"));
        }
        words.extend(reply.message.split_whitespace().map(str::to_owned));
        words.join(" ")
    }

    fn slow(&self) -> String {
        format!("{} did not answer in time", self.server)
    }
}

impl Connection {
    /// Tells sender and recipient, until the server waits for the letter.
    async fn begin(&mut self, letter: &Letter) -> Result<(), Error> {
        let mut parameters = Parameters::new();
        if self.takes_utf8 && !(letter.to.is_ascii() && letter.from.is_ascii()) {
            parameters.add("SMTPUTF8");
        }
        let client = &mut self.client;
        client.mail_from(&letter.from, &parameters).await?;
        client.rcpt_to(&letter.to, &Parameters::new()).await?;
        match client.cmd("DATA\r\n").await? {
            reply if reply.code == 354 => Ok(()),
            reply => Err(Error::UnexpectedReply(reply)),
        }
    }

    /// Hands the letter over and tells what the server says.
    async fn hand_over(&mut self, message: &[u8]) -> Result<Response<String>, Error> {
        self.client.write_message(message).await?;
        self.client.read().await
    }
}

#[async_trait]
impl Mail for Smtp {
    async fn send(&self, letter: &Letter) -> Answer<()> {
        if let Some(wrong) = wrong_address(letter) {
            return Answer::Refused(format!("\"{wrong}\" is not an e-mail address"));
        }
        let message = match message(letter) {
            Ok(message) => message,
            Err(error) => return Answer::Refused(format!("the letter cannot be written: {error}")),
        };
        let (mut connection, _slot) = match timeout(PREPARING, self.ready(letter)).await {
            Ok(Ok(ready)) => ready,
            Ok(Err(answer)) => return answer,
            Err(_) => return Answer::NotNow(self.slow()),
        };
        match timeout(ANSWERING, connection.hand_over(&message)).await {
            Ok(Ok(reply)) => {
                let answer = self.answered(&reply);
                if answer == Answer::Done(()) {
                    let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
                    idle.push((Instant::now(), connection));
                }
                answer
            }
            Ok(Err(error)) => Answer::Unknown(self.said(&error)),
            Err(_) => Answer::Unknown(self.slow()),
        }
    }

    fn knows_repeats(&self, _letter: &Letter) -> bool {
        false
    }
}

/// Letters that really go out, but those about test orders: their shoppers may be made up, or copies of real ones.
pub struct Post {
    smtp: Smtp,
    outbox: Arc<dyn Mail>,
}

impl Post {
    /// Sends by `smtp`; what must not go out goes into `outbox`.
    pub fn new(smtp: Smtp, outbox: Arc<dyn Mail>) -> Self {
        Self { smtp, outbox }
    }

    fn way(&self, letter: &Letter) -> &dyn Mail {
        match letter.scope.mode {
            domain::order::Mode::Live => &self.smtp,
            domain::order::Mode::Test => &*self.outbox,
        }
    }
}

#[async_trait]
impl Mail for Post {
    async fn send(&self, letter: &Letter) -> Answer<()> {
        self.way(letter).send(letter).await
    }

    fn knows_repeats(&self, letter: &Letter) -> bool {
        self.way(letter).knows_repeats(letter)
    }

    /// Those of test orders, and those from before there was a mail server.
    async fn kept(&self) -> std::io::Result<Option<Vec<Letter>>> {
        self.outbox.kept().await
    }
}

fn boxed<T: Stream + 'static>(client: SmtpClient<T>) -> SmtpClient<Box<dyn Stream>> {
    SmtpClient {
        stream: Box::new(client.stream),
        timeout: client.timeout,
    }
}
