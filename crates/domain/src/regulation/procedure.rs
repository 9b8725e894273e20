//! The procedure of a year: steps, deadlines, ballots, leadership, tie-breaks.

use crate::{Date, EmulationYear, Timestamp, UnitId, time::NotATime};
use serde::{Deserialize, Serialize};

/// A step of the emulation year.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// Each unit registers its targets and the titles it aims at (đăng ký thi đua).
    Registration,
    /// Each unit signs the pledge (ký giao ước).
    Pledge,
    /// Each unit files its report on the first half-year (báo cáo sơ kết).
    HalfYearReport,
    /// Each unit files its annual report (báo cáo tổng kết).
    AnnualReport,
    /// Each unit scores itself (tự chấm điểm).
    SelfScore,
    /// The members score one another (chấm chéo).
    PeerScore,
    /// The leader scores each unit, the deputy the leader's (Trưởng khối thẩm định).
    BlocScore,
    /// Units that were assigned criteria score them (sở, ngành chấm; tổ chấm điểm).
    PanelScore,
    /// The state body scores what is reserved to it (thẩm định).
    OfficialScore,
    /// The meeting adopts the score table (thông qua bảng điểm).
    ScoreTable,
    /// The meeting agrees on the leading unit before it votes (hiệp thương).
    Consultation,
    /// The members vote on the leading unit (bỏ phiếu).
    Ballot,
    /// Ranks and classes are adopted (xếp hạng, xếp loại).
    Ranking,
    /// The council above votes on the bloc's result, which is one of its bases (hội đồng biểu quyết).
    Council,
    /// Leader and deputy of the next year are elected (bầu trưởng khối, phó trưởng khối).
    Leadership,
}

impl Step {
    /// Every step, in the order the sources describe a year.
    pub const ALL: [Self; 15] = [
        Self::Registration,
        Self::Pledge,
        Self::HalfYearReport,
        Self::AnnualReport,
        Self::SelfScore,
        Self::PeerScore,
        Self::BlocScore,
        Self::PanelScore,
        Self::OfficialScore,
        Self::ScoreTable,
        Self::Consultation,
        Self::Ballot,
        Self::Ranking,
        Self::Council,
        Self::Leadership,
    ];

    /// Whether each unit takes this step for itself, or has it taken for it.
    pub const fn is_per_unit(self) -> bool {
        match self {
            Self::Registration
            | Self::Pledge
            | Self::HalfYearReport
            | Self::AnnualReport
            | Self::SelfScore
            | Self::PeerScore
            | Self::BlocScore
            | Self::PanelScore
            | Self::OfficialScore => true,
            Self::ScoreTable
            | Self::Consultation
            | Self::Ballot
            | Self::Ranking
            | Self::Council
            | Self::Leadership => false,
        }
    }

    /// Whether the step needs an adopted regulation. Registration, pledge and reports are seen in practice before
    /// one is adopted (the pledge for 2024 was signed in December 2023).
    pub const fn needs_regulation(self) -> bool {
        match self {
            Self::Registration | Self::Pledge | Self::HalfYearReport | Self::AnnualReport => false,
            Self::SelfScore
            | Self::PeerScore
            | Self::BlocScore
            | Self::PanelScore
            | Self::OfficialScore
            | Self::ScoreTable
            | Self::Consultation
            | Self::Ballot
            | Self::Ranking
            | Self::Council
            | Self::Leadership => true,
        }
    }
}

/// The rule of one step.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StepRule {
    /// The step.
    pub step: Step,
    /// Whether later steps wait for it.
    pub required: bool,
    /// Its last day, if it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deadline: Option<Deadline>,
    /// What happens after the last day.
    #[serde(default, skip_serializing_if = "LatePolicy::is_accept")]
    pub late: LatePolicy,
}

/// A last day, counted from the year of emulation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Deadline {
    /// 1 to 12.
    pub month: i8,
    /// 1 to 31.
    pub day: i8,
    /// Years after the year of emulation: 0 for the same year, 1 for the next, −1 for the one before.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub year_offset: i8,
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "the shape serde asks for")]
const fn is_zero(number: &i8) -> bool {
    *number == 0
}

impl Deadline {
    /// The last moment in the given year: the end of the day in Viet Nam.
    pub fn moment(self, year: EmulationYear) -> Result<Timestamp, NotATime> {
        Date::in_year(year, self.year_offset, self.month, self.day).map(Date::end)
    }
}

/// What happens to an act that comes after its deadline.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LatePolicy {
    /// It is recorded and marked late.
    #[default]
    Accept,
    /// It is refused.
    Refuse,
}

impl LatePolicy {
    #[allow(clippy::trivially_copy_pass_by_ref, reason = "the shape serde asks for")]
    const fn is_accept(&self) -> bool {
        matches!(self, Self::Accept)
    }
}

/// How a ballot is held.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BallotRule {
    /// Open or secret.
    pub secrecy: Secrecy,
    /// Who may stand.
    pub candidates: Candidates,
    /// What a candidate needs to be chosen; absent when the most votes are enough.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub majority: Option<Majority>,
    /// How many must be present for the ballot to be opened; absent when no number is asked for, which is all that the
    /// texts read so far say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quorum: Option<Quorum>,
}

impl BallotRule {
    /// Whether it must be recorded who is present when the ballot is opened.
    pub fn asks_who_is_present(&self) -> bool {
        self.quorum.is_some() || self.majority.is_some_and(|rule| rule.base == MajorityBase::Present)
    }
}

/// The share of units that must be present. The base is always named.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Quorum {
    /// 1 to 100 per cent.
    pub percent: u8,
    /// Per cent of what.
    pub base: QuorumBase,
}

/// What a quorum is counted over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum QuorumBase {
    /// Every member of the bloc.
    Members,
    /// The members that are not excluded from consideration.
    Considered,
}

impl Quorum {
    /// How many units must be present: the share, never rounded down.
    pub fn least(self, members: usize, considered: usize) -> usize {
        let base = match self.base {
            QuorumBase::Members => members,
            QuorumBase::Considered => considered,
        };
        (base * usize::from(self.percent)).div_ceil(100)
    }
}

/// Whether choices are recorded with the voter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Secrecy {
    /// Each vote is recorded with its unit.
    Open,
    /// Only that a unit has voted is recorded; choices are published unordered at the close.
    Secret,
}

/// Who may stand in a ballot.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Candidates {
    /// Any member that is not excluded.
    Members,
    /// The members with the highest scores, ties at the edge included. 1 means the highest score only, as in
    /// Ninh Thuận (Decision 24/2011/QĐ-UBND, item H.1).
    TopScores(u8),
}

/// The share of votes a candidate needs. The base is always named: texts differ in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Majority {
    /// 1 to 100 per cent.
    pub percent: u8,
    /// Whether exactly the percentage is enough (`true`) or more is needed (`false`).
    pub or_equal: bool,
    /// Per cent of what.
    pub base: MajorityBase,
}

/// What a majority is counted over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MajorityBase {
    /// Every unit on the list of electors.
    Electors,
    /// The units that are present when the ballot is opened.
    Present,
    /// The units that voted.
    Cast,
    /// The votes for a candidate; abstentions do not count.
    Valid,
}

/// How many took part in a ballot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TurnOut {
    /// On the list of electors.
    pub electors: u32,
    /// Present when it was opened.
    pub present: u32,
    /// Voted.
    pub cast: u32,
    /// Voted for a candidate.
    pub valid: u32,
}

impl Majority {
    /// How many the share is counted over.
    pub const fn base_of(self, turn_out: TurnOut) -> u32 {
        match self.base {
            MajorityBase::Electors => turn_out.electors,
            MajorityBase::Present => turn_out.present,
            MajorityBase::Cast => turn_out.cast,
            MajorityBase::Valid => turn_out.valid,
        }
    }

    /// Whether `votes` reach the share, in whole numbers.
    pub fn reached(self, votes: u32, turn_out: TurnOut) -> bool {
        let base = self.base_of(turn_out);
        let (have, need) = (u64::from(votes) * 100, u64::from(base) * u64::from(self.percent));
        votes > 0 && if self.or_equal { have >= need } else { have > need }
    }
}

/// How the leader and the deputy of the next year are found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LeadershipRule {
    /// The way.
    pub method: LeadershipMethod,
    /// How the ballot is held, when they are elected.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ballot: Option<BallotRule>,
    /// The order of the turns, when the leader is found by turns; empty where the bloc has not written one down. The
    /// one after the present leader is next, and after the last comes the first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub order: Vec<UnitId>,
    /// Whether a unit that was excluded from consideration in the year before may not be nominated, as the procuracy
    /// has it (its guidance of 2019 for 2020). One excluded in the same year never may.
    #[serde(default, skip_serializing_if = "is_false")]
    pub bars_excluded_last_year: bool,
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "the shape serde asks for")]
const fn is_false(value: &bool) -> bool {
    !*value
}

/// A way of finding the leader.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LeadershipMethod {
    /// Elected by the members (bầu).
    Election,
    /// By turns (luân phiên).
    Rotation,
    /// Named by the superior body (chỉ định).
    Designation,
}

/// What decides between equal scores.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TieBreak {
    /// More points for contents.
    Contents,
    /// More bonus points.
    Bonus,
    /// Fewer penalty points.
    FewerPenalties,
    /// More votes in the ballot on the leading unit.
    Votes,
    /// The drawing of lots (bốc thăm), recorded with its witnesses.
    Lots,
    /// The decision of the meeting, recorded with its reason.
    Meeting,
}

impl TieBreak {
    /// Every one, in the order of this list.
    pub const ALL: [Self; 6] =
        [Self::Contents, Self::Bonus, Self::FewerPenalties, Self::Votes, Self::Lots, Self::Meeting];

    /// Whether it is an act of people that must be recorded, instead of a number that can be compared.
    pub const fn is_recorded(self) -> bool {
        match self {
            Self::Lots | Self::Meeting => true,
            Self::Contents | Self::Bonus | Self::FewerPenalties | Self::Votes => false,
        }
    }
}
