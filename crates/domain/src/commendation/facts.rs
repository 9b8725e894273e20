//! What can happen to a dossier, as it is recorded.

use super::AwardKind;
use crate::{
    AchievementId, BlocId, Date, DocumentNumber, EmulationYear, EventId, Name, PersonId, Remark, Sha256,
    UnitId,
    quota::Quota,
    regulation::award::{AwardRule, PaperKind},
};
use serde::{Deserialize, Serialize};

/// For whom an award is. Whom the id of a person names, only the vault knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Recipient {
    /// A collective.
    Unit(UnitId),
    /// A person, proposed through the unit.
    Person {
        /// The person.
        person: PersonId,
        /// The unit, a member of the bloc.
        unit: UnitId,
    },
}

impl Recipient {
    /// The unit, or that of the person.
    pub const fn unit(self) -> UnitId {
        match self {
            Self::Unit(unit) | Self::Person { unit, .. } => unit,
        }
    }

    /// The person, when it is for one.
    pub const fn person(self) -> Option<PersonId> {
        match self {
            Self::Unit(_) => None,
            Self::Person { person, .. } => Some(person),
        }
    }
}

/// A paper of the dossier: its number, its hash, or both.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Paper {
    /// What it is.
    pub kind: PaperKind,
    /// Its number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub number: Option<DocumentNumber>,
    /// The hash of its bytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sha256: Option<Sha256>,
}

/// A unit or a person was proposed for an award.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Proposed {
    /// The bloc that proposes it.
    pub bloc: BlocId,
    /// The year it is for.
    pub year: EmulationYear,
    /// The award.
    pub award: AwardKind,
    /// For whom.
    pub recipient: Recipient,
    /// What is rewarded; one id for one achievement, whatever award it is named for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub achievement: Option<AchievementId>,
    /// The papers of the dossier.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub papers: Vec<Paper>,
    /// What it says, in short.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub summary: Option<Remark>,
    /// The version of the year's regulation that governs it.
    pub regulation_version: u16,
    /// The fact that adopted that version.
    pub regulation: EventId,
    /// The rule of the award as it stood: a dossier is never judged again under a newer one.
    pub rule: AwardRule,
}

/// Papers were added to the dossier.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PapersAdded {
    /// The papers, at least one.
    pub papers: Vec<Paper>,
}

/// What an appraisal found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AppraisalFinding {
    /// The dossier meets what the award asks for.
    Meets,
    /// It does not. The council may hear it all the same.
    DoesNotMeet,
}

impl AppraisalFinding {
    /// Both findings.
    pub const ALL: [Self; 2] = [Self::Meets, Self::DoesNotMeet];
}

/// The state body appraised the dossier (thẩm định).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Appraised {
    /// What it found.
    pub finding: AppraisalFinding,
    /// Why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Remark>,
}

/// The dossier was made public before the decision, so that anyone could object (công khai lấy ý kiến).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PublicityOpened {
    /// The first day.
    pub from: Date,
    /// Where.
    pub place: Name,
}

/// The council let the dossier go beyond the quota.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct QuotaOverridden {
    /// Why.
    pub reason: Remark,
    /// The minutes of the council.
    pub minutes: DocumentNumber,
    /// The quota as it was then: used up.
    pub quota: Quota,
}

/// A vote of the council, as its minutes report it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CastByCouncil {
    /// How many members the council has.
    pub members: u16,
    /// How many were present.
    pub present: u16,
    /// How many who were absent gave a written opinion.
    pub written_opinions: u16,
    /// How many were in favour, written opinions included.
    pub in_favour: u16,
    /// How many were against, written opinions included.
    pub against: u16,
    /// The minutes. For the Government's flag they name the bloc the unit leads (5007/BNV-TĐKT).
    pub minutes: DocumentNumber,
    /// Why the council cut the dossier although it had the votes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cut: Option<Remark>,
}

/// What a vote of the council came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum VoteOutcome {
    /// Enough votes.
    Approved,
    /// Too few votes.
    TooFewVotes,
    /// Cut by the council, with its reason.
    Cut,
}

impl VoteOutcome {
    /// Every outcome, in the order of this list.
    pub const ALL: [Self; 3] = [Self::Approved, Self::TooFewVotes, Self::Cut];
}

/// The council voted on the dossier.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CouncilVoted {
    /// The vote.
    pub cast: CastByCouncil,
    /// The number the share was counted over.
    pub base: u16,
    /// The fewest votes in favour that reach it.
    pub needed: u16,
    /// What it came to.
    pub outcome: VoteOutcome,
    /// The quota as it was before this vote, where the vote takes from one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quota: Option<Quota>,
}

/// The award was decided (quyết định khen thưởng).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Decided {
    /// The number of the decision.
    pub number: DocumentNumber,
    /// Its date.
    pub date: Date,
    /// The office that signed it.
    pub signed_by: Name,
    /// The quota as it was before the decision, where no council had voted and the decision takes from one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quota: Option<Quota>,
}

/// The decision was published.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Published {
    /// The day.
    pub on: Date,
    /// Where.
    pub place: Name,
}

/// Why a decision is revoked: the four causes of chapter VII of the Law on emulation and commendation (06/2022/QH15).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RevocationCause {
    /// Achievements were declared dishonestly.
    DishonestDeclaration,
    /// False information was given, or papers were forged.
    ForgedPapers,
    /// Appraisal, review or proposal were against the law.
    UnlawfulProcedure,
    /// A later conclusion or verdict shows a violation in the period that was counted.
    LaterViolation,
}

impl RevocationCause {
    /// The four causes, in the order of the law.
    pub const ALL: [Self; 4] =
        [Self::DishonestDeclaration, Self::ForgedPapers, Self::UnlawfulProcedure, Self::LaterViolation];
}

/// The decision was revoked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Revoked {
    /// Why, by the law.
    pub cause: RevocationCause,
    /// Why, in words.
    pub reason: Remark,
    /// The number of the decision that revokes.
    pub number: DocumentNumber,
    /// Its date.
    pub date: Date,
    /// The office that signed it.
    pub signed_by: Name,
}
