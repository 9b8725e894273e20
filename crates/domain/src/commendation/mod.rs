//! A commendation (hồ sơ khen thưởng): one dossier, from the proposal to the decision and, if it must be, its revocation.
//!
//! - [`kind`]: titles and forms of commendation
//! - `acts`: what can be asked
//! - [`facts`]: what can happen to a dossier
//! - [`eligibility`]: what it must fulfil, each check answered with its reason and the facts behind it
//! - `proposing`: who may be proposed for what, under which rule
//! - `record`: those of its checks that the year of the bloc answers
//! - `council`: the council's vote, and the quota it is bound by
//!
//! The rule of the award is pinned when the dossier is proposed and never looked up again: the law that was in force when
//! a dossier was accepted governs it to its end.

mod acts;
mod council;
pub mod eligibility;
pub mod facts;
pub mod kind;
mod proposing;
mod record;
#[cfg(test)]
mod tests;

pub use acts::{Circumstances, CommendationAct, CommendationCommand, Decide, OverrideQuota, Propose};
pub use eligibility::{Because, CheckName, CheckOutcome, Finding};
pub use facts::{
    AppraisalFinding, Appraised, CastByCouncil, CouncilVoted, Decided, Paper, PapersAdded, Proposed,
    PublicityOpened, Published, QuotaOverridden, Recipient, RevocationCause, Revoked, VoteOutcome,
};
pub use kind::{AwardClass, AwardKind, Recipients};
use proposing::{not_ahead, propose};

use crate::{
    Aggregate, Authority, CommendationId, Denied, Recorded, Rejection, Rights, Role, UnitId,
    event::events,
    regulation::award::Stage,
    rejection::Thing,
    year::{Mark, Timeliness},
};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

events! {
    /// What can happen to a commendation.
    CommendationEvent {
        "commendation.proposed" => Proposed(Proposed),
        "commendation.papers_added" => PapersAdded(PapersAdded),
        "commendation.appraised" => Appraised(Appraised),
        "commendation.publicity_opened" => PublicityOpened(PublicityOpened),
        "commendation.quota_overridden" => QuotaOverridden(QuotaOverridden),
        "commendation.council_voted" => CouncilVoted(CouncilVoted),
        "commendation.decided" => Decided(Decided),
        "commendation.published" => Published(Published),
        "commendation.revoked" => Revoked(Revoked),
    }
}

/// How far a dossier has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CommendationState {
    /// The bloc has proposed it.
    Proposed,
    /// The state body has appraised it.
    Appraised,
    /// The council has approved it.
    Approved,
    /// The council has not approved it: it lacked votes or was cut.
    NotApproved,
    /// The competent authority has decided on it.
    Decided,
    /// The decision was published.
    Published,
    /// The decision was revoked.
    Revoked,
}

impl CommendationState {
    /// Every state, in the order a dossier goes through them.
    pub const ALL: [Self; 7] = [
        Self::Proposed,
        Self::Appraised,
        Self::Approved,
        Self::NotApproved,
        Self::Decided,
        Self::Published,
        Self::Revoked,
    ];

    /// Whether the dossier may still lead, or has led, to an award.
    pub const fn stands(self) -> bool {
        match self {
            Self::Proposed | Self::Appraised | Self::Approved | Self::Decided | Self::Published => true,
            Self::NotApproved | Self::Revoked => false,
        }
    }

    /// Whether the dossier takes from its quota: the council approved it, or it was decided where none votes.
    pub const fn is_approved(self) -> bool {
        match self {
            Self::Approved | Self::Decided | Self::Published => true,
            Self::Proposed | Self::Appraised | Self::NotApproved | Self::Revoked => false,
        }
    }

    /// Whether the unit has the award.
    pub const fn is_awarded(self) -> bool {
        match self {
            Self::Decided | Self::Published => true,
            Self::Proposed | Self::Appraised | Self::Approved | Self::NotApproved | Self::Revoked => false,
        }
    }
}

/// A commendation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Commendation {
    /// The proposal, with the rule that governs the dossier to its end.
    pub proposal: Arc<Proposed>,
    /// The fact that proposed it.
    pub proposed: Mark,
    /// Its papers.
    pub papers: Vec<(Paper, Mark)>,
    /// Its appraisal; the latest one.
    pub appraisal: Option<(Appraised, Mark)>,
    /// When it was made public before the decision.
    pub publicity: Option<(PublicityOpened, Mark)>,
    /// The council's override of the quota.
    pub beyond_quota: Option<(QuotaOverridden, Mark)>,
    /// The council's vote.
    pub vote: Option<(CouncilVoted, Mark)>,
    /// The decision.
    pub decision: Option<(Decided, Mark)>,
    /// Its publication.
    pub publication: Option<(Published, Mark)>,
    /// Its revocation.
    pub revocation: Option<(Revoked, Mark)>,
}

impl Commendation {
    fn proposed(proposal: Arc<Proposed>, mark: Mark) -> Self {
        Self {
            papers: proposal.papers.iter().map(|paper| (paper.clone(), mark)).collect(),
            proposal,
            proposed: mark,
            appraisal: None,
            publicity: None,
            beyond_quota: None,
            vote: None,
            decision: None,
            publication: None,
            revocation: None,
        }
    }

    /// How far it has come.
    pub fn state(&self) -> CommendationState {
        if self.revocation.is_some() {
            return CommendationState::Revoked;
        }
        if self.publication.is_some() {
            return CommendationState::Published;
        }
        if self.decision.is_some() {
            return CommendationState::Decided;
        }
        match (self.vote.as_ref().map(|(vote, _)| vote.outcome), &self.appraisal) {
            (Some(VoteOutcome::Approved), _) => CommendationState::Approved,
            (Some(VoteOutcome::TooFewVotes | VoteOutcome::Cut), _) => CommendationState::NotApproved,
            (None, Some(_)) => CommendationState::Appraised,
            (None, None) => CommendationState::Proposed,
        }
    }

    /// The unit it is for, or that of the person it is for.
    pub fn unit(&self) -> UnitId {
        self.proposal.recipient.unit()
    }

    /// The fact that gave the award, as long as it is not revoked.
    pub fn awarded_by(&self) -> Option<Mark> {
        let decided = self.decision.as_ref().map(|(_, mark)| *mark);
        decided.filter(|_| self.state().is_awarded())
    }

    /// Goes on only in one of these states.
    fn only_when(&self, allowed: &'static [CommendationState]) -> Result<(), Rejection> {
        let state = self.state();
        if allowed.contains(&state) { Ok(()) } else { Err(Rejection::StateConflict { state, allowed }) }
    }

    fn decide_standing(
        &self,
        id: CommendationId,
        act: CommendationAct,
        around: &Circumstances,
    ) -> Result<CommendationEvent, Rejection> {
        use CommendationState::{Appraised as A, Approved as V, Decided as D, Proposed as P, Published as U};
        match act {
            CommendationAct::Propose(_) => Err(Rejection::AlreadyExists(Thing::Commendation(id))),
            CommendationAct::AddPapers(papers) => {
                self.only_when(&[P, A, V])?;
                Ok(PapersAdded { papers }.into())
            }
            CommendationAct::Appraise(appraised) => {
                self.only_when(&[P, A])?;
                Ok(appraised.into())
            }
            CommendationAct::OpenPublicity(opened) => {
                self.only_when(&[P, A, V])?;
                Ok(opened.into())
            }
            CommendationAct::OverrideQuota(act) => {
                self.only_when(&[P, A])?;
                self.override_quota(act, around).map(Into::into)
            }
            CommendationAct::CouncilVote(cast) => {
                self.only_when(&[A])?;
                self.council_vote(cast, around).map(Into::into)
            }
            CommendationAct::Decide(act) => {
                self.only_when(if self.proposal.rule.council.is_some() { &[V] } else { &[A] })?;
                self.decided(act, around).map(Into::into)
            }
            CommendationAct::Publish(published) => {
                self.only_when(&[D])?;
                not_ahead(published.on, around)?;
                Ok(published.into())
            }
            CommendationAct::Revoke(revoked) => {
                self.only_when(&[D, U])?;
                not_ahead(revoked.date, around)?;
                Ok(revoked.into())
            }
        }
    }

    fn decided(&self, act: Decide, around: &Circumstances) -> Result<Decided, Rejection> {
        not_ahead(act.date, around)?;
        self.goes_on(Stage::Decision, around)?;
        let quota = match self.vote {
            Some(_) => None,
            None => self.within_quota(around)?,
        };
        let Decide { number, date, signed_by } = act;
        Ok(Decided { number, date, signed_by, quota })
    }
}

impl Aggregate for Commendation {
    type Command = CommendationCommand;
    type Event = CommendationEvent;

    fn decide(
        state: Option<&Self>,
        command: CommendationCommand,
        _: &Authority,
    ) -> Result<Vec<CommendationEvent>, Rejection> {
        let CommendationCommand { id, act, circumstances, person } = command;
        let event = match (state, act) {
            (Some(dossier), act) => dossier.decide_standing(id, act, &circumstances)?,
            (None, CommendationAct::Propose(act)) => propose(act, &circumstances, person)?.into(),
            (
                None,
                CommendationAct::AddPapers(_)
                | CommendationAct::Appraise(_)
                | CommendationAct::OpenPublicity(_)
                | CommendationAct::OverrideQuota(_)
                | CommendationAct::CouncilVote(_)
                | CommendationAct::Decide(_)
                | CommendationAct::Publish(_)
                | CommendationAct::Revoke(_),
            ) => return Err(Rejection::Unknown(Thing::Commendation(id))),
        };
        Ok(vec![event])
    }

    fn evolve(state: Option<Self>, fact: Recorded<'_, CommendationEvent>) -> Option<Self> {
        let mark = Mark {
            position: fact.position,
            id: fact.id,
            recorded_at: fact.recorded_at,
            effective_on: fact.effective_on,
            timeliness: Timeliness::default(),
        };
        match (fact.event, state) {
            (CommendationEvent::Proposed(proposed), None) => {
                Some(Self::proposed(Arc::new(proposed.clone()), mark))
            }
            (event, state) => state.map(|dossier| dossier.after(event, mark)),
        }
    }

    fn permits(
        rights: &Rights<'_>,
        state: Option<&Self>,
        command: &CommendationCommand,
    ) -> Result<Authority, Denied> {
        let proposed = if let CommendationAct::Propose(act) = &command.act { Some(act.bloc) } else { None };
        let Some(bloc) = state.map(|dossier| dossier.proposal.bloc).or(proposed) else {
            return rights.any_of(&officials(rights));
        };
        let official = Role::Official { bloc: Some(bloc) };
        match &command.act {
            CommendationAct::Propose(_) | CommendationAct::AddPapers(_) => {
                let leadership =
                    command.circumstances.year.as_ref().and_then(|year| year.leadership.as_ref());
                let leaders = leadership.into_iter().flat_map(|l| [Some(l.leader), l.deputy]).flatten();
                let leaders = leaders.map(|unit| Role::UnitOfficer { unit });
                rights.any_of(&leaders.chain([official]).collect::<Vec<_>>())
            }
            CommendationAct::Appraise(_)
            | CommendationAct::OpenPublicity(_)
            | CommendationAct::OverrideQuota(_)
            | CommendationAct::CouncilVote(_)
            | CommendationAct::Decide(_)
            | CommendationAct::Publish(_)
            | CommendationAct::Revoke(_) => rights.any_of(&[official]),
        }
    }
}

/// What it takes to be told that a dossier is not there: being an official of any bloc.
fn officials(rights: &Rights<'_>) -> Vec<Role> {
    let held = rights.held.iter().map(|(_, role)| *role);
    let official = held.filter(|role| matches!(role, Role::Official { .. }));
    official.chain([Role::Official { bloc: None }]).collect()
}

impl Commendation {
    fn after(mut self, event: &CommendationEvent, mark: Mark) -> Self {
        match event {
            CommendationEvent::Proposed(_) => {}
            CommendationEvent::PapersAdded(added) => {
                self.papers.extend(added.papers.iter().map(|paper| (paper.clone(), mark)));
            }
            CommendationEvent::Appraised(appraised) => self.appraisal = Some((appraised.clone(), mark)),
            CommendationEvent::PublicityOpened(opened) => self.publicity = Some((opened.clone(), mark)),
            CommendationEvent::QuotaOverridden(by) => self.beyond_quota = Some((by.clone(), mark)),
            CommendationEvent::CouncilVoted(voted) => self.vote = Some((voted.clone(), mark)),
            CommendationEvent::Decided(decided) => self.decision = Some((decided.clone(), mark)),
            CommendationEvent::Published(published) => self.publication = Some((published.clone(), mark)),
            CommendationEvent::Revoked(revoked) => self.revocation = Some((revoked.clone(), mark)),
        }
        self
    }
}
