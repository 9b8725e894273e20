//! Conferences (hội nghị sơ kết, tổng kết): when and where the bloc met. The year they count for is not read off
//! their date: the conference that closed 2025 may be held in January 2026.

use crate::{Date, Name, Remark, UnitId};
use serde::{Deserialize, Serialize};

/// What a conference is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ConferenceKind {
    /// To launch the year and sign the pledge (phát động, ký giao ước).
    Launch,
    /// To review the first half-year (sơ kết).
    Midyear,
    /// To close the year (tổng kết).
    YearEnd,
    /// The patriotic emulation congress of the bloc (đại hội thi đua yêu nước).
    Congress,
    /// A working meeting (giao ban).
    Working,
}

impl ConferenceKind {
    /// Every kind, in the order of this list.
    pub const ALL: [Self; 5] = [Self::Launch, Self::Midyear, Self::YearEnd, Self::Congress, Self::Working];
}

/// A conference was held.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ConferenceHeld {
    /// What it was for.
    pub kind: ConferenceKind,
    /// Its first day.
    pub from: Date,
    /// Its last day, when it lasted longer than one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<Date>,
    /// Where.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<Name>,
    /// The units whose heads presided; there may be several.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub chairs: Vec<UnitId>,
    /// The units that attended; none when the minutes do not say who did.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attended: Vec<UnitId>,
    /// What was reported, decided and asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub summary: Option<Remark>,
}
