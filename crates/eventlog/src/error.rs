//! What can go wrong with a log, each with what to do about it.

use domain::Position;
use std::path::PathBuf;

/// Why the log could not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum LogError {
    /// The store failed: a full disk, a failed sync, a lost connection.
    #[error(
        "{attempted} failed: mend the cause (a full or failing disk, a lost connection), then start again"
    )]
    Failed {
        /// What was attempted.
        attempted: &'static str,
        /// Why it failed.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The database holds a fact with the same id, the same version of its stream or the same key. Nothing was written.
    #[error(
        "{attempted}: the log holds this already, and the database keeps it once ({constraint}): \
         check where the facts come from with `thidua store verify`"
    )]
    Doubled {
        /// What was attempted.
        attempted: &'static str,
        /// The constraint that refused it.
        constraint: String,
    },
    /// The store does not answer, or not in time. Nothing was written; it may be asked again.
    #[error("{attempted}: the database does not answer; the service goes on by itself when it does again")]
    Unavailable {
        /// What was attempted.
        attempted: &'static str,
        /// What the last attempt said.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// Whether the facts of a commit are durable could not be found out in time. If they are, the next turn tells.
    #[error(
        "the outcome of a commit is not known: the database did not answer in time whether it is durable"
    )]
    Unknown {
        /// What the last attempt to find out said.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The schema of the database is not the one this build writes.
    #[error("the schema {schema} is at version {found}, and this build needs {needed}: {advice}")]
    Version {
        /// The schema.
        schema: String,
        /// The version found; 0 when there is none.
        found: i32,
        /// The version this build writes.
        needed: i32,
        /// What to do about it.
        advice: &'static str,
    },
    /// Something was about to be copied into a log that holds, or gets, other facts.
    #[error(
        "the target holds another log from position {position} on: name an empty one, or the one a copy was begun in"
    )]
    AnotherLog {
        /// The first position where they differ.
        position: Position,
    },
    /// An earlier failure left it open whether the last facts are durable. What a store has in memory can still be
    /// read; sled reads nothing more from its file.
    #[error(
        "the log takes no more facts since this happened: {since}; mend the cause and restart the service"
    )]
    ReadOnly {
        /// The failure that closed the log to writing.
        since: String,
    },
    /// The log was opened but its content was not yet compared with its tip.
    #[error("the log was opened but not confirmed against its tip record: confirm it before writing")]
    Unconfirmed,
    /// A fact exceeds [`domain::envelope::MAX_ENVELOPE_BYTES`]. Nothing was written.
    #[error(
        "fact {position} has {bytes} bytes, over the 60,000 a fact may have: keep large content as a document"
    )]
    TooLarge {
        /// The position it would have taken.
        position: Position,
        /// Its size.
        bytes: usize,
    },
    /// A key or value aside exceeds its limit. Nothing was written.
    #[error(
        "an entry aside has a key of {key} bytes (at most 128) and a value of {value} bytes (at most 7,000)"
    )]
    AsideTooLarge {
        /// The size of the key in bytes.
        key: usize,
        /// The size of the value in bytes.
        value: usize,
    },
    /// A fact does not follow the head, or the caller has seen more than the log holds. Nothing was written.
    #[error(
        "position {given} was given where {expected} comes next: fold what the turn says was missed, then retry"
    )]
    OutOfPlace {
        /// The position that comes next.
        expected: Position,
        /// The position that was given.
        given: Position,
    },
    /// What is stored at a position is not what was written.
    #[error("the log is damaged at position {position}: {what}; restore it with `thidua store restore`")]
    Damaged {
        /// The first position that cannot be trusted.
        position: Position,
        /// What is wrong there.
        what: String,
    },
    /// What is stored aside under a key is not what was written.
    #[error("the entry aside {key} is damaged: {what}; restore the store with `thidua store restore`")]
    AsideDamaged {
        /// The key, with bytes that are not ASCII escaped.
        key: String,
        /// What is wrong with it.
        what: &'static str,
    },
    /// The log is shorter than it once was.
    #[error(
        "the log ends at position {log} but once reached {tip}: acknowledged facts are missing; \
         do not write to this store, restore it with `thidua store restore`"
    )]
    BehindTip {
        /// How many facts the tip record knows of.
        tip: Position,
        /// How many the log holds.
        log: Position,
    },
    /// The log has the right length but other facts.
    #[error(
        "the first {tip} facts of the log are not those the tip record was made over: the past was altered; \
         keep this store as evidence and restore a copy with `thidua store restore`"
    )]
    Altered {
        /// How many facts the tip record covers.
        tip: Position,
    },
    /// The tip record is missing or unreadable, so a shortened log could not be told from a whole one.
    #[error("the tip record {path} cannot be used: {what}; restore the store with `thidua store restore`")]
    TipUnreadable {
        /// The record.
        path: PathBuf,
        /// What is wrong with it.
        what: String,
    },
    /// Another process, or this one, has the store open.
    #[error(
        "the store {path} is in use: stop the other `thidua` that has it open, or give this one another folder"
    )]
    InUse {
        /// The folder of the store.
        path: PathBuf,
    },
    /// The store cannot be opened at all.
    #[error("the store {path} cannot be opened: {what}; restore it with `thidua store restore`")]
    Unopenable {
        /// The folder of the store.
        path: PathBuf,
        /// What the opening said.
        what: String,
    },
    /// Something was about to be written into a folder that holds something else.
    #[error("{path} is not empty: name a new or empty folder")]
    NotEmpty {
        /// The folder.
        path: PathBuf,
    },
    /// A file of a backup is missing, incomplete or not a backup.
    #[error("the backup cannot be used: {path}: {what}; take another backup")]
    BadBackup {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        what: String,
    },
    /// A backup does not hold at a position what was backed up.
    #[error(
        "the backup is damaged at position {position}: {what}; nothing was restored, take another backup"
    )]
    BackupDamaged {
        /// The first position that cannot be trusted.
        position: Position,
        /// What is wrong there.
        what: String,
    },
}

impl LogError {
    /// The failure of something that was attempted, ready for `map_err`.
    pub fn failed<E: Into<Box<dyn std::error::Error + Send + Sync>>>(
        attempted: &'static str,
    ) -> impl FnOnce(E) -> Self {
        move |source| Self::Failed { attempted, source: source.into() }
    }

    /// A store that does not answer, ready for `map_err`.
    pub(crate) fn unavailable<E: Into<Box<dyn std::error::Error + Send + Sync>>>(
        attempted: &'static str,
    ) -> impl FnOnce(E) -> Self {
        move |source| Self::Unavailable { attempted, source: source.into() }
    }

    /// Whether the log goes on after this error without being opened again.
    pub const fn passes(&self) -> bool {
        matches!(self, Self::Unavailable { .. } | Self::Unknown { .. })
    }

    /// Damage at a position.
    pub fn damaged(position: Position, what: impl Into<String>) -> Self {
        Self::Damaged { position, what: what.into() }
    }
}
