//! Requests from a file of JSON lines: the same parsing, the same rules, the same facts as over HTTP.
//!
//! While the writer carries out one batch, the next one is read; never more than these two are in memory.

use crate::{
    cli::{self, Import},
    exit::Exit,
    noting, opening, progress,
};
use api::{Posts, posts::key_hash, problem::Problem};
use app::{App, Request, SystemClock, Underway};
use domain::{ClientId, KeyHash};
use indicatif::ProgressBar;
use serde::Deserialize;
use serde_json::value::RawValue;
use std::{
    borrow::Cow,
    collections::HashSet,
    fs::File,
    io::{BufRead, BufReader},
    sync::Arc,
    time::Instant,
};

/// How many lines become one group of facts: enough that its one sync costs little for each.
const BATCH: usize = 512;

/// One line: a request as a client would post it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Line<'a> {
    /// The path it is posted to.
    #[serde(borrow)]
    post: Cow<'a, str>,
    /// Its idempotency key.
    #[serde(borrow)]
    key: Cow<'a, str>,
    /// In the demo: how many days before the demo is loaded its clock stands.
    #[serde(default)]
    days_ago: Option<i64>,
    /// Its body.
    #[serde(borrow)]
    body: &'a RawValue,
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
#[derive(Clone, Copy, Default)]
pub struct Done {
    /// Carried out now.
    pub recorded: usize,
    /// Carried out before.
    pub known: usize,
}

/// Runs `import`.
pub fn run(options: &Import, json: bool) -> Result<(), Exit> {
    let file = File::open(&options.file)?;
    let size = file.metadata()?.len();
    let mut app = opening::open(&options.store, None, Arc::new(SystemClock))?;
    noting::begin_again(&mut app, opening::folder(&options.store), &options.noting)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build()?;
    let started = Instant::now();
    let done = runtime.block_on(async {
        opening::found(&app, &options.client).await?;
        let lines = BufReader::with_capacity(1 << 18, file);
        carry_out(&app, &options.client, lines, size, |_| {}).await.map_err(Exit::failed)
    });
    app.stop();
    let Done { recorded, known } = done?;
    let seconds = started.elapsed().as_secs_f64();
    tracing::info!(per_second = ((recorded + known) as f64 / seconds).round(), seconds, "the import is done");
    let report = serde_json::json!({ "recorded": recorded, "known": known });
    cli::print(&if json { report.to_string() } else { format!("{recorded} recorded, {known} known before") })
}

/// Carries out every line in order, and stops at the first that is refused; what came before it stands. `size` is how
/// many bytes there are; `set_clock` is told the `days_ago` of the lines that follow, whenever it changes.
///
/// # Errors
/// With the number of the line and every fault in it.
pub async fn carry_out(
    app: &App,
    client: &ClientId,
    mut lines: impl BufRead,
    size: u64,
    mut set_clock: impl FnMut(i64),
) -> Result<Done, LineFault> {
    let mut importer = Importer::new(app, client, size);
    let (mut text, mut number, mut clock) = (String::new(), 0, None);
    loop {
        number += 1;
        text.clear();
        let read = lines.read_line(&mut text).map_err(|error| fault(number, &error))?;
        importer.bar.inc(read as u64);
        if read == 0 {
            importer.settle().await?;
            importer.bar.finish_and_clear();
            return Ok(importer.done);
        }
        if is_comment(&text) {
            continue;
        }
        if let Err(what) = importer.take(number, &text, &mut clock, &mut set_clock).await? {
            // What came before the line stands, and what is wrong there is told first.
            importer.settle().await?;
            return Err(LineFault { line: number, what });
        }
    }
}

/// An import under way.
struct Importer<'a> {
    app: &'a App,
    client: &'a ClientId,
    posts: Posts,
    /// What is being read.
    batch: Batch,
    /// What the writer has.
    underway: Option<(Batch, Underway)>,
    done: Done,
    started: Instant,
    bar: ProgressBar,
}

/// Lines that are carried out together.
#[derive(Default)]
struct Batch {
    numbers: Vec<usize>,
    requests: Vec<Request>,
    keys: HashSet<KeyHash>,
}

impl<'a> Importer<'a> {
    fn new(app: &'a App, client: &'a ClientId, size: u64) -> Self {
        Self {
            app,
            client,
            posts: Posts::new(),
            batch: Batch::default(),
            underway: None,
            done: Done::default(),
            started: Instant::now(),
            bar: progress::bytes("importing", size),
        }
    }

    /// Reads a line into the batch; the inner error says what is wrong with it.
    async fn take(
        &mut self,
        number: usize,
        text: &str,
        clock: &mut Option<i64>,
        set_clock: &mut impl FnMut(i64),
    ) -> Result<Result<(), String>, LineFault> {
        let line: Line<'_> = match serde_json::from_str(text) {
            Ok(line) => line,
            Err(error) => return Ok(Err(error.to_string())),
        };
        if line.days_ago.is_some() && line.days_ago != *clock {
            // Facts are dated when they are decided.
            self.settle().await?;
            *clock = line.days_ago;
            line.days_ago.into_iter().for_each(&mut *set_clock);
        }
        let named = named_keys(&line.post).chain(named_keys(line.body.get()));
        if named.map(|key| key_hash(self.client, key)).any(|key| self.waits_for(key)) {
            self.settle().await?;
        }
        if let Err(what) = self.read(number, &line) {
            return Ok(Err(what));
        }
        if self.batch.requests.len() == BATCH {
            self.send().await?;
        }
        Ok(Ok(()))
    }

    fn read(&mut self, number: usize, line: &Line<'_>) -> Result<(), String> {
        let (path, body) = (self.with_ids(&line.post)?, self.with_ids(line.body.get())?);
        let request = self.posts.read(self.app, self.client, &path, &line.key, body.as_bytes());
        let request = request.map_err(|problem| problem.to_string())?;
        self.batch.keys.insert(request.key);
        self.batch.numbers.push(number);
        self.batch.requests.push(request);
        Ok(())
    }

    /// Whether the facts of a key are not known yet because its line is in one of the two batches.
    fn waits_for(&self, key: KeyHash) -> bool {
        let underway = self.underway.as_ref().is_some_and(|(batch, _)| batch.keys.contains(&key));
        underway || self.batch.keys.contains(&key)
    }

    /// The text with the id of the first fact of line KEY in the place of every `@KEY`: it was not known when the file
    /// was written.
    fn with_ids<'t>(&self, text: &'t str) -> Result<Cow<'t, str>, String> {
        let mut whole = Cow::Borrowed(text);
        for key in named_keys(text) {
            let fact =
                self.app.first_fact_of(key_hash(self.client, key)).map_err(|error| error.to_string())?;
            let fact = fact.ok_or_else(|| format!("@{key}: no line before this one has the key {key}"))?;
            whole = whole.replacen(&format!("@{key}"), &fact.id.to_string(), 1).into();
        }
        Ok(whole)
    }

    /// Waits for the batch before and hands over the one that was read.
    async fn send(&mut self) -> Result<(), LineFault> {
        self.finish().await?;
        let mut batch = std::mem::take(&mut self.batch);
        if let Some(first) = batch.numbers.first().copied() {
            let requests = std::mem::take(&mut batch.requests);
            let underway = self.app.submit(requests).await;
            let underway = underway.map_err(|failure| fault(first, &Problem::from(failure)))?;
            self.underway = Some((batch, underway));
        }
        Ok(())
    }

    /// Waits for the batch that the writer has.
    async fn finish(&mut self) -> Result<(), LineFault> {
        let Some((batch, underway)) = self.underway.take() else { return Ok(()) };
        let (receipts, refused) = underway.finish().await;
        let known = receipts.iter().filter(|receipt| receipt.replayed).count();
        self.done.known += known;
        self.done.recorded += receipts.len() - known;
        let all = (self.done.known + self.done.recorded) as f64;
        self.bar.set_message(format!("importing, {:.0} lines/s", all / self.started.elapsed().as_secs_f64()));
        match refused {
            None => Ok(()),
            Some(failure) => {
                let line = batch.numbers.get(receipts.len()).copied().unwrap_or_default();
                Err(fault(line, &Problem::from(failure)))
            }
        }
    }

    /// Until everything read so far is carried out.
    async fn settle(&mut self) -> Result<(), LineFault> {
        self.send().await?;
        self.finish().await
    }
}

fn fault(line: usize, what: &impl ToString) -> LineFault {
    LineFault { line, what: what.to_string() }
}

/// The keys that a path or a body names as `@KEY`: a whole segment of the path, a whole string of the body.
fn named_keys(text: &str) -> impl Iterator<Item = &str> {
    let is_body = text.starts_with('{');
    let (opening, end) = if is_body { ("\"@", '"') } else { ("/@", '/') };
    text.match_indices(opening).filter_map(move |(at, _)| {
        // Behind a backslash the quote belongs to the string it stands in.
        let inside = text[..at].ends_with('\\');
        let key = text[at + opening.len()..].split(end).next().unwrap_or_default();
        let is_key = key.len() >= 16 && key.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\');
        (!inside && is_key).then_some(key)
    })
}

fn is_comment(line: &str) -> bool {
    let line = line.trim_start();
    line.is_empty() || line.starts_with("//")
}
