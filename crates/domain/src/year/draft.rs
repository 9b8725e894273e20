//! Drafting the regulation: the leader lays a draft before the members, every unit may comment, and the adoption names
//! the draft. Drafts are numbered within the year and kept.

use super::{Mark, Proofs, RegulationAdopted, Year};
use crate::{
    Authority, Date, Rejection, Remark, Text, Timestamp, UnitId, regulation::Regulation, rejection::Thing,
};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Asks to lay a draft before the members.
#[derive(Clone, Debug)]
pub struct DraftRegulation {
    /// The draft, whole.
    pub regulation: Arc<Regulation>,
    /// The last day for comments, where the drafter gives one; never shorter than the rule in force.
    pub comments_until: Option<Date>,
    /// What is new in it.
    pub note: Option<Remark>,
}

/// A regulation was drafted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RegulationDrafted {
    /// 1 for the first draft of the year.
    pub draft: u16,
    /// The draft, whole.
    pub regulation: Arc<Regulation>,
    /// The unit that drafted it; absent when the body above did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub drafted_by: Option<UnitId>,
    /// Until when the members may comment before it is adopted; absent when no period was set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comments_until: Option<Timestamp>,
    /// What is new in it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<Remark>,
}

/// A unit commented on a draft.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DraftCommented {
    /// The draft.
    pub draft: u16,
    /// The unit.
    pub unit: UnitId,
    /// The place in the draft, as a JSON pointer (RFC 6901); absent for the draft as a whole.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pointer: Option<Text<200>>,
    /// The comment.
    pub text: Remark,
}

/// A draft.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Draft {
    /// Its number.
    pub number: u16,
    /// The draft, whole.
    pub regulation: Arc<Regulation>,
    /// The unit that drafted it.
    pub drafted_by: Option<UnitId>,
    /// Until when the members may comment before it is adopted.
    pub comments_until: Option<Timestamp>,
    /// The fact that laid it before the members.
    pub mark: Mark,
    /// Who commented, oldest first.
    pub comments: Vec<(UnitId, Mark)>,
    /// The version of the regulation it became.
    pub adopted_as: Option<u16>,
}

impl RegulationDrafted {
    pub(super) fn draft(&self, mark: Mark) -> Draft {
        Draft {
            number: self.draft,
            regulation: Arc::clone(&self.regulation),
            drafted_by: self.drafted_by,
            comments_until: self.comments_until,
            mark,
            comments: Vec::new(),
            adopted_as: None,
        }
    }
}

impl Draft {
    /// The members that have not commented; who drafted it need not.
    pub fn silent(&self, roster: &[UnitId]) -> Vec<UnitId> {
        let spoke = |unit: UnitId| {
            self.drafted_by == Some(unit) || self.comments.iter().any(|(commenter, _)| *commenter == unit)
        };
        roster.iter().copied().filter(|unit| !spoke(*unit)).collect()
    }
}

impl Year {
    /// A draft of this year.
    pub fn draft(&self, number: u16) -> Option<&Draft> {
        self.drafts.iter().find(|draft| draft.number == number).map(AsRef::as_ref)
    }

    /// For how many days a draft must be open to comments: as the regulation in force says, in this year or the one
    /// before.
    fn comment_days(&self, proofs: &Proofs) -> Option<u8> {
        let before = || proofs.before.as_ref().and_then(|year| year.regulation.as_ref());
        self.regulation.as_ref().or_else(before)?.regulation.comment_days
    }

    pub(super) fn draft_regulation(
        &self,
        act: DraftRegulation,
        proofs: &Proofs,
        by: &Authority,
    ) -> Result<RegulationDrafted, Rejection> {
        self.may_regulate(&act.regulation)?;
        let today = proofs.received.day();
        if let Some(until) = act.comments_until.filter(|until| *until < today) {
            return Err(Rejection::PeriodOver { until, today });
        }
        let ruled = self.comment_days(proofs).map(|days| today.plus_days(i32::from(days)));
        let last = self.drafts.last().map_or(0, |draft| draft.number);
        Ok(RegulationDrafted {
            draft: last.saturating_add(1),
            regulation: act.regulation,
            drafted_by: by.unit,
            comments_until: act.comments_until.max(ruled).map(Date::end),
            note: act.note,
        })
    }

    pub(super) fn comment_draft(
        &self,
        act: DraftCommented,
        proofs: &Proofs,
    ) -> Result<DraftCommented, Rejection> {
        if !proofs.roster.contains(&act.unit) {
            return Err(Rejection::NotAMember(act.unit));
        }
        let draft = self.open_draft(act.draft)?;
        if let Some(pointer) = &act.pointer {
            let written = serde_json::to_value(&draft.regulation).unwrap_or_default();
            if written.pointer(pointer.as_str()).is_none() {
                return Err(Rejection::PointsNowhere(pointer.as_str().into()));
            }
        }
        Ok(act)
    }

    fn open_draft(&self, number: u16) -> Result<&Draft, Rejection> {
        let draft = self.draft(number).ok_or(Rejection::Unknown(Thing::Draft(number)))?;
        match draft.adopted_as {
            Some(_) => Err(Rejection::Ended(Thing::Draft(number))),
            None => Ok(draft),
        }
    }

    /// Every member has had its chance when the period is over, or when every one has spoken before.
    pub(super) fn adopt_draft(
        &self,
        number: u16,
        proofs: &Proofs,
        by: &Authority,
    ) -> Result<RegulationAdopted, Rejection> {
        let draft = self.open_draft(number)?;
        if let Some(until) = draft.comments_until.filter(|until| proofs.received <= *until) {
            let waiting = draft.silent(&proofs.roster);
            if !waiting.is_empty() {
                return Err(Rejection::CommentPeriodOpen { draft: number, until, waiting });
            }
        }
        self.adopt(Arc::clone(&draft.regulation), Some(number), proofs, by)
    }

    /// Without a draft a regulation is adopted only where the rule in force asks for none.
    pub(super) fn adopt_regulation(
        &self,
        regulation: Arc<Regulation>,
        proofs: &Proofs,
        by: &Authority,
    ) -> Result<RegulationAdopted, Rejection> {
        match self.comment_days(proofs) {
            Some(_) => Err(Rejection::DraftRequired),
            None => self.adopt(regulation, None, proofs, by),
        }
    }

    pub(super) fn take_comment(&mut self, event: &DraftCommented, mark: Mark) {
        if let Some(draft) = self.drafts.iter_mut().find(|draft| draft.number == event.draft) {
            Arc::make_mut(draft).comments.push((event.unit, mark));
        }
    }
}
