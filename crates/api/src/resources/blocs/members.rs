//! The members of a bloc, past and present.

use super::BlocPath;
use crate::{
    answer::{Answer, Cache},
    answer_body,
    body::Schemas,
    problem::{Code, Problem},
    resources::shared::{AsOfQuery, unit_name},
    routes::{Call, Read},
    shown::Shown,
};
use domain::{BlocId, Date, LocalisedName, UnitId};
use utoipa::openapi::{RefOr, Schema};

answer_body! {
    /// Thời gian một đơn vị ở trong khối, cụm. One unit's time in a bloc.
    pub struct MembershipAnswer {
        /// Đơn vị. The unit.
        unit: UnitId,
        /// Tên đơn vị. Its name.
        name: Option<LocalisedName>,
        /// Từ ngày. The first day.
        from: Date,
        /// Đến trước ngày. The first day on which it no longer belongs.
        until: Option<Date>,
        /// Chuyển đến từ. The bloc it came over from.
        moved_from: Option<BlocId>,
        /// Chuyển sang. The bloc it went over to.
        moved_to: Option<BlocId>,
        /// Đơn vị kết thúc từ ngày. The first day on which the unit is no more.
        unit_ended_on: Option<Date>,
    }
}

answer_body! {
    /// Các đơn vị thành viên. Members of a bloc, in the order they were recorded.
    pub struct MembershipList {
        /// Các thành viên. The memberships.
        items: Vec<MembershipAnswer>,
    }
}

/// `GET /v1/blocs/{bloc}/memberships`
pub struct Memberships;

impl Read for Memberships {
    type Path = BlocPath;
    type Query = AsOfQuery;
    const CACHE: Cache = Cache::Revalidate;

    fn schema(schemas: &mut Schemas) -> RefOr<Schema> {
        MembershipList::schema(schemas)
    }

    async fn answer(call: &Call<'_>, path: BlocPath, query: AsOfQuery) -> Result<Answer, Problem> {
        let moment = query.moment(call)?;
        let book = moment.bloc(path.bloc)?.ok_or_else(|| Problem::new(Code::ResourceNotFound))?;
        let show = |m: &domain::bloc::Membership| {
            let name = unit_name(&moment, m.unit)?;
            let end = moment.unit(m.unit)?.and_then(|book| book.state.end.as_ref().map(|end| end.on));
            Ok::<_, Problem>(MembershipAnswer {
                unit: m.unit,
                name,
                from: m.from,
                until: m.until,
                moved_from: m.moved_from,
                moved_to: m.moved_to,
                unit_ended_on: end,
            })
        };
        let items = book.state.memberships.iter().map(show).collect::<Result<_, _>>()?;
        Ok(Answer::serialised(&MembershipList { items })?.at(moment.position()))
    }
}
