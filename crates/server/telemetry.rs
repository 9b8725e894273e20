//! Log lines, on the error stream.

use std::io::IsTerminal;
use tracing_subscriber::{EnvFilter, fmt};

/// Starts writing log lines: text for people, JSON when asked. `THIDUA_LOG` sets what is written (`info` unless set;
/// `info,thidua::http=debug` for successful public reads as well).
pub fn start(json: bool) {
    let filter = EnvFilter::try_from_env("THIDUA_LOG").unwrap_or_else(|_| EnvFilter::new("info"));
    let lines = fmt().with_env_filter(filter).with_writer(std::io::stderr);
    // A second start can only happen in a test of this program itself.
    let _ = if json {
        lines.json().flatten_event(true).try_init()
    } else {
        lines.with_ansi(std::io::stderr().is_terminal()).with_target(false).try_init()
    };
}
