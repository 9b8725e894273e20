//! Exports: the whole log in one file, made as a job.

use super::ledger::{Ledger, Reads};
use crate::{
    answer::{Answer, JSON},
    answer_body,
    body::{Schemas, parameters::NoParameters},
    file_body::Whole,
    parameters,
    problem::{Code, Problem},
    routes::{
        Call, Read,
        start::{Start, unavailable},
    },
    shown::Shown,
};
use actix_web::http::header::{CONTENT_DISPOSITION, HeaderValue, RETRY_AFTER};
use app::exports::{Export, ExportState, Exports, NotBegun};
use domain::{ClientId, ExportId, KeyHash, Timestamp};
use utoipa::openapi::{RefOr, Schema};

/// The bundle itself.
const ZIP: &str = "application/zip";

answer_body! {
    /// Một lần xuất toàn bộ sổ. An export of the whole log: the bundle that `thidua audit verify` checks without a network.
    pub struct ExportShown {
        /// Mã. Its id.
        id: ExportId,
        /// `waiting`, `running`, `done`, `failed`. How it stands.
        status: &'static str,
        /// Hệ thống khách đã yêu cầu. Who asked for it.
        client: ClientId,
        /// Thời điểm yêu cầu. When.
        asked_at: Timestamp,
        /// Số sự kiện đã xong. How many facts are done.
        done: Option<u64>,
        /// Tổng số sự kiện. Of how many.
        total: Option<u64>,
        /// Thời điểm xong. Since when it can be fetched, as application/zip.
        finished_at: Option<Timestamp>,
        /// Số byte. The length of the file.
        bytes: Option<u64>,
        /// SHA-256 của tệp. SHA-256 of the file, in hexadecimal.
        sha256: Option<String>,
        /// Vì sao không xong. Why it could not be made.
        failure: Option<String>,
    }
}

answer_body! {
    /// Các lần xuất còn giữ, cũ trước mới sau. The exports that are kept, the oldest first.
    pub struct ExportsShown {
        /// Các lần xuất. The exports.
        items: Vec<ExportShown>,
    }
}

fn shown(export: &Export) -> ExportShown {
    let Export { id, client, asked_at, state, .. } = export;
    let mut shown = ExportShown {
        id: *id,
        status: "waiting",
        client: client.clone(),
        asked_at: *asked_at,
        done: None,
        total: None,
        finished_at: None,
        bytes: None,
        sha256: None,
        failure: None,
    };
    match state {
        ExportState::Waiting => {}
        ExportState::Running { done, total } => {
            (shown.status, shown.done, shown.total) = ("running", Some(*done), Some(*total));
        }
        ExportState::Done(file) => {
            shown.status = "done";
            (shown.done, shown.total) = (Some(file.size), Some(file.size));
            (shown.finished_at, shown.bytes) = (Some(file.at), Some(file.bytes));
            shown.sha256 = Some(file.sha256.clone());
        }
        ExportState::Failed(why) => (shown.status, shown.failure) = ("failed", Some(why.clone())),
    }
    shown
}

/// Who may see the log of reads may have the whole log.
fn exports<'c>(call: &Call<'c>) -> Result<&'c Exports, Problem> {
    Reads::may_read(call)?;
    call.service.app().exports().ok_or_else(unavailable)
}

/// `POST /v1/audit/exports`
pub struct StartExport;

impl Start for StartExport {
    fn schema(schemas: &mut Schemas) -> RefOr<Schema> {
        ExportShown::schema(schemas)
    }

    fn start(call: &Call<'_>, key: KeyHash) -> Result<(String, Answer), Problem> {
        let (exports, claims) = (exports(call)?, call.claims.ok_or_else(Problem::no_token)?);
        let export = exports.ask(&claims.client, key).map_err(|refusal| match refusal {
            NotBegun::TooMany => {
                Problem::new(Code::TooManyExports).with_header(RETRY_AFTER, HeaderValue::from_static("60"))
            }
            NotBegun::Unavailable => Problem::new(Code::InternalServerError),
        })?;
        Ok((format!("/v1/audit/exports/{}", export.id), Answer::serialised(&shown(&export))?))
    }
}

/// `GET /v1/audit/exports`
pub struct ExportList;

impl Read for ExportList {
    type Path = NoParameters;
    type Query = NoParameters;

    fn schema(schemas: &mut Schemas) -> RefOr<Schema> {
        ExportsShown::schema(schemas)
    }

    async fn answer(call: &Call<'_>, _: NoParameters, _: NoParameters) -> Result<Answer, Problem> {
        Answer::serialised(&ExportsShown { items: exports(call)?.list().iter().map(shown).collect() })
    }
}

parameters! {
    /// The path of an export.
    pub struct ExportPath {
        /// Mã lần xuất. The id of the export.
        export: ExportId,
    }
}

/// `GET /v1/audit/exports/{export}`
pub struct OneExport;

impl Read for OneExport {
    type Path = ExportPath;
    type Query = NoParameters;
    const FORMS: &'static [&'static str] = &[JSON, ZIP];

    fn schema(schemas: &mut Schemas) -> RefOr<Schema> {
        ExportShown::schema(schemas)
    }

    async fn answer(call: &Call<'_>, path: ExportPath, _: NoParameters) -> Result<Answer, Problem> {
        let exports = exports(call)?.list();
        let export = exports.iter().find(|export| export.id == path.export);
        let export = export.ok_or_else(|| Problem::new(Code::ExportUnknown))?;
        if call.form != ZIP {
            return Answer::serialised(&shown(export));
        }
        match &export.state {
            ExportState::Done(file) => {
                let name = format!("attachment; filename=\"thidua-{}.zip\"", file.size);
                let whole = Whole { file: file.file.clone(), length: file.bytes };
                Ok(Answer::file(ZIP, whole).with_etag(&file.sha256).with_header(CONTENT_DISPOSITION, name))
            }
            ExportState::Waiting | ExportState::Running { .. } => {
                Err(Problem::new(Code::ExportNotReady)
                    .with_header(RETRY_AFTER, HeaderValue::from_static("5")))
            }
            ExportState::Failed(why) => Err(Problem::new(Code::ExportNotReady).with("failure", why.as_str())),
        }
    }
}
