//! Nobody scores its own unit for others: who scored the units that lead, and which scores a unit gave itself all the same.

use super::{
    YearPath,
    book::Filed,
    explain::words::{name_in, scorer_words},
    year_at,
};
use crate::{
    answer::{Answer, Cache},
    answer_body,
    body::Schemas,
    problem::Problem,
    resources::{
        commendations::eligibility::Sentence,
        shared::{AsOfQuery, unit_name, year_tag},
    },
    routes::{Call, Read},
    shown::Shown,
    words::Words,
};
use app::Moment;
use domain::{
    LocalisedName, UnitId,
    regulation::Scorer,
    year::{Score, Year},
};
use utoipa::openapi::{RefOr, Schema};

answer_body! {
    /// Một lần chấm điểm cần xem xét. A score to look at: of a unit that leads, or of a unit by itself.
    pub struct RecusalAnswer {
        /// Đơn vị được chấm. The unit that was scored.
        unit: UnitId,
        /// Tên. Its name.
        name: Option<LocalisedName>,
        /// Vai trò trong năm: `leader`, `deputy`; vắng mặt với đơn vị khác. What it is in this year; absent for another unit.
        office: Option<&'static str>,
        /// Nguồn điểm. Who scored.
        scorer: Scorer,
        /// Đơn vị chấm; vắng mặt nếu là cơ quan cấp trên. The unit whose officer gave it; absent for the body above.
        given_by: Option<UnitId>,
        /// Chính đơn vị chấm cho mình. Whether the unit scored itself.
        by_itself: bool,
        /// Sự kiện. The fact.
        filed: Filed,
        /// Bằng lời. As a sentence.
        explanation: Sentence,
    }
}

answer_body! {
    /// Ai chấm điểm cho Trưởng khối, Phó Trưởng khối. Who scored the units that lead. Self-scores, which every unit gives, are
    /// left out.
    pub struct RecusalList {
        /// Có đơn vị tự chấm điểm thay người khác. Whether any unit scored itself in the place of others, as only a sheet with
        /// `own_unit` lets it.
        any_by_itself: bool,
        /// Các lần chấm. The scores.
        items: Vec<RecusalAnswer>,
    }
}

/// `GET /v1/blocs/{bloc}/years/{year}/recusals`
pub struct Recusals;

impl Read for Recusals {
    type Path = YearPath;
    type Query = AsOfQuery;
    const CACHE: Cache = Cache::Revalidate;

    fn schema(schemas: &mut Schemas) -> RefOr<Schema> {
        RecusalList::schema(schemas)
    }

    async fn answer(call: &Call<'_>, path: YearPath, query: AsOfQuery) -> Result<Answer, Problem> {
        let moment = query.moment(call)?;
        let book = year_at(&moment, &path)?;
        let year = &book.state;
        let scores =
            year.units.iter().flat_map(|(unit, known)| known.scores.iter().map(|score| (*unit, score)));
        let told = scores.filter(|(_, score)| score.scorer != Scorer::Itself).filter_map(|(unit, score)| {
            let (office, by_itself) = (office(year, unit), score.given_by == Some(unit));
            (office.is_some() || by_itself).then(|| recusal(&moment, unit, score, office))
        });
        let items: Vec<_> = told.collect::<Result<_, _>>()?;
        let list = RecusalList { any_by_itself: items.iter().any(|one| one.by_itself), items };
        Ok(Answer::serialised(&list)?
            .with_etag(year_tag(call, &moment, path.bloc, &book))
            .at(moment.position()))
    }
}

/// What a unit is, or was until it was replaced, in this year.
fn office(year: &Year, unit: UnitId) -> Option<&'static str> {
    let held: Vec<_> = year.leadership.iter().chain(&year.office.former).collect();
    if held.iter().any(|held| held.leader == unit) {
        Some("leader")
    } else {
        held.iter().any(|held| held.deputy == Some(unit)).then_some("deputy")
    }
}

fn recusal(
    moment: &Moment,
    unit: UnitId,
    score: &Score,
    office: Option<&'static str>,
) -> Result<RecusalAnswer, Problem> {
    let by_itself = score.given_by == Some(unit);
    Ok(RecusalAnswer {
        unit,
        name: unit_name(moment, unit)?,
        office,
        scorer: score.scorer,
        given_by: score.given_by,
        by_itself,
        filed: (&score.mark).into(),
        explanation: sentence(moment, unit, score, office)?.into(),
    })
}

fn sentence(moment: &Moment, unit: UnitId, score: &Score, office: Option<&str>) -> Result<Words, Problem> {
    let name = name_in(moment, unit)?;
    let by = score.given_by.map(|giver| name_in(moment, giver)).transpose()?;
    let by = by.unwrap_or(Words::fixed("cơ quan cấp trên", "the body above"));
    let kind = scorer_words(score.scorer);
    let office = match office {
        Some("leader") => Words::fixed(" (Trưởng khối)", " (leader)"),
        Some(_) => Words::fixed(" (Phó Trưởng khối)", " (deputy)"),
        None => Words::fixed("", ""),
    };
    Ok(if score.given_by == Some(unit) {
        Words::new(
            format!("{}{} tự chấm cho mình với tư cách {}.", name.vi, office.vi, kind.vi),
            format!("{}{} scored itself as {}.", name.en, office.en, kind.en),
        )
    } else {
        Words::new(
            format!("{}{} do {} chấm ({}), không tự chấm.", name.vi, office.vi, by.vi, kind.vi),
            format!("{}{} was scored by {} ({}), not by itself.", name.en, office.en, by.en, kind.en),
        )
    })
}
