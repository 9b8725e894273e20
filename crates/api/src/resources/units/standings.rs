//! The ranks of a unit over the years, with those of the units it came out of.

use super::{UnitPath, lineage::predecessors};
use crate::{
    answer::Answer,
    answer_body,
    body::Schemas,
    problem::{Code, Problem},
    resources::shared::{AsOfQuery, unit_name},
    routes::{Call, Read},
    shown::Shown,
};
use app::Moment;
use domain::{
    BlocId, EmulationYear, LocalisedName, Points, UnitId,
    year::{RankedRow, Year},
};
use utoipa::openapi::{RefOr, Schema};
use views::Book;

answer_body! {
    /// Thứ hạng của một đơn vị trong một năm. The rank of a unit in one year.
    pub struct UnitStanding {
        /// Năm thi đua. The year of emulation.
        year: EmulationYear,
        /// Khối, cụm. The bloc.
        bloc: BlocId,
        /// Tên khối, cụm. Its name.
        bloc_name: LocalisedName,
        /// Đơn vị được xếp hạng. The unit that was ranked.
        unit: UnitId,
        /// Tên đơn vị. Its name.
        name: Option<LocalisedName>,
        /// Là đơn vị tiền thân. Whether it is a predecessor of the unit asked for.
        predecessor: bool,
        /// Giai đoạn: bảng điểm đã thông qua, hay xếp hạng đã thông qua. `score_table` or `final`.
        stage: &'static str,
        /// Hạng. Its rank.
        rank: u16,
        /// Cùng hạng với đơn vị khác. Whether another unit has the same rank.
        tied: bool,
        /// Số đơn vị được xếp. How many units were ranked.
        ranked: u32,
        /// Tổng điểm. Its total.
        total: Points,
        /// Mã xếp loại. The code of its class.
        class: Option<String>,
        /// Là đơn vị dẫn đầu. Whether it was the leading unit.
        leading: bool,
        /// Có dữ liệu minh họa. Some facts of that year are examples that no document states.
        illustrative: bool,
    }
}

answer_body! {
    /// Thứ hạng qua các năm. Ranks over the years, oldest first. What is not adopted yet is not listed.
    pub struct UnitStandingList {
        /// Các năm. The years.
        items: Vec<UnitStanding>,
    }
}

/// `GET /v1/units/{unit}/standings`
pub struct Standings;

impl Read for Standings {
    type Path = UnitPath;
    type Query = AsOfQuery;

    fn schema(schemas: &mut Schemas) -> RefOr<Schema> {
        UnitStandingList::schema(schemas)
    }

    async fn answer(call: &Call<'_>, path: UnitPath, query: AsOfQuery) -> Result<Answer, Problem> {
        let moment = query.moment(call)?;
        if moment.unit(path.unit)?.is_none() {
            return Err(Problem::new(Code::ResourceNotFound));
        }
        let mut items = Vec::new();
        for unit in predecessors(&moment, path.unit)? {
            for (bloc, year) in years_of(call, unit) {
                let Some(book) = moment.year(bloc, year)? else { continue };
                items.extend(standing(&moment, &book, unit, path.unit)?);
            }
        }
        items.sort_by_key(|item: &UnitStanding| (item.year, item.unit, item.bloc));
        Ok(Answer::serialised(&UnitStandingList { items })?.at(moment.position()))
    }
}

/// The years of every bloc a unit belongs to or has belonged to.
fn years_of(call: &Call<'_>, unit: UnitId) -> Vec<(BlocId, EmulationYear)> {
    let views = call.service.app().views();
    let years = |bloc| views.directory.years_of(bloc).map(move |(year, _)| (bloc, year));
    views.directory.blocs_of(unit).flat_map(years).collect()
}

/// The adopted rank of a unit in a year, if it has one.
fn standing(
    moment: &Moment,
    book: &Book<Year>,
    unit: UnitId,
    asked: UnitId,
) -> Result<Option<UnitStanding>, Problem> {
    let year = &book.state;
    let (stage, rows) = match (&year.ranking, &year.score_table) {
        (Some(ranking), _) => ("final", ranking.rows.clone()),
        (None, Some(table)) => ("score_table", year.rank(&table.rows)),
        (None, None) => return Ok(None),
    };
    let (Some(row), Some(bloc)) = (rows.iter().find(|row| row.unit == unit), moment.bloc(year.bloc)?) else {
        return Ok(None);
    };
    let RankedRow { rank, tied, total, .. } = *row;
    Ok(Some(UnitStanding {
        year: year.year,
        bloc: year.bloc,
        bloc_name: bloc.state.established.name.clone(),
        unit,
        name: unit_name(moment, unit)?,
        predecessor: unit != asked,
        stage,
        rank,
        tied,
        ranked: u32::try_from(rows.len()).unwrap_or(u32::MAX),
        total,
        class: row.class.as_ref().map(ToString::to_string),
        leading: year.ranking.as_ref().is_some_and(|ranking| ranking.leading_unit == Some(unit)),
        illustrative: !book.illustrative.is_empty(),
    }))
}
