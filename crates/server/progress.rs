//! Progress of long work, on the error stream when a person looks at it.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::io::IsTerminal;

/// A bar over `total` things.
pub fn bar(what: &'static str, total: u64) -> ProgressBar {
    styled(what, total, "{msg} {wide_bar} {human_pos}/{human_len} · {per_sec} · {eta} left")
}

/// A bar over `total` bytes.
pub fn bytes(what: &'static str, total: u64) -> ProgressBar {
    styled(what, total, "{msg} {wide_bar} {binary_bytes}/{binary_total_bytes} · {eta} left")
}

fn styled(what: &'static str, total: u64, style: &str) -> ProgressBar {
    let target = if std::io::stderr().is_terminal() {
        ProgressDrawTarget::stderr()
    } else {
        ProgressDrawTarget::hidden()
    };
    let bar = ProgressBar::with_draw_target(Some(total), target).with_message(what);
    if let Ok(style) = ProgressStyle::with_template(style) {
        bar.set_style(style);
    }
    bar
}
