//! Who scores criteria beside the bloc: departments from outside (sở, ngành chấm theo lĩnh vực), a scoring panel (tổ
//! chấm điểm), a level of review. The regulation says which criteria they score; this act says which unit scores which.

use super::{Mark, Proofs, Year};
use crate::{
    Rejection, UnitId,
    regulation::{CriterionId, Scorer},
    rejection::{ScoreFault, ScoreFaultKind, Thing},
};
use serde::{Deserialize, Serialize};

/// A unit was assigned the criteria it scores in this year, in the place of those it had.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PanelAssigned {
    /// The unit that scores.
    pub panel: UnitId,
    /// What it scores; none relieves it.
    pub criteria: Vec<CriterionId>,
}

/// Asks to assign criteria.
pub type AssignPanel = PanelAssigned;

/// A unit that scores criteria.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Panel {
    /// The unit.
    pub unit: UnitId,
    /// What it scores.
    pub criteria: Vec<CriterionId>,
    /// The fact that says so.
    pub mark: Mark,
}

impl Year {
    /// The criteria that were assigned to a unit.
    pub(super) fn assigned_to(&self, unit: Option<UnitId>) -> &[CriterionId] {
        let panel = self.panels.iter().find(|panel| Some(panel.unit) == unit);
        panel.map(|panel| &*panel.criteria).unwrap_or_default()
    }

    pub(super) fn take_panel(&mut self, event: &PanelAssigned, mark: Mark) {
        self.panels.retain(|panel| panel.unit != event.panel);
        if !event.criteria.is_empty() {
            self.panels.push(Panel { unit: event.panel, criteria: event.criteria.clone(), mark });
        }
    }

    pub(super) fn assign_panel(&self, act: AssignPanel, proofs: &Proofs) -> Result<PanelAssigned, Rejection> {
        let regulation = &self.adopted()?.regulation;
        if let Some(unknown) = proofs.unregistered.first() {
            return Err(Rejection::Unknown(Thing::Unit(*unknown)));
        }
        if regulation.step(Scorer::Panel.step()).is_none() {
            return Err(Rejection::NotInProcedure(Scorer::Panel.step()));
        }
        let faults: Vec<_> = (0..act.criteria.len()).filter_map(|index| self.fault_of(&act, index)).collect();
        if !faults.is_empty() {
            return Err(Rejection::AssignmentFaulty(faults));
        }
        let used = self.scored_beyond(&act);
        if used.is_empty() { Ok(act) } else { Err(Rejection::AssignmentUsed(act.panel, used)) }
    }

    /// What is wrong with one criterion of an assignment.
    fn fault_of(&self, act: &AssignPanel, index: usize) -> Option<ScoreFault> {
        let criterion = act.criteria[index];
        let sheet = &self.regulation.as_ref()?.regulation.sheet;
        let leaves = sheet.leaves();
        let leaf = leaves.iter().map(|(_, leaf)| *leaf).find(|leaf| leaf.id == criterion);
        let alone = sheet.combine(Scorer::Panel).is_none();
        let other = self
            .panels
            .iter()
            .find(|panel| alone && panel.unit != act.panel && panel.criteria.contains(&criterion));
        let kind = match (leaf, other) {
            (None, _) => ScoreFaultKind::UnknownCriterion,
            (Some(_), _) if act.criteria[..index].contains(&criterion) => ScoreFaultKind::Duplicate,
            (Some(leaf), _) if !leaf.scored_by.contains(&Scorer::Panel) => {
                ScoreFaultKind::NotYours(leaf.scored_by.clone())
            }
            (Some(_), Some(other)) => ScoreFaultKind::Taken(other.unit),
            (Some(_), None) => return None,
        };
        Some(ScoreFault { entry: Some(index), criterion, kind })
    }

    /// The criteria the unit has scored already and would lose.
    fn scored_beyond(&self, act: &AssignPanel) -> Vec<CriterionId> {
        let scores = self.units.values().flat_map(|unit| unit.scores_of(Scorer::Panel));
        let own = scores.filter(|score| score.given_by == Some(act.panel));
        let mut used: Vec<_> =
            own.flat_map(|score| score.marks.iter().map(|(criterion, _)| *criterion)).collect();
        used.retain(|criterion| !act.criteria.contains(criterion));
        used.sort_unstable();
        used.dedup();
        used
    }
}
