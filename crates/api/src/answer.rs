//! What a handler answers with, before the boundary turns it into HTTP.

use crate::{file_body::Whole, problem::Problem};
use actix_web::{
    http::{
        StatusCode,
        header::{HeaderName, HeaderValue},
    },
    web::Bytes,
};
use domain::Position;
use std::borrow::Cow;

/// JSON, the usual form of an answer.
pub const JSON: &str = "application/json";
/// A page for people.
pub const HTML: &str = "text/html; charset=utf-8";

/// How long others may keep an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cache {
    /// Nobody keeps it.
    NoStore,
    /// Anyone may keep it, and asks each time whether it still holds.
    Revalidate,
    /// Anyone may keep it for so many seconds.
    Shared(u32),
    /// It never changes.
    Immutable,
}

impl Cache {
    /// The `Cache-Control` of it.
    pub fn header(self) -> HeaderValue {
        match self {
            Self::NoStore => HeaderValue::from_static("no-store"),
            Self::Revalidate => HeaderValue::from_static("public, no-cache"),
            Self::Shared(60) => HeaderValue::from_static("public, max-age=60, stale-while-revalidate=60"),
            Self::Shared(seconds) => {
                let text = format!("public, max-age={seconds}, stale-while-revalidate={seconds}");
                HeaderValue::try_from(text).unwrap_or(HeaderValue::from_static("no-store"))
            }
            Self::Immutable => HeaderValue::from_static("public, max-age=31536000, immutable"),
        }
    }
}

/// An answer that succeeded.
#[derive(Clone, Debug)]
pub struct Answer {
    /// Usually 200.
    pub status: StatusCode,
    /// The form of the body.
    pub media: Cow<'static, str>,
    /// The body, already in bytes: one that was serialised before is shared, not copied.
    pub body: Bytes,
    /// The entity tag, quotes included.
    pub etag: Option<HeaderValue>,
    /// How many facts the answer rests on.
    pub position: Option<Position>,
    /// How long others may keep it: [`Cache::NoStore`] unless said otherwise.
    pub cache: Cache,
    /// A file that takes the place of the body.
    pub file: Option<Whole>,
    /// Other headers; one that every answer has, such as the `Content-Security-Policy` of a page, takes its place.
    pub headers: Vec<(HeaderName, HeaderValue)>,
}

impl Answer {
    /// An answer in one form.
    pub fn new(media: impl Into<Cow<'static, str>>, body: impl Into<Bytes>) -> Self {
        Self {
            status: StatusCode::OK,
            media: media.into(),
            body: body.into(),
            etag: None,
            position: None,
            cache: Cache::NoStore,
            file: None,
            headers: Vec::new(),
        }
    }

    /// An answer that is a file.
    pub fn file(media: impl Into<Cow<'static, str>>, whole: Whole) -> Self {
        Self { file: Some(whole), ..Self::new(media, Bytes::new()) }
    }

    /// A JSON answer.
    pub fn json(body: impl Into<Bytes>) -> Self {
        Self::new(JSON, body)
    }

    /// A JSON answer, written from a value.
    ///
    /// # Errors
    /// When the value cannot be written, which its own tests rule out.
    pub fn serialised(value: &impl serde::Serialize) -> Result<Self, Problem> {
        let body = serde_json::to_vec(value).map_err(std::io::Error::from)?;
        Ok(Self::json(body))
    }

    /// Gives it an entity tag; the quotes are added.
    #[must_use]
    pub fn with_etag(mut self, tag: impl std::fmt::Display) -> Self {
        self.etag = HeaderValue::try_from(format!("\"{tag}\"")).ok();
        self
    }

    /// Says how many facts it rests on.
    #[must_use]
    pub fn at(mut self, position: Position) -> Self {
        self.position = Some(position);
        self
    }

    /// Says how long others may keep it.
    #[must_use]
    pub const fn with_cache(mut self, cache: Cache) -> Self {
        self.cache = cache;
        self
    }

    /// Adds a header. A value that no header can hold is left out.
    #[must_use]
    pub fn with_header(mut self, name: HeaderName, value: impl TryInto<HeaderValue>) -> Self {
        self.headers.extend(value.try_into().ok().map(|value| (name, value)));
        self
    }

    /// Whether the client holds this answer already, by its `If-None-Match` (RFC 9110 §13.1.2: a weak comparison).
    pub fn is_held_by(&self, if_none_match: Option<&HeaderValue>) -> bool {
        let (Some(etag), Some(held)) = (&self.etag, if_none_match) else { return false };
        // Most clients send back the one tag they were given.
        if held == etag {
            return true;
        }
        let (Ok(etag), Ok(held)) = (etag.to_str(), held.to_str()) else { return false };
        held.trim() == "*" || held.split(',').any(|tag| opaque(tag) == opaque(etag))
    }
}

/// An entity tag without the mark of a weak one.
fn opaque(tag: &str) -> &str {
    tag.trim().trim_start_matches("W/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_held_answer_is_recognised() {
        let answer = Answer::json("{}").with_etag("p7");
        for (held, expected) in
            [("\"p7\"", true), ("W/\"p7\"", true), ("\"x\", \"p7\"", true), ("*", true), ("\"p70\"", false)]
        {
            assert_eq!(answer.is_held_by(Some(&HeaderValue::from_static(held))), expected, "{held}");
        }
        assert!(!answer.is_held_by(None));
        assert!(!Answer::json("{}").is_held_by(Some(&HeaderValue::from_static("*"))));
    }

    #[test]
    fn each_cache_has_its_header() {
        assert_eq!(Cache::Shared(60).header(), "public, max-age=60, stale-while-revalidate=60");
        assert_eq!(Cache::Shared(5).header(), "public, max-age=5, stale-while-revalidate=5");
    }
}
