//! What is asked of a log beside whether it holds: whether a stream is whole, what changed in a standing, what was recorded
//! late.

use super::{Of, fresh, options::Asked, usage};
use crate::{cli, exit::Exit, progress};
use ::audit::{
    Verified, served, stream,
    walk::{Watch, verify},
};
use domain::{Envelope, LeafHash, StreamId};
use views::diff::{Between, Collected, Recorded};

/// Whether the facts of a stream that the source shows are all.
pub fn whole_stream(
    mut asked: Asked,
    of: &Of,
    stream: StreamId,
    upto: Option<u64>,
    json: bool,
) -> Result<(), Exit> {
    let whole = stream::read(&mut asked.source, &asked.policy, stream, upto)?;
    let before = asked.before(&of.trust, &whole.head)?;
    if let Some(before) = before {
        ::audit::head::expect_growth(&mut asked.source, &before.signed, &whole.head.signed)?;
    }
    let (count, size) = (whole.facts.len(), whole.at_size);
    if json {
        let facts: Vec<Recorded> = whole.facts.iter().map(Recorded::from).collect();
        let shown = serde_json::json!({
            "ok": true, "head": whole.head, "stream": stream, "at_size": size, "facts": facts,
        });
        return cli::print(&shown.to_string());
    }
    cli::print(&format!("{stream}: these {count} facts are all among the first {size} of the log"))
}

/// What changed in a standing, computed from the entries and held against what the server answers.
pub fn difference(mut asked: Asked, of: &Of, between: Between, json: bool) -> Result<(), Exit> {
    let mut collected = Collected::new(between);
    let verified = walked(&mut asked, of, &mut |fact, leaf| collected.see(fact, leaf))?;
    let Some(diff) = collected.diff() else {
        return Err(usage("the log knew no such year of such a bloc then"));
    };
    let is_served = served::check_diff(&mut asked.source, &diff)?;
    let shown = serde_json::json!({
        "ok": true, "head": verified.head, "diff": diff, "compared_with_served": is_served,
    });
    if json {
        return cli::print(&shown.to_string());
    }
    let mut lines = vec![format!("{} → {} facts known", diff.from_size, diff.to_size)];
    lines.extend(diff.units.iter().map(|changed| {
        let place = |row: &Option<domain::year::RankedRow>| {
            row.as_ref().map_or_else(|| "–".to_owned(), |row| format!("{} ({})", row.rank, row.total))
        };
        format!("{}\t{} → {}", changed.unit, place(&changed.before), place(&changed.after))
    }));
    lines.extend(diff.facts.iter().map(line));
    cli::print(&lines.join("\n"))
}

/// The facts that were recorded at least so many days after the day they count from.
pub fn backdated(mut asked: Asked, of: &Of, days: u16, json: bool) -> Result<(), Exit> {
    let mut late: Vec<(Recorded, i32)> = Vec::new();
    let verified = walked(&mut asked, of, &mut |fact, _| {
        let lag = fact.lag_days();
        if lag >= i32::from(days) {
            late.push((fact.into(), lag));
        }
    })?;
    if json {
        let facts = late.iter().map(|(fact, lag)| serde_json::json!({ "fact": fact, "lag_days": lag }));
        let facts: Vec<_> = facts.collect();
        let shown = serde_json::json!({ "ok": true, "head": verified.head, "backdated": facts });
        return cli::print(&shown.to_string());
    }
    let lines = late.iter().map(|(fact, lag)| format!("{}\t{lag} days late", line(fact)));
    cli::print(&lines.collect::<Vec<_>>().join("\n"))
}

fn line(fact: &Recorded) -> String {
    let Recorded { position, event_type, recorded_at, effective_on, client, .. } = fact;
    format!("{position}\t{recorded_at}\t{effective_on}\t{event_type}\t{client}")
}

/// Verifies the whole log and shows every fact to `each`.
fn walked(asked: &mut Asked, of: &Of, each: &mut dyn FnMut(&Envelope, LeafHash)) -> Result<Verified, Exit> {
    let head = fresh(asked, of)?;
    let before = asked.before(&of.trust, &head)?;
    let bar = progress::bar("verifying", head.size());
    let mut watch = Watch { progress: &mut |progress| bar.set_position(progress.done), each };
    let verified = verify(&mut asked.source, head, before.as_ref(), &mut watch)?;
    bar.finish_and_clear();
    Ok(verified)
}
