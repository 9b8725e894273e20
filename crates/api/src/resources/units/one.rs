//! One unit.

use super::UnitPath;
use crate::{
    answer::{Answer, Cache},
    answer_body,
    body::Schemas,
    parameters,
    problem::{Code, Problem},
    resources::shared::{UnitRef, as_of_moment, unit_ref},
    routes::{Call, Read},
    shown::Shown,
};
use app::Moment;
use domain::{
    BlocId, Date, IdentifierScheme, LocalisedName, Name, Position, Remark, Timestamp, UnitId,
    unit::{EndCause, Holding, Relation, UnitEnd, UnitKind},
};
use utoipa::openapi::{RefOr, Schema};

answer_body! {
    /// Đơn vị. A unit.
    pub struct UnitAnswer {
        /// Mã. Its id.
        id: UnitId,
        /// Tên vào ngày hỏi. Its name on the day asked for.
        name: LocalisedName,
        /// Các tên ở thời gian khác. What it is called at other times.
        other_names: Vec<LocalisedName>,
        /// Loại đơn vị. What sort of organisation it is.
        kind: UnitKind,
        /// Địa bàn, ghi như trên văn bản. Where it is, as its papers say it.
        place: Option<Name>,
        /// Đơn vị cấp trên vào ngày hỏi. The unit above it on that day.
        superior: Option<UnitRef>,
        /// Địa phương vào ngày hỏi. The locality it is placed in on that day.
        locality: Option<UnitRef>,
        /// Mã có hiệu lực vào ngày hỏi. What other systems know it by on that day.
        identifiers: Vec<HeldIdentifier>,
        /// Mã ở thời gian khác. What they know it by at other times.
        other_identifiers: Vec<HeldIdentifier>,
        /// Ghi nhận từ ngày. The first day the register vouches for it.
        since: Date,
        /// Đã kết thúc. Its end.
        ended: Option<UnitEndAnswer>,
        /// Các khối, cụm của đơn vị. The blocs it belongs to or has belonged to.
        memberships: Vec<UnitMembership>,
        /// Số sự kiện: phần đầu thẻ ETag. How many facts it has: the first part of its entity tag.
        version: u32,
        /// Có dữ liệu minh họa. Some of its facts are examples that no document states.
        illustrative: bool,
    }
}

answer_body! {
    /// Mã với thời gian có hiệu lực. An identifier with its period.
    pub struct HeldIdentifier {
        /// Loại mã. Its scheme.
        scheme: IdentifierScheme,
        /// Giá trị. Its value.
        value: String,
        /// Có hiệu lực từ. The first day it is valid.
        valid_from: Date,
        /// Hết hiệu lực từ. The first day it is no longer valid.
        valid_to: Option<Date>,
    }
}

impl From<Holding> for HeldIdentifier {
    fn from(held: Holding) -> Self {
        Self {
            scheme: held.identifier.scheme(),
            value: held.identifier.value().to_owned(),
            valid_from: held.from,
            valid_to: held.until,
        }
    }
}

answer_body! {
    /// Đơn vị đã kết thúc. The end of a unit.
    pub struct UnitEndAnswer {
        /// Từ ngày. The first day on which it is no more.
        on: Date,
        /// Cách kết thúc. How it ended.
        cause: EndCause,
        /// Đơn vị kế thừa. The units that took its place.
        successors: Vec<UnitRef>,
        /// Lý do. Why, where it was dissolved.
        reason: Option<Remark>,
        /// Vị trí của sự kiện trong sổ. Where the fact stands.
        event: u64,
    }
}

impl UnitEndAnswer {
    fn of(moment: &Moment, end: &UnitEnd) -> Result<Self, Problem> {
        let successors = end.successors.iter().map(|unit| unit_ref(moment, *unit, end.on));
        Ok(Self {
            on: end.on,
            cause: end.cause,
            successors: successors.collect::<Result<_, _>>()?,
            reason: end.reason.clone(),
            event: end.position.0,
        })
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
        /// Chuyển đến từ. The bloc it came over from.
        moved_from: Option<BlocId>,
        /// Chuyển sang. The bloc it went over to.
        moved_to: Option<BlocId>,
    }
}

parameters! {
    /// When to read a unit.
    pub struct UnitMomentQuery {
        /// Tên, mã, địa bàn vào ngày này; không nêu thì hôm nay. Names, identifiers and places on this day; today when left out.
        on: Option<Date> = "2019-07-11",
        /// Như đã biết tại thời điểm này (giờ máy chủ ghi nhận). As known at a recorded time.
        as_of: Option<Timestamp>,
        /// Như đã biết sau chừng ấy sự kiện. As known after so many facts.
        as_of_position: Option<Position>,
    }
}

/// `GET /v1/units/{unit}`
pub struct OneUnit;

impl Read for OneUnit {
    type Path = UnitPath;
    type Query = UnitMomentQuery;
    const CACHE: Cache = Cache::Revalidate;

    fn schema(schemas: &mut Schemas) -> RefOr<Schema> {
        UnitAnswer::schema(schemas)
    }

    async fn answer(call: &Call<'_>, path: UnitPath, query: UnitMomentQuery) -> Result<Answer, Problem> {
        let moment = as_of_moment(call, query.as_of, query.as_of_position)?;
        let day = query.on.unwrap_or_else(|| moment.day());
        let book = moment.unit(path.unit)?.ok_or_else(|| Problem::new(Code::ResourceNotFound))?;
        let (memberships, changed) = memberships(call, &moment, path.unit)?;
        let renamed = call.service.app().views().directory.last_renaming();
        let unit = &book.state;
        let (held, others): (Vec<_>, Vec<_>) =
            unit.holdings().partition(|held| held.from <= day && held.until.is_none_or(|end| day < end));
        let linked = |relation| unit.linked_on(relation, day).map(|other| unit_ref(&moment, other, day));
        let shown = UnitAnswer {
            id: path.unit,
            name: unit.name_on(day).clone(),
            other_names: unit.other_names(day).cloned().collect(),
            kind: unit.kind,
            place: unit.place.clone(),
            superior: linked(Relation::Superior).transpose()?,
            locality: linked(Relation::Locality).transpose()?,
            identifiers: held.into_iter().map(Into::into).collect(),
            other_identifiers: others.into_iter().map(Into::into).collect(),
            since: unit.since,
            ended: unit.end.as_ref().map(|end| UnitEndAnswer::of(&moment, end)).transpose()?,
            memberships,
            version: book.version.0,
            illustrative: !book.illustrative.is_empty(),
        };
        let tag = format!("{}-{}-{day}", book.version, book.last.max(changed).max(renamed));
        Ok(Answer::serialised(&shown)?.with_etag(tag).at(moment.position()))
    }
}

/// The times of a unit in blocs, and where one of those blocs last changed.
fn memberships(
    call: &Call<'_>,
    moment: &Moment,
    unit: UnitId,
) -> Result<(Vec<UnitMembership>, Position), Problem> {
    let blocs: Vec<BlocId> = call.service.app().views().directory.blocs_of(unit).collect();
    let (mut memberships, mut changed) = (Vec::new(), Position::default());
    for bloc in blocs {
        let Some(found) = moment.bloc(bloc)? else { continue };
        changed = changed.max(found.last);
        let own = found.state.memberships.iter().filter(|membership| membership.unit == unit);
        memberships.extend(own.map(|membership| UnitMembership {
            bloc,
            name: found.state.established.name.clone(),
            from: membership.from,
            until: membership.until,
            moved_from: membership.moved_from,
            moved_to: membership.moved_to,
        }));
    }
    Ok((memberships, changed))
}
