//! Operations that start a job, which goes on when the answer is out. They record nothing in the log.

use super::{Call, fact};
use crate::{
    answer::Answer,
    body::{Schemas, closed, read_object},
    problem::{Code, Problem},
};
use actix_http::RequestHead;
use actix_web::http::{StatusCode, header::LOCATION};
use domain::KeyHash;
use utoipa::openapi::{
    RefOr,
    schema::{ObjectBuilder, Schema},
};

/// A job that can be asked for. Nothing is said of it but that it is wanted.
pub trait Start: 'static {
    /// What the document says of the answer.
    fn schema(schemas: &mut Schemas) -> RefOr<Schema>;

    /// Begins it, or finds the one that was begun under this key; where it is, and the answer.
    ///
    /// # Errors
    /// It cannot be begun.
    fn start(call: &Call<'_>, key: KeyHash) -> Result<(String, Answer), Problem>;
}

/// See [`Start::start`].
type Begin = fn(&Call<'_>, KeyHash) -> Result<(String, Answer), Problem>;

/// A [`Start`] without its type, as a row holds it.
#[derive(Clone, Copy)]
pub struct StartRow {
    start: Begin,
    schema: fn(&mut Schemas) -> RefOr<Schema>,
}

impl StartRow {
    pub(super) const fn of<S: Start>() -> Self {
        Self { start: S::start, schema: S::schema }
    }

    /// The schema of the answer.
    pub fn describe_answer(&self, schemas: &mut Schemas) -> RefOr<Schema> {
        (self.schema)(schemas)
    }

    /// The schema of the body: an object without members.
    pub fn describe_body() -> RefOr<Schema> {
        let about = "Không có trường nào. An object without members.";
        closed(ObjectBuilder::new().description(Some(about))).into()
    }
}

/// Checks the key and the body, begins the job, says where it is.
pub fn answer(
    row: &StartRow,
    call: &Call<'_>,
    request: &RequestHead,
    body: &[u8],
) -> Result<Answer, Problem> {
    let claims = call.claims.ok_or_else(Problem::no_token)?;
    let key = fact::idempotency_key(&request.headers)?;
    let mut issues = fact::read_headers(&request.headers, &key).err().unwrap_or_default();
    issues.extend(fact::query_issues(request.uri.query().unwrap_or_default()));
    issues.extend(read_object(body, |_, _| Some(())).err().unwrap_or_default());
    if !issues.is_empty() {
        return Err(Problem::invalid(issues));
    }
    let (location, mut answer) = (row.start)(call, fact::key_hash(&claims.client, &key))?;
    answer.status = StatusCode::ACCEPTED;
    Ok(answer.with_header(LOCATION, location))
}

/// Nobody takes such jobs here.
pub fn unavailable() -> Problem {
    Problem::new(Code::ResourceNotFound)
}
