//! Where time comes from.

use domain::Timestamp;
use std::sync::atomic::{AtomicI64, Ordering};

/// A source of the present.
pub trait Clock: Send + Sync {
    /// The present. It may jump back; the writer never lets the log do so.
    fn now(&self) -> Timestamp;
}

/// The machine's clock.
pub struct SystemClock;

impl Clock for SystemClock {
    #[allow(clippy::disallowed_methods, reason = "this is the place the rule points to")]
    fn now(&self) -> Timestamp {
        let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
        Timestamp::from_millis(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
    }
}

/// A clock that is set by hand until it is let go, and then follows the machine's.
pub struct ScriptedClock(AtomicI64);

impl ScriptedClock {
    const LET_GO: i64 = i64::MIN;

    /// A clock that stands at a moment.
    pub const fn at(moment: Timestamp) -> Self {
        Self(AtomicI64::new(moment.millis()))
    }

    /// Sets the clock.
    pub fn set(&self, moment: Timestamp) {
        self.0.store(moment.millis(), Ordering::Release);
    }

    /// From now on the clock follows the machine's.
    pub fn let_go(&self) {
        self.0.store(Self::LET_GO, Ordering::Release);
    }
}

impl Clock for ScriptedClock {
    fn now(&self) -> Timestamp {
        match self.0.load(Ordering::Acquire) {
            Self::LET_GO => SystemClock.now(),
            moment => Timestamp::from_millis(moment),
        }
    }
}
