//! Who is at the head of a unit. Persons are ids here: what they are called is read at `/v1/persons`, by who may.

use super::UnitPath;
use crate::{
    answer::Answer,
    answer_body, body,
    body::{Faults, Schemas},
    problem::{Code, Problem},
    resources::{
        persons::may_read,
        shared::{AsOfQuery, FactSource},
    },
    routes::{Call, Fact, Read, fact::Origin},
    shown::Shown,
};
use app::Act;
use domain::{
    Date, PersonId, UnitId,
    unit::{HeadAppointed, HeadLeft, UnitAct},
};
use utoipa::openapi::{RefOr, Schema};

body! {
    /// Người đứng đầu từ `effective_on`, thay người trước nếu có. The head from `effective_on` on, in the place of whoever was it before.
    pub struct AppointHead {
        /// Cá nhân. The person.
        person: PersonId,
    }
}

impl Fact for AppointHead {
    type Path = UnitPath;
    const ROLES: &'static [&'static str] = &["registrar"];

    fn act(self, path: UnitPath, _: &Origin<'_>, _: &mut Faults) -> Option<Act> {
        Some(Act::Unit(path.unit, UnitAct::AppointHead(HeadAppointed { person: self.person })))
    }
}

body! {
    /// Người đứng đầu thôi giữ chức từ `effective_on`, chưa có người thay. The head left on `effective_on`, and nobody has taken its place yet.
    pub struct HeadLeaves {
        /// Cá nhân. The person.
        person: PersonId,
    }
}

impl Fact for HeadLeaves {
    type Path = UnitPath;
    const ROLES: &'static [&'static str] = &["registrar"];

    fn act(self, path: UnitPath, _: &Origin<'_>, _: &mut Faults) -> Option<Act> {
        Some(Act::Unit(path.unit, UnitAct::HeadLeaves(HeadLeft { person: self.person })))
    }
}

answer_body! {
    /// Một thời kỳ đứng đầu. A person's time at the head.
    pub struct HeadPeriod {
        /// Cá nhân. The person.
        person: PersonId,
        /// Từ ngày. The first day.
        from: Date,
        /// Đến trước ngày. The first day on which it is the head no longer.
        until: Option<Date>,
        /// Nguồn. What it rests on.
        source: FactSource,
    }
}

answer_body! {
    /// Những người đứng đầu. The heads of a unit, oldest first.
    pub struct HeadList {
        /// Đơn vị. The unit.
        unit: UnitId,
        /// Người đứng đầu vào ngày đó. The head on the day of the moment that is read.
        head: Option<PersonId>,
        /// Các thời kỳ. The periods.
        items: Vec<HeadPeriod>,
    }
}

/// `GET /v1/units/{unit}/heads`
pub struct Heads;

impl Read for Heads {
    type Path = UnitPath;
    type Query = AsOfQuery;

    fn schema(schemas: &mut Schemas) -> RefOr<Schema> {
        HeadList::schema(schemas)
    }

    async fn answer(call: &Call<'_>, path: UnitPath, query: AsOfQuery) -> Result<Answer, Problem> {
        may_read(call, path.unit)?;
        let moment = query.moment(call)?;
        let book = moment.unit(path.unit)?.ok_or_else(|| Problem::new(Code::ResourceNotFound))?;
        let mut items = Vec::new();
        for (head, until) in book.state.head_periods() {
            let source = FactSource::of(&moment, head.position)?;
            items.extend(head.person.map(|person| HeadPeriod { person, from: head.from, until, source }));
        }
        let shown = HeadList { unit: path.unit, head: book.state.head_on(moment.day()), items };
        Ok(Answer::serialised(&shown)?.at(moment.position()))
    }
}
