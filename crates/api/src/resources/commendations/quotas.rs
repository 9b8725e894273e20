//! The quotas of a bloc's year: from what each was counted, how it was rounded, what was used, and whether it was respected.

use super::{eligibility::Sentence, quota_words, words::exact_units};
use crate::{
    answer::{Answer, Cache},
    answer_body,
    body::Schemas,
    problem::{Code, Problem},
    resources::{
        shared::AsOfQuery,
        years::{YearPath, book::Filed},
    },
    routes::{Call, Read},
    shown::Shown,
};
use app::{Moment, awards};
use domain::{
    BlocId, CommendationId, DocumentNumber, EmulationYear, Points, Remark, UnitId,
    commendation::{AwardKind, CommendationState, QuotaOverridden},
    quota::{Counted, Ground, Quota, QuotaScope, Reckoning},
    regulation::award::{AwardRule, QuotaRounding, QuotaRule},
    year::Mark,
};
use utoipa::openapi::{RefOr, Schema};

answer_body! {
    /// Phép tính tỷ lệ. The arithmetic of a percentage: percent × (base − taken), rounded.
    pub struct ReckoningAnswer {
        /// Số đơn vị làm căn cứ tính. How many units the base holds.
        base: u32,
        /// Số đơn vị trừ đi vì đã đề nghị danh hiệu khác. How many of them other awards take away.
        taken: u32,
        /// Tỷ lệ phần trăm. The percentage.
        percent: u8,
        /// Kết quả chưa làm tròn. The exact result.
        exact: Points,
        /// Cách làm tròn. What became of the fraction.
        rounding: QuotaRounding,
    }
}

impl From<&Reckoning> for ReckoningAnswer {
    fn from(reckoning: &Reckoning) -> Self {
        let Reckoning { base, taken, percent, rounding, .. } = *reckoning;
        Self { base, taken, percent, exact: exact_units(reckoning), rounding }
    }
}

answer_body! {
    /// Hội đồng cho vượt chỉ tiêu. An override by the council.
    pub struct OverrideAnswer {
        /// Lý do. Why.
        reason: Remark,
        /// Biên bản. The minutes.
        minutes: DocumentNumber,
        /// Chỉ tiêu lúc đó. How many there might be then.
        allowed: Option<u32>,
        /// Đã dùng lúc đó. How many were used then.
        used: u32,
        /// Sự kiện. The fact.
        filed: Filed,
    }
}

impl From<&(QuotaOverridden, Mark)> for OverrideAnswer {
    fn from((by, mark): &(QuotaOverridden, Mark)) -> Self {
        Self {
            reason: by.reason.clone(),
            minutes: by.minutes.clone(),
            allowed: by.quota.allowed,
            used: by.quota.used,
            filed: mark.into(),
        }
    }
}

answer_body! {
    /// Hồ sơ dùng chỉ tiêu này. A dossier that takes from the quota, or goes beyond it.
    pub struct QuotaUse {
        /// Hồ sơ. The dossier.
        commendation: CommendationId,
        /// Khối, cụm. Its bloc.
        bloc: BlocId,
        /// Đơn vị. Its unit.
        unit: UnitId,
        /// Trạng thái. How far it has come.
        state: CommendationState,
        /// Được hội đồng cho vượt. The council's override, when it goes beyond the quota.
        beyond: Option<OverrideAnswer>,
    }
}

answer_body! {
    /// Chỉ tiêu của một danh hiệu, hình thức. The quota of one award.
    pub struct QuotaAnswer {
        /// Danh hiệu, hình thức. The award.
        award: AwardKind,
        /// Quy định; vắng mặt nếu quy chế không giới hạn. The rule; absent when the regulation limits nothing.
        rule: Option<QuotaRule>,
        /// Tính cho khối này hay cho mọi khối cùng cấp. Whose awards it limits.
        scope: Option<QuotaScope>,
        /// Phép tính. The arithmetic of a percentage.
        reckoning: Option<ReckoningAnswer>,
        /// Chỉ tiêu. How many there may be; absent when no rule says.
        allowed: Option<u32>,
        /// Đã dùng. How many are used: approved by the council, or decided where none votes.
        used: u32,
        /// Còn lại. How many are left.
        left: Option<u32>,
        /// Vượt do hội đồng cho phép. How many go beyond it by the council's override.
        beyond: u32,
        /// Chỉ tiêu được tuân thủ: số đã dùng không quá chỉ tiêu, phần vượt đều có lý do. Whether it was respected: no more
        /// used than there may be, and a reason for each beyond. Absent when no rule says how many there may be.
        respected: Option<bool>,
        /// Giải thích bằng lời. The arithmetic as a sentence.
        explanation: Option<Sentence>,
        /// Cảnh báo: còn đơn vị để xét nhưng chỉ tiêu bằng không. A warning: there are units to choose from and none may be
        /// chosen; the council may go beyond the quota with its reason.
        warning: Option<Sentence>,
        /// Các hồ sơ dùng chỉ tiêu. The dossiers that take from it.
        uses: Vec<QuotaUse>,
    }
}

answer_body! {
    /// Chỉ tiêu khen thưởng của khối, cụm trong năm. Trả lời câu hỏi kiểm toán: chỉ tiêu có được tuân thủ không, tính trên
    /// căn cứ nào, làm tròn thế nào. The quotas of a bloc's year. It answers the auditor's question: were quotas respected
    /// for each award, with which base and rounding?
    pub struct QuotaList {
        /// Khối, cụm. The bloc.
        bloc: BlocId,
        /// Năm thi đua. The year.
        year: EmulationYear,
        /// Lần ban hành quy chế. The version of the regulation the rules stand in.
        regulation_version: u16,
        /// Sự kiện thông qua quy chế. The fact that adopted it.
        regulation: Filed,
        /// Các chỉ tiêu, theo thứ tự trong quy chế. The quotas, in the order of the regulation.
        items: Vec<QuotaAnswer>,
    }
}

/// `GET /v1/blocs/{bloc}/years/{year}/quotas`
pub struct Quotas;

impl Read for Quotas {
    type Path = YearPath;
    type Query = AsOfQuery;
    const CACHE: Cache = Cache::Revalidate;

    fn schema(schemas: &mut Schemas) -> RefOr<Schema> {
        QuotaList::schema(schemas)
    }

    async fn answer(call: &Call<'_>, path: YearPath, query: AsOfQuery) -> Result<Answer, Problem> {
        let moment = query.moment(call)?;
        let not_found = || Problem::new(Code::ResourceNotFound);
        let book = moment.year(path.bloc, path.year)?.ok_or_else(not_found)?;
        let adopted = book.state.regulation.as_ref().ok_or_else(not_found)?;
        let today = call.service.app().now().day();
        let ground = awards::ground(&moment, path.bloc, path.year, today)?;
        let rules = adopted.regulation.awards.iter();
        let items = rules
            .map(|rule| quota_answer(&moment, rule, &ground, path.bloc))
            .collect::<Result<_, Problem>>()?;
        let shown = QuotaList {
            bloc: path.bloc,
            year: path.year,
            regulation_version: adopted.version,
            regulation: (&adopted.mark).into(),
            items,
        };
        Ok(Answer::serialised(&shown)?.at(moment.position()))
    }
}

fn quota_answer(
    moment: &Moment,
    rule: &AwardRule,
    ground: &Ground,
    bloc: BlocId,
) -> Result<QuotaAnswer, Problem> {
    let quota = rule.quota_on(ground, bloc);
    let scope = quota.as_ref().map_or(QuotaScope::Bloc, |quota| quota.scope);
    let uses = ground.using(rule.award, scope, bloc).map(|dossier| quota_use(moment, dossier));
    let uses: Vec<QuotaUse> = uses.collect::<Result<_, Problem>>()?;
    let unlimited = u32::try_from(uses.len()).unwrap_or(u32::MAX);
    let warned = quota.as_ref().is_some_and(Quota::allows_none_of_some);
    Ok(QuotaAnswer {
        award: rule.award,
        rule: rule.quota.clone(),
        scope: quota.as_ref().map(|quota| quota.scope),
        reckoning: quota.as_ref().and_then(|quota| quota.reckoning.as_ref()).map(Into::into),
        allowed: quota.as_ref().and_then(|quota| quota.allowed),
        used: quota.as_ref().map_or(unlimited, |quota| quota.used),
        left: quota.as_ref().and_then(Quota::left),
        beyond: quota.as_ref().map_or(0, |quota| quota.beyond),
        respected: quota.as_ref().and_then(Quota::is_respected),
        explanation: quota.as_ref().map(|quota| quota_words(quota).into()),
        warning: warned.then(none_of_some),
        uses,
    })
}

fn none_of_some() -> Sentence {
    Sentence {
        vi: "Tỷ lệ không đủ cho một đơn vị nào; hội đồng có thể cho vượt, phải nêu lý do.".into(),
        en: "The share is less than one unit; the council may go beyond it and must say why.".into(),
    }
}

fn quota_use(moment: &Moment, dossier: &Counted) -> Result<QuotaUse, Problem> {
    let Counted { id, bloc, unit, state, .. } = *dossier;
    let book = moment.commendation(id)?;
    let overridden = book.as_ref().and_then(|book| book.state.beyond_quota.as_ref());
    Ok(QuotaUse { commendation: id, bloc, unit, state, beyond: overridden.map(Into::into) })
}
