//! How far erasures have come: on what ground and papers, who approved, which fact says that the key is gone.

use crate::{
    answer::Answer,
    answer_body,
    body::{Schemas, parameters::NoParameters},
    problem::Problem,
    resources::shared::FactSource,
    routes::{Call, Read},
    shown::Shown,
};
use app::{AsOf, Moment};
use domain::{
    ClientId, EventId, PersonId, Role, Timestamp,
    person::{Approval, ErasureGround, Person},
};
use utoipa::openapi::{RefOr, Schema};

answer_body! {
    /// Một lần duyệt. An approval.
    pub struct ErasureApproval {
        /// Hệ thống đã duyệt. The client that approved.
        client: ClientId,
        /// Người đứng sau. The person behind it.
        person: Option<PersonId>,
        /// Vị trí của sự kiện trong sổ. Where the fact stands in the log.
        event: u64,
        /// Máy chủ ghi nhận lúc. When it was recorded.
        recorded_at: Timestamp,
    }
}

impl From<&Approval> for ErasureApproval {
    fn from(approval: &Approval) -> Self {
        let Approval { client, person, position, recorded_at } = approval;
        Self { client: client.clone(), person: *person, event: position.0, recorded_at: *recorded_at }
    }
}

answer_body! {
    /// Một việc xóa dữ liệu cá nhân. An erasure of personal data.
    pub struct ErasureAnswer {
        /// Cá nhân (mã, không phải tên). The person: an id, which names nobody.
        person: PersonId,
        /// Sự kiện yêu cầu. The fact that asked for it, by which approvals name it.
        request: EventId,
        /// Yêu cầu lúc. When it was asked for.
        requested_at: Timestamp,
        /// Căn cứ. On what ground.
        ground: ErasureGround,
        /// Sự kiện và văn bản làm căn cứ. The fact that asked for it, and the papers it rests on.
        source: FactSource,
        /// Các lần duyệt. Who approved it.
        approvals: Vec<ErasureApproval>,
        /// Vị trí của sự kiện hủy khóa; vắng mặt khi chưa xóa. Where the fact stands that the key was destroyed; absent until then.
        erased_by: Option<u64>,
        /// Xóa lúc. When that was recorded.
        erased_at: Option<Timestamp>,
        /// Số sự kiện có cam kết. How many facts held commitments.
        facts: Option<u32>,
        /// Số mục dữ liệu đã xóa. How many pieces of data were erased.
        fields: Option<u32>,
    }
}

/// The erasure of a person, if one was asked for.
pub fn erasure_of(moment: &Moment, id: PersonId, person: &Person) -> Result<Option<ErasureAnswer>, Problem> {
    let Some(erasure) = &person.erasure else { return Ok(None) };
    let destroyed = erasure.destroyed;
    Ok(Some(ErasureAnswer {
        person: id,
        request: erasure.request,
        requested_at: erasure.recorded_at,
        ground: erasure.ground,
        source: FactSource::of(moment, erasure.position)?,
        approvals: erasure.approvals.iter().map(Into::into).collect(),
        erased_by: destroyed.map(|destroyed| destroyed.position.0),
        erased_at: destroyed.map(|destroyed| destroyed.recorded_at),
        facts: destroyed.map(|destroyed| destroyed.facts),
        fields: destroyed.map(|destroyed| destroyed.fields),
    }))
}

answer_body! {
    /// Các việc xóa dữ liệu cá nhân. Erasures of personal data, in the order they were asked for.
    pub struct ErasureList {
        /// Các việc xóa. The erasures.
        items: Vec<ErasureAnswer>,
    }
}

/// `GET /v1/audit/erasures`
pub struct Erasures;

impl Read for Erasures {
    type Path = NoParameters;
    type Query = NoParameters;

    fn schema(schemas: &mut Schemas) -> RefOr<Schema> {
        ErasureList::schema(schemas)
    }

    async fn answer(call: &Call<'_>, _: NoParameters, _: NoParameters) -> Result<Answer, Problem> {
        let enough = [Role::Auditor, Role::Registrar];
        call.require(|role| enough.contains(role), &enough)?;
        let app = call.service.app();
        let moment = app.moment(AsOf::Now)?;
        let persons = app.views().persons.erasures().to_vec();
        let mut items = Vec::with_capacity(persons.len());
        for id in persons {
            if let Some(book) = moment.person(id)? {
                items.extend(erasure_of(&moment, id, &book.state)?);
            }
        }
        Ok(Answer::serialised(&ErasureList { items })?.at(moment.position()))
    }
}
