//! The year book: who did what, when the server received it, and what is missing.

use super::{YearPath, year_at};
use crate::{
    answer::{Answer, Cache},
    answer_body,
    body::Schemas,
    problem::{Code, Problem},
    resources::{
        blocs::BlocPath,
        shared::{AsOfQuery, active_members, unit_name, year_tag},
    },
    routes::{Call, Read},
    shown::Shown,
};
use app::Moment;
use domain::{
    BlocId, Date, EmulationYear, EventId, LocalisedName, Name, Timestamp, UnitId,
    regulation::{LeadershipMethod, Scorer, Step},
    year::{self, ExclusionCause, Mark, StepState, UnitYear, Year},
};
use std::collections::BTreeSet;
use utoipa::openapi::{RefOr, Schema};
use views::Book;

answer_body! {
    /// Một việc đã ghi nhận. Something that was recorded: which fact says so, when the server received it (lateness is
    /// judged by this alone), and the day its author claims.
    pub struct Filed {
        /// Sự kiện. The fact.
        event: EventId,
        /// Vị trí trong sổ. Where the fact stands in the log.
        position: u64,
        /// Máy chủ nhận lúc. When the server received it.
        recorded_at: Timestamp,
        /// Ngày có hiệu lực, theo lời người gửi. The day it counts from, as claimed.
        effective_on: Date,
        /// Hạn. When it was due; absent when no deadline was set.
        due: Option<Timestamp>,
        /// Muộn. Whether the server received it after that.
        late: bool,
    }
}

impl From<&Mark> for Filed {
    fn from(mark: &Mark) -> Self {
        Self {
            event: mark.id,
            position: mark.position.0,
            recorded_at: mark.recorded_at,
            effective_on: mark.effective_on,
            due: mark.timeliness.due,
            late: mark.timeliness.late,
        }
    }
}

answer_body! {
    /// Trưởng khối, Phó Trưởng khối. Who leads.
    pub struct LeadershipAnswer {
        /// Đơn vị Trưởng khối. The leader unit.
        leader: UnitId,
        /// Tên. Its name.
        leader_name: Option<LocalisedName>,
        /// Đơn vị Phó Trưởng khối. The deputy unit.
        deputy: Option<UnitId>,
        /// Tên. Its name.
        deputy_name: Option<LocalisedName>,
        /// Cách chọn. How they were found; absent where the papers do not say.
        method: Option<LeadershipMethod>,
        /// Sự kiện ghi nhận. The fact that says so.
        filed: Filed,
    }
}

impl LeadershipAnswer {
    /// A leader and a deputy with their names.
    pub fn of(moment: &Moment, leadership: &year::Leadership) -> Result<Self, Problem> {
        Ok(Self {
            leader: leadership.leader,
            leader_name: unit_name(moment, leadership.leader)?,
            deputy: leadership.deputy,
            deputy_name: leadership.deputy.map(|unit| unit_name(moment, unit)).transpose()?.flatten(),
            method: leadership.method,
            filed: (&leadership.mark).into(),
        })
    }
}

answer_body! {
    /// Một bước của năm. How far one step has come.
    pub struct StepAnswer {
        /// Bước. The step.
        step: Step,
        /// Bước sau phải chờ bước này. Whether later steps wait for it.
        required: bool,
        /// Đã xong. Whether it is complete.
        done: bool,
        /// Hạn. When it is due.
        due: Option<Timestamp>,
        /// Đơn vị còn thiếu. The members that have not taken it.
        missing: Vec<UnitId>,
    }
}

impl From<StepState> for StepAnswer {
    fn from(StepState { step, required, done, missing, due }: StepState) -> Self {
        Self { step, required, done, due, missing }
    }
}

answer_body! {
    /// Điểm của một nguồn chấm; từng phiếu, từng tiêu chí ở `scores`. What one kind of scorer gave; paper by paper and criterion by
    /// criterion it is told at `scores`.
    pub struct ScoresFiled {
        /// Nguồn chấm. Who scored.
        scorer: Scorer,
        /// Số phiếu đang có hiệu lực: mỗi đơn vị chấm, mỗi tháng một phiếu. How many papers stand: one for each giver and month.
        papers: u32,
        /// Số lần đã sửa. How many times they were corrected.
        corrections: u32,
        /// Đơn vị chấm phiếu mới nhất. The unit whose officer gave the latest paper.
        given_by: Option<UnitId>,
        /// Sự kiện mới nhất. The latest fact.
        filed: Filed,
    }
}

answer_body! {
    /// Không xét thi đua. Exclusion from consideration.
    pub struct ExclusionAnswer {
        /// Nguyên nhân. Why.
        cause: ExclusionCause,
        /// Sự kiện ghi nhận. The fact that says so.
        filed: Filed,
    }
}

answer_body! {
    /// Một đơn vị trong năm thi đua. One unit in the year.
    pub struct UnitYearAnswer {
        /// Đơn vị. The unit.
        unit: UnitId,
        /// Tên. Its name.
        name: Option<LocalisedName>,
        /// Là thành viên hôm nay. Whether it is a member on the day the book is read for.
        member: bool,
        /// Đăng ký thi đua. Its registration.
        registration: Option<Filed>,
        /// Ký giao ước. Its signature under the pledge.
        pledge: Option<Filed>,
        /// Báo cáo sơ kết. Its half-year report.
        half_year_report: Option<Filed>,
        /// Báo cáo tổng kết. Its annual report.
        annual_report: Option<Filed>,
        /// Điểm theo nguồn chấm, đứng cạnh nhau. Its scores by kind of scorer, side by side.
        scores: Vec<ScoresFiled>,
        /// Không xét thi đua. Its exclusion.
        exclusion: Option<ExclusionAnswer>,
    }
}

answer_body! {
    /// Quy chế của năm. The regulation in force.
    pub struct RegulationSummary {
        /// Lần ban hành trong năm. Its version within the year.
        version: u16,
        /// Tên. Its title.
        title: LocalisedName,
        /// Sự kiện thông qua. The fact that adopted it.
        filed: Filed,
    }
}

answer_body! {
    /// Sổ năm thi đua của khối, cụm. The year book of a bloc.
    pub struct YearAnswer {
        /// Khối, cụm. The bloc.
        bloc: BlocId,
        /// Tên khối, cụm. Its name.
        bloc_name: Option<LocalisedName>,
        /// Địa bàn. Where it is.
        place: Option<Name>,
        /// Năm thi đua. The year of emulation.
        year: EmulationYear,
        /// Trưởng khối, Phó Trưởng khối của năm. Who leads in this year.
        leadership: Option<LeadershipAnswer>,
        /// Trưởng khối, Phó Trưởng khối năm sau. Who was elected for the next year.
        elected: Option<LeadershipAnswer>,
        /// Quy chế. The regulation in force.
        regulation: Option<RegulationSummary>,
        /// Các bước theo quy chế. The steps of the regulation, in their order.
        steps: Vec<StepAnswer>,
        /// Bước bắt buộc đầu tiên chưa xong. The first required step that is not complete.
        next_step: Option<Step>,
        /// Các đơn vị. The units.
        units: Vec<UnitYearAnswer>,
        /// Bảng điểm đã thông qua. The adopted score table.
        score_table: Option<Filed>,
        /// Xếp hạng đã thông qua. The adopted ranking.
        ranking: Option<Filed>,
        /// Các loại sự kiện có dữ liệu minh họa, không có trong văn bản. Kinds of facts some of which are examples that no
        /// document states.
        illustrative: Vec<&'static str>,
        /// Số sự kiện của năm: thẻ ETag. How many facts the year has: its entity tag.
        version: u32,
    }
}

/// `GET /v1/blocs/{bloc}/years/{year}`
pub struct OneYear;

impl Read for OneYear {
    type Path = YearPath;
    type Query = AsOfQuery;
    const CACHE: Cache = Cache::Revalidate;

    fn schema(schemas: &mut Schemas) -> RefOr<Schema> {
        YearAnswer::schema(schemas)
    }

    async fn answer(call: &Call<'_>, path: YearPath, query: AsOfQuery) -> Result<Answer, Problem> {
        let moment = query.moment(call)?;
        let book = year_at(&moment, &path)?;
        let shown = year_answer(call, &moment, &path, &book)?;
        Ok(Answer::serialised(&shown)?
            .with_etag(year_tag(call, &moment, path.bloc, &book))
            .at(moment.position()))
    }
}

fn year_answer(
    call: &Call<'_>,
    moment: &Moment,
    path: &YearPath,
    book: &Book<Year>,
) -> Result<YearAnswer, Problem> {
    let year = &book.state;
    let bloc = moment.bloc(path.bloc)?;
    let roster = roster(call, moment, path.bloc, year)?;
    let steps: Vec<StepAnswer> = year.steps(&roster).into_iter().map(Into::into).collect();
    let units: BTreeSet<UnitId> = roster.iter().chain(year.units.keys()).copied().collect();
    let shown = |unit: UnitId| unit_answer(moment, unit, roster.contains(&unit), year.unit(unit));
    Ok(YearAnswer {
        bloc: path.bloc,
        bloc_name: bloc.as_ref().map(|bloc| bloc.state.established.name.clone()),
        place: bloc.as_ref().and_then(|bloc| bloc.state.established.place.clone()),
        year: path.year,
        leadership: year.leadership.as_ref().map(|l| LeadershipAnswer::of(moment, l)).transpose()?,
        elected: year.elected.as_ref().map(|l| LeadershipAnswer::of(moment, l)).transpose()?,
        regulation: year.regulation.as_ref().map(|adopted| RegulationSummary {
            version: adopted.version,
            title: adopted.regulation.title.clone(),
            filed: (&adopted.mark).into(),
        }),
        next_step: steps.iter().find(|step| step.required && !step.done).map(|step| step.step),
        steps,
        units: units.into_iter().map(shown).collect::<Result<_, _>>()?,
        score_table: year.score_table.as_ref().map(|table| (&table.mark).into()),
        ranking: year.ranking.as_ref().map(|ranking| (&ranking.mark).into()),
        illustrative: book.illustrative.iter().copied().collect(),
        version: book.version.0,
    })
}

/// The members whose steps are counted: those of today, or of the last day of a year that is over.
pub fn roster(call: &Call<'_>, moment: &Moment, bloc: BlocId, year: &Year) -> Result<Vec<UnitId>, Problem> {
    let day = year.year.membership_day(call.service.app().now().day());
    moment.bloc(bloc)?.map_or(Ok(Vec::new()), |book| active_members(moment, &book.state, day))
}

fn unit_answer(
    moment: &Moment,
    unit: UnitId,
    member: bool,
    known: Option<&UnitYear>,
) -> Result<UnitYearAnswer, Problem> {
    let filed = |step: Step| known.and_then(|known| known.step(step)).map(Filed::from);
    let scores = known.map(|known| known.scores.as_slice()).unwrap_or_default();
    Ok(UnitYearAnswer {
        unit,
        name: unit_name(moment, unit)?,
        member,
        registration: filed(Step::Registration),
        pledge: filed(Step::Pledge),
        half_year_report: filed(Step::HalfYearReport),
        annual_report: filed(Step::AnnualReport),
        scores: scores_filed(scores),
        exclusion: known
            .and_then(|known| known.exclusion.as_ref())
            .map(|(cause, mark)| ExclusionAnswer { cause: *cause, filed: mark.into() }),
    })
}

fn scores_filed(scores: &[year::Score]) -> Vec<ScoresFiled> {
    let number = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
    let kinds: BTreeSet<_> = scores.iter().map(|score| score.scorer).collect();
    let filed = |scorer| {
        let papers = || scores.iter().filter(move |score| score.scorer == scorer);
        let latest = papers().max_by_key(|score| score.mark.position)?;
        Some(ScoresFiled {
            scorer,
            papers: number(papers().count()),
            corrections: number(papers().map(|score| score.replaced.len()).sum()),
            given_by: latest.given_by,
            filed: (&latest.mark).into(),
        })
    };
    kinds.into_iter().filter_map(filed).collect()
}

answer_body! {
    /// Một năm thi đua trong danh sách. A year in the list of a bloc's years.
    pub struct YearRow {
        /// Năm thi đua. The year of emulation.
        year: EmulationYear,
        /// Trưởng khối. The leader unit.
        leader: Option<UnitId>,
        /// Phó Trưởng khối. The deputy unit.
        deputy: Option<UnitId>,
        /// Bước bắt buộc đầu tiên chưa xong. The first required step that is not complete.
        next_step: Option<Step>,
    }
}

answer_body! {
    /// Các năm thi đua của khối, cụm. The years of a bloc, in order.
    pub struct YearList {
        /// Các năm. The years.
        items: Vec<YearRow>,
    }
}

/// `GET /v1/blocs/{bloc}/years`
pub struct Years;

impl Read for Years {
    type Path = BlocPath;
    type Query = AsOfQuery;
    const CACHE: Cache = Cache::Revalidate;

    fn schema(schemas: &mut Schemas) -> RefOr<Schema> {
        YearList::schema(schemas)
    }

    async fn answer(call: &Call<'_>, path: BlocPath, query: AsOfQuery) -> Result<Answer, Problem> {
        let moment = query.moment(call)?;
        moment.bloc(path.bloc)?.ok_or_else(|| Problem::new(Code::ResourceNotFound))?;
        let opened: Vec<_> = call.service.app().views().directory.years_of(path.bloc).collect();
        let mut items = Vec::with_capacity(opened.len());
        for (year, at) in opened {
            if at >= moment.position() {
                continue;
            }
            let Some(book) = moment.year(path.bloc, year)? else { continue };
            let roster = roster(call, &moment, path.bloc, &book.state)?;
            let next = book.state.steps(&roster).into_iter().find(|step| step.required && !step.done);
            items.push(YearRow {
                year,
                leader: book.state.leadership.as_ref().map(|l| l.leader),
                deputy: book.state.leadership.as_ref().and_then(|l| l.deputy),
                next_step: next.map(|step| step.step),
            });
        }
        Ok(Answer::serialised(&YearList { items })?.at(moment.position()))
    }
}
