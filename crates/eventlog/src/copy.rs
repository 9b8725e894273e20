//! Moving house: the facts of one log, and what stands aside, into another, whatever stores they are. Positions, bytes and
//! hashes stay what they are. A copy that was interrupted goes on where it ended.

use crate::{
    AsideChange, AsideEntries, Commit, EventLog, Fact, LogError, files::hex, pages, verify::Progress,
};
use domain::{Envelope, Position};
use serde::Serialize;
use std::collections::BTreeMap;
use tlog::RightEdge;

/// A group is closed when it has this many bytes and a request ends.
const GROUP_BYTES: usize = 1 << 20;

/// How many changes aside are made at once.
const CHANGES: usize = 256;

/// What a copy came to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Copied {
    /// How many facts both logs hold.
    pub facts: u64,
    /// How many of them were there before.
    pub before: u64,
    /// How many entries stand aside in both.
    pub aside: u64,
    /// The RFC 6962 root over the facts, in hexadecimal: computed from each log on its own.
    pub root: String,
}

/// Copies `from` into `to`, which must be empty or hold the beginning of the same log, and reads both again. Nobody else
/// may write into `to`; what is written into `from` meanwhile is copied as well.
///
/// # Errors
/// [`LogError::AnotherLog`] when `to` holds other facts; whatever reading or writing fails with.
pub fn copy(
    from: &dyn EventLog,
    to: &dyn EventLog,
    progress: &mut dyn FnMut(Progress),
) -> Result<Copied, LogError> {
    let before = to.head()?;
    if before > from.head()? {
        return Err(LogError::AnotherLog { position: from.head()? });
    }
    let mut edge = same_beginning(from, to, before, progress)?;
    let (head, aside) = loop {
        let (head, aside) = from.moment()?;
        copy_facts(from, to, &mut edge, head, progress)?;
        copy_aside(&aside, to)?;
        if from.moment()? == (head, aside.clone()) {
            break (head, aside);
        }
    };
    let root = edge.root();
    let copied = edge_of(to, head, &mut |_| ())?;
    if copied.root() != root || to.moment()? != (head, aside.clone()) {
        return Err(LogError::damaged(head, "what was copied is not what is read back"));
    }
    Ok(Copied { facts: head.0, before: before.0, aside: aside.len() as u64, root: hex(&root) })
}

/// Compares the first facts of both logs, byte by byte; their tree.
fn same_beginning(
    from: &dyn EventLog,
    to: &dyn EventLog,
    end: Position,
    progress: &mut dyn FnMut(Progress),
) -> Result<RightEdge, LogError> {
    let mut edge = RightEdge::default();
    for page in pages(to, Position(0)..end) {
        let at = Position(edge.size());
        let page = page?;
        let until = page.end().min(end);
        let theirs = from.read(at, usize::try_from(until.0 - at.0).unwrap_or(usize::MAX))?;
        for ((position, bytes), their) in page.facts(at..until).zip(&theirs) {
            if their.bytes != bytes {
                return Err(LogError::AnotherLog { position });
            }
            edge.push(tlog::leaf_hash(bytes));
        }
        if edge.size() < until.0 {
            return Err(LogError::damaged(Position(edge.size()), "the log ends before its head"));
        }
        progress(Progress { done: edge.size(), total: end.0 });
    }
    Ok(edge)
}

/// The tree over the first facts of a log.
fn edge_of(
    log: &dyn EventLog,
    end: Position,
    progress: &mut dyn FnMut(Progress),
) -> Result<RightEdge, LogError> {
    let mut edge = RightEdge::default();
    for page in pages(log, Position(0)..end) {
        page?.facts(Position(edge.size())..end).for_each(|(_, bytes)| edge.push(tlog::leaf_hash(bytes)));
        progress(Progress { done: edge.size(), total: end.0 });
    }
    Ok(edge)
}

fn copy_facts(
    from: &dyn EventLog,
    to: &dyn EventLog,
    edge: &mut RightEdge,
    end: Position,
    progress: &mut dyn FnMut(Progress),
) -> Result<(), LogError> {
    let mut groups = Groups::default();
    for page in pages(from, Position(edge.size())..end) {
        for (position, bytes) in page?.facts(Position(edge.size())..end) {
            edge.push(tlog::leaf_hash(bytes));
            if let Some(group) = groups.push(fact(position, bytes)?) {
                write(to, &group, &[])?;
                progress(Progress { done: position.0, total: end.0 });
            }
        }
    }
    // A head stands where a request ends: what is left is whole.
    let rest = groups.rest();
    if !rest.is_empty() {
        write(to, &rest, &[])?;
        progress(Progress { done: end.0, total: end.0 });
    }
    Ok(())
}

/// Facts in groups to be written, none of which ends within a request.
#[derive(Default)]
pub(crate) struct Groups {
    open: Vec<Fact>,
    bytes: usize,
}

impl Groups {
    /// Takes the next fact; the group before it, when that is large enough.
    pub(crate) fn push(&mut self, fact: Fact) -> Option<Vec<Fact>> {
        let request = |fact: &Fact| fact.envelope.request.key;
        let continues = self.open.last().is_some_and(|last| request(last) == request(&fact));
        let closed = (self.bytes >= GROUP_BYTES && !continues).then(|| self.rest());
        self.bytes += fact.bytes.len();
        self.open.push(fact);
        closed
    }

    /// What no group has had yet.
    pub(crate) fn rest(&mut self) -> Vec<Fact> {
        self.bytes = 0;
        std::mem::take(&mut self.open)
    }
}

/// A fact from its bytes.
pub(crate) fn fact(position: Position, bytes: &[u8]) -> Result<Fact, LogError> {
    let envelope = Envelope::read(bytes).map_err(|error| LogError::damaged(position, error.to_string()))?;
    Ok(Fact { envelope, bytes: bytes.to_vec() })
}

/// Makes what stands aside the same: what is missing or other is put, what is too much removed.
fn copy_aside(wanted: &AsideEntries, to: &dyn EventLog) -> Result<(), LogError> {
    let mut there: BTreeMap<_, _> = to.aside(b"")?.into_iter().collect();
    let mut changes = Vec::new();
    for (key, value) in wanted {
        if there.remove(key).as_ref() != Some(value) {
            changes.push(AsideChange::Put(key.clone(), value.clone()));
        }
    }
    changes.extend(there.into_keys().map(AsideChange::Remove));
    changes.chunks(CHANGES).try_for_each(|changes| write(to, &[], changes))
}

/// Writes a group. A turn may be lost with a connection, but nobody else may have written.
fn write(to: &dyn EventLog, facts: &[Fact], changes: &[AsideChange]) -> Result<(), LogError> {
    loop {
        let head = match facts.first() {
            Some(first) => first.envelope.position,
            None => to.head()?,
        };
        let turn = to.turn(head)?;
        if let Some(missed) = turn.missed().first() {
            return Err(LogError::AnotherLog { position: missed.position });
        }
        if turn.commit(facts, changes)? == Commit::Durable {
            return Ok(());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{MemoryLog, SledLog, contract::Samples, put_aside};

    fn memory(facts: &[Fact]) -> MemoryLog {
        let log = MemoryLog::default();
        write(&log, facts, &[AsideChange::Put(b"a".to_vec(), b"1".to_vec())]).unwrap();
        log
    }

    fn count(progress: &mut Vec<u64>) -> impl FnMut(Progress) {
        |now| progress.push(now.done)
    }

    #[test]
    fn a_log_moves_to_another_store_and_back() {
        let facts = Samples::new(51).facts(6_000);
        let first = memory(&facts);
        let folder = tempfile::tempdir().unwrap();
        let sled = SledLog::open(folder.path()).unwrap().confirm_by_reading().unwrap();
        let mut told = Vec::new();
        let there = copy(&first, &sled, &mut count(&mut told)).unwrap();
        assert_eq!((there.facts, there.before, there.aside), (6_000, 0, 1));
        assert!(told.len() > 2 && told.is_sorted(), "{told:?}");
        let back = MemoryLog::default();
        assert_eq!(copy(&sled, &back, &mut |_| ()).unwrap(), there);
        assert_eq!(back.moment().unwrap(), first.moment().unwrap());
        assert_eq!(back.read(Position(0), 6_000).unwrap(), first.read(Position(0), 6_000).unwrap());
    }

    #[test]
    fn no_group_ends_within_a_request() {
        let mut facts = Samples::new(54).facts(9_000);
        // Requests of one, two and three facts, so that groups full of bytes end anywhere in them.
        let mut at = 0;
        while at + 6 < facts.len() {
            facts[at + 2].envelope.request.key = facts[at + 1].envelope.request.key;
            facts[at + 4].envelope.request.key = facts[at + 3].envelope.request.key;
            facts[at + 5].envelope.request.key = facts[at + 3].envelope.request.key;
            at += 6;
        }
        let mut groups = Groups::default();
        let mut made: Vec<_> = facts.iter().filter_map(|fact| groups.push(fact.clone())).collect();
        made.push(groups.rest());
        assert!(made.len() > 3, "{} groups", made.len());
        let ends = made.windows(2).map(|two| (two[0].last().unwrap(), two[1].first().unwrap()));
        for (last, first) in ends {
            assert_ne!(last.envelope.request.key, first.envelope.request.key);
        }
        let again: Vec<_> = made.concat().into_iter().map(|fact| fact.bytes).collect();
        assert_eq!(again, facts.into_iter().map(|fact| fact.bytes).collect::<Vec<_>>());
    }

    #[test]
    fn a_copy_that_was_interrupted_goes_on_and_what_stands_aside_is_made_the_same() {
        let facts = Samples::new(52).facts(300);
        let (from, to) = (memory(&facts), memory(&facts[..123]));
        put_aside(&to, &[AsideChange::Put(b"b".to_vec(), vec![]), AsideChange::Put(b"a".to_vec(), vec![])])
            .unwrap();
        let copied = copy(&from, &to, &mut |_| ()).unwrap();
        assert_eq!((copied.facts, copied.before), (300, 123));
        assert_eq!(to.moment().unwrap(), from.moment().unwrap());
        assert_eq!(copy(&from, &to, &mut |_| ()).unwrap().before, 300);
    }

    #[test]
    fn another_log_is_not_written_into() {
        let facts = Samples::new(53).facts(100);
        let mut other = facts.clone();
        other[40].bytes[20] ^= 1;
        let (from, to) = (memory(&facts), memory(&other[..50]));
        let refused = copy(&from, &to, &mut |_| ());
        assert!(matches!(refused, Err(LogError::AnotherLog { position: Position(40) })), "{refused:?}");
        assert_eq!(to.head().unwrap(), Position(50));
        let longer = copy(&to, &from, &mut |_| ());
        assert!(matches!(longer, Err(LogError::AnotherLog { position: Position(50) })), "{longer:?}");
    }
}
