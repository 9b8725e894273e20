//! Scores (chấm điểm): by the unit itself, by its peers, by the leader or deputy, by panels, by the state body. They
//! stand side by side; a correction is a new fact that names what it corrects.

use super::{Correction, Evidence, Mark, Proofs, Timeliness, UnitYear, Year};
use crate::{
    Authority, Points, Rejection, Remark, UnitId,
    regulation::{Breach, CriterionId, Evaluation, Finding, FindingState, Given, Month, PenaltyRule, Scorer},
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
    /// The unit that scores, where several may: a peer or a panel.
    pub given_by: Option<UnitId>,
    /// The month the scores are for, in a sheet that adds up months.
    pub month: Option<Month>,
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
    /// The unit whose officer gave the score: the unit itself, a peer, the leader or the deputy, a panel.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub given_by: Option<UnitId>,
    /// The month the scores are for, in a sheet that adds up months.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub month: Option<Month>,
    /// The points, criterion by criterion.
    pub entries: Vec<ScoreEntry>,
    /// Whether it came in time.
    pub timeliness: Timeliness,
    /// What it replaces.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub correction: Option<Correction>,
}

/// The score that stands of one scorer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Score {
    /// Who gave it.
    pub scorer: Scorer,
    /// The unit whose officer gave it.
    pub given_by: Option<UnitId>,
    /// The month it is for.
    pub month: Option<Month>,
    /// The points, criterion by criterion.
    pub marks: Box<[(CriterionId, Points)]>,
    /// The fact that gave it.
    pub mark: Mark,
    /// The facts it replaced, oldest first.
    pub replaced: Vec<Mark>,
}

/// What tells the scores of one unit apart: who gave it, and for which month. The leader and the deputy give one and
/// the same score of the bloc.
type Slot = (Scorer, Option<UnitId>, Option<Month>);

fn slot(scorer: Scorer, given_by: Option<UnitId>, month: Option<Month>) -> Slot {
    (scorer, given_by.filter(|_| scorer.may_be_many()), month)
}

impl UnitYear {
    /// The score of one scorer that stands; of several givers or months, the first.
    pub fn score(&self, scorer: Scorer) -> Option<&Score> {
        self.scores_of(scorer).next()
    }

    /// The scores of one scorer that stand, by giver and month.
    pub fn scores_of(&self, scorer: Scorer) -> impl Iterator<Item = &Score> {
        self.scores.iter().filter(move |score| score.scorer == scorer)
    }

    fn in_slot(&self, wanted: Slot) -> Option<usize> {
        self.scores.iter().position(|score| slot(score.scorer, score.given_by, score.month) == wanted)
    }

    pub(super) fn take_score(&mut self, event: &ScoresGiven, mark: Mark) {
        let marks = event.entries.iter().map(|entry| (entry.criterion, entry.points)).collect();
        let mark = Mark { timeliness: event.timeliness, ..mark };
        let ScoresGiven { scorer, given_by, month, .. } = *event;
        let mut replaced = Vec::new();
        if let Some(at) = self.in_slot(slot(scorer, given_by, month)) {
            let before = self.scores.remove(at);
            replaced = before.replaced;
            replaced.push(before.mark);
        }
        self.scores.push(Score { scorer, given_by, month, marks, mark, replaced });
        self.scores.sort_by_key(|score| slot(score.scorer, score.given_by, score.month));
    }
}

impl Year {
    pub(super) fn give_scores(
        &self,
        act: GiveScores,
        proofs: &Proofs,
        by: &Authority,
    ) -> Result<ScoresGiven, Rejection> {
        let (unit, scorer, step) = (act.unit, act.scorer, act.scorer.step());
        let sheet = &self.adopted()?.regulation.sheet;
        self.may_take(step, unit, proofs)?;
        self.check_giver(&act, proofs, by)?;
        if act.month.is_some() != sheet.monthly {
            return Err(Rejection::WrongPeriod { monthly: sheet.monthly });
        }
        let known = self.unit(unit);
        let at = known.and_then(|known| known.in_slot(slot(scorer, by.unit, act.month)));
        let standing = known.zip(at).map(|(known, at)| &known.scores[at].mark);
        Self::replaces(step, unit, standing, act.correction.as_ref().map(|c| c.corrects))?;
        let points: Vec<_> = act.entries.iter().map(|entry| (entry.criterion, entry.points)).collect();
        let assigned = (scorer == Scorer::Panel).then(|| self.assigned_to(by.unit));
        sheet.accept_assigned(scorer, assigned, &points).map_err(Rejection::ScoresFaulty)?;
        Ok(ScoresGiven {
            timeliness: self.timeliness(step, proofs)?,
            unit,
            scorer,
            given_by: by.unit,
            month: act.month,
            entries: act.entries,
            correction: act.correction,
        })
    }

    /// Peers are members; and nobody scores its own unit for others, unless the sheet says so: the leader's unit is
    /// scored by the deputy, and the deputy's by the leader.
    fn check_giver(&self, act: &GiveScores, proofs: &Proofs, by: &Authority) -> Result<(), Rejection> {
        let unit = act.unit;
        if act.scorer == Scorer::Peer
            && let Some(stranger) = by.unit.filter(|giver| !proofs.roster.contains(giver))
        {
            return Err(Rejection::NotAMember(stranger));
        }
        let own = act.scorer != Scorer::Itself && by.unit == Some(unit);
        if !own || self.adopted()?.regulation.sheet.own_unit(act.scorer) {
            return Ok(());
        }
        if act.scorer != Scorer::Bloc {
            return Err(Rejection::ConflictOfInterest { unit, scorer: None });
        }
        let leadership = self.leadership.as_ref().ok_or(Rejection::Unknown(Thing::Leader))?;
        let scorer = if leadership.leader == unit { leadership.deputy } else { Some(leadership.leader) };
        Err(Rejection::ConflictOfInterest { unit, scorer })
    }

    /// What a unit's scores, and the steps it missed, come to under the adopted regulation.
    pub fn evaluate(&self, unit: UnitId) -> Option<Evaluation> {
        let sheet = &self.regulation.as_ref()?.regulation.sheet;
        let scored = self.unit(unit);
        let given = |scorer| {
            let scores = scored.into_iter().flat_map(move |known| known.scores_of(scorer));
            scores.map(|score| Given { month: score.month, marks: &score.marks })
        };
        let findings = sheet.penalties.iter().filter_map(|rule| self.finding(scored?, rule));
        Some(sheet.evaluate_record(given, findings.collect()))
    }

    /// Whether the record shows what a penalty is for. A step counts as not taken once the unit has taken a later one:
    /// no clock decides, so that the answer is the same whenever it is read.
    fn finding(&self, known: &UnitYear, rule: &PenaltyRule) -> Option<Finding> {
        let found = |fact| Some(Finding { rule: *rule, fact, state: FindingState::Proposed });
        match (rule.when, known.step(rule.step)) {
            (Breach::Late, Some(mark)) if mark.timeliness.late => found(Some(mark.id)),
            (Breach::NotTaken, None) => {
                let procedure = &self.regulation.as_ref()?.regulation.procedure;
                let later = procedure.iter().skip_while(|one| one.step != rule.step).skip(1);
                later.into_iter().find(|one| known.step(one.step).is_some()).and_then(|_| found(None))
            }
            (Breach::Late | Breach::NotTaken, Some(_)) | (Breach::Late, None) => None,
        }
    }
}
