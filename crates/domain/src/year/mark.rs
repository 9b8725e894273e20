//! What the facts of a year have in common: where they stand, whether they came in time, what they correct.

use super::{YearAct, YearEvent};
use crate::{Date, EventId, Position, Remark, Timestamp};
use serde::{Deserialize, Serialize};

/// A correction: what it replaces, and why. What is replaced stays in the log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Correction {
    /// The fact that is replaced.
    pub corrects: EventId,
    /// Why.
    pub reason: Remark,
    /// The ruling that asks for it, when it follows from an objection: only one that upheld the objection may be
    /// named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ruling: Option<EventId>,
}

/// Whether an act came in time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Timeliness {
    /// When it was due; absent when no deadline was set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due: Option<Timestamp>,
    /// Whether the server received it after that.
    pub late: bool,
}

impl YearAct {
    /// What the act corrects, if it is a correction.
    pub(super) const fn correction(&self) -> Option<&Correction> {
        match self {
            Self::FileRegistration(act) => act.correction.as_ref(),
            Self::FileReport(act) => act.correction.as_ref(),
            Self::GiveScores(act) => act.correction.as_ref(),
            Self::AdoptScoreTable(act) => act.correction.as_ref(),
            Self::HoldConsultation(act) => act.correction.as_ref(),
            Self::AdoptRanking(act) => act.correction.as_ref(),
            Self::RecordCouncil(act) => act.correction.as_ref(),
            Self::Open
            | Self::RecordLeadership(_)
            | Self::VacateLeadership(_)
            | Self::ReplaceLeadership(_)
            | Self::Delegate(_)
            | Self::HandOver(_)
            | Self::DraftRegulation(_)
            | Self::CommentDraft(_)
            | Self::AdoptRegulation(_)
            | Self::AdoptDraft(_)
            | Self::ChangeDeadline(_)
            | Self::AssignPanel(_)
            | Self::BreakTie(_)
            | Self::SignPledge(_)
            | Self::HoldConference(_)
            | Self::QueryScore(_)
            | Self::ExplainScore(_)
            | Self::LodgeObjection(_)
            | Self::RuleOnObjection(_)
            | Self::Exclude(_)
            | Self::OpenBallot(_)
            | Self::CastVote(_)
            | Self::CloseBallot(_)
            | Self::ElectLeadership(_) => None,
        }
    }
}

impl YearEvent {
    /// What the fact corrects, if it is a correction.
    pub const fn correction(&self) -> Option<&Correction> {
        match self {
            Self::RegistrationFiled(event) => event.correction.as_ref(),
            Self::ReportFiled(event) => event.correction.as_ref(),
            Self::ScoresGiven(event) => event.correction.as_ref(),
            Self::ScoreTableAdopted(event) => event.correction.as_ref(),
            Self::ConsultationHeld(event) => event.correction.as_ref(),
            Self::RankingAdopted(event) => event.correction.as_ref(),
            Self::CouncilDecided(event) => event.correction.as_ref(),
            Self::Opened(_)
            | Self::LeadershipRecorded(_)
            | Self::LeadershipVacated(_)
            | Self::LeadershipReplaced(_)
            | Self::LeadershipDelegated(_)
            | Self::LeadershipHandedOver(_)
            | Self::RegulationDrafted(_)
            | Self::DraftCommented(_)
            | Self::RegulationAdopted(_)
            | Self::DeadlineChanged(_)
            | Self::PanelAssigned(_)
            | Self::TieBroken(_)
            | Self::PledgeSigned(_)
            | Self::ConferenceHeld(_)
            | Self::ScoreQueried(_)
            | Self::ExplanationGiven(_)
            | Self::ObjectionLodged(_)
            | Self::ObjectionRuled(_)
            | Self::UnitExcluded(_)
            | Self::BallotOpened(_)
            | Self::VoteCast(_)
            | Self::BallotClosed(_)
            | Self::StandingPublished(_)
            | Self::LeadershipElected(_) => None,
        }
    }
}

impl Timeliness {
    /// How an act received at this moment stands to its deadline, if there is one.
    pub(super) fn of(due: Option<Timestamp>, received: Timestamp) -> Self {
        Self { due, late: due.is_some_and(|due| received > due) }
    }
}

/// Where and when a fact that stands was recorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mark {
    /// Where it stands in the log.
    pub position: Position,
    /// Its id.
    pub id: EventId,
    /// When the server received it.
    pub recorded_at: Timestamp,
    /// The day it counts from, as claimed.
    pub effective_on: Date,
    /// Whether it came in time.
    pub timeliness: Timeliness,
}
