//! Reading an issuer's keys from a file or over HTTP.

use super::{KeyLocation, issuer::is_loopback};
use std::{
    io,
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
    time::{Duration, SystemTime},
};

/// The largest set of keys that is read, in bytes. A set of ten RSA keys with certificates takes about 30 KB.
const MAX_KEY_SET_BYTES: usize = 256 * 1024;

/// Why a set of keys could not be obtained.
#[derive(Debug, thiserror::Error)]
pub enum KeysFault {
    /// The set holds a development key, and the issuer is not allowed to use one.
    #[error("the keys hold the development key {0}, which this service must not trust")]
    DevelopmentKey(String),
    /// The task that loads the keys was stopped, as when the service shuts down.
    #[error("loading the keys was interrupted")]
    Interrupted,
    /// Not a JWK set.
    #[error("the keys are not a JWK set (RFC 7517)")]
    NotAKeySet,
    /// The issuer did not answer 200.
    #[error("asking for the keys was answered with status {0}")]
    Status(u16),
    /// More than 256 KiB.
    #[error("the set of keys is larger than 256 KiB")]
    TooLarge,
    /// The issuer could not be reached in time.
    #[error("fetching the keys failed")]
    Unreachable(#[from] reqwest::Error),
    /// The file could not be read.
    #[error("reading the keys from {0} failed")]
    Unreadable(PathBuf, #[source] io::Error),
}

/// Tells whether a file changed: modification time, length, inode.
pub(super) type Stamp = (SystemTime, u64, u64);

/// A place keys are read from.
pub(super) enum Location {
    /// A file, read again when its stamp changes.
    File(PathBuf),
    /// A URL, and the client that asks it.
    Url(reqwest::Client, String),
}

impl Location {
    /// Prepares to read from there.
    pub fn new(location: &KeyLocation, timeout: Duration) -> Result<Self, reqwest::Error> {
        match location {
            KeyLocation::File(path) => Ok(Self::File(path.clone())),
            KeyLocation::Url(url) => Ok(Self::Url(client(url, timeout)?, url.clone())),
        }
    }

    /// The text of the keys; `None` when the file is still the one of that stamp.
    pub async fn read(&self, stamp: &mut Option<Stamp>) -> Result<Option<Vec<u8>>, KeysFault> {
        match self {
            Self::File(path) => read_file(path, stamp),
            Self::Url(client, url) => fetch(client, url).await.map(Some),
        }
    }
}

/// A client that follows no redirect: the configured URL is the one we trust.
fn client(url: &str, timeout: Duration) -> Result<reqwest::Client, reqwest::Error> {
    let builder = reqwest::Client::builder().timeout(timeout).redirect(reqwest::redirect::Policy::none());
    let local = reqwest::Url::parse(url).is_ok_and(|url| is_loopback(&url));
    if local { builder.no_proxy().build() } else { builder.build() }
}

async fn fetch(client: &reqwest::Client, url: &str) -> Result<Vec<u8>, KeysFault> {
    let mut response =
        client.get(url).header("Accept", "application/jwk-set+json, application/json").send().await?;
    if response.status() != reqwest::StatusCode::OK {
        return Err(KeysFault::Status(response.status().as_u16()));
    }
    let mut text = Vec::new();
    while let Some(chunk) = response.chunk().await? {
        if text.len() + chunk.len() > MAX_KEY_SET_BYTES {
            return Err(KeysFault::TooLarge);
        }
        text.extend_from_slice(&chunk);
    }
    Ok(text)
}

/// Reads the file unless its stamp is the one given. It is small and read once per change, so no thread is spent on it.
fn read_file(path: &Path, stamp: &mut Option<Stamp>) -> Result<Option<Vec<u8>>, KeysFault> {
    let unreadable = |error| KeysFault::Unreadable(path.to_owned(), error);
    let found = std::fs::metadata(path).map_err(unreadable)?;
    let found = (found.modified().map_err(unreadable)?, found.len(), found.ino());
    if *stamp == Some(found) {
        return Ok(None);
    }
    if found.1 > MAX_KEY_SET_BYTES as u64 {
        return Err(KeysFault::TooLarge);
    }
    let text = std::fs::read(path).map_err(unreadable)?;
    *stamp = Some(found);
    Ok(Some(text))
}
