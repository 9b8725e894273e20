//! Reading everything and believing nothing: checksums, order, envelopes, the chain of each stream, the root.

use crate::{EventLog, LogError, SledLog, Tip, files, pages};
use domain::{Envelope, LeafHash, Position, StreamId, Timestamp, Version};
use serde::Serialize;
use std::{collections::HashMap, path::Path};
use tlog::RightEdge;

/// How far a long piece of work has come, in facts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// Facts dealt with so far.
    pub done: u64,
    /// Facts in all.
    pub total: u64,
}

/// What was found to be whole.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct VerifyReport {
    /// How many facts were read.
    pub facts: u64,
    /// How many streams they belong to.
    pub streams: u64,
    /// How many entries stand aside.
    pub aside: u64,
    /// The RFC 6962 root over all facts, in hexadecimal.
    pub root: String,
    /// The position up to which the root was also compared with a tip record.
    pub tip: Option<u64>,
}

/// Verifies the sled store in a folder that no process has open.
///
/// # Errors
/// As [`verify`] and [`SledLog::open`].
pub fn verify_folder(folder: &Path, progress: &mut dyn FnMut(Progress)) -> Result<VerifyReport, LogError> {
    let opened = SledLog::open(folder)?;
    verify(&opened, Some(opened.tip()), progress)
}

/// Verifies the facts a log holds now; it may be written meanwhile. `tip`, if there is one, is compared on the way.
///
/// # Errors
/// [`LogError::Damaged`] with the first position that is wrong, [`LogError::Altered`], [`LogError::BehindTip`],
/// [`LogError::AsideDamaged`], or whatever reading fails with.
pub fn verify(
    log: &dyn EventLog,
    tip: Option<&Tip>,
    progress: &mut dyn FnMut(Progress),
) -> Result<VerifyReport, LogError> {
    let head = log.head()?;
    if let Some(tip) = tip.filter(|tip| tip.position > head) {
        return Err(LogError::BehindTip { tip: tip.position, log: head });
    }
    let mut verifier = Verifier::default();
    verifier.compare(tip)?;
    for page in pages(log, Position(0)..head) {
        for (position, bytes) in page?.facts(Position(verifier.edge.size())..head) {
            verifier.fact(position, bytes).map_err(|what| LogError::damaged(position, what))?;
            verifier.compare(tip)?;
        }
        progress(Progress { done: verifier.edge.size(), total: head.0 });
    }
    Ok(VerifyReport {
        facts: head.0,
        streams: verifier.streams.len() as u64,
        aside: log.aside(b"")?.len() as u64,
        root: files::hex(&verifier.edge.root()),
        tip: tip.map(|tip| tip.position.0),
    })
}

#[derive(Default)]
struct Verifier {
    edge: RightEdge,
    streams: HashMap<StreamId, (Version, LeafHash)>,
    recorded_at: Option<Timestamp>,
}

impl Verifier {
    /// Checks one fact against all before it.
    fn fact(&mut self, position: Position, bytes: &[u8]) -> Result<(), String> {
        let envelope = Envelope::read(bytes).map_err(|error| error.to_string())?;
        if envelope.position != position {
            return Err(format!("the fact says it stands at position {}", envelope.position));
        }
        let unseen = (Version::default(), LeafHash::NONE);
        let (version, previous) = self.streams.get(&envelope.stream).copied().unwrap_or(unseen);
        if envelope.version != version.next() {
            let expected = version.next();
            return Err(format!(
                "version {} of {} where {expected} comes next",
                envelope.version, envelope.stream
            ));
        }
        if envelope.previous != previous {
            return Err(format!("it does not follow the fact before it in {}", envelope.stream));
        }
        if self.recorded_at.is_some_and(|before| envelope.recorded_at < before) {
            return Err("it is recorded earlier than the fact before it".to_owned());
        }
        let leaf = tlog::leaf_hash(bytes);
        self.edge.push(leaf);
        self.streams.insert(envelope.stream, (envelope.version, LeafHash(leaf)));
        self.recorded_at = Some(envelope.recorded_at);
        Ok(())
    }

    fn compare(&self, tip: Option<&Tip>) -> Result<(), LogError> {
        match tip {
            Some(tip) if tip.position.0 == self.edge.size() && tip.root != self.edge.root() => {
                Err(LogError::Altered { tip: tip.position })
            }
            Some(_) | None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Commit, Fact, MemoryLog, contract::Samples};

    fn log_of(facts: &[Fact]) -> MemoryLog {
        let log = MemoryLog::default();
        assert_eq!(log.turn(Position(0)).unwrap().commit(facts, &[]).unwrap(), Commit::Durable);
        log
    }

    fn verdict(facts: &[Fact]) -> Result<VerifyReport, LogError> {
        verify(&log_of(facts), None, &mut |_| ())
    }

    /// Where the verifier stops when the bytes of fact 600 are changed.
    fn first_bad(change: impl Fn(&mut Envelope)) -> (u64, String) {
        let mut facts = Samples::new(1).facts(4_000);
        change(&mut facts[600].envelope);
        facts[600].bytes = serde_json::to_vec(&facts[600].envelope).unwrap();
        facts[600].envelope.position = Position(600);
        match verdict(&facts) {
            Err(LogError::Damaged { position, what }) => (position.0, what),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_whole_log_is_counted() {
        let facts = Samples::new(1).facts(800);
        let mut edge = RightEdge::default();
        facts.iter().for_each(|fact| edge.push(tlog::leaf_hash(&fact.bytes)));
        let tip = Tip::of(&edge);
        let mut seen = Vec::new();
        let report = verify(&log_of(&facts), Some(&tip), &mut |progress| seen.push(progress)).unwrap();
        assert_eq!((report.facts, report.tip, report.root), (800, Some(800), files::hex(&tip.root)));
        assert!((300..=500).contains(&report.streams), "{}", report.streams);
        assert_eq!(seen.last(), Some(&Progress { done: 800, total: 800 }));
        assert!(seen.is_sorted_by_key(|progress| progress.done));
    }

    #[test]
    fn the_first_bad_fact_is_named() {
        assert_eq!(first_bad(|e| e.position = Position(601)).0, 600);
        assert_eq!(first_bad(|e| e.version = e.version.next()).0, 600);
        assert_eq!(first_bad(|e| e.previous = LeafHash([1; 32])).0, 600);
        assert_eq!(first_bad(|e| e.recorded_at = Timestamp::from_millis(0)).0, 600);
    }

    #[test]
    fn another_salt_breaks_the_stream_at_its_next_fact() {
        let (position, what) = first_bad(|e| e.salt.0[0] ^= 1);
        assert!(position > 600 && what.contains("does not follow"), "{position}: {what}");
    }

    #[test]
    fn bytes_that_are_no_envelope_are_named() {
        let mut samples = Samples::new(1);
        let mut facts = samples.facts(10);
        facts.push(samples.noisy_fact(300));
        assert!(matches!(verdict(&facts), Err(LogError::Damaged { position: Position(10), .. })));
    }

    #[test]
    fn a_tip_of_another_past_and_a_tip_of_a_longer_log_are_refused() {
        let facts = Samples::new(1).facts(10);
        let log = log_of(&facts);
        for size in [0, 4, 10] {
            let tip = Tip { position: Position(size), root: [7; 32] };
            let refused = verify(&log, Some(&tip), &mut |_| ());
            assert!(
                matches!(refused, Err(LogError::Altered { tip: Position(p) }) if p == size),
                "{refused:?}"
            );
        }
        let longer = Tip { position: Position(11), root: [7; 32] };
        assert!(matches!(verify(&log, Some(&longer), &mut |_| ()), Err(LogError::BehindTip { .. })));
    }
}
