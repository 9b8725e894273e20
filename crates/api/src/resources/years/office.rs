//! What becomes of the office of leader during its year: vacancy, replacement, delegation, hand-over; and what was moved,
//! read together with who it served.

use super::{
    YearPath,
    acts::year_fact,
    book::{Filed, LeadershipAnswer},
    year_at,
};
use crate::{
    answer::{Answer, Cache},
    answer_body, body,
    body::{Faults, Schemas},
    issue::Flaw,
    problem::Problem,
    resources::shared::{AsOfQuery, year_tag},
    routes::{Call, Fact, Read, fact::Origin},
    shown::Shown,
};
use app::Act;
use domain::{
    Date, Name, Remark, Timestamp, UnitId,
    regulation::{LeadershipMethod, Step},
    year::{self, LeadershipReplaced, LeadershipVacated, Mark, YearAct},
};
use utoipa::openapi::{RefOr, Schema};

body! {
    /// Khuyết Trưởng khối hoặc Phó Trưởng khối. The leader or the deputy no longer holds its office.
    pub struct VacateLeadership {
        /// Đơn vị thôi giữ vai trò. The leader unit or the deputy unit.
        unit: UnitId,
        /// Lý do. Why.
        reason: Remark = "Đơn vị giải thể",
    }
}
year_fact!(VacateLeadership, ["official", "registrar"], self, faults, {
    let Self { unit, reason } = self;
    Some(YearAct::VacateLeadership(LeadershipVacated { unit, reason }))
});

body! {
    /// Thay Trưởng khối, Phó Trưởng khối trong năm. Another leader and deputy take office during the year.
    pub struct ReplaceLeadership {
        /// Đơn vị Trưởng khối. The leader unit.
        leader: UnitId,
        /// Đơn vị Phó Trưởng khối. The deputy unit.
        deputy: Option<UnitId>,
        /// Cách chọn, nếu văn bản có nêu. How they were found, where the papers say.
        method: Option<LeadershipMethod> = "designation",
        /// Lý do. Why.
        reason: Remark,
    }
}
year_fact!(ReplaceLeadership, ["official", "registrar"], self, faults, {
    let Self { leader, deputy, method, reason } = self;
    Some(YearAct::ReplaceLeadership(LeadershipReplaced { leader, deputy, method, reason }))
});

body! {
    /// Trưởng khối ủy quyền cho Phó Trưởng khối trong một thời gian. The leader lets the deputy act in its place for some
    /// days; what the deputy does then is marked with the delegation.
    pub struct Delegate {
        /// Ngày đầu. The first day.
        from: Date = "2024-11-01",
        /// Ngày cuối. The last day.
        until: Date = "2024-11-30",
        /// Lý do. Why.
        reason: Option<Remark>,
    }
}
year_fact!(Delegate, ["unit_officer"], self, faults, {
    let Self { from, until, reason } = self;
    if until < from {
        faults.within("until", |faults| faults.note::<()>(Flaw::BadValue("from <= until")));
    }
    Some(YearAct::Delegate(year::Delegate { from, until, reason }))
});

body! {
    /// Bàn giao cho Trưởng khối năm sau. The leader hands over to the next year's.
    pub struct HandOver {
        /// Ngày bàn giao. On which day.
        on: Date = "2024-12-24",
        /// Vật được trao, như cờ luân lưu. What was handed over, such as the rotating banner.
        banner: Option<Name> = "Cờ luân lưu cụm trưởng",
        /// Ghi chú. What else is to be known.
        note: Option<Remark>,
    }
}
year_fact!(HandOver, ["unit_officer", "official"], self, faults, {
    let Self { on, banner, note } = self;
    Some(YearAct::HandOver(year::HandOver { on, banner, note }))
});

answer_body! {
    /// Một vai trò bị khuyết. An office that is vacant.
    pub struct VacancyAnswer {
        /// Đơn vị đã thôi. The unit that no longer holds it.
        unit: UnitId,
        /// Sự kiện ghi nhận. The fact that says so.
        filed: Filed,
    }
}

answer_body! {
    /// Một lần ủy quyền. A delegation by the present leader.
    pub struct DelegationAnswer {
        /// Trưởng khối. The leader unit.
        leader: UnitId,
        /// Phó Trưởng khối được ủy quyền. The deputy unit.
        deputy: UnitId,
        /// Ngày đầu. The first day.
        from: Date,
        /// Ngày cuối. The last day.
        until: Date,
        /// Sự kiện ghi nhận; việc làm theo ủy quyền nêu mã này ở actordelegation. The fact that says so: what is done under it
        /// names it in `actordelegation`.
        filed: Filed,
    }
}

answer_body! {
    /// Việc bàn giao. The hand-over.
    pub struct HandOverAnswer {
        /// Bên giao. The leader unit of this year.
        from: UnitId,
        /// Bên nhận. The leader unit of the next.
        to: UnitId,
        /// Ngày. On which day.
        on: Date,
        /// Vật được trao. What was handed over.
        banner: Option<Name>,
        /// Sự kiện ghi nhận. The fact that says so.
        filed: Filed,
    }
}

answer_body! {
    /// Trưởng khối, Phó Trưởng khối qua cả năm. Who led the bloc through the year.
    pub struct OfficeAnswer {
        /// Đang giữ. Who leads now.
        present: Option<LeadershipAnswer>,
        /// Đang khuyết. Which of them no longer hold their office.
        vacant: Vec<VacancyAnswer>,
        /// Đã thay, cũ trước. Who led before, oldest first.
        former: Vec<LeadershipAnswer>,
        /// Các lần ủy quyền, cũ trước. The delegations by the present leader, oldest first.
        delegations: Vec<DelegationAnswer>,
        /// Bàn giao cho năm sau. The hand-over to the next leader.
        handed_over: Option<HandOverAnswer>,
    }
}

/// `GET /v1/blocs/{bloc}/years/{year}/leaderships`
pub struct Leaderships;

impl Read for Leaderships {
    type Path = YearPath;
    type Query = AsOfQuery;
    const CACHE: Cache = Cache::Revalidate;

    fn schema(schemas: &mut Schemas) -> RefOr<Schema> {
        OfficeAnswer::schema(schemas)
    }

    async fn answer(call: &Call<'_>, path: YearPath, query: AsOfQuery) -> Result<Answer, Problem> {
        let moment = query.moment(call)?;
        let book = year_at(&moment, &path)?;
        let office = &book.state.office;
        let led = |held: &year::Leadership| LeadershipAnswer::of(&moment, held);
        let vacancy = |(unit, mark): &(UnitId, Mark)| VacancyAnswer { unit: *unit, filed: mark.into() };
        let delegation = |(given, mark): &(year::LeadershipDelegated, Mark)| DelegationAnswer {
            leader: given.leader,
            deputy: given.deputy,
            from: given.from,
            until: given.until,
            filed: mark.into(),
        };
        let shown = OfficeAnswer {
            present: book.state.leadership.as_ref().map(led).transpose()?,
            vacant: office.vacant.iter().map(vacancy).collect(),
            former: office.former.iter().map(led).collect::<Result<_, _>>()?,
            delegations: office.delegations.iter().map(delegation).collect(),
            handed_over: office.handed_over.as_ref().map(|(handed, mark)| HandOverAnswer {
                from: handed.from,
                to: handed.to,
                on: handed.on,
                banner: handed.banner.clone(),
                filed: mark.into(),
            }),
        };
        Ok(Answer::serialised(&shown)?
            .with_etag(year_tag(call, &moment, path.bloc, &book))
            .at(moment.position()))
    }
}

answer_body! {
    /// Một lần dời hạn và đơn vị được lợi. A deadline that was moved, and whom it served.
    pub struct DeadlineAnswer {
        /// Bước. The step.
        step: Step,
        /// Hạn cũ; vắng mặt khi trước đó không có hạn. When it was due before; absent when no deadline was set.
        from: Option<Timestamp>,
        /// Hạn mới. When it is due now.
        to: Timestamp,
        /// Dời sau khi hạn cũ đã qua. Whether the old deadline had passed.
        after_expiry: bool,
        /// Đã muộn theo hạn cũ, đúng hạn theo hạn mới, ngay lúc dời. The units that were late when it was moved, and no longer.
        benefited: Vec<UnitId>,
        /// Nộp sau hạn cũ và trước hạn mới, tính đến nay. The units whose act came between the old deadline and the new one,
        /// those that came after the move included.
        came_between: Vec<UnitId>,
        /// Lý do. Why.
        reason: Remark,
        /// Đơn vị dời; vắng mặt khi cấp trên dời. The unit that moved it; absent when the body above did.
        moved_by: Option<UnitId>,
        /// Sự kiện ghi nhận. The fact that says so.
        filed: Filed,
    }
}

answer_body! {
    /// Các lần dời hạn. The deadlines that were moved, oldest first.
    pub struct DeadlineList {
        /// Các lần dời. The changes.
        items: Vec<DeadlineAnswer>,
    }
}

/// `GET /v1/blocs/{bloc}/years/{year}/deadlines`
pub struct Deadlines;

impl Read for Deadlines {
    type Path = YearPath;
    type Query = AsOfQuery;
    const CACHE: Cache = Cache::Revalidate;

    fn schema(schemas: &mut Schemas) -> RefOr<Schema> {
        DeadlineList::schema(schemas)
    }

    async fn answer(call: &Call<'_>, path: YearPath, query: AsOfQuery) -> Result<Answer, Problem> {
        let moment = query.moment(call)?;
        let book = year_at(&moment, &path)?;
        let mut items = Vec::with_capacity(book.state.deadlines.len());
        for (change, mark) in &book.state.deadlines {
            let fact = moment.facts(&[mark.position])?.pop();
            items.push(DeadlineAnswer {
                step: change.step,
                from: change.from,
                to: change.to,
                after_expiry: change.after_expiry,
                benefited: change.benefited.clone(),
                came_between: book.state.saved(change.step, change.from, change.to),
                reason: change.reason.clone(),
                moved_by: fact.and_then(|fact| fact.actor.unit),
                filed: mark.into(),
            });
        }
        Ok(Answer::serialised(&DeadlineList { items })?
            .with_etag(year_tag(call, &moment, path.bloc, &book))
            .at(moment.position()))
    }
}
