//! What people type: not empty where it is needed, not endless, and nothing that a database cannot hold.

use crate::refusal::{Problem, Refusal};

/// Refuses empty and overlong text; returns it trimmed.
///
/// # Errors
/// [`Refusal::Invalid`] naming `field`.
pub fn required_text(text: &str, field: &str, max: usize) -> Result<String, Refusal> {
    let text = optional_text(text, field, max)?;
    if text.is_empty() {
        return Err(Refusal::invalid(field, Problem::Missing));
    }
    Ok(text)
}

/// Refuses overlong text; returns it trimmed.
///
/// # Errors
/// [`Refusal::Invalid`] naming `field`.
pub fn optional_text(text: &str, field: &str, max: usize) -> Result<String, Refusal> {
    let text = text.trim();
    if text.chars().count() > max {
        return Err(Refusal::invalid(field, Problem::TooLong { max }));
    }
    check_no_nul(text, field)?;
    Ok(text.to_owned())
}

/// Refuses the one character that PostgreSQL's text cannot hold.
///
/// # Errors
/// [`Refusal::Invalid`] naming `field`.
pub(crate) fn check_no_nul(text: &str, field: &str) -> Result<(), Refusal> {
    if text.contains('\0') {
        let expected = "text without NUL characters".to_owned();
        let given = text.replace('\0', "\u{fffd}");
        return Err(Refusal::invalid(
            field,
            Problem::Malformed { given, expected },
        ));
    }
    Ok(())
}
