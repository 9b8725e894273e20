//! The checker is checked: an honest history holds, and each kind of fault is found when it is planted.

use super::{
    checker::{Fault, check},
    history::{Asked, Call, Heard, Row, Told},
};
use std::time::Duration;

const CLIENTS: usize = 4;

/// A history as an honest service leaves it: clients take turns, each writes to its own unit and to a common one, reads
/// what it wrote elsewhere, loses an answer now and then and asks again.
#[derive(Clone)]
struct History {
    rows: Vec<Row>,
    calls: Vec<Call>,
    now: u64,
}

impl History {
    fn honest() -> Self {
        let mut history = Self { rows: Vec::new(), calls: Vec::new(), now: 0 };
        for round in 0..60_usize {
            let client = round % CLIENTS;
            let subject = if round % 5 == 0 { "unit/common".to_owned() } else { format!("unit/{client}") };
            let key = format!("key-{round}");
            let write = || Asked::Write { key: key.clone(), subject: subject.clone() };
            if round % 7 == 3 {
                history.call(client, write(), Heard::Nothing);
            }
            if round % 11 == 9 {
                history.call(
                    client,
                    Asked::Write { key: format!("refused-{round}"), subject: subject.clone() },
                    Heard::Refused(412),
                );
            }
            let fact = history.write(&subject, &key, round as u64 / 3);
            let head = history.rows.len() as u64;
            history.call(client, write(), Heard::Recorded { fact: fact.clone(), head });
            if round % 13 == 8 {
                history.call(client, write(), Heard::Recorded { fact, head: head + 1 });
            }
            let read = Asked::Read { subject: subject.clone(), at_least: head };
            let name = history.rows[history.rows.len() - 1].name.clone().unwrap();
            history.call(client, read, Heard::Seen { name, head });
        }
        history
    }

    fn write(&mut self, subject: &str, key: &str, transaction: u64) -> Told {
        let position = self.rows.len() as u64;
        let version = 1 + self.rows.iter().filter(|row| row.fact.subject == subject).count() as u64;
        let fact = Told { id: format!("id-{position}"), position, subject: subject.to_owned(), version };
        let name = Some(format!("{subject} {version}"));
        self.rows.push(Row { fact: fact.clone(), key: key.to_owned(), transaction, name });
        fact
    }

    fn call(&mut self, client: usize, asked: Asked, heard: Heard) {
        let (began, ended) = (Duration::from_millis(self.now), Duration::from_millis(self.now + 3));
        self.now += 5;
        self.calls.push(Call { client, node: client % 2, began, ended, asked, heard });
    }

    fn faults(&self) -> Vec<Fault> {
        let mut faults: Vec<_> = check(0, &self.rows, &self.calls).iter().map(|found| found.fault).collect();
        faults.sort_unstable();
        faults.dedup();
        faults
    }

    /// The acknowledgement with this number.
    fn acknowledged(&mut self, number: usize) -> (&mut Told, &mut u64) {
        let mut told = self.calls.iter_mut().filter_map(|call| match &mut call.heard {
            Heard::Recorded { fact, head } => Some((fact, head)),
            Heard::Seen { .. } | Heard::Refused(_) | Heard::Nothing => None,
        });
        told.nth(number).unwrap()
    }

    /// The last read.
    fn read(&mut self) -> (&mut Asked, &mut String, &mut u64) {
        let mut reads = self.calls.iter_mut().rev().filter_map(|call| match &mut call.heard {
            Heard::Seen { name, head } => Some((&mut call.asked, name, head)),
            Heard::Recorded { .. } | Heard::Refused(_) | Heard::Nothing => None,
        });
        reads.next().unwrap()
    }
}

#[track_caller]
fn planted(fault: Fault, plant: impl FnOnce(&mut History)) {
    let mut history = History::honest();
    plant(&mut history);
    let found = history.faults();
    assert!(found.contains(&fault), "{fault:?} was planted, and {found:?} found");
}

#[test]
fn an_honest_history_holds() {
    let history = History::honest();
    assert!(history.rows.len() == 60 && history.calls.len() > 120);
    let found = check(0, &history.rows, &history.calls);
    assert!(found.is_empty(), "{found:#?}");
    // From the middle, too, as it is read after an earlier check.
    let later = check(30, &history.rows[30..], &[]);
    assert!(later.iter().all(|found| found.fault == Fault::Unasked), "{later:#?}");
}

#[test]
fn faults_of_the_log_are_found() {
    planted(Fault::Gap, |history| drop(history.rows.remove(17)));
    planted(Fault::Gap, |history| history.rows.swap(3, 4));
    planted(Fault::Gap, |history| {
        let row = history.rows[20].clone();
        history.rows.insert(21, row);
    });
    planted(Fault::Version, |history| history.rows[40].fact.version += 1);
    planted(Fault::Version, |history| history.rows[14].fact.version = 1);
    planted(Fault::IdTwice, |history| history.rows[33].fact.id = "id-12".to_owned());
    planted(Fault::KeyTwice, |history| history.rows[33].key = "key-12".to_owned());
    // Next to each other, but from two transactions.
    planted(Fault::KeyTwice, |history| history.rows[33].key = "key-32".to_owned());
    planted(Fault::Transaction, |history| history.rows[25].transaction = 3);
    planted(Fault::Unasked, |history| drop(history.write("unit/0", "nobody's", 99)));
}

#[test]
fn faults_of_acknowledgements_are_found() {
    planted(Fault::Lost, |history| history.acknowledged(30).0.id = "elsewhere".to_owned());
    planted(Fault::Lost, |history| drop(history.rows.pop()));
    planted(Fault::Changed, |history| history.acknowledged(30).0.position += 1);
    planted(Fault::Changed, |history| history.acknowledged(30).0.version += 1);
    planted(Fault::Changed, |history| history.acknowledged(30).0.subject = "unit/other".to_owned());
    planted(Fault::Behind, |history| {
        let (told, head) = history.acknowledged(30);
        *head = told.position;
    });
    planted(Fault::TwoAnswers, |history| {
        let other = history.acknowledged(12).0.clone();
        let asked = Asked::Write { key: "key-3".to_owned(), subject: other.subject.clone() };
        history.call(0, asked, Heard::Recorded { fact: other, head: 60 });
    });
    planted(Fault::TwoAnswers, |history| {
        let asked = Asked::Write { key: "key-3".to_owned(), subject: "unit/3".to_owned() };
        history.call(0, asked, Heard::Refused(409));
    });
    planted(Fault::RefusedButThere, |history| drop(history.write("unit/common", "refused-9", 99)));
    planted(Fault::Order, |history| {
        // The one acknowledged first was asked for last.
        for call in history
            .calls
            .iter_mut()
            .filter(|call| matches!(&call.asked, Asked::Write { key, .. } if key == "key-20"))
        {
            call.began += Duration::from_secs(60);
            call.ended += Duration::from_secs(60);
        }
    });
}

#[test]
fn faults_of_reads_are_found() {
    planted(Fault::Behind, |history| *history.read().2 -= 1);
    planted(Fault::Behind, |history| match history.read().0 {
        Asked::Read { at_least, .. } => *at_least += 1,
        Asked::Write { .. } => unreachable!("a read"),
    });
    planted(Fault::Stale, |history| {
        let (_, name, _) = history.read();
        let (subject, version) = name.rsplit_once(' ').unwrap();
        *name = format!("{subject} {}", version.parse::<u64>().unwrap() - 1);
    });
    planted(Fault::Phantom, |history| history.read().1.push_str(" of a past that was lost"));
}
