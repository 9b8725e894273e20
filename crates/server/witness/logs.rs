//! The logs that a witness knows, and how it learns that another key took over: where the policy says at which address a log
//! can be reached, the changes of its key are read there, and believed as far as the key that is known vouches for them.

use crate::exit::Exit;
use ::audit::{Failure, Source, rotation};
use parking_lot::Mutex;
use std::{
    path::Path,
    time::{Duration, Instant},
};
use tlog::{key::VerifierKey, policy::Policy};

/// How often a log is asked at most: whoever sends heads that nobody signed must not make the witness ask and ask.
const PAUSE: Duration = Duration::from_secs(10);

/// The logs of a policy.
pub struct Logs {
    policy: Mutex<Policy>,
    asked: Mutex<Option<Instant>>,
}

impl Logs {
    /// Reads a policy file.
    pub fn read(path: &Path) -> Result<Self, Exit> {
        let wrong = |what: String| Exit::Usage(format!("{}: {what}", path.display()));
        let file = std::fs::read(path).map_err(|error| wrong(error.to_string()))?;
        let policy = Policy::parse(&file).map_err(|error| wrong(error.to_string()))?;
        Ok(Self { policy: Mutex::new(policy), asked: Mutex::new(None) })
    }

    /// The keys whose signature counts under a head of this size.
    pub fn keys(&self, size: u64) -> Vec<VerifierKey> {
        let policy = self.policy.lock();
        policy.logs().iter().filter(|log| log.signs(size)).map(|log| log.key.clone()).collect()
    }

    /// The name of the first log that is wanted.
    pub fn named(&self, is_it: impl Fn(&str) -> bool) -> Option<String> {
        let policy = self.policy.lock();
        policy.logs().iter().map(|log| log.key.name().as_str()).find(|name| is_it(name)).map(str::to_owned)
    }

    /// Asks the log of this name whether another key took over; whether one is known now that was not before.
    pub fn follow(&self, origin: &str) -> bool {
        let Some(url) = self.address(origin) else { return false };
        {
            let mut asked = self.asked.lock();
            if asked.is_some_and(|asked| asked.elapsed() < PAUSE) {
                return false;
            }
            *asked = Some(Instant::now());
        }
        let before = self.policy.lock().clone();
        match followed(&url, before.clone()) {
            Ok(after) if after != before => {
                tracing::info!(origin, "another key signs this log: the one before vouches for it");
                *self.policy.lock() = after;
                true
            }
            Ok(_) => false,
            Err(failure) => {
                tracing::warn!(origin, %failure, "the changes of the key of this log could not be read");
                false
            }
        }
    }

    /// Where the log of this name can be reached, if the policy says so.
    fn address(&self, origin: &str) -> Option<String> {
        let policy = self.policy.lock();
        let log = policy.logs().iter().find(|log| log.key.name().as_str() == origin && log.url.is_some())?;
        String::from_utf8(log.url.clone()?).ok()
    }
}

fn followed(url: &str, policy: Policy) -> Result<Policy, Failure> {
    if !url.starts_with("https://") && !url.starts_with("http://") {
        return Err(Failure::Usage(format!("{url} is no address of a log")));
    }
    rotation::follow(&mut Source::open(url, false, None)?, policy)
}
