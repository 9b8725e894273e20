//! Who was shown what is not public.

use super::ledger::{Ledger, Reads};
use crate::{
    answer::Answer,
    answer_body,
    body::{
        Schemas,
        parameters::{Limit, NoParameters},
    },
    parameters,
    problem::{Code, Problem},
    routes::{Call, Read},
    shown::Shown,
};
use app::reads::ReadQuery;
use domain::{
    ClientId, Position, Timestamp,
    reading::{ReadEntry, ReadEvent, ShownTo},
};
use utoipa::openapi::{RefOr, Schema};

parameters! {
    /// Which reads.
    pub struct ReadsQuery {
        /// Hệ thống khách này. Only what this client was shown.
        actor: Option<ClientId>,
        /// Từ thời điểm này. Only from this moment on.
        from: Option<Timestamp>,
        /// Trước thời điểm này. Only before this moment.
        to: Option<Timestamp>,
        /// Sau vị trí này. Only after this position of the log of reads: go on with the last one you have.
        after: Option<Position>,
        /// Số lần xem. How many reads.
        limit: Limit,
    }
}

answer_body! {
    /// Một lần xem. A read.
    pub struct ReadShown {
        /// Vị trí trong nhật ký truy cập. Where it stands in the log of reads.
        position: u64,
        /// Thời điểm. When.
        recorded_at: Timestamp,
        /// Hệ thống khách. The client.
        client: ClientId,
        /// Mã của thẻ. The id of its token.
        token: String,
        /// Thao tác. The operation, as the document names it.
        operation: String,
        /// Đường dẫn. The path that was asked for.
        path: String,
        /// Phần truy vấn. The query after it.
        query: Option<String>,
        /// Mã yêu cầu. The id of the request, which its answer bore.
        request: String,
    }
}

answer_body! {
    /// Các lần xem, trước sau theo thời gian. Reads, in their order.
    pub struct ReadsShown {
        /// Các lần xem. The reads.
        items: Vec<ReadShown>,
        /// Số mục của nhật ký truy cập. How many entries the log of reads has.
        entries: u64,
    }
}

/// `GET /v1/audit/reads`
pub struct ReadList;

impl Read for ReadList {
    type Path = NoParameters;
    type Query = ReadsQuery;

    fn schema(schemas: &mut Schemas) -> RefOr<Schema> {
        ReadsShown::schema(schemas)
    }

    async fn answer(call: &Call<'_>, _: NoParameters, query: ReadsQuery) -> Result<Answer, Problem> {
        Reads::may_read(call)?;
        let ReadsQuery { actor, from, to, after, limit } = query;
        let reads = call.service.app().reads().ok_or_else(|| Problem::new(Code::ResourceNotFound))?;
        let found = reads.find(&ReadQuery { client: actor, from, to, after }, limit.0.into())?;
        let items = found.into_iter().filter_map(shown).collect();
        Answer::serialised(&ReadsShown { items, entries: reads.size() })
    }
}

fn shown(entry: ReadEntry) -> Option<ReadShown> {
    let ReadEntry { position, recorded_at, event, .. } = entry;
    match event {
        ReadEvent::Shown(ShownTo { client, token, operation, path, query, request }) => Some(ReadShown {
            position: position.0,
            recorded_at,
            client,
            token,
            operation,
            path,
            query,
            request: request.to_string(),
        }),
        ReadEvent::Opened(_) | ReadEvent::Counted(_) | ReadEvent::Closed(_) => None,
    }
}
