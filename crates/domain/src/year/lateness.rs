//! Who was late with what, by the server's receipt, and whether everyone was penalised alike.

use super::{Mark, UnitYear, Year};
use crate::{
    UnitId,
    regulation::{Breach, FindingState, PenaltyRule, Scorer, Step},
};

/// A step that a unit took late, or left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lapse {
    /// The unit.
    pub unit: UnitId,
    /// The step.
    pub step: Step,
    /// The late act; absent when the step was left out.
    pub mark: Option<Mark>,
    /// The penalty of the sheet, and how far it has come; absent when the sheet has none for it.
    pub penalty: Option<(PenaltyRule, FindingState)>,
}

/// What became of one penalty rule over all units.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RuleCount {
    /// The rule.
    pub rule: PenaltyRule,
    /// How many units it was found for.
    pub found: usize,
    /// For how many it takes points away.
    pub taken: usize,
    /// For how many whoever scores the criterion took none away.
    pub waived: usize,
    /// For how many that is still open.
    pub open: usize,
}

impl RuleCount {
    /// Whether every unit it was found for is treated alike.
    pub const fn is_equal(&self) -> bool {
        self.taken == self.found || self.waived == self.found || self.open == self.found
    }
}

impl UnitYear {
    /// Every fact by which the unit took a step, or had it taken.
    fn marks(&self, step: Step) -> Vec<Mark> {
        match Scorer::ALL.into_iter().find(|scorer| scorer.step() == step) {
            Some(scorer) => self.scores_of(scorer).map(|score| score.mark).collect(),
            None => self.step(step).copied().into_iter().collect(),
        }
    }
}

impl Year {
    /// Every step taken late or left out, by unit in the given order and then by step. A step counts as left out where a
    /// penalty of the sheet finds it so.
    pub fn lapses(&self, units: &[UnitId]) -> Vec<Lapse> {
        units.iter().flat_map(|unit| self.lapses_of(*unit)).collect()
    }

    fn lapses_of(&self, unit: UnitId) -> Vec<Lapse> {
        let Some(known) = self.unit(unit) else { return Vec::new() };
        // A sheet without penalties finds nothing, whatever the scores are.
        let finds = self.regulation.as_ref().is_some_and(|one| !one.regulation.sheet.penalties.is_empty());
        let findings = if finds { self.evaluate(unit) } else { None };
        let findings = findings.map(|evaluation| evaluation.findings).unwrap_or_default();
        let mut lapses = Vec::new();
        for step in Step::ALL {
            let late = known.marks(step).into_iter().filter(|mark| mark.timeliness.late);
            lapses.extend(late.map(|mark| {
                let found =
                    findings.iter().find(|found| found.rule.step == step && found.fact == Some(mark.id));
                let penalty = found.map(|found| (found.rule, found.state));
                Lapse { unit, step, mark: Some(mark), penalty }
            }));
            let left_out = findings
                .iter()
                .filter(|found| found.rule.step == step && found.rule.when == Breach::NotTaken);
            lapses.extend(left_out.map(|found| {
                let penalty = Some((found.rule, found.state));
                Lapse { unit, step, mark: None, penalty }
            }));
        }
        lapses
    }

    /// What became of every penalty rule of the sheet, in its order.
    pub fn rule_counts(&self, lapses: &[Lapse]) -> Vec<RuleCount> {
        let rules = self.regulation.iter().flat_map(|adopted| &adopted.regulation.sheet.penalties);
        let count = |rule: &PenaltyRule| {
            let states = || {
                let found = lapses.iter().filter_map(|lapse| lapse.penalty);
                found.filter(move |(found, _)| found == rule).map(|(_, state)| state)
            };
            let of = |wanted: &[FindingState]| states().filter(|state| wanted.contains(state)).count();
            RuleCount {
                rule: *rule,
                found: states().count(),
                taken: of(&[FindingState::Applied, FindingState::Confirmed]),
                waived: of(&[FindingState::Waived]),
                open: of(&[FindingState::Proposed]),
            }
        };
        rules.map(count).collect()
    }
}
