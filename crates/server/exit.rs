//! How the program ends. The codes are part of its contract: a unit file or a script may act on them.

use std::{error::Error, process::ExitCode};

/// Why the program ends without having done what was asked.
#[derive(Debug)]
pub enum Exit {
    /// 1: what was asked could not be done.
    Failed(Box<dyn Error + Send + Sync>),
    /// 2: what was typed or configured cannot be meant.
    Usage(String),
    /// 3: a check found faults; they have been printed.
    Faulty,
    /// 4: the store is damaged, altered or behind what was signed; nothing was changed.
    Damaged(Box<dyn Error + Send + Sync>),
    /// 5: another process holds the store.
    InUse(eventlog::LogError),
    /// 6: the service does not answer, or answers that it is not ready.
    Unavailable(String),
    /// An audit did not end well; it has codes of its own, which `thidua audit --help` lists.
    Audit(::audit::Failure),
}

impl Exit {
    /// The code the process ends with.
    pub fn code(&self) -> ExitCode {
        ExitCode::from(match self {
            Self::Failed(_) => 1,
            Self::Usage(_) => 2,
            Self::Faulty => 3,
            Self::Damaged(_) => 4,
            Self::InUse(_) => 5,
            Self::Unavailable(_) => 6,
            Self::Audit(failure) => failure.exit_code(),
        })
    }

    /// Says why, with every cause, on the error stream.
    pub fn explain(&self) {
        match self {
            Self::Failed(error) | Self::Damaged(error) => eprintln!("thidua: {}", causes(error.as_ref())),
            Self::Audit(failure) => eprintln!("thidua: {}", causes(failure)),
            Self::InUse(error) => eprintln!("thidua: {}", causes(error)),
            Self::Usage(what) | Self::Unavailable(what) => eprintln!("thidua: {what}"),
            Self::Faulty => {}
        }
    }

    /// A failure from any error.
    pub fn failed(error: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self::Failed(error.into())
    }
}

fn causes(error: &dyn Error) -> String {
    let (mut text, mut cause) = (error.to_string(), error.source());
    while let Some(error) = cause {
        text = format!("{text}: {error}");
        cause = error.source();
    }
    text
}

impl From<eventlog::LogError> for Exit {
    fn from(error: eventlog::LogError) -> Self {
        use eventlog::LogError as E;
        match error {
            E::InUse { .. } => Self::InUse(error),
            E::Damaged { .. }
            | E::AsideDamaged { .. }
            | E::BehindTip { .. }
            | E::Altered { .. }
            | E::TipUnreadable { .. }
            | E::Unopenable { .. }
            | E::BadBackup { .. }
            | E::BackupDamaged { .. } => Self::Damaged(error.into()),
            E::Unavailable { .. } | E::Unknown { .. } => Self::Unavailable(causes(&error)),
            E::Failed { .. }
            | E::Doubled { .. }
            | E::ReadOnly { .. }
            | E::Unconfirmed
            | E::Version { .. }
            | E::AnotherLog { .. }
            | E::TooLarge { .. }
            | E::AsideTooLarge { .. }
            | E::OutOfPlace { .. }
            | E::NotEmpty { .. } => Self::Failed(error.into()),
        }
    }
}

impl From<::audit::Failure> for Exit {
    fn from(failure: ::audit::Failure) -> Self {
        Self::Audit(failure)
    }
}

impl From<app::AuditError> for Exit {
    fn from(error: app::AuditError) -> Self {
        use app::AuditError as E;
        match error {
            E::Log(error) => error.into(),
            E::Anchor { .. }
            | E::NoAnchor { .. }
            | E::Behind { .. }
            | E::Altered { .. }
            | E::Raced { .. }
            | E::Mismatch { .. } => Self::Damaged(error.into()),
            E::OtherKey { .. } | E::NotVouched { .. } | E::Key(_) | E::Sign(_) | E::Thread(_) => {
                Self::Failed(error.into())
            }
        }
    }
}

impl From<app::ReadsError> for Exit {
    fn from(error: app::ReadsError) -> Self {
        match error {
            app::ReadsError::Store { .. } => Self::failed(error),
            app::ReadsError::Audit { .. } => Self::Damaged(error.into()),
        }
    }
}

impl From<std::io::Error> for Exit {
    fn from(error: std::io::Error) -> Self {
        Self::failed(error)
    }
}
