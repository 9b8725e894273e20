//! What is said of a contradiction in a regulation.

use crate::words::Words;
use domain::regulation::check::FaultKind;

/// The code and the words of a contradiction.
pub fn words(kind: &FaultKind) -> (&'static str, Words) {
    match kind {
        FaultKind::Empty => ("empty", Words::fixed("Danh sách trống.", "The list is empty.")),
    }
}
