//! The log of reads: every entry and every tile like those of the log, and that it was never silent while the service ran.
//!
//! A read that was not noted leaves no trace in it. But it states once a minute how many entries it has, and a process that
//! was not there is seen by the entries of the next one; while facts are recorded, reads are noted, or something is wrong.

use crate::{
    failure::{Failure, Finding, FindingKind},
    head::Head,
    source::Source,
    walk::{Judge, Progress, Walk, Watch},
};
use domain::{
    LeafHash, Timestamp,
    reading::{HEARTBEAT_MILLIS, MAX_ENTRY_BYTES, ReadEntry, ReadEvent},
};
use serde::Serialize;

/// How long nothing may be said: a heartbeat that comes a minute late is an entry that is missing.
const SILENCE_MILLIS: i64 = 2 * HEARTBEAT_MILLIS;

/// A time in which nobody noted reads, because no process was there to do so.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Silence {
    /// The last entry before it.
    pub from: Timestamp,
    /// The entry by which the next process says that it is there.
    pub to: Timestamp,
    /// Where that stands.
    pub position: u64,
}

/// What the entries say, as far as they have been read.
#[derive(Default)]
pub struct Reads {
    first: Option<Timestamp>,
    last: Option<(Timestamp, bool)>,
    shown: u64,
    silences: Vec<Silence>,
}

impl Judge for Reads {
    type Entry = ReadEntry;

    fn anchor<'h>(&mut self, _: impl Iterator<Item = &'h Head>) {}

    fn take(&mut self, position: u64, entry: &[u8], _: LeafHash) -> Result<ReadEntry, Failure> {
        let found = |kind, what: String| Finding::new(kind, what).at(position).with_entry(entry);
        if entry.len() > MAX_ENTRY_BYTES {
            let what = format!("an entry of {} bytes", entry.len());
            return Err(found(FindingKind::Malformed, what).into());
        }
        let read: ReadEntry = serde_json::from_slice(entry)
            .map_err(|error| found(FindingKind::Malformed, error.to_string()))?;
        self.expect(&read, position).map_err(|(kind, what)| found(kind, what))?;
        self.shown += u64::from(read.event.shown_to().is_some());
        self.first = self.first.or(Some(read.recorded_at));
        self.last = Some((read.recorded_at, matches!(read.event, ReadEvent::Closed(_))));
        Ok(read)
    }
}

impl Reads {
    /// How many reads were noted.
    pub const fn shown(&self) -> u64 {
        self.shown
    }

    /// When nobody noted reads.
    pub fn silences(&self) -> &[Silence] {
        &self.silences
    }

    /// When the last entry was recorded.
    pub fn latest(&self) -> Option<Timestamp> {
        self.last.map(|(latest, _)| latest)
    }

    fn expect(&mut self, read: &ReadEntry, position: u64) -> Result<(), (FindingKind, String)> {
        if read.position.0 != position {
            return Err((FindingKind::Chain, format!("the entry says that it stands at {}", read.position)));
        }
        if read.event.count().is_some_and(|count| count != position) {
            return Err((FindingKind::Reads, "it states another number of entries before it".to_owned()));
        }
        let opens = matches!(read.event, ReadEvent::Opened(_));
        let Some((last, closed)) = self.last else {
            let what = "the log of reads does not begin by saying that reads are noted";
            return if opens { Ok(()) } else { Err((FindingKind::Reads, what.to_owned())) };
        };
        let now = read.recorded_at;
        if now < last {
            return Err((
                FindingKind::Time,
                format!("recorded at {now}, before the entry before it ({last})"),
            ));
        }
        if closed && !opens {
            let what = "it follows the end of a process, and no other has said that it is there";
            return Err((FindingKind::Reads, what.to_owned()));
        }
        let silent = now.millis() - last.millis();
        if opens {
            self.silences.push(Silence { from: last, to: now, position });
        } else if silent > SILENCE_MILLIS {
            let what =
                format!("nothing was stated for {} seconds before it ({last} to {now})", silent / 1000);
            return Err((FindingKind::Reads, what));
        }
        Ok(())
    }

    /// The first silence in which a fact was recorded though none of the nodes noted reads.
    fn unnoted(
        &self,
        nodes: &[&Self],
        facts: &[Timestamp],
        until: Option<Timestamp>,
    ) -> Option<(Silence, Timestamp)> {
        let end = self.latest().zip(until).map(|(from, to)| Silence { from, to, position: u64::MAX });
        let silences = self.silences.iter().copied().chain(end.filter(|silence| silence.to > silence.from));
        silences.into_iter().find_map(|silence| {
            // Between the last entry and the end of the process a heartbeat need not have been due.
            let awake = silence.from.millis() + SILENCE_MILLIS;
            let first = facts.partition_point(|fact| fact.millis() <= awake);
            let mut within = facts.iter().skip(first).take_while(|fact| **fact < silence.to);
            let unnoted = within.find(|fact| !nodes.iter().any(|node| node.notes_at(**fact)))?;
            Some((silence, *unnoted))
        })
    }

    /// Whether reads were noted at a moment, or a heartbeat was not due yet.
    fn notes_at(&self, moment: Timestamp) -> bool {
        let ended = |silence: &Silence| silence.to <= moment;
        let silence = self.silences.get(self.silences.partition_point(ended));
        let since = match silence {
            Some(silence) => Some(silence.from),
            None => self.latest(),
        };
        let is_due = |since: Timestamp| moment.millis() > since.millis() + SILENCE_MILLIS;
        self.first.is_some_and(|first| first <= moment) && !since.is_some_and(is_due)
    }
}

/// Holds the silences of every node's log of reads against the times at which facts were recorded, in their order: where
/// facts were recorded, reads were to be noted, by whichever node recorded them. `until` is when the log was seen to be
/// alive last.
///
/// # Errors
/// Facts were recorded while no node noted reads.
pub fn expect_awake(
    nodes: &[(Head, Reads)],
    facts: &[Timestamp],
    until: Option<Timestamp>,
) -> Result<(), Failure> {
    let reads: Vec<_> = nodes.iter().map(|(_, reads)| reads).collect();
    let found = nodes.iter().find_map(|(head, node)| Some((head, node.unnoted(&reads, facts, until)?)));
    let Some((head, (silence, fact))) = found else { return Ok(()) };
    let what = format!(
        "a fact was recorded at {fact} while no reads were noted ({} to {}, {})",
        silence.from,
        silence.to,
        head.origin()
    );
    let finding = Finding::new(FindingKind::Reads, what).against(&head.signed);
    Err(if silence.position < head.size() { finding.at(silence.position) } else { finding }.into())
}

/// Verifies a whole log of reads whose head is already believed.
///
/// # Errors
/// With the first thing that does not hold.
pub fn verify(
    source: &mut Source,
    head: &Head,
    before: Option<&Head>,
    progress: &mut dyn FnMut(Progress),
) -> Result<Reads, Failure> {
    if head.size() == 0 {
        let what = "the log of reads is empty: it does not even say that reads are noted";
        return Err(Finding::new(FindingKind::Reads, what).against(&head.signed).into());
    }
    let mut walk = Walk::<Reads>::default();
    walk.advance(source, head, before, &mut Watch { progress, each: &mut |_, _| {} })?;
    Ok(walk.into_judge())
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::{Position, Salt, reading::Count};

    fn at(second: i64) -> Timestamp {
        Timestamp::from_millis(1_780_000_000_000 + second * 1000)
    }

    /// Takes in entries by their second and what they say, each stating its own place unless told another.
    fn judged(entries: &[(i64, char)]) -> Result<Reads, FindingKind> {
        let mut reads = Reads::default();
        for ((second, what), position) in entries.iter().zip(0..) {
            let count = Count { entries: if *what == '!' { position + 1 } else { position } };
            let event = match what {
                'o' => ReadEvent::Opened(count),
                'c' => ReadEvent::Closed(count),
                _ => ReadEvent::Counted(count),
            };
            let entry = ReadEntry {
                position: Position(position),
                recorded_at: at(*second),
                event,
                salt: Salt([0; 16]),
            };
            let bytes = serde_json::to_vec(&entry).unwrap();
            match reads.take(position, &bytes, LeafHash::NONE) {
                Ok(_) => {}
                Err(Failure::Found(finding)) => return Err(finding.kind),
                Err(other) => panic!("{other}"),
            }
        }
        Ok(reads)
    }

    #[test]
    fn a_log_of_reads_is_never_silent_but_when_a_process_ended() {
        let silences = |entries: &[(i64, char)]| judged(entries).map(|reads| reads.silences().len());
        assert_eq!(silences(&[(0, 'o'), (60, '.'), (120, '.'), (121, 'c'), (900, 'o'), (960, '.')]), Ok(1));
        assert_eq!(silences(&[(0, 'o'), (60, '.'), (900, 'o')]), Ok(1), "a process that was killed");
        for (entries, kind) in [
            (&[(0, '.')][..], FindingKind::Reads),
            (&[(0, 'o'), (60, '.'), (200, '.')][..], FindingKind::Reads),
            (&[(0, 'o'), (60, 'c'), (61, '.')][..], FindingKind::Reads),
            (&[(0, 'o'), (60, '!')][..], FindingKind::Reads),
            (&[(0, 'o'), (60, '.'), (59, '.')][..], FindingKind::Time),
        ] {
            assert_eq!(judged(entries).err(), Some(kind), "{entries:?}");
        }
    }

    #[test]
    fn facts_that_were_recorded_in_a_silence_show_that_reads_were_suppressed() {
        let reads = judged(&[(0, 'o'), (60, '.'), (900, 'o'), (960, '.')]).unwrap();
        let beside = |others: &[&Reads], facts: &[i64], until| {
            let facts: Vec<_> = facts.iter().copied().map(at).collect();
            let nodes: Vec<_> = others.iter().copied().chain([&reads]).collect();
            nodes.iter().all(|node| node.unnoted(&nodes, &facts, Some(at(until))).is_none())
        };
        let awake = |facts: &[i64], until| beside(&[], facts, until);
        assert!(
            awake(&[10, 59, 150, 901, 970], 1000),
            "facts before and after, and while a heartbeat was not due"
        );
        assert!(!awake(&[10, 400, 901], 1000), "a fact between two processes");
        assert!(!awake(&[10, 901, 1500], 1600), "facts after the last entry");
        assert!(awake(&[10, 901], 1600), "no facts, nobody there");

        let other = judged(&[(300, 'o'), (360, '.'), (420, '.'), (1400, 'o'), (1460, '.')]).unwrap();
        assert!(beside(&[&other], &[10, 400, 901, 1500], 1600), "another node recorded them");
        assert!(!beside(&[&other], &[10, 250], 1600), "the other node was not there yet");
        assert!(!beside(&[&other], &[10, 700], 1600), "neither was there");
        assert!(!beside(&[&other], &[10, 1300], 1600), "neither was there after the last entry of one");
    }
}
