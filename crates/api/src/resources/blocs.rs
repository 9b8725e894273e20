//! Blocs (khối, cụm thi đua) and their members.

use super::shared::{AsOfQuery, Found, Page, PageQuery, unit_name};
use crate::{
    answer::{Answer, Cache},
    answer_body,
    auth::Scope::BlocsWrite,
    body,
    body::{
        Faults, Schemas,
        parameters::{Limit, NoParameters},
    },
    parameters,
    problem::{Code, Problem},
    routes::{Access, Call, Fact, Read, Route, Tag, fact, fact::Origin, read},
    shown::Shown,
};
use app::Act;
use domain::{
    BlocId, Date, EmulationYear, Envelope, LocalisedName, Name, Position, Remark, Text, Timestamp, UnitId,
    bloc::{Aliased, Bloc, BlocAct, BlocKind, Established, Level, UnitJoined, UnitLeft},
};
use utoipa::openapi::{RefOr, Schema};
use views::Book;

/// The rows of this resource.
pub static ROUTES: &[Route] = &[
    read::<Blocs>(
        "/v1/blocs",
        "listBlocs",
        Tag::Blocs,
        ["Danh sách khối, cụm", "List blocs"],
        Access::Public,
    ),
    fact::<EstablishBloc>(
        "/v1/blocs",
        "establishBloc",
        Tag::Blocs,
        ["Thành lập khối, cụm", "Establish a bloc"],
        &[BlocsWrite],
    ),
    read::<OneBloc>("/v1/blocs/{bloc}", "getBloc", Tag::Blocs, ["Một khối, cụm", "One bloc"], Access::Public),
    fact::<AliasBloc>(
        "/v1/blocs/{bloc}/aliases",
        "aliasBloc",
        Tag::Blocs,
        ["Ghi thêm tên gọi khác", "Record another name of a bloc"],
        &[BlocsWrite],
    ),
    read::<Memberships>(
        "/v1/blocs/{bloc}/memberships",
        "listMemberships",
        Tag::Blocs,
        ["Các đơn vị thành viên", "The members of a bloc, past and present"],
        Access::Public,
    ),
    fact::<JoinBloc>(
        "/v1/blocs/{bloc}/memberships",
        "joinBloc",
        Tag::Blocs,
        ["Đơn vị vào khối, cụm", "A unit joins a bloc"],
        &[BlocsWrite],
    ),
    fact::<LeaveBloc>(
        "/v1/blocs/{bloc}/departures",
        "leaveBloc",
        Tag::Blocs,
        ["Đơn vị rời khối, cụm", "A unit leaves a bloc"],
        &[BlocsWrite],
    ),
];

parameters! {
    /// The path of one bloc.
    pub struct BlocPath {
        /// Mã khối, cụm (UUID). The bloc.
        bloc: BlocId,
    }
}

body! {
    /// Thành lập khối, cụm. A bloc to be established.
    pub struct EstablishBloc {
        /// Mã do bên gửi chọn. An id of the client's own choice.
        id: Option<BlocId>,
        /// Tên; có thể trùng với khối khác. Its name; two blocs may bear the same.
        name: LocalisedName,
        /// Khối hay cụm. What sort of group it is.
        kind: BlocKind = "khoi",
        /// Cấp tổ chức. The level whose council organises it.
        level: Level = "province",
        /// Địa bàn, như văn bản ghi. Where it is, as its papers say it.
        place: Option<Name> = "tỉnh Hà Giang",
        /// Số đơn vị văn bản nêu. How many units its papers count, where they do not name them all.
        stated_size: Option<u16> = 12,
        /// Ghi chú. A remark on what the papers say and do not say.
        note: Option<Remark>,
    }
}

impl Fact for EstablishBloc {
    type Path = NoParameters;
    const ROLES: &'static [&'static str] = &["registrar"];

    fn act(self, _: NoParameters, origin: &Origin<'_>, _: &mut Faults) -> Option<Act> {
        let Self { id, name, kind, level, place, stated_size, note } = self;
        let established = Established { name, kind, level, place, stated_size, note };
        Some(Act::Bloc(id.unwrap_or(BlocId(origin.fresh)), BlocAct::Establish(established)))
    }

    fn location(fact: &Envelope) -> String {
        crate::cloud_event::path_of(fact.stream)
    }
}

body! {
    /// Tên gọi khác. Another name of a bloc.
    pub struct AliasBloc {
        /// Tên gọi khác. The other name.
        alias: LocalisedName,
    }
}

impl Fact for AliasBloc {
    type Path = BlocPath;
    const ROLES: &'static [&'static str] = &["registrar"];

    fn act(self, path: BlocPath, _: &Origin<'_>, _: &mut Faults) -> Option<Act> {
        Some(Act::Bloc(path.bloc, BlocAct::Alias(Aliased { alias: self.alias })))
    }
}

body! {
    /// Đơn vị vào khối, cụm từ ngày có hiệu lực. A unit joins the bloc from the day the act counts from.
    pub struct JoinBloc {
        /// Đơn vị. The unit.
        unit: UnitId,
    }
}

impl Fact for JoinBloc {
    type Path = BlocPath;
    const ROLES: &'static [&'static str] = &["registrar"];

    fn act(self, path: BlocPath, _: &Origin<'_>, _: &mut Faults) -> Option<Act> {
        Some(Act::Bloc(path.bloc, BlocAct::Join(UnitJoined { unit: self.unit })))
    }
}

body! {
    /// Đơn vị rời khối, cụm từ ngày có hiệu lực. A unit leaves the bloc from the day the act counts from.
    pub struct LeaveBloc {
        /// Đơn vị. The unit.
        unit: UnitId,
        /// Lý do. Why.
        reason: Option<Remark>,
    }
}

impl Fact for LeaveBloc {
    type Path = BlocPath;
    const ROLES: &'static [&'static str] = &["registrar"];

    fn act(self, path: BlocPath, _: &Origin<'_>, _: &mut Faults) -> Option<Act> {
        Some(Act::Bloc(path.bloc, BlocAct::Leave(UnitLeft { unit: self.unit, reason: self.reason })))
    }
}

answer_body! {
    /// Khối, cụm thi đua. A bloc.
    pub struct BlocAnswer {
        /// Mã. Its id.
        id: BlocId,
        /// Tên. Its name.
        name: LocalisedName,
        /// Các tên gọi khác. Its other names.
        aliases: Vec<LocalisedName>,
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
        /// Có hiệu lực từ. Since when it counts.
        since: Date,
        /// Số thành viên hôm nay. How many members it has today.
        member_count: u32,
        /// Các năm thi đua. Its years of emulation.
        years: Vec<EmulationYear>,
        /// Số sự kiện: thẻ ETag. How many facts it has: its entity tag.
        version: u32,
        /// Có dữ liệu minh họa. Some of its facts are examples that no document states.
        illustrative: bool,
    }
}

/// `GET /v1/blocs/{bloc}`
pub struct OneBloc;

impl Read for OneBloc {
    type Path = BlocPath;
    type Query = AsOfQuery;
    const CACHE: Cache = Cache::Revalidate;

    fn schema(schemas: &mut Schemas) -> RefOr<Schema> {
        BlocAnswer::schema(schemas)
    }

    async fn answer(call: &Call<'_>, path: BlocPath, query: AsOfQuery) -> Result<Answer, Problem> {
        let moment = query.moment(call)?;
        let book = moment.bloc(path.bloc)?.ok_or_else(|| Problem::new(Code::ResourceNotFound))?;
        let shown = bloc_answer(call, path.bloc, &book, moment.position());
        // The years and the members of today are in the answer and not in the version.
        let tag = format!("{}-{}-{}", book.version, shown.years.len(), call.service.app().now().day());
        Answer::serialised(&shown).map(|answer| answer.with_etag(tag).at(moment.position()))
    }
}

fn bloc_answer(call: &Call<'_>, id: BlocId, book: &Book<Bloc>, known: Position) -> BlocAnswer {
    let app = call.service.app();
    let years =
        app.views().directory.years_of(id).filter(|(_, at)| *at < known).map(|(year, _)| year).collect();
    let Established { name, kind, level, place, stated_size, note } = book.state.established.clone();
    BlocAnswer {
        id,
        name,
        aliases: book.state.aliases.iter().map(|(alias, _)| alias.clone()).collect(),
        kind,
        level,
        place,
        stated_size,
        note,
        since: book.state.since,
        member_count: u32::try_from(book.state.members_on(app.now().day()).count()).unwrap_or(u32::MAX),
        years,
        version: book.version.0,
        illustrative: !book.illustrative.is_empty(),
    }
}

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
        /// Có đơn vị này là thành viên hôm nay. With this unit as a member today.
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

/// `GET /v1/blocs`
pub struct Blocs;

impl Read for Blocs {
    type Path = NoParameters;
    type Query = BlocQuery;

    fn schema(schemas: &mut Schemas) -> RefOr<Schema> {
        BlocList::schema(schemas)
    }

    async fn answer(call: &Call<'_>, _: NoParameters, query: BlocQuery) -> Result<Answer, Problem> {
        let BlocQuery { q, kind, level, unit, limit, cursor, as_of, as_of_position } = query;
        let page =
            Page::open(call, PageQuery { cursor, limit, as_of, as_of_position }, &(&q, kind, level, unit))?;
        let key = q.map(|q| views::directory::search_key(q.as_str()));
        let today = call.service.app().now().day();
        let wanted = |bloc: &Bloc| {
            kind.is_none_or(|kind| kind == bloc.established.kind)
                && level.is_none_or(|level| level == bloc.established.level)
                && unit.is_none_or(|unit| bloc.members_on(today).any(|member| member == unit))
        };
        let known = page.moment.position();
        let ids = call.service.app().views().directory.blocs(key.as_deref(), known);
        let Found { items, next_cursor } = page.fill(ids.into_iter(), |id| {
            let book = page.moment.bloc(id)?.filter(|book| wanted(&book.state));
            Ok(book.map(|book| bloc_answer(call, id, &book, known)))
        })?;
        Ok(Answer::serialised(&BlocList { items, next_cursor })?.at(known))
    }
}

answer_body! {
    /// Thời gian một đơn vị ở trong khối, cụm. One unit's time in a bloc.
    pub struct MembershipAnswer {
        /// Đơn vị. The unit.
        unit: UnitId,
        /// Tên đơn vị. Its name.
        name: Option<LocalisedName>,
        /// Từ ngày. The first day.
        from: Date,
        /// Đến trước ngày. The first day on which it no longer belongs.
        until: Option<Date>,
    }
}

answer_body! {
    /// Các đơn vị thành viên. Members of a bloc, in the order they were recorded.
    pub struct MembershipList {
        /// Các thành viên. The memberships.
        items: Vec<MembershipAnswer>,
    }
}

/// `GET /v1/blocs/{bloc}/memberships`
pub struct Memberships;

impl Read for Memberships {
    type Path = BlocPath;
    type Query = AsOfQuery;
    const CACHE: Cache = Cache::Revalidate;

    fn schema(schemas: &mut Schemas) -> RefOr<Schema> {
        MembershipList::schema(schemas)
    }

    async fn answer(call: &Call<'_>, path: BlocPath, query: AsOfQuery) -> Result<Answer, Problem> {
        let moment = query.moment(call)?;
        let book = moment.bloc(path.bloc)?.ok_or_else(|| Problem::new(Code::ResourceNotFound))?;
        let show = |m: &domain::bloc::Membership| {
            let name = unit_name(&moment, m.unit)?;
            Ok::<_, Problem>(MembershipAnswer { unit: m.unit, name, from: m.from, until: m.until })
        };
        let items = book.state.memberships.iter().map(show).collect::<Result<_, _>>()?;
        Ok(Answer::serialised(&MembershipList { items })?.at(moment.position()))
    }
}
