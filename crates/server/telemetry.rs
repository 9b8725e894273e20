//! Log lines, on the error stream.

use std::io::IsTerminal;
use tracing_subscriber::{EnvFilter, fmt};

/// Starts writing the log lines that pass the filter: text for people, JSON when asked.
pub fn start(filter: EnvFilter, json: bool) {
    let lines = fmt().with_env_filter(filter).with_writer(std::io::stderr);
    // A second start can only happen in a test of this program itself.
    let _ = if json {
        lines.json().flatten_event(true).try_init()
    } else {
        lines.with_ansi(std::io::stderr().is_terminal()).with_target(false).try_init()
    };
}
