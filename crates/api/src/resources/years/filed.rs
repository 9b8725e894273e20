//! Lists of what units filed, as the facts themselves, and the regulation in force.

use super::{YearPath, year_at};
use crate::{
    answer::{Answer, Cache},
    answer_body,
    body::Schemas,
    cloud_event,
    problem::{Code, Problem},
    resources::shared::{AsOfQuery, year_tag},
    routes::{Call, Read},
    shown::Shown,
};
use domain::{
    Position,
    regulation::{Regulation, Step},
    year::{Mark, Year},
};
use std::sync::Arc;
use utoipa::openapi::{RefOr, Schema};

/// A list of facts that stand: corrected ones are found in the history.
trait FactList: 'static {
    fn marks(year: &Year) -> Vec<Mark>;
}

async fn list<L: FactList>(call: &Call<'_>, path: YearPath, query: AsOfQuery) -> Result<Answer, Problem> {
    let moment = query.moment(call)?;
    let book = year_at(&moment, &path)?;
    let mut positions: Vec<Position> = L::marks(&book.state).into_iter().map(|mark| mark.position).collect();
    positions.sort_unstable();
    let body = cloud_event::list(&moment.facts(&positions)?, None)?;
    Ok(Answer::json(body).with_etag(year_tag(call, &moment, path.bloc, &book)).at(moment.position()))
}

fn of_units(year: &Year, steps: &[Step]) -> Vec<Mark> {
    let units = year.units.values();
    units.flat_map(|unit| steps.iter().filter_map(|step| unit.step(*step).copied())).collect()
}

/// Declares a list of facts.
macro_rules! fact_lists {
    ($($(#[$doc:meta])* $name:ident: $marks:expr;)+) => {$(
        $(#[$doc])*
        pub struct $name;

        impl FactList for $name {
            fn marks(year: &Year) -> Vec<Mark> {
                let marks: fn(&Year) -> Vec<Mark> = $marks;
                marks(year)
            }
        }

        impl Read for $name {
            type Path = YearPath;
            type Query = AsOfQuery;
            const CACHE: Cache = Cache::Revalidate;

            fn schema(schemas: &mut Schemas) -> RefOr<Schema> {
                cloud_event::list_schema(schemas)
            }

            async fn answer(call: &Call<'_>, path: YearPath, query: AsOfQuery) -> Result<Answer, Problem> {
                list::<Self>(call, path, query).await
            }
        }
    )+};
}
fact_lists! {
    /// `GET /v1/blocs/{bloc}/years/{year}/registrations`
    Registrations: |year| of_units(year, &[Step::Registration]);
    /// `GET /v1/blocs/{bloc}/years/{year}/pledges`
    Pledges: |year| of_units(year, &[Step::Pledge]);
    /// `GET /v1/blocs/{bloc}/years/{year}/reports`
    Reports: |year| of_units(year, &[Step::HalfYearReport, Step::AnnualReport]);
    /// `GET /v1/blocs/{bloc}/years/{year}/panels`
    Panels: |year| year.panels.iter().map(|panel| panel.mark).collect();
    /// `GET /v1/blocs/{bloc}/years/{year}/tie-breaks`
    TieBreaks: |year| year.ties.iter().map(|(_, mark)| *mark).collect();
    /// `GET /v1/blocs/{bloc}/years/{year}/conferences`
    Conferences: |year| year.conferences.iter().map(|(_, mark)| *mark).collect();
}

answer_body! {
    /// Quy chế đang áp dụng. The regulation in force.
    pub struct AdoptedRegulationAnswer {
        /// Lần ban hành trong năm. Its version within the year.
        version: u16,
        /// Dự thảo được thông qua. The draft it was; absent when there was none.
        draft: Option<u16>,
        /// Đã khóa vì đã có điểm. Frozen: the first score has been given.
        frozen: bool,
        /// Sự kiện thông qua. The fact that adopted it.
        filed: super::book::Filed,
        /// Toàn văn. The regulation, whole.
        regulation: Arc<Regulation>,
    }
}

/// `GET /v1/blocs/{bloc}/years/{year}/regulations`
pub struct AdoptedRegulation;

impl Read for AdoptedRegulation {
    type Path = YearPath;
    type Query = AsOfQuery;
    const CACHE: Cache = Cache::Revalidate;

    fn schema(schemas: &mut Schemas) -> RefOr<Schema> {
        AdoptedRegulationAnswer::schema(schemas)
    }

    async fn answer(call: &Call<'_>, path: YearPath, query: AsOfQuery) -> Result<Answer, Problem> {
        let moment = query.moment(call)?;
        let book = year_at(&moment, &path)?;
        let adopted = book.state.regulation.as_ref().ok_or_else(|| Problem::new(Code::ResourceNotFound))?;
        let shown = AdoptedRegulationAnswer {
            version: adopted.version,
            draft: adopted.draft,
            frozen: book.state.units.values().any(|unit| !unit.scores.is_empty()),
            filed: (&adopted.mark).into(),
            regulation: Arc::clone(&adopted.regulation),
        };
        Ok(Answer::serialised(&shown)?
            .with_etag(year_tag(call, &moment, path.bloc, &book))
            .at(moment.position()))
    }
}
