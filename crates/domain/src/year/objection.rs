//! Objections (kiến nghị): a unit contests its score, the score table or the ranking; a ruling says whether it is right;
//! what is corrected after it names the ruling. Nothing that was adopted disappears.

use super::{Correction, Evidence, Mark, Proofs, Timeliness, Year};
use crate::{Authority, EventId, Rejection, Remark, Timestamp, UnitId, rejection::Thing};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// What an objection is against.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Contested {
    /// A score of the unit.
    Score,
    /// The adopted score table.
    ScoreTable,
    /// The adopted ranking.
    Ranking,
}

impl Contested {
    /// Everything that can be contested, in the order of the year.
    pub const ALL: [Self; 3] = [Self::Score, Self::ScoreTable, Self::Ranking];
}

/// How an objection was ruled on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// The unit is right, wholly or in part: a correction follows.
    Upheld,
    /// The result stands.
    Dismissed,
}

impl Outcome {
    /// Both outcomes.
    pub const ALL: [Self; 2] = [Self::Upheld, Self::Dismissed];
}

/// Asks to lodge an objection.
#[derive(Clone, Debug)]
pub struct LodgeObjection {
    /// The unit that objects.
    pub unit: UnitId,
    /// The fact it is against: the one that gave it a score, or adopted the score table or the ranking.
    pub against: EventId,
    /// What is wrong, and what the unit asks for.
    pub text: Remark,
    /// What supports it.
    pub evidence: Vec<Evidence>,
}

/// A unit objected.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ObjectionLodged {
    /// The unit.
    pub unit: UnitId,
    /// What it is against.
    pub contested: Contested,
    /// The fact it is against.
    pub against: EventId,
    /// What is wrong, and what the unit asks for.
    pub text: Remark,
    /// What supports it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub evidence: Vec<Evidence>,
    /// Whether it came in time.
    pub timeliness: Timeliness,
    /// When a ruling is due; absent when no day is set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ruling_due: Option<Timestamp>,
}

/// Asks to rule on an objection.
#[derive(Clone, Debug)]
pub struct RuleOnObjection {
    /// The fact that lodged it.
    pub objection: EventId,
    /// How it ends.
    pub outcome: Outcome,
    /// Why.
    pub reason: Remark,
}

/// An objection was ruled on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ObjectionRuled {
    /// The fact that lodged it.
    pub objection: EventId,
    /// The unit that objected.
    pub unit: UnitId,
    /// How it ends.
    pub outcome: Outcome,
    /// Why.
    pub reason: Remark,
    /// Whether it came in time.
    pub timeliness: Timeliness,
}

/// An objection, its ruling and what followed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Objection {
    /// The unit that objected.
    pub unit: UnitId,
    /// What it is against.
    pub contested: Contested,
    /// The fact it is against.
    pub against: EventId,
    /// The fact that lodged it.
    pub mark: Mark,
    /// When a ruling is due.
    pub ruling_due: Option<Timestamp>,
    /// How it was ruled on, and the fact that says so.
    pub ruling: Option<(Outcome, Mark)>,
    /// The corrections that name the ruling, oldest first.
    pub effects: Vec<Mark>,
}

impl ObjectionLodged {
    pub(super) fn objection(&self, mark: Mark) -> Objection {
        Objection {
            unit: self.unit,
            contested: self.contested,
            against: self.against,
            mark: Mark { timeliness: self.timeliness, ..mark },
            ruling_due: self.ruling_due,
            ruling: None,
            effects: Vec::new(),
        }
    }
}

impl Objection {
    /// Whether it waits for its ruling.
    pub const fn is_pending(&self) -> bool {
        self.ruling.is_none()
    }
}

impl Year {
    /// An objection, by the fact that lodged it.
    pub fn objection(&self, id: EventId) -> Option<&Objection> {
        self.objections.iter().find(|objection| objection.mark.id == id).map(AsRef::as_ref)
    }

    pub(super) fn lodge_objection(
        &self,
        act: LodgeObjection,
        proofs: &Proofs,
    ) -> Result<ObjectionLodged, Rejection> {
        let LodgeObjection { unit, against, text, evidence } = act;
        if !proofs.roster.contains(&unit) {
            return Err(Rejection::NotAMember(unit));
        }
        let (contested, since) = self.contested(unit, against)?;
        let same = |open: &&Arc<Objection>| open.unit == unit && open.against == against && open.is_pending();
        if let Some(open) = self.objections.iter().find(same) {
            return Err(Rejection::AlreadyExists(Thing::Objection(open.mark.id)));
        }
        let due = self.due_after(since.recorded_at.day(), |rule| rule.objection_days);
        Ok(ObjectionLodged {
            unit,
            contested,
            against,
            text,
            evidence,
            timeliness: Timeliness::of(due, proofs.received),
            ruling_due: self.due_after(proofs.received.day(), |rule| rule.ruling_days),
        })
    }

    /// What a fact decided about the unit, as it stands.
    fn contested(&self, unit: UnitId, against: EventId) -> Result<(Contested, Mark), Rejection> {
        let table =
            self.score_table.as_deref().map(|table| (Contested::ScoreTable, &table.mark, &table.replaced));
        let ranking =
            self.ranking.as_deref().map(|ranking| (Contested::Ranking, &ranking.mark, &ranking.replaced));
        for (contested, mark, replaced) in [table, ranking].into_iter().flatten() {
            if mark.id == against {
                return Ok((contested, *mark));
            }
            if replaced.iter().any(|earlier| earlier.id == against) {
                let standing = Some(mark.id);
                return Err(Rejection::NotTheStandingFact { named: against, standing });
            }
        }
        match self.standing_score(against)? {
            (scored, score) if scored == unit => Ok((Contested::Score, score.mark)),
            (scored, _) => Err(Rejection::NotYourScore { unit, scored }),
        }
    }

    pub(super) fn rule_on_objection(
        &self,
        act: RuleOnObjection,
        proofs: &Proofs,
        by: &Authority,
    ) -> Result<ObjectionRuled, Rejection> {
        let unknown = || Rejection::Unknown(Thing::Objection(act.objection));
        let objection = self.objection(act.objection).ok_or_else(unknown)?;
        if !objection.is_pending() {
            return Err(Rejection::Ended(Thing::Objection(act.objection)));
        }
        if by.unit == Some(objection.unit) {
            return Err(Rejection::ConflictOfInterest {
                unit: objection.unit,
                scorer: self.leadership.as_ref().and_then(|l| l.other_than(objection.unit)),
            });
        }
        Ok(ObjectionRuled {
            objection: act.objection,
            unit: objection.unit,
            outcome: act.outcome,
            reason: act.reason,
            timeliness: Timeliness::of(objection.ruling_due, proofs.received),
        })
    }

    /// A correction may name only a ruling that upheld an objection.
    pub(super) fn rests_on_a_ruling(&self, correction: Option<&Correction>) -> Result<(), Rejection> {
        let Some(named) = correction.and_then(|correction| correction.ruling) else { return Ok(()) };
        let upheld = |objection: &Arc<Objection>| {
            objection.ruling.is_some_and(|(outcome, mark)| mark.id == named && outcome == Outcome::Upheld)
        };
        if self.objections.iter().any(upheld) { Ok(()) } else { Err(Rejection::NotARuling(named)) }
    }

    pub(super) fn take_ruling(&mut self, event: &ObjectionRuled, mark: Mark) {
        if let Some(objection) = self.objections.iter_mut().find(|one| one.mark.id == event.objection) {
            let mark = Mark { timeliness: event.timeliness, ..mark };
            Arc::make_mut(objection).ruling = Some((event.outcome, mark));
        }
    }

    /// A correction that names a ruling is what followed from it.
    pub(super) fn take_effect(&mut self, correction: Option<&Correction>, mark: Mark) {
        let Some(named) = correction.and_then(|correction| correction.ruling) else { return };
        let ruled = |one: &&mut Arc<Objection>| one.ruling.is_some_and(|(_, ruling)| ruling.id == named);
        if let Some(objection) = self.objections.iter_mut().find(ruled) {
            Arc::make_mut(objection).effects.push(mark);
        }
    }
}
