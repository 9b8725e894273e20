//! Scores (chấm điểm): by the unit itself, by the leader or deputy, by the state body. They stand side by side; a
//! correction is a new fact that names what it corrects.

use super::{Correction, Evidence, Mark, Proofs, Timeliness, UnitYear, Year};
use crate::{
    Authority, Points, Rejection, Remark, UnitId,
    regulation::{CriterionId, Evaluation, Scorer},
    rejection::Thing,
};
use serde::{Deserialize, Serialize};

/// The points for one criterion.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ScoreEntry {
    /// The criterion.
    pub criterion: CriterionId,
    /// The points; for a penalty, as a positive number.
    pub points: Points,
    /// What supports them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub evidence: Vec<Evidence>,
    /// Explanation (giải trình).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub explanation: Option<Remark>,
}

/// Asks to score a unit.
#[derive(Clone, Debug)]
pub struct GiveScores {
    /// The unit that is scored.
    pub unit: UnitId,
    /// Who scores it.
    pub scorer: Scorer,
    /// The points, criterion by criterion.
    pub entries: Vec<ScoreEntry>,
    /// What it replaces.
    pub correction: Option<Correction>,
}

/// A unit was scored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ScoresGiven {
    /// The unit that is scored.
    pub unit: UnitId,
    /// Who scored it.
    pub scorer: Scorer,
    /// The unit whose officer gave the score: the unit itself, the leader or the deputy.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub given_by: Option<UnitId>,
    /// The points, criterion by criterion.
    pub entries: Vec<ScoreEntry>,
    /// Whether it came in time.
    pub timeliness: Timeliness,
    /// What it replaces.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub correction: Option<Correction>,
}

/// The score that stands of one scorer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Score {
    /// Who gave it.
    pub scorer: Scorer,
    /// The unit whose officer gave it.
    pub given_by: Option<UnitId>,
    /// The points, criterion by criterion.
    pub marks: Box<[(CriterionId, Points)]>,
    /// The fact that gave it.
    pub mark: Mark,
    /// The facts it replaced, oldest first.
    pub replaced: Vec<Mark>,
}

impl UnitYear {
    /// The score of one scorer that stands.
    pub fn score(&self, scorer: Scorer) -> Option<&Score> {
        self.scores.iter().find(|score| score.scorer == scorer)
    }

    pub(super) fn take_score(&mut self, event: &ScoresGiven, mark: Mark) {
        let marks = event.entries.iter().map(|entry| (entry.criterion, entry.points)).collect();
        let mark = Mark { timeliness: event.timeliness, ..mark };
        let mut replaced = Vec::new();
        if let Some(at) = self.scores.iter().position(|score| score.scorer == event.scorer) {
            let before = self.scores.remove(at);
            replaced = before.replaced;
            replaced.push(before.mark);
        }
        self.scores.push(Score { scorer: event.scorer, given_by: event.given_by, marks, mark, replaced });
        self.scores.sort_by_key(|score| score.scorer);
    }
}

impl Year {
    pub(super) fn give_scores(
        &self,
        act: GiveScores,
        proofs: &Proofs,
        by: &Authority,
    ) -> Result<ScoresGiven, Rejection> {
        let step = act.scorer.step();
        let sheet = &self.adopted()?.regulation.sheet;
        self.may_take(step, act.unit, proofs)?;
        self.check_recusal(&act, by)?;
        let standing = self.unit(act.unit).and_then(|unit| unit.step(step));
        Self::replaces(step, act.unit, standing, act.correction.as_ref().map(|c| c.corrects))?;
        let points: Vec<_> = act.entries.iter().map(|entry| (entry.criterion, entry.points)).collect();
        sheet.accept(act.scorer, &points).map_err(Rejection::ScoresFaulty)?;
        Ok(ScoresGiven {
            timeliness: self.timeliness(step, proofs)?,
            unit: act.unit,
            scorer: act.scorer,
            given_by: by.unit,
            entries: act.entries,
            correction: act.correction,
        })
    }

    /// The leader's own unit is scored by the deputy, and the deputy's by the leader.
    fn check_recusal(&self, act: &GiveScores, by: &Authority) -> Result<(), Rejection> {
        if act.scorer != Scorer::Bloc || by.unit != Some(act.unit) {
            return Ok(());
        }
        let leadership = self.leadership.as_ref().ok_or(Rejection::Unknown(Thing::Leader))?;
        let scorer = if leadership.leader == act.unit { leadership.deputy } else { Some(leadership.leader) };
        Err(Rejection::ConflictOfInterest { unit: act.unit, scorer })
    }

    /// What a unit's scores come to under the adopted regulation.
    pub fn evaluate(&self, unit: UnitId) -> Option<Evaluation> {
        let sheet = &self.regulation.as_ref()?.regulation.sheet;
        let scored = self.unit(unit);
        Some(sheet.evaluate(|scorer| scored.and_then(|u| u.score(scorer)).map(|score| &*score.marks)))
    }
}
