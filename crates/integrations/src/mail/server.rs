//! Which mail server, as the settings say it: `smtps://user@host:465`, `smtp://host:587?tls=required`.

use std::fmt;
use std::net::IpAddr;

use url::{Host, Url};

/// Where the mail server is, and how it is spoken to.
#[derive(Clone, PartialEq, Eq)]
pub struct MailServer {
    pub(super) host: String,
    pub(super) port: u16,
    pub(super) tls: Tls,
    pub(super) login: Option<Login>,
}

/// Who the desk is there.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Login {
    pub user: String,
    pub password: String,
}

/// How what is said is kept from others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tls {
    /// From the first byte on.
    Implicit,
    /// By STARTTLS; a server that does not offer it gets nothing.
    Required,
    /// Not at all.
    Absent,
}

/// Why the settings name no mail server.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MailServerError {
    /// It cannot be read.
    #[error("it has to read smtps://user@host:465 or smtp://user@host:587")]
    NotAnAddress,
    /// The password stands where it would be shown.
    #[error("the password does not belong into it: set smtp_password instead")]
    PasswordInside,
    /// There is a user without a password, or the other way round.
    #[error("a user in it and smtp_password belong together: set both or neither")]
    HalfLogin,
    /// Something behind the question mark is not known.
    #[error(
        "behind its question mark only tls=required or tls=none can stand, and only for smtp://"
    )]
    UnknownOption,
    /// Anybody on the way could read the password.
    #[error("without TLS the password could be read on the way: use tls=required, or no user")]
    PasswordInClear,
}

impl MailServer {
    /// The server of an address, with the password that belongs to the user in it.
    ///
    /// # Errors
    /// The address cannot be used, and what it has to be.
    pub fn of(address: &str, password: &str) -> Result<Self, MailServerError> {
        let url = Url::parse(address).map_err(|_| MailServerError::NotAnAddress)?;
        if url.password().is_some() {
            return Err(MailServerError::PasswordInside);
        }
        let host = url
            .host_str()
            .filter(|host| !host.is_empty() && matches!(url.path(), "" | "/"))
            .ok_or(MailServerError::NotAnAddress)?;
        let host = host.trim_start_matches('[').trim_end_matches(']');
        let is_local = is_local(host);
        let (tls, port) = match (url.scheme(), url.query()) {
            ("smtps", None) => (Tls::Implicit, 465),
            ("smtp", None) if is_local => (Tls::Absent, 587),
            ("smtp", None | Some("tls=required")) => (Tls::Required, 587),
            ("smtp", Some("tls=none")) => (Tls::Absent, 587),
            ("smtp" | "smtps", Some(_)) => return Err(MailServerError::UnknownOption),
            _ => return Err(MailServerError::NotAnAddress),
        };
        let user = unescaped(url.username()).ok_or(MailServerError::NotAnAddress)?;
        let login = match (user.is_empty(), password.is_empty()) {
            (true, true) => None,
            (false, false) => Some(Login {
                user,
                password: password.to_owned(),
            }),
            _ => return Err(MailServerError::HalfLogin),
        };
        if login.is_some() && tls == Tls::Absent && !is_local {
            return Err(MailServerError::PasswordInClear);
        }
        Ok(Self {
            host: host.to_owned(),
            port: url.port().unwrap_or(port),
            tls,
            login,
        })
    }
}

/// Whether what is said to it stays on this machine.
fn is_local(host: &str) -> bool {
    match Host::parse(host) {
        Ok(Host::Domain(name)) => name == "localhost",
        Ok(Host::Ipv4(address)) => address.is_loopback(),
        Ok(Host::Ipv6(address)) => address.is_loopback(),
        Err(_) => host
            .parse::<IpAddr>()
            .is_ok_and(|address| address.is_loopback()),
    }
}

/// A text of an address without its escapes.
fn unescaped(text: &str) -> Option<String> {
    let text = percent_encoding::percent_decode_str(text).decode_utf8();
    text.ok().map(std::borrow::Cow::into_owned)
}

/// Where it is, for people and logs: without the user and the password.
impl fmt::Display for MailServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.host, self.port)
    }
}

impl fmt::Debug for MailServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "MailServer({self}, {:?})", self.tls)
    }
}
