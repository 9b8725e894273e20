//! The heads of the log that were signed.

use super::{FRESH, TEXT, covering};
use crate::{
    answer::{Answer, Cache},
    answer_body,
    body::{
        Schemas,
        parameters::{Limit, NoParameters},
        text::string,
    },
    parameters,
    problem::Problem,
    routes::{Call, Read},
    shown::Shown,
};
use app::audit::Kept;
use domain::{Position, Timestamp};
use utoipa::openapi::{RefOr, Schema};

/// `GET /v1/audit/checkpoint`
pub struct Head;

impl Read for Head {
    type Path = NoParameters;
    type Query = NoParameters;
    const FORMS: &'static [&'static str] = &[TEXT];
    const CACHE: Cache = FRESH;

    fn schema(_: &mut Schemas) -> RefOr<Schema> {
        string().into()
    }

    async fn answer(call: &Call<'_>, _: NoParameters, _: NoParameters) -> Result<Answer, Problem> {
        let head = covering(call, 0).await?;
        Ok(Answer::new(TEXT, head.signed.to_string()).with_etag(head.size()).at(Position(head.size())))
    }
}

parameters! {
    /// Which heads.
    pub struct HeadsQuery {
        /// Từ số sự kiện này. Only heads that cover at least so many facts.
        from: Option<Position>,
        /// Đến số sự kiện này. Only heads that cover at most so many facts.
        to: Option<Position>,
        /// Số đầu sổ. How many heads; go on with from set to the last size plus one.
        limit: Limit,
    }
}

answer_body! {
    /// Một đầu sổ đã ký. A signed head.
    pub struct HeadShown {
        /// Số sự kiện. How many facts it covers.
        size: u64,
        /// Thời điểm ký. When it was signed.
        signed_at: Timestamp,
        /// Nguyên văn đã ký. The signed note.
        checkpoint: String,
    }
}

answer_body! {
    /// Các đầu sổ đã ký, nhỏ trước lớn sau. Signed heads, the smallest first.
    pub struct HeadsShown {
        /// Các đầu sổ. The heads.
        items: Vec<HeadShown>,
    }
}

/// `GET /v1/audit/checkpoints`
pub struct Heads;

impl Read for Heads {
    type Path = NoParameters;
    type Query = HeadsQuery;
    const CACHE: Cache = FRESH;

    fn schema(schemas: &mut Schemas) -> RefOr<Schema> {
        HeadsShown::schema(schemas)
    }

    async fn answer(call: &Call<'_>, _: NoParameters, query: HeadsQuery) -> Result<Answer, Problem> {
        let last = covering(call, 0).await?;
        let kept = call.service.app().audit().kept();
        // The last one is kept as well when it is the first of its hour.
        let heads = kept.into_iter().filter(|kept| kept.size < last.size()).map(shown);
        let latest =
            HeadShown { size: last.size(), signed_at: last.signed_at, checkpoint: last.signed.to_string() };
        let wanted = |head: &HeadShown| {
            query.from.is_none_or(|from| head.size >= from.0) && query.to.is_none_or(|to| head.size <= to.0)
        };
        let items = heads.chain([latest]).filter(wanted).take(query.limit.0.into()).collect();
        Ok(Answer::serialised(&HeadsShown { items })?.at(Position(last.size())))
    }
}

fn shown(Kept { size, signed_at, checkpoint }: Kept) -> HeadShown {
    HeadShown { size, signed_at, checkpoint }
}
