//! What stands around the ballot: the consultation before it, and the council above, for which the bloc's result is one of
//! its bases.

use super::{
    YearPath,
    acts::{CorrectionBody, year_fact},
    book::Filed,
    year_at,
};
use crate::{
    answer::{Answer, Cache},
    answer_body, body,
    body::{Faults, List, Schemas},
    cloud_event,
    issue::Flaw,
    problem::{Code, Problem},
    resources::shared::{AsOfQuery, year_tag},
    routes::{Call, Fact, Read, fact::Origin},
    shown::Shown,
};
use app::Act;
use domain::{
    EventId, Name, Remark, Text, UnitId,
    year::{self, ConsultationHeld, Council, CouncilChange, CouncilEffect, CouncilVote, Year, YearAct},
};
use utoipa::openapi::{RefOr, Schema};

body! {
    /// Hiệp thương về đơn vị dẫn đầu, trước khi bỏ phiếu. The members agree on the leading unit before they vote.
    pub struct HoldConsultation {
        /// Các đơn vị được thống nhất; để trống khi không thống nhất được. The units agreed on; none when the members did not
        /// agree.
        agreed: List<UnitId, 0, 50>,
        /// Nội dung hiệp thương. What was said and agreed.
        text: Remark = "Hội nghị thống nhất giới thiệu đơn vị có tổng điểm cao nhất",
        /// Thay cho lần trước. What it replaces.
        correction: Option<CorrectionBody>,
    }
}
year_fact!(HoldConsultation, ["unit_officer", "official"], self, faults, {
    let Self { agreed, text, correction } = self;
    let correction = correction.map(Into::into);
    Some(YearAct::HoldConsultation(ConsultationHeld { agreed: agreed.0, text, correction }))
});

/// `GET /v1/blocs/{bloc}/years/{year}/consultations`
pub struct Consultations;

impl Read for Consultations {
    type Path = YearPath;
    type Query = AsOfQuery;
    const CACHE: Cache = Cache::Revalidate;

    fn schema(schemas: &mut Schemas) -> RefOr<Schema> {
        cloud_event::list_schema(schemas)
    }

    async fn answer(call: &Call<'_>, path: YearPath, query: AsOfQuery) -> Result<Answer, Problem> {
        let moment = query.moment(call)?;
        let book = year_at(&moment, &path)?;
        let positions: Vec<_> = book.state.consultation.iter().map(|held| held.mark.position).collect();
        let body = cloud_event::list(&moment.facts(&positions)?, None)?;
        Ok(Answer::json(body).with_etag(year_tag(call, &moment, path.bloc, &book)).at(moment.position()))
    }
}

body! {
    /// Một thay đổi của hội đồng đối với kết quả của một đơn vị: cắt, đổi hạng hoặc đổi xếp loại. One change: the unit is cut,
    /// takes another rank, or is put into another class.
    pub struct CouncilChangeBody {
        /// Đơn vị. The unit.
        unit: UnitId,
        /// Cắt khỏi kết quả. Cut from the result.
        cut: Option<bool> = true,
        /// Hạng mới. Its new rank.
        rank: Option<u16>,
        /// Mã xếp loại mới. The code of its new class.
        class: Option<Text<32>>,
        /// Lý do. Why.
        reason: Remark,
    }
}

impl CouncilChangeBody {
    fn read(self, faults: &mut Faults) -> Option<CouncilChange> {
        let effect = match (self.cut, self.rank, self.class) {
            (Some(true), None, None) => CouncilEffect::Cut,
            (None, Some(rank), None) => CouncilEffect::Rank(rank),
            (None, None, Some(class)) => CouncilEffect::Class(class),
            _ => return faults.note(Flaw::BadValue("cut | rank | class")),
        };
        Some(CouncilChange { unit: self.unit, effect, reason: self.reason })
    }
}

body! {
    /// Hội đồng biểu quyết kết quả của khối: giữ nguyên, thay đổi hoặc cắt, kèm lý do. The council votes on the bloc's result:
    /// it keeps, changes or cuts it, with reasons.
    pub struct RecordCouncil {
        /// Hội đồng nào. Which council.
        council: Name = "Hội đồng Thi đua - Khen thưởng tỉnh",
        /// Tổng số thành viên hội đồng. How many members it has.
        members: u16 = 15,
        /// Số đồng ý. How many agreed.
        in_favour: u16 = 13,
        /// Số không đồng ý. How many disagreed.
        against: u16 = 1,
        /// Trong đó bằng văn bản. How many of those votes came in writing.
        in_writing: Option<u16>,
        /// Các thay đổi; để trống là giữ nguyên. What it changed; nothing when it kept the result.
        changes: List<CouncilChangeBody, 0, 200>,
        /// Đơn vị dẫn đầu, nếu hội đồng nêu đơn vị khác. The leading unit, where the council names another.
        leading_unit: Option<UnitId>,
        /// Thay cho quyết định trước. What it replaces.
        correction: Option<CorrectionBody>,
    }
}
year_fact!(RecordCouncil, ["official"], self, faults, {
    let Self { council, members, in_favour, against, in_writing, changes, leading_unit, correction } = self;
    let vote = CouncilVote { members, in_favour, against, in_writing: in_writing.unwrap_or(0) };
    let changes: Vec<_> = changes
        .0
        .into_iter()
        .enumerate()
        .map(|(at, change)| faults.below(&format!("/changes/{at}"), |faults| change.read(faults)))
        .collect();
    let changes: Option<Vec<_>> = changes.into_iter().collect();
    let correction = correction.map(Into::into);
    changes.map(|changes| {
        YearAct::RecordCouncil(year::RecordCouncil { council, vote, changes, leading_unit, correction })
    })
});

answer_body! {
    /// Một thay đổi của hội đồng. One change by the council.
    pub struct CouncilChangeAnswer {
        /// Đơn vị. The unit.
        unit: UnitId,
        /// Bị cắt. Whether it is cut from the result.
        cut: bool,
        /// Hạng mới. Its new rank.
        rank: Option<u16>,
        /// Mã xếp loại mới. The code of its new class.
        class: Option<Text<32>>,
        /// Lý do. Why.
        reason: Remark,
    }
}

impl From<&CouncilChange> for CouncilChangeAnswer {
    fn from(change: &CouncilChange) -> Self {
        let (cut, rank, class) = match &change.effect {
            CouncilEffect::Cut => (true, None, None),
            CouncilEffect::Rank(rank) => (false, Some(*rank), None),
            CouncilEffect::Class(class) => (false, None, Some(class.clone())),
        };
        Self { unit: change.unit, cut, rank, class, reason: change.reason.clone() }
    }
}

answer_body! {
    /// Quyết định của hội đồng về kết quả của khối. What the council decided on the bloc's result.
    pub struct CouncilAnswer {
        /// Hội đồng. Which council.
        council: Name,
        /// `kept`: giữ nguyên; `changed`: thay đổi; `cut`: có đơn vị bị cắt. Whether the result was kept, changed or cut.
        outcome: &'static str,
        /// Lần xếp hạng được biểu quyết. The ranking it decided on.
        ranking: EventId,
        /// Bảng xếp hạng đó đang có hiệu lực. Whether that ranking still stands.
        ranking_stands: bool,
        /// Tổng số thành viên. How many members it has.
        members: u16,
        /// Số đồng ý. How many agreed.
        in_favour: u16,
        /// Số không đồng ý. How many disagreed.
        against: u16,
        /// Trong đó bằng văn bản. How many of those votes came in writing.
        in_writing: u16,
        /// Các thay đổi. What it changed.
        changes: Vec<CouncilChangeAnswer>,
        /// Đơn vị dẫn đầu sau quyết định. The leading unit after the decision.
        leading_unit: Option<UnitId>,
        /// Sự kiện ghi nhận. The fact that says so.
        filed: Filed,
    }
}

/// What the council decided, if it has.
pub fn council_answer(year: &Year) -> Option<CouncilAnswer> {
    let Council { decided, mark } = year.council.as_deref()?;
    let cuts = decided.changes.iter().any(|change| change.effect == CouncilEffect::Cut);
    let bloc = year.ranking.as_ref().and_then(|ranking| ranking.leading_unit);
    let ranking_stands = year.ranking.as_ref().is_some_and(|ranking| ranking.mark.id == decided.ranking);
    let kept = decided.changes.is_empty() && (!ranking_stands || decided.leading_unit == bloc);
    let outcome = if cuts {
        "cut"
    } else if kept {
        "kept"
    } else {
        "changed"
    };
    Some(CouncilAnswer {
        council: decided.council.clone(),
        outcome,
        ranking: decided.ranking,
        ranking_stands,
        members: decided.vote.members,
        in_favour: decided.vote.in_favour,
        against: decided.vote.against,
        in_writing: decided.vote.in_writing,
        changes: decided.changes.iter().map(Into::into).collect(),
        leading_unit: decided.leading_unit,
        filed: mark.into(),
    })
}

/// `GET /v1/blocs/{bloc}/years/{year}/council-decisions`
pub struct CouncilDecision;

impl Read for CouncilDecision {
    type Path = YearPath;
    type Query = AsOfQuery;
    const CACHE: Cache = Cache::Revalidate;

    fn schema(schemas: &mut Schemas) -> RefOr<Schema> {
        CouncilAnswer::schema(schemas)
    }

    async fn answer(call: &Call<'_>, path: YearPath, query: AsOfQuery) -> Result<Answer, Problem> {
        let moment = query.moment(call)?;
        let book = year_at(&moment, &path)?;
        let shown = council_answer(&book.state).ok_or_else(|| Problem::new(Code::ResourceNotFound))?;
        Ok(Answer::serialised(&shown)?
            .with_etag(year_tag(call, &moment, path.bloc, &book))
            .at(moment.position()))
    }
}
