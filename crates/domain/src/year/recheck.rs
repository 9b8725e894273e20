//! The rules that a recorded act had to pass, asked again of the year as it was before: the very functions that decided,
//! so that an auditor sees what they said and does not have to believe that they were asked.

use super::{BallotClosed, BallotOpened, Proofs, Timeliness, Year, YearEvent, tally};
use crate::{
    Rejection, Timestamp, UnitId,
    regulation::{LatePolicy, Step},
    rejection::Missing,
};

/// A rule that was asked again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Rechecked {
    /// What had to come first.
    Order {
        /// The step.
        step: Step,
        /// What was missing; nothing when the act was in its turn.
        missing: Vec<Missing>,
    },
    /// When it was due.
    Deadline {
        /// The step.
        step: Step,
        /// When it was due, as the deadline stood then.
        due: Option<Timestamp>,
        /// Whether it came after that.
        late: bool,
        /// Whether the regulation refuses what comes late.
        refused: bool,
        /// Whether the fact itself says the same.
        as_recorded: bool,
    },
    /// How many had to be present.
    Quorum {
        /// How many were.
        present: usize,
        /// How many had to be, when they were too few.
        least: Option<usize>,
        /// Whether who was present was known where the regulation asks.
        known: bool,
    },
    /// How the votes were counted.
    Count {
        /// How many voted.
        cast: u32,
        /// Who was chosen by the votes counted again.
        chosen: Option<UnitId>,
        /// Whether the fact says the same, vote for vote.
        as_recorded: bool,
    },
}

impl Rechecked {
    /// Its name.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Order { .. } => "order",
            Self::Deadline { .. } => "deadline",
            Self::Quorum { .. } => "quorum",
            Self::Count { .. } => "count",
        }
    }

    /// Whether the act kept the rule.
    pub const fn holds(&self) -> bool {
        match self {
            Self::Order { missing, .. } => missing.is_empty(),
            Self::Deadline { late, refused, as_recorded, .. } => *as_recorded && !(*late && *refused),
            Self::Quorum { least, known, .. } => least.is_none() && *known,
            Self::Count { as_recorded, .. } => *as_recorded,
        }
    }
}

impl Year {
    /// The rules of the next recorded act, asked of the year as it was before; `proofs` are those of that moment.
    pub fn recheck(&self, event: &YearEvent, proofs: &Proofs) -> Vec<Rechecked> {
        let order = self.step_of(event).and_then(|(step, unit)| {
            let one = unit.as_slice();
            self.recheck_order(step, if unit.is_some() { one } else { &proofs.roster })
        });
        let other = if let YearEvent::BallotOpened(opened) = event {
            self.recheck_quorum(opened, &proofs.roster)
        } else if let YearEvent::BallotClosed(closed) = event {
            self.recheck_count(closed)
        } else {
            self.recheck_deadline(event, proofs.received)
        };
        order.into_iter().chain(other).collect()
    }

    /// The step an event takes, and the unit that takes it where each unit does.
    fn step_of(&self, event: &YearEvent) -> Option<(Step, Option<UnitId>)> {
        match event {
            YearEvent::RegistrationFiled(e) => Some((Step::Registration, Some(e.unit))),
            YearEvent::PledgeSigned(e) => Some((Step::Pledge, Some(e.unit))),
            YearEvent::ReportFiled(e) => Some((e.kind.step(), Some(e.unit))),
            YearEvent::ScoresGiven(e) => Some((e.scorer.step(), Some(e.unit))),
            YearEvent::ScoreTableAdopted(_) => Some((Step::ScoreTable, None)),
            YearEvent::ConsultationHeld(_) => Some((Step::Consultation, None)),
            YearEvent::BallotOpened(e) => Some((e.question.step(), None)),
            YearEvent::RankingAdopted(_) => Some((Step::Ranking, None)),
            YearEvent::CouncilDecided(_) => Some((Step::Council, None)),
            YearEvent::LeadershipElected(_) => Some((Step::Leadership, None)),
            YearEvent::Opened(_)
            | YearEvent::LeadershipRecorded(_)
            | YearEvent::LeadershipVacated(_)
            | YearEvent::LeadershipReplaced(_)
            | YearEvent::LeadershipDelegated(_)
            | YearEvent::LeadershipHandedOver(_)
            | YearEvent::RegulationDrafted(_)
            | YearEvent::DraftCommented(_)
            | YearEvent::RegulationAdopted(_)
            | YearEvent::DeadlineChanged(_)
            | YearEvent::ConferenceHeld(_)
            | YearEvent::PanelAssigned(_)
            | YearEvent::ScoreQueried(_)
            | YearEvent::ExplanationGiven(_)
            | YearEvent::ObjectionLodged(_)
            | YearEvent::ObjectionRuled(_)
            | YearEvent::UnitExcluded(_)
            | YearEvent::VoteCast(_)
            | YearEvent::BallotClosed(_)
            | YearEvent::TieBroken(_)
            | YearEvent::StandingPublished(_) => None,
        }
    }

    /// A step that the regulation does not know has no turn.
    fn recheck_order(&self, step: Step, concerned: &[UnitId]) -> Option<Rechecked> {
        match self.in_order(step, concerned) {
            Ok(()) => Some(Rechecked::Order { step, missing: Vec::new() }),
            Err(Rejection::OutOfOrder { step, missing }) => Some(Rechecked::Order { step, missing }),
            Err(_) => None,
        }
    }

    fn recheck_deadline(&self, event: &YearEvent, received: Timestamp) -> Option<Rechecked> {
        let recorded = if let YearEvent::RegistrationFiled(e) = event {
            e.timeliness
        } else if let YearEvent::PledgeSigned(e) = event {
            e.timeliness
        } else if let YearEvent::ReportFiled(e) = event {
            e.timeliness
        } else if let YearEvent::ScoresGiven(e) = event {
            e.timeliness
        } else {
            return None;
        };
        let (step, _) = self.step_of(event)?;
        let again = Timeliness::of(self.due(step), received);
        let rule = self.regulation.as_ref().and_then(|adopted| adopted.regulation.step(step));
        Some(Rechecked::Deadline {
            step,
            due: again.due,
            late: again.late,
            refused: rule.is_some_and(|rule| rule.late == LatePolicy::Refuse),
            as_recorded: again == recorded,
        })
    }

    fn recheck_quorum(&self, opened: &BallotOpened, roster: &[UnitId]) -> Option<Rechecked> {
        let rule = self.ballot_rule(opened.question).ok()?;
        let quorum = |least, known| Rechecked::Quorum { present: opened.present.len(), least, known };
        Some(match self.present(rule, opened.present.clone(), roster) {
            Ok(_) => quorum(None, true),
            Err(Rejection::NoQuorum { least, .. }) => quorum(Some(least), true),
            Err(_) => quorum(None, false),
        })
    }

    /// Of an open ballot the votes are counted that were cast, of a secret one those that were published with the count.
    fn recheck_count(&self, closed: &BallotClosed) -> Option<Rechecked> {
        let ballot = self.ballot(closed.ballot)?;
        let again = if closed.choices.is_empty() {
            tally::count(ballot, ballot.votes.values().flatten().copied(), Vec::new())
        } else {
            let choices = closed.choices.iter().map(|counted| counted.choice);
            tally::count(ballot, choices, closed.choices.clone())
        };
        let (cast, chosen) = (again.cast, again.chosen);
        let as_recorded = again == *closed && ballot.votes.len() == cast as usize;
        Some(Rechecked::Count { cast, chosen, as_recorded })
    }
}
