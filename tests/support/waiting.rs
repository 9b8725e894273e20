//! Looking again until something is so.

use std::time::{Duration, Instant};

/// How long it may take. Generous: the machine may be busy.
const PATIENCE: Duration = Duration::from_secs(60);

/// Looks again until something is so.
pub fn until(what: &str, is_so: impl Fn() -> bool) {
    until_some(what, || is_so().then_some(()));
}

/// Looks again until there is something.
pub fn until_some<T>(what: &str, look: impl Fn() -> Option<T>) -> T {
    let started = Instant::now();
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(started.elapsed() < PATIENCE, "it never came to {what}");
        std::thread::sleep(Duration::from_millis(50));
    }
}
