//! Answers and problems as HTTP, with the headers that all have.

use crate::{
    answer::Answer, file_body::FileBody, middleware::language, problem::Problem, service::API_VERSION,
};
use actix_web::{
    HttpRequest, HttpResponse,
    http::{
        Method, StatusCode,
        header::{self, HeaderMap, HeaderName, HeaderValue},
    },
};
use domain::RequestId;
use std::borrow::Cow;
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
static EVENT_POSITION: HeaderName = HeaderName::from_static("event-position");
static REQUEST_ID: HeaderName = HeaderName::from_static("request-id");

/// The answer to a request that succeeded; `304` without a body when the client holds it already.
pub fn succeed(answer: Answer, request: &HttpRequest, id: RequestId) -> HttpResponse {
    let safe = matches!(*request.method(), Method::GET | Method::HEAD);
    let held = safe && answer.is_held_by(request.headers().get(header::IF_NONE_MATCH));
    let Answer { status, media, body, etag, position, cache, file, headers } = answer;
    let mut response = HttpResponse::new(if held { StatusCode::NOT_MODIFIED } else { status });
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
        all.insert(EVENT_POSITION.clone(), HeaderValue::from(position.0));
    }
    for (name, value) in headers {
        all.insert(name, value);
    }
    // An answer may be nothing, such as the proof that a log grew out of itself: it still says in which form.
    if held || (body.is_empty() && status != StatusCode::OK) {
        return response;
    }
    let media = match media {
        Cow::Borrowed(media) => Some(HeaderValue::from_static(media)),
        Cow::Owned(media) => HeaderValue::try_from(media).ok(),
    };
    if let Some(media) = media {
        all.insert(header::CONTENT_TYPE, media);
    }
    match file {
        Some(whole) => response.set_body(FileBody::from(whole)).map_into_boxed_body(),
        None => response.set_body(body).map_into_boxed_body(),
    }
}

/// The answer to a request that did not succeed.
pub fn refuse(problem: &Problem, request: &HttpRequest, id: RequestId) -> HttpResponse {
    let language = language(request.headers());
    let mut response = HttpResponse::new(problem.code().status());
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
    response.set_body(problem.body(language, &id.to_string())).map_into_boxed_body()
}

fn stamp(headers: &mut HeaderMap) {
    for (name, value) in &USUAL {
        headers.insert(name.clone(), value.clone());
    }
}

/// Written here, because every request has one: a `String` on the way would cost as much again.
fn request_id(id: RequestId) -> HeaderValue {
    let mut text = [0; Hyphenated::LENGTH];
    let text = id.0.as_hyphenated().encode_lower(&mut text);
    HeaderValue::from_str(text).unwrap_or(HeaderValue::from_static(""))
}
