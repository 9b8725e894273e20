//! Problems (RFC 9457): every refusal, with all its faults at once, in the reader's language.
//!
//! - [`codes`]: the one table of codes
//! - `rejection`: what a rule's refusal becomes; `regulation_fault`: what is said of a faulty regulation
//! - `refusal`: what a refusal of the service itself becomes
//! - [`pages`]: the same table for people and for programs

pub mod codes;
mod commendation;
mod ended;
pub mod pages;
mod refusal;
mod regulation_fault;
pub mod rejection;
#[cfg(test)]
mod tests;

pub use codes::Code;

use crate::{
    issue::Issue,
    words::{Language, Words},
};
use actix_web::http::header::{HeaderName, HeaderValue};
use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::{Map, Value};

/// A problem about to be answered. Boxed, for results that carry one are moved on every request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem(Box<Inner>);

#[derive(Clone, Debug, PartialEq, Eq)]
struct Inner {
    code: Code,
    detail: Option<Words>,
    issues: Vec<Issue>,
    members: Map<String, Value>,
    headers: Vec<(HeaderName, HeaderValue)>,
}

impl Problem {
    /// A problem that its code says everything about.
    pub fn new(code: Code) -> Self {
        Self(Box::new(Inner {
            code,
            detail: None,
            issues: Vec::new(),
            members: Map::new(),
            headers: Vec::new(),
        }))
    }

    /// Faulty input, with every fault.
    pub fn invalid(issues: Vec<Issue>) -> Self {
        let count = issues.len();
        Self::new(Code::InvalidInput)
            .say(Words::new(format!("Yêu cầu có {count} lỗi."), format!("The request has {count} faults.")))
            .with_issues(issues)
    }

    /// A faulty query parameter; `expected` shows what would have been right.
    pub fn parameter(name: &str, expected: &'static str) -> Self {
        let flaw = crate::issue::Flaw::BadValue(expected);
        Self::invalid(vec![Issue { place: crate::issue::Place::Query, at: name.to_owned(), flaw }])
    }

    /// Says what is the matter this time; without it the cause of the code is said.
    #[must_use]
    pub fn say(mut self, detail: Words) -> Self {
        self.0.detail = Some(detail);
        self
    }

    /// Adds faults.
    #[must_use]
    pub fn with_issues(mut self, issues: Vec<Issue>) -> Self {
        self.0.issues.extend(issues);
        self
    }

    /// Adds an extension member.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.0.members.insert(name.to_owned(), value.into());
        self
    }

    /// Adds a header to the answer.
    #[must_use]
    pub fn with_header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.0.headers.push((name, value));
        self
    }

    /// The kind of problem.
    pub fn code(&self) -> Code {
        self.0.code
    }

    /// The headers of the answer beyond those that every problem has.
    pub fn headers(&self) -> &[(HeaderName, HeaderValue)] {
        &self.0.headers
    }

    /// The body, `application/problem+json`.
    pub fn body(&self, language: Language, trace_id: &str) -> Vec<u8> {
        serde_json::to_vec(&Written { problem: &self.0, language, trace_id }).unwrap_or_default()
    }
}

/// For people at a command line: what is wrong, with every fault by its place, in English.
impl std::fmt::Display for Problem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Inner { code, detail, issues, members, headers: _ } = &*self.0;
        write!(f, "{}: {}", code.as_str(), detail.as_ref().unwrap_or(&code.cause()).get(Language::En))?;
        for issue in issues {
            write!(f, "; {} {}", issue.at, issue.flaw.words().get(Language::En))?;
        }
        members.iter().try_for_each(|(name, value)| write!(f, "; {name}: {value}"))
    }
}

/// A problem as it is written for one reader.
struct Written<'p> {
    problem: &'p Inner,
    language: Language,
    trace_id: &'p str,
}

impl Serialize for Written<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Inner { code, detail, issues, members, headers: _ } = self.problem;
        let cause = code.cause();
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("type", &format_args!("urn:problem-type:thidua:{}", code.as_str()))?;
        map.serialize_entry("href", &format_args!("/problems/{}", code.as_str()))?;
        map.serialize_entry("title", code.title())?;
        map.serialize_entry("status", &code.status().as_u16())?;
        map.serialize_entry("code", code.as_str())?;
        map.serialize_entry("detail", detail.as_ref().unwrap_or(&cause).get(self.language))?;
        map.serialize_entry("trace_id", self.trace_id)?;
        if !issues.is_empty() {
            let issues: Vec<_> =
                issues.iter().map(|issue| WrittenIssue { issue, language: self.language }).collect();
            map.serialize_entry("issues", &issues)?;
        }
        for (name, value) in members {
            map.serialize_entry(name, value)?;
        }
        map.end()
    }
}

struct WrittenIssue<'p> {
    issue: &'p Issue,
    language: Language,
}

impl Serialize for WrittenIssue<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use crate::issue::Place;
        let at = match self.issue.place {
            Place::Body => "pointer",
            Place::Header | Place::Path | Place::Query => "parameter",
        };
        let mut map = serializer.serialize_map(Some(4))?;
        map.serialize_entry("in", self.issue.place.name())?;
        map.serialize_entry(at, &self.issue.at)?;
        map.serialize_entry("code", self.issue.flaw.code())?;
        map.serialize_entry("detail", self.issue.flaw.words().get(self.language))?;
        map.end()
    }
}
