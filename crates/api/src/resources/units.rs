//! Units (đơn vị).

use super::shared::{AsOfQuery, Found, Page, PageQuery};
use crate::{
    answer::{Answer, Cache},
    answer_body,
    auth::Scope::UnitsWrite,
    body::{
        Faults, List, Schemas,
        codes::IdentifierValue,
        parameters::{Limit, NoParameters},
    },
    problem::{Code, Problem},
    routes::{Access, Call, Fact, Read, Route, Tag, fact, fact::Origin, read},
    shown::Shown,
};
use app::{Act, Moment};
use domain::{
    BlocId, Date, Envelope, IdentifierScheme, LocalisedName, Name, Position, Text, Timestamp, UnitId,
    UnitIdentifier,
    unit::{Identified, Registered, Renamed, UnitAct, UnitKind},
};
use utoipa::openapi::{RefOr, Schema};

/// The rows of this resource.
pub static ROUTES: &[Route] = &[
    read::<Units>("/v1/units", "listUnits", Tag::Units, ["Danh sách đơn vị", "List units"], Access::Public),
    read::<OneUnit>("/v1/units/{unit}", "getUnit", Tag::Units, ["Một đơn vị", "One unit"], Access::Public),
    fact::<RegisterUnit>(
        "/v1/units",
        "registerUnit",
        Tag::Units,
        ["Ghi nhận một đơn vị", "Enter a unit into the register"],
        &[UnitsWrite],
    ),
    fact::<RenameUnit>(
        "/v1/units/{unit}/renamings",
        "renameUnit",
        Tag::Units,
        ["Ghi nhận tên mới của đơn vị", "Record a unit's new name"],
        &[UnitsWrite],
    ),
    fact::<IdentifyUnit>(
        "/v1/units/{unit}/identifiers",
        "identifyUnit",
        Tag::Units,
        ["Ghi nhận một mã của đơn vị", "Record an identifier of a unit"],
        &[UnitsWrite],
    ),
];

crate::parameters! {
    /// The path of one unit.
    pub struct UnitPath {
        /// Mã đơn vị (UUID). The unit.
        unit: UnitId,
    }
}

crate::body! {
    /// Đơn vị cần ghi nhận. A unit to be entered into the register.
    pub struct RegisterUnit {
        /// Mã do bên gửi chọn (UUID). An id of the client's own choice.
        id: Option<UnitId>,
        /// Tên đơn vị. Its name.
        name: LocalisedName,
        /// Loại đơn vị. What sort of organisation it is.
        kind: UnitKind,
        /// Địa bàn, ghi như trên văn bản. Where it is, as its papers say it.
        place: Option<Name> = "huyện Ba Tơ, tỉnh Quảng Ngãi",
        /// Mã trong các hệ thống khác. What other systems know it by.
        identifiers: List<UnitIdentifier, 0, 16>,
    }
}

impl Fact for RegisterUnit {
    type Path = NoParameters;
    const ROLES: &'static [&'static str] = &["registrar"];

    fn act(self, _: NoParameters, origin: &Origin<'_>, _: &mut Faults) -> Option<Act> {
        let Self { id, name, kind, place, identifiers } = self;
        let registered = Registered { name, kind, place, identifiers: identifiers.0 };
        Some(Act::Unit(id.unwrap_or(UnitId(origin.fresh)), UnitAct::Register(registered)))
    }

    fn location(fact: &Envelope) -> String {
        crate::cloud_event::path_of(fact.stream)
    }
}

crate::body! {
    /// Tên mới của đơn vị. A unit's new name.
    pub struct RenameUnit {
        /// Tên mới. The new name.
        name: LocalisedName,
    }
}

impl Fact for RenameUnit {
    type Path = UnitPath;
    const ROLES: &'static [&'static str] = &["registrar"];

    fn act(self, path: UnitPath, _: &Origin<'_>, _: &mut Faults) -> Option<Act> {
        Some(Act::Unit(path.unit, UnitAct::Rename(Renamed { name: self.name })))
    }
}

crate::body! {
    /// Mã của đơn vị trong một hệ thống khác. An identifier of a unit.
    pub struct IdentifyUnit {
        /// Mã. The identifier.
        identifier: UnitIdentifier,
    }
}

impl Fact for IdentifyUnit {
    type Path = UnitPath;
    const ROLES: &'static [&'static str] = &["registrar"];

    fn act(self, path: UnitPath, _: &Origin<'_>, _: &mut Faults) -> Option<Act> {
        Some(Act::Unit(path.unit, UnitAct::Identify(Identified { identifier: self.identifier })))
    }
}

answer_body! {
    /// Đơn vị. A unit.
    pub struct UnitAnswer {
        /// Mã. Its id.
        id: UnitId,
        /// Tên. Its name.
        name: LocalisedName,
        /// Loại đơn vị. What sort of organisation it is.
        kind: UnitKind,
        /// Địa bàn. Where it is.
        place: Option<Name>,
        /// Mã trong các hệ thống khác. What other systems know it by.
        identifiers: Vec<UnitIdentifier>,
        /// Các khối, cụm của đơn vị. The blocs it belongs to or has belonged to.
        memberships: Vec<UnitMembership>,
        /// Số sự kiện: phần đầu thẻ ETag. How many facts it has: the first part of its entity tag.
        version: u32,
        /// Có dữ liệu minh họa. Some of its facts are examples that no document states.
        illustrative: bool,
    }
}

answer_body! {
    /// Thời gian ở trong một khối, cụm. A unit's time in a bloc.
    pub struct UnitMembership {
        /// Khối, cụm. The bloc.
        bloc: BlocId,
        /// Tên khối, cụm. Its name.
        name: LocalisedName,
        /// Từ ngày. The first day.
        from: Date,
        /// Đến trước ngày. The first day on which it no longer belongs.
        until: Option<Date>,
    }
}

/// `GET /v1/units/{unit}`
pub struct OneUnit;

impl Read for OneUnit {
    type Path = UnitPath;
    type Query = AsOfQuery;
    const CACHE: Cache = Cache::Revalidate;

    fn schema(schemas: &mut Schemas) -> RefOr<Schema> {
        UnitAnswer::schema(schemas)
    }

    async fn answer(call: &Call<'_>, path: UnitPath, query: AsOfQuery) -> Result<Answer, Problem> {
        let moment = query.moment(call)?;
        let book = moment.unit(path.unit)?.ok_or_else(|| Problem::new(Code::ResourceNotFound))?;
        let blocs: Vec<BlocId> = call.service.app().views().directory.blocs_of(path.unit).collect();
        let (mut memberships, mut changed) = (Vec::new(), book.last);
        for bloc in blocs {
            let Some(found) = moment.bloc(bloc)? else { continue };
            changed = changed.max(found.last);
            let own = found.state.memberships.iter().filter(|membership| membership.unit == path.unit);
            memberships.extend(own.map(|membership| UnitMembership {
                bloc,
                name: found.state.established.name.clone(),
                from: membership.from,
                until: membership.until,
            }));
        }
        let unit = UnitAnswer {
            id: path.unit,
            name: book.state.name.clone(),
            kind: book.state.kind,
            place: book.state.place.clone(),
            identifiers: book.state.identifiers.clone(),
            memberships,
            version: book.version.0,
            illustrative: !book.illustrative.is_empty(),
        };
        let tag = format!("{}-{changed}", book.version);
        Ok(Answer::serialised(&unit)?.with_etag(tag).at(moment.position()))
    }
}

answer_body! {
    /// Một đơn vị trong danh sách. A unit in a list.
    pub struct UnitRow {
        /// Mã. Its id.
        id: UnitId,
        /// Tên. Its name.
        name: LocalisedName,
        /// Loại đơn vị. What sort of organisation it is.
        kind: UnitKind,
        /// Địa bàn. Where it is.
        place: Option<Name>,
        /// Mã trong các hệ thống khác. What other systems know it by.
        identifiers: Vec<UnitIdentifier>,
    }
}

answer_body! {
    /// Danh sách đơn vị. Units in Vietnamese order of their names.
    pub struct UnitList {
        /// Các đơn vị. The units.
        items: Vec<UnitRow>,
        /// Con trỏ tới trang sau; vắng mặt ở trang cuối. Where the next page begins; absent on the last one.
        next_cursor: Option<String>,
    }
}

crate::parameters! {
    /// Which units.
    pub struct UnitQuery {
        /// Tìm theo tên, không phân biệt dấu. Part of the name; tone and letter marks make no difference.
        q: Option<Text<100>> = "hoi luat gia",
        /// Loại đơn vị. What sort of organisation.
        kind: Option<UnitKind>,
        /// Thành viên hôm nay của khối, cụm này. Members of this bloc today.
        bloc: Option<BlocId>,
        /// Loại mã, đi cùng `identifier`. The scheme of `identifier`.
        scheme: Option<IdentifierScheme>,
        /// Giá trị của mã, đi cùng `scheme`. The value of an identifier; goes with `scheme`.
        identifier: Option<IdentifierValue>,
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

/// `GET /v1/units`
pub struct Units;

impl Read for Units {
    type Path = NoParameters;
    type Query = UnitQuery;

    fn schema(schemas: &mut Schemas) -> RefOr<Schema> {
        UnitList::schema(schemas)
    }

    async fn answer(call: &Call<'_>, _: NoParameters, query: UnitQuery) -> Result<Answer, Problem> {
        let UnitQuery { q, kind, bloc, scheme, identifier, limit, cursor, as_of, as_of_position } = query;
        let asked = (&q, kind, bloc, scheme, &identifier);
        let page = Page::open(call, PageQuery { cursor, limit, as_of, as_of_position }, &asked)?;
        let named = (scheme, identifier.as_ref().map(|value| value.0.as_str()));
        let candidates = candidates(call, q.as_ref(), named, &page.moment)?;
        let members = match bloc {
            None => None,
            Some(bloc) => {
                let found = page.moment.bloc(bloc)?.ok_or_else(|| Problem::new(Code::ResourceNotFound))?;
                Some(found.state.members_on(call.service.app().now().day()).collect::<Vec<_>>())
            }
        };
        let listed =
            candidates.into_iter().filter(|id| members.as_ref().is_none_or(|members| members.contains(id)));
        let Found { items, next_cursor } = page.fill(listed, |id| {
            let book = page.moment.unit(id)?.filter(|book| kind.is_none_or(|kind| kind == book.state.kind));
            Ok(book.map(|book| UnitRow {
                id,
                name: book.state.name.clone(),
                kind: book.state.kind,
                place: book.state.place.clone(),
                identifiers: book.state.identifiers.clone(),
            }))
        })?;
        Ok(Answer::serialised(&UnitList { items, next_cursor })?.at(page.moment.position()))
    }
}

/// The units a query may mean, in their order at the moment of the walk.
fn candidates(
    call: &Call<'_>,
    q: Option<&Text<100>>,
    named: (Option<IdentifierScheme>, Option<&str>),
    moment: &Moment,
) -> Result<Vec<UnitId>, Problem> {
    let views = call.service.app().views();
    match named {
        (None, None) => {
            let key = q.map(|q| views::directory::search_key(q.as_str()));
            Ok(views.directory.units(key.as_deref(), moment.position()))
        }
        (Some(scheme), Some(value)) => {
            // What cannot be an identifier of the scheme belongs to nobody.
            let Ok(identifier) = UnitIdentifier::new(scheme, value) else { return Ok(Vec::new()) };
            let owner = views.directory.by_identifier(&identifier);
            // Reading at a moment asks for the views again.
            drop(views);
            let book = owner.map(|unit| moment.unit(unit)).transpose()?.flatten();
            let had = book.is_some_and(|book| book.state.identifiers.contains(&identifier));
            Ok(owner.filter(|_| had).into_iter().collect())
        }
        (Some(_), None) => Err(Problem::parameter("identifier", "identifier & scheme")),
        (None, Some(_)) => Err(Problem::parameter("scheme", "identifier & scheme")),
    }
}
