//! The rows of what is done in a year beside its steps: drafting, deadlines, the office of leader, queries, objections,
//! consultation and council.

use super::{challenges, council, drafting, office, peer_matrix};
use crate::{
    auth::Scope::{BallotsWrite, RankingsWrite, RegulationsWrite, ScoresWrite, YearsWrite},
    routes::{Access::Public, Route, Tag, fact, read},
};

/// The rows of the regulation in the making, of deadlines and of the office of leader.
pub static OFFICE: &[Route] = &[
    read::<drafting::Drafts>(
        "/v1/blocs/{bloc}/years/{year}/regulation-drafts",
        "listRegulationDrafts",
        Tag::Years,
        ["Các dự thảo quy chế", "Drafts of the regulation"],
        Public,
    ),
    fact::<drafting::DraftRegulation>(
        "/v1/blocs/{bloc}/years/{year}/regulation-drafts",
        "draftRegulation",
        Tag::Years,
        ["Soạn dự thảo quy chế", "Draft a regulation"],
        &[RegulationsWrite],
    ),
    read::<drafting::OneDraft>(
        "/v1/blocs/{bloc}/years/{year}/regulation-drafts/{draft}",
        "getRegulationDraft",
        Tag::Years,
        ["Một dự thảo quy chế", "One draft of the regulation"],
        Public,
    ),
    read::<drafting::Comments>(
        "/v1/blocs/{bloc}/years/{year}/regulation-drafts/{draft}/comments",
        "listDraftComments",
        Tag::Years,
        ["Các góp ý vào dự thảo", "Comments on a draft"],
        Public,
    ),
    fact::<drafting::CommentDraft>(
        "/v1/blocs/{bloc}/years/{year}/regulation-drafts/{draft}/comments",
        "commentRegulationDraft",
        Tag::Years,
        ["Góp ý vào dự thảo", "Comment on a draft"],
        &[RegulationsWrite],
    ),
    read::<office::Deadlines>(
        "/v1/blocs/{bloc}/years/{year}/deadlines",
        "listDeadlineChanges",
        Tag::Years,
        ["Các lần dời hạn, ai được lợi", "Deadlines that were moved, and whom it served"],
        Public,
    ),
    fact::<drafting::ChangeDeadline>(
        "/v1/blocs/{bloc}/years/{year}/deadlines",
        "changeDeadline",
        Tag::Years,
        ["Dời hạn của một bước", "Move a deadline"],
        &[YearsWrite],
    ),
    read::<office::Leaderships>(
        "/v1/blocs/{bloc}/years/{year}/leaderships",
        "getLeaderships",
        Tag::Years,
        ["Trưởng khối, Phó Trưởng khối qua cả năm", "Who led the bloc through the year"],
        Public,
    ),
    fact::<office::VacateLeadership>(
        "/v1/blocs/{bloc}/years/{year}/leadership-vacancies",
        "vacateLeadership",
        Tag::Years,
        ["Ghi nhận khuyết Trưởng khối, Phó Trưởng khối", "Record that an office is vacant"],
        &[YearsWrite],
    ),
    fact::<office::ReplaceLeadership>(
        "/v1/blocs/{bloc}/years/{year}/leadership-replacements",
        "replaceLeadership",
        Tag::Years,
        ["Thay Trưởng khối, Phó Trưởng khối trong năm", "Record who leads from now on"],
        &[YearsWrite],
    ),
    fact::<office::Delegate>(
        "/v1/blocs/{bloc}/years/{year}/delegations",
        "delegateLeadership",
        Tag::Years,
        ["Trưởng khối ủy quyền cho Phó Trưởng khối", "Let the deputy act as the leader"],
        &[YearsWrite],
    ),
    fact::<office::HandOver>(
        "/v1/blocs/{bloc}/years/{year}/hand-overs",
        "handOverLeadership",
        Tag::Years,
        ["Bàn giao cho Trưởng khối năm sau", "Hand over to the next leader"],
        &[YearsWrite],
    ),
];

/// The rows of the peer matrix, queries, objections, consultation and council.
pub static REVIEW: &[Route] = &[
    read::<peer_matrix::Matrix>(
        "/v1/blocs/{bloc}/years/{year}/peer-matrix",
        "getPeerMatrix",
        Tag::Standings,
        ["Ma trận chấm chéo", "How the units scored one another"],
        Public,
    ),
    read::<challenges::Queries>(
        "/v1/blocs/{bloc}/years/{year}/score-queries",
        "listScoreQueries",
        Tag::Standings,
        ["Các yêu cầu giải trình điểm", "Queries of scores"],
        Public,
    ),
    fact::<challenges::QueryScore>(
        "/v1/blocs/{bloc}/years/{year}/score-queries",
        "queryScore",
        Tag::Standings,
        ["Yêu cầu giải trình điểm", "Ask how a score came about"],
        &[ScoresWrite],
    ),
    fact::<challenges::ExplainScore>(
        "/v1/blocs/{bloc}/years/{year}/score-queries/{query}/explanations",
        "explainScore",
        Tag::Standings,
        ["Giải trình điểm", "Explain a score"],
        &[ScoresWrite],
    ),
    read::<challenges::Objections>(
        "/v1/blocs/{bloc}/years/{year}/objections",
        "listObjections",
        Tag::Standings,
        ["Các kiến nghị và kết luận", "Objections and rulings"],
        Public,
    ),
    fact::<challenges::LodgeObjection>(
        "/v1/blocs/{bloc}/years/{year}/objections",
        "lodgeObjection",
        Tag::Standings,
        ["Kiến nghị về điểm, xếp hạng", "Object to a score, score table or ranking"],
        &[ScoresWrite],
    ),
    fact::<challenges::RuleOnObjection>(
        "/v1/blocs/{bloc}/years/{year}/objections/{objection}/rulings",
        "ruleOnObjection",
        Tag::Standings,
        ["Kết luận về kiến nghị", "Rule on an objection"],
        &[RankingsWrite],
    ),
    read::<council::Consultations>(
        "/v1/blocs/{bloc}/years/{year}/consultations",
        "getConsultation",
        Tag::Standings,
        ["Hiệp thương", "The consultation on the leading unit"],
        Public,
    ),
    fact::<council::HoldConsultation>(
        "/v1/blocs/{bloc}/years/{year}/consultations",
        "holdConsultation",
        Tag::Standings,
        ["Hiệp thương về đơn vị dẫn đầu", "Consult on the leading unit"],
        &[BallotsWrite],
    ),
    read::<council::CouncilDecision>(
        "/v1/blocs/{bloc}/years/{year}/council-decisions",
        "getCouncilDecision",
        Tag::Standings,
        ["Quyết định của hội đồng về kết quả của khối", "What the council decided on the bloc's result"],
        Public,
    ),
    fact::<council::RecordCouncil>(
        "/v1/blocs/{bloc}/years/{year}/council-decisions",
        "recordCouncilDecision",
        Tag::Standings,
        ["Hội đồng biểu quyết kết quả của khối", "Record the council's decision"],
        &[RankingsWrite],
    ),
];
