//! The two transparency logs of the service.

use super::asked::may_audit;
use crate::{
    problem::{Code, Problem},
    routes::Call,
};
use app::{App, Audit};
use domain::{Position, Role};

/// A log whose heads, tiles, entries and proofs are served.
pub trait Ledger: 'static {
    /// Its tree and its signed heads.
    ///
    /// # Errors
    /// There is no such log here.
    fn audit(app: &App) -> Result<&Audit, Problem>;

    /// How many entries are durable.
    ///
    /// # Errors
    /// There is no such log here.
    fn size(app: &App) -> Result<u64, Problem>;

    /// Entries as they were hashed: as many as asked for, or as there are.
    ///
    /// # Errors
    /// They cannot be read.
    fn entries(app: &App, from: Position, count: usize) -> Result<Vec<Vec<u8>>, Problem>;

    /// Goes on only when the caller may see entries.
    ///
    /// # Errors
    /// `missingPermission`.
    fn may_read(call: &Call<'_>) -> Result<(), Problem>;
}

/// The log of facts.
pub struct Facts;

/// The log of reads.
pub struct Reads;

impl Ledger for Facts {
    fn audit(app: &App) -> Result<&Audit, Problem> {
        Ok(app.audit())
    }

    fn size(app: &App) -> Result<u64, Problem> {
        Ok(app.head().0)
    }

    fn entries(app: &App, from: Position, count: usize) -> Result<Vec<Vec<u8>>, Problem> {
        Ok(app.log().read(from, count)?.into_iter().map(|fact| fact.bytes).collect())
    }

    fn may_read(call: &Call<'_>) -> Result<(), Problem> {
        may_audit(call)
    }
}

impl Ledger for Reads {
    fn audit(app: &App) -> Result<&Audit, Problem> {
        Ok(app.reads().ok_or_else(|| Problem::new(Code::ResourceNotFound))?.audit())
    }

    fn size(app: &App) -> Result<u64, Problem> {
        Ok(app.reads().ok_or_else(|| Problem::new(Code::ResourceNotFound))?.size())
    }

    fn entries(app: &App, from: Position, count: usize) -> Result<Vec<Vec<u8>>, Problem> {
        let reads = app.reads().ok_or_else(|| Problem::new(Code::ResourceNotFound))?;
        Ok(reads.entries(from, count)?)
    }

    /// Officials are among those whose reads are noted: they do not see who looked at what.
    fn may_read(call: &Call<'_>) -> Result<(), Problem> {
        let enough = |role: &Role| match role {
            Role::Registrar | Role::Auditor => true,
            Role::Official { .. } | Role::UnitOfficer { .. } => false,
        };
        call.require(enough, &[Role::Auditor, Role::Registrar])
    }
}
