//! What can be asked of a dossier, and what a decision on it is made from.

use super::{Appraised, AwardKind, CastByCouncil, Paper, PublicityOpened, Published, Recipient, Revoked};
use crate::{
    AchievementId, BlocId, CommendationId, Date, DocumentNumber, EmulationYear, Name, PersonId, Remark,
    Timestamp,
    person::PersonStanding,
    quota::Ground,
    year::{Mark, Year},
};
use std::sync::Arc;

/// Asks to propose a unit of a bloc, or a person through it, for an award.
#[derive(Clone, Debug)]
pub struct Propose {
    /// The bloc.
    pub bloc: BlocId,
    /// The year it is for.
    pub year: EmulationYear,
    /// The award.
    pub award: AwardKind,
    /// For whom.
    pub recipient: Recipient,
    /// What is rewarded, so that it is not rewarded twice.
    pub achievement: Option<AchievementId>,
    /// The papers of the dossier.
    pub papers: Vec<Paper>,
    /// What it says, in short.
    pub summary: Option<Remark>,
}

/// Asks to record the council's override of the quota for one dossier.
#[derive(Clone, Debug)]
pub struct OverrideQuota {
    /// Why.
    pub reason: Remark,
    /// The minutes of the council.
    pub minutes: DocumentNumber,
}

/// Asks to record a decision.
#[derive(Clone, Debug)]
pub struct Decide {
    /// Its number.
    pub number: DocumentNumber,
    /// Its date.
    pub date: Date,
    /// The office that signed it, never a person's name.
    pub signed_by: Name,
}

/// What can be asked of a commendation.
#[derive(Clone, Debug)]
pub enum CommendationAct {
    /// Propose it.
    Propose(Propose),
    /// Add papers to the dossier.
    AddPapers(Vec<Paper>),
    /// Appraise it.
    Appraise(Appraised),
    /// Make it public before it is decided.
    OpenPublicity(PublicityOpened),
    /// Let it go beyond the quota.
    OverrideQuota(OverrideQuota),
    /// Record the council's vote.
    CouncilVote(CastByCouncil),
    /// Record the decision.
    Decide(Decide),
    /// Publish the decision.
    Publish(Published),
    /// Revoke the decision.
    Revoke(Revoked),
}

impl CommendationAct {
    /// The person the act names.
    pub const fn person(&self) -> Option<PersonId> {
        match self {
            Self::Propose(act) => act.recipient.person(),
            Self::AddPapers(_)
            | Self::Appraise(_)
            | Self::OpenPublicity(_)
            | Self::OverrideQuota(_)
            | Self::CouncilVote(_)
            | Self::Decide(_)
            | Self::Publish(_)
            | Self::Revoke(_) => None,
        }
    }
}

/// An act with the proofs its decision needs.
#[derive(Clone, Debug)]
pub struct CommendationCommand {
    /// The commendation.
    pub id: CommendationId,
    /// What is asked.
    pub act: CommendationAct,
    /// What was looked up for it, under the turn.
    pub circumstances: Circumstances,
    /// What is known of the person the act names.
    pub person: PersonStanding,
}

/// What a dossier is judged by beside itself.
#[derive(Clone, Debug)]
pub struct Circumstances {
    /// When the server received the act.
    pub received: Timestamp,
    /// The day the act counts from, as claimed.
    pub effective_on: Date,
    /// Whether the bloc exists.
    pub bloc_exists: bool,
    /// The year of the bloc the dossier is for.
    pub year: Option<Arc<Year>>,
    /// What the quota is counted from.
    pub ground: Ground,
    /// The other dossiers that were awarded for the same achievement, each with the fact that decided it.
    pub rewarded: Vec<(CommendationId, Mark)>,
}
