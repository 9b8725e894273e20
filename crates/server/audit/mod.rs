//! Checking a log from outside: what an auditor can type, and what comes of it.

mod asked;
mod monitor;
mod options;
mod persons;
mod reads;

pub use options::Audit;
use options::{Asked, Of, Trust};

use crate::{cli, exit::Exit, progress};
use ::audit::{
    Failure, Head, Heads, Source, Verified, bundle, head,
    receipt::Receipt,
    rotation, served, stamped,
    walk::{Progress, Watch, verify},
};
use app::{Clock, SystemClock};
use sha2::{Digest, Sha256};
use std::{
    path::{Path, PathBuf},
    time::{Duration, Instant},
};
use tlog::{checkpoint::SignedCheckpoint, policy::Policy};
use views::standing::{AsOf, Question, Sheet};

/// What `thidua audit --help` ends with.
pub const HELP: &str = "\
Examples:
  thidua audit verify https://thidua.example.vn/v1/audit --policy policy.txt
  thidua audit bundle https://thidua.example.vn/v1/audit --policy policy.txt --to 2026.zip
  thidua audit verify 2026.zip --policy policy.txt --offline
  thidua audit reads https://thidua.example.vn/v1/audit --policy policy.txt
  thidua audit compare 2026.zip https://thidua.example.vn/v1/audit --policy policy.txt
  thidua audit standings 2026.zip --policy policy.txt --bloc UUID --year 2025 \\
               --recorded-at 2026-01-31T00:00:00+07:00 --explain
  thidua audit stream https://thidua.example.vn/v1/audit year/UUID/2025 --policy policy.txt
  thidua audit diff https://thidua.example.vn/v1/audit --policy policy.txt --bloc UUID --year 2025 \
               --from 2026-01-01T00:00:00+07:00
  thidua audit backdated 2026.zip --policy policy.txt --min-lag 30
  thidua audit persons 2026.zip --policy policy.txt --disclosed persons.json

Entries are for auditors: give a token in THIDUA_TOKEN. What was seen last of each log is remembered in a folder
(--state). A violation is written to an evidence file that convinces whoever has the log's key.

Exit codes: 0 it holds · 1 failed · 2 integrity violation · 3 policy or quorum not met · 4 stale, or less than was seen
            before · 5 unreachable · 6 written by a later version · 64 usage";

/// Runs an `audit` command.
pub fn run(command: &Audit, json: bool) -> Result<(), Exit> {
    let (trust, done) = match command {
        Audit::Verify { of } => (&of.trust, of.open().and_then(|asked| whole(asked, of, json))),
        Audit::Consistency { of, old } => {
            (&of.trust, of.open().and_then(|asked| grown(asked, of, old.as_deref(), json)))
        }
        Audit::Compare { one, other, trust } => (trust, compare(one, other, trust, json)),
        Audit::Standings { of, asked } => {
            let question = Question {
                bloc: asked.bloc,
                year: asked.year,
                valid_at: asked.valid_at,
                recorded_at: asked.recorded_at,
                at_size: None,
            };
            (&of.trust, of.open().and_then(|opened| standings(opened, of, question, asked.explain, json)))
        }
        Audit::Stream { of, stream, upto } => {
            (&of.trust, of.open().and_then(|opened| asked::whole_stream(opened, of, *stream, *upto, json)))
        }
        Audit::Diff { of, between } => {
            (&of.trust, of.open().and_then(|opened| asked::difference(opened, of, between.into(), json)))
        }
        Audit::Backdated { of, min_lag } => {
            (&of.trust, of.open().and_then(|opened| asked::backdated(opened, of, *min_lag, json)))
        }
        Audit::Persons { of, disclosed } => {
            (&of.trust, of.open().and_then(|asked| persons::run(asked, of, disclosed, json)))
        }
        Audit::Monitor { of, interval, once } => (&of.trust, monitor::run(of, *interval, *once, json)),
        Audit::Reads { of, nodes } => {
            (&of.trust, of.open().and_then(|asked| reads::run(asked, of, nodes, json)))
        }
        Audit::Receipt { of, answer } => {
            (&of.trust, of.open().and_then(|asked| receipt(asked, of, answer, json)))
        }
        Audit::Bundle { of, to } => (&of.trust, of.open().and_then(|asked| pack(asked, of, to, json))),
    };
    match done {
        Err(Exit::Audit(failure)) => Err(report(failure, &named(command), trust, json)?),
        done => done,
    }
}

/// What is checked, as it was typed.
fn named(command: &Audit) -> String {
    match command {
        Audit::Compare { one, other, .. } => format!("{one} {other}"),
        Audit::Verify { of }
        | Audit::Consistency { of, .. }
        | Audit::Standings { of, .. }
        | Audit::Stream { of, .. }
        | Audit::Diff { of, .. }
        | Audit::Backdated { of, .. }
        | Audit::Persons { of, .. }
        | Audit::Monitor { of, .. }
        | Audit::Reads { of, .. }
        | Audit::Receipt { of, .. }
        | Audit::Bundle { of, .. } => of.source.clone(),
    }
}

/// Everything is checked: the whole log, and of a bundle every file.
fn whole(mut asked: Asked, of: &Of, json: bool) -> Result<(), Exit> {
    let mut head = fresh(&mut asked, of)?;
    let authorities = of.trust.authorities()?;
    head.stamps = stamped::check(&mut asked.source, &head, &asked.policy, authorities.as_ref())?;
    let before = asked.before(&of.trust, &head)?;
    let bar = progress::bar("verifying", head.size());
    let mut show = |progress: Progress| bar.set_position(progress.done);
    let verified = if asked.source.is_bundle() {
        bundle::check(&mut asked.source, head, before.as_ref(), &mut show)?
    } else {
        let mut watch = Watch { progress: &mut show, each: &mut |_, _| {} };
        verify(&mut asked.source, head, before.as_ref(), &mut watch)?
    };
    bar.finish_and_clear();
    stamped::expect_named(&verified.facts, &verified.head.stamps)?;
    let compared = served::check(&asked.source, &verified)?;
    asked.keep(&of.trust, &verified.head.signed)?;
    cli::print(&shown(&verified, compared, json))
}

/// Only the heads are compared: the log grew out of an older one.
fn grown(mut asked: Asked, of: &Of, old: Option<&Path>, json: bool) -> Result<(), Exit> {
    let head = fresh(&mut asked, of)?;
    let before = match old {
        Some(path) => {
            let mut source = Source::open(&path.display().to_string(), true, None)?;
            Some(Head::of_log(source.checkpoint()?, &asked.policy)?)
        }
        None => asked.before(&of.trust, &head)?,
    };
    let Some(before) = before else {
        return Err(usage("nothing was seen of this log before: name an older checkpoint with --old"));
    };
    head::expect_growth(&mut asked.source, &before.signed, &head.signed)?;
    cli::print(&grown_text(&before, &head, json))
}

/// One acknowledged fact is looked for.
fn receipt(mut asked: Asked, of: &Of, answer: &Path, json: bool) -> Result<(), Exit> {
    let head = fresh(&mut asked, of)?;
    let name = answer.display();
    let bytes = std::fs::read(answer).map_err(|error| Failure::Usage(format!("{name}: {error}")))?;
    let receipt = Receipt::read(&bytes)?;
    receipt.expect_in(&mut asked.source, &head)?;
    let Receipt { id, position } = receipt;
    let shown = serde_json::json!({ "ok": true, "head": head, "id": id, "position": position });
    cli::print(&if json { shown.to_string() } else { format!("{id} is in the log, at {position}") })
}

fn compare(one: &str, other: &str, trust: &Trust, json: bool) -> Result<(), Exit> {
    let (mut one, mut other) = (trust.source(one)?, trust.source(other)?);
    let policy = rotation::follow(&mut other, trust.policy(&mut one)?.0)?;
    let [older, newer] = head::compare(&mut one, &mut other, &policy)?;
    cli::print(&grown_text(&older, &newer, json))
}

fn grown_text(older: &Head, newer: &Head, json: bool) -> String {
    if json {
        return serde_json::json!({ "ok": true, "older": older, "newer": newer }).to_string();
    }
    let (old, new) = (older.size(), newer.size());
    format!("{}: the tree of {new} entries grew out of the tree of {old}", newer.origin())
}

fn standings(mut asked: Asked, of: &Of, question: Question, explain: bool, json: bool) -> Result<(), Exit> {
    let head = fresh(&mut asked, of)?;
    let before = asked.before(&of.trust, &head)?;
    let bar = progress::bar("verifying", head.size());
    let mut as_of = AsOf::new(question);
    let mut watch = Watch {
        progress: &mut |progress| bar.set_position(progress.done),
        each: &mut |fact, leaf| as_of.see(fact, leaf),
    };
    let verified = verify(&mut asked.source, head, before.as_ref(), &mut watch)?;
    bar.finish_and_clear();
    let Some(sheet) = as_of.sheet(explain) else {
        return Err(usage("the log knew no such year of such a bloc then"));
    };
    if json {
        let answer = serde_json::json!({ "ok": true, "head": verified.head, "standing": sheet });
        return cli::print(&answer.to_string());
    }
    cli::print(&table(&sheet))
}

/// A standing as lines with tabs, and below each unit the facts its numbers came from.
fn table(sheet: &Sheet) -> String {
    let mut lines = vec![format!("{} · {} facts known", sheet.stage, sheet.at_size)];
    for row in &sheet.rows {
        let class = row.class.as_ref().map(ToString::to_string).unwrap_or_default();
        lines.push(format!("{}\t{}\t{}\t{class}", row.rank, row.unit, row.total));
        let because = sheet.because.iter().filter(|because| because.unit == row.unit);
        for because in because {
            let steps = because.steps.iter().map(|step| format!("\t{}\tat {}", step.step, step.position));
            let points = because.points.iter().map(|given| {
                let scorer = serde_json::to_value(given.scorer).ok();
                let scorer = scorer.as_ref().and_then(|scorer| scorer.as_str()).unwrap_or_default();
                format!("\t{}\t{}\t{scorer}\tat {}", given.criterion, given.points, given.position)
            });
            lines.extend(steps.chain(points));
        }
    }
    lines.join("\n")
}

fn pack(mut asked: Asked, of: &Of, to: &Path, json: bool) -> Result<(), Exit> {
    let head = fresh(&mut asked, of)?;
    let before = asked.before(&of.trust, &head)?;
    let bar = progress::bar("bundling", head.size());
    let mut show = |progress: Progress| bar.set_position(progress.done);
    let Asked { source, policy, policy_file, .. } = &mut asked;
    let verified = bundle::write(source, policy_file, policy, before.as_ref(), to, &mut show)?;
    bar.finish_and_clear();
    asked.keep(&of.trust, &verified.head.signed)?;
    let size = verified.head.size();
    let done = serde_json::json!({ "ok": true, "head": verified.head, "bundle": to });
    cli::print(&if json { done.to_string() } else { format!("{size} entries in {}", to.display()) })
}

/// How long a node may be behind another that was asked before.
const BEHIND: Duration = Duration::from_secs(5);
/// The pause before a node is looked at again.
const PAUSE: Duration = Duration::from_millis(200);

/// The head, believed and not too old. A log may be served by several nodes that hand out each other's heads within a
/// second or so: one that shows less than was seen before is given that time.
fn fresh(asked: &mut Asked, of: &Of) -> Result<Head, Failure> {
    let start = Instant::now();
    let mut head = Head::read(&mut asked.source, &asked.policy)?;
    let seen = if asked.source.is_served() { asked.before(&of.trust, &head)? } else { None };
    while seen.as_ref().is_some_and(|seen| seen.size() > head.size()) && start.elapsed() < BEHIND {
        std::thread::sleep(PAUSE);
        head = Head::read(&mut asked.source, &asked.policy)?;
    }
    if let Some(max_age) = of.trust.max_age {
        head.expect_fresh(now(), max_age)?;
    }
    Ok(head)
}

/// Seconds since 1970-01-01 UTC.
fn now() -> u64 {
    u64::try_from(SystemClock.now().millis() / 1000).unwrap_or(0)
}

fn usage(what: &str) -> Exit {
    Exit::Audit(Failure::Usage(what.to_owned()))
}

/// What a verified log is shown as.
fn shown(verified: &Verified, compared: usize, json: bool) -> String {
    let Verified { head, facts } = verified;
    let (streams, published, witnesses) = (facts.streams(), facts.published(), head.witnesses.len());
    let stamps = head.stamps.iter().filter(|stamped| stamped.verified).count();
    if json {
        let shown = serde_json::json!({
            "ok": true, "head": head, "streams": streams, "recorded_until": facts.latest(),
            "published": published, "served_standings_compared": compared,
        });
        return shown.to_string();
    }
    format!(
        "{}: {} entries in {streams} streams hold, {} published standings computed again, {compared} compared with what is \
         served, {witnesses} witnesses, {stamps} time stamps verified",
        head.origin(),
        head.size(),
        published.len()
    )
}

/// Says how an audit failed: as JSON if asked for, and as evidence on disk where there is some.
fn report(failure: Failure, source: &str, trust: &Trust, json: bool) -> Result<Exit, Exit> {
    let mut evidence = None;
    if let Failure::Found(finding) = &failure {
        let text = finding.evidence(source);
        let path = trust.evidence.clone().unwrap_or_else(|| evidence_path(&text));
        std::fs::write(&path, text).map_err(Failure::io(format!("{} cannot be written", path.display())))?;
        eprintln!("thidua: evidence in {}", path.display());
        evidence = Some(path);
    }
    if json {
        let finding = if let Failure::Found(finding) = &failure { Some(finding) } else { None };
        let code = failure.exit_code();
        let what = failure.to_string();
        let shown = serde_json::json!({ "ok": false, "code": code, "what": what, "finding": finding, "evidence": evidence });
        cli::print(&shown.to_string())?;
    }
    Ok(Exit::Audit(failure))
}

/// A name that the same evidence always has, and no other.
fn evidence_path(text: &str) -> PathBuf {
    let hash: String = Sha256::digest(text).iter().take(6).map(|byte| format!("{byte:02x}")).collect();
    format!("thidua-evidence-{hash}.json").into()
}

impl Asked {
    /// What was seen of this log before, unless nothing is to be remembered.
    fn before(&self, trust: &Trust, head: &Head) -> Result<Option<Head>, Failure> {
        if trust.past {
            return Ok(None);
        }
        let kept = Heads::open(&trust.state()?)?.last(head.origin())?;
        kept.map(|kept| Head::of_log(kept, &self.policy)).transpose()
    }

    /// Remembers what was verified.
    fn keep(&self, trust: &Trust, head: &SignedCheckpoint) -> Result<(), Failure> {
        if trust.past { Ok(()) } else { Heads::open(&trust.state()?)?.keep(head) }
    }
}

/// Reads a policy file.
fn read_policy(bytes: &[u8], name: &str) -> Result<Policy, Failure> {
    Policy::parse(bytes).map_err(|error| Failure::Usage(format!("{name}: {error}")))
}
