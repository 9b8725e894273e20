//! Scoring with eyes open: anyone of the bloc may ask how a score came about, and whoever gave it explains.

use super::{Evidence, Mark, Proofs, Score, Timeliness, Year};
use crate::{
    Date, EventId, Rejection, Remark, Timestamp, UnitId,
    regulation::{CriterionId, Regulation, Scorer},
    rejection::Thing,
};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Asks how a score came about.
#[derive(Clone, Debug)]
pub struct QueryScore {
    /// The fact that gave the score.
    pub score: EventId,
    /// The criterion; absent for the score as a whole.
    pub criterion: Option<CriterionId>,
    /// The member that asks; absent when the leader, the deputy or the body above does.
    pub asked_by: Option<UnitId>,
    /// The question.
    pub text: Remark,
}

/// A score was queried.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ScoreQueried {
    /// The unit that was scored.
    pub unit: UnitId,
    /// Who scored it.
    pub scorer: Scorer,
    /// The fact that gave the score.
    pub score: EventId,
    /// The criterion; absent for the score as a whole.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub criterion: Option<CriterionId>,
    /// The unit that asks; absent when the body above does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asked_by: Option<UnitId>,
    /// The unit that gave the score and has to explain it; absent when the body above does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asked_of: Option<UnitId>,
    /// The question.
    pub text: Remark,
    /// When the explanation is due; absent when no day is set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due: Option<Timestamp>,
}

/// Asks to explain a score.
#[derive(Clone, Debug)]
pub struct ExplainScore {
    /// The fact that asked.
    pub query: EventId,
    /// The explanation.
    pub text: Remark,
    /// What supports it.
    pub evidence: Vec<Evidence>,
}

/// A score was explained.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExplanationGiven {
    /// The fact that asked.
    pub query: EventId,
    /// The unit that was scored.
    pub unit: UnitId,
    /// The explanation.
    pub text: Remark,
    /// What supports it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub evidence: Vec<Evidence>,
    /// Whether it came in time.
    pub timeliness: Timeliness,
}

/// A query, and whether it was answered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Query {
    /// The unit that was scored.
    pub unit: UnitId,
    /// Who scored it.
    pub scorer: Scorer,
    /// The fact that gave the score.
    pub score: EventId,
    /// The unit that asks.
    pub asked_by: Option<UnitId>,
    /// The unit that has to explain; absent for the body above.
    pub asked_of: Option<UnitId>,
    /// When the explanation is due.
    pub due: Option<Timestamp>,
    /// The fact that asked.
    pub mark: Mark,
    /// The fact that explained.
    pub explained: Option<Mark>,
}

impl ScoreQueried {
    pub(super) fn query(&self, mark: Mark) -> Query {
        Query {
            unit: self.unit,
            scorer: self.scorer,
            score: self.score,
            asked_by: self.asked_by,
            asked_of: self.asked_of,
            due: self.due,
            mark,
            explained: None,
        }
    }
}

impl Year {
    /// A query, by the fact that asked.
    pub fn query(&self, id: EventId) -> Option<&Query> {
        self.queries.iter().find(|query| query.mark.id == id).map(AsRef::as_ref)
    }

    /// The score that a fact gave, as it stands: `Err` names the fact that replaced it, or that there is none.
    pub(super) fn standing_score(&self, fact: EventId) -> Result<(UnitId, &Score), Rejection> {
        let scores = self.units.iter().flat_map(|(unit, known)| known.scores.iter().map(|s| (*unit, s)));
        for (unit, score) in scores {
            if score.mark.id == fact {
                return Ok((unit, score));
            }
            if score.replaced.iter().any(|mark| mark.id == fact) {
                let standing = Some(score.mark.id);
                return Err(Rejection::NotTheStandingFact { named: fact, standing });
            }
        }
        Err(Rejection::Unknown(Thing::Fact(fact)))
    }

    /// The end of the day so many days from now, where the regulation sets a period.
    pub(super) fn due_after(
        &self,
        from: Date,
        days: impl Fn(&Regulation) -> Option<u8>,
    ) -> Option<Timestamp> {
        days(&self.regulation.as_ref()?.regulation).map(|days| from.plus_days(i32::from(days)).end())
    }

    pub(super) fn query_score(
        &self,
        act: QueryScore,
        proofs: &Proofs,
        by: Option<UnitId>,
    ) -> Result<ScoreQueried, Rejection> {
        if let Some(stranger) = act.asked_by.filter(|unit| !proofs.roster.contains(unit)) {
            return Err(Rejection::NotAMember(stranger));
        }
        let (unit, score) = self.standing_score(act.score)?;
        if let Some(criterion) = act.criterion.filter(|id| score.marks.iter().all(|(scored, _)| scored != id))
        {
            return Err(Rejection::Unknown(Thing::Criterion(criterion)));
        }
        Ok(ScoreQueried {
            unit,
            scorer: score.scorer,
            score: act.score,
            criterion: act.criterion,
            asked_by: act.asked_by.or(by),
            asked_of: score.given_by,
            text: act.text,
            due: self.due_after(proofs.received.day(), |rule| rule.explanation_days),
        })
    }

    pub(super) fn explain_score(
        &self,
        act: ExplainScore,
        proofs: &Proofs,
    ) -> Result<ExplanationGiven, Rejection> {
        let query = self.query(act.query).ok_or(Rejection::Unknown(Thing::Query(act.query)))?;
        if query.explained.is_some() {
            return Err(Rejection::Ended(Thing::Query(act.query)));
        }
        Ok(ExplanationGiven {
            query: act.query,
            unit: query.unit,
            text: act.text,
            evidence: act.evidence,
            timeliness: Timeliness::of(query.due, proofs.received),
        })
    }

    pub(super) fn take_explanation(&mut self, event: &ExplanationGiven, mark: Mark) {
        if let Some(query) = self.queries.iter_mut().find(|query| query.mark.id == event.query) {
            Arc::make_mut(query).explained = Some(Mark { timeliness: event.timeliness, ..mark });
        }
    }
}
