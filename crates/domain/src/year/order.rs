//! The order of steps. A ballot that skips the scoring is invalid (Ninh Thuận, Decision 24/2011/QĐ-UBND, item H.1),
//! so order is a rule, not a hint; which steps there are and what waits for what is data of the regulation.

use super::{Correction, ExclusionCause, Mark, Proofs, Question, Timeliness, UnitYear, Year};
use crate::{
    EventId, Rejection, UnitId,
    regulation::{LatePolicy, Marks, Scorer, Step},
    rejection::Missing,
};

/// What still keeps a year from taking a step.
pub type Gap = Missing;

/// How far one step of the year has come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StepState {
    /// The step.
    pub step: Step,
    /// Whether later steps wait for it.
    pub required: bool,
    /// Whether it is complete: for a step each unit takes, by every member that is not excluded.
    pub done: bool,
    /// For a step each unit takes: the members that have not.
    pub missing: Vec<UnitId>,
    /// When it is due.
    pub due: Option<crate::Timestamp>,
}

impl UnitYear {
    /// The fact by which the unit took a step, or had it taken.
    pub fn step(&self, step: Step) -> Option<&Mark> {
        match step {
            Step::Registration => self.registration.as_ref(),
            Step::Pledge => self.pledge.as_ref(),
            Step::HalfYearReport => self.half_year_report.as_ref(),
            Step::AnnualReport => self.annual_report.as_ref(),
            Step::SelfScore => self.score(Scorer::Itself).map(|score| &score.mark),
            Step::PeerScore => self.score(Scorer::Peer).map(|score| &score.mark),
            Step::BlocScore => self.score(Scorer::Bloc).map(|score| &score.mark),
            Step::PanelScore => self.score(Scorer::Panel).map(|score| &score.mark),
            Step::OfficialScore => self.score(Scorer::Official).map(|score| &score.mark),
            Step::ScoreTable
            | Step::Consultation
            | Step::Ballot
            | Step::Ranking
            | Step::Council
            | Step::Leadership => None,
        }
    }

    /// Why the unit is not considered, if it is not.
    pub fn excluded(&self) -> Option<ExclusionCause> {
        self.exclusion.as_ref().map(|(cause, _)| *cause)
    }
}

impl Year {
    fn step_done_by_bloc(&self, step: Step) -> bool {
        match step {
            Step::ScoreTable => self.score_table.is_some(),
            Step::Consultation => self.consultation.is_some(),
            Step::Ballot => {
                self.ballots.iter().any(|b| b.question == Question::LeadingUnit && b.result.is_some())
            }
            Step::Ranking => self.ranking.is_some(),
            Step::Council => self.council.is_some(),
            Step::Leadership => self.elected.is_some(),
            Step::Registration
            | Step::Pledge
            | Step::HalfYearReport
            | Step::AnnualReport
            | Step::SelfScore
            | Step::PeerScore
            | Step::BlocScore
            | Step::PanelScore
            | Step::OfficialScore => false,
        }
    }

    /// The members of `among` that are considered and have not taken a step.
    fn without(&self, step: Step, among: &[UnitId]) -> Vec<UnitId> {
        let open = |unit: &&UnitId| {
            let known = self.unit(**unit);
            known.is_none_or(|u| u.exclusion.is_none() && !self.has_taken(u, step))
        };
        among.iter().filter(open).copied().collect()
    }

    /// Whether a unit has taken a step, or had it taken. Where several score it, each criterion has as many scores as
    /// the sheet asks for.
    fn has_taken(&self, known: &UnitYear, step: Step) -> bool {
        let several = Scorer::ALL.into_iter().find(|scorer| scorer.step() == step && scorer.may_be_many());
        match (several, &self.regulation) {
            (Some(scorer), Some(adopted)) => {
                let papers: Vec<Marks<'_>> = known.scores_of(scorer).map(|score| &*score.marks).collect();
                adopted.regulation.sheet.is_covered(scorer, &papers)
            }
            (Some(_), None) | (None, _) => known.step(step).is_some(),
        }
    }

    /// How far every step of the procedure has come; empty before a regulation is adopted.
    pub fn steps(&self, roster: &[UnitId]) -> Vec<StepState> {
        let rules = self.regulation.iter().flat_map(|adopted| &adopted.regulation.procedure);
        rules
            .map(|rule| {
                let missing =
                    if rule.step.is_per_unit() { self.without(rule.step, roster) } else { Vec::new() };
                let done = if rule.step.is_per_unit() {
                    missing.is_empty()
                } else {
                    self.step_done_by_bloc(rule.step)
                };
                StepState {
                    step: rule.step,
                    required: rule.required,
                    done,
                    missing,
                    due: self.due(rule.step),
                }
            })
            .collect()
    }

    /// Refuses a step while a required earlier one is missing for the units concerned: the one unit of a step that
    /// each unit takes, every member for a step of the bloc.
    pub(super) fn in_order(&self, step: Step, concerned: &[UnitId]) -> Result<(), Rejection> {
        let Some(adopted) = &self.regulation else {
            let missing = Vec::new();
            return if step.needs_regulation() {
                Err(Rejection::OutOfOrder { step, missing })
            } else {
                Ok(())
            };
        };
        if adopted.regulation.step(step).is_none() {
            return Err(Rejection::NotInProcedure(step));
        }
        let gaps = adopted.regulation.before(step).filter_map(|rule| {
            if rule.step.is_per_unit() {
                let units = self.without(rule.step, concerned);
                (!units.is_empty()).then_some(Missing { step: rule.step, units })
            } else {
                (!self.step_done_by_bloc(rule.step)).then_some(Missing { step: rule.step, units: Vec::new() })
            }
        });
        let missing: Vec<_> = gaps.collect();
        if missing.is_empty() { Ok(()) } else { Err(Rejection::OutOfOrder { step, missing }) }
    }

    /// Whether an act received now is late for a step. Nothing but the server's receipt counts.
    pub(super) fn timeliness(&self, step: Step, proofs: &Proofs) -> Result<Timeliness, Rejection> {
        let rule = self.regulation.as_ref().and_then(|adopted| adopted.regulation.step(step));
        let timeliness = Timeliness::of(self.due(step), proofs.received);
        match (rule.map(|rule| rule.late), timeliness.due) {
            (Some(LatePolicy::Refuse), Some(due)) if timeliness.late => {
                Err(Rejection::DeadlinePassed { step, due, received: proofs.received })
            }
            _ => Ok(timeliness),
        }
    }

    /// The rules every act of a single unit has in common: it is a member, it is considered, and its turn has come.
    pub(super) fn may_take(&self, step: Step, unit: UnitId, proofs: &Proofs) -> Result<(), Rejection> {
        if !proofs.roster.contains(&unit) {
            return Err(Rejection::NotAMember(unit));
        }
        if self.is_excluded(unit) {
            return Err(Rejection::Excluded(unit));
        }
        self.in_order(step, &[unit])
    }

    /// What the bloc does once is done again only as a correction that names the fact that stands.
    pub(super) fn replaces_of_bloc(
        step: Step,
        standing: Option<&Mark>,
        correction: Option<&Correction>,
    ) -> Result<(), Rejection> {
        match (standing.map(|mark| mark.id), correction.map(|correction| correction.corrects)) {
            (Some(_), None) => Err(Rejection::AlreadyDone(step)),
            (standing, Some(named)) if standing != Some(named) => {
                Err(Rejection::NotTheStandingFact { named, standing })
            }
            _ => Ok(()),
        }
    }

    /// A first act needs no correction; a later one must name the fact that stands.
    pub(super) fn replaces(
        step: Step,
        unit: UnitId,
        standing: Option<&Mark>,
        named: Option<EventId>,
    ) -> Result<(), Rejection> {
        match (standing.map(|mark| mark.id), named) {
            (None, None) => Ok(()),
            (Some(standing), None) => Err(Rejection::AlreadyFiled(step, unit, standing)),
            (standing, Some(named)) if standing == Some(named) => Ok(()),
            (standing, Some(named)) => Err(Rejection::NotTheStandingFact { named, standing }),
        }
    }
}
