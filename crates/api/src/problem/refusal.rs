//! What a refusal of the service itself becomes: tokens, scopes, grants, keys, versions, storage.

use super::{Code, Problem};
use crate::{
    auth::{Scope, ScopeSet, TokenFault},
    words::Words,
};
use actix_web::http::header::{HeaderValue, RETRY_AFTER, WWW_AUTHENTICATE};
use app::{Failure, InTheFuture};
use domain::{Denied, Version};

/// How long a client waits before it tries again, in seconds.
const RETRY_SECONDS: HeaderValue = HeaderValue::from_static("1");

impl From<Failure> for Problem {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Rejected(rejection) => rejection.into(),
            Failure::Denied(Denied { needs }) => Self::new(Code::MissingPermission)
                .with("required_roles", serde_json::to_value(needs).unwrap_or_default()),
            Failure::KeyReused => Self::new(Code::IdempotencyKeyReused),
            Failure::Stale { expected, actual } => Self::stale(expected, actual),
            Failure::TooLarge(bytes) => too_large(bytes),
            Failure::Unavailable => {
                Self::new(Code::StorageUnavailable).with_header(RETRY_AFTER, RETRY_SECONDS)
            }
            Failure::VaultClosed => Self::new(Code::VaultClosed),
            Failure::ReadOnly => Self::new(Code::ReadOnly).with_header(RETRY_AFTER, RETRY_SECONDS),
        }
    }
}

impl From<InTheFuture> for Problem {
    fn from(InTheFuture { head }: InTheFuture) -> Self {
        Self::new(Code::AsOfOutOfRange).with("last_event_position", head.0)
    }
}

/// A log that cannot be read. What failed is the operator's to know, not the client's.
impl From<app::LogError> for Problem {
    fn from(error: app::LogError) -> Self {
        tracing::error!(%error, "the log could not be read");
        Self::new(Code::StorageUnavailable).with_header(RETRY_AFTER, RETRY_SECONDS)
    }
}

/// An answer that could not be written down.
impl From<std::io::Error> for Problem {
    fn from(error: std::io::Error) -> Self {
        tracing::error!(%error, "an answer could not be written");
        Self::new(Code::InternalServerError)
    }
}

impl From<TokenFault> for Problem {
    fn from(fault: TokenFault) -> Self {
        let refused = |code, fault: TokenFault| {
            let said = Words::new(
                format!("{} ({fault})", Code::cause(code).vi),
                format!("{} ({fault})", Code::cause(code).en),
            );
            Self::new(code).say(said).with("reason", fault.code()).with_header(
                WWW_AUTHENTICATE,
                HeaderValue::from_static("Bearer realm=\"thidua\", error=\"invalid_token\""),
            )
        };
        match fault {
            TokenFault::Expired => refused(Code::ExpiredAccessToken, fault),
            TokenFault::KeysUnavailable => {
                Self::new(Code::TokenKeysUnavailable).with_header(RETRY_AFTER, RETRY_SECONDS)
            }
            TokenFault::AlgorithmNotAllowed
            | TokenFault::ForgedSignature
            | TokenFault::HeaderNotAllowed(_)
            | TokenFault::InvalidClaim(_)
            | TokenFault::IssuedInTheFuture
            | TokenFault::Malformed
            | TokenFault::MissingClaim(_)
            | TokenFault::NotYetValid
            | TokenFault::Revoked
            | TokenFault::TooLongLived
            | TokenFault::TooLarge
            | TokenFault::UnknownIssuer
            | TokenFault::UnknownKey
            | TokenFault::WrongAudience
            | TokenFault::WrongType => refused(Code::InvalidAccessToken, fault),
        }
    }
}

/// A fact that would be larger than an envelope may be.
fn too_large(bytes: usize) -> Problem {
    let most = domain::envelope::MAX_ENVELOPE_BYTES;
    Problem::new(Code::PayloadTooLarge).with("max_bytes", most).with("bytes", bytes).say(Words::new(
        format!("Sự kiện sẽ dài {bytes} byte, quá giới hạn {most}. Gửi tài liệu riêng và chỉ nêu mã băm."),
        format!(
            "The fact would take {bytes} bytes, more than {most}. Keep documents apart and give their hash."
        ),
    ))
}

impl Problem {
    /// No token where one is needed.
    pub fn no_token() -> Self {
        let challenge = HeaderValue::from_static("Bearer realm=\"thidua\"");
        Self::new(Code::NoAccessToken).with_header(WWW_AUTHENTICATE, challenge)
    }

    /// A token without the scopes that the operation needs (RFC 6750 §3.1).
    pub fn missing_scope(required: ScopeSet) -> Self {
        let scopes: Vec<_> = required.iter().map(Scope::as_str).collect();
        let challenge =
            format!("Bearer realm=\"thidua\", error=\"insufficient_scope\", scope=\"{required}\"");
        let problem = Self::new(Code::MissingScope).with("required_scopes", scopes);
        match HeaderValue::try_from(challenge) {
            Ok(challenge) => problem.with_header(WWW_AUTHENTICATE, challenge),
            Err(_) => problem,
        }
    }

    /// The thing has moved on since the client looked.
    fn stale(expected: Version, actual: Version) -> Self {
        let detail = Words::new(
            format!("If-Match nêu phiên bản {expected}, phiên bản hiện tại là {actual}."),
            format!("If-Match names version {expected}, the present one is {actual}."),
        );
        Self::new(Code::PreconditionFailed).say(detail).with("current_etag", format!("\"{actual}\""))
    }

    /// The body is larger than `most` bytes.
    pub fn body_too_large(most: usize) -> Self {
        Self::new(Code::PayloadTooLarge).with("max_bytes", most)
    }

    /// The server has not yet read as far as the client asks.
    pub fn behind(head: domain::Position) -> Self {
        Self::new(Code::ProjectionBehind)
            .with("event_position", head.0)
            .with_header(RETRY_AFTER, RETRY_SECONDS)
    }

    /// Nobody has signed that much of the log yet.
    pub fn not_yet_signed() -> Self {
        Self::new(Code::NotYetSigned).with_header(RETRY_AFTER, RETRY_SECONDS)
    }
}
