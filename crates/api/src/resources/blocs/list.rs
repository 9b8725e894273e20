//! Lists of blocs: by name, alias, kind, level, member, place, category and zone, on a day.

use super::one::{BlocAnswer, bloc_answer};
use crate::{
    answer::Answer,
    answer_body,
    body::{
        Schemas,
        parameters::{Limit, NoParameters},
    },
    parameters,
    problem::Problem,
    resources::shared::{Found, Page, PageQuery},
    routes::{Call, Read},
    shown::Shown,
};
use domain::{
    BlocId, Date, Name, Position, Text, Timestamp, UnitId,
    bloc::{Bloc, BlocKind, Described, Level},
};
use utoipa::openapi::{RefOr, Schema};
use views::directory::search_key;

answer_body! {
    /// Danh sách khối, cụm. Blocs in Vietnamese order of their names.
    pub struct BlocList {
        /// Các khối, cụm. The blocs.
        items: Vec<BlocAnswer>,
        /// Con trỏ tới trang sau; vắng mặt ở trang cuối. Where the next page begins; absent on the last one.
        next_cursor: Option<String>,
    }
}

parameters! {
    /// Which blocs.
    pub struct BlocQuery {
        /// Tìm theo tên hoặc tên gọi khác, không phân biệt dấu. Part of a name; tone and letter marks make no difference.
        q: Option<Text<100>> = "to chuc hoi",
        /// Khối hay cụm. What sort of group.
        kind: Option<BlocKind>,
        /// Cấp tổ chức. The level.
        level: Option<Level>,
        /// Có đơn vị này là thành viên vào ngày hỏi. With this unit as a member on the day asked for.
        unit: Option<UnitId>,
        /// Nằm ngay trong cụm này vào ngày hỏi. Directly within this bloc on that day.
        within: Option<BlocId>,
        /// Tìm theo loại, không phân biệt dấu. Part of its category on that day.
        category: Option<Text<100>> = "doanh nghiep",
        /// Tìm theo khu vực, không phân biệt dấu. Part of its zone on that day.
        zone: Option<Text<100>> = "vung dong luc",
        /// Vào ngày này: chỉ khối, cụm chưa kết thúc. On this day: only blocs that have not ended. When left out, ended ones are listed too, and everything else is as of today.
        on: Option<Date>,
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

/// What a bloc must be to be listed.
#[derive(Debug)]
struct Wanted {
    day: Date,
    only_there: bool,
    kind: Option<BlocKind>,
    level: Option<Level>,
    unit: Option<UnitId>,
    within: Option<BlocId>,
    category: Option<String>,
    zone: Option<String>,
}

impl Wanted {
    fn of(call: &Call<'_>, query: &BlocQuery) -> Self {
        let key = |text: &Option<Text<100>>| text.as_ref().map(|text| search_key(text.as_str()));
        Self {
            day: query.on.unwrap_or_else(|| call.service.app().now().day()),
            only_there: query.on.is_some(),
            kind: query.kind,
            level: query.level,
            unit: query.unit,
            within: query.within,
            category: key(&query.category),
            zone: key(&query.zone),
        }
    }

    fn is(&self, bloc: &Bloc) -> bool {
        let Described { category, zone } = bloc.described_on(self.day);
        let has = |asked: &Option<String>, name: Option<Name>| {
            let name = name.map(|name| search_key(name.as_str()));
            asked.as_ref().is_none_or(|asked| name.is_some_and(|name| name.contains(asked.as_str())))
        };
        self.kind.is_none_or(|kind| kind == bloc.established.kind)
            && self.level.is_none_or(|level| level == bloc.established.level)
            && self.unit.is_none_or(|unit| bloc.members_on(self.day).any(|member| member == unit))
            && self.within.is_none_or(|within| bloc.within_on(self.day) == Some(within))
            && has(&self.category, category)
            && has(&self.zone, zone)
            && !(self.only_there && bloc.ended_by(self.day).is_some())
    }
}

/// `GET /v1/blocs`
pub struct Blocs;

impl Read for Blocs {
    type Path = NoParameters;
    type Query = BlocQuery;

    fn schema(schemas: &mut Schemas) -> RefOr<Schema> {
        BlocList::schema(schemas)
    }

    async fn answer(call: &Call<'_>, _: NoParameters, query: BlocQuery) -> Result<Answer, Problem> {
        let key = query.q.as_ref().map(|q| search_key(q.as_str()));
        let wanted = Wanted::of(call, &query);
        let BlocQuery { limit, cursor, as_of, as_of_position, .. } = query;
        let page = Page::open(call, PageQuery { cursor, limit, as_of, as_of_position }, &(&key, &wanted))?;
        let known = page.moment.position();
        let ids = call.service.app().views().directory.blocs(key.as_deref(), known);
        let Found { items, next_cursor } = page.fill(ids.into_iter(), |id| {
            let book = page.moment.bloc(id)?.filter(|book| wanted.is(&book.state));
            book.map(|book| bloc_answer(call, &page.moment, id, &book, wanted.day)).transpose()
        })?;
        Ok(Answer::serialised(&BlocList { items, next_cursor })?.at(known))
    }
}
