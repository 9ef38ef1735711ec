//! What went wrong, as the answer tells it: a message in plain English, and for programs the kind of error, its code,
//! the rule, the field, the remedy, whether asking again can help, and the request's id. What we must mend is told as
//! one sentence with that id, and logged once.

use async_graphql::{Error, ErrorExtensionValues, ServerError};
use domain::refusal::Refusal;
use engine::failure::Failure;
use engine::store::StoreError;

/// Kinds of errors, by the names that clients of the reference interface know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ErrorType {
    /// The request is not as it must be.
    BadRequest,
    /// Nobody is known by this key.
    Unauthenticated,
    /// The key may not do it.
    PermissionDenied,
    /// It is not there.
    NotFound,
    /// The state of the order does not allow it.
    FailedPrecondition,
    /// Not now.
    Unavailable,
    /// Ours to mend.
    Internal,
}

impl ErrorType {
    fn name(self) -> &'static str {
        match self {
            Self::BadRequest => "BAD_REQUEST",
            Self::Unauthenticated => "UNAUTHENTICATED",
            Self::PermissionDenied => "PERMISSION_DENIED",
            Self::NotFound => "NOT_FOUND",
            Self::FailedPrecondition => "FAILED_PRECONDITION",
            Self::Unavailable => "UNAVAILABLE",
            Self::Internal => "INTERNAL",
        }
    }
}

/// The library quotes the line that it cannot read, which may be the whole document; so many letters of it are told.
const MOST_TOLD: usize = 500;

/// What an error says besides its message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Said {
    pub kind: ErrorType,
    pub code: String,
    pub message: String,
    pub refusal: Option<Box<Refusal>>,
    /// The field that it is about, where no refusal of the rules names it.
    pub field: Option<&'static str>,
    pub can_retry: bool,
}

impl Said {
    /// An error of the request itself, before any rule was asked.
    pub fn new(kind: ErrorType, code: &str, message: impl Into<String>) -> Self {
        Self {
            kind,
            code: code.to_owned(),
            message: message.into(),
            refusal: None,
            field: None,
            can_retry: kind == ErrorType::Unavailable,
        }
    }

    pub fn refused(refusal: &Refusal) -> Self {
        Self {
            refusal: Some(Box::new(refusal.clone())),
            ..Self::new(kind_of(refusal), &refusal.code(), refusal.to_string())
        }
    }

    pub fn failed(failure: &Failure, request: &str) -> Self {
        match failure {
            Failure::Refused(refusal) => Self::refused(refusal),
            Failure::NotFound(_) => {
                Self::new(ErrorType::NotFound, "not_found", failure.to_string())
            }
            Failure::KeyReused => {
                Self::new(ErrorType::BadRequest, "key_reused", failure.to_string())
            }
            Failure::Busy(_) => Self::new(ErrorType::Unavailable, "busy", failure.to_string()),
            Failure::Store(error) => Self::broken(error, request),
        }
    }

    /// The one sentence about what is ours to mend. What it is stands in the log, under the request's id.
    pub fn broken(error: &dyn std::fmt::Display, request: &str) -> Self {
        tracing::error!(request, %error, "a request of the API failed");
        let message = format!("something went wrong here; tell whoever runs the desk: {request}");
        Self {
            can_retry: true,
            ..Self::new(ErrorType::Internal, "internal", message)
        }
    }

    /// As an entry of the answer's errors.
    pub fn into_error(self, request: &str) -> ServerError {
        let mut extensions = ErrorExtensionValues::default();
        extensions.set("errorType", self.kind.name());
        extensions.set("code", self.code);
        if let Some(refusal) = &self.refusal {
            extensions.set("rule", refusal.rule());
            extensions.set("remedy", remedy(refusal));
            if let Some(field) = refusal.field() {
                extensions.set("field", in_camel_case(field));
            }
        }
        if let Some(field) = self.field {
            extensions.set("field", in_camel_case(field));
        }
        extensions.set("canRetry", self.can_retry);
        extensions.set("requestId", request);
        let mut error = ServerError::new(self.message, None);
        error.extensions = Some(extensions);
        error
    }
}

/// Which kind of error a refusal is.
fn kind_of(refusal: &Refusal) -> ErrorType {
    match refusal {
        Refusal::Invalid { .. } => ErrorType::BadRequest,
        Refusal::NotPermitted { .. } | Refusal::OperatorSupportOnly => ErrorType::PermissionDenied,
        Refusal::NoteNotFound { .. }
        | Refusal::RefundNotFound { .. }
        | Refusal::ItemNotFound { .. }
        | Refusal::ShipmentNotFound { .. }
        | Refusal::LabelNotFound { .. }
        | Refusal::PlaceNotFound { .. } => ErrorType::NotFound,
        _ => ErrorType::FailedPrecondition,
    }
}

/// What to do instead, as a stable name.
pub(super) fn remedy(refusal: &Refusal) -> String {
    match serde_json::to_value(refusal.instead()) {
        Ok(serde_json::Value::String(name)) => name.to_uppercase(),
        _ => String::new(),
    }
}

/// A field of ours as the interface writes it: `ship_to.postal_code` is `shipTo.postalCode`.
pub(super) fn in_camel_case(field: &str) -> String {
    let mut words = field.split('_');
    let first = words.next().unwrap_or_default().to_owned();
    words.fold(first, |mut text, word| {
        let mut letters = word.chars();
        text.extend(letters.next().map(|letter| letter.to_ascii_uppercase()));
        text.push_str(letters.as_str());
        text
    })
}

/// Tells an error of the library or of a use case in our way; where it is in the document, and in the answer, stays.
pub(super) fn tell(error: &ServerError, request: &str) -> ServerError {
    let said = if let Some(failure) = error.source::<Failure>() {
        Said::failed(failure, request)
    } else if let Some(refusal) = error.source::<Refusal>() {
        Said::refused(refusal)
    } else if let Some(said) = error.source::<Said>() {
        said.clone()
    } else if let Some(broken) = error.source::<StoreError>() {
        Said::broken(broken, request)
    } else if error.source.is_some() {
        Said::broken(error, request)
    } else {
        // Only the library speaks without a source, about the document and its arguments.
        let told: String = error.message.chars().take(MOST_TOLD).collect();
        Said::new(ErrorType::BadRequest, "invalid_document", told)
    };
    ServerError {
        locations: error.locations.clone(),
        path: error.path.clone(),
        ..said.into_error(request)
    }
}

impl std::fmt::Display for Said {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.message)
    }
}

/// That something named by this identifier is not there: another organization's and another mode's are not there either.
pub(super) fn not_found(what: &str, id: &str) -> Error {
    let message = format!("{what} {id} is not known here");
    Said::new(ErrorType::NotFound, "not_found", message).into()
}
