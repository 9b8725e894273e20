//! The history: every fact, of the whole log or of one stream, unit, bloc or type; and the feed, which is the same with
//! a client that waits.

use crate::{
    answer::{Answer, JSON},
    auth::Scope::EventsRead,
    body::{
        Schemas,
        parameters::{Commas, Limit, NoParameters},
        text::{FromText, string, whole},
    },
    cloud_event,
    issue::Flaw,
    parameters,
    problem::{Code, Problem},
    routes::{Call, Read, Route, Tag, needs, read},
};
use actix_web::http::header::HeaderName;
use app::{App, AsOf};
use domain::{BlocId, Envelope, Event, Position, Role, StreamId, UnitId};
use std::time::Duration;
use utoipa::openapi::{RefOr, Schema};
use views::history::Filter;

/// A list of facts as CloudEvents know it: a bare array.
const BATCH: &str = "application/cloudevents-batch+json";

/// The rows of this resource.
pub static ROUTES: &[Route] = &[
    read::<Events>(
        "/v1/events",
        "listEvents",
        Tag::Events,
        ["Lịch sử và dòng sự kiện", "The history, and the feed of what is new"],
        needs(&[EventsRead]),
    ),
    read::<OneEvent>(
        "/v1/events/{position}",
        "getEvent",
        Tag::Events,
        ["Một sự kiện", "One fact"],
        needs(&[EventsRead]),
    ),
];

/// The name of an event type, as the log has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TypeName(pub &'static str);

impl FromText for TypeName {
    fn from_text(text: &str) -> Result<Self, Flaw> {
        let known = Event::types().find(|name| *name == text);
        known.map(Self).ok_or_else(|| Flaw::UnknownValue(Event::types().collect::<Vec<_>>().join(", ")))
    }

    fn schema(schemas: &mut Schemas) -> RefOr<Schema> {
        schemas.named("EventType", |_| {
            string()
                .enum_values(Some(Event::types()))
                .description(Some("Loại sự kiện. The kind of a fact, as the log names it."))
                .into()
        })
    }
}

/// A stream, such as `unit/0190…` or `year/0190…/2024`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stream(pub StreamId);

impl FromText for Stream {
    fn from_text(text: &str) -> Result<Self, Flaw> {
        text.parse()
            .map(Self)
            .map_err(|_| Flaw::BadValue("unit/<uuid>, bloc/<uuid>, grant/<uuid>, year/<uuid>/2024, log"))
    }

    fn schema(_: &mut Schemas) -> RefOr<Schema> {
        let id = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}";
        string()
            .pattern(Some(format!(
                "^(log|(unit|bloc|grant|commendation)/{id}|year/{id}/(19|20|21)[0-9]{{2}})$"
            )))
            .into()
    }
}

/// How many seconds a client waits for something new.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wait(pub u64);

impl Wait {
    const MOST: u64 = 20;
}

impl FromText for Wait {
    const OPTIONAL: bool = true;

    fn from_text(text: &str) -> Result<Self, Flaw> {
        let seconds = whole(text, 0, Self::MOST.into())?;
        u64::try_from(seconds).map(Self).map_err(|_| Flaw::OutOfRange(0, Self::MOST.into()))
    }

    fn absent() -> Result<Self, Flaw> {
        Ok(Self(0))
    }

    fn schema(_: &mut Schemas) -> RefOr<Schema> {
        utoipa::openapi::ObjectBuilder::new()
            .schema_type(utoipa::openapi::schema::Type::Integer)
            .minimum(Some(0))
            .maximum(Some(20))
            .default(Some(0.into()))
            .into()
    }
}

parameters! {
    /// Which facts.
    pub struct EventQuery {
        /// Chỉ các sự kiện sau vị trí này. Only facts after this position; take the `sequence` of the last one you have.
        after: Option<Position>,
        /// Chỉ các loại này. Only these kinds.
        types: Commas<TypeName, 20>,
        /// Chỉ dòng này. Only this stream.
        stream: Option<Stream>,
        /// Chỉ về đơn vị này. Only facts about this unit.
        unit: Option<UnitId>,
        /// Chỉ về khối, cụm này và các năm của nó. Only facts about this bloc and its years.
        bloc: Option<BlocId>,
        /// Số sự kiện. How many facts.
        limit: Limit,
        /// Chờ sự kiện mới, giây. How many seconds to wait when there is nothing yet.
        wait: Wait,
    }
}

/// `GET /v1/events`
pub struct Events;

impl Read for Events {
    type Path = NoParameters;
    type Query = EventQuery;
    const FORMS: &'static [&'static str] = &[JSON, BATCH];

    fn schema(schemas: &mut Schemas) -> RefOr<Schema> {
        cloud_event::list_schema(schemas)
    }

    async fn answer(call: &Call<'_>, _: NoParameters, query: EventQuery) -> Result<Answer, Problem> {
        let EventQuery { after, types, stream, unit, bloc, limit, wait } = query;
        let types = types.0.iter().map(|name| name.0.into()).collect();
        let filter = Filter { types, stream: stream.map(|stream| stream.0), unit, bloc };
        may_read(call, |app, own| {
            filter.unit == Some(own) || filter.bloc.is_some_and(|bloc| belongs(app, own, bloc))
        })?;
        let from = after.map_or(Position(0), Position::next);
        let app = call.service.app();
        let mut found = find(app, &filter, from, limit)?;
        if found.is_empty() && wait.0 > 0 {
            found = wait_for(app, &filter, from, limit, Duration::from_secs(wait.0)).await?;
        }
        let next = found.last().map_or(from.0, |fact| fact.position.0 + 1);
        let body = cloud_event::list(&found, None)?;
        let answer = if call.form == BATCH { batch(&body) } else { Answer::json(body) };
        let position = HeaderName::from_static("event-position-next");
        Ok(answer.at(app.head()).with_header(position, next))
    }
}

fn find(app: &App, filter: &Filter, from: Position, limit: Limit) -> Result<Vec<Envelope>, Problem> {
    let moment = app.moment(AsOf::Now)?;
    let positions = app.views().history.find(filter, from, moment.position(), limit.0.into());
    Ok(moment.facts(&positions)?)
}

async fn wait_for(
    app: &App,
    filter: &Filter,
    from: Position,
    limit: Limit,
    patience: Duration,
) -> Result<Vec<Envelope>, Problem> {
    let mut heads = app.heads();
    let watch = async {
        loop {
            let found = find(app, filter, from, limit)?;
            if !found.is_empty() || heads.changed().await.is_err() {
                return Ok(found);
            }
        }
    };
    tokio::time::timeout(patience, watch).await.unwrap_or_else(|_| Ok(Vec::new()))
}

/// The array within `{"items":[…]}`.
fn batch(body: &[u8]) -> Answer {
    let array =
        body.strip_prefix(br#"{"items":"#).and_then(|rest| rest.strip_suffix(b"}")).unwrap_or_default();
    Answer::new(BATCH, array.to_vec())
}

/// Auditors, registrars and officials read everything; an officer what concerns its own unit and its blocs.
fn may_read(call: &Call<'_>, own: impl Fn(&App, UnitId) -> bool) -> Result<(), Problem> {
    let app = call.service.app();
    let enough = |role: &Role| match role {
        Role::Registrar | Role::Official { .. } | Role::Auditor => true,
        Role::UnitOfficer { unit } => own(app, *unit),
    };
    call.require(enough, &[Role::Auditor, Role::Registrar, Role::Official { bloc: None }])
}

fn belongs(app: &App, unit: UnitId, bloc: BlocId) -> bool {
    app.views().directory.blocs_of(unit).any(|known| known == bloc)
}

parameters! {
    /// The path of one fact.
    pub struct EventPath {
        /// Vị trí trong sổ. Where the fact stands in the log.
        position: Position,
    }
}

/// `GET /v1/events/{position}`
pub struct OneEvent;

impl Read for OneEvent {
    type Path = EventPath;
    type Query = NoParameters;

    fn schema(schemas: &mut Schemas) -> RefOr<Schema> {
        cloud_event::schema(schemas)
    }

    async fn answer(call: &Call<'_>, path: EventPath, _: NoParameters) -> Result<Answer, Problem> {
        let app = call.service.app();
        let fact = app.fact(path.position)?.ok_or_else(|| Problem::new(Code::ResourceNotFound))?;
        may_read(call, |app, own| match fact.stream {
            StreamId::Unit(unit) => unit == own,
            StreamId::Bloc(bloc) | StreamId::Year(bloc, _) => belongs(app, own, bloc),
            StreamId::Commendation(id) => {
                let proposed = app.views().books.commendation(id).map(|book| book.state.proposal.bloc);
                proposed.is_some_and(|bloc| belongs(app, own, bloc))
            }
            StreamId::Person(id) => app.views().books.person(id).is_some_and(|book| book.state.unit == own),
            StreamId::Grant(_) | StreamId::Log => false,
        })?;
        Ok(Answer::json(cloud_event::to_bytes(&fact)?).with_etag(fact.id).at(app.head()))
    }
}
