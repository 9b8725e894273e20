//! Commendations: dossiers from the proposal to the decision, what they must fulfil, and the quotas of a year.

pub mod acts;
pub mod dossier;
pub mod eligibility;
pub mod quotas;
pub mod reference;
mod words;

use crate::{
    auth::Scope::CommendationsWrite,
    parameters,
    problem::{Code, Problem},
    routes::{Access::Public, Route, Tag, fact, read},
};
use app::Moment;
use domain::{CommendationId, commendation::Commendation};
use views::Book;

pub use words::{because_words, check_words, quota_words, state_words};

parameters! {
    /// The path of one dossier.
    pub struct CommendationPath {
        /// Mã hồ sơ khen thưởng (UUID). The dossier.
        commendation: CommendationId,
    }
}

/// A dossier at a moment, or the problem that it is not there.
fn dossier_at(moment: &Moment, id: CommendationId) -> Result<Book<Commendation>, Problem> {
    moment.commendation(id)?.ok_or_else(|| Problem::new(Code::ResourceNotFound))
}

/// The rows of this resource.
pub static ROUTES: &[Route] = &[
    read::<dossier::Commendations>(
        "/v1/commendations",
        "listCommendations",
        Tag::Commendations,
        ["Danh sách hồ sơ khen thưởng", "List commendation dossiers"],
        Public,
    ),
    fact::<acts::ProposeCommendation>(
        "/v1/commendations",
        "proposeCommendation",
        Tag::Commendations,
        ["Đề nghị khen thưởng", "Propose a unit for an award"],
        &[CommendationsWrite],
    ),
    read::<dossier::OneCommendation>(
        "/v1/commendations/{commendation}",
        "getCommendation",
        Tag::Commendations,
        ["Một hồ sơ khen thưởng", "One dossier"],
        Public,
    ),
    read::<eligibility::Eligibility>(
        "/v1/commendations/{commendation}/eligibility",
        "getEligibility",
        Tag::Commendations,
        [
            "Điều kiện xét khen thưởng: từng điều kiện, lý do, sự kiện làm căn cứ",
            "What a dossier must fulfil: each check with its reason and the facts behind it",
        ],
        Public,
    ),
    fact::<acts::AddPapers>(
        "/v1/commendations/{commendation}/papers",
        "addPapers",
        Tag::Commendations,
        ["Bổ sung giấy tờ vào hồ sơ", "Add papers to a dossier"],
        &[CommendationsWrite],
    ),
    fact::<acts::AppraiseCommendation>(
        "/v1/commendations/{commendation}/appraisals",
        "appraiseCommendation",
        Tag::Commendations,
        ["Thẩm định hồ sơ", "Appraise a dossier"],
        &[CommendationsWrite],
    ),
    fact::<acts::OpenPublicity>(
        "/v1/commendations/{commendation}/publicity-periods",
        "openPublicity",
        Tag::Commendations,
        ["Công khai lấy ý kiến trước khi quyết định", "Make a dossier public before it is decided"],
        &[CommendationsWrite],
    ),
    fact::<acts::OverrideQuota>(
        "/v1/commendations/{commendation}/quota-overrides",
        "overrideQuota",
        Tag::Commendations,
        [
            "Hội đồng cho vượt chỉ tiêu, nêu lý do",
            "The council lets a dossier go beyond the quota, with its reason",
        ],
        &[CommendationsWrite],
    ),
    fact::<acts::RecordCouncilVote>(
        "/v1/commendations/{commendation}/council-votes",
        "recordCouncilVote",
        Tag::Commendations,
        ["Ghi nhận kết quả bỏ phiếu của hội đồng", "Record the vote of the council"],
        &[CommendationsWrite],
    ),
    fact::<acts::DecideCommendation>(
        "/v1/commendations/{commendation}/decisions",
        "decideCommendation",
        Tag::Commendations,
        ["Ghi nhận quyết định khen thưởng", "Record the decision"],
        &[CommendationsWrite],
    ),
    fact::<acts::PublishCommendation>(
        "/v1/commendations/{commendation}/publications",
        "publishCommendation",
        Tag::Commendations,
        ["Công bố quyết định khen thưởng", "Record the publication of the decision"],
        &[CommendationsWrite],
    ),
    fact::<acts::RevokeCommendation>(
        "/v1/commendations/{commendation}/revocations",
        "revokeCommendation",
        Tag::Commendations,
        ["Hủy bỏ quyết định khen thưởng", "Revoke the decision, for one of the four causes of the law"],
        &[CommendationsWrite],
    ),
    read::<quotas::Quotas>(
        "/v1/blocs/{bloc}/years/{year}/quotas",
        "getQuotas",
        Tag::Commendations,
        [
            "Chỉ tiêu khen thưởng: căn cứ tính, cách làm tròn, đã dùng, còn lại, vượt; có được tuân thủ không",
            "Quotas: base, rounding, used, left, beyond; and whether each was respected",
        ],
        Public,
    ),
    read::<reference::Awards>(
        "/v1/reference/awards",
        "listAwards",
        Tag::Reference,
        ["Danh mục danh hiệu thi đua và hình thức khen thưởng", "Titles and forms of commendation"],
        Public,
    ),
    read::<reference::AwardRules>(
        "/v1/reference/award-rules",
        "listAwardRules",
        Tag::Reference,
        [
            "Quy định khen thưởng có nguồn, để đưa vào quy chế",
            "Rules of awards from real papers, to put into a regulation",
        ],
        Public,
    ),
];
