//! The boundary: every request passes here once, whatever becomes of it.
//!
//! It gives the request its id, finds the operation, checks the token, has the answer or the problem turned into HTTP,
//! survives a panic, counts, and writes one line to the log. It is one function rather than a stack of layers, because
//! each layer would cost a reader of standings more than the standings do.

use crate::{
    answer::Answer,
    auth::{Claims, ScopeSet},
    issue::{Flaw, Issue, Place},
    problem::{Code, Problem},
    respond::{refuse, succeed},
    routes::{Access, Call, Kind, Route, fact, read, start},
    service::{Path, Service},
    words::Language,
};
use actix_web::{
    HttpRequest, HttpResponse,
    body::{BodyStream, to_bytes_limited},
    dev::Payload,
    http::{
        Method, StatusCode,
        header::{self, HeaderMap, HeaderValue},
    },
    web::Bytes,
};
use app::mint::Mint;
use domain::{RequestId, Timestamp, reading::ShownTo};
use std::{
    cell::{OnceCell, RefCell},
    future::poll_fn,
    panic::{AssertUnwindSafe, catch_unwind},
    pin::{Pin, pin},
    sync::Arc,
    task::Poll,
    time::{Duration, Instant},
};
use uuid::Uuid;

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
    let at_door = AtDoor { path: path.zip(Some(found)), request, id, now };
    let work = pin!(dispatch(service, at_door, payload, &seen));
    let response = match caught(work).await {
        Ok(answer) => succeed(answer, request, id),
        Err(problem) => refuse(&problem, request, id),
    };
    let (method, took) = (method_label(request.method()), started.elapsed());
    mounted.count(index, method, response.status(), took);
    write_line(method, route(path), response.status(), took, id, seen.get().map(AsRef::as_ref));
    response
}

/// A panic becomes a problem, and the connection lives on. The panic hook has already said where it happened.
fn caught(
    mut work: Pin<&mut impl Future<Output = Result<Answer, Problem>>>,
) -> impl Future<Output = Result<Answer, Problem>> {
    poll_fn(move |context| {
        catch_unwind(AssertUnwindSafe(|| work.as_mut().poll(context)))
            .unwrap_or_else(|_| Poll::Ready(Err(Problem::new(Code::InternalServerError))))
    })
}

/// A request that has come in, and what is known of it without asking who sent it.
struct AtDoor<'r> {
    path: Option<(&'r Path, &'r [(&'static str, &'r str)])>,
    request: &'r HttpRequest,
    id: RequestId,
    now: Timestamp,
}

async fn dispatch(
    service: &Service,
    AtDoor { path, request, id, now }: AtDoor<'_>,
    payload: Payload,
    seen: &OnceCell<Arc<Claims>>,
) -> Result<Answer, Problem> {
    let Some((path, found)) = path else { return elsewhere(request) };
    if request.method() == Method::OPTIONS {
        return Ok(options(path));
    }
    let Some(route) = path.route(request.method()) else {
        return Err(Problem::new(Code::MethodNotAllowed).with_header(header::ALLOW, path.allow.clone()));
    };
    let claims = match route.access {
        Access::Public => None,
        Access::Scopes(required) => Some(authorise(service, required, request.headers(), now, seen).await?),
    };
    let call = Call {
        service,
        claims,
        language: language(request.headers()),
        form: form(route, request)?,
        id,
        now,
        found,
    };
    match (&route.kind, claims) {
        (Kind::Fact(row), Some(claims)) => {
            // Boxed, so that reads do not carry the room it needs.
            Box::pin(async {
                let body = body(request.headers(), payload).await?;
                fact::answer(row, &call, &claims.client, request, &body).await
            })
            .await
        }
        // A fact without an author cannot be recorded, so no row can make one public.
        (Kind::Fact(_) | Kind::Start(_), None) => Err(Problem::no_token()),
        (Kind::Start(row), Some(claims)) => {
            let body = Box::pin(body(request.headers(), payload)).await?;
            let answer = start::answer(row, &call, request, &body)?;
            note_read(route, &call, claims, request)?;
            Ok(answer)
        }
        (Kind::Read(row), Some(claims)) => {
            let answer = read::answer(row, route.access, &call, request).await?;
            note_read(route, &call, claims, request)?;
            Ok(answer)
        }
        (Kind::Read(row), None) => read::answer(row, route.access, &call, request).await,
        (Kind::Page(page), _) => page(&call, found.first().map_or("", |(_, value)| value)),
    }
}

/// Notes what is about to be shown. What cannot be noted is not shown.
fn note_read(route: &Route, call: &Call<'_>, claims: &Claims, request: &HttpRequest) -> Result<(), Problem> {
    // What any client may ask of itself is nobody's secret.
    let is_open = route.access == Access::Scopes(ScopeSet::EMPTY);
    let Some(reads) = call.service.app().reads().filter(|_| !is_open) else { return Ok(()) };
    let query = request.query_string();
    let shown = ShownTo {
        client: claims.client.clone(),
        token: claims.token_id.as_ref().to_owned(),
        operation: route.id.to_owned(),
        path: request.path().to_owned(),
        query: (!query.is_empty()).then(|| query.to_owned()),
        request: call.id,
    };
    reads.note(call.now, shown).map_err(|_| Problem::new(Code::ReadsNotNoted))
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

/// Checks the token.
async fn authorise<'s>(
    service: &Service,
    required: ScopeSet,
    headers: &HeaderMap,
    now: Timestamp,
    seen: &'s OnceCell<Arc<Claims>>,
) -> Result<&'s Claims, Problem> {
    let header = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let token = match header.split_once(' ') {
        Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => token.trim(),
        Some(_) | None => return Err(Problem::no_token()),
    };
    let verified = service.verifier().verify(token, now.millis().div_euclid(1000)).await?;
    let claims: &Claims = seen.get_or_init(|| verified);
    if claims.scopes.covers(required) { Ok(claims) } else { Err(Problem::missing_scope(required)) }
}

/// The language the client prefers.
pub fn language(headers: &HeaderMap) -> Language {
    match headers.get(header::ACCEPT_LANGUAGE).map(HeaderValue::as_bytes) {
        None | Some(b"vi") => Language::Vi,
        Some(header) => Language::preferred(std::str::from_utf8(header).unwrap_or_default()),
    }
}

/// The form of the answer. Pages are never refused for it: a browser asks for whatever a link leads to.
fn form(route: &Route, request: &HttpRequest) -> Result<&'static str, Problem> {
    let forms: &'static [&'static str] = match &route.kind {
        Kind::Fact(_) | Kind::Start(_) => &[crate::answer::JSON],
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
    match to_bytes_limited(BodyStream::new(payload), fact::MAX_BODY_BYTES).await {
        Ok(Ok(body)) => Ok(body),
        Ok(Err(_)) => Err(Problem::invalid(vec![Issue {
            place: Place::Body,
            at: String::new(),
            flaw: Flaw::Incomplete,
        }])),
        Err(_) => Err(Problem::body_too_large(fact::MAX_BODY_BYTES)),
    }
}

/// The request's line in the log. It holds no token, key, query or body.
///
/// What anyone may read and gets is written at `debug`: nobody is answerable for it, it changes nothing, the metrics count
/// it, and a line costs more than the answer. Facts, refusals and whatever a client with a token does are written at `info`.
fn write_line(
    method: &'static str,
    route: &'static str,
    status: StatusCode,
    took: Duration,
    id: RequestId,
    claims: Option<&Claims>,
) {
    macro_rules! line {
        ($level:ident) => {
            tracing::$level!(
                target: "thidua::http",
                request_id = %id,
                method,
                route,
                status = status.as_u16(),
                micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX),
                client = claims.map(|claims| claims.client.as_str()),
                token = claims.map(|claims| claims.token_id.as_ref()),
                "request"
            )
        };
    }
    let answered = status.is_success() || status == StatusCode::NOT_MODIFIED;
    if claims.is_none() && answered {
        line!(debug);
    } else {
        line!(info);
    }
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
