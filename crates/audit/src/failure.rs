//! Every way to say no. What was found wrong carries the evidence that convinces a third party.

use base64::{Engine, engine::general_purpose::STANDARD};
use serde::Serialize;
use tlog::{Hash, checkpoint::SignedCheckpoint, policy::PolicyError};

/// Why an audit did not end well.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// 1: something of the auditor's own failed: a file could not be written.
    #[error("{what}")]
    Failed {
        /// What.
        what: String,
        /// Why.
        #[source]
        cause: std::io::Error,
    },
    /// 2 or 4: the log is not what it must be.
    #[error("{0}")]
    Found(Box<Finding>),
    /// 3: the policy does not believe the checkpoint.
    #[error("the policy does not accept the checkpoint: {0}")]
    Policy(PolicyError),
    /// 5: the log could not be reached.
    #[error("{place}: {what}")]
    Unreachable {
        /// The address or the path.
        place: String,
        /// Why.
        what: String,
    },
    /// 6: written by a later version than this one knows.
    #[error("{0}: a later version wrote it than this program knows")]
    UnknownVersion(String),
    /// 64: what was asked cannot be meant.
    #[error("{0}")]
    Usage(String),
}

impl Failure {
    /// The code a process ends with.
    pub const fn exit_code(&self) -> u8 {
        match self {
            Self::Failed { .. } => 1,
            Self::Found(finding) => finding.kind.exit_code(),
            Self::Policy(_) => 3,
            Self::Unreachable { .. } => 5,
            Self::UnknownVersion(_) => 6,
            // sysexits.h, EX_USAGE: 2, which command lines usually end with, means a violation here.
            Self::Usage(_) => 64,
        }
    }

    /// A failure to do something with a file of the auditor's own.
    pub fn io(what: impl Into<String>) -> impl FnOnce(std::io::Error) -> Self {
        let what = what.into();
        move |cause| Self::Failed { what, cause }
    }
}

impl From<Finding> for Failure {
    fn from(finding: Finding) -> Self {
        Self::Found(Box::new(finding))
    }
}

/// What kind of thing is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum FindingKind {
    /// The log gives itself another name than the policy lists.
    OtherOrigin,
    /// A text or a file has not the form it must have.
    Malformed,
    /// A signature under a known name and id is wrong.
    Signature,
    /// Something the tree has is not there.
    Missing,
    /// An entry is not the one whose hash the tree has.
    Entry,
    /// A hash in a tile is not that of what lies below it.
    Tile,
    /// The entries lead to another root than the signed one.
    Root,
    /// An envelope does not stand where it says, or does not follow its stream's last one.
    Chain,
    /// An envelope was recorded before the one before it, or on the wrong side of a witness's time.
    Time,
    /// An id, or a request, is used a second time.
    Duplicate,
    /// A correction names no fact before it that it could replace.
    Correction,
    /// The log of reads is silent where it should not be, or states another number of entries than it has.
    Reads,
    /// The act was not covered by the grant it names.
    Authority,
    /// A published standing is not what the facts come to.
    Standing,
    /// What the log commits to of its streams is not what they hold.
    Heads,
    /// A key does not follow on the one before.
    KeyRotation,
    /// Two signed heads of the log contradict each other.
    Fork,
    /// The log shows less than it showed before.
    Rollback,
    /// The log's head is older than it may be.
    Stale,
    /// A time stamp is not of a head of the log, or not by an authority to believe.
    TimeStamp,
    /// A file of a bundle is not what it must be.
    Bundle,
    /// Personal data that was shown is not what the log committed to.
    Commitment,
    /// Personal data is missing, and no fact says that it was erased.
    PersonalData,
    /// A key was destroyed that those who must had not approved.
    Erasure,
}

impl FindingKind {
    const fn exit_code(self) -> u8 {
        match self {
            Self::Rollback | Self::Stale => 4,
            Self::OtherOrigin
            | Self::Malformed
            | Self::Signature
            | Self::Missing
            | Self::Entry
            | Self::Tile
            | Self::Root
            | Self::Chain
            | Self::Time
            | Self::Duplicate
            | Self::Correction
            | Self::Reads
            | Self::Authority
            | Self::Standing
            | Self::Heads
            | Self::KeyRotation
            | Self::Fork
            | Self::TimeStamp
            | Self::Bundle
            | Self::Commitment
            | Self::PersonalData
            | Self::Erasure => 2,
        }
    }
}

/// What is wrong, with what shows it.
#[derive(Clone, Debug, thiserror::Error, Serialize)]
#[error("{}{what}", at(self.position))]
pub struct Finding {
    /// Of what kind.
    pub kind: FindingKind,
    /// The first bad position; for a tile above the entries, the first one it covers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub position: Option<u64>,
    /// What is wrong, in words.
    pub what: String,
    /// The file or address in which it shows.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// Signed checkpoints, the older one first: of a fork, the two that contradict each other.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub checkpoints: Vec<String>,
    /// Of a fork between heads of different size: the root that the first of the two sizes has in the tree of the second,
    /// base 64. It is not the one that was signed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub older_root_within_newer: Option<String>,
    /// The consistency proof from that root to the second head (RFC 6962 §2.1.2), base 64.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub proof: Vec<String>,
    /// The entry as it was served, base 64.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub entry: Option<String>,
}

fn at(position: Option<u64>) -> String {
    position.map_or_else(String::new, |position| format!("position {position}: "))
}

impl Finding {
    /// Something wrong.
    pub fn new(kind: FindingKind, what: impl Into<String>) -> Self {
        Self {
            kind,
            position: None,
            what: what.into(),
            path: None,
            checkpoints: Vec::new(),
            older_root_within_newer: None,
            proof: Vec::new(),
            entry: None,
        }
    }

    /// It shows first at this position.
    #[must_use]
    pub const fn at(mut self, position: u64) -> Self {
        self.position = Some(position);
        self
    }

    /// It shows in this file.
    #[must_use]
    pub fn in_file(mut self, path: impl Into<String>) -> Self {
        self.path = Some(path.into());
        self
    }

    /// It shows in this entry.
    #[must_use]
    pub fn with_entry(mut self, entry: &[u8]) -> Self {
        self.entry = Some(STANDARD.encode(entry));
        self
    }

    /// It contradicts this checkpoint, which is noted unless it already is.
    #[must_use]
    pub fn against(mut self, checkpoint: &SignedCheckpoint) -> Self {
        let text = checkpoint.to_string();
        if !self.checkpoints.contains(&text) {
            self.checkpoints.push(text);
        }
        self
    }

    /// The two checkpoints contradict each other: the first one's size has this root in the tree of the second.
    #[must_use]
    pub fn proven_by(mut self, root: &Hash, proof: &[Hash]) -> Self {
        self.older_root_within_newer = Some(STANDARD.encode(root));
        self.proof = proof.iter().map(|hash| STANDARD.encode(hash)).collect();
        self
    }

    /// The evidence as a file that can be handed on.
    pub fn evidence(&self, source: &str) -> String {
        let file = serde_json::json!({ "format": "thidua-evidence/1", "source": source, "finding": self });
        format!("{file:#}\n")
    }
}
