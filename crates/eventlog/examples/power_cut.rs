//! The two halves of `tests/power_cut`: a writer whose power is cut, and the look at what is left.
//!
//! `power_cut write STORE ACKNOWLEDGED SEED` writes groups until it is killed and appends each acknowledged head, as
//! eight bytes, to a file on another disk. `power_cut check STORE ACKNOWLEDGED SEED` opens the copy and compares.
#![allow(clippy::print_stdout, reason = "the script reads what this prints")]

use domain::Position;
use std::{
    env,
    error::Error,
    fs::{self, OpenOptions},
    io::Write,
    path::Path,
};
use thidua_eventlog::{AsideChange, Commit, EventLog, Fact, SledLog, contract::Samples, verify::verify};

/// The groups of a seed, every eighth with a change aside. Up to 64 facts, so that many become pages at once; with every
/// other seed up to 16, less than half a page, so that pages wait until there are many.
struct Groups {
    samples: Samples,
    sizes: Samples,
    most: u64,
}

impl Groups {
    fn new(seed: u64) -> Self {
        let most = if seed.is_multiple_of(2) { 64 } else { 16 };
        Self { samples: Samples::new(seed), sizes: Samples::new(seed + 1), most }
    }

    fn next(&mut self) -> (Vec<Fact>, Vec<AsideChange>) {
        let draw = self.sizes.number();
        let count = usize::try_from(draw % self.most).unwrap_or_default() + 1;
        let head = Position(self.samples.position().0 + count as u64);
        let change = AsideChange::Put(b"head".to_vec(), head.0.to_be_bytes().to_vec());
        (self.samples.facts(count), if draw >> 32 & 7 == 0 { vec![change] } else { Vec::new() })
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<_> = env::args().skip(1).collect();
    match &arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["write", store, acknowledged, seed] => write(store.as_ref(), acknowledged.as_ref(), seed.parse()?),
        ["check", store, acknowledged, seed] => check(store.as_ref(), acknowledged.as_ref(), seed.parse()?),
        _ => Err("usage: power_cut write|check STORE ACKNOWLEDGED SEED".into()),
    }
}

fn write(store: &Path, acknowledged: &Path, seed: u64) -> Result<(), Box<dyn Error>> {
    let log = SledLog::open(store)?.confirm_by_reading()?;
    let mut file = OpenOptions::new().create(true).append(true).open(acknowledged)?;
    let mut groups = Groups::new(seed);
    loop {
        let (facts, aside) = groups.next();
        if log.turn(log.head()?)?.commit(&facts, &aside)? != Commit::Durable {
            return Err("the turn was lost, though nobody else writes".into());
        }
        file.write_all(&log.head()?.0.to_be_bytes())?;
    }
}

fn check(store: &Path, acknowledged: &Path, seed: u64) -> Result<(), Box<dyn Error>> {
    let heads = fs::read(acknowledged)?;
    let (heads, _torn) = heads.as_chunks::<8>();
    let acknowledged = heads.last().map_or(0, |head| u64::from_be_bytes(*head));
    let log =
        SledLog::open(store).map_err(|error| format!("refused with {acknowledged} acknowledged: {error}"))?;
    let head = log.head()?.0;
    if head < acknowledged {
        return Err(format!(
            "lost {} of {acknowledged} acknowledged facts without an error",
            acknowledged - head
        )
        .into());
    }
    let mut groups = Groups::new(seed);
    let (mut at, mut aside) = (0, Vec::new());
    while at < head {
        let (facts, changes) = groups.next();
        let stored = log.read(Position(at), facts.len())?;
        if !stored.iter().map(|stored| &stored.bytes).eq(facts.iter().map(|fact| &fact.bytes)) {
            return Err(format!("other facts, or a part of a group, from position {at} on").into());
        }
        at += facts.len() as u64;
        if let Some(AsideChange::Put(key, value)) = changes.into_iter().next() {
            aside = vec![(key, value)];
        }
    }
    if log.aside(b"")? != aside {
        return Err("what stands aside does not belong to the last facts".into());
    }
    verify(&log, Some(log.tip()), &mut |_| ())?;
    println!("{head} facts of {acknowledged} acknowledged, tip {}", log.tip().position);
    Ok(())
}
