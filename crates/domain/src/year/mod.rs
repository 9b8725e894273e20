//! The emulation year of a bloc (năm thi đua).

use crate::{BlocId, EmulationYear, event::events};
use serde::{Deserialize, Serialize};

/// The year of a bloc was opened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Opened {
    /// The bloc.
    pub bloc: BlocId,
    /// The year.
    pub year: EmulationYear,
}

events! {
    /// What can happen in the emulation year of a bloc.
    YearEvent {
        "year.opened" => Opened(Opened),
    }
}
