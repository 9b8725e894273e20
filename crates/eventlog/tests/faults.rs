//! What a disk or a crash can do to a sled store: it is refused or read whole, never silently wrong.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test fails by panicking"
)]

mod common;

use common::{commit, copy, open, read, write};
use domain::Position;
use std::{
    fs::{self, OpenOptions},
    os::unix::fs::FileExt,
    path::{Path, PathBuf},
    process::Command,
};
use thidua_eventlog::{
    AsideChange, Commit, EventLog, Fact, LogError, contract::Samples, verify::verify_folder,
};

fn snapshots(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.filter(|path| path.file_name().unwrap().to_string_lossy().starts_with("snap.")).collect()
}

/// How far the store's file is written: what lies behind is room made of zeros.
fn written(store: &Path) -> u64 {
    let bytes = fs::read(store.join("db")).unwrap();
    bytes.iter().rposition(|byte| *byte != 0).unwrap() as u64 + 1
}

#[test]
fn a_log_that_lost_its_end_is_refused() {
    let place = tempfile::tempdir().unwrap();
    let store = place.path().join("store");
    write(&store, 3_000);
    let bytes = written(&store);
    for kept in [0, 10, 50, 80] {
        let cut = place.path().join(format!("cut-{kept}"));
        copy(&store, &cut);
        OpenOptions::new().write(true).open(cut.join("db")).unwrap().set_len(bytes * kept / 100).unwrap();
        let refused = read(&cut).err().unwrap_or_else(|| panic!("{kept} % of the file passed for all of it"));
        assert!(refused.to_string().contains("thidua store restore"), "{refused}");
    }
    let gone = place.path().join("gone");
    copy(&store, &gone);
    fs::remove_file(gone.join("db")).unwrap();
    assert!(matches!(read(&gone), Err(LogError::BehindTip { tip: Position(3_000), log: Position(0) })));
}

#[test]
fn flipped_bytes_are_refused_or_read_whole() {
    let place = tempfile::tempdir().unwrap();
    let store = place.path().join("store");
    let mut facts = write(&store, 6_000);
    // Opened once more, so that sled has a snapshot of the log, and written after it.
    let log = open(&store).unwrap();
    let mut samples = Samples::new(31);
    samples.facts(6_000);
    let more = samples.facts(1_000);
    more.chunks(10).for_each(|group| commit(&log, group).unwrap());
    log.close().unwrap();
    facts.extend(more.into_iter().map(|fact| fact.bytes));
    assert!(!snapshots(&store).is_empty(), "this test is about a store that has a snapshot");

    let (mut refused, bytes) = (0, written(&store));
    for with_snapshot in [true, false] {
        for percent in [5, 20, 50, 80, 95] {
            let hurt = place.path().join(format!("hurt-{percent}-{with_snapshot}"));
            copy(&store, &hurt);
            if !with_snapshot {
                snapshots(&hurt).into_iter().for_each(|path| fs::remove_file(path).unwrap());
            }
            let db = OpenOptions::new().read(true).write(true).open(hurt.join("db")).unwrap();
            let mut four = [0; 4];
            let at = bytes * percent / 100;
            db.read_exact_at(&mut four, at).unwrap();
            db.write_all_at(&four.map(|byte| !byte), at).unwrap();
            match read(&hurt) {
                // A byte of a segment that holds nothing any more.
                Ok(read) => {
                    assert!(read == facts, "{percent} %, snapshot {with_snapshot}: other facts in silence");
                }
                Err(error) => {
                    refused += 1;
                    assert!(error.to_string().contains("thidua store restore"), "{percent} %: {error}");
                }
            }
        }
    }
    assert!(refused >= 3, "only {refused} of 10 flips were noticed: does this test still hit the log?");
}

#[test]
fn a_damaged_snapshot_is_set_aside_and_nothing_is_lost() {
    let place = tempfile::tempdir().unwrap();
    let facts = write(place.path(), 2_000);
    assert!(read(place.path()).unwrap() == facts);
    let found = snapshots(place.path());
    assert!(!found.is_empty());
    found.iter().for_each(|path| fs::write(path, "").unwrap());
    assert!(read(place.path()).unwrap() == facts);
    let kept = fs::read_dir(place.path().join("set-aside")).unwrap().count();
    assert_eq!(kept, found.len());
    // Half a snapshot, and one that was being written.
    let found = snapshots(place.path());
    for path in &found {
        let whole = fs::read(path).unwrap();
        fs::write(path, &whole[..whole.len() / 2]).unwrap();
    }
    fs::write(place.path().join("snap.00000000000000FF.generating"), "half").unwrap();
    assert!(read(place.path()).unwrap() == facts);
}

#[test]
fn the_ring_is_reused_over_many_pages() {
    let place = tempfile::tempdir().unwrap();
    let mut samples = Samples::new(34);
    let mut facts = Vec::new();
    for round in 0..30_usize {
        let log = open(place.path()).unwrap();
        assert!(
            log.read(Position(0), usize::MAX).unwrap().iter().map(|stored| &stored.bytes).eq(&facts),
            "{round}"
        );
        // Many small groups leave many slots behind; noise takes several slots at once.
        for size in 0..40 {
            let group = if size % 13 == round % 13 {
                vec![samples.noisy_fact(700 * size + 1)]
            } else {
                samples.facts(size % 3 + 1)
            };
            commit(&log, &group).unwrap();
            facts.extend(group.into_iter().map(|fact| fact.bytes));
        }
        assert_eq!(log.blobs().unwrap(), 0);
        // Not closed but dropped.
    }
    assert!(read(place.path()).unwrap() == facts);
}

#[test]
fn facts_that_do_not_compress_stay_in_the_one_file() {
    let place = tempfile::tempdir().unwrap();
    let log = open(place.path()).unwrap();
    let mut samples = Samples::new(35);
    for round in 0..150 {
        let group: Vec<_> = (0..round % 4 + 1).map(|_| samples.noisy_fact(6_990)).collect();
        let aside = AsideChange::Put(vec![round], samples.noise(7_000));
        assert_eq!(log.turn(log.head().unwrap()).unwrap().commit(&group, &[aside]).unwrap(), Commit::Durable);
        assert_eq!(log.blobs().unwrap(), 0, "round {round}");
    }
}

/// The process that fills its disk is this test again, started with a limit on the size of files.
#[test]
fn on_a_full_disk_nothing_acknowledged_is_lost() {
    const ROLE: &str = "THIDUA_TEST_FILLS_THE_DISK_AT";
    if let Some(store) = std::env::var_os(ROLE) {
        return fill_the_disk(Path::new(&store));
    }
    let place = tempfile::tempdir().unwrap();
    let store = place.path().join("store");
    write(&store, 100);
    let this = std::env::current_exe().unwrap();
    // 8,192 blocks of 512 bytes; the signal is ignored so that a write fails as it does on a full disk.
    let script = "trap '' XFSZ; ulimit -f 8192; exec \"$0\" --exact on_a_full_disk_nothing_acknowledged_is_lost --nocapture";
    let output = Command::new("sh").args(["-c", script]).arg(this).env(ROLE, &store).output().unwrap();
    let said =
        String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    let acknowledged: usize =
        said.split("acknowledged ").nth(1).unwrap().split_whitespace().next().unwrap().parse().unwrap();
    assert!(acknowledged > 200, "{said}");

    let read = read(&store).unwrap();
    let expected = after_the_first_hundred(read.len());
    assert!(read.len() >= acknowledged, "{} of {acknowledged}", read.len());
    assert!(read[100..] == expected);
    verify_folder(&store, &mut |_| ()).unwrap();
}

fn after_the_first_hundred(count: usize) -> Vec<Vec<u8>> {
    Samples::new(31).facts(count).into_iter().skip(100).map(|fact| fact.bytes).collect()
}

fn fill_the_disk(store: &Path) {
    let log = open(store).unwrap();
    let mut samples = Samples::new(31);
    samples.facts(100);
    let failure = (0..100_000).find_map(|_| commit(&log, &samples.facts(5)).err());
    let failure = failure.expect("the disk never filled");
    let head = log.head().unwrap();
    println!("acknowledged {head} then {failure:?}");
    assert!(matches!(log.turn(head), Err(LogError::ReadOnly { .. })), "a failed log must take no turn");
    // sled refuses to read its file after a failed write; what is in memory is still given out, up to the head.
    let last = log.page(Position(head.0 - 1)).unwrap();
    assert_eq!(last.end(), head);
    if let Ok(facts) = log.read(Position(0), usize::MAX) {
        assert_eq!(facts.len() as u64, head.0);
    }
}

/// The pieces of the last group that lie in a tree: every key of `after` with a value that `before` has not. A place
/// that is laid out but not filled has an empty one.
fn new_keys(before: &Path, after: &Path, tree: &str) -> Vec<sled::IVec> {
    let keys = |folder: &Path| -> Vec<_> {
        let db = sled::open(folder).unwrap();
        let entries = db.open_tree(tree).unwrap().iter().map(|entry| entry.unwrap());
        entries.filter(|(_, value)| !value.is_empty()).map(|(key, _)| key).collect()
    };
    let known = keys(before);
    keys(after).into_iter().filter(|key| !known.contains(key)).collect()
}

#[test]
fn a_group_that_was_cut_short_is_undone_and_can_be_written_again() {
    let place = tempfile::tempdir().unwrap();
    let before = place.path().join("before");
    let facts = write(&before, 12);
    let mut samples = Samples::new(31);
    samples.facts(12);
    let fragment = vec![samples.clone().noisy_fact(9_000)];
    let page = vec![samples.clone().noisy_fact(30_000)];
    let pages = samples.clone().facts(200);
    for (tree, group, least) in [("tail", fragment, 2), ("pages", page, 5), ("pages", pages, 5)] {
        cut_short(place.path(), &facts, tree, &group, least, 1);
    }
}

#[test]
fn pages_that_waited_are_still_in_the_tail_when_writing_them_is_cut_short() {
    let place = tempfile::tempdir().unwrap();
    let facts = write(&place.path().join("before"), 3_000);
    let mut samples = Samples::new(31);
    samples.facts(3_000);
    cut_short(place.path(), &facts, "pages", &[samples.noisy_fact(30_000)], 80, 17);
}

/// Commits a group to a copy of the store in `before`, and leaves only every so many of its pieces.
fn cut_short(place: &Path, facts: &[Vec<u8>], tree: &str, group: &[Fact], least: usize, every: usize) {
    let (before, after, cut) = (place.join("before"), place.join("after"), place.join("cut"));
    let _ = fs::remove_dir_all(&after);
    copy(&before, &after);
    let log = open(&after).unwrap();
    commit(&log, group).unwrap();
    log.close().unwrap();
    let pieces = new_keys(&before, &after, tree);
    assert!(pieces.len() >= least, "{} pieces in {tree}", pieces.len());
    for kept in (0..pieces.len()).step_by(every) {
        let _ = fs::remove_dir_all(&cut);
        copy(&after, &cut);
        fs::copy(before.join("tip"), cut.join("tip")).unwrap();
        let db = sled::open(&cut).unwrap();
        for key in pieces[kept..].iter().rev() {
            db.open_tree(tree).unwrap().remove(key).unwrap();
        }
        drop(db);
        assert!(read(&cut).unwrap() == facts, "{kept} of {} pieces in {tree}", pieces.len());
        let log = open(&cut).unwrap();
        commit(&log, &group[..1]).unwrap();
        log.close().unwrap();
        assert_eq!(read(&cut).unwrap().len(), facts.len() + 1);
    }
}
