//! The standing as it was known before beside the standing now: every difference with the facts that made it.

use super::{YearPath, basis::Basis, explain::words::name_in, year_at};
use crate::{
    answer::{Answer, Cache},
    answer_body,
    body::Schemas,
    parameters,
    problem::Problem,
    resources::{
        commendations::eligibility::Sentence,
        shared::{AsOfQuery, as_of_moment, unit_name},
    },
    routes::{Call, Read},
    shown::Shown,
    words::Words,
};
use app::Moment;
use domain::{
    Date, Envelope, Event, EventId, LocalisedName, Points, Position, StreamId, Timestamp, UnitId,
    regulation::CriterionId,
    year::{RankedRow, YearEvent},
};
use std::collections::{BTreeMap, BTreeSet};
use utoipa::openapi::{RefOr, Schema};
use views::history::Filter;

/// Kinds of facts of the whole bloc that can change a standing.
const OF_THE_BLOC: [&str; 8] = [
    "year.regulation_adopted",
    "year.deadline_changed",
    "year.score_table_adopted",
    "year.ballot_closed",
    "year.tie_broken",
    "year.ranking_adopted",
    "bloc.unit_joined",
    "bloc.unit_left",
];

/// Kinds of facts of one unit that can change its numbers.
const OF_A_UNIT: [&str; 5] = [
    "year.scores_given",
    "year.unit_excluded",
    "year.registration_filed",
    "year.pledge_signed",
    "year.report_filed",
];

answer_body! {
    /// Một sự kiện làm thay đổi. A fact that made a difference.
    pub struct CauseAnswer {
        /// Sự kiện. The fact.
        event: EventId,
        /// Loại. Its type.
        event_type: &'static str,
        /// Vị trí trong sổ. Where it stands in the log.
        position: u64,
        /// Máy chủ nhận lúc. When the server received it.
        recorded_at: Timestamp,
        /// Ngày có hiệu lực, theo lời người gửi. The day it counts from, as claimed.
        effective_on: Date,
    }
}

impl From<&Envelope> for CauseAnswer {
    fn from(fact: &Envelope) -> Self {
        Self {
            event: fact.id,
            event_type: fact.event.type_name(),
            position: fact.position.0,
            recorded_at: fact.recorded_at,
            effective_on: fact.effective_on,
        }
    }
}

answer_body! {
    /// Một tiêu chí được tính khác trước. A criterion that counts otherwise than before.
    pub struct CriterionDifference {
        /// Tiêu chí. The criterion.
        criterion: CriterionId,
        /// Trước. What counted.
        from: Option<Points>,
        /// Sau. What counts.
        to: Option<Points>,
        /// Các lần chấm tiêu chí này trong khoảng đó. The scores of this criterion given in between.
        causes: Vec<EventId>,
    }
}

answer_body! {
    /// Chỗ đứng của một đơn vị tại một thời điểm. Where a unit stood.
    pub struct PlaceAnswer {
        /// Hạng. Its rank.
        rank: u16,
        /// Cùng hạng với đơn vị khác. Whether another unit had the same.
        tied: bool,
        /// Tổng điểm. Its total.
        total: Points,
        /// Điểm nội dung. For contents.
        contents: Points,
        /// Điểm thưởng. Bonus.
        bonus: Points,
        /// Điểm trừ. Penalty.
        penalty: Points,
        /// Mã xếp loại. The code of its class.
        class: Option<String>,
    }
}

impl From<&RankedRow> for PlaceAnswer {
    fn from(row: &RankedRow) -> Self {
        Self {
            rank: row.rank,
            tied: row.tied,
            total: row.total,
            contents: row.contents,
            bonus: row.bonus,
            penalty: row.penalty,
            class: row.class.as_ref().map(ToString::to_string),
        }
    }
}

answer_body! {
    /// Khác biệt của một đơn vị. What is different for one unit.
    pub struct UnitDifference {
        /// Đơn vị. The unit.
        unit: UnitId,
        /// Tên. Its name.
        name: Option<LocalisedName>,
        /// Trước; vắng mặt nếu khi đó chưa xếp. Before; absent when it did not stand in the table.
        before: Option<PlaceAnswer>,
        /// Sau; vắng mặt nếu không còn xếp. Since; absent when it stands there no more.
        after: Option<PlaceAnswer>,
        /// Các tiêu chí tính khác. The criteria that count otherwise.
        criteria: Vec<CriterionDifference>,
        /// Các sự kiện của đơn vị trong khoảng đó. The facts of the unit in between.
        causes: Vec<CauseAnswer>,
        /// Bằng lời. As a sentence.
        explanation: Sentence,
    }
}

answer_body! {
    /// Hai bảng xếp hạng khác nhau ở đâu. What is different between two standings of one year.
    pub struct StandingDifference {
        /// Số sự kiện đã biết khi trước. How many facts were known before.
        from_position: u64,
        /// Giai đoạn khi trước. The stage before.
        from_stage: &'static str,
        /// Số sự kiện đã biết khi sau. How many facts are known since.
        to_position: u64,
        /// Giai đoạn khi sau. The stage since.
        to_stage: &'static str,
        /// Các đơn vị có khác biệt. The units for which something is different.
        items: Vec<UnitDifference>,
        /// Các sự kiện của cả khối trong khoảng đó. The facts of the whole bloc in between: what moves a unit's rank without
        /// a score of its own.
        causes: Vec<CauseAnswer>,
    }
}

parameters! {
    /// From when to when.
    pub struct DifferenceQuery {
        /// So với khi này (giờ máy chủ ghi nhận). Compared with what was known at this recorded time.
        since: Option<Timestamp> = "2026-10-20T00:00:00Z",
        /// So với sau chừng ấy sự kiện. Compared with what was known after so many facts.
        since_position: Option<Position>,
        /// Như đã biết tại thời điểm này. As known at a recorded time.
        as_of: Option<Timestamp>,
        /// Như đã biết sau chừng ấy sự kiện. As known after so many facts.
        as_of_position: Option<Position>,
    }
}

/// `GET /v1/blocs/{bloc}/years/{year}/standing/changes`
pub struct StandingChanges;

impl Read for StandingChanges {
    type Path = YearPath;
    type Query = DifferenceQuery;
    const CACHE: Cache = Cache::Revalidate;

    fn schema(schemas: &mut Schemas) -> RefOr<Schema> {
        StandingDifference::schema(schemas)
    }

    async fn answer(call: &Call<'_>, path: YearPath, query: DifferenceQuery) -> Result<Answer, Problem> {
        let DifferenceQuery { since, since_position, as_of, as_of_position } = query;
        let later = AsOfQuery { as_of, as_of_position }.moment(call)?;
        let earlier = as_of_moment(call, since, since_position)?;
        let sides = [Side::of(call, earlier, &path)?, Side::of(call, later, &path)?];
        let shown = difference(call, &path, &sides)?;
        let [before, after] = sides;
        let tag = format!("{}-{}-{}", before.moment.position(), after.moment.position(), call.now.day());
        Ok(Answer::serialised(&shown)?.with_etag(tag).at(after.moment.position()))
    }
}

/// The standing at one of the two moments.
struct Side {
    moment: Moment,
    basis: Basis,
}

impl Side {
    fn of(call: &Call<'_>, moment: Moment, path: &YearPath) -> Result<Self, Problem> {
        let book = year_at(&moment, path)?;
        let basis = Basis::of(call, &moment, path, &book.state)?;
        Ok(Self { moment, basis })
    }

    fn row(&self, unit: UnitId) -> Option<&RankedRow> {
        self.basis.rows.iter().find(|row| row.unit == unit)
    }

    /// What each criterion of a unit counts.
    fn counted(&self, unit: UnitId) -> BTreeMap<CriterionId, Points> {
        let account = self.row(unit).and_then(|row| self.basis.counted.account(row.unit));
        let leaves = account.iter().flat_map(domain::year::Account::leaves);
        leaves.map(|term| (term.criterion, term.counted)).collect()
    }
}

fn difference(call: &Call<'_>, path: &YearPath, sides: &[Side; 2]) -> Result<StandingDifference, Problem> {
    let [before, after] = sides;
    let rows = before.basis.rows.iter().chain(&after.basis.rows);
    let units: BTreeSet<UnitId> = rows.map(|row| row.unit).collect();
    let changed = units.into_iter().filter(|unit| before.row(*unit) != after.row(*unit));
    let items = changed.map(|unit| unit_difference(call, path, sides, unit));
    let mut items: Vec<_> = items.collect::<Result<_, _>>()?;
    items.sort_by_key(|item| item.after.as_ref().map_or(u16::MAX, |place| place.rank));
    let causes = facts(
        call,
        sides,
        &Filter { bloc: Some(path.bloc), types: named(&OF_THE_BLOC), ..Filter::default() },
    )?;
    let of_year = |fact: &&Envelope| match fact.stream {
        StreamId::Year(_, year) => year == path.year,
        StreamId::Bloc(_) => true,
        StreamId::Unit(_)
        | StreamId::Grant(_)
        | StreamId::Log
        | StreamId::Person(_)
        | StreamId::Commendation(_) => false,
    };
    Ok(StandingDifference {
        from_position: before.moment.position().0,
        from_stage: before.basis.stage,
        to_position: after.moment.position().0,
        to_stage: after.basis.stage,
        items,
        causes: causes.iter().filter(of_year).map(Into::into).collect(),
    })
}

fn named(types: &[&str]) -> Vec<Box<str>> {
    types.iter().map(|name| (*name).into()).collect()
}

/// What was recorded between the two moments.
fn facts(call: &Call<'_>, [before, after]: &[Side; 2], filter: &Filter) -> Result<Vec<Envelope>, Problem> {
    let (from, to) = (before.moment.position(), after.moment.position());
    let found = call.service.app().views().history.find(filter, from, to, usize::MAX);
    Ok(after.moment.facts(&found)?)
}

fn unit_difference(
    call: &Call<'_>,
    path: &YearPath,
    sides: &[Side; 2],
    unit: UnitId,
) -> Result<UnitDifference, Problem> {
    let [before, after] = sides;
    let stream = Some(StreamId::Year(path.bloc, path.year));
    let found = facts(
        call,
        sides,
        &Filter { stream, unit: Some(unit), types: named(&OF_A_UNIT), ..Filter::default() },
    )?;
    // A peer's fact is found with its giver too.
    let own: Vec<_> =
        found.iter().filter(|fact| scored(fact).is_none_or(|(receiver, _)| receiver == unit)).collect();
    let [counted_before, counted_after] = [before, after].map(|side| side.counted(unit));
    let ids: BTreeSet<CriterionId> = counted_before.keys().chain(counted_after.keys()).copied().collect();
    let told = ids.into_iter().filter_map(|criterion| {
        let [from, to] = [&counted_before, &counted_after].map(|counted| counted.get(&criterion).copied());
        let about =
            own.iter().filter(|fact| scored(fact).is_some_and(|(_, marks)| marks.contains(&criterion)));
        let causes = about.map(|fact| fact.id).collect();
        (from != to).then_some(CriterionDifference { criterion, from, to, causes })
    });
    let criteria: Vec<_> = told.collect();
    let rows = [before.row(unit), after.row(unit)];
    Ok(UnitDifference {
        unit,
        name: unit_name(&after.moment, unit)?,
        before: rows[0].map(Into::into),
        after: rows[1].map(Into::into),
        explanation: sentence(&after.moment, unit, rows, &criteria, own.len())?.into(),
        criteria,
        causes: own.into_iter().map(Into::into).collect(),
    })
}

/// Which unit a fact scores, and for which criteria.
fn scored(fact: &Envelope) -> Option<(UnitId, Vec<CriterionId>)> {
    if let Event::Year(YearEvent::ScoresGiven(given)) = &fact.event {
        Some((given.unit, given.entries.iter().map(|entry| entry.criterion).collect()))
    } else {
        None
    }
}

fn sentence(
    moment: &Moment,
    unit: UnitId,
    rows: [Option<&RankedRow>; 2],
    criteria: &[CriterionDifference],
    own: usize,
) -> Result<Words, Problem> {
    let name = name_in(moment, unit)?;
    let place = |row: Option<&RankedRow>| {
        row.map_or(Words::fixed("không có trong bảng", "not in the table"), |row| {
            let (rank, total) = (row.rank, row.total);
            Words::new(format!("hạng {rank} với {total} điểm"), format!("rank {rank} with {total}"))
        })
    };
    let [was, is] = rows.map(place);
    let shown = |points: Option<Points>| points.map_or_else(|| "–".to_owned(), |points| points.to_string());
    let moved =
        criteria.iter().map(|one| format!("{} {} → {}", one.criterion, shown(one.from), shown(one.to)));
    let moved: Vec<_> = moved.collect();
    let why = if moved.is_empty() {
        Words::fixed(
            "điểm của đơn vị không đổi theo tiêu chí; xem các sự kiện của cả khối",
            "none of its criteria counts otherwise; see the facts of the whole bloc",
        )
    } else {
        let list = moved.join(", ");
        Words::new(
            format!("{list}, qua {own} sự kiện của đơn vị"),
            format!("{list}, by {own} facts of the unit"),
        )
    };
    Ok(Words::new(
        format!("{}: trước {}, sau {}; {}.", name.vi, was.vi, is.vi, why.vi),
        format!("{}: before {}, since {}; {}.", name.en, was.en, is.en, why.en),
    ))
}
