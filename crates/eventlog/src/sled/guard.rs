//! sled panics where others return errors; here a panic becomes one.

use crate::LogError;
use domain::Position;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Runs something that may panic; the error is what the panic said.
pub(super) fn guarded<T>(action: impl FnOnce() -> T) -> Result<T, String> {
    // Whatever sled left half done is not looked at again: every caller gives up the store, or its snapshot.
    catch_unwind(AssertUnwindSafe(action)).map_err(|panic| {
        let text = panic
            .downcast_ref::<String>()
            .map(String::as_str)
            .or_else(|| panic.downcast_ref::<&str>().copied());
        format!("sled panicked: {}", text.unwrap_or("without a message"))
    })
}

/// Asks sled for something that lies at `position`.
pub(super) fn sled<T>(
    attempted: &'static str,
    position: Position,
    action: impl FnOnce() -> ::sled::Result<T>,
) -> Result<T, LogError> {
    match guarded(action) {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(error @ ::sled::Error::Corruption { .. })) => {
            Err(LogError::damaged(position, error.to_string()))
        }
        Ok(Err(error)) => Err(LogError::failed(attempted)(error)),
        Err(panic) => Err(LogError::damaged(position, panic)),
    }
}
