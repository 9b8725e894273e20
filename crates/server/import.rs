//! Requests from a file of JSON lines: the same parsing, the same rules, the same facts as over HTTP.

use crate::{
    cli::{self, Import},
    exit::Exit,
    opening, progress,
};
use app::{App, SystemClock};
use domain::{ClientId, EventId};
use serde::Deserialize;
use serde_json::value::RawValue;
use std::{borrow::Cow, collections::HashMap, sync::Arc};

/// One line: a request as a client would post it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Line<'a> {
    /// The path it is posted to.
    pub post: &'a str,
    /// Its idempotency key.
    pub key: &'a str,
    /// In the demo: how many days before the demo is loaded its clock stands.
    #[serde(default)]
    pub days_ago: Option<i64>,
    /// Its body.
    #[serde(borrow)]
    pub body: &'a RawValue,
}

/// Why a line was not carried out.
#[derive(Debug, thiserror::Error)]
#[error("line {line}: {what}")]
pub struct LineFault {
    /// Its number, from 1.
    line: usize,
    /// What is wrong, with every fault by its pointer.
    what: String,
}

/// How many lines did what.
#[derive(Default)]
pub struct Done {
    /// Carried out now.
    pub recorded: usize,
    /// Carried out before.
    pub known: usize,
}

/// Runs `import`.
pub fn run(options: &Import, json: bool) -> Result<(), Exit> {
    let text = std::fs::read_to_string(&options.file)?;
    let app = opening::open(&options.store, Arc::new(SystemClock))?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build()?;
    let done = runtime.block_on(async {
        opening::found(&app, &options.client).await?;
        carry_out(&app, &options.client, &text, |_| {}).await.map_err(Exit::failed)
    });
    app.stop();
    let Done { recorded, known } = done?;
    let report = serde_json::json!({ "recorded": recorded, "known": known });
    cli::print(&if json { report.to_string() } else { format!("{recorded} recorded, {known} known before") })
}

/// Carries out every line in order, and stops at the first that is refused; what came before it stands.
///
/// # Errors
/// With the number of the line and every fault in it.
pub async fn carry_out(
    app: &App,
    client: &ClientId,
    text: &str,
    mut before: impl FnMut(&Line<'_>),
) -> Result<Done, LineFault> {
    let lines: Vec<_> = text.lines().enumerate().filter(|(_, line)| !is_comment(line)).collect();
    let bar = progress::bar("importing", lines.len() as u64);
    let mut done = Done::default();
    let mut recorded = HashMap::new();
    for (index, line) in lines {
        let fault = |what: String| LineFault { line: index + 1, what };
        let line: Line<'_> = serde_json::from_str(line).map_err(|error| fault(error.to_string()))?;
        before(&line);
        let body = with_id(line.body.get(), &recorded).map_err(&fault)?;
        let posted = api::post(app, client, line.post, line.key, body.as_bytes()).await;
        let receipt = posted.map_err(|problem| fault(problem.to_string()))?;
        if receipt.replayed {
            done.known += 1;
        } else {
            done.recorded += 1;
        }
        if let Some(first) = receipt.facts.first() {
            recorded.insert(line.key, first.id);
        }
        bar.inc(1);
    }
    bar.finish_and_clear();
    Ok(done)
}

/// The body, with `"corrects":"@KEY"` naming the first fact of the line with that key: its id is not known before.
fn with_id<'a>(body: &'a str, recorded: &HashMap<&str, EventId>) -> Result<Cow<'a, str>, String> {
    const NAMES: &str = "\"corrects\":\"@";
    let Some((before, rest)) = body.split_once(NAMES) else { return Ok(body.into()) };
    let (key, after) = rest.split_once('"').unwrap_or((rest, ""));
    let id =
        recorded.get(key).ok_or_else(|| format!("corrects: no line before this one has the key {key}"))?;
    Ok(format!("{before}\"corrects\":\"{id}\"{after}").into())
}

fn is_comment(line: &str) -> bool {
    let line = line.trim_start();
    line.is_empty() || line.starts_with("//")
}
