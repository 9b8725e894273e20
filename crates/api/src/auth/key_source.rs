//! Where an issuer's keys come from, when they are fetched again, and how long they are trusted.

use super::{
    Algorithm, Issuer, KeyLocation, TokenFault,
    issuer::is_loopback,
    key_set::{KeySet, PublicKey},
};
use parking_lot::RwLock;
use std::{
    io,
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicI64, AtomicU64, Ordering},
    },
    time::{Duration, SystemTime},
};
use tokio::sync::{Mutex, OwnedMutexGuard};

/// The largest set of keys that is read, in bytes. A set of ten RSA keys with certificates takes about 30 KB.
const MAX_KEY_SET_BYTES: usize = 256 * 1024;

/// How often a file is looked at, at most, in seconds.
const FILE_INTERVAL_SECONDS: u64 = 1;

/// How often keys are fetched from a URL, at most, in seconds: tokens with invented key ids must not hammer the issuer.
const URL_INTERVAL_SECONDS: u64 = 60;

/// The same while no keys have been obtained yet, so that a service that started before its issuer is soon ready.
const FIRST_INTERVAL_SECONDS: u64 = 5;

/// No set of keys was obtained yet, or no attempt was made.
const NEVER: i64 = i64::MIN;

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
type Stamp = (SystemTime, u64, u64);

enum Location {
    File(PathBuf),
    Url(reqwest::Client, String),
}

/// A key, and the epoch that was read before it: whatever changes afterwards makes the pair outdated, not wrong.
pub(super) struct Found {
    pub epoch: u64,
    pub key: Arc<PublicKey>,
}

/// The keys of one issuer, kept fresh. Times are seconds since 1970 on the caller's clock.
pub(super) struct KeySource {
    issuer: String,
    location: Location,
    development_allowed: bool,
    fresh_seconds: u64,
    stale_seconds: u64,
    keys: RwLock<Option<Arc<KeySet>>>,
    /// Counts everything after which a verified token must be looked at again: other keys, a revoked token.
    epoch: AtomicU64,
    /// When the keys were last known to be the issuer's.
    confirmed_at: AtomicI64,
    /// When that was last tried.
    tried_at: AtomicI64,
    /// Held while keys are being loaded, so that nobody else loads them; guards the stamp of the file.
    flight: Arc<Mutex<Option<Stamp>>>,
}

impl KeySource {
    /// A source that has not loaded anything yet.
    pub fn new(issuer: &Issuer) -> Result<Self, reqwest::Error> {
        let (location, fresh_seconds) = match &issuer.keys {
            KeyLocation::File(path) => (Location::File(path.clone()), FILE_INTERVAL_SECONDS),
            KeyLocation::Url(url) => {
                let client = client(url, issuer.fetch_timeout)?;
                (Location::Url(client, url.clone()), issuer.keys_max_age_seconds)
            }
        };
        Ok(Self {
            issuer: issuer.url.clone(),
            location,
            development_allowed: issuer.development_allowed,
            fresh_seconds,
            stale_seconds: fresh_seconds.saturating_add(issuer.stale_if_error_seconds),
            keys: RwLock::new(None),
            epoch: AtomicU64::new(0),
            confirmed_at: AtomicI64::new(NEVER),
            tried_at: AtomicI64::new(NEVER),
            flight: Arc::default(),
        })
    }

    /// Whether keys have been obtained at least once.
    pub fn is_loaded(&self) -> bool {
        self.keys.read().is_some()
    }

    /// Makes every remembered token of this issuer be verified anew.
    pub fn start_epoch(&self) {
        self.epoch.fetch_add(1, Ordering::AcqRel);
    }

    /// Whether a token verified in that epoch is still vouched for: the same keys, not too old, and nothing revoked.
    pub fn vouches_for(&self, epoch: u64, now: i64) -> bool {
        self.epoch() == epoch && self.age(now) < self.stale_seconds
    }

    /// Loads the keys again if it is time. Waits only where trusting the present keys any longer would be wrong; from
    /// half their age on they are fetched in the background. Costs two loads from memory when nothing is to be done.
    pub async fn keep_fresh(self: &Arc<Self>, now: i64) {
        let age = self.age(now);
        if age < self.fresh_seconds.div_ceil(2) || !self.may_try(now) {
            return;
        }
        if age < self.fresh_seconds || (age < self.stale_seconds && self.failed_recently(now)) {
            if let Ok(flight) = Arc::clone(&self.flight).try_lock_owned() {
                drop(tokio::spawn(Arc::clone(self).load_logged(flight, now)));
            }
        } else {
            self.load_now(now).await;
        }
    }

    /// The key of that id for that algorithm, and the epoch in which it is that. An unknown id may be a new key, so it has
    /// the keys loaded again first.
    pub async fn find(
        self: &Arc<Self>,
        id: &str,
        algorithm: Algorithm,
        now: i64,
    ) -> Result<Found, TokenFault> {
        self.keep_fresh(now).await;
        match self.look_up(id, algorithm, now) {
            Err(TokenFault::UnknownKey) if self.may_try(now) => {
                self.load_now(now).await;
                self.look_up(id, algorithm, now)
            }
            found => found,
        }
    }

    /// Loads the keys unless they are fresh, and says what went wrong. For the start of the service.
    pub async fn prefetch(self: Arc<Self>, now: i64) -> Result<(), KeysFault> {
        let flight = Arc::clone(&self.flight).lock_owned().await;
        if self.age(now) < self.fresh_seconds || !self.may_try(now) {
            Ok(())
        } else {
            self.load(flight, now).await
        }
    }

    fn look_up(&self, id: &str, algorithm: Algorithm, now: i64) -> Result<Found, TokenFault> {
        let epoch = self.epoch();
        let keys = self.keys.read().clone().ok_or(TokenFault::KeysUnavailable)?;
        if self.age(now) >= self.stale_seconds {
            return Err(TokenFault::KeysUnavailable);
        }
        keys.find(id, algorithm).map(|key| Found { epoch, key })
    }

    fn epoch(&self) -> u64 {
        self.epoch.load(Ordering::Acquire)
    }

    /// Seconds since the keys were confirmed. A clock set back makes them look old, never young for longer.
    fn age(&self, now: i64) -> u64 {
        now.abs_diff(self.confirmed_at.load(Ordering::Acquire))
    }

    fn may_try(&self, now: i64) -> bool {
        now.abs_diff(self.tried_at.load(Ordering::Acquire)) >= self.interval()
    }

    /// Whether the last attempt failed and is not long past: then nobody should wait for the next one.
    fn failed_recently(&self, now: i64) -> bool {
        self.last_failed() && now.abs_diff(self.tried_at.load(Ordering::Acquire)) < 2 * self.interval()
    }

    fn last_failed(&self) -> bool {
        self.tried_at.load(Ordering::Acquire) != self.confirmed_at.load(Ordering::Acquire)
    }

    fn interval(&self) -> u64 {
        match self.location {
            Location::File(_) => FILE_INTERVAL_SECONDS,
            Location::Url(..) if self.confirmed_at.load(Ordering::Acquire) == NEVER => FIRST_INTERVAL_SECONDS,
            Location::Url(..) => URL_INTERVAL_SECONDS,
        }
    }

    /// Loads the keys and waits for them, or for the attempt that is already under way. A task of its own does it: a
    /// client that hangs up must not cancel what others wait for.
    async fn load_now(self: &Arc<Self>, now: i64) {
        let this = Arc::clone(self);
        let task = tokio::spawn(async move {
            let flight = Arc::clone(&this.flight).lock_owned().await;
            if this.may_try(now) {
                this.load_logged(flight, now).await;
            }
        });
        if task.await.is_err() {
            tracing::error!(issuer = self.issuer, "loading the keys was interrupted");
        }
    }

    /// Loads the keys and logs when that begins to fail, not each time it fails again.
    async fn load_logged(self: Arc<Self>, flight: OwnedMutexGuard<Option<Stamp>>, now: i64) {
        let failed_before = self.last_failed();
        if let Err(fault) = self.load(flight, now).await
            && !failed_before
        {
            tracing::warn!(
                issuer = self.issuer,
                error = &fault as &dyn std::error::Error,
                "keys not loaded"
            );
        }
    }

    async fn load(&self, mut flight: OwnedMutexGuard<Option<Stamp>>, now: i64) -> Result<(), KeysFault> {
        let outcome = self
            .read(&mut flight)
            .await
            .and_then(|text| text.map_or(Ok(()), |text| self.replace(text)));
        if outcome.is_ok() {
            self.confirmed_at.store(now, Ordering::Release);
        } else {
            // What was read is not in use, so an unchanged file is not good news.
            *flight = None;
        }
        self.tried_at.store(now, Ordering::Release);
        outcome
    }

    /// The text of the keys; `None` when the file is the one read before.
    async fn read(&self, stamp: &mut Option<Stamp>) -> Result<Option<Vec<u8>>, KeysFault> {
        match &self.location {
            Location::File(path) => read_file(path, stamp),
            Location::Url(client, url) => fetch(client, url).await.map(Some),
        }
    }

    fn replace(&self, text: Vec<u8>) -> Result<(), KeysFault> {
        if self.keys.read().as_ref().is_some_and(|keys| *keys.text == *text) {
            return Ok(());
        }
        let keys = KeySet::parse(text, self.development_allowed)?;
        *self.keys.write() = Some(Arc::new(keys));
        self.start_epoch();
        tracing::info!(issuer = self.issuer, "keys changed");
        Ok(())
    }
}

/// A client that follows no redirect: the configured URL is the one we trust.
fn client(url: &str, timeout: Duration) -> Result<reqwest::Client, reqwest::Error> {
    let builder = reqwest::Client::builder()
        .timeout(timeout)
        .redirect(reqwest::redirect::Policy::none());
    let local = reqwest::Url::parse(url).is_ok_and(|url| is_loopback(&url));
    if local {
        builder.no_proxy().build()
    } else {
        builder.build()
    }
}

async fn fetch(client: &reqwest::Client, url: &str) -> Result<Vec<u8>, KeysFault> {
    let mut response = client
        .get(url)
        .header("Accept", "application/jwk-set+json, application/json")
        .send()
        .await?;
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
