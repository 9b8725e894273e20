//! How the key of the log was replaced, and what it committed to of its streams.

use super::{FRESH, Facts, covering};
use crate::{
    answer::{Answer, Cache},
    answer_body, body,
    body::{Faults, Schemas, parameters::NoParameters},
    problem::Problem,
    routes::{Call, Fact, Read, fact::Origin},
    shown::Shown,
};
use app::Act;
use domain::log::LogAct;
use utoipa::openapi::{RefOr, Schema};

answer_body! {
    /// Các lần thay khóa ký sổ, cũ trước mới sau. How the key of the log was replaced, oldest first.
    pub struct RotationsShown {
        /// Mỗi lần một tệp bằng chứng: nguyên văn sự kiện, và đầu sổ do cả hai khóa ký. A proof file for each change
        /// (C2SP tlog-proof): the fact as extra data, and a head that both keys signed.
        items: Vec<String>,
    }
}

/// `GET /v1/audit/rotations`
pub struct Rotations;

impl Read for Rotations {
    type Path = NoParameters;
    type Query = NoParameters;
    const CACHE: Cache = FRESH;

    fn schema(schemas: &mut Schemas) -> RefOr<Schema> {
        RotationsShown::schema(schemas)
    }

    async fn answer(call: &Call<'_>, _: NoParameters, _: NoParameters) -> Result<Answer, Problem> {
        // Where nothing is signed no key can have been replaced either.
        covering::<Facts>(call, 0).await?;
        let app = call.service.app();
        let mut items = Vec::new();
        while let Some(proof) = app.rotation(items.len() + 1)? {
            items.push(proof.to_string());
        }
        Ok(Answer::serialised(&RotationsShown { items })?.at(app.head()))
    }
}

body! {
    /// Yêu cầu sổ cam kết số sự kiện của từng dòng. Asks the log to commit to what every stream holds now, so that lists of
    /// facts can be proven to be whole. It does so by itself every hour in which something was written.
    pub struct CommitStreamHeads {}
}

impl Fact for CommitStreamHeads {
    type Path = NoParameters;
    const ROLES: &'static [&'static str] = &["auditor", "registrar"];

    fn act(self, _: NoParameters, _: &Origin<'_>, _: &mut Faults) -> Option<Act> {
        Some(Act::Log(LogAct::CommitStreamHeads))
    }
}
