//! Which version of the regulation scores, table and ranking rest on, and how it differs from the first one of the year.

use super::{
    YearPath,
    book::Filed,
    changes::{ChangeAnswer, change_answer, version},
    year_at,
};
use crate::{
    answer::{Answer, Cache},
    answer_body,
    body::Schemas,
    problem::Problem,
    resources::{
        commendations::eligibility::Sentence,
        shared::{AsOfQuery, year_tag},
    },
    routes::{Call, Read},
    shown::Shown,
    words::Words,
};
use domain::{Position, year::Year};
use utoipa::openapi::{RefOr, Schema};

answer_body! {
    /// Một lần ban hành quy chế. One version.
    pub struct VersionAdopted {
        /// Lần ban hành. Its number within the year.
        version: u16,
        /// Sự kiện thông qua. The fact that adopted it.
        filed: Filed,
    }
}

answer_body! {
    /// Quy chế đã dùng để chấm so với quy chế đầu năm. The version that was used beside the first one of the year.
    pub struct RegulationUseAnswer {
        /// Các lần ban hành. Every version, in order.
        versions: Vec<VersionAdopted>,
        /// Lần chấm điểm đầu tiên, từ đó quy chế không đổi được nữa. The first score: from then on the regulation is frozen.
        first_score: Option<Filed>,
        /// Chấm điểm theo lần. The version the scores rest on.
        scored_under: Option<u16>,
        /// Bảng điểm theo lần. That of the score table.
        score_table_under: Option<u16>,
        /// Xếp hạng theo lần. That of the ranking.
        ranking_under: Option<u16>,
        /// Chấm theo quy chế đầu năm. Whether it is the first one of the year; absent before anything is scored.
        same_as_first: Option<bool>,
        /// Khác lần đầu ở đâu. What changed from the first version to the one that was used.
        changes: Vec<ChangeAnswer>,
        /// Bằng lời. As a sentence.
        explanation: Sentence,
    }
}

/// `GET /v1/blocs/{bloc}/years/{year}/regulation-use`
pub struct RegulationUse;

impl Read for RegulationUse {
    type Path = YearPath;
    type Query = AsOfQuery;
    const CACHE: Cache = Cache::Revalidate;

    fn schema(schemas: &mut Schemas) -> RefOr<Schema> {
        RegulationUseAnswer::schema(schemas)
    }

    async fn answer(call: &Call<'_>, path: YearPath, query: AsOfQuery) -> Result<Answer, Problem> {
        let moment = query.moment(call)?;
        let book = year_at(&moment, &path)?;
        let year = &book.state;
        let first = year.versions.first().map(|(version, _)| *version);
        let (filed, used) = first_score(year);
        let changes = match (first, used) {
            (Some(first), Some(used)) if first != used => {
                let (_, earlier) = version(&moment, year, first)?;
                let (_, later) = version(&moment, year, used)?;
                later.changes_since(&earlier).into_iter().map(change_answer).collect()
            }
            (Some(_) | None, Some(_) | None) => Vec::new(),
        };
        let under = |position: Position| year.version_at(position);
        let shown = RegulationUseAnswer {
            versions: year
                .versions
                .iter()
                .map(|(version, mark)| VersionAdopted { version: *version, filed: mark.into() })
                .collect(),
            explanation: sentence(first, used, changes.len()).into(),
            first_score: filed,
            scored_under: used,
            score_table_under: year.score_table.as_ref().and_then(|table| under(table.mark.position)),
            ranking_under: year.ranking.as_ref().and_then(|ranking| under(ranking.mark.position)),
            same_as_first: first.zip(used).map(|(first, used)| first == used),
            changes,
        };
        Ok(Answer::serialised(&shown)?
            .with_etag(year_tag(call, &moment, path.bloc, &book))
            .at(moment.position()))
    }
}

/// The first score, also where it has been corrected since, and the version in force then.
fn first_score(year: &Year) -> (Option<Filed>, Option<u16>) {
    let scores = year.units.values().flat_map(|known| &known.scores);
    let first =
        scores.flat_map(|score| score.replaced.iter().chain([&score.mark])).min_by_key(|mark| mark.position);
    (first.map(Into::into), first.and_then(|mark| year.version_at(mark.position)))
}

fn sentence(first: Option<u16>, used: Option<u16>, changes: usize) -> Words {
    match (first, used) {
        (Some(first), Some(used)) if first == used => Words::new(
            format!("Chấm điểm theo quy chế đầu năm (lần {used})."),
            format!("Scores rest on the first regulation of the year (version {used})."),
        ),
        (Some(first), Some(used)) => Words::new(
            format!("Chấm điểm theo quy chế lần {used}, có {changes} thay đổi so với lần {first} đầu năm."),
            format!(
                "Scores rest on version {used}, which has {changes} changes from the first, version {first}."
            ),
        ),
        (Some(_), None) => Words::fixed("Chưa chấm điểm.", "Nothing has been scored yet."),
        (None, Some(_) | None) => Words::fixed("Chưa có quy chế.", "There is no regulation yet."),
    }
}
