//! The service told as stories, over a log in memory.

use crate::{Act, App, AsOf, Failure, InTheFuture, Receipt, Request, ScriptedClock, rebuild::rebuild};
use domain::{
    Basis, BlocId, ClientId, Date, EmulationYear, Fingerprint, GrantId, KeyHash, LocalisedName, Name,
    Position, Rejection, RequestId, Role, Timestamp, UnitId, Version,
    bloc::{BlocAct, BlocKind, Established, Level, UnitJoined},
    grant::{Given, GrantAct, Revoked},
    rejection::Thing,
    unit::{Registered, Renamed, UnitAct, UnitKind},
    year::{LeadershipRecorded, YearAct},
};
use eventlog::{EventLog, FaultyLog, FaultyMoment, MemoryLog};
use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};
use uuid::Uuid;

const UNIT: UnitId = UnitId(Uuid::from_u128(1));
const OTHER: UnitId = UnitId(Uuid::from_u128(2));
const BLOC: BlocId = BlocId(Uuid::from_u128(3));

pub(crate) struct Service {
    pub(crate) app: App,
    clock: Arc<ScriptedClock>,
    keys: AtomicU64,
}

pub(crate) fn start(log: Arc<dyn EventLog>, clock: &Arc<ScriptedClock>) -> App {
    let rebuilt = rebuild(log.as_ref(), Position(0), |_| {}).unwrap();
    App::start(log, rebuilt, Arc::clone(clock) as _).unwrap()
}

impl Service {
    /// A service over an empty log, whose registrar is `registry`.
    pub(crate) async fn founded(log: Arc<dyn EventLog>) -> Self {
        let clock = Arc::new(ScriptedClock::at("2026-01-05T02:00:00Z".parse().unwrap()));
        let service = Self { app: start(log, &clock), clock, keys: AtomicU64::new(0) };
        let registry = client("registry");
        service.asks("registry", Act::Found(GrantId(Uuid::from_u128(99)), registry)).await.unwrap();
        service
    }

    pub(crate) fn clock(&self) -> Arc<ScriptedClock> {
        Arc::clone(&self.clock)
    }

    /// Another node over a log that is founded.
    pub(crate) fn beside(log: Arc<dyn EventLog>) -> Self {
        let clock = Arc::new(ScriptedClock::at("2026-01-05T02:00:00Z".parse().unwrap()));
        // Its clients draw their keys from elsewhere.
        Self { app: start(log, &clock), clock, keys: AtomicU64::new(1 << 32) }
    }

    pub(crate) fn request(&self, from: &str, act: Act) -> Request {
        let number = self.keys.fetch_add(1, Ordering::Relaxed);
        let mut key = [0; 16];
        key[..8].copy_from_slice(&number.to_be_bytes());
        Request {
            client: client(from),
            key: KeyHash(key),
            fingerprint: Fingerprint([1; 16]),
            id: RequestId(Uuid::from_u128(number.into())),
            causation: None,
            effective_on: None,
            basis: Basis::default(),
            expected: None,
            act,
        }
    }

    pub(crate) async fn asks(&self, from: &str, act: Act) -> Result<Receipt, Failure> {
        self.app.execute(self.request(from, act)).await
    }
}

pub(crate) fn client(text: &str) -> ClientId {
    ClientId::new(text).unwrap()
}

pub(crate) fn name(text: &str) -> LocalisedName {
    LocalisedName { vi: Name::new(text).unwrap(), en: None }
}

pub(crate) fn register(unit: UnitId, called: &str) -> Act {
    let kind = UnitKind::Association;
    Act::Unit(
        unit,
        UnitAct::Register(Registered { name: name(called), kind, place: None, identifiers: Vec::new() }),
    )
}

pub(crate) fn rename(unit: UnitId, called: &str) -> Act {
    Act::Unit(unit, UnitAct::Rename(Renamed { name: name(called) }))
}

#[tokio::test]
async fn what_is_answered_is_in_every_view() {
    let service = Service::founded(Arc::new(MemoryLog::default())).await;
    let receipt = service.asks("registry", register(UNIT, "Hội Luật gia")).await.unwrap();
    let fact = &receipt.facts[0];
    assert_eq!((fact.position, fact.version, receipt.head), (Position(1), Version(1), Position(2)));
    assert_eq!(fact.actor.grant, Some(GrantId(Uuid::from_u128(99))));
    assert_eq!(service.app.views().books.unit(UNIT).unwrap().state.names[0].name, name("Hội Luật gia"));
    assert!(service.app.reach(Position(2), Duration::ZERO).await);
    assert!(!service.app.reach(Position(3), Duration::from_millis(1)).await);
}

#[tokio::test]
async fn a_repeated_key_gives_the_old_answer_and_with_another_request_none() {
    let service = Service::founded(Arc::new(MemoryLog::default())).await;
    let request = service.request("registry", register(UNIT, "Hội Luật gia"));
    let first = service.app.execute(request.clone()).await.unwrap();
    let again = service.app.execute(request.clone()).await.unwrap();
    assert_eq!((again.replayed, &again.facts), (true, &first.facts));
    let other = Request { fingerprint: Fingerprint([2; 16]), ..request };
    assert_eq!(service.app.execute(other).await.unwrap_err(), Failure::KeyReused);
    assert_eq!(service.app.head(), Position(2));
}

#[tokio::test]
async fn many_at_once_share_a_group_and_each_gets_its_own_answer() {
    let service = Service::founded(Arc::new(MemoryLog::default())).await;
    let requests =
        (10..110_u128).map(|n| service.request("registry", register(UnitId(Uuid::from_u128(n)), "Đơn vị")));
    // Every second request comes twice: within one group, too, a key is spent once.
    let asked: Vec<_> = requests.enumerate().flat_map(|(i, r)| std::iter::repeat_n(r, 1 + i % 2)).collect();
    let answers = futures(asked.iter().map(|request| service.app.execute(request.clone()))).await;
    for (request, answer) in asked.iter().zip(answers) {
        assert_eq!(answer.unwrap().facts[0].stream, request.act.stream());
    }
    assert_eq!(service.app.head(), Position(101));
}

/// Drives all futures at once, so that they reach the writer together.
pub(crate) async fn futures<F: Future>(all: impl Iterator<Item = F>) -> Vec<F::Output> {
    let mut waiting: Vec<_> = all.map(Box::pin).collect();
    let mut done: Vec<Option<F::Output>> = waiting.iter().map(|_| None).collect();
    std::future::poll_fn(|context| {
        for (future, slot) in waiting.iter_mut().zip(&mut done).filter(|(_, slot)| slot.is_none()) {
            if let std::task::Poll::Ready(output) = future.as_mut().poll(context) {
                *slot = Some(output);
            }
        }
        if done.iter().all(Option::is_some) { std::task::Poll::Ready(()) } else { std::task::Poll::Pending }
    })
    .await;
    done.into_iter().flatten().collect()
}

#[tokio::test]
async fn a_stale_version_changes_nothing() {
    let service = Service::founded(Arc::new(MemoryLog::default())).await;
    service.asks("registry", register(UNIT, "Hội Luật gia")).await.unwrap();
    let stale = Request {
        expected: Some(Version(0)),
        ..service.request("registry", rename(UNIT, "Hội Làm vườn"))
    };
    let failure = service.app.execute(stale).await.unwrap_err();
    assert_eq!(failure, Failure::Stale { expected: Version(0), actual: Version(1) });
    let fresh = Request {
        expected: Some(Version(1)),
        ..service.request("registry", rename(UNIT, "Hội Làm vườn"))
    };
    assert_eq!(service.app.execute(fresh).await.unwrap().facts[0].version, Version(2));
}

#[tokio::test]
async fn a_failed_commit_moves_no_view_and_ends_writing() {
    let log = Arc::new(FaultyLog::new(MemoryLog::default()));
    let service = Service::founded(Arc::clone(&log) as _).await;
    log.fail_next(FaultyMoment::BeforeWriting);
    let request = service.request("registry", register(UNIT, "Hội Luật gia"));
    assert_eq!(service.app.execute(request).await.unwrap_err(), Failure::Unavailable);
    assert!(service.app.views().books.unit(UNIT).is_none() && service.app.is_read_only());
    assert_eq!(service.asks("registry", register(OTHER, "Hội Đông y")).await.unwrap_err(), Failure::ReadOnly);
}

#[tokio::test]
async fn an_unknown_outcome_is_told_by_the_same_key_after_a_restart() {
    let log = Arc::new(FaultyLog::new(MemoryLog::default()));
    let service = Service::founded(Arc::clone(&log) as _).await;
    log.fail_next(FaultyMoment::BeforeAnswering);
    let request = service.request("registry", register(UNIT, "Hội Luật gia"));
    assert_eq!(service.app.execute(request.clone()).await.unwrap_err(), Failure::Unavailable);

    log.reopen();
    let restarted = start(log, &service.clock);
    let receipt = restarted.execute(request).await.unwrap();
    assert!(receipt.replayed);
    assert_eq!(restarted.head(), Position(2));
}

#[tokio::test]
async fn writing_goes_on_after_a_failure_that_passes() {
    let log = Arc::new(FaultyLog::new(MemoryLog::default()));
    let service = Service::founded(Arc::clone(&log) as _).await;
    for (moment, id, written) in
        [(FaultyMoment::Unavailable, UNIT, false), (FaultyMoment::Unknown, OTHER, true)]
    {
        log.fail_next(moment);
        let request = service.request("registry", register(id, "Hội Luật gia"));
        assert_eq!(service.app.execute(request.clone()).await.unwrap_err(), Failure::Unavailable);
        assert!(!service.app.is_read_only());
        // The same key tells what became of it, or carries it out now.
        assert_eq!(service.app.execute(request).await.unwrap().replayed, written);
        assert!(service.app.views().books.unit(id).is_some());
    }
    assert_eq!(service.app.head(), Position(3));
}

/// Whoever writes first, everybody's facts are there once, and each knows what the others wrote before.
#[tokio::test]
async fn several_services_that_write_at_once_lose_nothing() {
    const WRITERS: u32 = 3;
    const EACH: u32 = 60;
    let log: Arc<dyn EventLog> = Arc::new(MemoryLog::default());
    let founded = Service::founded(Arc::clone(&log)).await;
    founded.asks("registry", register(UNIT, "Hội")).await.unwrap();
    std::thread::scope(|scope| {
        for number in 1..=WRITERS {
            let clock = Arc::clone(&founded.clock);
            let app = start(Arc::clone(&log), &clock);
            let service = Service { app, clock, keys: AtomicU64::new(u64::from(number) * 10_000) };
            scope.spawn(move || {
                let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
                runtime.block_on(async {
                    for round in 0..EACH {
                        let called = format!("Hội {number} lần {round}");
                        service.asks("registry", rename(UNIT, &called)).await.unwrap();
                    }
                });
            });
        }
    });
    let rebuilt = rebuild(log.as_ref(), Position(0), |_| {}).unwrap();
    assert_eq!(rebuilt.views.head(), Position(2 + u64::from(WRITERS * EACH)));
    assert_eq!(rebuilt.views.books.unit(UNIT).unwrap().version, Version(1 + WRITERS * EACH));
    eventlog::verify::verify(log.as_ref(), None, &mut |_| ()).unwrap();
}

#[tokio::test]
async fn the_past_is_read_as_it_was_known() {
    let service = Service::founded(Arc::new(MemoryLog::default())).await;
    service.asks("registry", register(UNIT, "Tên cũ")).await.unwrap();
    let before: Timestamp = "2026-01-05T02:00:00Z".parse().unwrap();
    service.clock.set("2026-02-05T02:00:00Z".parse().unwrap());
    service.asks("registry", rename(UNIT, "Tên mới")).await.unwrap();

    let called = |as_of| {
        service
            .app
            .moment(as_of)
            .unwrap()
            .unit(UNIT)
            .unwrap()
            .map(|book| book.state.name_on("2026-03-01".parse().unwrap()).clone())
    };
    assert_eq!(called(AsOf::Now), Some(name("Tên mới")));
    assert_eq!(called(AsOf::Time(before)), Some(name("Tên cũ")));
    assert_eq!(called(AsOf::Position(Position(2))), Some(name("Tên cũ")));
    assert_eq!(called(AsOf::Position(Position(1))), None);
    let future = |as_of| service.app.moment(as_of).map(|moment| moment.position()).unwrap_err();
    assert_eq!(future(AsOf::Position(Position(4))), InTheFuture { head: Position(3) });
    assert_eq!(
        future(AsOf::Time("2026-03-01T00:00:00Z".parse().unwrap())),
        InTheFuture { head: Position(3) }
    );
    // Before the first fact there was nothing.
    assert_eq!(called(AsOf::Time("2025-01-01T00:00:00Z".parse().unwrap())), None);
}

#[tokio::test]
async fn a_clock_that_jumps_back_never_turns_the_log_back() {
    let service = Service::founded(Arc::new(MemoryLog::default())).await;
    service.clock.set("2025-06-01T00:00:00Z".parse().unwrap());
    let fact = service.asks("registry", register(UNIT, "Hội Luật gia")).await.unwrap().facts.remove(0);
    assert_eq!(fact.recorded_at, "2026-01-05T02:00:00Z".parse().unwrap());
}

#[tokio::test]
async fn rights_are_facts_and_end_when_they_are_taken_back() {
    let service = Service::founded(Arc::new(MemoryLog::default())).await;
    service.asks("registry", register(UNIT, "Hội Luật gia")).await.unwrap();
    assert!(matches!(service.asks("portal", rename(UNIT, "Khác")).await.unwrap_err(), Failure::Denied(_)));

    let grant = GrantId(Uuid::from_u128(50));
    let given = Given { client: client("portal"), role: Role::Registrar, until: None, person: None };
    service.asks("registry", Act::Grant(grant, GrantAct::Give(given))).await.unwrap();
    service.asks("portal", rename(UNIT, "Tên của cổng")).await.unwrap();
    let reason = domain::Remark::new("Hết nhiệm vụ").unwrap();
    service.asks("registry", Act::Grant(grant, GrantAct::Revoke(Revoked { reason }))).await.unwrap();
    assert!(matches!(service.asks("portal", rename(UNIT, "Khác")).await.unwrap_err(), Failure::Denied(_)));

    let unknown = Given {
        client: client("portal"),
        role: Role::UnitOfficer { unit: OTHER },
        until: None,
        person: None,
    };
    let failure =
        service.asks("registry", Act::Grant(GrantId(Uuid::from_u128(51)), GrantAct::Give(unknown))).await;
    assert_eq!(failure.unwrap_err(), Failure::Rejected(Rejection::Unknown(Thing::Unit(OTHER))));
}

#[tokio::test]
async fn a_log_is_founded_once() {
    let service = Service::founded(Arc::new(MemoryLog::default())).await;
    let second = GrantId(Uuid::from_u128(100));
    let failure = service.asks("intruder", Act::Found(second, client("intruder"))).await.unwrap_err();
    assert_eq!(failure, Failure::Rejected(Rejection::AlreadyExists(Thing::Grant(second))));
}

#[tokio::test]
async fn an_act_is_not_dated_years_ahead() {
    let service = Service::founded(Arc::new(MemoryLog::default())).await;
    let claimed: Date = "2029-01-01".parse().unwrap();
    let ahead =
        Request { effective_on: Some(claimed), ..service.request("registry", register(UNIT, "Hội")) };
    let failure = service.app.execute(ahead).await.unwrap_err();
    assert!(
        matches!(failure, Failure::Rejected(Rejection::ImpossibleDate { claimed: day, .. }) if day == claimed)
    );
}

#[tokio::test]
async fn replay_equals_what_was_folded_on_the_way() {
    let log: Arc<dyn EventLog> = Arc::new(MemoryLog::default());
    let service = Service::founded(Arc::clone(&log)).await;
    service.asks("registry", register(UNIT, "Hội Luật gia")).await.unwrap();
    let (kind, level) = (BlocKind::Khoi, Level::Province);
    let established =
        Established { name: name("Khối số 3"), kind, level, place: None, stated_size: None, note: None };
    service.asks("registry", Act::Bloc(BLOC, BlocAct::Establish(established))).await.unwrap();
    service.asks("registry", Act::Bloc(BLOC, BlocAct::Join(UnitJoined { unit: UNIT }))).await.unwrap();
    let year = EmulationYear::new(2026).unwrap();
    service.asks("registry", Act::Year(BLOC, year, YearAct::Open)).await.unwrap();
    let leader = LeadershipRecorded { leader: UNIT, deputy: None, method: None };
    service.asks("registry", Act::Year(BLOC, year, YearAct::RecordLeadership(leader))).await.unwrap();

    let replayed = rebuild(log.as_ref(), log.head().unwrap(), |_| {}).unwrap();
    let views = service.app.views();
    let (kept, again) =
        (views.books.year(BLOC, year).unwrap(), replayed.views.books.year(BLOC, year).unwrap());
    assert_eq!((&kept.state, kept.version, kept.head), (&again.state, again.version, again.head));
    assert_eq!(replayed.views.head(), views.head());
    assert_eq!(replayed.tree.size(), views.head().0);
}
