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

/// Checks both logs, and each against the other.
pub fn run(mut asked: Asked, of: &Of, json: bool) -> Result<(), Exit> {
    let head = fresh(&mut asked, of)?;
    let mut beside = of.trust.source(&format!("{}/reads", of.source.trim_end_matches('/')))?;
    let reads_head = believed(&mut beside, &asked, of)?;
    let before = asked.before(&of.trust, &head)?;
    let bar = progress::bar("verifying", head.size() + reads_head.size());
    let mut times = Vec::new();
    let mut watch = Watch {
        progress: &mut |progress| bar.set_position(progress.done),
        // What the record itself adds at a start comes before it serves anyone.
        each: &mut |fact: &Envelope, _: LeafHash| {
            times.extend((!fact.actor.is_system()).then_some(fact.recorded_at));
        },
    };
    let verified = verify(&mut asked.source, head, before.as_ref(), &mut watch)?;
    let done = verified.head.size();
    let mut show = |progress: Progress| bar.set_position(done + progress.done);
    let reads_before = before_of(&asked, of, &reads_head)?;
    let found = reads::verify(&mut beside, &reads_head, reads_before.as_ref(), &mut show)?;
    bar.finish_and_clear();
    let until = Timestamp::from_millis(i64::try_from(now()).unwrap_or(i64::MAX).saturating_mul(1000));
    found.expect_awake(&times, Some(until))?;
    asked.keep(&of.trust, &verified.head.signed)?;
    asked.keep(&of.trust, &reads_head.signed)?;
    cli::print(&shown(&reads_head, &found, json))
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

fn shown(head: &Head, reads: &reads::Reads, json: bool) -> String {
    if json {
        let shown = serde_json::json!({
            "ok": true, "head": head, "shown": reads.shown(), "recorded_until": reads.latest(),
            "silences": reads.silences(),
        });
        return shown.to_string();
    }
    let silences =
        reads.silences().iter().map(|silence| format!("\nno reads noted\t{}\t{}", silence.from, silence.to));
    format!(
        "{}: {} entries hold, {} reads{}",
        head.origin(),
        head.size(),
        reads.shown(),
        silences.collect::<String>()
    )
}
