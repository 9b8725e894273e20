//! Answers and problems as HTTP, with the headers that all have.

use crate::{
    answer::Answer, file_body::FileBody, middleware::language, problem::Problem, service::API_VERSION,
};
use actix_http::{RequestHead, Response, body::EitherBody};
use actix_web::{
    http::{
        Method, StatusCode,
        header::{self, HeaderMap, HeaderName, HeaderValue},
    },
    web::Bytes,
};
use domain::{Position, RequestId};
use std::{borrow::Cow, cell::RefCell};
use uuid::fmt::Hyphenated;

/// What every whole answer has. A page brings its own policy instead of the one here.
static USUAL: [(HeaderName, HeaderValue); 6] = [
    (HeaderName::from_static("api-version"), HeaderValue::from_static(API_VERSION)),
    (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    (header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY")),
    (header::REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
    (header::STRICT_TRANSPORT_SECURITY, HeaderValue::from_static("max-age=31536000; includeSubDomains")),
    (header::CONTENT_SECURITY_POLICY, HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'")),
];
thread_local! {
    /// The position that was written last, with its text: between two facts every answer has the same.
    static POSITION: RefCell<(Position, HeaderValue)> = RefCell::new((Position(0), HeaderValue::from(0_u64)));
}

static EVENT_POSITION: HeaderName = HeaderName::from_static("event-position");
static REQUEST_ID: HeaderName = HeaderName::from_static("request-id");

/// The body of an answer: bytes, or a file that is handed out piece by piece.
pub type Body = EitherBody<Bytes, FileBody>;

/// The answer to a request that succeeded; `304` without a body when the client holds it already.
pub fn succeed(answer: Answer, request: &RequestHead, id: RequestId) -> Response<Body> {
    let safe = matches!(request.method, Method::GET | Method::HEAD);
    let held = safe && answer.is_held_by(request.headers.get(header::IF_NONE_MATCH));
    let Answer { status, media, body, etag, position, cache, file, headers } = answer;
    // An answer may be nothing, such as the proof that a log grew out of itself: it still says in which form.
    let bare = held || (body.is_empty() && status != StatusCode::OK);
    let status = if held { StatusCode::NOT_MODIFIED } else { status };
    let body = match file {
        Some(whole) if !bare => Body::right(whole.into()),
        Some(_) | None => Body::left(if bare { Bytes::new() } else { body }),
    };
    let mut response = Response::with_body(status, body);
    let all = response.headers_mut();
    // What a client holds has the usual headers already, and keeps those that a 304 does not replace (RFC 9111 §3.2).
    if !held {
        stamp(all);
    }
    all.insert(REQUEST_ID.clone(), request_id(id));
    all.insert(header::CACHE_CONTROL, cache.header());
    if let Some(etag) = etag {
        all.insert(header::ETAG, etag);
    }
    if let Some(position) = position {
        all.insert(EVENT_POSITION.clone(), position_header(position));
    }
    for (name, value) in headers {
        all.insert(name, value);
    }
    let media = match media {
        Cow::Borrowed(media) => Some(HeaderValue::from_static(media)),
        Cow::Owned(media) => HeaderValue::try_from(media).ok(),
    };
    if let Some(media) = media.filter(|_| !bare) {
        all.insert(header::CONTENT_TYPE, media);
    }
    response
}

/// The answer to a request that did not succeed.
pub fn refuse(problem: &Problem, request: &RequestHead, id: RequestId) -> Response<Body> {
    let language = language(&request.headers);
    let body = problem.body(language, &id.to_string());
    let mut response = Response::with_body(problem.code().status(), Body::left(Bytes::from(body)));
    let all = response.headers_mut();
    stamp(all);
    all.insert(REQUEST_ID.clone(), request_id(id));
    all.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    all.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
    all.insert(header::CONTENT_LANGUAGE, HeaderValue::from_static(language.tag()));
    all.insert(header::VARY, HeaderValue::from_static("Accept-Language"));
    for (name, value) in problem.headers() {
        all.append(name.clone(), value.clone());
    }
    response
}

fn stamp(headers: &mut HeaderMap) {
    for (name, value) in &USUAL {
        headers.insert(name.clone(), value.clone());
    }
}

fn position_header(position: Position) -> HeaderValue {
    POSITION.with_borrow_mut(|(known, header)| {
        if *known != position {
            (*known, *header) = (position, HeaderValue::from(position.0));
        }
        header.clone()
    })
}

/// Written here, because every request has one: a `String` on the way would cost as much again.
fn request_id(id: RequestId) -> HeaderValue {
    let mut text = [0; Hyphenated::LENGTH];
    let text = id.0.as_hyphenated().encode_lower(&mut text);
    HeaderValue::from_str(text).unwrap_or(HeaderValue::from_static(""))
}
