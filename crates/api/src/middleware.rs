//! The boundary: every request passes here once, whatever becomes of it.
//!
//! It gives the request its id, finds the operation, checks the token, turns answers and problems into HTTP with the
//! headers that all have, survives a panic, counts, and writes one line to the log. It is one function rather than a
//! stack of layers, because each layer would cost a reader of standings more than the standings do.

use crate::{
    answer::Answer,
    auth::Claims,
    issue::{Flaw, Issue, Place},
    problem::{Code, Problem},
    routes::{Access, Call, Kind, Route, fact, read},
    service::{API_VERSION, Path, Service},
    words::Language,
};
use actix_web::{
    HttpRequest, HttpResponse, HttpResponseBuilder,
    http::{
        Method, StatusCode,
        header::{self, HeaderMap, HeaderName, HeaderValue},
    },
    web::{Bytes, Payload},
};
use app::mint::Mint;
use domain::RequestId;
use std::{
    cell::{OnceCell, RefCell},
    future::poll_fn,
    panic::{AssertUnwindSafe, catch_unwind},
    pin::pin,
    sync::Arc,
    task::Poll,
    time::{Duration, Instant},
};
use uuid::Uuid;

/// What no answer is without. A page brings its own policy instead of the one here.
const SECURITY: [(HeaderName, HeaderValue); 5] = [
    (HeaderName::from_static("api-version"), HeaderValue::from_static(API_VERSION)),
    (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    (header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY")),
    (header::REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
    (header::STRICT_TRANSPORT_SECURITY, HeaderValue::from_static("max-age=31536000; includeSubDomains")),
];
const EVENT_POSITION: HeaderName = HeaderName::from_static("event-position");
const REQUEST_ID: HeaderName = HeaderName::from_static("request-id");
const NO_STORE: HeaderValue = HeaderValue::from_static("no-store");
const NO_CONTENT_POLICY: HeaderValue = HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'");

thread_local! {
    /// Randomness for request ids, drawn in blocks.
    static MINT: RefCell<Mint> = RefCell::default();
}

/// The service as one worker holds it.
pub struct Mounted {
    service: Arc<Service>,
    /// The series of every path and, last, of everything that is none; looked up once each: building their labels for
    /// every request costs more than counting.
    series: Vec<RefCell<Vec<Series>>>,
}

/// What is counted for one method and one status.
struct Series {
    method: &'static str,
    status: StatusCode,
    requests: metrics::Counter,
    seconds: metrics::Histogram,
}

impl Mounted {
    /// The service for one worker.
    pub fn new(service: &Arc<Service>) -> Self {
        let series = std::iter::repeat_with(RefCell::default).take(service.paths().len() + 1).collect();
        Self { service: Arc::clone(service), series }
    }

    fn count(&self, path: Option<usize>, method: &'static str, status: StatusCode, took: Duration) {
        let paths = self.service.paths();
        let mut known = self.series[path.unwrap_or(paths.len())].borrow_mut();
        let at = known.iter().position(|series| series.method == method && series.status == status);
        let at = at.unwrap_or_else(|| {
            known.push(Series::new(route(path.map(|path| &paths[path])), method, status));
            known.len() - 1
        });
        known[at].requests.increment(1);
        known[at].seconds.record(took);
    }
}

/// How a path is named where requests are counted and written down.
fn route(path: Option<&Path>) -> &'static str {
    path.map_or("unmatched", |path| path.template)
}

impl Series {
    fn new(route: &'static str, method: &'static str, status: StatusCode) -> Self {
        let code = status.as_str().to_owned();
        Self {
            method,
            status,
            requests: metrics::counter!(
                "thidua_http_requests_total", "route" => route, "method" => method, "status" => code
            ),
            seconds: metrics::histogram!("thidua_http_request_seconds", "route" => route, "method" => method),
        }
    }
}

/// Answers one request.
pub async fn answer(mounted: &Mounted, request: &HttpRequest, payload: Payload) -> HttpResponse {
    let service = &*mounted.service;
    let (index, parameters) = service.find(request.match_info().as_str()).unzip();
    let path = index.map(|index| &service.paths()[index]);
    let found = parameters.as_deref().unwrap_or_default();
    let started = Instant::now();
    let now = service.app().now();
    let id =
        MINT.with_borrow_mut(|mint| mint.event_id(now)).map_or(RequestId(Uuid::nil()), |id| RequestId(id.0));
    let seen = OnceCell::new();
    let outcome = caught(dispatch(service, path.zip(Some(found)), request, payload, id, &seen)).await;
    let mut response = match outcome {
        Ok(answer) => succeed(answer, request),
        Err(problem) => refuse(&problem, request, id),
    };
    stamp(response.headers_mut(), id);
    let (method, took) = (method_label(request.method()), started.elapsed());
    mounted.count(index, method, response.status(), took);
    write_line(method, route(path), response.status(), took, id, seen.get());
    response
}

/// A panic becomes a problem, and the connection lives on. The panic hook has already said where it happened.
async fn caught(work: impl Future<Output = Result<Answer, Problem>>) -> Result<Answer, Problem> {
    let mut work = pin!(work);
    poll_fn(move |context| {
        catch_unwind(AssertUnwindSafe(|| work.as_mut().poll(context)))
            .unwrap_or_else(|_| Poll::Ready(Err(Problem::new(Code::InternalServerError))))
    })
    .await
}

async fn dispatch(
    service: &Service,
    path: Option<(&Path, &[(&'static str, &str)])>,
    request: &HttpRequest,
    payload: Payload,
    id: RequestId,
    seen: &OnceCell<Arc<Claims>>,
) -> Result<Answer, Problem> {
    let Some((path, found)) = path else { return elsewhere(request) };
    if request.method() == Method::OPTIONS {
        return Ok(options(path));
    }
    let Some(route) = path.route(request.method()) else {
        return Err(Problem::new(Code::MethodNotAllowed).with_header(header::ALLOW, path.allow.clone()));
    };
    let claims = authorise(service, route, request.headers(), seen).await?;
    let call = Call {
        service,
        claims,
        language: language(request.headers()),
        form: form(route, request)?,
        id,
        found,
    };
    match (&route.kind, claims) {
        (Kind::Fact(row), Some(claims)) => {
            let body = body(request.headers(), payload).await?;
            fact::answer(row, &call, &claims.client, request, &body).await
        }
        // A fact without an author cannot be recorded, so no row can make one public.
        (Kind::Fact(_), None) => Err(Problem::no_token()),
        (Kind::Read(row), _) => read::answer(row, route.access, &call, request).await,
        (Kind::Page(page), _) => page(&call, found.first().map_or("", |(_, value)| value)),
    }
}

/// Where the registry has nothing: a path with a slash too many is sent to the one without.
fn elsewhere(request: &HttpRequest) -> Result<Answer, Problem> {
    let path = request.path();
    let trimmed = path.trim_end_matches('/');
    // A second slash in front would name another host.
    if trimmed.len() == path.len() || trimmed.is_empty() || trimmed.starts_with("//") {
        return Err(Problem::new(Code::ResourceNotFound));
    }
    let target = match request.query_string() {
        "" => trimmed.to_owned(),
        query => format!("{trimmed}?{query}"),
    };
    let mut answer = Answer::new("text/plain", Bytes::new()).with_header(header::LOCATION, target);
    answer.status = StatusCode::PERMANENT_REDIRECT;
    Ok(answer)
}

fn options(path: &Path) -> Answer {
    let mut answer = Answer::new("text/plain", Bytes::new()).with_header(header::ALLOW, path.allow.clone());
    answer.status = StatusCode::NO_CONTENT;
    answer
}

/// Checks the token where one is needed.
async fn authorise<'s>(
    service: &Service,
    route: &Route,
    headers: &HeaderMap,
    seen: &'s OnceCell<Arc<Claims>>,
) -> Result<Option<&'s Claims>, Problem> {
    let Access::Scopes(required) = route.access else { return Ok(None) };
    let header = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let token = match header.split_once(' ') {
        Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => token.trim(),
        Some(_) | None => return Err(Problem::no_token()),
    };
    let now = service.app().now().millis().div_euclid(1000);
    let verified = service.verifier().verify(token, now).await?;
    let claims: &Claims = seen.get_or_init(|| verified);
    if claims.scopes.covers(required) { Ok(Some(claims)) } else { Err(Problem::missing_scope(required)) }
}

fn language(headers: &HeaderMap) -> Language {
    match headers.get(header::ACCEPT_LANGUAGE).map(HeaderValue::as_bytes) {
        None | Some(b"vi") => Language::Vi,
        Some(header) => Language::preferred(std::str::from_utf8(header).unwrap_or_default()),
    }
}

/// The form of the answer. Pages are never refused for it: a browser asks for whatever a link leads to.
fn form(route: &Route, request: &HttpRequest) -> Result<&'static str, Problem> {
    let forms: &'static [&'static str] = match &route.kind {
        Kind::Fact(_) => &[crate::answer::JSON],
        Kind::Read(row) => row.forms,
        Kind::Page(_) => return Ok(crate::answer::HTML),
    };
    let accept = request.headers().get(header::ACCEPT).and_then(|value| value.to_str().ok());
    read::negotiate(forms, accept)
        .ok_or_else(|| Problem::new(Code::NotAcceptable).with("supported", forms.to_vec()))
}

/// Reads a JSON body within its limit.
async fn body(headers: &HeaderMap, payload: Payload) -> Result<Bytes, Problem> {
    let media = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let is_json =
        media.split(';').next().is_some_and(|name| name.trim().eq_ignore_ascii_case("application/json"));
    let plain = headers.get(header::CONTENT_ENCODING).is_none_or(|coding| coding == "identity");
    if !is_json || !plain {
        return Err(
            Problem::new(Code::UnsupportedMediaType).with("supported", [crate::answer::JSON].as_slice())
        );
    }
    let length =
        headers.get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
    if length.is_some_and(|length| length > fact::MAX_BODY_BYTES as u64) {
        return Err(Problem::body_too_large(fact::MAX_BODY_BYTES));
    }
    match payload.to_bytes_limited(fact::MAX_BODY_BYTES).await {
        Ok(Ok(body)) => Ok(body),
        Ok(Err(_)) => Err(Problem::invalid(vec![Issue {
            place: Place::Body,
            at: String::new(),
            flaw: Flaw::Incomplete,
        }])),
        Err(_) => Err(Problem::body_too_large(fact::MAX_BODY_BYTES)),
    }
}

fn succeed(answer: Answer, request: &HttpRequest) -> HttpResponse {
    let safe = matches!(*request.method(), Method::GET | Method::HEAD);
    let held = safe && answer.is_held_by(request.headers().get(header::IF_NONE_MATCH));
    let Answer { status, media, body, etag, position, headers } = answer;
    let mut response = HttpResponseBuilder::new(if held { StatusCode::NOT_MODIFIED } else { status });
    for header in headers {
        response.append_header(header);
    }
    if let Some(etag) = etag {
        response.insert_header((header::ETAG, etag));
    }
    if let Some(position) = position {
        response.insert_header((EVENT_POSITION, position.0));
    }
    if held || body.is_empty() {
        return response.finish();
    }
    response.content_type(media.as_ref()).body(body)
}

fn refuse(problem: &Problem, request: &HttpRequest, id: RequestId) -> HttpResponse {
    let language = language(request.headers());
    let mut response = HttpResponseBuilder::new(problem.code().status());
    for header in problem.headers() {
        response.append_header(header.clone());
    }
    response
        .content_type("application/problem+json")
        .insert_header((header::CONTENT_LANGUAGE, HeaderValue::from_static(language.tag())))
        .insert_header((header::VARY, HeaderValue::from_static("Accept-Language")))
        .body(problem.body(language, &id.to_string()))
}

/// The headers that every answer has.
fn stamp(headers: &mut HeaderMap, id: RequestId) {
    for (name, value) in &SECURITY {
        headers.insert(name.clone(), value.clone());
    }
    if !headers.contains_key(header::CONTENT_SECURITY_POLICY) {
        headers.insert(header::CONTENT_SECURITY_POLICY, NO_CONTENT_POLICY);
    }
    if !headers.contains_key(header::CACHE_CONTROL) {
        headers.insert(header::CACHE_CONTROL, NO_STORE);
    }
    if let Ok(id) = HeaderValue::try_from(id.to_string()) {
        headers.insert(REQUEST_ID, id);
    }
}

/// The request's line in the log. It holds no token, key, query or body.
fn write_line(
    method: &'static str,
    route: &'static str,
    status: StatusCode,
    took: Duration,
    id: RequestId,
    claims: Option<&Arc<Claims>>,
) {
    tracing::info!(
        target: "thidua::http",
        request_id = %id,
        method,
        route,
        status = status.as_u16(),
        micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX),
        client = claims.map(|claims| claims.client.as_str()),
        token = claims.map(|claims| claims.token_id.as_ref()),
        "request"
    );
}

/// A client may invent methods; the series of a metric may not.
fn method_label(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::OPTIONS => "OPTIONS",
        _ => "other",
    }
}
