//! Scoring with eyes open: queries of scores and their explanations, objections and rulings, and what followed.

use super::{
    YearPath,
    acts::{EvidenceBody, year_fact},
    book::Filed,
    year_at,
};
use crate::{
    answer::{Answer, Cache},
    answer_body, body,
    body::{Faults, List, Schemas, parameters::Limit},
    parameters,
    problem::Problem,
    resources::shared::{AsOfQuery, Page, PageQuery, year_tag},
    routes::{Call, Fact, Read, fact::Origin},
    shown::Shown,
};
use app::{Act, Moment};
use domain::{
    BlocId, EmulationYear, Event, EventId, Position, Remark, Text, Timestamp, UnitId,
    regulation::{CriterionId, Scorer},
    year::{self, Contested, Mark, Objection, Outcome, Query, Year, YearAct, YearEvent},
};
use std::sync::Arc;
use utoipa::openapi::{RefOr, Schema};

body! {
    /// Yêu cầu giải trình điểm chấm. Asks how a score came about; whoever gave it explains.
    pub struct QueryScore {
        /// Sự kiện chấm điểm. The fact that gave the score.
        score: EventId,
        /// Tiêu chí; không nêu là cả lần chấm. The criterion; absent for the score as a whole.
        criterion: Option<CriterionId> = "B.01",
        /// Thành viên hỏi; không nêu khi Trưởng khối, Phó Trưởng khối hoặc cấp trên hỏi. The member that asks; absent when the
        /// leader, the deputy or the body above does.
        asked_by: Option<UnitId>,
        /// Câu hỏi. The question.
        text: Remark = "Căn cứ nào để chấm 4 điểm?",
    }
}
year_fact!(QueryScore, ["unit_officer", "official"], self, faults, {
    let Self { score, criterion, asked_by, text } = self;
    Some(YearAct::QueryScore(year::QueryScore { score, criterion, asked_by, text }))
});

parameters! {
    /// A query of a score.
    pub struct QueryPath {
        /// Khối, cụm. The bloc.
        bloc: BlocId,
        /// Năm thi đua. The year of emulation.
        year: EmulationYear = 2019,
        /// Sự kiện yêu cầu giải trình. The fact that asked.
        query: EventId,
    }
}

body! {
    /// Giải trình điểm chấm. Explains a score that was queried.
    pub struct ExplainScore {
        /// Nội dung giải trình. The explanation.
        text: Remark = "Theo biên bản kiểm tra chéo ngày 12/11",
        /// Minh chứng. What supports it.
        evidence: List<EvidenceBody, 0, 20>,
    }
}

impl Fact for ExplainScore {
    type Path = QueryPath;
    const ROLES: &'static [&'static str] = &["unit_officer", "official"];

    fn act(self, path: QueryPath, _: &Origin<'_>, _: &mut Faults) -> Option<Act> {
        let evidence = self.evidence.0.into_iter().map(Into::into).collect();
        let explain = year::ExplainScore { query: path.query, text: self.text, evidence };
        Some(Act::Year(path.bloc, path.year, YearAct::ExplainScore(explain)))
    }
}

body! {
    /// Kiến nghị về điểm, bảng điểm hoặc xếp hạng. A unit contests its score, the score table or the ranking.
    pub struct LodgeObjection {
        /// Đơn vị kiến nghị. The unit that objects.
        unit: UnitId,
        /// Sự kiện bị kiến nghị: chấm điểm của đơn vị, thông qua bảng điểm hoặc xếp hạng. The fact it is against: the one that
        /// gave the unit a score, or adopted the score table or the ranking.
        against: EventId,
        /// Nội dung kiến nghị. What is wrong, and what the unit asks for.
        text: Remark = "Đề nghị chấm lại tiêu chí B.04: đơn vị đã nộp báo cáo đúng hạn",
        /// Minh chứng. What supports it.
        evidence: List<EvidenceBody, 0, 20>,
    }
}
year_fact!(LodgeObjection, ["unit_officer"], self, faults, {
    let Self { unit, against, text, evidence } = self;
    let evidence = evidence.0.into_iter().map(Into::into).collect();
    Some(YearAct::LodgeObjection(year::LodgeObjection { unit, against, text, evidence }))
});

parameters! {
    /// An objection.
    pub struct ObjectionPath {
        /// Khối, cụm. The bloc.
        bloc: BlocId,
        /// Năm thi đua. The year of emulation.
        year: EmulationYear = 2019,
        /// Sự kiện kiến nghị. The fact that lodged it.
        objection: EventId,
    }
}

body! {
    /// Kết luận về kiến nghị. Rules on an objection; corrections that follow name the ruling.
    pub struct RuleOnObjection {
        /// Kết luận. How it ends.
        outcome: Outcome = "upheld",
        /// Lý do. Why.
        reason: Remark,
    }
}

impl Fact for RuleOnObjection {
    type Path = ObjectionPath;
    const ROLES: &'static [&'static str] = &["unit_officer", "official"];

    fn act(self, path: ObjectionPath, _: &Origin<'_>, _: &mut Faults) -> Option<Act> {
        let Self { outcome, reason } = self;
        let ruling = year::RuleOnObjection { objection: path.objection, outcome, reason };
        Some(Act::Year(path.bloc, path.year, YearAct::RuleOnObjection(ruling)))
    }
}

answer_body! {
    /// Một yêu cầu giải trình. A query of a score.
    pub struct QueryAnswer {
        /// Đơn vị được chấm. The unit that was scored.
        unit: UnitId,
        /// Người chấm. Who scored it.
        scorer: Scorer,
        /// Sự kiện chấm điểm. The fact that gave the score.
        score: EventId,
        /// Đơn vị hỏi. The unit that asks; absent when the body above does.
        asked_by: Option<UnitId>,
        /// Đơn vị phải giải trình. The unit that has to explain; absent for the body above.
        asked_of: Option<UnitId>,
        /// Câu hỏi. The question.
        text: Option<Remark>,
        /// Hạn giải trình. When the explanation is due.
        due: Option<Timestamp>,
        /// Sự kiện hỏi. The fact that asked.
        filed: Filed,
        /// Nội dung giải trình. The explanation.
        explanation: Option<Remark>,
        /// Sự kiện giải trình. The fact that explained.
        explained: Option<Filed>,
    }
}

answer_body! {
    /// Các yêu cầu giải trình. The queries of a year, oldest first.
    pub struct QueryList {
        /// Các yêu cầu. The queries.
        items: Vec<QueryAnswer>,
        /// Con trỏ tới trang sau; vắng mặt ở trang cuối. Where the next page begins; absent on the last one.
        next_cursor: Option<String>,
    }
}

/// What a fact says in words.
fn words(moment: &Moment, mark: &Mark) -> Result<Option<Remark>, Problem> {
    let fact = moment.facts(&[mark.position])?.pop();
    Ok(fact.and_then(|fact| match fact.event {
        Event::Year(YearEvent::ScoreQueried(queried)) => Some(queried.text),
        Event::Year(YearEvent::ExplanationGiven(given)) => Some(given.text),
        Event::Year(YearEvent::ObjectionLodged(lodged)) => Some(lodged.text),
        Event::Year(YearEvent::ObjectionRuled(ruled)) => Some(ruled.reason),
        Event::Year(_)
        | Event::Unit(_)
        | Event::Bloc(_)
        | Event::Grant(_)
        | Event::Log(_)
        | Event::Person(_)
        | Event::Commendation(_) => None,
    }))
}

fn query_answer(moment: &Moment, query: &Query) -> Result<QueryAnswer, Problem> {
    Ok(QueryAnswer {
        unit: query.unit,
        scorer: query.scorer,
        score: query.score,
        asked_by: query.asked_by,
        asked_of: query.asked_of,
        text: words(moment, &query.mark)?,
        due: query.due,
        filed: (&query.mark).into(),
        explanation: query.explained.as_ref().map(|mark| words(moment, mark)).transpose()?.flatten(),
        explained: query.explained.as_ref().map(Filed::from),
    })
}

answer_body! {
    /// Một kiến nghị và kết quả. An objection, its ruling and what followed.
    pub struct ObjectionAnswer {
        /// Đơn vị kiến nghị. The unit that objects.
        unit: UnitId,
        /// Về việc gì. What it is against.
        contested: Contested,
        /// Sự kiện bị kiến nghị. The fact it is against.
        against: EventId,
        /// Nội dung. What is wrong, and what the unit asks for.
        text: Option<Remark>,
        /// Sự kiện kiến nghị. The fact that lodged it.
        filed: Filed,
        /// Hạn kết luận. When a ruling is due.
        ruling_due: Option<Timestamp>,
        /// Chưa có kết luận. Whether it waits for its ruling.
        pending: bool,
        /// Kết luận. How it ended.
        outcome: Option<Outcome>,
        /// Lý do. Why.
        reason: Option<Remark>,
        /// Sự kiện kết luận. The fact that ruled on it.
        ruled: Option<Filed>,
        /// Các sự kiện sửa theo kết luận, cũ trước. The corrections that name the ruling, oldest first.
        effects: Vec<Filed>,
    }
}

answer_body! {
    /// Các kiến nghị. The objections of a year, oldest first.
    pub struct ObjectionList {
        /// Các kiến nghị. The objections.
        items: Vec<ObjectionAnswer>,
    }
}

/// Every objection of a year.
pub fn objections(moment: &Moment, year: &Year) -> Result<Vec<ObjectionAnswer>, Problem> {
    year.objections.iter().map(|objection| objection_answer(moment, objection)).collect()
}

fn objection_answer(moment: &Moment, objection: &Objection) -> Result<ObjectionAnswer, Problem> {
    let ruling = objection.ruling.as_ref();
    Ok(ObjectionAnswer {
        unit: objection.unit,
        contested: objection.contested,
        against: objection.against,
        text: words(moment, &objection.mark)?,
        filed: (&objection.mark).into(),
        ruling_due: objection.ruling_due,
        pending: objection.is_pending(),
        outcome: ruling.map(|(outcome, _)| *outcome),
        reason: ruling.map(|(_, mark)| words(moment, mark)).transpose()?.flatten(),
        ruled: ruling.map(|(_, mark)| mark.into()),
        effects: objection.effects.iter().map(Filed::from).collect(),
    })
}

parameters! {
    /// Which of the queries.
    pub struct QueriesQuery {
        /// Số yêu cầu một trang. How many queries a page holds.
        limit: Limit,
        /// Con trỏ từ trang trước. Where to begin, as the page before said.
        cursor: Option<Text<200>>,
        /// Như đã biết tại thời điểm này (giờ máy chủ ghi nhận). As known at a recorded time.
        as_of: Option<Timestamp>,
        /// Như đã biết sau chừng ấy sự kiện. As known after so many facts.
        as_of_position: Option<Position>,
    }
}

/// `GET /v1/blocs/{bloc}/years/{year}/score-queries`
pub struct Queries;

impl Read for Queries {
    type Path = YearPath;
    type Query = QueriesQuery;
    const CACHE: Cache = Cache::Revalidate;

    fn schema(schemas: &mut Schemas) -> RefOr<Schema> {
        QueryList::schema(schemas)
    }

    async fn answer(call: &Call<'_>, path: YearPath, query: QueriesQuery) -> Result<Answer, Problem> {
        let QueriesQuery { limit, cursor, as_of, as_of_position } = query;
        let asked = (path.bloc, path.year);
        let page = Page::open(call, PageQuery { cursor, limit, as_of, as_of_position }, &asked)?;
        let book = year_at(&page.moment, &path)?;
        let shown = |query: &Arc<Query>| query_answer(&page.moment, query).map(Some);
        let found = page.fill(book.state.queries.iter(), shown)?;
        Ok(Answer::serialised(&QueryList { items: found.items, next_cursor: found.next_cursor })?
            .with_etag(year_tag(call, &page.moment, path.bloc, &book))
            .at(page.moment.position()))
    }
}

/// `GET /v1/blocs/{bloc}/years/{year}/objections`
pub struct Objections;

impl Read for Objections {
    type Path = YearPath;
    type Query = AsOfQuery;
    const CACHE: Cache = Cache::Revalidate;

    fn schema(schemas: &mut Schemas) -> RefOr<Schema> {
        ObjectionList::schema(schemas)
    }

    async fn answer(call: &Call<'_>, path: YearPath, query: AsOfQuery) -> Result<Answer, Problem> {
        let moment = query.moment(call)?;
        let book = year_at(&moment, &path)?;
        let list = ObjectionList { items: objections(&moment, &book.state)? };
        Ok(Answer::serialised(&list)?
            .with_etag(year_tag(call, &moment, path.bloc, &book))
            .at(moment.position()))
    }
}
