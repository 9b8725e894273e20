//! Reports (báo cáo): each unit's half-year and annual report.

use super::{Correction, Mark, Proofs, Timeliness, UnitYear, Year};
use crate::{DocumentNumber, Name, Rejection, Remark, Sha256, UnitId, regulation::Step};
use serde::{Deserialize, Serialize};

/// Which report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReportKind {
    /// On the first half-year (sơ kết 6 tháng).
    HalfYear,
    /// On the whole year (tổng kết năm).
    Annual,
}

/// A number in a report, such as 2.291 commended collectives.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Figure {
    /// What is counted.
    pub name: Name,
    /// The number as a decimal string, without separators.
    pub value: crate::Text<24>,
    /// "hơn", "gần", "hàng trăm": how exact the source is; absent when it is exact.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub qualifier: Option<crate::Text<24>>,
}

/// Evidence (minh chứng): where it lies, and what it must hash to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Evidence {
    /// What it is.
    pub title: Name,
    /// The number of the paper.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub document: Option<DocumentNumber>,
    /// Where it lies.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<crate::Text<500>>,
    /// The hash of its bytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sha256: Option<Sha256>,
}

/// Asks to file a report.
#[derive(Clone, Debug)]
pub struct FileReport {
    /// The unit.
    pub unit: UnitId,
    /// Which report.
    pub kind: ReportKind,
    /// What it says, in short.
    pub summary: Option<Remark>,
    /// Shortcomings (tồn tại, hạn chế).
    pub shortcomings: Option<Remark>,
    /// Its figures.
    pub figures: Vec<Figure>,
    /// The report itself and what goes with it.
    pub attachments: Vec<Evidence>,
    /// What it replaces.
    pub correction: Option<Correction>,
}

/// A unit filed a report.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReportFiled {
    /// The unit.
    pub unit: UnitId,
    /// Which report.
    pub kind: ReportKind,
    /// What it says, in short.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub summary: Option<Remark>,
    /// Shortcomings.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shortcomings: Option<Remark>,
    /// Its figures.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub figures: Vec<Figure>,
    /// The report itself and what goes with it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attachments: Vec<Evidence>,
    /// Whether it came in time.
    pub timeliness: Timeliness,
    /// What it replaces.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub correction: Option<Correction>,
}

impl ReportKind {
    /// The step a report of this kind is.
    pub const fn step(self) -> Step {
        match self {
            Self::HalfYear => Step::HalfYearReport,
            Self::Annual => Step::AnnualReport,
        }
    }
}

impl UnitYear {
    pub(super) const fn report_mut(&mut self, kind: ReportKind) -> &mut Option<Mark> {
        match kind {
            ReportKind::HalfYear => &mut self.half_year_report,
            ReportKind::Annual => &mut self.annual_report,
        }
    }
}

impl Year {
    pub(super) fn file_report(&self, act: FileReport, proofs: &Proofs) -> Result<ReportFiled, Rejection> {
        let step = act.kind.step();
        self.may_take(step, act.unit, proofs)?;
        let standing = self.unit(act.unit).and_then(|unit| unit.step(step));
        Self::replaces(step, act.unit, standing, act.correction.as_ref().map(|c| c.corrects))?;
        Ok(ReportFiled {
            timeliness: self.timeliness(step, proofs)?,
            unit: act.unit,
            kind: act.kind,
            summary: act.summary,
            shortcomings: act.shortcomings,
            figures: act.figures,
            attachments: act.attachments,
            correction: act.correction,
        })
    }
}
