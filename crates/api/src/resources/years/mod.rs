//! The emulation year of a bloc: what is recorded in it, and its readings.

pub mod acts;
pub mod ballot_basis;
pub mod ballots;
mod basis;
pub mod book;
pub mod challenges;
pub mod changes;
pub mod council;
pub mod decisions;
pub mod drafting;
pub mod explain;
pub mod filed;
pub mod lateness;
pub mod office;
pub mod panels;
pub mod peer_matrix;
pub mod recusals;
pub mod regulation_use;
pub mod rows;
pub mod score_changes;
pub mod scores;
pub mod standing;
pub mod standing_changes;

use crate::{
    auth::Scope::{
        BallotsWrite, PledgesWrite, RankingsWrite, RegistrationsWrite, RegulationsWrite, ReportsWrite,
        ScoresWrite, VotesWrite, YearsWrite,
    },
    parameters,
    problem::{Code, Problem},
    routes::{Access::Public, Route, Tag, fact, read},
};
use app::Moment;
use domain::{BlocId, EmulationYear, year::Year};
use views::Book;

parameters! {
    /// The path of the year of a bloc.
    pub struct YearPath {
        /// Mã khối, cụm (UUID). The bloc.
        bloc: BlocId,
        /// Năm thi đua. The year of emulation.
        year: EmulationYear = 2019,
    }
}

/// The year of a bloc at a moment, or the problem that it is not there.
pub fn year_at(moment: &Moment, path: &YearPath) -> Result<Book<Year>, Problem> {
    moment.year(path.bloc, path.year)?.ok_or_else(|| Problem::new(Code::ResourceNotFound))
}

/// The rows of the steps up to the scoring.
pub static ROUTES: &[Route] = &[
    read::<book::Years>(
        "/v1/blocs/{bloc}/years",
        "listYears",
        Tag::Years,
        ["Các năm thi đua", "The years of a bloc"],
        Public,
    ),
    fact::<acts::OpenYear>(
        "/v1/blocs/{bloc}/years",
        "openYear",
        Tag::Years,
        ["Mở năm thi đua", "Open a year"],
        &[YearsWrite],
    ),
    read::<book::OneYear>(
        "/v1/blocs/{bloc}/years/{year}",
        "getYear",
        Tag::Years,
        ["Sổ năm thi đua: ai đã làm gì, còn thiếu gì", "The year book: who did what, and what is missing"],
        Public,
    ),
    fact::<acts::RecordLeadership>(
        "/v1/blocs/{bloc}/years/{year}/leaderships",
        "recordLeadership",
        Tag::Years,
        ["Ghi nhận Trưởng khối, Phó Trưởng khối", "Record who leads the bloc in this year"],
        &[YearsWrite],
    ),
    read::<filed::AdoptedRegulation>(
        "/v1/blocs/{bloc}/years/{year}/regulations",
        "getAdoptedRegulation",
        Tag::Years,
        ["Quy chế đang áp dụng", "The regulation in force"],
        Public,
    ),
    fact::<acts::AdoptRegulation>(
        "/v1/blocs/{bloc}/years/{year}/regulations",
        "adoptRegulation",
        Tag::Years,
        ["Thông qua quy chế", "Adopt a regulation"],
        &[RegulationsWrite],
    ),
    read::<changes::RegulationVersion>(
        "/v1/blocs/{bloc}/years/{year}/regulations/{version}",
        "getRegulationVersion",
        Tag::Years,
        ["Một lần ban hành quy chế", "One version of the regulation"],
        Public,
    ),
    read::<changes::Changes>(
        "/v1/blocs/{bloc}/years/{year}/regulations/{version}/changes",
        "listRegulationChanges",
        Tag::Years,
        ["Thay đổi giữa hai lần ban hành quy chế", "What changed between two versions of the regulation"],
        Public,
    ),
    read::<filed::Registrations>(
        "/v1/blocs/{bloc}/years/{year}/registrations",
        "listRegistrations",
        Tag::Years,
        ["Các bản đăng ký thi đua", "Registrations"],
        Public,
    ),
    fact::<acts::Register>(
        "/v1/blocs/{bloc}/years/{year}/registrations",
        "fileRegistration",
        Tag::Years,
        ["Đăng ký thi đua", "Register a unit's targets"],
        &[RegistrationsWrite],
    ),
    read::<filed::Pledges>(
        "/v1/blocs/{bloc}/years/{year}/pledges",
        "listPledges",
        Tag::Years,
        ["Các đơn vị đã ký giao ước", "Signatures under the pledge"],
        Public,
    ),
    fact::<acts::SignPledge>(
        "/v1/blocs/{bloc}/years/{year}/pledges",
        "signPledge",
        Tag::Years,
        ["Ký giao ước thi đua", "Sign the pledge"],
        &[PledgesWrite],
    ),
    read::<filed::Conferences>(
        "/v1/blocs/{bloc}/years/{year}/conferences",
        "listConferences",
        Tag::Years,
        ["Các hội nghị", "Conferences"],
        Public,
    ),
    fact::<acts::HoldConference>(
        "/v1/blocs/{bloc}/years/{year}/conferences",
        "holdConference",
        Tag::Years,
        ["Ghi nhận hội nghị", "Record a conference"],
        &[YearsWrite],
    ),
    read::<filed::Reports>(
        "/v1/blocs/{bloc}/years/{year}/reports",
        "listReports",
        Tag::Years,
        ["Các báo cáo", "Reports"],
        Public,
    ),
    fact::<acts::FileReport>(
        "/v1/blocs/{bloc}/years/{year}/reports",
        "fileReport",
        Tag::Years,
        ["Nộp báo cáo", "File a report"],
        &[ReportsWrite],
    ),
    fact::<acts::ExcludeUnit>(
        "/v1/blocs/{bloc}/years/{year}/exclusions",
        "excludeUnit",
        Tag::Years,
        ["Không xét thi đua", "Exclude a unit from consideration"],
        &[YearsWrite],
    ),
];

/// The rows from the scoring to the next leader.
pub static DECISIONS: &[Route] = &[
    read::<filed::Panels>(
        "/v1/blocs/{bloc}/years/{year}/panels",
        "listPanels",
        Tag::Standings,
        ["Các đơn vị được giao tiêu chí", "Who scores which criteria beside the bloc"],
        Public,
    ),
    fact::<panels::AssignPanel>(
        "/v1/blocs/{bloc}/years/{year}/panels",
        "assignPanel",
        Tag::Standings,
        ["Giao tiêu chí cho đơn vị chấm", "Assign the criteria a unit scores"],
        &[RegulationsWrite],
    ),
    read::<scores::Scores>(
        "/v1/blocs/{bloc}/years/{year}/scores",
        "listScores",
        Tag::Standings,
        ["Điểm của từng đơn vị, từng người chấm", "The scores of each unit by each scorer"],
        Public,
    ),
    fact::<decisions::GiveScores>(
        "/v1/blocs/{bloc}/years/{year}/scores",
        "giveScores",
        Tag::Standings,
        ["Chấm điểm", "Score a unit"],
        &[ScoresWrite],
    ),
    fact::<decisions::AdoptScoreTable>(
        "/v1/blocs/{bloc}/years/{year}/score-tables",
        "adoptScoreTable",
        Tag::Standings,
        ["Thông qua bảng điểm", "Adopt the score table"],
        &[RankingsWrite],
    ),
    read::<ballots::Ballots>(
        "/v1/blocs/{bloc}/years/{year}/ballots",
        "listBallots",
        Tag::Standings,
        ["Các cuộc bỏ phiếu", "Ballots"],
        Public,
    ),
    fact::<decisions::OpenBallot>(
        "/v1/blocs/{bloc}/years/{year}/ballots",
        "openBallot",
        Tag::Standings,
        ["Mở cuộc bỏ phiếu", "Open a ballot"],
        &[BallotsWrite],
    ),
    read::<ballots::OneBallot>(
        "/v1/blocs/{bloc}/years/{year}/ballots/{ballot}",
        "getBallot",
        Tag::Standings,
        ["Một cuộc bỏ phiếu", "One ballot"],
        Public,
    ),
    fact::<decisions::CastVote>(
        "/v1/blocs/{bloc}/years/{year}/ballots/{ballot}/votes",
        "castVote",
        Tag::Standings,
        ["Bỏ phiếu", "Vote"],
        &[VotesWrite],
    ),
    fact::<decisions::CloseBallot>(
        "/v1/blocs/{bloc}/years/{year}/ballots/{ballot}/closures",
        "closeBallot",
        Tag::Standings,
        ["Đóng cuộc bỏ phiếu, kiểm phiếu", "Close and count a ballot"],
        &[BallotsWrite],
    ),
    read::<standing::Standing>(
        "/v1/blocs/{bloc}/years/{year}/standing",
        "getStanding",
        Tag::Standings,
        ["Bảng xếp hạng", "The standing"],
        Public,
    ),
    read::<filed::TieBreaks>(
        "/v1/blocs/{bloc}/years/{year}/tie-breaks",
        "listTieBreaks",
        Tag::Standings,
        ["Các lần phân định đồng hạng", "How ties were broken"],
        Public,
    ),
    fact::<panels::BreakTie>(
        "/v1/blocs/{bloc}/years/{year}/tie-breaks",
        "breakTie",
        Tag::Standings,
        ["Phân định các đơn vị cùng hạng", "Record how a tie was broken"],
        &[RankingsWrite],
    ),
    fact::<decisions::AdoptRanking>(
        "/v1/blocs/{bloc}/years/{year}/rankings",
        "adoptRanking",
        Tag::Standings,
        ["Thông qua xếp hạng, xếp loại", "Adopt ranks and classes"],
        &[RankingsWrite],
    ),
    fact::<decisions::ElectLeadership>(
        "/v1/blocs/{bloc}/years/{year}/elections",
        "electLeadership",
        Tag::Standings,
        ["Ghi nhận Trưởng khối, Phó Trưởng khối năm sau", "Record who leads the bloc in the next year"],
        &[RankingsWrite],
    ),
];
