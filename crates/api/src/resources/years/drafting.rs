//! Drafting the regulation: drafts, the members' comments on them, and who has not spoken yet.

use super::{
    YearPath,
    acts::year_fact,
    book::{Filed, roster},
    year_at,
};
use crate::{
    answer::{Answer, Cache},
    answer_body, body,
    body::{Faults, Field, FromText, Schemas, codes::PresetCode, text::whole},
    cloud_event,
    issue::Flaw,
    parameters,
    problem::{Code, Problem},
    resources::shared::{AsOfQuery, year_tag},
    routes::{Call, Fact, Read, fact::Origin},
    shown::Shown,
};
use app::Act;
use domain::{
    BlocId, Date, EmulationYear, Envelope, Event, LocalisedName, Remark, StreamId, Text, Timestamp, UnitId,
    regulation::Regulation,
    year::{self, Draft, DraftCommented, YearAct, YearEvent},
};
use std::sync::Arc;
use utoipa::openapi::{
    RefOr,
    schema::{ObjectBuilder, Schema, Type},
};

body! {
    /// Dự thảo quy chế: một mẫu có sẵn hoặc toàn văn. A draft of the regulation: one that comes with the service, or a
    /// whole one. Every member may comment on it; the adoption names it.
    pub struct DraftRegulation {
        /// Mã của mẫu có sẵn. The code of one that comes with the service.
        preset: Option<PresetCode> = "hcmc-2008",
        /// Toàn văn dự thảo. A whole regulation.
        regulation: Option<Regulation>,
        /// Ngày cuối góp ý; không ngắn hơn quy chế đang áp dụng. The last day for comments; never shorter than the
        /// regulation in force says.
        comments_until: Option<Date> = "2024-01-31",
        /// Điểm mới của dự thảo. What is new in it.
        note: Option<Remark>,
    }
}

/// The one regulation a body names: a preset's or its own.
pub(super) fn named(
    preset: Option<PresetCode>,
    regulation: Option<Regulation>,
    faults: &mut Faults,
) -> Option<Arc<Regulation>> {
    match (preset, regulation) {
        (None, Some(regulation)) => Some(Arc::new(regulation)),
        (Some(PresetCode(preset)), None) => Some(Arc::new(preset.regulation.clone())),
        (None, None) | (Some(_), Some(_)) => faults.note(Flaw::BadValue("preset | regulation")),
    }
}

impl Fact for DraftRegulation {
    type Path = YearPath;
    const ROLES: &'static [&'static str] = &["unit_officer", "official", "registrar"];

    fn act(self, path: YearPath, _: &Origin<'_>, faults: &mut Faults) -> Option<Act> {
        let Self { preset, regulation, comments_until, note } = self;
        let regulation = named(preset, regulation, faults)?;
        let draft = year::DraftRegulation { regulation, comments_until, note };
        Some(Act::Year(path.bloc, path.year, YearAct::DraftRegulation(draft)))
    }

    fn location(fact: &Envelope) -> String {
        match (&fact.event, fact.stream) {
            (Event::Year(YearEvent::RegulationDrafted(drafted)), StreamId::Year(bloc, year)) => {
                format!("/v1/blocs/{bloc}/years/{year}/regulation-drafts/{}", drafted.draft)
            }
            _ => format!("/v1/events/{}", fact.position),
        }
    }
}

/// The number of a draft in a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DraftNumber(pub u16);

impl FromText for DraftNumber {
    fn from_text(text: &str) -> Result<Self, Flaw> {
        let number = whole(text, 1, u16::MAX.into())?;
        u16::try_from(number).map(Self).map_err(|_| Flaw::OutOfRange(1, u16::MAX.into()))
    }

    fn schema(_: &mut Schemas) -> RefOr<Schema> {
        let most = f64::from(u16::MAX);
        ObjectBuilder::new().schema_type(Type::Integer).minimum(Some(1)).maximum(Some(most)).into()
    }
}

parameters! {
    /// A draft of the regulation of a year.
    pub struct DraftPath {
        /// Khối, cụm. The bloc.
        bloc: BlocId,
        /// Năm thi đua. The year of emulation.
        year: EmulationYear = 2019,
        /// Số của dự thảo trong năm. The number of the draft within the year.
        draft: DraftNumber = 1,
    }
}

impl DraftPath {
    const fn year(&self) -> YearPath {
        YearPath { bloc: self.bloc, year: self.year }
    }
}

body! {
    /// Góp ý vào dự thảo. A unit comments on a draft.
    pub struct CommentDraft {
        /// Đơn vị góp ý. The unit.
        unit: UnitId,
        /// Chỗ được góp ý, theo JSON pointer; không nêu là góp ý chung. The place in the draft, as a JSON pointer (RFC 6901);
        /// absent for the draft as a whole.
        pointer: Option<Text<200>> = "/sheet/parts/0/criteria/0/max",
        /// Nội dung góp ý. The comment.
        text: Remark = "Đề nghị nâng điểm tối đa lên 15",
    }
}

impl Fact for CommentDraft {
    type Path = DraftPath;
    const ROLES: &'static [&'static str] = &["unit_officer"];

    fn act(self, path: DraftPath, _: &Origin<'_>, _: &mut Faults) -> Option<Act> {
        let Self { unit, pointer, text } = self;
        let comment = DraftCommented { draft: path.draft.0, unit, pointer, text };
        Some(Act::Year(path.bloc, path.year, YearAct::CommentDraft(comment)))
    }
}

answer_body! {
    /// Một dự thảo. A draft.
    pub struct DraftRow {
        /// Số của dự thảo. Its number.
        draft: u16,
        /// Tên. Its title.
        title: LocalisedName,
        /// Đơn vị soạn thảo; vắng mặt khi cấp trên soạn. The unit that drafted it.
        drafted_by: Option<UnitId>,
        /// Góp ý đến hết. Until when the members may comment before it is adopted; absent when no period was set.
        comments_until: Option<Timestamp>,
        /// Các đơn vị đã góp ý. Who has commented.
        commented: Vec<UnitId>,
        /// Các đơn vị chưa góp ý. The members that have not.
        silent: Vec<UnitId>,
        /// Đã thông qua thành lần ban hành. The version of the regulation it became.
        adopted_as: Option<u16>,
        /// Sự kiện ghi nhận. The fact that laid it before the members.
        filed: Filed,
    }
}

answer_body! {
    /// Các dự thảo quy chế. The drafts of a year, oldest first.
    pub struct DraftList {
        /// Các dự thảo. The drafts.
        items: Vec<DraftRow>,
    }
}

fn row(draft: &Draft, members: &[UnitId]) -> DraftRow {
    let mut commented: Vec<UnitId> = draft.comments.iter().map(|(unit, _)| *unit).collect();
    commented.sort_unstable();
    commented.dedup();
    DraftRow {
        draft: draft.number,
        title: draft.regulation.title.clone(),
        drafted_by: draft.drafted_by,
        comments_until: draft.comments_until,
        commented,
        silent: draft.silent(members),
        adopted_as: draft.adopted_as,
        filed: (&draft.mark).into(),
    }
}

/// `GET /v1/blocs/{bloc}/years/{year}/regulation-drafts`
pub struct Drafts;

impl Read for Drafts {
    type Path = YearPath;
    type Query = AsOfQuery;
    const CACHE: Cache = Cache::Revalidate;

    fn schema(schemas: &mut Schemas) -> RefOr<Schema> {
        DraftList::schema(schemas)
    }

    async fn answer(call: &Call<'_>, path: YearPath, query: AsOfQuery) -> Result<Answer, Problem> {
        let moment = query.moment(call)?;
        let book = year_at(&moment, &path)?;
        let members = roster(call, &moment, path.bloc, &book.state)?;
        let items = book.state.drafts.iter().map(|draft| row(draft, &members)).collect();
        Ok(Answer::serialised(&DraftList { items })?
            .with_etag(year_tag(call, &moment, path.bloc, &book))
            .at(moment.position()))
    }
}

/// `GET /v1/blocs/{bloc}/years/{year}/regulation-drafts/{draft}`
pub struct OneDraft;

impl Read for OneDraft {
    type Path = DraftPath;
    type Query = AsOfQuery;
    const CACHE: Cache = Cache::Revalidate;

    fn schema(schemas: &mut Schemas) -> RefOr<Schema> {
        <Regulation as Field>::schema(schemas)
    }

    async fn answer(call: &Call<'_>, path: DraftPath, query: AsOfQuery) -> Result<Answer, Problem> {
        let moment = query.moment(call)?;
        let book = year_at(&moment, &path.year())?;
        let draft = book.state.draft(path.draft.0).ok_or_else(|| Problem::new(Code::ResourceNotFound))?;
        Ok(Answer::serialised(&draft.regulation)?
            .with_etag(year_tag(call, &moment, path.bloc, &book))
            .at(moment.position()))
    }
}

/// `GET /v1/blocs/{bloc}/years/{year}/regulation-drafts/{draft}/comments`
pub struct Comments;

impl Read for Comments {
    type Path = DraftPath;
    type Query = AsOfQuery;
    const CACHE: Cache = Cache::Revalidate;

    fn schema(schemas: &mut Schemas) -> RefOr<Schema> {
        cloud_event::list_schema(schemas)
    }

    async fn answer(call: &Call<'_>, path: DraftPath, query: AsOfQuery) -> Result<Answer, Problem> {
        let moment = query.moment(call)?;
        let book = year_at(&moment, &path.year())?;
        let draft = book.state.draft(path.draft.0).ok_or_else(|| Problem::new(Code::ResourceNotFound))?;
        let positions: Vec<_> = draft.comments.iter().map(|(_, mark)| mark.position).collect();
        let body = cloud_event::list(&moment.facts(&positions)?, None)?;
        Ok(Answer::json(body).with_etag(year_tag(call, &moment, path.bloc, &book)).at(moment.position()))
    }
}

body! {
    /// Dời hạn của một bước. Moves the deadline of a step: before it has passed by the leader, afterwards only by the
    /// body above. The answer names the units that were late and now are not.
    pub struct ChangeDeadline {
        /// Bước. The step.
        step: domain::regulation::Step = "annual_report",
        /// Ngày cuối mới. Its new last day.
        to: Date = "2024-12-20",
        /// Lý do. Why.
        reason: Remark,
    }
}
year_fact!(ChangeDeadline, ["official", "unit_officer"], self, faults, {
    let Self { step, to, reason } = self;
    Some(YearAct::ChangeDeadline(year::ChangeDeadline { step, to, reason }))
});
