//! Where ids and salts come from.

use domain::{EventId, Salt, Timestamp};
use std::cell::RefCell;
use uuid::{Builder, Uuid};

thread_local! {
    /// For things that are named outside the writer: a system call for each would cost more than the name.
    static MINT: RefCell<Mint> = RefCell::default();
}

/// Makes ids and salts from the operating system's randomness, drawn in blocks.
pub struct Mint {
    pool: Box<[u8; 4096]>,
    used: usize,
}

impl Default for Mint {
    fn default() -> Self {
        Self { pool: Box::new([0; 4096]), used: 4096 }
    }
}

impl Mint {
    /// The id of a fact recorded at `at`.
    ///
    /// # Errors
    /// When the operating system gives no randomness.
    pub fn event_id(&mut self, at: Timestamp) -> Result<EventId, getrandom::Error> {
        Ok(EventId(uuid_v7(at, self.bytes()?)))
    }

    /// A salt.
    ///
    /// # Errors
    /// When the operating system gives no randomness.
    pub fn salt(&mut self) -> Result<Salt, getrandom::Error> {
        self.bytes().map(Salt)
    }

    fn bytes<const N: usize>(&mut self) -> Result<[u8; N], getrandom::Error> {
        if self.used + N > self.pool.len() {
            getrandom::fill(&mut self.pool[..])?;
            self.used = 0;
        }
        let mut bytes = [0; N];
        bytes.copy_from_slice(&self.pool[self.used..self.used + N]);
        // A salt must not be found in memory after its use.
        self.pool[self.used..self.used + N].fill(0);
        self.used += N;
        Ok(bytes)
    }
}

/// A UUIDv7 for a moment, with the given randomness.
pub fn uuid_v7(at: Timestamp, random: [u8; 10]) -> Uuid {
    Builder::from_unix_timestamp_millis(u64::try_from(at.millis()).unwrap_or(0), &random).into_uuid()
}

/// A UUIDv7 for a moment, for things that are named outside the writer (a unit, a request).
///
/// # Errors
/// When the operating system gives no randomness.
pub fn new_uuid(at: Timestamp) -> Result<Uuid, getrandom::Error> {
    MINT.with_borrow_mut(|mint| mint.event_id(at)).map(|id| id.0)
}

/// An id that says nothing, not even when it was made (UUIDv4).
///
/// # Errors
/// When the operating system gives no randomness.
pub fn random_uuid() -> Result<Uuid, getrandom::Error> {
    let mut random = [0; 16];
    getrandom::fill(&mut random)?;
    Ok(Builder::from_random_bytes(random).into_uuid())
}
