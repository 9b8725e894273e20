//! Moving a deadline is an act like any other: seen, reasoned, and with the units it saves. Before it has passed the
//! leader may move it; afterwards only the body above.

use super::{Mark, Proofs, Timeliness, UnitYear, Year};
use crate::{Authority, Date, Rejection, Remark, Timestamp, UnitId, regulation::Step};
use serde::{Deserialize, Serialize};

/// Asks to move a deadline.
#[derive(Clone, Debug)]
pub struct ChangeDeadline {
    /// The step.
    pub step: Step,
    /// Its new last day.
    pub to: Date,
    /// Why.
    pub reason: Remark,
}

/// A deadline was moved.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DeadlineChanged {
    /// The step.
    pub step: Step,
    /// When it was due before; absent when no deadline was set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<Timestamp>,
    /// When it is due now.
    pub to: Timestamp,
    /// Whether the old deadline had passed.
    pub after_expiry: bool,
    /// The units that were late until now and are in time from now on.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub benefited: Vec<UnitId>,
    /// Why.
    pub reason: Remark,
}

impl UnitYear {
    /// The marks of a step: one, or one of each score.
    fn marks_mut(&mut self, step: Step) -> impl Iterator<Item = &mut Mark> {
        let filed = match step {
            Step::Registration => self.registration.as_mut(),
            Step::Pledge => self.pledge.as_mut(),
            Step::HalfYearReport => self.half_year_report.as_mut(),
            Step::AnnualReport => self.annual_report.as_mut(),
            Step::SelfScore
            | Step::PeerScore
            | Step::BlocScore
            | Step::PanelScore
            | Step::OfficialScore
            | Step::ScoreTable
            | Step::Consultation
            | Step::Ballot
            | Step::Ranking
            | Step::Council
            | Step::Leadership => None,
        };
        let scores = self.scores.iter_mut().filter(move |score| score.scorer.step() == step);
        filed.into_iter().chain(scores.map(|score| &mut score.mark))
    }
}

impl Year {
    /// When a step is due: as it was last moved, or as the regulation in force says.
    pub fn due(&self, step: Step) -> Option<Timestamp> {
        let adopted = self.regulation.as_ref()?;
        let since = |mark: &Mark| mark.position > adopted.mark.position;
        let moved = self.deadlines.iter().rev().find(|(change, mark)| change.step == step && since(mark));
        let ruled = || adopted.regulation.step(step)?.deadline?.moment(self.year).ok();
        moved.map(|(change, _)| change.to).or_else(ruled)
    }

    /// The units whose act came after `from` and not after `to`: late by the one, in time by the other.
    pub fn saved(&self, step: Step, from: Option<Timestamp>, to: Timestamp) -> Vec<UnitId> {
        let Some(from) = from else { return Vec::new() };
        let between = |at: Timestamp| from < at && at <= to;
        let units = self
            .units
            .iter()
            .filter(|(_, unit)| unit.step(step).is_some_and(|mark| between(mark.recorded_at)));
        units.map(|(unit, _)| *unit).collect()
    }

    pub(super) fn change_deadline(
        &self,
        act: ChangeDeadline,
        proofs: &Proofs,
        by: &Authority,
    ) -> Result<DeadlineChanged, Rejection> {
        let ChangeDeadline { step, to, reason } = act;
        if self.adopted()?.regulation.step(step).is_none() {
            return Err(Rejection::NotInProcedure(step));
        }
        let (from, to) = (self.due(step), to.end());
        let after_expiry = from.is_some_and(|due| proofs.received > due);
        if let Some(due) = from.filter(|_| after_expiry && by.unit.is_some()) {
            return Err(Rejection::DeadlineOver { step, due });
        }
        // Brought forward it must leave time; put off it may end in the past, which is what saves those who were late.
        let is_later = from.is_some_and(|due| to > due);
        if from == Some(to) || (!is_later && to <= proofs.received) {
            return Err(Rejection::DeadlineNotMoved { step, due: from, to });
        }
        Ok(DeadlineChanged { step, from, to, after_expiry, benefited: self.saved(step, from, to), reason })
    }

    pub(super) fn take_deadline(&mut self, event: &DeadlineChanged, mark: Mark) {
        let units: Vec<UnitId> = self.units.keys().copied().collect();
        for unit in units {
            if self.unit(unit).is_some_and(|known| known.step(event.step).is_some()) {
                for mark in self.unit_mut(unit).marks_mut(event.step) {
                    mark.timeliness = Timeliness { due: Some(event.to), late: mark.recorded_at > event.to };
                }
            }
        }
        self.deadlines.push((event.clone(), mark));
    }
}
