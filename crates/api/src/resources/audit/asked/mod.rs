//! What auditors ask of the whole log: standings as of two times and what changed between them, what was recorded late or
//! corrected, which rules an act had to pass, and every fact of a stream with the proof that these are all.
//!
//! `standings`: standings and their difference; `claims`: late entries and corrections; `rules`: the rules asked again;
//! `streams`: whole streams

mod claims;
mod rules;
mod standings;
mod streams;

use super::{covering, ledger::Facts};
use crate::{
    answer_body,
    auth::Scope::AuditRead,
    body::{
        Schemas,
        text::{FromText, string},
    },
    issue::Flaw,
    problem::{Code, Problem},
    routes::{Call, Route, Tag, needs, read},
};
use domain::{ClientId, Date, Envelope, EventId, GrantId, Role, StreamId, Timestamp, UnitId};
use utoipa::openapi::{RefOr, Schema};

/// The rows of this resource.
pub static ROUTES: &[Route] = &[
    read::<streams::WholeStream>(
        "/v1/audit/streams/{stream}/events",
        "getStreamEvents",
        Tag::Audit,
        [
            "Mọi sự kiện của một dòng, kèm bằng chứng là không thiếu",
            "Every fact of a stream, with the proof that these are all",
        ],
        needs(&[AuditRead]),
    ),
    read::<standings::Standings>(
        "/v1/audit/standings",
        "getStandingAsOf",
        Tag::Audit,
        [
            "Bảng xếp hạng theo hai thời điểm: có hiệu lực, và được ghi nhận",
            "A standing as of two times: what counted by a day, as known at a moment",
        ],
        needs(&[AuditRead]),
    ),
    read::<standings::Difference>(
        "/v1/audit/diff",
        "getStandingDiff",
        Tag::Audit,
        [
            "Bảng xếp hạng thay đổi gì giữa hai thời điểm, do ai",
            "What changed in a standing between two moments, and who changed it",
        ],
        needs(&[AuditRead]),
    ),
    read::<claims::Backdated>(
        "/v1/audit/backdated",
        "listBackdated",
        Tag::Audit,
        ["Các sự kiện ghi nhận sau ngày có hiệu lực", "Facts recorded after the day they count from"],
        needs(&[AuditRead]),
    ),
    read::<claims::Corrections>(
        "/v1/audit/corrections",
        "listCorrections",
        Tag::Audit,
        ["Các đính chính: thay sự kiện nào, vì sao", "Corrections: which fact they replace, and why"],
        needs(&[AuditRead]),
    ),
    read::<rules::RulesCheck>(
        "/v1/audit/rules-check",
        "checkRules",
        Tag::Audit,
        [
            "Hỏi lại các quy tắc mà từng việc phải qua: thứ tự, hạn, số người, kiểm phiếu",
            "The rules that each act had to pass, asked again: order, deadline, quorum, count",
        ],
        needs(&[AuditRead]),
    ),
];

/// Auditors, registrars and officials read the whole history.
pub(super) fn may_audit(call: &Call<'_>) -> Result<(), Problem> {
    let enough = |role: &Role| match role {
        Role::Registrar | Role::Official { .. } | Role::Auditor => true,
        Role::UnitOfficer { .. } => false,
    };
    call.require(enough, &[Role::Auditor, Role::Registrar, Role::Official { bloc: None }])
}

fn not_found() -> Problem {
    Problem::new(Code::ResourceNotFound)
}

/// A stream as one segment of a path: its slashes are written `%2F`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StreamInPath(pub StreamId);

impl FromText for StreamInPath {
    fn from_text(text: &str) -> Result<Self, Flaw> {
        let text = text.replace("%2F", "/").replace("%2f", "/");
        text.parse().map(Self).map_err(|_| Flaw::BadValue("year%2F<uuid>%2F2024"))
    }

    fn schema(_: &mut Schemas) -> RefOr<Schema> {
        let id = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}";
        let kinds = "(unit|bloc|grant|commendation)";
        string().pattern(Some(format!("^(log|{kinds}/{id}|year/{id}/(19|20|21)[0-9]{{2}})$"))).into()
    }
}

answer_body! {
    /// Một sự kiện, và ai đã ghi. A fact, and who recorded it.
    pub struct RecordedShown {
        /// Vị trí trong sổ. Where it stands in the log.
        position: u64,
        /// Sự kiện. The fact.
        event: EventId,
        /// Loại. Its type.
        event_type: &'static str,
        /// Máy chủ nhận lúc. When the server received it.
        recorded_at: Timestamp,
        /// Ngày có hiệu lực, theo lời người gửi. The day it counts from, as claimed.
        effective_on: Date,
        /// Hệ thống đã gửi. The client that acted.
        client: ClientId,
        /// Đơn vị được nhân danh. The unit in whose name.
        acting_unit: Option<UnitId>,
        /// Quyền đã dùng. The grant that allowed it.
        grant: Option<GrantId>,
    }
}

impl From<views::diff::Recorded> for RecordedShown {
    fn from(fact: views::diff::Recorded) -> Self {
        let views::diff::Recorded {
            position,
            event,
            event_type,
            recorded_at,
            effective_on,
            client,
            acting_unit,
            grant,
        } = fact;
        Self { position, event, event_type, recorded_at, effective_on, client, acting_unit, grant }
    }
}

impl From<&Envelope> for RecordedShown {
    fn from(fact: &Envelope) -> Self {
        views::diff::Recorded::from(fact).into()
    }
}
