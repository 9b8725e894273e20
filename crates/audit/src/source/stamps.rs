//! The time stamps that a source has: below `time/` in a folder or a bundle, among the kept heads of a service.

use super::{Place, Source};
use crate::{
    failure::{Failure, Finding, FindingKind},
    stamped::Stamp,
};
use base64::{Engine, engine::general_purpose::STANDARD};
use serde::Deserialize;

/// How many heads are asked for at a time.
const PAGE: usize = 500;

/// Heads as a service lists them, as far as we look at them.
#[derive(Deserialize)]
struct Heads {
    items: Vec<Head>,
}

#[derive(Deserialize)]
struct Head {
    size: u64,
    checkpoint: String,
    time_stamp: Option<TimeStamp>,
}

#[derive(Deserialize)]
struct TimeStamp {
    reply: String,
}

impl Source {
    /// Its time stamps, each with the head it is of; none where it has none.
    ///
    /// # Errors
    /// It cannot be read.
    pub fn time_stamps(&mut self) -> Result<Vec<Stamp>, Failure> {
        let names = match &self.place {
            Place::Checkpoint(_) => Vec::new(),
            Place::Web(_) => return self.listed(),
            Place::Bundle(_) => self.files()?,
            Place::Given(_) => self.index()?,
            Place::Folder(folder) => match std::fs::read_dir(folder.join("time")) {
                Ok(entries) => entries
                    .filter_map(|entry| Some(format!("time/{}", entry.ok()?.file_name().to_str()?)))
                    .collect(),
                Err(_) => Vec::new(),
            },
        };
        let mut stamps: Vec<_> =
            names.iter().filter(|name| name.starts_with("time/") && name.ends_with(".tsr")).collect();
        stamps.sort_unstable();
        let mut found = Vec::new();
        for name in stamps {
            let of = name.replace(".tsr", ".checkpoint");
            let (reply, checkpoint) = (self.get(name)?, self.get(&of)?);
            let missing = || Finding::new(FindingKind::Missing, format!("{of} is not there")).in_file(&of);
            found.push(Stamp {
                checkpoint: checkpoint.ok_or_else(missing)?,
                reply: reply.ok_or_else(missing)?,
            });
        }
        Ok(found)
    }

    /// What a caller that gives the files says there is below `time/`: a name on each line.
    fn index(&mut self) -> Result<Vec<String>, Failure> {
        let names = self.get("time/")?.unwrap_or_default();
        Ok(String::from_utf8_lossy(&names).lines().map(str::to_owned).collect())
    }

    fn listed(&mut self) -> Result<Vec<Stamp>, Failure> {
        let (mut found, mut from) = (Vec::new(), 0);
        loop {
            let path = format!("checkpoints?from={from}&limit={PAGE}");
            let Some(bytes) = self.get(&path)? else { return Ok(found) };
            let malformed = |what: String| Finding::new(FindingKind::Malformed, what).in_file(&*path);
            let heads: Heads =
                serde_json::from_slice(&bytes).map_err(|error| malformed(error.to_string()))?;
            for head in &heads.items {
                let Some(TimeStamp { reply }) = &head.time_stamp else { continue };
                let reply = STANDARD.decode(reply).map_err(|error| malformed(error.to_string()))?;
                found.push(Stamp { checkpoint: head.checkpoint.clone().into_bytes(), reply });
            }
            match heads.items.last() {
                Some(last) if heads.items.len() >= PAGE => from = last.size + 1,
                Some(_) | None => return Ok(found),
            }
        }
    }
}
