//! A letter as RFC 5322 has it: plain text and HTML as alternatives, for the outbox and for a mail server alike.

use std::io;

use domain::ids::MailId;
use engine::ports::Letter;
use mail_builder::MessageBuilder;

/// The whole message.
pub(crate) fn message(letter: &Letter) -> io::Result<Vec<u8>> {
    let domain = letter.from.rsplit('@').next().unwrap_or_default();
    let builder = MessageBuilder::new()
        .message_id(format!("{}@{domain}", plain_id(&letter.id)))
        // Without one the builder would take the machine's time, and a repetition would look like another letter.
        .date(letter.at.as_second())
        .from((letter.from_name.as_str(), letter.from.as_str()))
        .to(letter.to.as_str())
        .subject(letter.subject.as_str())
        .text_body(letter.text.as_str())
        .html_body(letter.html.as_str());
    let builder = match letter.reply_to.as_str() {
        "" => builder,
        address => builder.reply_to(address),
    };
    builder.write_to_vec()
}

/// The first of a letter's addresses that no mail server could take.
pub(crate) fn wrong_address(letter: &Letter) -> Option<&str> {
    let reply_to = Some(letter.reply_to.as_str()).filter(|address| !address.is_empty());
    let all = [letter.to.as_str(), letter.from.as_str()];
    all.into_iter()
        .chain(reply_to)
        .find(|address| !is_address(address))
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

/// The longest id that is a file's name as it stands, in characters.
const MAX_NAME: usize = 120;

/// The id where it can be a file's name and part of a Message-ID everywhere, else a hash of it: part of an id may come
/// from a caller.
pub(crate) fn plain_id(id: &MailId) -> String {
    let id = id.as_str();
    // Capitals are hashed too: some disks do not tell them from small letters.
    let is_plain =
        |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"_-".contains(&byte);
    if !id.is_empty() && id.len() <= MAX_NAME && id.bytes().all(is_plain) {
        id.to_owned()
    } else {
        format!("{}{}", MailId::PREFIX, blake3::hash(id.as_bytes()).to_hex())
    }
}
