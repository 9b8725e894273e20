//! What came before a unit and what came after it, and who stands in its place on a day.

use super::{UnitPath, one::UnitMomentQuery};
use crate::{
    answer::{Answer, Cache},
    answer_body,
    body::Schemas,
    problem::{Code, Problem},
    resources::shared::{FactSource, UnitRef, as_of_moment, unit_ref},
    routes::{Call, Read},
    shown::Shown,
};
use app::Moment;
use domain::{
    Date, LocalisedName, UnitId,
    unit::{LineageChange, LineageStep, Relation, Unit},
};
use std::{collections::BTreeSet, sync::Arc};
use utoipa::openapi::{RefOr, Schema};

answer_body! {
    /// Nguồn gốc và diễn biến của đơn vị. Where a unit comes from and what became of it.
    pub struct LineageAnswer {
        /// Đơn vị. The unit.
        unit: UnitId,
        /// Tên vào ngày hỏi. Its name on the day asked for.
        name: LocalisedName,
        /// Ngày hỏi. The day asked for.
        on: Date,
        /// Đơn vị ở vị trí của nó vào ngày hỏi: chính nó, đơn vị kế thừa hoặc đơn vị tiền thân. Who stands in its place on that
        /// day: itself, its successors, or its predecessors. Empty when the register knows nobody.
        on_day: Vec<UnitRef>,
        /// Các tên gọi. Its names, oldest first.
        names: Vec<NamePeriod>,
        /// Các đơn vị tiền thân. The units it came out of, with theirs.
        predecessors: Vec<Relative>,
        /// Các đơn vị kế thừa. The units that came out of it, with theirs.
        successors: Vec<Relative>,
        /// Đơn vị cấp trên và địa bàn. The units it is or was placed under or in, and who stands in their place.
        places: Vec<PlacePeriod>,
    }
}

answer_body! {
    /// Một tên gọi. A name with its period.
    pub struct NamePeriod {
        /// Tên. The name.
        name: LocalisedName,
        /// Từ ngày. The first day.
        from: Date,
        /// Đến trước ngày. The first day under the next name, or on which the unit is no more.
        until: Option<Date>,
        /// Nguồn. What it rests on.
        source: FactSource,
    }
}

answer_body! {
    /// Đơn vị tiền thân hoặc kế thừa. A unit before or after another.
    pub struct Relative {
        /// Đơn vị. The unit.
        unit: UnitId,
        /// Tên khi đó. Its name at that time.
        name: Option<LocalisedName>,
        /// Sáp nhập, hợp nhất hay chia, tách. What joins them.
        change: LineageChange,
        /// Từ ngày. The first day after the change.
        on: Date,
        /// Nguồn. What it rests on.
        source: FactSource,
        /// Xa hơn theo cùng hướng. Those beyond it, in the same direction.
        beyond: Vec<Relative>,
    }
}

answer_body! {
    /// Đơn vị cấp trên hoặc địa bàn. A unit under or in which it stood.
    pub struct PlacePeriod {
        /// Quan hệ. In which way.
        relation: Relation,
        /// Đơn vị cấp trên hoặc địa phương. The superior unit or the locality.
        unit: UnitId,
        /// Tên khi đó. Its name at that time.
        name: Option<LocalisedName>,
        /// Từ ngày. The first day.
        from: Date,
        /// Đến trước ngày. The first day on which it is placed otherwise.
        until: Option<Date>,
        /// Đơn vị ở vị trí của nó vào ngày hỏi. Who stands in its place on the day asked for.
        on_day: Vec<UnitRef>,
        /// Nguồn. What it rests on.
        source: FactSource,
    }
}

/// `GET /v1/units/{unit}/lineage`
pub struct Lineage;

impl Read for Lineage {
    type Path = UnitPath;
    type Query = UnitMomentQuery;
    const CACHE: Cache = Cache::NoStore;

    fn schema(schemas: &mut Schemas) -> RefOr<Schema> {
        LineageAnswer::schema(schemas)
    }

    async fn answer(call: &Call<'_>, path: UnitPath, query: UnitMomentQuery) -> Result<Answer, Problem> {
        let moment = as_of_moment(call, query.as_of, query.as_of_position)?;
        let on = query.on.unwrap_or_else(|| moment.day());
        let unit = unit(&moment, path.unit)?.ok_or_else(|| Problem::new(Code::ResourceNotFound))?;
        let shown = LineageAnswer {
            unit: path.unit,
            name: unit.name_on(on).clone(),
            on,
            on_day: refs(&moment, path.unit, on)?,
            names: names(&moment, &unit)?,
            predecessors: relatives(&moment, path.unit, Direction::Back, &mut vec![path.unit])?,
            successors: relatives(&moment, path.unit, Direction::Forward, &mut vec![path.unit])?,
            places: places(&moment, &unit, on)?,
        };
        Ok(Answer::serialised(&shown)?.at(moment.position()))
    }
}

/// Which way along the line of units.
#[derive(Clone, Copy)]
enum Direction {
    /// Towards the predecessors.
    Back,
    /// Towards the successors.
    Forward,
}

impl Direction {
    fn steps(self, unit: &Unit) -> &[LineageStep] {
        match self {
            Self::Back => &unit.predecessors,
            Self::Forward => &unit.successors,
        }
    }
}

fn unit(moment: &Moment, id: UnitId) -> Result<Option<Arc<Unit>>, Problem> {
    Ok(moment.unit(id)?.map(|book| book.state))
}

fn names(moment: &Moment, unit: &Unit) -> Result<Vec<NamePeriod>, Problem> {
    let ends = unit.names.iter().skip(1).map(|next| Some(next.from));
    let ends = ends.chain([unit.end.as_ref().map(|end| end.on)]);
    // Of two names for one day the later record counts; the other never did.
    let counting = unit.names.iter().zip(ends).filter(|(named, end)| *end != Some(named.from));
    let shown = counting.map(|(named, until)| {
        let source = FactSource::of(moment, named.position)?;
        Ok(NamePeriod { name: named.name.clone(), from: named.from, until, source })
    });
    shown.collect()
}

/// The relatives of a unit in one direction. A unit on the way there is not shown again: what was split off may come back.
fn relatives(
    moment: &Moment,
    id: UnitId,
    direction: Direction,
    way: &mut Vec<UnitId>,
) -> Result<Vec<Relative>, Problem> {
    let Some(unit) = unit(moment, id)? else { return Ok(Vec::new()) };
    let mut found = Vec::new();
    for step in direction.steps(&unit) {
        for other in &step.units {
            if way.contains(other) {
                continue;
            }
            way.push(*other);
            let beyond = relatives(moment, *other, direction, way)?;
            way.pop();
            found.push(Relative {
                unit: *other,
                name: unit_name_on(moment, *other, step.on)?,
                change: step.change,
                on: step.on,
                source: FactSource::of(moment, step.position)?,
                beyond,
            });
        }
    }
    Ok(found)
}

fn unit_name_on(moment: &Moment, id: UnitId, day: Date) -> Result<Option<LocalisedName>, Problem> {
    Ok(unit(moment, id)?.map(|unit| unit.name_on(day).clone()))
}

fn places(moment: &Moment, unit: &Unit, on: Date) -> Result<Vec<PlacePeriod>, Problem> {
    let mut shown = Vec::new();
    for (link, until) in Relation::ALL.iter().flat_map(|relation| unit.periods(*relation)) {
        let Some(other) = link.unit else { continue };
        shown.push(PlacePeriod {
            relation: link.relation,
            unit: other,
            name: unit_name_on(moment, other, link.from)?,
            from: link.from,
            until,
            on_day: refs(moment, other, on)?,
            source: FactSource::of(moment, link.position)?,
        });
    }
    Ok(shown)
}

fn refs(moment: &Moment, id: UnitId, day: Date) -> Result<Vec<UnitRef>, Problem> {
    let mut found = BTreeSet::new();
    stand_in(moment, id, day, &mut BTreeSet::new(), &mut found)?;
    found.into_iter().map(|unit| unit_ref(moment, unit, day)).collect()
}

/// Who stands in the place of a unit on a day: the unit while it is there, with what was split off it and what merged into
/// it only later; after its end its successors; before its first day its predecessors.
fn stand_in(
    moment: &Moment,
    id: UnitId,
    day: Date,
    seen: &mut BTreeSet<UnitId>,
    found: &mut BTreeSet<UnitId>,
) -> Result<(), Problem> {
    let Some(unit) = unit(moment, id)?.filter(|_| seen.insert(id)) else { return Ok(()) };
    if unit.since <= day && unit.ended_by(day).is_none() {
        found.insert(id);
    }
    let later = unit.predecessors.iter().filter(|step| step.on > day);
    let earlier = unit.successors.iter().filter(|step| step.on <= day);
    for other in later.chain(earlier).flat_map(|step| &step.units) {
        stand_in(moment, *other, day, seen, found)?;
    }
    Ok(())
}

/// A unit and everything it came out of.
pub fn predecessors(moment: &Moment, id: UnitId) -> Result<BTreeSet<UnitId>, Problem> {
    let (mut found, mut open) = (BTreeSet::from([id]), vec![id]);
    while let Some(next) = open.pop() {
        let Some(unit) = unit(moment, next)? else { continue };
        for other in unit.predecessors.iter().flat_map(|step| &step.units) {
            if found.insert(*other) {
                open.push(*other);
            }
        }
    }
    Ok(found)
}
