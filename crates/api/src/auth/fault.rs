//! Every reason for not accepting a token.

/// Why a token is not accepted. The texts are for logs: a caller answers `401` (or `503` for
/// [`TokenFault::KeysUnavailable`]) with [`TokenFault::code`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TokenFault {
    /// The signature's algorithm is not allowed: not on the issuer's list, not the key's own, `none`, or a shared secret.
    #[error("the token is signed with an algorithm that is not allowed")]
    AlgorithmNotAllowed,
    /// `exp` has come.
    #[error("the token has expired")]
    Expired,
    /// The signature is not that of the key the token names.
    #[error("the token's signature is forged or damaged")]
    ForgedSignature,
    /// The header has a member that could change how the token is read or verified.
    #[error("the token's header has `{0}`, which is not allowed")]
    HeaderNotAllowed(&'static str),
    /// A claim is there but cannot be taken, such as a `client_id` that names no client.
    #[error("the token's claim `{0}` cannot be read")]
    InvalidClaim(&'static str),
    /// `iat` lies in the future.
    #[error("the token claims to be issued in the future")]
    IssuedInTheFuture,
    /// The issuer's keys could not be obtained, or are too old to be trusted. Not the caller's fault.
    #[error("the issuer's keys are unavailable")]
    KeysUnavailable,
    /// Not a signed token in compact form, or its JSON is not an object with each member once.
    #[error("this is not a well-formed token")]
    Malformed,
    /// A claim that RFC 9068 requires is missing or of the wrong type.
    #[error("the token lacks the claim `{0}`")]
    MissingClaim(&'static str),
    /// `nbf` has not come yet.
    #[error("the token is not valid yet")]
    NotYetValid,
    /// The token's id is on the deny list.
    #[error("the token has been revoked")]
    Revoked,
    /// The token is valid for longer than the issuer is allowed to give.
    #[error("the token is valid for too long")]
    TooLongLived,
    /// The token is larger than 8 KiB.
    #[error("the token is too large")]
    TooLarge,
    /// `iss` is not a configured issuer.
    #[error("the token is from an unknown issuer")]
    UnknownIssuer,
    /// The token names no key, or none that its issuer publishes for signatures.
    #[error("the token is signed with an unknown key")]
    UnknownKey,
    /// `aud` does not name this service.
    #[error("the token is for another service")]
    WrongAudience,
    /// `typ` is not that of an access token (RFC 9068 §2.1), so it may be an ID token or something else.
    #[error("the token is not an access token")]
    WrongType,
}

impl TokenFault {
    /// A stable name of the reason, for problems, logs and metrics.
    pub const fn code(self) -> &'static str {
        match self {
            Self::AlgorithmNotAllowed => "algorithmNotAllowed",
            Self::Expired => "tokenExpired",
            Self::ForgedSignature => "forgedSignature",
            Self::HeaderNotAllowed(_) => "headerNotAllowed",
            Self::InvalidClaim(_) => "invalidClaim",
            Self::IssuedInTheFuture => "issuedInTheFuture",
            Self::KeysUnavailable => "keysUnavailable",
            Self::Malformed => "malformedToken",
            Self::MissingClaim(_) => "missingClaim",
            Self::NotYetValid => "tokenNotYetValid",
            Self::Revoked => "tokenRevoked",
            Self::TooLongLived => "tokenTooLongLived",
            Self::TooLarge => "tokenTooLarge",
            Self::UnknownIssuer => "unknownIssuer",
            Self::UnknownKey => "unknownKey",
            Self::WrongAudience => "wrongAudience",
            Self::WrongType => "wrongTokenType",
        }
    }
}
