//! The rows of what is asked afterwards, and of what is done in a year beside its steps: drafting, deadlines, the office of leader, queries, objections,
//! consultation and council.

use super::{
    challenges, council, drafting, explain, lateness, office, peer_matrix, recusals, regulation_use,
    score_changes, standing_changes,
};
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

/// The rows of what auditors ask.
pub static AUDIT: &[Route] = &[
    read::<explain::Explanations>(
        "/v1/blocs/{bloc}/years/{year}/standing/explain",
        "explainStanding",
        Tag::Standings,
        [
            "Giải thích từng con số của bảng xếp hạng: sự kiện, quy chế, phép tính",
            "Every number of the standing explained: facts, regulation, arithmetic",
        ],
        Public,
    ),
    read::<standing_changes::StandingChanges>(
        "/v1/blocs/{bloc}/years/{year}/standing/changes",
        "listStandingChanges",
        Tag::Standings,
        [
            "Bảng xếp hạng đã biết khi đó và bây giờ khác nhau ở đâu, vì sự kiện nào",
            "What is different from the standing as it was known before, and by which facts",
        ],
        Public,
    ),
    read::<score_changes::ScoreChanges>(
        "/v1/blocs/{bloc}/years/{year}/score-changes",
        "listScoreChanges",
        Tag::Standings,
        [
            "Mọi thay đổi điểm: ai, khi nào, từ bao nhiêu đến bao nhiêu, vì sao",
            "Every change of a score: who, when, from, to, why",
        ],
        Public,
    ),
    read::<lateness::Lapses>(
        "/v1/blocs/{bloc}/years/{year}/lateness",
        "listLateness",
        Tag::Years,
        [
            "Ai muộn, muộn bao lâu theo giờ máy chủ, có bị trừ điểm như nhau không",
            "Who was late, by how much by the server's clock, and whether all were penalised alike",
        ],
        Public,
    ),
    read::<regulation_use::RegulationUse>(
        "/v1/blocs/{bloc}/years/{year}/regulation-use",
        "getRegulationUse",
        Tag::Years,
        [
            "Chấm điểm theo quy chế lần nào, khác lần đầu ở đâu",
            "Which version of the regulation was used, and how it differs from the first",
        ],
        Public,
    ),
    read::<recusals::Recusals>(
        "/v1/blocs/{bloc}/years/{year}/recusals",
        "listRecusals",
        Tag::Standings,
        [
            "Ai chấm điểm cho Trưởng khối, Phó Trưởng khối; có ai tự chấm thay người khác không",
            "Who scored the leader's and the deputy's units, and whether any unit scored itself for others",
        ],
        Public,
    ),
];
