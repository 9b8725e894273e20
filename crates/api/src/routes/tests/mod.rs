//! The service over a real socket: what a portal, a browser and a careless client meet.

mod contract;
mod door;
mod exports;
mod facts;
mod pages;
mod record;

use crate::{
    answer::{Answer, Cache, JSON},
    auth::{
        Issuer, KeyLocation, Scope, Verifier,
        keys::{MintRequest, SigningKey, mint},
    },
    body::{
        Schemas,
        parameters::{Commas, Limit, NoParameters},
    },
    problem::Problem,
    resources,
    routes::{Access, Call, Read, Route, Tag, needs, read, read::as_of},
    service::{Service, mount},
};
use actix_web::HttpServer;
use app::{Act, App, Request, SystemClock, rebuild::rebuild};
use domain::{
    Basis, ClientId, Fingerprint, GrantId, KeyHash, Position, RequestId, Timestamp, unit::UnitKind,
};
use eventlog::{EventLog, MemoryLog};
use reqwest::{Method, Response, StatusCode};
use serde_json::{Value, json};
use std::sync::Arc;
use tempfile::TempDir;
use utoipa::openapi::{
    RefOr,
    schema::{ObjectBuilder, Schema},
};
use uuid::Uuid;

const ISSUER: &str = "https://login.example";

/// Rows beside the real ones: something to read with every sort of parameter, and something that breaks.
static PROBES: &[Route] = &[
    read::<Probe>("/v1/probe", "probe", Tag::Reference, ["Thử", "Probe"], Access::Public),
    read::<Broken>("/v1/broken", "broken", Tag::Reference, ["Hỏng", "Broken"], needs(&[Scope::AdminRead])),
];

crate::parameters! {
    /// What a reader can ask.
    struct ProbeQuery {
        /// Page size.
        limit: Limit,
        /// Kinds.
        kind: Commas<UnitKind, 3>,
        /// As of a time.
        as_of: Option<Timestamp>,
        /// As of a position.
        as_of_position: Option<Position>,
    }
}

struct Probe;

impl Read for Probe {
    type Path = NoParameters;
    type Query = ProbeQuery;
    const FORMS: &'static [&'static str] = &[JSON, "text/csv; charset=utf-8"];
    const CACHE: Cache = Cache::Shared(60);

    fn schema(_: &mut Schemas) -> RefOr<Schema> {
        ObjectBuilder::new().into()
    }

    async fn answer(call: &Call<'_>, _: NoParameters, query: ProbeQuery) -> Result<Answer, Problem> {
        call.service.app().moment(as_of(query.as_of, query.as_of_position)?)?;
        let head = call.service.app().head();
        let body = json!({"limit": query.limit.0, "kinds": query.kind.0}).to_string();
        Ok(Answer::new(call.form, body).with_etag(format_args!("p{head}")).at(head))
    }
}

struct Broken;

impl Read for Broken {
    type Path = NoParameters;
    type Query = NoParameters;

    fn schema(_: &mut Schemas) -> RefOr<Schema> {
        ObjectBuilder::new().into()
    }

    async fn answer(_: &Call<'_>, _: NoParameters, _: NoParameters) -> Result<Answer, Problem> {
        panic!("this handler is broken on purpose")
    }
}

/// A running service with one issuer and one registrar.
struct House {
    base: String,
    key: SigningKey,
    service: Arc<Service>,
    http: reqwest::Client,
    _folder: TempDir,
}

impl House {
    async fn open() -> Self {
        Self::of(founded().await).await
    }

    async fn of(app: App) -> Self {
        let folder = TempDir::new().unwrap();
        let key = SigningKey::generate().unwrap();
        let jwks = folder.path().join("jwks.json");
        key.write(&folder.path().join("key.pem"), &jwks).unwrap();
        let issuer =
            Issuer { development_allowed: true, ..Issuer::new(ISSUER, "thidua", KeyLocation::File(jwks)) };
        let verifier = Verifier::new(vec![issuer]).unwrap();
        let tables: Vec<_> = resources::ALL.iter().copied().chain([PROBES]).collect();
        let service = Arc::new(Service::new(Arc::new(app), Arc::new(verifier), &tables).unwrap());
        let shared = Arc::clone(&service);
        let server =
            HttpServer::new(move || actix_web::App::new().configure(|config| mount(config, &shared)));
        let server = server.workers(1).disable_signals().bind("127.0.0.1:0").unwrap();
        let base = format!("http://{}", server.addrs()[0]);
        actix_web::rt::spawn(server.run());
        let http = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
        Self { base, key, service, http, _folder: folder }
    }

    fn token(&self, client: &str, scopes: &[Scope], now_seconds: i64) -> String {
        let request = MintRequest {
            client: ClientId::new(client).unwrap(),
            scopes: scopes.iter().copied().collect(),
            ttl_seconds: 600,
            audience: "thidua".into(),
            issuer: ISSUER.into(),
            now_seconds,
        };
        mint(&self.key, &request).unwrap()
    }

    fn now(&self) -> i64 {
        self.service.app().now().millis() / 1000
    }

    async fn get(&self, path: &str) -> Response {
        self.http.get(format!("{}{path}", self.base)).send().await.unwrap()
    }

    async fn send(&self, method: Method, path: &str, headers: &[(&'static str, &str)]) -> Response {
        let request = self.http.request(method, format!("{}{path}", self.base));
        headers
            .iter()
            .fold(request, |request, (name, value)| request.header(*name, *value))
            .send()
            .await
            .unwrap()
    }

    /// Posts as the registrar.
    async fn post(
        &self,
        path: &str,
        key: &str,
        headers: &[(&'static str, &str)],
        body: impl Into<String>,
    ) -> Response {
        let token = self.token("registry", Scope::ALL, self.now());
        let request = self.http.post(format!("{}{path}", self.base)).bearer_auth(token);
        let request = request.header("content-type", "application/json").header("idempotency-key", key);
        headers
            .iter()
            .fold(request, |request, (name, value)| request.header(*name, *value))
            .body(body.into())
            .send()
            .await
            .unwrap()
    }
}

/// An application whose registrar is the client `registry`.
async fn founded() -> App {
    let log: Arc<dyn EventLog> = Arc::new(MemoryLog::default());
    let rebuilt = rebuild(log.as_ref(), Position(0), |_| {}).unwrap();
    let app = App::start(log, rebuilt, Arc::new(SystemClock)).unwrap();
    let client = ClientId::new("registry").unwrap();
    let request = Request {
        client: client.clone(),
        key: KeyHash([0; 16]),
        fingerprint: Fingerprint([0; 16]),
        id: RequestId(Uuid::nil()),
        causation: None,
        effective_on: None,
        basis: Basis::default(),
        expected: None,
        act: Act::Found(GrantId(Uuid::from_u128(1)), client),
    };
    app.execute(request).await.unwrap();
    app
}

fn header<'r>(response: &'r Response, name: &str) -> &'r str {
    response.headers().get(name).map_or("", |value| value.to_str().unwrap())
}

/// The problem in an answer, after checking what all problems have.
async fn problem(response: Response, code: &str) -> Value {
    let status = response.status();
    assert_eq!(header(&response, "content-type"), "application/problem+json", "{code}");
    assert!(["vi", "en"].contains(&header(&response, "content-language")));
    assert_eq!(
        (header(&response, "vary"), header(&response, "cache-control")),
        ("Accept-Language", "no-store")
    );
    let id = header(&response, "request-id").to_owned();
    let problem: Value = response.json().await.unwrap();
    assert_eq!((&problem["code"], &problem["status"]), (&json!(code), &json!(status.as_u16())), "{problem}");
    assert_eq!(problem["trace_id"], json!(id));
    problem
}

/// Each fault as `place:where:code`.
fn faults(problem: &Value) -> Vec<String> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let issues = problem["issues"].as_array().unwrap();
    issues
        .iter()
        .map(|i| {
            format!(
                "{}:{}{}:{}",
                text(&i["in"]),
                text(&i["pointer"]),
                text(&i["parameter"]),
                text(&i["code"])
            )
        })
        .collect()
}
