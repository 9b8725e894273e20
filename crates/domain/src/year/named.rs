//! Which units an act names: whoever is no more on the day takes no part in the year. And what else a decision needs from
//! outside the year.

use super::{CountedChoice, LeadershipReplaced, OpenBallot, RecordLeadership, Year, YearAct};
use crate::{
    BlocId, Date, Position, Rejection, Timestamp, UnitId, bloc::BlocEnd, regulation::Scorer, unit::UnitEnd,
};
use std::sync::Arc;

impl YearAct {
    /// The unit that acts itself. It must be there on the day the act counts from.
    pub fn acting_unit(&self) -> Option<UnitId> {
        match self {
            Self::FileRegistration(act) => Some(act.unit),
            Self::SignPledge(unit) => Some(*unit),
            Self::FileReport(act) => Some(act.unit),
            Self::GiveScores(act) => match act.scorer {
                Scorer::Itself => Some(act.unit),
                Scorer::Peer | Scorer::Panel => act.given_by,
                Scorer::Bloc | Scorer::Official => None,
            },
            Self::CastVote(act) => Some(act.elector),
            Self::QueryScore(act) => act.asked_by,
            Self::LodgeObjection(act) => Some(act.unit),
            Self::CommentDraft(act) => Some(act.unit),
            Self::Open
            | Self::RecordLeadership(_)
            | Self::AdoptRegulation(_)
            | Self::HoldConference(_)
            | Self::Exclude(_)
            | Self::AdoptScoreTable(_)
            | Self::OpenBallot(_)
            | Self::CloseBallot(_)
            | Self::AdoptRanking(_)
            | Self::AssignPanel(_)
            | Self::BreakTie(_)
            | Self::VacateLeadership(_)
            | Self::ReplaceLeadership(_)
            | Self::Delegate(_)
            | Self::HandOver(_)
            | Self::DraftRegulation(_)
            | Self::AdoptDraft(_)
            | Self::ChangeDeadline(_)
            | Self::ExplainScore(_)
            | Self::RuleOnObjection(_)
            | Self::HoldConsultation(_)
            | Self::RecordCouncil(_)
            | Self::ElectLeadership(_) => None,
        }
    }

    /// The units the act is about. It is enough that they were there on the day that decides about membership: a unit that
    /// ended in January is still scored for the year before.
    pub fn units_about(&self) -> Vec<UnitId> {
        match self {
            Self::RecordLeadership(RecordLeadership { leader, deputy, .. }) => {
                [Some(*leader), *deputy].into_iter().flatten().collect()
            }
            Self::ReplaceLeadership(LeadershipReplaced { leader, deputy, .. }) => {
                [Some(*leader), *deputy].into_iter().flatten().collect()
            }
            Self::HoldConsultation(act) => act.agreed.clone(),
            Self::GiveScores(act) => vec![act.unit],
            Self::Exclude(act) => vec![act.unit],
            Self::AssignPanel(act) => vec![act.panel],
            Self::BreakTie(act) => act.order.clone(),
            Self::OpenBallot(OpenBallot { candidates, .. }) => candidates.clone(),
            Self::ElectLeadership(act) => [Some(act.leader), act.deputy].into_iter().flatten().collect(),
            Self::Open
            | Self::AdoptRegulation(_)
            | Self::FileRegistration(_)
            | Self::SignPledge(_)
            | Self::HoldConference(_)
            | Self::FileReport(_)
            | Self::AdoptScoreTable(_)
            | Self::CastVote(_)
            | Self::CloseBallot(_)
            | Self::VacateLeadership(_)
            | Self::Delegate(_)
            | Self::HandOver(_)
            | Self::DraftRegulation(_)
            | Self::CommentDraft(_)
            | Self::AdoptDraft(_)
            | Self::ChangeDeadline(_)
            | Self::QueryScore(_)
            | Self::ExplainScore(_)
            | Self::LodgeObjection(_)
            | Self::RuleOnObjection(_)
            | Self::RecordCouncil(_)
            | Self::AdoptRanking(_) => Vec::new(),
        }
    }
}

/// What a decision needs from outside the year.
#[derive(Clone, Debug)]
pub struct Proofs {
    /// When the server received the act: the only clock lateness is judged by.
    pub received: Timestamp,
    /// Where the first fact of the act will stand.
    pub position: Position,
    /// The day the act counts from, as claimed.
    pub effective_on: Date,
    /// Whether the bloc exists.
    pub bloc_exists: bool,
    /// The units that are members of the bloc on the day the act counts from.
    pub roster: Vec<UnitId>,
    /// The same bloc's year before this one, if it was opened.
    pub before: Option<Arc<Year>>,
    /// The choices that wait aside for the ballot that is to be closed.
    pub waiting: Vec<CountedChoice>,
    /// Of the units the act names beside the members: those the register does not know.
    pub unregistered: Vec<UnitId>,
    /// The end of the bloc, when it has come by the day that decides about membership.
    pub bloc_end: Option<Box<BlocEnd>>,
    /// The units the act names that are no more: those that act themselves by the day the act counts from, the others by
    /// the day that decides about membership.
    pub ended: Vec<(UnitId, Box<UnitEnd>)>,
}

impl Proofs {
    /// The bloc and every unit the act names are there.
    pub(super) fn all_there(&self, bloc: BlocId) -> Result<(), Rejection> {
        if let Some(end) = &self.bloc_end {
            return Err(Rejection::BlocEnded(bloc, end.clone()));
        }
        match self.ended.first() {
            Some((unit, end)) => Err(Rejection::UnitEnded(*unit, end.clone())),
            None => Ok(()),
        }
    }
}
