//! Opening the year, and who leads the bloc in it. The leader is a unit, for one year.

use super::{Mark, Office, Proofs, Year, YearCommand, YearEvent};
use crate::{BlocId, EmulationYear, Rejection, UnitId, regulation::LeadershipMethod, rejection::Thing};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The year of a bloc was opened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Opened {
    /// The bloc.
    pub bloc: BlocId,
    /// The year.
    pub year: EmulationYear,
}

/// It was recorded who leads the bloc in this year.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LeadershipRecorded {
    /// The leader unit (Trưởng khối).
    pub leader: UnitId,
    /// The deputy unit (Phó Trưởng khối).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deputy: Option<UnitId>,
    /// How they were found; absent where the papers do not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub method: Option<LeadershipMethod>,
}

/// Asks to record who leads the bloc in this year.
pub type RecordLeadership = LeadershipRecorded;

/// A leader and a deputy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Leadership {
    /// The leader unit.
    pub leader: UnitId,
    /// The deputy unit.
    pub deputy: Option<UnitId>,
    /// How they were found.
    pub method: Option<LeadershipMethod>,
    /// The fact that says so.
    pub mark: Mark,
}

impl Leadership {
    /// Whether the unit is the leader or the deputy.
    pub fn includes(&self, unit: UnitId) -> bool {
        self.leader == unit || self.deputy == Some(unit)
    }

    /// Who acts where the unit itself must not: the leader, or the deputy for the leader.
    pub fn other_than(&self, unit: UnitId) -> Option<UnitId> {
        if self.leader == unit { self.deputy } else { Some(self.leader) }
    }
}

impl Opened {
    pub(super) fn year(&self) -> Year {
        Year {
            bloc: self.bloc,
            year: self.year,
            leadership: None,
            drafts: Vec::new(),
            regulation: None,
            deadlines: Vec::new(),
            units: BTreeMap::new(),
            versions: Vec::new(),
            panels: Vec::new(),
            ties: Vec::new(),
            conferences: Vec::new(),
            queries: Vec::new(),
            objections: Vec::new(),
            attendance: Vec::new(),
            score_table: None,
            consultation: None,
            ballots: Vec::new(),
            ranking: None,
            council: None,
            elected: None,
            office: Office::default(),
        }
    }
}

impl LeadershipRecorded {
    pub(super) fn leadership(&self, mark: Mark) -> Leadership {
        Leadership { leader: self.leader, deputy: self.deputy, method: self.method, mark }
    }
}

/// Opens a year. Who was elected for it in the year before takes office with the opening.
pub(super) fn open(command: &YearCommand) -> Vec<YearEvent> {
    let opened = Opened { bloc: command.bloc, year: command.year };
    let elected = command.proofs.before.as_ref().and_then(|year| year.elected.as_ref());
    let elected = elected.map(|next| LeadershipRecorded {
        leader: next.leader,
        deputy: next.deputy,
        method: next.method,
    });
    std::iter::once(opened.into()).chain(elected.map(Into::into)).collect()
}

impl Year {
    pub(super) fn record_leadership(
        &self,
        act: RecordLeadership,
        proofs: &Proofs,
    ) -> Result<LeadershipRecorded, Rejection> {
        Self::two_members(act.leader, act.deputy, proofs)?;
        match self.leadership {
            Some(_) => Err(Rejection::AlreadyExists(Thing::Leader)),
            None => Ok(act),
        }
    }
}
