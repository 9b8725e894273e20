//! A log over HTTP.

use super::{MAX_FILE, too_large};
use crate::failure::Failure;
use reqwest::{Client, StatusCode, redirect::Policy};
use std::time::Duration;
use tokio::runtime::{Builder, Runtime};

/// How often a file is asked for before the log counts as unreachable.
const ATTEMPTS: u32 = 3;

/// A log below a URL.
pub struct Web {
    prefix: String,
    token: Option<String>,
    client: Client,
    runtime: Runtime,
}

/// What is shown to auditors alone.
const GUARDED: [&str; 3] = ["/tile/entries/", "/audit/streams/", "/audit/diff?"];

/// What came of one attempt.
enum Attempt {
    Answered(Option<Vec<u8>>),
    /// It may be worth another one.
    Again(String),
}

impl Web {
    pub(super) fn new(prefix: &str, token: Option<String>) -> Result<Self, Failure> {
        let unreachable = |what: String| Failure::Unreachable { place: prefix.to_owned(), what };
        // The token must not follow a redirect to another host.
        let client = Client::builder().timeout(Duration::from_secs(30)).redirect(Policy::none()).build();
        Ok(Self {
            prefix: prefix.trim_end_matches('/').to_owned(),
            token,
            client: client.map_err(|error| unreachable(error.to_string()))?,
            runtime: Builder::new_current_thread()
                .enable_all()
                .build()
                .map_err(|error| unreachable(error.to_string()))?,
        })
    }

    pub(super) fn get(&self, path: &str) -> Result<Option<Vec<u8>>, Failure> {
        self.fetch(format!("{}/{path}", self.prefix))
    }

    /// What stands beside the log: below the part of its address before `/audit`.
    pub(super) fn get_beside(&self, path: &str) -> Result<Option<Vec<u8>>, Failure> {
        match self.prefix.strip_suffix("/audit") {
            Some(beside) => self.fetch(format!("{beside}/{path}")),
            None => Ok(None),
        }
    }

    fn fetch(&self, address: String) -> Result<Option<Vec<u8>>, Failure> {
        self.runtime.block_on(async {
            let mut wait = Duration::from_millis(200);
            let mut attempt = 1;
            loop {
                match self.attempt(&address).await? {
                    Attempt::Answered(answer) => return Ok(answer),
                    Attempt::Again(what) if attempt == ATTEMPTS => {
                        return Err(Failure::Unreachable { place: address, what });
                    }
                    Attempt::Again(_) => {}
                }
                tokio::time::sleep(wait).await;
                wait *= 4;
                attempt += 1;
            }
        })
    }

    async fn attempt(&self, address: &str) -> Result<Attempt, Failure> {
        let mut request = self.client.get(address);
        // Hashes are public; only what shows entries needs to know who asks.
        let is_guarded = GUARDED.iter().any(|part| address.contains(part));
        if let Some(token) = self.token.as_ref().filter(|_| is_guarded) {
            request = request.bearer_auth(token);
        }
        let mut answer = match request.send().await {
            Ok(answer) => answer,
            Err(error) => return Ok(Attempt::Again(error.to_string())),
        };
        match answer.status() {
            StatusCode::OK => {}
            StatusCode::NOT_FOUND => return Ok(Attempt::Answered(None)),
            status if status.is_server_error() || status == StatusCode::TOO_MANY_REQUESTS => {
                return Ok(Attempt::Again(status.to_string()));
            }
            status @ (StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN) => {
                let what = format!("{status}: entries are for auditors; give a token in THIDUA_TOKEN");
                return Err(Failure::Unreachable { place: address.to_owned(), what });
            }
            status => {
                return Err(Failure::Unreachable { place: address.to_owned(), what: status.to_string() });
            }
        }
        let mut bytes = Vec::new();
        loop {
            match answer.chunk().await {
                Ok(Some(chunk)) if (bytes.len() + chunk.len()) as u64 > MAX_FILE => {
                    return Err(too_large(address));
                }
                Ok(Some(chunk)) => bytes.extend_from_slice(&chunk),
                Ok(None) => return Ok(Attempt::Answered(Some(bytes))),
                Err(error) => return Ok(Attempt::Again(error.to_string())),
            }
        }
    }
}
