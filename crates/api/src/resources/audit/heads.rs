//! The heads of the log that were signed.

use super::{FRESH, Ledger, TEXT, covering};
use crate::{
    answer::{Answer, Cache},
    answer_body,
    body::{
        Schemas,
        parameters::{Limit, NoParameters},
        text::string,
    },
    parameters,
    problem::{Code, Problem},
    routes::{Call, Read},
    shown::Shown,
};
use app::{
    Published,
    audit::{Kept, Stamped},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use domain::{Position, Timestamp};
use std::marker::PhantomData;
use utoipa::openapi::{RefOr, Schema};

/// What an authority answers (RFC 3161 §3.4).
const REPLY: &str = "application/timestamp-reply";

/// `GET …/checkpoint`
pub struct Head<L>(PhantomData<L>);

impl<L: Ledger> Read for Head<L> {
    type Path = NoParameters;
    type Query = NoParameters;
    const FORMS: &'static [&'static str] = &[TEXT];
    const CACHE: Cache = FRESH;

    fn schema(_: &mut Schemas) -> RefOr<Schema> {
        string().into()
    }

    async fn answer(call: &Call<'_>, _: NoParameters, _: NoParameters) -> Result<Answer, Problem> {
        let head = covering::<L>(call, 0).await?;
        Ok(Answer::new(TEXT, head.signed.to_string()).with_etag(tag(&head)).at(Position(head.size())))
    }
}

/// The same size is signed again and cosigned again: the moment and the number of signatures tell them apart.
fn tag(head: &Published) -> String {
    format!("{}-{}-{}", head.size(), head.signed_at.millis(), head.signed.note().signatures().len())
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
        /// Dấu thời gian của tổ chức cấp. The time stamp of the note, if an authority was asked for one.
        time_stamp: Option<TimeStampShown>,
    }
}

answer_body! {
    /// Dấu thời gian. A time stamp (RFC 3161).
    pub struct TimeStampShown {
        /// Thời điểm. The moment it states.
        time: Timestamp,
        /// Trả lời của tổ chức cấp, base 64. The authority's reply, in base 64.
        reply: String,
    }
}

answer_body! {
    /// Các đầu sổ đã ký, nhỏ trước lớn sau. Signed heads, the smallest first.
    pub struct HeadsShown {
        /// Các đầu sổ. The heads.
        items: Vec<HeadShown>,
    }
}

/// `GET …/checkpoints`
pub struct Heads<L>(PhantomData<L>);

impl<L: Ledger> Read for Heads<L> {
    type Path = NoParameters;
    type Query = HeadsQuery;
    const CACHE: Cache = FRESH;

    fn schema(schemas: &mut Schemas) -> RefOr<Schema> {
        HeadsShown::schema(schemas)
    }

    async fn answer(call: &Call<'_>, _: NoParameters, query: HeadsQuery) -> Result<Answer, Problem> {
        let last = covering::<L>(call, 0).await?;
        let audit = L::audit(call.service.app())?;
        // The last one is kept as well when it is the first of its hour.
        let kept = audit.kept().into_iter().filter(|kept| kept.size < last.size()).map(shown);
        let latest = HeadShown {
            size: last.size(),
            signed_at: last.signed_at,
            checkpoint: last.signed.to_string(),
            time_stamp: None,
        };
        let mut heads: Vec<_> = kept.chain([latest]).collect();
        audit.stamped().iter().for_each(|stamped| put(&mut heads, stamped));
        heads.sort_by_key(|head| head.size);
        let wanted = |head: &HeadShown| {
            query.from.is_none_or(|from| head.size >= from.0) && query.to.is_none_or(|to| head.size <= to.0)
        };
        let items = heads.into_iter().filter(wanted).take(query.limit.0.into()).collect();
        Ok(Answer::serialised(&HeadsShown { items })?.at(Position(last.size())))
    }
}

fn shown(Kept { size, signed_at, checkpoint }: Kept) -> HeadShown {
    HeadShown { size, signed_at, checkpoint, time_stamp: None }
}

/// Puts a time stamp with the head it is of; that may have been cosigned since, and then stands there twice.
fn put(heads: &mut Vec<HeadShown>, stamped: &Stamped) {
    let time_stamp = Some(TimeStampShown { time: stamped.time, reply: STANDARD.encode(&stamped.reply) });
    let is_it = |head: &&mut HeadShown| head.time_stamp.is_none() && head.checkpoint == stamped.checkpoint;
    match heads.iter_mut().find(is_it) {
        Some(head) => head.time_stamp = time_stamp,
        None => heads.push(HeadShown {
            size: stamped.size,
            signed_at: stamped.time,
            checkpoint: stamped.checkpoint.clone(),
            time_stamp,
        }),
    }
}

parameters! {
    /// Which time stamp.
    pub struct StampPath {
        /// Số sự kiện của đầu sổ. How many facts the head covers that was stamped.
        size: Position,
    }
}

/// `GET …/checkpoints/{size}/time-stamp`: the reply, or the note that was stamped.
pub struct TimeStampOf<L>(PhantomData<L>);

impl<L: Ledger> Read for TimeStampOf<L> {
    type Path = StampPath;
    type Query = NoParameters;
    const FORMS: &'static [&'static str] = &[REPLY, TEXT];
    const CACHE: Cache = FRESH;

    fn schema(_: &mut Schemas) -> RefOr<Schema> {
        string().into()
    }

    async fn answer(call: &Call<'_>, path: StampPath, _: NoParameters) -> Result<Answer, Problem> {
        let stamps = L::audit(call.service.app())?.stamped();
        let stamped = stamps.into_iter().rev().find(|stamped| stamped.size == path.size.0);
        let stamped = stamped.ok_or_else(|| Problem::new(Code::ResourceNotFound))?;
        let body = if call.form == REPLY { stamped.reply } else { stamped.checkpoint.into_bytes() };
        Ok(Answer::new(call.form, body))
    }
}
