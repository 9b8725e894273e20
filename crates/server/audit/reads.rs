//! Checking the log of reads beside the log it belongs to.

use super::{
    fresh, now,
    options::{Asked, Of},
    read_policy,
};
use crate::{cli, exit::Exit, progress};
use ::audit::{
    Failure, Head, Heads, Source, reads,
    walk::{Progress, Watch, verify},
};
use domain::{Envelope, LeafHash, Timestamp};

/// Checks the log and the log of reads of every node, and all of them against one another.
pub fn run(mut asked: Asked, of: &Of, nodes: &[String], json: bool) -> Result<(), Exit> {
    let head = fresh(&mut asked, of)?;
    let below = |name: &String| of.trust.source(&format!("{}/reads", name.trim_end_matches('/')));
    let mut beside = Vec::new();
    for name in [&of.source].into_iter().chain(nodes) {
        let mut source = below(name)?;
        let head = believed(&mut source, &asked, of)?;
        beside.push((source, head));
    }
    let before = asked.before(&of.trust, &head)?;
    let bar =
        progress::bar("verifying", head.size() + beside.iter().map(|(_, head)| head.size()).sum::<u64>());
    let mut times = Vec::new();
    let mut watch = Watch {
        progress: &mut |progress| bar.set_position(progress.done),
        // What the record itself adds at a start comes before it serves anyone.
        each: &mut |fact: &Envelope, _: LeafHash| {
            times.extend((!fact.actor.is_system()).then_some(fact.recorded_at));
        },
    };
    let verified = verify(&mut asked.source, head, before.as_ref(), &mut watch)?;
    let mut done = verified.head.size();
    let mut found = Vec::new();
    for (mut source, head) in beside {
        let before = before_of(&asked, of, &head)?;
        let mut show = |progress: Progress| bar.set_position(done + progress.done);
        let reads = reads::verify(&mut source, &head, before.as_ref(), &mut show)?;
        done += head.size();
        found.push((head, reads));
    }
    bar.finish_and_clear();
    let until = Timestamp::from_millis(i64::try_from(now()).unwrap_or(i64::MAX).saturating_mul(1000));
    reads::expect_awake(&found, &times, Some(until))?;
    asked.keep(&of.trust, &verified.head.signed)?;
    for (head, _) in &found {
        asked.keep(&of.trust, &head.signed)?;
    }
    cli::print(&if json { as_json(&found) } else { as_text(&found) })
}

/// The head of the log of reads. Its key stands in the policy like that of the log; nobody witnesses it.
fn believed(beside: &mut Source, asked: &Asked, of: &Of) -> Result<Head, Failure> {
    let signed = beside.checkpoint()?;
    if !of.trust.tofu {
        return Head::of_log(signed, &asked.policy);
    }
    let file = beside.get("policy")?;
    let file = file.ok_or_else(|| Failure::Usage(format!("{} has no policy", beside.name())))?;
    Head::of_log(signed, &read_policy(&file, "policy")?)
}

/// What was seen of the log of reads before, unless nothing is to be remembered.
fn before_of(asked: &Asked, of: &Of, head: &Head) -> Result<Option<Head>, Failure> {
    if of.trust.past || of.trust.tofu {
        return Ok(None);
    }
    let kept = Heads::open(&of.trust.state()?)?.last(head.origin())?;
    kept.map(|kept| Head::of_log(kept, &asked.policy)).transpose()
}

/// The first node's as they were asked for, those of the others beside them.
fn as_json(nodes: &[(Head, reads::Reads)]) -> String {
    let shown = |(head, reads): &(Head, reads::Reads)| {
        serde_json::json!({
            "head": head, "shown": reads.shown(), "recorded_until": reads.latest(), "silences": reads.silences(),
        })
    };
    let mut all = nodes.iter().map(shown);
    let mut said = all.next().unwrap_or_default();
    said["ok"] = true.into();
    if nodes.len() > 1 {
        said["nodes"] = all.collect();
    }
    said.to_string()
}

fn as_text(nodes: &[(Head, reads::Reads)]) -> String {
    let lines = nodes.iter().flat_map(|(head, reads)| {
        let held = format!("{}: {} entries hold, {} reads", head.origin(), head.size(), reads.shown());
        let silences = reads.silences().iter();
        let silences = silences.map(|silence| format!("no reads noted\t{}\t{}", silence.from, silence.to));
        std::iter::once(held).chain(silences)
    });
    lines.collect::<Vec<_>>().join("\n")
}
