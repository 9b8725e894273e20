//! Operations that answer from what is recorded.

use super::{Access, Call};
use crate::{
    answer::{Answer, Cache, JSON},
    body::{
        Faults, Schemas,
        parameters::{Described, Pairs, Parameters},
        text::whole,
    },
    issue::{Flaw, Issue, Place},
    problem::Problem,
};
use actix_http::RequestHead;
use actix_web::http::header::{HeaderMap, HeaderName, HeaderValue, VARY};
use app::{App, AsOf};
use domain::{Position, Timestamp};
use std::{pin::Pin, time::Duration};
use utoipa::openapi::{RefOr, schema::Schema};

/// How long a read waits for the position that the client has seen elsewhere.
const PATIENCE: Duration = Duration::from_secs(2);

/// Parsed once: looking a header up by text makes a name of it for every request.
static MIN_EVENT_POSITION: HeaderName = HeaderName::from_static("min-event-position");

/// Something that can be read.
pub trait Read: 'static {
    /// The parameters of the path.
    type Path: Parameters;
    /// The parameters of the query.
    type Query: Parameters;

    /// The forms the answer can take, the preferred one first.
    const FORMS: &'static [&'static str] = &[JSON];
    /// How long others may keep the answer.
    const CACHE: Cache = Cache::NoStore;

    /// What the document says of the answer.
    fn schema(schemas: &mut Schemas) -> RefOr<Schema>;

    /// The answer.
    fn answer(
        call: &Call<'_>,
        path: Self::Path,
        query: Self::Query,
    ) -> impl Future<Output = Result<Answer, Problem>>;
}

/// A [`Read`] without its type, as a row holds it.
#[derive(Clone, Copy)]
pub struct ReadRow {
    /// The forms the answer can take.
    pub forms: &'static [&'static str],
    /// How long others may keep it.
    pub cache: Cache,
    answer: AnswerFn,
    path: fn(&mut Schemas) -> Vec<Described>,
    query: fn(&mut Schemas) -> Vec<Described>,
    schema: fn(&mut Schemas) -> RefOr<Schema>,
}

type AnswerFn =
    for<'c> fn(&'c Call<'c>, &'c RequestHead) -> Pin<Box<dyn Future<Output = Result<Answer, Problem>> + 'c>>;

impl ReadRow {
    pub(super) const fn of<R: Read>() -> Self {
        Self {
            forms: R::FORMS,
            cache: R::CACHE,
            answer: |call, request| Box::pin(parse_and_answer::<R>(call, request)),
            path: R::Path::describe,
            query: R::Query::describe,
            schema: R::schema,
        }
    }

    /// The parameters of the path.
    pub fn describe_path(&self, schemas: &mut Schemas) -> Vec<Described> {
        (self.path)(schemas)
    }

    /// The parameters of the query.
    pub fn describe_query(&self, schemas: &mut Schemas) -> Vec<Described> {
        (self.query)(schemas)
    }

    /// The schema of the answer.
    pub fn describe_answer(&self, schemas: &mut Schemas) -> RefOr<Schema> {
        (self.schema)(schemas)
    }
}

async fn parse_and_answer<R: Read>(call: &Call<'_>, request: &RequestHead) -> Result<Answer, Problem> {
    let mut path_faults = Faults::new(Place::Path);
    let path = R::Path::take(&mut call.parameters(), &mut path_faults);
    let mut query_faults = Faults::new(Place::Query);
    let mut pairs = Pairs::query(request.uri.query().unwrap_or_default(), &mut query_faults);
    let query = R::Query::take(&mut pairs, &mut query_faults);
    pairs.close(&mut query_faults);
    match (path_faults.finish(path), query_faults.finish(query)) {
        (Ok(path), Ok(query)) => {
            if let Some(seen) = min_position(&request.headers)? {
                Box::pin(wait_for(seen, call.service.app())).await?;
            }
            R::answer(call, path, query).await
        }
        (path, query) => {
            Err(Problem::invalid([path.err(), query.err()].into_iter().flatten().flatten().collect()))
        }
    }
}

/// Waits until the views hold what the client has seen elsewhere.
async fn wait_for(seen: Position, app: &App) -> Result<(), Problem> {
    if app.head() < seen && !app.reach(seen, PATIENCE).await {
        return Err(Problem::behind(app.head()));
    }
    Ok(())
}

/// Parses, waits for what the client has seen, answers.
pub async fn answer(
    row: &ReadRow,
    access: Access,
    call: &Call<'_>,
    request: &RequestHead,
) -> Result<Answer, Problem> {
    let answer = (row.answer)(call, request).await?;
    let cache = match access {
        Access::Public => row.cache,
        // What one client may read, a cache must not hand to the next.
        Access::Scopes(_) => Cache::NoStore,
    };
    let answer = answer.with_cache(cache);
    Ok(if row.forms.len() > 1 {
        answer.with_header(VARY, HeaderValue::from_static("Accept"))
    } else {
        answer
    })
}

fn min_position(headers: &HeaderMap) -> Result<Option<Position>, Problem> {
    const NAME: &str = "Min-Event-Position";
    let Some(value) = headers.get(&MIN_EVENT_POSITION) else { return Ok(None) };
    let number = whole(value.to_str().unwrap_or_default(), 0, i64::MAX.into());
    match number.map(u64::try_from) {
        Ok(Ok(number)) => Ok(Some(Position(number))),
        _ => {
            let flaw = Flaw::OutOfRange(0, i64::MAX.into());
            Err(Problem::invalid(vec![Issue { place: Place::Header, at: NAME.into(), flaw }]))
        }
    }
}

/// The moment that `as_of` or `as_of_position` names; the present when neither is given.
///
/// # Errors
/// When both are given.
pub fn as_of(time: Option<Timestamp>, position: Option<Position>) -> Result<AsOf, Problem> {
    match (time, position) {
        (None, None) => Ok(AsOf::Now),
        (Some(time), None) => Ok(AsOf::Time(time)),
        (None, Some(position)) => Ok(AsOf::Position(position)),
        (Some(_), Some(_)) => {
            let flaw = Flaw::BadValue("as_of | as_of_position");
            Err(Problem::invalid(vec![Issue { place: Place::Query, at: "as_of".into(), flaw }]))
        }
    }
}

/// The form the client prefers among those offered (RFC 9110 §12.5.1); the first one when it says nothing.
pub fn negotiate(forms: &'static [&'static str], accept: Option<&str>) -> Option<&'static str> {
    let first = forms.first().copied();
    let Some(accept) = accept.map(str::trim).filter(|accept| !accept.is_empty() && *accept != "*/*") else {
        return first;
    };
    if first.is_some_and(|form| form == accept) {
        return first;
    }
    let weigh = |form: &str| {
        let form = form.split(';').next().unwrap_or_default();
        let ranges = accept.split(',').filter_map(|range| {
            let mut parts = range.split(';').map(str::trim);
            let name = parts.next()?;
            let weight =
                parts.find_map(|p| p.strip_prefix("q=")).map_or(Some(1.0), |q| q.parse::<f32>().ok())?;
            let exactness = match name {
                "*/*" => 0,
                _ if name.eq_ignore_ascii_case(form) => 2,
                _ if name.strip_suffix("/*").is_some_and(|kind| form.split('/').next() == Some(kind)) => 1,
                _ => return None,
            };
            Some((exactness, weight))
        });
        ranges.max_by_key(|(exactness, _)| *exactness).map_or(0.0, |(_, weight)| weight)
    };
    let mut best = (None, 0.0);
    for form in forms {
        let weight = weigh(form);
        if weight > best.1 {
            best = (Some(*form), weight);
        }
    }
    best.0
}
