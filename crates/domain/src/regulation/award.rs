//! The rules of awards (quy định xét khen thưởng): quotas, checks, the council's vote, the papers they rest on.
//!
//! All of it is data. Rounding and the base of a percentage are never assumed: two official texts count the 20 per cent of
//! the Government's flag over two different bases (Decree 91/2017/NĐ-CP, Art. 11.1; Official letter 5007/BNV-TĐKT of
//! 5 September 2023), and no text read so far says how a fraction is rounded.

use super::Majority;
use crate::{BlocId, Date, DocumentNumber, Name, commendation::AwardKind};
use serde::{Deserialize, Serialize};

/// The rule of one award.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AwardRule {
    /// The award.
    pub award: AwardKind,
    /// How many there may be; absent when no limit is stated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quota: Option<QuotaRule>,
    /// What a dossier must fulfil. That the quota is not used up is always checked where there is one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub checks: Vec<CheckRule>,
    /// What a dossier needs in the vote of the council; absent when no council votes on it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub council: Option<CouncilMajority>,
    /// The papers the award rests on, with the days they are in force.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub legal_basis: Vec<LegalBasis>,
}

/// How many awards there may be in a year.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum QuotaRule {
    /// So many per bloc.
    Count(u16),
    /// A number for each bloc, as an annex lists them (Lâm Đồng, Decision 1284/2020).
    Allotted(Vec<Allotment>),
    /// A percentage, never more (không quá).
    Percent(PercentRule),
}

/// The number allotted to one bloc.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Allotment {
    /// The bloc.
    pub bloc: BlocId,
    /// How many.
    pub count: u16,
}

/// A percentage of a base that is named.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PercentRule {
    /// 1 to 100 per cent.
    pub percent: u8,
    /// Of what.
    pub base: QuotaBase,
    /// What becomes of a fraction of a unit.
    pub rounding: QuotaRounding,
}

/// What a percentage is taken of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum QuotaBase {
    /// The members of the bloc.
    Members,
    /// The members that are considered: not excluded.
    Considered,
    /// The units, in all blocs of the level, that meet the standard of an award: those the council approved for it.
    MeetingStandard(AwardKind),
    /// The leading units of all blocs of the level.
    LeadingUnits,
    /// What remains of the bloc after other awards.
    Remaining(Remaining),
}

/// What remains of a bloc once some of its units have been given to other awards.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Remaining {
    /// What it remains of.
    pub of: Pool,
    /// The awards whose units are taken away, each unit once.
    pub after: Vec<AwardKind>,
}

/// The units of one bloc that are counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Pool {
    /// Its members.
    Members,
    /// Its members that are not excluded.
    Considered,
}

/// What becomes of a fraction of a unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum QuotaRounding {
    /// It is dropped.
    Floor,
    /// It counts as a whole unit.
    Ceil,
    /// From a half on it counts as a whole unit.
    HalfUp,
}

impl QuotaRounding {
    /// Every way, in the order of this list.
    pub const ALL: [Self; 3] = [Self::Floor, Self::Ceil, Self::HalfUp];
}

/// One thing a dossier must fulfil.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CheckRule {
    /// What.
    pub check: Check,
    /// From which stage on the dossier does not go further without it; absent when it is shown and stops nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<Stage>,
}

/// A stage of a dossier that a check can stop.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// It is proposed.
    Proposal,
    /// The council approves it.
    Council,
    /// The competent authority decides.
    Decision,
}

impl Stage {
    /// Every stage, in their order.
    pub const ALL: [Self; 3] = [Self::Proposal, Self::Council, Self::Decision];
}

/// What can be checked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Check {
    /// The unit registered in time (đăng ký thi đua đúng hạn).
    RegisteredInTime,
    /// It signed the pledge (ký giao ước).
    PledgeSigned,
    /// It filed the reports of the procedure in time (báo cáo đúng hạn).
    ReportsInTime,
    /// It attended the conferences whose minutes say who attended (tham dự hội nghị).
    Attended,
    /// It is the leading unit of the bloc (đơn vị dẫn đầu).
    LeadingUnit,
    /// Its rank is within so many places; 1 for the first.
    RankWithin(u8),
    /// It has this share of the votes in the ballot on the leading unit (tỷ lệ phiếu).
    BallotRatio(Majority),
    /// It is not excluded from consideration in this year (không xét thi đua).
    NotExcluded,
    /// The same achievement was not rewarded before (một thành tích không khen thưởng hai lần).
    AchievementNotRewarded,
    /// Every paper of the legal basis is in force on the day of the proposal.
    LegalBasisValid,
    /// The dossier holds these papers.
    DossierComplete(Vec<PaperKind>),
    /// The council has voted for it (Hội đồng đã xét).
    CouncilApproved,
    /// It was made public for so many days (công khai lấy ý kiến).
    PublicityPassed(u16),
}

/// A paper of a dossier.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PaperKind {
    /// Tờ trình.
    Submission,
    /// Biên bản họp hội đồng.
    CouncilMinutes,
    /// Báo cáo thành tích.
    AchievementReport,
    /// Anything else.
    Other,
}

impl PaperKind {
    /// Every paper, in the order of this list.
    pub const ALL: [Self; 4] = [Self::Submission, Self::CouncilMinutes, Self::AchievementReport, Self::Other];
}

/// The share of the council's votes a dossier needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CouncilMajority {
    /// 1 to 100 per cent.
    pub percent: u8,
    /// Whether exactly the percentage is enough (`true`) or more is needed (`false`).
    pub or_equal: bool,
    /// Per cent of what.
    pub base: CouncilBase,
}

/// What the share of a council's votes is counted over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CouncilBase {
    /// All members of the council (Decree 91/2017/NĐ-CP, Art. 45.8, on titles of persons).
    Members,
    /// Those who were present or gave a written opinion.
    TookPart,
    /// Those who were for or against.
    Valid,
}

impl CouncilBase {
    /// Every base, in the order of this list.
    pub const ALL: [Self; 3] = [Self::Members, Self::TookPart, Self::Valid];
}

/// A paper, and when it is in force.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LegalBasis {
    /// Its number.
    pub number: DocumentNumber,
    /// The article, item or annex.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub article: Option<Name>,
    /// The first day; absent when it is not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<Date>,
    /// The last day; absent while no end is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Date>,
}

impl LegalBasis {
    /// Whether the paper is in force on a day; `None` when its first day is not known and its last has not passed.
    pub fn in_force_on(&self, day: Date) -> Option<bool> {
        if self.until.is_some_and(|last| day > last) {
            return Some(false);
        }
        self.from.map(|first| first <= day)
    }
}
