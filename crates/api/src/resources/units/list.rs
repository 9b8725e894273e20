//! Lists of units: by name, former name, identifier, bloc and place, on a day.

use super::{lineage::predecessors, one::HeldIdentifier};
use crate::{
    answer::Answer,
    answer_body,
    body::{
        Schemas,
        codes::IdentifierValue,
        parameters::{Limit, NoParameters},
    },
    parameters,
    problem::{Code, Problem},
    resources::shared::{Found, Page, PageQuery, active_members},
    routes::{Call, Read},
    shown::Shown,
};
use app::Moment;
use domain::{
    BlocId, Date, IdentifierScheme, LocalisedName, Name, Position, Text, Timestamp, UnitId, UnitIdentifier,
    unit::{Relation, Unit, UnitKind},
};
use std::collections::BTreeSet;
use utoipa::openapi::{RefOr, Schema};

answer_body! {
    /// Một đơn vị trong danh sách. A unit in a list.
    pub struct UnitRow {
        /// Mã. Its id.
        id: UnitId,
        /// Tên vào ngày hỏi. Its name on the day asked for.
        name: LocalisedName,
        /// Các tên ở thời gian khác. What it is called at other times.
        other_names: Vec<LocalisedName>,
        /// Loại đơn vị. What sort of organisation it is.
        kind: UnitKind,
        /// Địa bàn. Where it is.
        place: Option<Name>,
        /// Mã có hiệu lực vào ngày hỏi. What other systems know it by on that day.
        identifiers: Vec<HeldIdentifier>,
        /// Kết thúc từ ngày. The first day on which it is no more.
        ended_on: Option<Date>,
    }
}

fn unit_row(id: UnitId, unit: &Unit, day: Date) -> UnitRow {
    UnitRow {
        id,
        name: unit.name_on(day).clone(),
        other_names: unit.other_names(day).cloned().collect(),
        kind: unit.kind,
        place: unit.place.clone(),
        identifiers: unit.identifiers_on(day).map(Into::into).collect(),
        ended_on: unit.end.as_ref().map(|end| end.on),
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

parameters! {
    /// Which units.
    pub struct UnitQuery {
        /// Tìm theo tên hoặc tên cũ, không phân biệt dấu. Part of a name or a former name; tone and letter marks make no difference.
        q: Option<Text<100>> = "hoi luat gia",
        /// Loại đơn vị. What sort of organisation.
        kind: Option<UnitKind>,
        /// Thành viên của khối, cụm này vào ngày hỏi. Members of this bloc on the day asked for.
        bloc: Option<BlocId>,
        /// Trực thuộc đơn vị này hoặc trên địa bàn này, kể cả qua đơn vị tiền thân. Placed under or in this unit, or one of its predecessors.
        within: Option<UnitId>,
        /// Loại mã, đi cùng `identifier`. The scheme of `identifier`.
        scheme: Option<IdentifierScheme>,
        /// Giá trị của mã, đi cùng `scheme`. The value of an identifier; goes with `scheme`.
        identifier: Option<IdentifierValue>,
        /// Vào ngày này: chỉ đơn vị đã được ghi nhận và chưa kết thúc. On this day: only units the register vouches for and that have not ended. When left out, all are listed, and everything else is as of today.
        on: Option<Date> = "2019-07-11",
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
        let UnitQuery { q, kind, bloc, within, scheme, identifier, on, limit, cursor, as_of, as_of_position } =
            query;
        let asked = (&q, kind, bloc, within, scheme, &identifier, on);
        let page = Page::open(call, PageQuery { cursor, limit, as_of, as_of_position }, &asked)?;
        let day = on.unwrap_or_else(|| call.service.app().now().day());
        let named = (scheme, identifier.as_ref().map(|value| value.0.as_str()));
        let candidates = candidates(call, q.as_ref(), named, &page.moment, day)?;
        let members = bloc.map(|bloc| members(&page.moment, bloc, day)).transpose()?;
        let inside = within.map(|unit| units_within(call, &page.moment, unit, day)).transpose()?;
        let wanted = |set: &Option<BTreeSet<UnitId>>, id| set.as_ref().is_none_or(|set| set.contains(&id));
        let listed = candidates.into_iter().filter(|id| wanted(&members, *id) && wanted(&inside, *id));
        let Found { items, next_cursor } = page.fill(listed, |id| {
            let there = |unit: &Unit| on.is_none_or(|day| unit.since <= day && unit.ended_by(day).is_none());
            let book = page.moment.unit(id)?.filter(|book| kind.is_none_or(|kind| kind == book.state.kind));
            Ok(book.filter(|book| there(&book.state)).map(|book| unit_row(id, &book.state, day)))
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
    day: Date,
) -> Result<Vec<UnitId>, Problem> {
    match named {
        (None, None) => {
            let key = q.map(|q| views::directory::search_key(q.as_str()));
            Ok(call.service.app().views().directory.units(key.as_deref(), moment.position()))
        }
        (Some(scheme), Some(value)) => {
            // What cannot be an identifier of the scheme belongs to nobody.
            let Ok(identifier) = UnitIdentifier::new(scheme, value) else { return Ok(Vec::new()) };
            let owners = call.service.app().views().directory.owners(&identifier).to_vec();
            let mut holders = Vec::new();
            for owner in owners {
                let book = moment.unit(owner)?;
                let holds = |unit: &Unit| unit.identifiers_on(day).any(|held| held.identifier == identifier);
                holders.extend(book.is_some_and(|book| holds(&book.state)).then_some(owner));
            }
            Ok(holders)
        }
        (Some(_), None) => Err(Problem::parameter("identifier", "identifier & scheme")),
        (None, Some(_)) => Err(Problem::parameter("scheme", "identifier & scheme")),
    }
}

fn members(moment: &Moment, bloc: BlocId, day: Date) -> Result<BTreeSet<UnitId>, Problem> {
    let found = moment.bloc(bloc)?.ok_or_else(|| Problem::new(Code::ResourceNotFound))?;
    Ok(active_members(moment, &found.state, day)?.into_iter().collect())
}

/// The units placed on a day under or in a unit or one of its predecessors.
fn units_within(
    call: &Call<'_>,
    moment: &Moment,
    unit: UnitId,
    day: Date,
) -> Result<BTreeSet<UnitId>, Problem> {
    if moment.unit(unit)?.is_none() {
        return Err(Problem::new(Code::ResourceNotFound));
    }
    let line = predecessors(moment, unit)?;
    let placed: BTreeSet<UnitId> = {
        let views = call.service.app().views();
        line.iter().flat_map(|unit| views.directory.placed_in(*unit)).collect()
    };
    let mut inside = BTreeSet::new();
    for candidate in placed {
        let Some(book) = moment.unit(candidate)? else { continue };
        let on = Relation::ALL.iter().filter_map(|relation| book.state.linked_on(*relation, day));
        inside.extend(on.into_iter().any(|other| line.contains(&other)).then_some(candidate));
    }
    Ok(inside)
}
