//! What an auditor can type.

use super::read_policy;
use ::audit::{Failure, Source, rotation, time_stamp::Authorities};
use clap::{Args, Subcommand};
use domain::{BlocId, Date, EmulationYear, StreamId, Timestamp};
use std::{path::PathBuf, str::FromStr};
use tlog::policy::Policy;
use views::diff::Between;

/// Commands of an auditor.
#[derive(Subcommand)]
pub enum Audit {
    /// Check everything: signatures, every entry, every tile, every envelope, every published standing.
    Verify {
        /// What is checked.
        #[command(flatten)]
        of: Of,
    },
    /// Check that the log grew out of what was seen of it before, without reading its entries.
    Consistency {
        /// What is checked.
        #[command(flatten)]
        of: Of,
        /// A file with an older checkpoint, or a bundle; what is remembered unless given.
        #[arg(long)]
        old: Option<PathBuf>,
    },
    /// Check that two sources show one history.
    Compare {
        /// A URL, a folder, a bundle or a file with a checkpoint.
        one: String,
        /// Another one. The source that shows more must have its tiles.
        other: String,
        /// Whom to believe.
        #[command(flatten)]
        trust: Trust,
    },
    /// What a standing was: by the acts that count by one day, as far as they were recorded by one moment.
    Standings {
        /// What is checked.
        #[command(flatten)]
        of: Of,
        /// What is asked.
        #[command(flatten)]
        asked: StandingOptions,
    },
    /// Check that the facts of a stream that a server shows are all there are, without reading the rest of the log.
    Stream {
        /// What is checked: a URL, or a folder with an answer that was kept.
        #[command(flatten)]
        of: Of,
        /// The stream, such as year/UUID/2025, unit/UUID or log.
        stream: StreamId,
        /// Among so many of the first facts of the log; among those of its last commitment unless given.
        #[arg(long)]
        upto: Option<u64>,
    },
    /// What changed in a standing between two moments, and every fact in between; compared with what the server answers.
    Diff {
        /// What is checked.
        #[command(flatten)]
        of: Of,
        /// What is asked.
        #[command(flatten)]
        between: BetweenOptions,
    },
    /// List the facts that were recorded long after the day they count from.
    Backdated {
        /// What is checked.
        #[command(flatten)]
        of: Of,
        /// By at least so many days.
        #[arg(long, default_value_t = 1)]
        min_lag: u16,
    },
    /// Check personal data that was disclosed: it is what was recorded, and what is not shown was erased by a fact.
    Persons {
        /// What is checked.
        #[command(flatten)]
        of: Of,
        /// A file with answers of /v1/persons/ID/disclosure, one after another.
        #[arg(long)]
        disclosed: PathBuf,
    },
    /// Follow a log: check what is added, and that nothing seen before is taken back.
    Monitor {
        /// What is checked.
        #[command(flatten)]
        of: Of,
        /// Seconds between two looks.
        #[arg(long, default_value_t = 60)]
        interval: u64,
        /// Look once and end.
        #[arg(long)]
        once: bool,
    },
    /// Check the log of reads that lies below the log: every entry, and that it was never silent while facts were recorded.
    Reads {
        /// The log, with its log of reads at the same address or in the same folder, below `reads`.
        #[command(flatten)]
        of: Of,
        /// The same log at another node, which notes its reads in a log of its own; give it for each. Without it, facts that
        /// one node recorded while another was down look like reads that were suppressed.
        #[arg(long = "node", value_name = "SOURCE")]
        nodes: Vec<String>,
    },
    /// Check that a fact that was acknowledged is in the log: the answer to it, as the service gave it, in a file.
    Receipt {
        /// What is checked.
        #[command(flatten)]
        of: Of,
        /// The file with the answer.
        #[arg(long)]
        answer: PathBuf,
    },
    /// Check everything and write it to one file, to be kept and checked offline.
    Bundle {
        /// What is checked.
        #[command(flatten)]
        of: Of,
        /// The file.
        #[arg(long)]
        to: PathBuf,
    },
}

/// Which log, and whom to believe.
#[derive(Args)]
pub struct Of {
    /// A URL such as https://host/v1/audit, a folder, or a bundle.
    pub source: String,
    /// Whom to believe.
    #[command(flatten)]
    pub trust: Trust,
}

/// Whom to believe, and what to remember.
#[derive(Args)]
pub struct Trust {
    /// The policy: the keys of the log and its witnesses, from somewhere else than the log.
    #[arg(long, env = "THIDUA_AUDIT_POLICY")]
    pub policy: Option<PathBuf>,
    /// Take the policy from the very thing that is checked. Finds damage, but no forger.
    #[arg(long, conflicts_with = "policy")]
    pub tofu: bool,
    /// Never use a network.
    #[arg(long)]
    pub offline: bool,
    /// The folder in which the heads seen last are remembered; in the user's state folder unless given.
    #[arg(long, env = "THIDUA_AUDIT_STATE")]
    pub state: Option<PathBuf>,
    /// What is checked may be older than what was seen before: neither compare nor remember.
    #[arg(long)]
    pub past: bool,
    /// A witness must have seen the head within so many seconds.
    #[arg(long)]
    pub max_age: Option<u64>,
    /// Certificates, in PEM, of whom to believe about time stamps; without them stamps are read and bound nothing.
    #[arg(long, env = "THIDUA_AUDIT_TIME_CERTIFICATES")]
    pub time_certificates: Option<PathBuf>,
    /// Where evidence goes; a name of its own in the current folder unless given.
    #[arg(long)]
    pub evidence: Option<PathBuf>,
}

/// Which standing.
#[derive(Args)]
pub struct StandingOptions {
    /// The id of the bloc.
    #[arg(long)]
    pub bloc: BlocId,
    /// The year of emulation.
    #[arg(long, value_parser = year)]
    pub year: EmulationYear,
    /// Leave out acts that count from a later day than this one.
    #[arg(long, value_parser = Date::from_str)]
    pub valid_at: Option<Date>,
    /// Leave out what was recorded later than this moment.
    #[arg(long, value_parser = Timestamp::from_str)]
    pub recorded_at: Option<Timestamp>,
    /// Name the facts that every number came from.
    #[arg(long)]
    pub explain: bool,
}

/// Between which moments.
#[derive(Args)]
pub struct BetweenOptions {
    /// The id of the bloc.
    #[arg(long)]
    pub bloc: BlocId,
    /// The year of emulation.
    #[arg(long, value_parser = year)]
    pub year: EmulationYear,
    /// From this recorded time on; from the first fact on unless given.
    #[arg(long, value_parser = Timestamp::from_str, conflicts_with = "from_size")]
    pub from: Option<Timestamp>,
    /// From after so many facts on.
    #[arg(long)]
    pub from_size: Option<u64>,
    /// Until this recorded time; until the head unless given.
    #[arg(long, value_parser = Timestamp::from_str, conflicts_with = "to_size")]
    pub to: Option<Timestamp>,
    /// Until so many facts.
    #[arg(long)]
    pub to_size: Option<u64>,
}

impl From<&BetweenOptions> for Between {
    fn from(options: &BetweenOptions) -> Self {
        let BetweenOptions { bloc, year, from, from_size, to, to_size } = *options;
        Self { bloc, year, from, from_size, to, to_size }
    }
}

fn year(text: &str) -> Result<EmulationYear, String> {
    let number = text.parse().map_err(|_| "not a year".to_owned())?;
    EmulationYear::new(number).map_err(|error| error.to_string())
}

/// What is checked, opened.
pub struct Asked {
    /// The log.
    pub source: Source,
    /// Whom to believe.
    pub policy: Policy,
    /// The same as a file.
    pub policy_file: Vec<u8>,
}

impl Of {
    /// Opens it.
    pub fn open(&self) -> Result<Asked, crate::exit::Exit> {
        let mut source = self.trust.source(&self.source)?;
        let (policy, policy_file) = self.trust.policy(&mut source)?;
        Ok(Asked { source, policy, policy_file })
    }
}

impl Trust {
    /// A source by its name.
    pub fn source(&self, name: &str) -> Result<Source, Failure> {
        Source::open(name, self.offline, std::env::var("THIDUA_TOKEN").ok())
    }

    /// The policy, and the file it stands in.
    pub fn policy(&self, source: &mut Source) -> Result<(Policy, Vec<u8>), Failure> {
        let (bytes, name) = match &self.policy {
            Some(path) => {
                let name = path.display().to_string();
                let read = std::fs::read(path).map_err(|error| Failure::Usage(format!("{name}: {error}")));
                (read?, name)
            }
            None if self.tofu => {
                let name = if source.is_bundle() { "policy.txt" } else { "policy" };
                let found = source.get(name)?;
                let missing = || Failure::Usage(format!("{} has no {name}", source.name()));
                (found.ok_or_else(missing)?, name.to_owned())
            }
            None => {
                let what = "say whom to believe: --policy FILE, or --tofu to believe what is checked itself";
                return Err(Failure::Usage(what.to_owned()));
            }
        };
        Ok((rotation::follow(source, read_policy(&bytes, &name)?)?, bytes))
    }

    /// Whom to believe about time stamps.
    pub fn authorities(&self) -> Result<Option<Authorities>, Failure> {
        let read = |path: &PathBuf| {
            let wrong = |what: String| Failure::Usage(format!("{}: {what}", path.display()));
            let pem = std::fs::read(path).map_err(|error| wrong(error.to_string()))?;
            Authorities::read(&pem).map_err(|error| wrong(error.to_string()))
        };
        self.time_certificates.as_ref().map(read).transpose()
    }

    /// The folder of heads.
    pub fn state(&self) -> Result<PathBuf, Failure> {
        let of = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
        self.state
            .clone()
            .or_else(|| of("XDG_STATE_HOME").map(|folder| folder.join("thidua/audit")))
            .or_else(|| of("HOME").map(|home| home.join(".local/state/thidua/audit")))
            .ok_or_else(|| Failure::Usage("name a folder to remember heads in: --state".to_owned()))
    }
}
