//! Snapshots over a log in memory: what is begun with one is what reading the log whole gives, and one that is not right in
//! every respect is none.

use super::{SnapshotFile, Unusable, begin, keeper::Work, written::write};
use crate::{
    App, ScriptedClock,
    rebuild::rebuild,
    tests::{Service, register, start},
};
use domain::{Position, UnitId};
use eventlog::{AsideEntries, EventLog, LogError, MemoryLog, Page, Tip, Turn};
use std::{fs, path::Path, sync::Arc};
use tlog::RightEdge;
use uuid::Uuid;

async fn registers(service: &Service, numbers: std::ops::Range<u128>) {
    for number in numbers {
        let unit = UnitId(Uuid::from_u128(1000 + number));
        service.asks("registry", register(unit, &format!("Hội {number}"))).await.unwrap();
    }
}

fn memory() -> Arc<dyn EventLog> {
    Arc::new(MemoryLog::default())
}

/// What a tip record of the first facts of a log says.
fn tip(log: &dyn EventLog, facts: usize) -> Tip {
    let mut edge = RightEdge::default();
    log.read(Position(0), facts).unwrap().iter().for_each(|fact| edge.push(tlog::leaf_hash(&fact.bytes)));
    Tip::of(&edge)
}

/// A log of so many facts and its snapshot; the service over it goes on.
async fn written(folder: &Path, facts: u128) -> (Arc<dyn EventLog>, Service, SnapshotFile) {
    let log = memory();
    let service = Service::founded(Arc::clone(&log)).await;
    registers(&service, 1..facts).await;
    let file = SnapshotFile::in_folder(folder);
    write(&service.app.shared, &file).unwrap();
    (log, service, file)
}

/// Begins with the file and holds the outcome against the log read whole; how many facts were taken from the file.
fn begun(log: &dyn EventLog, tip: &Tip, file: &SnapshotFile) -> u64 {
    let (begun, taken) = begin(log, tip, Some(file), |_| {}).unwrap();
    let whole = rebuild(log, tip.position, |_| {}).unwrap();
    assert!(begun.views == whole.views, "{taken} facts from the snapshot");
    assert_eq!((begun.tiles.root(), begun.tree), (whole.tiles.root(), whole.tree));
    taken.0
}

#[tokio::test]
async fn a_snapshot_and_what_follows_it_are_the_log_read_whole() {
    let folder = tempfile::tempdir().unwrap();
    let (log, service, file) = written(folder.path(), 300).await;
    assert_eq!(begun(log.as_ref(), &tip(log.as_ref(), 300), &file), 300);
    registers(&service, 300..1400).await;
    // The tip record may be behind the snapshot, at it, or beyond it.
    for known in [0, 12, 299, 300, 301, 1400] {
        assert_eq!(begun(log.as_ref(), &tip(log.as_ref(), known), &file), 300, "tip at {known}");
    }
    assert!(file.path().exists());
}

#[tokio::test]
async fn a_snapshot_written_while_facts_are_recorded_is_of_one_moment() {
    let folder = tempfile::tempdir().unwrap();
    let (log, service, file) = written(folder.path(), 50).await;
    let shared = Arc::clone(&service.app.shared);
    let writing = {
        let file = file.clone();
        std::thread::spawn(move || {
            (0..20).map(|_| write(&shared, &file).unwrap().facts.0).collect::<Vec<_>>()
        })
    };
    registers(&service, 50..600).await;
    let moments = writing.join().unwrap();
    assert!(moments.is_sorted());
    assert_eq!(Some(&begun(log.as_ref(), &tip(log.as_ref(), 600), &file)), moments.last());
}

#[tokio::test]
async fn a_byte_changed_or_cut_off_anywhere_makes_it_none() {
    let folder = tempfile::tempdir().unwrap();
    let (log, _service, file) = written(folder.path(), 40).await;
    let whole = fs::read(file.path()).unwrap();
    let tip = tip(log.as_ref(), 40);
    let step = whole.len() / 60;
    for at in (0..whole.len()).step_by(step).chain([whole.len() - 1]) {
        let mut flipped = whole.clone();
        flipped[at] ^= 1;
        for bytes in [&flipped[..], &whole[..at]] {
            fs::write(file.path(), bytes).unwrap();
            assert_eq!(begun(log.as_ref(), &tip, &file), 0, "byte {at} of {}", bytes.len());
            let refused = !file.path().exists();
            assert!(refused || at < 120, "only one that names another build stays where it is");
        }
    }
    fs::write(file.path(), whole).unwrap();
    assert_eq!(begun(log.as_ref(), &tip, &file), 40);
}

#[tokio::test]
async fn one_of_another_build_or_of_another_log_or_ahead_of_its_log_is_none() {
    let folder = tempfile::tempdir().unwrap();
    let (log, _service, file) = written(folder.path(), 40).await;
    let tip_of = |log: &dyn EventLog| tip(log, 40);
    let other_build = SnapshotFile { build: "0.1.0+0000000000000000".to_owned(), ..file.clone() };
    let loaded = other_build.load(log.as_ref(), &tip_of(log.as_ref()));
    assert!(matches!(loaded, Err(Unusable::OtherBuild)));
    assert_eq!(begun(log.as_ref(), &tip_of(log.as_ref()), &other_build), 0);
    assert!(file.path().exists(), "it may still be of use to the build that wrote it");

    // As long, with other ids and salts: found by its tip record, and without one by its last facts.
    let (other, _other, _) = written(tempfile::tempdir().unwrap().path(), 40).await;
    for known in [tip_of(other.as_ref()), Tip::empty()] {
        assert!(matches!(file.load(other.as_ref(), &known), Err(Unusable::OtherLog(_))));
    }
    assert_eq!(begun(other.as_ref(), &tip_of(other.as_ref()), &file), 0);
    assert!(!file.path().exists() && file.path().with_extension("refused").exists());

    let (_, _longer, file) = written(folder.path(), 41).await;
    assert!(matches!(file.load(log.as_ref(), &Tip::empty()), Err(Unusable::Ahead { .. })));
    assert_eq!(begun(log.as_ref(), &tip_of(log.as_ref()), &file), 0);
}

#[tokio::test]
async fn what_a_process_left_behind_that_was_killed_while_writing_does_no_harm() {
    let folder = tempfile::tempdir().unwrap();
    let (log, service, file) = written(folder.path(), 30).await;
    let torn = &fs::read(file.path()).unwrap()[..500];
    fs::write(file.path().with_extension("new"), torn).unwrap();
    assert_eq!(begun(log.as_ref(), &tip(log.as_ref(), 30), &file), 30);
    registers(&service, 30..35).await;
    write(&service.app.shared, &file).unwrap();
    assert_eq!(begun(log.as_ref(), &tip(log.as_ref(), 35), &file), 35);
}

/// A log of which one fact was altered after a snapshot was written.
struct Altered {
    inner: Arc<dyn EventLog>,
    at: Position,
}

impl EventLog for Altered {
    fn turn(&self, seen: Position) -> Result<Box<dyn Turn + '_>, LogError> {
        self.inner.turn(seen)
    }

    fn page(&self, from: Position) -> Result<Arc<Page>, LogError> {
        let page = self.inner.page(from)?;
        let mut altered = Page::new(page.first());
        for (at, bytes) in page.iter() {
            let text = String::from_utf8(bytes.to_vec()).unwrap();
            let text = if at == self.at { text.replace("Hội", "Hôi") } else { text };
            altered.push(text.as_bytes());
        }
        Ok(Arc::new(altered))
    }

    fn head(&self) -> Result<Position, LogError> {
        self.inner.head()
    }

    fn aside(&self, prefix: &[u8]) -> Result<AsideEntries, LogError> {
        self.inner.aside(prefix)
    }

    fn moment(&self) -> Result<(Position, AsideEntries), LogError> {
        self.inner.moment()
    }
}

#[tokio::test]
async fn a_fact_altered_behind_the_snapshot_is_found_and_ends_writing() {
    let folder = tempfile::tempdir().unwrap();
    let (inner, _service, file) = written(folder.path(), 3000).await;
    let known = tip(inner.as_ref(), 3000);
    let clock = Arc::new(ScriptedClock::at("2026-01-06T02:00:00Z".parse().unwrap()));
    let compare = |log: Arc<dyn EventLog>| {
        let (rebuilt, taken) = begin(log.as_ref(), &known, Some(&file), |_| {}).unwrap();
        assert_eq!(taken, Position(3000));
        let app = App::start(log, rebuilt, Arc::clone(&clock) as _).unwrap();
        let mut work = Work::new(Arc::clone(&app.shared), file.clone(), 1, taken);
        while work.is_comparing() && work.compare() {}
        (app.is_read_only(), work.is_comparing())
    };
    assert_eq!(compare(Arc::clone(&inner)), (false, false));
    let altered = Arc::new(Altered { inner: Arc::clone(&inner), at: Position(700) });
    assert_eq!(compare(Arc::clone(&altered) as _), (true, true));
    // The next start has no snapshot to begin with, and says what it said before there were any.
    assert!(!file.path().exists());
    let (whole, taken) = begin(altered.as_ref(), &known, Some(&file), |_| {}).unwrap();
    assert_eq!(taken, Position(0));
    assert_ne!(Tip::of(&whole.tree), known, "which the store calls altered");
}

#[tokio::test]
async fn a_service_that_stops_leaves_a_snapshot_and_one_that_never_came_up_does_not() {
    let folder = tempfile::tempdir().unwrap();
    let log = memory();
    let mut service = Service::founded(Arc::clone(&log)).await;
    let file = SnapshotFile::in_folder(folder.path());
    service.app.keep_snapshots(file.clone(), u64::MAX, Position(0)).unwrap();
    registers(&service, 1..25).await;
    service.app.stop();
    assert_eq!(begun(log.as_ref(), &tip(log.as_ref(), 25), &file), 25);
    fs::remove_file(file.path()).unwrap();
    let clock = Arc::new(ScriptedClock::at("2026-01-06T02:00:00Z".parse().unwrap()));
    let mut app = start(Arc::clone(&log), &clock);
    app.keep_snapshots(file.clone(), u64::MAX, Position(0)).unwrap();
    drop(app);
    assert!(!file.path().exists());
}
