//! A small HTTP client. One thread, one client: the connection is kept between calls.

use app::{Clock, SystemClock};
use reqwest::Method;
use serde_json::Value;
use std::time::Duration;
use tokio::runtime::{Builder, Runtime};
use uuid::Uuid;

/// A client with a token.
pub struct Client {
    runtime: Runtime,
    http: reqwest::Client,
    base: String,
    token: String,
}

/// A request that is being put together.
pub struct Ask<'c> {
    client: &'c Client,
    builder: reqwest::RequestBuilder,
}

impl Ask<'_> {
    /// Adds a header.
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.builder = self.builder.header(name, value);
        self
    }

    /// Names the idempotency key.
    pub fn key(self, key: &str) -> Self {
        self.header("Idempotency-Key", key)
    }

    /// Takes a JSON body.
    pub fn json(self, body: &Value) -> Self {
        self.header("Content-Type", "application/json").body(body.to_string().into_bytes())
    }

    /// Takes a body as it is.
    pub fn body(mut self, bytes: Vec<u8>) -> Self {
        self.builder = self.builder.body(bytes);
        self
    }

    /// Sends it and waits for the answer.
    pub fn send(self) -> Answer {
        self.try_send().expect("an answer")
    }

    /// Sends it and waits for the answer, which may not come.
    pub fn try_send(self) -> reqwest::Result<Answer> {
        self.client.send(self.builder)
    }
}

/// An idempotency key nobody has used.
pub fn fresh_key() -> String {
    format!("integration-{}", fresh_id())
}

/// An id nobody has used.
pub fn fresh_id() -> Uuid {
    app::mint::new_uuid(now()).expect("randomness")
}

/// What time it is.
pub fn now() -> domain::Timestamp {
    SystemClock.now()
}

/// What came back.
#[derive(Debug)]
pub struct Answer {
    /// The status code.
    pub status: u16,
    /// The headers.
    pub headers: reqwest::header::HeaderMap,
    /// The body as text.
    pub text: String,
    /// The body as it came.
    pub bytes: Vec<u8>,
}

impl Answer {
    /// The body as JSON.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error} in {self:?}"))
    }

    /// The code of the problem; empty when it is none.
    pub fn code(&self) -> String {
        let json: Value = serde_json::from_str(&self.text).unwrap_or_default();
        json["code"].as_str().unwrap_or_default().to_owned()
    }

    /// How many facts the answer says the log holds.
    pub fn position(&self) -> u64 {
        let said = self.header("Event-Position").unwrap_or_else(|| panic!("no Event-Position: {self:?}"));
        said.parse().expect("a number")
    }

    /// A header as text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }
}

impl Client {
    /// A client of the server at `base`; an empty token sends none.
    pub fn new(base: &str, token: &str) -> Self {
        Self::with_patience(base, token, Duration::from_secs(30))
    }

    /// A client that waits so long for an answer.
    pub fn with_patience(base: &str, token: &str, patience: Duration) -> Self {
        let runtime = Builder::new_current_thread().enable_all().build().expect("a runtime");
        let http = reqwest::Client::builder()
            .timeout(patience)
            // Less than the server keeps a silent connection: nobody here would see it close.
            .pool_idle_timeout(Duration::from_secs(30))
            .no_proxy()
            .build()
            .expect("a client");
        Self { runtime, http, base: base.to_owned(), token: token.to_owned() }
    }

    /// Reads a path.
    pub fn get(&self, path: &str) -> reqwest::Result<Answer> {
        self.send(self.http.get(self.url(path)))
    }

    /// Posts a fact under a fresh key; it must be recorded.
    pub fn record(&self, path: &str, body: &Value) -> Answer {
        let answer = self.ask(Method::POST, path).key(&fresh_key()).json(body).send();
        assert_eq!(answer.status, 201, "{path} {body}: {}", answer.text);
        answer
    }

    /// Reads a path that must answer with 200.
    pub fn read(&self, path: &str) -> Value {
        let answer = self.get(path).expect("an answer");
        assert_eq!(answer.status, 200, "{path}: {}", answer.text);
        answer.json()
    }

    /// A request to be put together.
    pub fn ask(&self, method: Method, path: &str) -> Ask<'_> {
        Ask { client: self, builder: self.http.request(method, self.url(path)) }
    }

    /// Posts a fact under an idempotency key.
    pub fn post(&self, path: &str, key: &str, body: &Value) -> reqwest::Result<Answer> {
        self.send(self.http.post(self.url(path)).header("Idempotency-Key", key).json(body))
    }

    fn url(&self, path: &str) -> String {
        format!("{}{path}", self.base)
    }

    fn send(&self, request: reqwest::RequestBuilder) -> reqwest::Result<Answer> {
        let request = if self.token.is_empty() { request } else { request.bearer_auth(&self.token) };
        self.runtime.block_on(async {
            let response = request.send().await?;
            let (status, headers) = (response.status().as_u16(), response.headers().clone());
            let bytes = response.bytes().await?.to_vec();
            Ok(Answer { status, headers, text: String::from_utf8_lossy(&bytes).into_owned(), bytes })
        })
    }
}
