//! A small HTTP client. One thread, one client: the connection is kept between calls.

use serde_json::Value;
use std::time::Duration;
use tokio::runtime::{Builder, Runtime};

/// A client with a token.
pub struct Client {
    runtime: Runtime,
    http: reqwest::Client,
    base: String,
    token: String,
}

/// What came back.
#[derive(Debug)]
pub struct Answer {
    /// The status code.
    pub status: u16,
    /// The headers.
    pub headers: reqwest::header::HeaderMap,
    /// The body as it came.
    pub text: String,
}

impl Answer {
    /// The body as JSON.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error} in {self:?}"))
    }

    /// A header as text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }
}

impl Client {
    /// A client of the server at `base`; an empty token sends none.
    pub fn new(base: &str, token: &str) -> Self {
        let runtime = Builder::new_current_thread().enable_all().build().expect("a runtime");
        let http =
            reqwest::Client::builder().timeout(Duration::from_secs(30)).no_proxy().build().expect("a client");
        Self { runtime, http, base: base.to_owned(), token: token.to_owned() }
    }

    /// Reads a path.
    pub fn get(&self, path: &str) -> reqwest::Result<Answer> {
        self.send(self.http.get(self.url(path)))
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
            Ok(Answer {
                status: response.status().as_u16(),
                headers: response.headers().clone(),
                text: response.text().await?,
            })
        })
    }
}
