//! A backup is taken while the service writes, brought back byte by byte, and refused when damaged.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test fails by panicking"
)]

use domain::Position;
use std::{
    fs,
    path::{Path, PathBuf},
    sync::Arc,
    thread,
};
use thidua_eventlog::{
    AsideChange, Commit, EventLog, Fact, LogError, MemoryLog, SledLog, backup::backup, contract::Samples,
    restore::restore, verify::verify_folder,
};

fn open(folder: &Path) -> SledLog {
    SledLog::open(folder).unwrap().confirm_by_reading().unwrap()
}

fn commit(log: &dyn EventLog, facts: &[Fact], aside: &[AsideChange]) {
    assert_eq!(log.turn(log.head().unwrap()).unwrap().commit(facts, aside).unwrap(), Commit::Durable);
}

fn everything(log: &dyn EventLog) -> Vec<Vec<u8>> {
    log.read(Position(0), usize::MAX).unwrap().into_iter().map(|stored| stored.bytes).collect()
}

/// A backup of 3,000 facts and some entries aside, in a folder of its own.
fn taken(place: &Path) -> (PathBuf, Arc<MemoryLog>) {
    let log = Arc::new(MemoryLog::default());
    let mut samples = Samples::new(21);
    commit(&*log, &samples.facts(3_000), &[]);
    let entries: Vec<_> =
        (0..300_u16).map(|n| AsideChange::Put(n.to_be_bytes().to_vec(), samples.noise(900))).collect();
    commit(&*log, &[], &entries);
    let folder = place.join("backup");
    let manifest = backup(&*log, &folder, &mut |_| ()).unwrap();
    assert_eq!((manifest.facts, manifest.aside.count), (3_000, 600));
    (folder, log)
}

#[test]
fn a_backup_comes_back_byte_by_byte_and_verifies() {
    let place = tempfile::tempdir().unwrap();
    let (folder, log) = taken(place.path());
    let store = place.path().join("store");
    let mut seen = Vec::new();
    let manifest = restore(&folder, &store, &mut |progress| seen.push(progress.done)).unwrap();
    assert_eq!(seen.last(), Some(&3_000));
    let report = verify_folder(&store, &mut |_| ()).unwrap();
    assert_eq!(
        (report.facts, report.aside, report.tip, &report.root),
        (3_000, 300, Some(3_000), &manifest.root)
    );
    let restored = open(&store);
    assert!(everything(&restored) == everything(&*log));
    assert!(restored.aside(b"").unwrap() == log.aside(b"").unwrap());
}

#[test]
fn an_empty_log_is_backed_up_too() {
    let place = tempfile::tempdir().unwrap();
    let (folder, store) = (place.path().join("backup"), place.path().join("store"));
    backup(&MemoryLog::default(), &folder, &mut |_| ()).unwrap();
    restore(&folder, &store, &mut |_| ()).unwrap();
    assert_eq!(open(&store).head().unwrap(), Position(0));
}

#[test]
fn a_backup_is_taken_while_the_service_writes() {
    let place = tempfile::tempdir().unwrap();
    let log = open(&place.path().join("live"));
    let mut samples = Samples::new(22);
    commit(&log, &samples.facts(2_000), &[]);
    let folder = place.path().join("backup");
    let manifest = thread::scope(|scope| {
        let writer = scope.spawn(|| {
            for n in 0..300_u16 {
                // Each group of three says aside how many facts there are.
                let count = AsideChange::Put(b"count".to_vec(), (2_003 + 3 * n).to_be_bytes().to_vec());
                commit(&log, &samples.facts(3), &[count]);
            }
        });
        while log.head().unwrap() < Position(2_030) {
            thread::yield_now();
        }
        let manifest = backup(&log, &folder, &mut |_| ()).unwrap();
        writer.join().unwrap();
        manifest
    });
    let store = place.path().join("store");
    restore(&folder, &store, &mut |_| ()).unwrap();
    let restored = open(&store);
    let head = usize::try_from(restored.head().unwrap().0).unwrap();
    assert!((2_030..=2_900).contains(&head) && manifest.facts == head as u64, "{head}");
    assert!(everything(&restored) == everything(&log)[..head]);
    let count = restored.aside(b"count").unwrap().remove(0).1;
    assert_eq!(
        usize::from(u16::from_be_bytes(count.try_into().unwrap())),
        head,
        "facts and aside are of two moments"
    );
}

#[test]
fn a_damaged_backup_is_refused_by_its_first_bad_position_and_nothing_is_restored() {
    let place = tempfile::tempdir().unwrap();
    let (folder, _log) = taken(place.path());
    let file = folder.join("segment-000000000000");
    let whole = fs::read(&file).unwrap();
    let store = place.path().join("store");
    let refused = |content: &[u8]| {
        fs::write(&file, content).unwrap();
        let refused = restore(&folder, &store, &mut |_| ());
        assert!(!store.exists() && !place.path().join("store.restoring").exists());
        match refused {
            Err(LogError::BackupDamaged { position, .. }) => position.0,
            other => panic!("{other:?}"),
        }
    };
    let mut before = 0;
    for percent in [0, 5, 20, 50, 80, 95] {
        let at = whole.len() * percent / 100;
        let mut flipped = whole.clone();
        flipped[at] ^= 0x10;
        let position = refused(&flipped);
        // Facts are about equally long, and a frame holds 64 of them.
        let near = 3_000 * percent as u64 / 100;
        assert!(position.abs_diff(near) < 150 && position % 64 == 0, "{percent} %: {position}");
        assert!(position >= before);
        before = position;
        assert!(refused(&whole[..at]).abs_diff(near) < 150);
    }
    assert_eq!(refused(&[whole.as_slice(), b"more"].concat()), 3_000);
    fs::remove_file(&file).unwrap();
    assert!(matches!(
        restore(&folder, &store, &mut |_| ()),
        Err(LogError::BackupDamaged { position: Position(0), .. })
    ));
    fs::write(&file, &whole).unwrap();
    restore(&folder, &store, &mut |_| ()).unwrap();
}

#[test]
fn a_manifest_that_is_missing_or_says_otherwise_is_refused() {
    let place = tempfile::tempdir().unwrap();
    let (folder, _log) = taken(place.path());
    let store = place.path().join("store");
    let path = folder.join("manifest.json");
    let text = fs::read_to_string(&path).unwrap();
    let changes = [
        ("\"facts\": 3000", "\"facts\": 2999"),
        ("\"count\": 3000", "\"count\": 2000"),
        ("\"root\": \"", "\"root\": \"0"),
    ];
    for (from, to) in changes {
        assert!(text.contains(from), "{text}");
        fs::write(&path, text.replace(from, to)).unwrap();
        assert!(matches!(restore(&folder, &store, &mut |_| ()), Err(LogError::BackupDamaged { .. })));
    }
    fs::remove_file(&path).unwrap();
    assert!(matches!(restore(&folder, &store, &mut |_| ()), Err(LogError::BadBackup { .. })));
    assert!(!store.exists());
}

#[test]
fn nothing_that_is_there_is_overwritten() {
    let place = tempfile::tempdir().unwrap();
    let (folder, log) = taken(place.path());
    assert!(matches!(backup(&*log, &folder, &mut |_| ()), Err(LogError::NotEmpty { .. })));
    let store = place.path().join("store");
    fs::create_dir(&store).unwrap();
    fs::write(store.join("something"), "").unwrap();
    assert!(matches!(restore(&folder, &store, &mut |_| ()), Err(LogError::NotEmpty { .. })));
    assert_eq!(fs::read_dir(&store).unwrap().count(), 1);
}
