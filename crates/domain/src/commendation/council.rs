//! The council's vote on a dossier, and the quota it is bound by. The council may cut what has the votes, and may go
//! beyond the quota, each with its reason on record (Bến Tre, 21 March 2019: 69 flags proposed, 48 approved).

use super::{
    CastByCouncil, Circumstances, Commendation, CouncilVoted, Finding, OverrideQuota, QuotaOverridden,
    VoteOutcome, eligibility::CheckOutcome,
};
use crate::{
    Rejection,
    quota::Quota,
    regulation::award::{CouncilBase, CouncilMajority, Stage},
};

impl CouncilMajority {
    /// What the share is counted over in a vote.
    pub const fn base_of(self, cast: &CastByCouncil) -> u16 {
        match self.base {
            CouncilBase::Members => cast.members,
            CouncilBase::TookPart => cast.present.saturating_add(cast.written_opinions),
            CouncilBase::Valid => cast.in_favour.saturating_add(cast.against),
        }
    }

    /// The fewest votes that reach the share of `base`; never none.
    pub fn needed(self, base: u16) -> u16 {
        let share = u32::from(base) * u32::from(self.percent);
        let votes = if self.or_equal { share.div_ceil(100) } else { share / 100 + 1 };
        u16::try_from(votes).unwrap_or(u16::MAX).max(1)
    }
}

impl CastByCouncil {
    /// Whether the numbers of the minutes can stand beside one another.
    fn adds_up(&self) -> bool {
        let took_part = u32::from(self.present) + u32::from(self.written_opinions);
        let voted = u32::from(self.in_favour) + u32::from(self.against);
        took_part > 0 && took_part <= u32::from(self.members) && voted <= took_part
    }
}

impl Commendation {
    /// The quota of the dossier; `None` when its rule limits nothing.
    pub fn quota(&self, around: &Circumstances) -> Option<Quota> {
        self.proposal.rule.quota_on(&around.ground, self.proposal.bloc)
    }

    /// The quota, when the dossier may take from it or needs not.
    pub(super) fn within_quota(&self, around: &Circumstances) -> Result<Option<Quota>, Rejection> {
        let quota = self.quota(around);
        match &quota {
            Some(full) if full.left().is_none_or(|left| left == 0) && self.beyond_quota.is_none() => {
                Err(Rejection::QuotaExhausted(Box::new(full.clone())))
            }
            Some(_) | None => Ok(quota),
        }
    }

    /// Goes on to a stage only when every check that the rule asks for by then is passed or does not apply. The quota has
    /// a refusal of its own.
    pub(super) fn goes_on(&self, to: Stage, around: &Circumstances) -> Result<(), Rejection> {
        let stops = |finding: &Finding| {
            let asked = finding.by.is_some_and(|by| by <= to) && !finding.is_quota();
            asked && matches!(finding.outcome, CheckOutcome::Failed | CheckOutcome::Unknown)
        };
        let missing: Vec<_> = self.eligibility(around).into_iter().filter(stops).collect();
        if missing.is_empty() { Ok(()) } else { Err(Rejection::NotEligible(missing)) }
    }

    pub(super) fn override_quota(
        &self,
        act: OverrideQuota,
        around: &Circumstances,
    ) -> Result<QuotaOverridden, Rejection> {
        let award = self.proposal.award;
        match self.quota(around) {
            Some(quota) if self.beyond_quota.is_none() && quota.left().is_none_or(|left| left == 0) => {
                Ok(QuotaOverridden { reason: act.reason, minutes: act.minutes, quota })
            }
            Some(_) | None => Err(Rejection::QuotaNotExhausted(award)),
        }
    }

    pub(super) fn council_vote(
        &self,
        cast: CastByCouncil,
        around: &Circumstances,
    ) -> Result<CouncilVoted, Rejection> {
        let award = self.proposal.award;
        let majority = self.proposal.rule.council.ok_or(Rejection::CouncilNotInRule(award))?;
        if !cast.adds_up() {
            let votes = u32::from(cast.in_favour) + u32::from(cast.against);
            return Err(Rejection::VoteDoesNotAddUp { members: cast.members, cast: votes });
        }
        let base = majority.base_of(&cast);
        let needed = majority.needed(base);
        let outcome = if cast.in_favour < needed {
            VoteOutcome::TooFewVotes
        } else if cast.cut.is_some() {
            VoteOutcome::Cut
        } else {
            VoteOutcome::Approved
        };
        let quota = match outcome {
            VoteOutcome::Approved => {
                self.goes_on(Stage::Council, around)?;
                self.within_quota(around)?
            }
            VoteOutcome::TooFewVotes | VoteOutcome::Cut => None,
        };
        Ok(CouncilVoted { cast, base, needed, outcome, quota })
    }
}
