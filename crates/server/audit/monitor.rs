//! Following a log: what is added is checked, and what was seen before must stay.

use super::{Of, fresh, now, options::Asked};
use crate::{cli, exit::Exit};
use ::audit::{
    Failure, Head, Heads, Source, head,
    heads::origin_hash,
    walk::{Walk, Watch},
};
use domain::Timestamp;
use std::{thread, time::Duration};
use tlog::checkpoint::SignedCheckpoint;

/// Looks at the log again and again, or once. Ends with the first thing that does not hold; a log that cannot be reached is
/// reported and asked again.
pub fn run(of: &Of, interval: u64, once: bool, json: bool) -> Result<(), Exit> {
    let mut asked = of.open()?;
    let mut walk = <Walk>::default();
    loop {
        match look(&mut asked, of, &mut walk) {
            Ok(head) => cli::print(&line(&head, json))?,
            Err(failure @ Failure::Unreachable { .. }) if !once => eprintln!("thidua: {failure}"),
            Err(failure) => return Err(failure.into()),
        }
        if once {
            return Ok(());
        }
        thread::sleep(Duration::from_secs(interval));
    }
}

fn look(asked: &mut Asked, of: &Of, walk: &mut Walk) -> Result<Head, Failure> {
    let mut head = fresh(asked, of)?;
    for seen in witnessed(asked, of, head.origin()) {
        head = head::expect_same_as_witness(&mut asked.source, head, &seen, &asked.policy)?;
    }
    let heads = Heads::open(&of.trust.state()?)?;
    let kept = heads.last(head.origin())?;
    let before = kept.map(|kept| Head::of_log(kept, &asked.policy)).transpose()?;
    // What failed for want of an answer is read again from the start, for half a tile may have been taken in.
    let mut next = std::mem::take(walk);
    let mut watch = Watch { progress: &mut |_| {}, each: &mut |_, _| {} };
    next.advance(&mut asked.source, &head, before.as_ref(), &mut watch)?;
    *walk = next;
    heads.keep(&head.signed)?;
    Ok(head)
}

/// What the witnesses of the policy have seen of the log, of those that say where they can be asked and that answer.
fn witnessed(asked: &Asked, of: &Of, origin: &str) -> Vec<SignedCheckpoint> {
    let mut found = Vec::new();
    for witness in asked.policy.witnesses() {
        let Some(url) = witness.url.as_ref().and_then(|url| str::from_utf8(url).ok()) else { continue };
        let prefix = format!("{}/{}", url.trim_end_matches('/'), origin_hash(origin));
        match Source::open(&prefix, of.trust.offline, None).and_then(|mut source| source.checkpoint()) {
            Ok(seen) => found.push(seen),
            Err(failure) => eprintln!("thidua: witness {url}: {failure}"),
        }
    }
    found
}

fn line(head: &Head, json: bool) -> String {
    let time = i64::try_from(now()).unwrap_or(i64::MAX).saturating_mul(1000);
    let time = Timestamp::from_millis(time);
    if json {
        return serde_json::json!({ "ok": true, "time": time, "head": head }).to_string();
    }
    format!("{time} {}: {} entries hold", head.origin(), head.size())
}
