//! What a dossier must fulfil, answered as data: each check with its outcome, its reason and the facts behind it.
//!
//! Nothing is guessed: where the log does not say, the outcome is `unknown`, and a check that is asked for by a stage stops
//! the dossier until the log says.

use super::{AppraisalFinding, Circumstances, Commendation, VoteOutcome, record::judge_year};
use crate::{
    CommendationId, Date, DocumentNumber, Timestamp, UnitId,
    quota::Quota,
    regulation::{
        Majority, Step,
        award::{Check, PaperKind, Stage},
    },
    year::Mark,
};
use serde::{Deserialize, Serialize};

/// What a check came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CheckOutcome {
    /// It is fulfilled.
    Passed,
    /// It is not.
    Failed,
    /// The bloc's regulation does not ask for what is checked.
    NotApplicable,
    /// The log does not say, or not yet.
    Unknown,
}

impl CheckOutcome {
    /// Every outcome, in the order of this list.
    pub const ALL: [Self; 4] = [Self::Passed, Self::Failed, Self::NotApplicable, Self::Unknown];
}

/// The name of a check.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CheckName {
    /// [`Check::RegisteredInTime`]
    RegisteredInTime,
    /// [`Check::PledgeSigned`]
    PledgeSigned,
    /// [`Check::ReportsInTime`]
    ReportsInTime,
    /// [`Check::Attended`]
    Attended,
    /// [`Check::LeadingUnit`]
    LeadingUnit,
    /// [`Check::RankWithin`]
    RankWithin,
    /// [`Check::BallotRatio`]
    BallotRatio,
    /// [`Check::NotExcluded`]
    NotExcluded,
    /// [`Check::AchievementNotRewarded`]
    AchievementNotRewarded,
    /// [`Check::LegalBasisValid`]
    LegalBasisValid,
    /// [`Check::DossierComplete`]
    DossierComplete,
    /// [`Check::CouncilApproved`]
    CouncilApproved,
    /// [`Check::PublicityPassed`]
    PublicityPassed,
    /// There is something left of the quota: checked wherever there is one.
    QuotaLeft,
}

impl CheckName {
    /// Every check, in the order of this list.
    pub const ALL: [Self; 14] = [
        Self::RegisteredInTime,
        Self::PledgeSigned,
        Self::ReportsInTime,
        Self::Attended,
        Self::LeadingUnit,
        Self::RankWithin,
        Self::BallotRatio,
        Self::NotExcluded,
        Self::AchievementNotRewarded,
        Self::LegalBasisValid,
        Self::DossierComplete,
        Self::CouncilApproved,
        Self::PublicityPassed,
        Self::QuotaLeft,
    ];
}

impl Check {
    /// Its name.
    pub const fn name(&self) -> CheckName {
        match self {
            Self::RegisteredInTime => CheckName::RegisteredInTime,
            Self::PledgeSigned => CheckName::PledgeSigned,
            Self::ReportsInTime => CheckName::ReportsInTime,
            Self::Attended => CheckName::Attended,
            Self::LeadingUnit => CheckName::LeadingUnit,
            Self::RankWithin(_) => CheckName::RankWithin,
            Self::BallotRatio(_) => CheckName::BallotRatio,
            Self::NotExcluded => CheckName::NotExcluded,
            Self::AchievementNotRewarded => CheckName::AchievementNotRewarded,
            Self::LegalBasisValid => CheckName::LegalBasisValid,
            Self::DossierComplete(_) => CheckName::DossierComplete,
            Self::CouncilApproved => CheckName::CouncilApproved,
            Self::PublicityPassed(_) => CheckName::PublicityPassed,
        }
    }
}

/// Why a check came to its outcome. The words for it are `api`'s business.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Because {
    /// The step was taken; when it was due, if a day was set.
    Taken(Step, Option<Timestamp>),
    /// The step was taken after it was due.
    TakenLate(Step, Timestamp),
    /// The step was not taken.
    NotTaken(Step),
    /// The bloc's procedure does not have the step.
    NoSuchStep(Step),
    /// The minutes list the units that attended, and this one is among them in so many of so many conferences.
    Attendance(u32, u32),
    /// No minutes say who attended.
    AttendanceNotRecorded,
    /// The step of the bloc has not come to its result yet.
    NotYet(Step),
    /// The unit leads the bloc.
    Leads,
    /// Another unit leads the bloc, or none.
    LeadsNot(Option<UnitId>),
    /// The unit's rank, and the last place that would do.
    Rank(u16, u8),
    /// The unit has no rank.
    Unranked,
    /// The unit's votes, the number they are counted over, and the share that is asked for.
    Votes {
        /// Votes for the unit.
        votes: u32,
        /// What they are counted over.
        base: u32,
        /// The share.
        majority: Majority,
    },
    /// The unit was no candidate.
    NoCandidate,
    /// The unit is not excluded.
    Considered,
    /// The unit is excluded.
    Excluded,
    /// The dossier names no achievement.
    AchievementNotNamed,
    /// The achievement was not rewarded before.
    FirstReward,
    /// Another dossier was awarded for the same achievement.
    RewardedBefore(CommendationId),
    /// The rule names no paper.
    NoLegalBasis,
    /// Every paper is in force on the day.
    InForce(Date),
    /// A paper is not in force on the day.
    NotInForce(DocumentNumber, Date),
    /// It is not known since when a paper is in force.
    ForceNotKnown(DocumentNumber, Date),
    /// Every paper is there.
    PapersComplete,
    /// These papers are missing.
    PapersMissing(Vec<PaperKind>),
    /// The council approved it.
    Approved,
    /// The council did not approve it.
    NotApproved(VoteOutcome),
    /// The council has not voted; whether the dossier was appraised, and what that found.
    NotVoted(Option<AppraisalFinding>),
    /// It is public since then, and long enough on that day.
    PublicUntil(Date),
    /// It is public, and not long enough before that day.
    PublicTooShort(Date),
    /// It was not made public.
    NotPublic,
    /// The quota, as it is counted.
    Quota(Box<Quota>),
    /// The council let this dossier go beyond the quota.
    BeyondQuota,
    /// The year is not in the log.
    NoYear,
}

/// A check, answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Which check.
    pub check: CheckName,
    /// From which stage on it stops the dossier; absent when it stops nothing.
    pub by: Option<Stage>,
    /// What it came to.
    pub outcome: CheckOutcome,
    /// Why.
    pub because: Because,
    /// The facts behind it.
    pub facts: Vec<Mark>,
}

impl Finding {
    /// Whether this is the check of the quota.
    pub(super) fn is_quota(&self) -> bool {
        self.check == CheckName::QuotaLeft
    }
}

pub(super) type Answer = (CheckOutcome, Because, Vec<Mark>);

pub(super) fn answer(
    outcome: CheckOutcome,
    because: Because,
    facts: impl IntoIterator<Item = Mark>,
) -> Answer {
    (outcome, because, facts.into_iter().collect())
}

impl Commendation {
    /// Every check of the pinned rule, answered from what is known now; that of the quota last, where there is one.
    pub fn eligibility(&self, around: &Circumstances) -> Vec<Finding> {
        let asked = self.proposal.rule.checks.iter().map(|rule| {
            let (outcome, because, facts) = self.judge(&rule.check, around);
            Finding { check: rule.check.name(), by: rule.by, outcome, because, facts }
        });
        asked.chain(self.judge_quota(around)).collect()
    }

    fn judge(&self, check: &Check, around: &Circumstances) -> Answer {
        match check {
            Check::AchievementNotRewarded => self.judge_achievement(around),
            Check::LegalBasisValid => self.judge_legal_basis(),
            Check::DossierComplete(kinds) => self.judge_papers(kinds),
            Check::CouncilApproved => self.judge_vote(),
            Check::PublicityPassed(days) => self.judge_publicity(*days, around),
            Check::RegisteredInTime
            | Check::PledgeSigned
            | Check::ReportsInTime
            | Check::Attended
            | Check::LeadingUnit
            | Check::RankWithin(_)
            | Check::BallotRatio(_)
            | Check::NotExcluded => match &around.year {
                Some(year) => judge_year(check, year, self.unit()),
                None => answer(CheckOutcome::Unknown, Because::NoYear, []),
            },
        }
    }

    fn judge_achievement(&self, around: &Circumstances) -> Answer {
        if self.proposal.achievement.is_none() {
            return answer(CheckOutcome::Unknown, Because::AchievementNotNamed, []);
        }
        match around.rewarded.first() {
            Some((other, mark)) => answer(CheckOutcome::Failed, Because::RewardedBefore(*other), [*mark]),
            None => answer(CheckOutcome::Passed, Because::FirstReward, []),
        }
    }

    /// The day is the one the proposal counts from: the papers in force then govern the dossier to its end.
    fn judge_legal_basis(&self) -> Answer {
        let (day, papers) = (self.proposed.effective_on, &self.proposal.rule.legal_basis);
        if papers.is_empty() {
            return answer(CheckOutcome::Unknown, Because::NoLegalBasis, []);
        }
        let found = |wanted| papers.iter().find(|paper| paper.in_force_on(day) == wanted);
        if let Some(paper) = found(Some(false)) {
            return answer(CheckOutcome::Failed, Because::NotInForce(paper.number.clone(), day), []);
        }
        match found(None) {
            Some(paper) => {
                answer(CheckOutcome::Unknown, Because::ForceNotKnown(paper.number.clone(), day), [])
            }
            None => answer(CheckOutcome::Passed, Because::InForce(day), []),
        }
    }

    fn judge_papers(&self, kinds: &[PaperKind]) -> Answer {
        let there = |kind: &PaperKind| self.papers.iter().find(|(paper, _)| paper.kind == *kind);
        let missing: Vec<_> = kinds.iter().filter(|kind| there(kind).is_none()).copied().collect();
        let facts: Vec<_> = kinds.iter().filter_map(|kind| there(kind).map(|(_, mark)| *mark)).collect();
        if missing.is_empty() {
            (CheckOutcome::Passed, Because::PapersComplete, facts)
        } else {
            (CheckOutcome::Failed, Because::PapersMissing(missing), facts)
        }
    }

    fn judge_vote(&self) -> Answer {
        match &self.vote {
            Some((vote, mark)) if vote.outcome == VoteOutcome::Approved => {
                answer(CheckOutcome::Passed, Because::Approved, [*mark])
            }
            Some((vote, mark)) => answer(CheckOutcome::Failed, Because::NotApproved(vote.outcome), [*mark]),
            None => {
                let appraisal = self.appraisal.as_ref();
                let finding = appraisal.map(|(appraised, _)| appraised.finding);
                answer(CheckOutcome::Unknown, Because::NotVoted(finding), appraisal.map(|(_, mark)| *mark))
            }
        }
    }

    /// The first day counts: five days from the 1st have passed on the 6th.
    fn judge_publicity(&self, days: u16, around: &Circumstances) -> Answer {
        let Some((opened, mark)) = &self.publicity else {
            return answer(CheckOutcome::Failed, Because::NotPublic, []);
        };
        let over = opened.from.plus_days(i32::from(days));
        let today = self.decision.as_ref().map_or(around.effective_on, |(decided, _)| decided.date);
        if today >= over {
            answer(CheckOutcome::Passed, Because::PublicUntil(over), [*mark])
        } else {
            answer(CheckOutcome::Failed, Because::PublicTooShort(over), [*mark])
        }
    }

    fn judge_quota(&self, around: &Circumstances) -> Option<Finding> {
        let quota = self.quota(around)?;
        let by = if self.proposal.rule.council.is_some() { Stage::Council } else { Stage::Decision };
        let took_part = [self.vote.as_ref().map(|v| v.1), self.decision.as_ref().map(|d| d.1)];
        let (outcome, because, facts) = match &self.beyond_quota {
            Some((_, mark)) => answer(CheckOutcome::Passed, Because::BeyondQuota, [*mark]),
            None => {
                // A dossier that takes from the quota already is within it as long as the whole is.
                let fits = if self.state().is_approved() {
                    quota.is_respected()
                } else {
                    quota.left().map(|left| left > 0)
                };
                let outcome = match fits {
                    Some(true) => CheckOutcome::Passed,
                    Some(false) => CheckOutcome::Failed,
                    None => CheckOutcome::Unknown,
                };
                answer(outcome, Because::Quota(Box::new(quota)), took_part.into_iter().flatten())
            }
        };
        Some(Finding { check: CheckName::QuotaLeft, by: Some(by), outcome, because, facts })
    }
}
