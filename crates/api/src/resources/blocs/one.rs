//! One bloc.

use super::BlocPath;
use crate::{
    answer::{Answer, Cache},
    answer_body,
    body::Schemas,
    parameters,
    problem::{Code, Problem},
    resources::shared::{UnitRef, active_members, as_of_moment, unit_ref},
    routes::{Call, Read},
    shown::Shown,
};
use app::Moment;
use domain::{
    BlocId, Date, EmulationYear, LocalisedName, Name, Position, Remark, Timestamp,
    bloc::{Alias, Bloc, BlocEnd, BlocKind, Described, Established, Level},
};
use utoipa::openapi::{RefOr, Schema};
use views::Book;

answer_body! {
    /// Khối, cụm thi đua. A bloc.
    pub struct BlocAnswer {
        /// Mã. Its id.
        id: BlocId,
        /// Tên. Its name.
        name: LocalisedName,
        /// Các tên gọi khác vào ngày hỏi. Its other names on the day asked for.
        aliases: Vec<LocalisedName>,
        /// Mọi tên gọi khác với thời gian. Every other name with its period.
        alias_periods: Vec<AliasPeriod>,
        /// Khối hay cụm. What sort of group it is.
        kind: BlocKind,
        /// Cấp tổ chức. The level whose council organises it.
        level: Level,
        /// Địa bàn. Where it is.
        place: Option<Name>,
        /// Số đơn vị văn bản nêu. How many units its papers count.
        stated_size: Option<u16>,
        /// Ghi chú. What the papers say and do not say.
        note: Option<Remark>,
        /// Loại vào ngày hỏi. Its category on that day.
        category: Option<Name>,
        /// Khu vực vào ngày hỏi. Its zone on that day.
        zone: Option<Name>,
        /// Cụm lớn hơn vào ngày hỏi. The bloc it stands in on that day.
        within: Option<BlocRef>,
        /// Đơn vị được phân cấp tổ chức vào ngày hỏi. The unit that runs it on that day.
        run_by: Option<UnitRef>,
        /// Có hiệu lực từ. Since when it counts.
        since: Date,
        /// Đã kết thúc. Its end.
        ended: Option<BlocEndAnswer>,
        /// Số thành viên vào ngày hỏi. How many members it has on that day.
        member_count: u32,
        /// Các năm thi đua. Its years of emulation.
        years: Vec<EmulationYear>,
        /// Số sự kiện: thẻ ETag. How many facts it has: its entity tag.
        version: u32,
        /// Có dữ liệu minh họa. Some of its facts are examples that no document states.
        illustrative: bool,
    }
}

answer_body! {
    /// Một tên gọi khác. Another name with its period.
    pub struct AliasPeriod {
        /// Tên gọi. The name.
        name: LocalisedName,
        /// Từ ngày. The first day.
        from: Date,
        /// Đến trước ngày. The first day on which it is no longer used.
        until: Option<Date>,
    }
}

answer_body! {
    /// Một khối, cụm được nhắc đến. A bloc that is spoken of.
    pub struct BlocRef {
        /// Mã. Its id.
        bloc: BlocId,
        /// Tên. Its name.
        name: Option<LocalisedName>,
    }
}

impl BlocRef {
    /// A bloc with its name.
    pub fn of(moment: &Moment, bloc: BlocId) -> Result<Self, Problem> {
        let name = moment.bloc(bloc)?.map(|book| book.state.established.name.clone());
        Ok(Self { bloc, name })
    }
}

answer_body! {
    /// Khối, cụm đã kết thúc. The end of a bloc.
    pub struct BlocEndAnswer {
        /// Từ ngày. The first day on which it is no more.
        on: Date,
        /// Lý do. Why.
        reason: Remark,
        /// Các khối, cụm thay thế. The blocs that take its place.
        successors: Vec<BlocRef>,
        /// Vị trí của sự kiện trong sổ. Where the fact stands.
        event: u64,
    }
}

impl BlocEndAnswer {
    fn of(moment: &Moment, end: &BlocEnd) -> Result<Self, Problem> {
        let successors = end.successors.iter().map(|bloc| BlocRef::of(moment, *bloc));
        let successors = successors.collect::<Result<_, _>>()?;
        Ok(Self { on: end.on, reason: end.reason.clone(), successors, event: end.position.0 })
    }
}

parameters! {
    /// When to read a bloc.
    pub struct BlocMomentQuery {
        /// Vào ngày này; không nêu thì hôm nay. Names, place and members on this day; today when left out.
        on: Option<Date> = "2019-07-11",
        /// Như đã biết tại thời điểm này (giờ máy chủ ghi nhận). As known at a recorded time.
        as_of: Option<Timestamp>,
        /// Như đã biết sau chừng ấy sự kiện. As known after so many facts.
        as_of_position: Option<Position>,
    }
}

/// `GET /v1/blocs/{bloc}`
pub struct OneBloc;

impl Read for OneBloc {
    type Path = BlocPath;
    type Query = BlocMomentQuery;
    const CACHE: Cache = Cache::Revalidate;

    fn schema(schemas: &mut Schemas) -> RefOr<Schema> {
        BlocAnswer::schema(schemas)
    }

    async fn answer(call: &Call<'_>, path: BlocPath, query: BlocMomentQuery) -> Result<Answer, Problem> {
        let moment = as_of_moment(call, query.as_of, query.as_of_position)?;
        let book = moment.bloc(path.bloc)?.ok_or_else(|| Problem::new(Code::ResourceNotFound))?;
        let day = query.on.unwrap_or_else(|| call.service.app().now().day());
        let shown = bloc_answer(call, &moment, path.bloc, &book, day)?;
        // The years, the members of the day and the name of who runs it are in the answer and not in the version.
        let renamed = call.service.app().views().directory.last_renaming();
        let named = shown.run_by.as_ref().map_or(Position::default(), |_| renamed);
        let (years, members) = (shown.years.len(), shown.member_count);
        let tag = format!("{}-{years}-{members}-{named}-{day}", book.version);
        Answer::serialised(&shown).map(|answer| answer.with_etag(tag).at(moment.position()))
    }
}

/// What is shown of a bloc on a day.
pub fn bloc_answer(
    call: &Call<'_>,
    moment: &Moment,
    id: BlocId,
    book: &Book<Bloc>,
    day: Date,
) -> Result<BlocAnswer, Problem> {
    let known = moment.position();
    let years: Vec<_> = call.service.app().views().directory.years_of(id).collect();
    let years = years.into_iter().filter(|(_, at)| *at < known).map(|(year, _)| year).collect();
    let bloc = &book.state;
    let Established { name, kind, level, place, stated_size, note } = bloc.established.clone();
    let Described { category, zone } = bloc.described_on(day);
    let period =
        |alias: &Alias| AliasPeriod { name: alias.name.clone(), from: alias.from, until: alias.until };
    let used = |alias: &&Alias| alias.from <= day && alias.until.is_none_or(|end| day < end);
    let member_count = active_members(moment, bloc, day)?.len();
    Ok(BlocAnswer {
        id,
        name,
        aliases: bloc.aliases.iter().filter(used).map(|alias| alias.name.clone()).collect(),
        alias_periods: bloc.aliases.iter().map(period).collect(),
        kind,
        level,
        place,
        stated_size,
        note,
        category,
        zone,
        within: bloc.within_on(day).map(|other| BlocRef::of(moment, other)).transpose()?,
        run_by: bloc.run_by(day).map(|unit| unit_ref(moment, unit, day)).transpose()?,
        since: bloc.since,
        ended: bloc.end.as_ref().map(|end| BlocEndAnswer::of(moment, end)).transpose()?,
        member_count: u32::try_from(member_count).unwrap_or(u32::MAX),
        years,
        version: book.version.0,
        illustrative: !book.illustrative.is_empty(),
    })
}
