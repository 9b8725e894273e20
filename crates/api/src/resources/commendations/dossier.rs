//! Dossiers as they are read: one of them, and lists.

use super::{CommendationPath, dossier_at, eligibility::Sentence, quotas::ReckoningAnswer, state_words};
use crate::{
    answer::{Answer, Cache},
    answer_body,
    body::{
        Schemas,
        parameters::{Limit, NoParameters},
    },
    parameters,
    problem::Problem,
    resources::{
        reference::LocalisedText,
        shared::{AsOfQuery, Found, Page, PageQuery, unit_name},
        years::book::Filed,
    },
    routes::{Call, Read},
    shown::Shown,
};
use app::Moment;
use domain::{
    AchievementId, BlocId, CommendationId, Date, DocumentNumber, EmulationYear, LocalisedName, Name,
    PersonId, Position, Remark, Sha256, Text, Timestamp, UnitId,
    commendation::{
        self, AppraisalFinding, AwardKind, Commendation, CommendationState, RevocationCause, VoteOutcome,
    },
    quota::Quota,
    regulation::award::{AwardRule, PaperKind},
    year::Mark,
};
use utoipa::openapi::{RefOr, Schema};
use views::Book;

answer_body! {
    /// Giấy tờ của hồ sơ. A paper of the dossier.
    pub struct PaperAnswer {
        /// Loại giấy tờ. What it is.
        kind: PaperKind,
        /// Số, ký hiệu. Its number.
        number: Option<DocumentNumber>,
        /// SHA-256, base64url. The hash of its bytes.
        sha256: Option<Sha256>,
        /// Sự kiện. The fact that brought it.
        filed: Filed,
    }
}

answer_body! {
    /// Thẩm định. The appraisal.
    pub struct AppraisalAnswer {
        /// Kết luận. What was found.
        finding: AppraisalFinding,
        /// Lý do. Why.
        reason: Option<Remark>,
        /// Sự kiện. The fact.
        filed: Filed,
    }
}

answer_body! {
    /// Công khai lấy ý kiến, hoặc công bố. When and where something was made public.
    pub struct PublicAnswer {
        /// Từ ngày. The day, or the first one.
        from: Date,
        /// Nơi. Where.
        place: Name,
        /// Sự kiện. The fact.
        filed: Filed,
    }
}

answer_body! {
    /// Chỉ tiêu ngay trước một việc. A quota as it was before an act that takes from it.
    pub struct QuotaBefore {
        /// Phép tính. The arithmetic of a percentage.
        reckoning: Option<ReckoningAnswer>,
        /// Chỉ tiêu. How many there might be.
        allowed: Option<u32>,
        /// Đã dùng. How many were used.
        used: u32,
        /// Đã vượt. How many went beyond it.
        beyond: u32,
    }
}

impl From<&Quota> for QuotaBefore {
    fn from(quota: &Quota) -> Self {
        let reckoning = quota.reckoning.as_ref().map(Into::into);
        Self { reckoning, allowed: quota.allowed, used: quota.used, beyond: quota.beyond }
    }
}

answer_body! {
    /// Kết quả bỏ phiếu của hội đồng. The vote of the council.
    pub struct VoteAnswer {
        /// Kết quả. What it came to.
        outcome: VoteOutcome,
        /// Tổng số thành viên. How many members the council has.
        members: u16,
        /// Số có mặt. How many were present.
        present: u16,
        /// Số ý kiến bằng văn bản. How many gave a written opinion.
        written_opinions: u16,
        /// Số phiếu đồng ý. How many were in favour.
        in_favour: u16,
        /// Số phiếu không đồng ý. How many were against.
        against: u16,
        /// Tỷ lệ tính trên số này. What the share was counted over.
        base: u16,
        /// Số phiếu đồng ý tối thiểu. The fewest votes in favour that reach it.
        needed: u16,
        /// Biên bản. The minutes.
        minutes: DocumentNumber,
        /// Lý do cắt. Why the council cut it.
        cut_reason: Option<Remark>,
        /// Chỉ tiêu trước khi bỏ phiếu. The quota as it was before the vote.
        quota: Option<QuotaBefore>,
        /// Sự kiện. The fact.
        filed: Filed,
    }
}

impl From<&(commendation::CouncilVoted, Mark)> for VoteAnswer {
    fn from((voted, mark): &(commendation::CouncilVoted, Mark)) -> Self {
        let cast = voted.cast.clone();
        Self {
            outcome: voted.outcome,
            members: cast.members,
            present: cast.present,
            written_opinions: cast.written_opinions,
            in_favour: cast.in_favour,
            against: cast.against,
            base: voted.base,
            needed: voted.needed,
            minutes: cast.minutes,
            cut_reason: cast.cut,
            quota: voted.quota.as_ref().map(Into::into),
            filed: mark.into(),
        }
    }
}

answer_body! {
    /// Quyết định. A decision.
    pub struct DecisionAnswer {
        /// Số. Its number.
        number: DocumentNumber,
        /// Ngày. Its date.
        date: Date,
        /// Chức vụ của người ký. The office that signed it.
        signed_by: Name,
        /// Chỉ tiêu trước khi quyết định, nếu không qua hội đồng. The quota as it was before, where no council votes.
        quota: Option<QuotaBefore>,
        /// Sự kiện. The fact.
        filed: Filed,
    }
}

answer_body! {
    /// Quyết định hủy bỏ. A revocation.
    pub struct RevocationAnswer {
        /// Căn cứ theo luật. Why, by the law.
        cause: RevocationCause,
        /// Lý do. Why, in words.
        reason: Remark,
        /// Số. The number of the decision that revokes.
        number: DocumentNumber,
        /// Ngày. Its date.
        date: Date,
        /// Chức vụ của người ký. The office that signed it.
        signed_by: Name,
        /// Sự kiện. The fact.
        filed: Filed,
    }
}

answer_body! {
    /// Hồ sơ khen thưởng. A commendation.
    pub struct CommendationAnswer {
        /// Mã. Its id.
        id: CommendationId,
        /// Khối, cụm đề nghị. The bloc that proposes it.
        bloc: BlocId,
        /// Năm thi đua. The year it is for.
        year: EmulationYear,
        /// Danh hiệu, hình thức. The award.
        award: AwardKind,
        /// Tên danh hiệu, hình thức. What it is called.
        award_name: LocalisedText,
        /// Tập thể. The unit.
        unit: UnitId,
        /// Tên tập thể. Its name.
        unit_name: Option<LocalisedName>,
        /// Cá nhân, nếu hồ sơ là của cá nhân; họ tên ở `/v1/persons`. The person, when it is for one; the name is at `/v1/persons`.
        person: Option<PersonId>,
        /// Mã thành tích. What is rewarded.
        achievement: Option<AchievementId>,
        /// Tóm tắt. What it says, in short.
        summary: Option<Remark>,
        /// Trạng thái. How far it has come.
        state: CommendationState,
        /// Trạng thái bằng lời. The state in words.
        state_name: Sentence,
        /// Máy chủ tiếp nhận lúc: căn cứ để biết hồ sơ theo luật nào. When the server accepted it: by this one knows which law
        /// governs it.
        accepted_at: Timestamp,
        /// Lần ban hành quy chế. The version of the year's regulation that governs it.
        regulation_version: u16,
        /// Quy định của danh hiệu, không đổi theo quy chế mới. The rule of the award as it stood; a newer one changes nothing.
        rule: AwardRule,
        /// Sự kiện đề nghị. The fact that proposed it.
        proposed: Filed,
        /// Giấy tờ. Its papers.
        papers: Vec<PaperAnswer>,
        /// Thẩm định. Its appraisal.
        appraisal: Option<AppraisalAnswer>,
        /// Công khai lấy ý kiến. When it was made public before the decision.
        publicity: Option<PublicAnswer>,
        /// Hội đồng cho vượt chỉ tiêu. The council's override of the quota.
        quota_override: Option<super::quotas::OverrideAnswer>,
        /// Hội đồng bỏ phiếu. The vote of the council.
        council_vote: Option<VoteAnswer>,
        /// Quyết định. The decision.
        decision: Option<DecisionAnswer>,
        /// Công bố. The publication.
        publication: Option<PublicAnswer>,
        /// Hủy bỏ. The revocation.
        revocation: Option<RevocationAnswer>,
        /// Số sự kiện: thẻ ETag. How many facts it has: its entity tag.
        version: u32,
        /// Có dữ liệu minh họa. Some of its facts are examples that no document states.
        illustrative: bool,
    }
}

fn commendation_answer(
    moment: &Moment,
    id: CommendationId,
    book: &Book<Commendation>,
) -> Result<CommendationAnswer, Problem> {
    let dossier = &book.state;
    let proposal = &dossier.proposal;
    let state = dossier.state();
    let papers = dossier.papers.iter().map(|(paper, mark)| PaperAnswer {
        kind: paper.kind,
        number: paper.number.clone(),
        sha256: paper.sha256,
        filed: mark.into(),
    });
    Ok(CommendationAnswer {
        id,
        bloc: proposal.bloc,
        year: proposal.year,
        award: proposal.award,
        award_name: LocalisedText { vi: proposal.award.vi(), en: proposal.award.en() },
        unit: dossier.unit(),
        unit_name: unit_name(moment, dossier.unit())?,
        person: proposal.recipient.person(),
        achievement: proposal.achievement,
        summary: proposal.summary.clone(),
        state,
        state_name: state_words(state).into(),
        accepted_at: dossier.proposed.recorded_at,
        regulation_version: proposal.regulation_version,
        rule: proposal.rule.clone(),
        proposed: (&dossier.proposed).into(),
        papers: papers.collect(),
        appraisal: dossier.appraisal.as_ref().map(appraisal),
        publicity: dossier.publicity.as_ref().map(|(opened, mark)| public(opened.from, &opened.place, mark)),
        quota_override: dossier.beyond_quota.as_ref().map(Into::into),
        council_vote: dossier.vote.as_ref().map(Into::into),
        decision: dossier.decision.as_ref().map(decision),
        publication: dossier
            .publication
            .as_ref()
            .map(|(published, mark)| public(published.on, &published.place, mark)),
        revocation: dossier.revocation.as_ref().map(revocation),
        version: book.version.0,
        illustrative: !book.illustrative.is_empty(),
    })
}

fn appraisal((appraised, mark): &(commendation::Appraised, Mark)) -> AppraisalAnswer {
    AppraisalAnswer { finding: appraised.finding, reason: appraised.reason.clone(), filed: mark.into() }
}

fn public(from: Date, place: &Name, mark: &Mark) -> PublicAnswer {
    PublicAnswer { from, place: place.clone(), filed: mark.into() }
}

fn decision((decided, mark): &(commendation::Decided, Mark)) -> DecisionAnswer {
    let commendation::Decided { number, date, signed_by, quota } = decided.clone();
    DecisionAnswer { number, date, signed_by, quota: quota.as_ref().map(Into::into), filed: mark.into() }
}

fn revocation((revoked, mark): &(commendation::Revoked, Mark)) -> RevocationAnswer {
    let commendation::Revoked { cause, reason, number, date, signed_by } = revoked.clone();
    RevocationAnswer { cause, reason, number, date, signed_by, filed: mark.into() }
}

/// `GET /v1/commendations/{commendation}`
pub struct OneCommendation;

impl Read for OneCommendation {
    type Path = CommendationPath;
    type Query = AsOfQuery;
    const CACHE: Cache = Cache::Revalidate;

    fn schema(schemas: &mut Schemas) -> RefOr<Schema> {
        CommendationAnswer::schema(schemas)
    }

    async fn answer(call: &Call<'_>, path: CommendationPath, query: AsOfQuery) -> Result<Answer, Problem> {
        let moment = query.moment(call)?;
        let book = dossier_at(&moment, path.commendation)?;
        let shown = commendation_answer(&moment, path.commendation, &book)?;
        // The name of the unit is in the answer and not in the version.
        let renamed = call.service.app().views().directory.last_renaming();
        let tag = format!("{}-{renamed}", book.version);
        Ok(Answer::serialised(&shown)?.with_etag(tag).at(moment.position()))
    }
}

answer_body! {
    /// Danh sách hồ sơ khen thưởng, theo thứ tự đề nghị. Dossiers, in the order they were proposed.
    pub struct CommendationList {
        /// Các hồ sơ. The dossiers.
        items: Vec<CommendationAnswer>,
        /// Con trỏ tới trang sau; vắng mặt ở trang cuối. Where the next page begins; absent on the last one.
        next_cursor: Option<String>,
    }
}

parameters! {
    /// Which dossiers.
    pub struct CommendationQuery {
        /// Khối, cụm đề nghị. The bloc.
        bloc: Option<BlocId>,
        /// Năm thi đua. The year.
        year: Option<EmulationYear>,
        /// Danh hiệu, hình thức. The award.
        award: Option<AwardKind>,
        /// Trạng thái. The state.
        state: Option<CommendationState>,
        /// Tập thể. The unit.
        unit: Option<UnitId>,
        /// Số dòng mỗi trang. How many items a page holds.
        limit: Limit,
        /// Con trỏ do trang trước trả về. Where to begin, as the page before said.
        cursor: Option<Text<200>>,
        /// Như đã biết tại thời điểm này. As known at a recorded time.
        as_of: Option<Timestamp>,
        /// Như đã biết sau chừng ấy sự kiện. As known after so many facts.
        as_of_position: Option<Position>,
    }
}

/// `GET /v1/commendations`
pub struct Commendations;

impl Read for Commendations {
    type Path = NoParameters;
    type Query = CommendationQuery;

    fn schema(schemas: &mut Schemas) -> RefOr<Schema> {
        CommendationList::schema(schemas)
    }

    async fn answer(call: &Call<'_>, _: NoParameters, query: CommendationQuery) -> Result<Answer, Problem> {
        let CommendationQuery { bloc, year, award, state, unit, limit, cursor, as_of, as_of_position } =
            query;
        let asked = (bloc, year, award, state, unit);
        let page = Page::open(call, PageQuery { cursor, limit, as_of, as_of_position }, &asked)?;
        let known = page.moment.position();
        let wanted = |dossier: &Commendation| {
            bloc.is_none_or(|bloc| bloc == dossier.proposal.bloc)
                && award.is_none_or(|award| award == dossier.proposal.award)
                && state.is_none_or(|state| state == dossier.state())
                && unit.is_none_or(|unit| unit == dossier.unit())
        };
        let ids: Vec<CommendationId> = {
            let views = call.service.app().views();
            match year {
                Some(year) => views.commendations.of_year(year, known).collect(),
                None => views.commendations.all(known).collect(),
            }
        };
        let Found { items, next_cursor } = page.fill(ids.into_iter(), |id| {
            let book = page.moment.commendation(id)?.filter(|book| wanted(&book.state));
            book.map(|book| commendation_answer(&page.moment, id, &book)).transpose()
        })?;
        Ok(Answer::serialised(&CommendationList { items, next_cursor })?.at(known))
    }
}
