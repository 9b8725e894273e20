//! Operations that record something. Each is a body with an act; everything else is the same for all.

use super::Call;
use crate::{
    answer::Answer,
    body::{
        Body, Faults, Members, Schemas, closed,
        parameters::{Described, NoParameters, Pairs, Parameters},
        read_object,
    },
    cloud_event,
    issue::{Flaw, Issue, Place},
    problem::{Code, Problem},
};
use actix_web::{
    HttpRequest,
    http::{
        StatusCode,
        header::{HeaderMap, HeaderName, IF_MATCH, LOCATION},
    },
};
use app::{Act, App, Receipt, Request};
use domain::{Basis, ClientId, Date, Envelope, EventId, Fingerprint, KeyHash, RequestId, Version};
use sha2::{Digest, Sha256};
use utoipa::openapi::{
    RefOr,
    schema::{ObjectBuilder, Schema},
};
use uuid::Uuid;

/// The largest body, in bytes. What a body becomes must fit into an envelope of 60,000 bytes.
pub const MAX_BODY_BYTES: usize = 64 * 1024;

static IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");

/// A body that can be posted, and the act it asks for. The body is declared by [`body!`](crate::body!).
pub trait Fact: Body {
    /// The parameters of the path.
    type Path: Parameters;

    /// The roles of which the client needs one, for the document; the rule itself is the domain's.
    const ROLES: &'static [&'static str];

    /// The act. What only shows when members are seen together is noted among the faults.
    fn act(self, path: Self::Path, origin: &Origin<'_>, faults: &mut Faults) -> Option<Act>;

    /// Where the answer's `Location` points: the fact itself, unless something was created.
    fn location(fact: &Envelope) -> String {
        format!("/v1/events/{}", fact.position)
    }

    /// What the answer says beyond the fact.
    fn complete(answer: Answer, fact: &Envelope, origin: &Origin<'_>) -> Answer {
        let _ = (fact, origin);
        answer
    }
}

/// What an act may be made from besides its body.
#[derive(Clone, Copy, Debug)]
pub struct Origin<'a> {
    /// A new id, for an act that creates something and whose client has not chosen one.
    pub fresh: Uuid,
    /// The raw idempotency key. It is stored nowhere.
    pub key: &'a [u8],
}

crate::body! {
    /// What every fact may say beside its own members.
    pub struct Common {
        /// Ngày có hiệu lực; không nêu thì là hôm nay. The day the act counts from; today when left out.
        effective_on: Option<Date> = "2024-07-01",
        /// Căn cứ. What the act rests on.
        basis: Option<Basis>,
        /// Sự kiện dẫn đến việc này. The fact this one follows from.
        causation: Option<EventId>,
    }
}

/// A [`Fact`] without its type, as a row holds it.
#[derive(Clone, Copy)]
pub struct FactRow {
    /// The roles of which the client needs one.
    pub roles: &'static [&'static str],
    parse: Parse,
    location: fn(&Envelope) -> String,
    complete: fn(Answer, &Envelope, &Origin<'_>) -> Answer,
    path: fn(&mut Schemas) -> Vec<Described>,
    body: fn(&mut Schemas) -> RefOr<Schema>,
}

type Parse = fn(&mut Pairs<'_>, &mut Faults, &[u8], &Origin<'_>) -> Result<(Act, Common), Vec<Issue>>;

impl FactRow {
    pub(super) const fn of<F: Fact>() -> Self {
        Self {
            roles: F::ROLES,
            parse: parse::<F>,
            location: F::location,
            complete: F::complete,
            path: F::Path::describe,
            body: body_schema::<F>,
        }
    }

    /// The parameters of the path.
    pub fn describe_path(&self, schemas: &mut Schemas) -> Vec<Described> {
        (self.path)(schemas)
    }

    /// The schema of the body.
    pub fn describe_body(&self, schemas: &mut Schemas) -> RefOr<Schema> {
        (self.body)(schemas)
    }
}

/// Reads path and body; the faults of both are told at once.
fn parse<F: Fact>(
    pairs: &mut Pairs<'_>,
    path_faults: &mut Faults,
    body: &[u8],
    origin: &Origin<'_>,
) -> Result<(Act, Common), Vec<Issue>> {
    let path = F::Path::take(pairs, path_faults);
    read_object(body, |members: &mut Members<'_, '_>, faults| {
        let body = F::take(members, faults);
        let common = Common::take(members, faults);
        let (body, common, path) = (body?, common?, path?);
        Some((body.act(path, origin, faults)?, common))
    })
}

fn body_schema<F: Fact>(schemas: &mut Schemas) -> RefOr<Schema> {
    schemas.named(F::NAME, |schemas| {
        let object = F::describe(ObjectBuilder::new().description(Some(F::ABOUT)), schemas);
        closed(Common::describe(object, schemas)).into()
    })
}

/// Parses, executes, responds.
pub async fn answer(
    row: &FactRow,
    call: &Call<'_>,
    client: &ClientId,
    request: &HttpRequest,
    body: &[u8],
) -> Result<Answer, Problem> {
    let key = idempotency_key(request.headers())?;
    let (expected, mut issues) = match read_headers(request.headers(), &key) {
        Ok(expected) => (expected, Vec::new()),
        Err(issues) => (None, issues),
    };
    issues.extend(query_issues(request.query_string()));
    let posted = Posted {
        client,
        key: &key,
        path: request.path(),
        parameters: call.parameters(),
        body,
        id: call.id,
        expected,
    };
    let app = call.service.app();
    let origin = Origin { fresh: fresh(app)?, key: &key };
    let receipt = app.execute(self::request(row, posted, &origin, issues)?).await?;
    respond(row, &receipt, &origin)
}

/// A request that asks to record something, wherever it comes from.
pub struct Posted<'p> {
    /// In whose name.
    pub client: &'p ClientId,
    /// The raw idempotency key.
    pub key: &'p [u8],
    /// The whole path.
    pub path: &'p str,
    /// The parameters in it.
    pub parameters: Pairs<'p>,
    /// The body.
    pub body: &'p [u8],
    /// The id of the request.
    pub id: RequestId,
    /// The version the client has seen.
    pub expected: Option<Version>,
}

/// Parses; what is wrong with the request is told together with `issues`, which are known already.
pub fn request(
    row: &FactRow,
    mut posted: Posted<'_>,
    origin: &Origin<'_>,
    mut issues: Vec<Issue>,
) -> Result<Request, Problem> {
    let mut path_faults = Faults::new(Place::Path);
    let parsed = (row.parse)(&mut posted.parameters, &mut path_faults, posted.body, origin);
    issues.extend(path_faults.finish(Some(())).err().into_iter().flatten());
    let (act, common) = match parsed {
        Ok(parsed) if issues.is_empty() => parsed,
        Ok(_) => return Err(Problem::invalid(issues)),
        Err(faults) => {
            issues.extend(faults);
            return Err(Problem::invalid(issues));
        }
    };
    Ok(Request {
        client: posted.client.clone(),
        key: key_hash(posted.client, posted.key),
        fingerprint: fingerprint(posted.key, posted.path, posted.body),
        id: posted.id,
        causation: common.causation,
        effective_on: common.effective_on,
        basis: common.basis.unwrap_or_default(),
        expected: posted.expected,
        act,
    })
}

/// A new id.
pub fn fresh(app: &App) -> Result<Uuid, Problem> {
    app::mint::new_uuid(app.now()).map_err(|_| Problem::new(Code::InternalServerError))
}

fn respond(row: &FactRow, receipt: &Receipt, origin: &Origin<'_>) -> Result<Answer, Problem> {
    // Facts of other streams stand behind those of the act's own.
    let own = |fact: &&Envelope| receipt.facts.first().is_some_and(|first| first.stream == fact.stream);
    let (Some(fact), Some(last)) = (receipt.facts.first(), receipt.facts.iter().rfind(own)) else {
        return Err(Problem::new(Code::InternalServerError));
    };
    let mut answer = Answer::json(cloud_event::to_bytes(fact)?)
        .with_etag(last.version)
        .at(receipt.head)
        .with_header(LOCATION, (row.location)(fact));
    answer.status = StatusCode::CREATED;
    if receipt.replayed {
        answer = answer.with_header(HeaderName::from_static("idempotency-replayed"), "true".to_owned());
    }
    Ok((row.complete)(answer, fact, origin))
}

/// Whether a raw key may be used: 16 to 128 visible ASCII characters, so that it cannot be guessed.
pub fn is_key(key: &[u8]) -> bool {
    (16..=128).contains(&key.len()) && key.iter().all(u8::is_ascii_graphic)
}

/// The raw key, whatever it looks like.
pub(super) fn idempotency_key(headers: &HeaderMap) -> Result<Vec<u8>, Problem> {
    let key = headers.get(&IDEMPOTENCY_KEY).ok_or_else(|| Problem::new(Code::IdempotencyKeyMissing))?;
    Ok(key.as_bytes().to_vec())
}

/// Checks the key's form and reads `If-Match`.
pub(super) fn read_headers(headers: &HeaderMap, key: &[u8]) -> Result<Option<Version>, Vec<Issue>> {
    let mut faults = Faults::new(Place::Header);
    if !is_key(key) {
        faults.within("Idempotency-Key", |faults| {
            faults.note::<()>(Flaw::BadValue("16–128 visible ASCII characters"));
        });
    }
    let expected = match headers.get(IF_MATCH).map(|value| version_of(value.to_str().unwrap_or_default())) {
        None => None,
        Some(Some(version)) => Some(version),
        Some(None) => faults.within("If-Match", |faults| faults.note(Flaw::BadValue("\"7\""))),
    };
    faults.finish(Some(expected))
}

/// The version in a strong entity tag of ours.
fn version_of(etag: &str) -> Option<Version> {
    let tag = etag.trim().strip_prefix('"')?.strip_suffix('"')?;
    // What follows the version tells apart what the thing itself does not know, such as a name beside an id.
    let digits = tag.split('-').next().filter(|digits| !digits.is_empty())?;
    digits.bytes().all(|b| b.is_ascii_digit()).then(|| digits.parse().ok().map(Version))?
}

/// Facts take no query parameters: each one given is a fault.
pub(super) fn query_issues(query: &str) -> Vec<Issue> {
    let mut faults = Faults::new(Place::Query);
    let mut pairs = Pairs::query(query, &mut faults);
    let read = NoParameters::take(&mut pairs, &mut faults);
    pairs.close(&mut faults);
    faults.finish(read).err().unwrap_or_default()
}

/// One client's key. Another client may choose the same.
pub fn key_hash(client: &ClientId, key: &[u8]) -> KeyHash {
    let hash = Sha256::new().chain_update(client.as_str()).chain_update([0]).chain_update(key);
    KeyHash(half(hash))
}

/// Binds a key to the request it came with. Keyed by the raw key, which is stored nowhere: the fingerprint of a
/// secret vote lets nobody try out which vote it was.
fn fingerprint(key: &[u8], path: &str, body: &[u8]) -> Fingerprint {
    let hash = [key, b"POST", path.as_bytes(), body]
        .iter()
        // The length first: no two requests run together into the same bytes.
        .fold(Sha256::new(), |hash, part| {
            hash.chain_update((part.len() as u64).to_be_bytes()).chain_update(part)
        });
    Fingerprint(half(hash))
}

fn half(hash: Sha256) -> [u8; 16] {
    let whole: [u8; 32] = hash.finalize().into();
    let mut first = [0; 16];
    first.copy_from_slice(&whole[..16]);
    first
}
