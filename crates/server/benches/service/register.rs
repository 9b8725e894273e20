//! A register of made-up blocs, the same for the same seed, written by the service's own writer into a real store: every
//! fact was decided by the rules, at a clock that walks through the years.

use crate::story;
use app::{Act, App, Receipt, Request, ScriptedClock, rebuild::rebuild};
use domain::{
    Basis, BlocId, ClientId, DocumentNumber, Fingerprint, GrantId, KeyHash, LocalisedName, Name, Position,
    RequestId, Role, Timestamp, UnitId,
    bloc::{BlocAct, BlocKind, Established, Level, UnitJoined},
    grant::{Given, GrantAct},
    unit::{Registered, UnitAct, UnitKind},
};
use eventlog::SledLog;
use std::{cell::Cell, path::Path, rc::Rc, sync::Arc};
use tokio::{runtime::Builder, task::LocalSet};
use uuid::{Builder as Uuids, Uuid};

/// How many units a bloc has, as in the larger blocs of a province.
pub const UNITS: usize = 20;

/// The first year.
pub const FIRST_YEAR: i64 = 2009;

/// A unit, and the client that acts for it.
#[derive(Clone)]
pub struct Unit {
    pub id: UnitId,
    pub client: ClientId,
}

/// A bloc and its members; the first leads in the first year.
#[derive(Clone)]
pub struct Bloc {
    pub id: BlocId,
    pub units: Vec<Unit>,
}

/// What was written.
pub struct Register {
    pub blocs: Vec<Bloc>,
    /// The years that are complete.
    pub years: Vec<i64>,
    pub facts: u64,
}

impl Register {
    /// Writes `blocs` blocs and their years into a new store: `years` years, or fewer when `facts` facts are reached
    /// before; then opens one more year in which nothing but the registrations and pledges has been done.
    pub fn write(folder: &Path, blocs: usize, facts: usize, years: i64) -> Self {
        let log = SledLog::open(folder).unwrap().confirm_by_reading().unwrap();
        let rebuilt = rebuild(&log, Position(0), |_| {}).unwrap();
        let clock = Arc::new(ScriptedClock::at(moment(FIRST_YEAR, "01-05")));
        let app = App::start(Arc::new(log), rebuilt, Arc::<ScriptedClock>::clone(&clock)).unwrap();
        let house = Rc::new(House { app, clock, random: Cell::new(0x9e37_79b9_7f4a_7c15) });
        let runtime = Builder::new_current_thread().enable_all().build().unwrap();
        let register = LocalSet::new().block_on(&runtime, build(Rc::clone(&house), blocs, facts, years));
        drop(runtime);
        match Rc::try_unwrap(house) {
            Ok(house) => house.app.stop(),
            Err(_) => panic!("a story is still being told"),
        }
        register
    }
}

/// The application, its clock, and what makes each run the same.
pub struct House {
    pub app: App,
    clock: Arc<ScriptedClock>,
    random: Cell<u64>,
}

impl House {
    /// A random number (xorshift64*).
    pub fn number(&self) -> u64 {
        let mut state = self.random.get();
        state ^= state >> 12;
        state ^= state << 25;
        state ^= state >> 27;
        self.random.set(state);
        state.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    pub fn bytes(&self) -> [u8; 16] {
        (u128::from(self.number()) << 64 | u128::from(self.number())).to_be_bytes()
    }

    pub fn uuid(&self) -> Uuid {
        Uuids::from_random_bytes(self.bytes()).into_uuid()
    }

    /// Lets a client act; the rules must agree.
    pub async fn act(&self, client: &ClientId, act: Act) -> Receipt {
        let documents = if self.number().is_multiple_of(4) {
            vec![DocumentNumber::new(&format!("{}/HD-UBND", 1 + self.number() % 3000)).unwrap()]
        } else {
            Vec::new()
        };
        let request = Request {
            client: client.clone(),
            key: KeyHash(self.bytes()),
            fingerprint: Fingerprint(self.bytes()),
            id: RequestId(self.uuid()),
            causation: None,
            effective_on: None,
            basis: Basis { documents, illustrative: false },
            expected: None,
            act,
        };
        self.app.execute(request).await.unwrap_or_else(|failure| panic!("{client} was refused: {failure:?}"))
    }
}

/// A day at eight in the morning.
pub fn moment(year: i64, day: &str) -> Timestamp {
    format!("{year}-{day}T08:00:00+07:00").parse().unwrap()
}

pub fn name(text: &str) -> LocalisedName {
    LocalisedName { vi: Name::new(text).unwrap(), en: None }
}

pub fn client(text: &str) -> ClientId {
    ClientId::new(text).unwrap()
}

async fn build(house: Rc<House>, blocs: usize, facts: usize, years: i64) -> Register {
    let registry = client("registry");
    house.act(&registry, Act::Found(GrantId(house.uuid()), registry.clone())).await;
    let official = Role::Official { bloc: None };
    give(&house, &registry, &client("so-noi-vu"), official).await;
    let blocs = for_each((0..blocs).collect(), |number| {
        let (house, registry) = (Rc::clone(&house), registry.clone());
        async move { establish(&house, &registry, number).await }
    })
    .await;
    let mut written = Vec::new();
    for year in FIRST_YEAR.. {
        let complete = (year - FIRST_YEAR) < years && house.app.head().0 < facts as u64;
        for (chapter, day) in story::CHAPTERS.iter().zip(["02-10", "07-05", "12-20"]) {
            house.clock.set(moment(year, day));
            for_each(blocs.clone(), |bloc| {
                let house = Rc::clone(&house);
                async move { story::tell(&house, &bloc, year, *chapter).await }
            })
            .await;
            if !complete {
                return Register { blocs, years: written, facts: house.app.head().0 };
            }
        }
        written.push(year);
    }
    unreachable!("the years do not end")
}

/// Does the same for many at the same time, so that the writer has groups to write.
async fn for_each<T, R, F>(items: Vec<T>, work: impl Fn(T) -> F) -> Vec<R>
where
    R: 'static,
    F: Future<Output = R> + 'static,
{
    let tasks: Vec<_> = items.into_iter().map(|item| tokio::task::spawn_local(work(item))).collect();
    let mut results = Vec::with_capacity(tasks.len());
    for task in tasks {
        results.push(task.await.unwrap());
    }
    results
}

async fn establish(house: &House, registry: &ClientId, number: usize) -> Bloc {
    let id = BlocId(house.uuid());
    let established = Established {
        name: name(&format!("Khối thi đua số {number} các cơ quan chuyên môn cấp tỉnh")),
        kind: BlocKind::Khoi,
        level: Level::Province,
        place: Some(Name::new("Tỉnh Quảng Trị").unwrap()),
        stated_size: None,
        note: None,
    };
    house.act(registry, Act::Bloc(id, BlocAct::Establish(established))).await;
    let mut units = Vec::new();
    for place in 0..UNITS {
        let unit = Unit { id: UnitId(house.uuid()), client: client(&format!("portal-{number}-{place}")) };
        let registered = Registered {
            name: name(&format!("Sở Nông nghiệp và Môi trường số {number}-{place}")),
            kind: UnitKind::StateAgency,
            place: None,
            identifiers: Vec::new(),
        };
        house.act(registry, Act::Unit(unit.id, UnitAct::Register(registered))).await;
        house.act(registry, Act::Bloc(id, BlocAct::Join(UnitJoined { unit: unit.id }))).await;
        give(house, registry, &unit.client, Role::UnitOfficer { unit: unit.id }).await;
        units.push(unit);
    }
    Bloc { id, units }
}

async fn give(house: &House, registry: &ClientId, client: &ClientId, role: Role) {
    let given = Given { client: client.clone(), role, until: None, person: None };
    house.act(registry, Act::Grant(GrantId(house.uuid()), GrantAct::Give(given))).await;
}
