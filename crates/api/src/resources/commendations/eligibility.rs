//! What a dossier must fulfil, check by check, each with its reason and the facts behind it.

use super::{CommendationPath, because_words, check_words, dossier_at};
use crate::{
    answer::{Answer, Cache},
    answer_body,
    body::Schemas,
    problem::Problem,
    resources::{shared::AsOfQuery, years::book::Filed},
    routes::{Call, Read},
    shown::Shown,
    words::Words,
};
use app::{Moment, awards};
use domain::{
    CommendationId, Date,
    commendation::{CheckName, CheckOutcome, Circumstances, Commendation, CommendationState, Finding},
    regulation::award::Stage,
};
use utoipa::openapi::{RefOr, Schema};

answer_body! {
    /// Lời nói bằng hai thứ tiếng. Words in two languages.
    pub struct Sentence {
        /// Tiếng Việt. Vietnamese.
        vi: String,
        /// Tiếng Anh. English.
        en: String,
    }
}

impl From<Words> for Sentence {
    fn from(words: Words) -> Self {
        Self { vi: words.vi.into_owned(), en: words.en.into_owned() }
    }
}

answer_body! {
    /// Một điều kiện. One check.
    pub struct FindingAnswer {
        /// Điều kiện. Which check.
        check: CheckName,
        /// Tên. What people call it.
        name: Sentence,
        /// Từ giai đoạn này trở đi, không đạt thì hồ sơ dừng lại; vắng mặt nếu chỉ để xem. From which stage on it stops the
        /// dossier; absent when it stops nothing.
        by: Option<Stage>,
        /// Kết quả. What it came to.
        outcome: CheckOutcome,
        /// Vì sao. Why.
        reason: Sentence,
        /// Các sự kiện làm căn cứ. The facts behind it.
        facts: Vec<Filed>,
    }
}

impl From<&Finding> for FindingAnswer {
    fn from(finding: &Finding) -> Self {
        Self {
            check: finding.check,
            name: check_words(finding.check).into(),
            by: finding.by,
            outcome: finding.outcome,
            reason: because_words(&finding.because).into(),
            facts: finding.facts.iter().map(Into::into).collect(),
        }
    }
}

answer_body! {
    /// Điều kiện xét khen thưởng của một hồ sơ, theo quy định đã ghi vào hồ sơ. What a dossier must fulfil, by the rule that
    /// is pinned to it, as known at the moment of reading.
    pub struct EligibilityAnswer {
        /// Hồ sơ. The dossier.
        commendation: CommendationId,
        /// Trạng thái. How far it has come.
        state: CommendationState,
        /// Mọi điều kiện đều đạt hoặc không áp dụng. Whether every check is passed or does not apply.
        eligible: bool,
        /// Các điều kiện. The checks; that of the quota is the last one.
        checks: Vec<FindingAnswer>,
    }
}

/// What a dossier is judged by at a moment, today.
pub fn circumstances(
    call: &Call<'_>,
    moment: &Moment,
    id: CommendationId,
    dossier: &Commendation,
) -> Result<Circumstances, Problem> {
    let received = call.service.app().now();
    let today: Date = received.day();
    let proposal = &dossier.proposal;
    let place = (proposal.bloc, proposal.year);
    Ok(awards::circumstances(moment, id, place, proposal.achievement, (received, today))?)
}

/// `GET /v1/commendations/{commendation}/eligibility`
pub struct Eligibility;

impl Read for Eligibility {
    type Path = CommendationPath;
    type Query = AsOfQuery;
    const CACHE: Cache = Cache::Revalidate;

    fn schema(schemas: &mut Schemas) -> RefOr<Schema> {
        EligibilityAnswer::schema(schemas)
    }

    async fn answer(call: &Call<'_>, path: CommendationPath, query: AsOfQuery) -> Result<Answer, Problem> {
        let moment = query.moment(call)?;
        let book = dossier_at(&moment, path.commendation)?;
        let around = circumstances(call, &moment, path.commendation, &book.state)?;
        let findings = book.state.eligibility(&around);
        let fits =
            |finding: &Finding| matches!(finding.outcome, CheckOutcome::Passed | CheckOutcome::NotApplicable);
        let shown = EligibilityAnswer {
            commendation: path.commendation,
            state: book.state.state(),
            eligible: findings.iter().all(fits),
            checks: findings.iter().map(Into::into).collect(),
        };
        Ok(Answer::serialised(&shown)?.at(moment.position()))
    }
}
