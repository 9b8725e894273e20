//! Who was late, by how much, and what that cost.

use super::explain::words::name_in;
use super::{
    YearPath,
    book::{Filed, roster},
    year_at,
};
use crate::{
    answer::{Answer, Cache},
    answer_body,
    body::Schemas,
    problem::{Problem, rejection::step_words},
    resources::{
        commendations::eligibility::Sentence,
        shared::{AsOfQuery, unit_name, year_tag},
    },
    routes::{Call, Read},
    shown::Shown,
    words::Words,
};
use app::Moment;
use domain::{
    LocalisedName, Points, UnitId,
    regulation::{Breach, CriterionId, FindingState, PenaltyRule, Step},
    year::{Lapse, RuleCount},
};
use utoipa::openapi::{RefOr, Schema};

answer_body! {
    /// Một bước muộn hoặc không thực hiện. A step that a unit took late, or left out.
    pub struct LapseAnswer {
        /// Đơn vị. The unit.
        unit: UnitId,
        /// Tên. Its name.
        name: Option<LocalisedName>,
        /// Bước. The step.
        step: Step,
        /// Muộn hay không thực hiện. Late, or left out.
        when: Breach,
        /// Muộn bao nhiêu giây, theo giờ máy chủ nhận. By how many whole seconds, by the server's receipt.
        late_seconds: Option<u64>,
        /// Việc nộp muộn. The late act.
        filed: Option<Filed>,
        /// Tiêu chí điểm trừ. The criterion of the penalty; absent when the sheet has none for this.
        criterion: Option<CriterionId>,
        /// Điểm trừ. The points, as a positive number.
        points: Option<Points>,
        /// Đã trừ, chờ xác nhận, đã xác nhận, không trừ. Whether it takes anything away.
        state: Option<FindingState>,
        /// Bằng lời. As a sentence.
        explanation: Sentence,
    }
}

answer_body! {
    /// Một quy định điểm trừ đã áp dụng thế nào. What became of one penalty rule.
    pub struct PenaltyUse {
        /// Bước. The step.
        step: Step,
        /// Muộn hay không thực hiện. What is penalised.
        when: Breach,
        /// Tiêu chí điểm trừ. The criterion.
        criterion: CriterionId,
        /// Điểm trừ. The points.
        points: Points,
        /// Số trường hợp. For how many units it was found.
        found: u64,
        /// Đã trừ. For how many it takes points away.
        taken: u64,
        /// Không trừ. For how many it was waived.
        waived: u64,
        /// Chờ xác nhận. For how many that is open.
        open: u64,
        /// Áp dụng như nhau. Whether all of them are treated alike.
        equal: bool,
    }
}

answer_body! {
    /// Các trường hợp muộn. Who was late, and whether all were penalised alike.
    pub struct LatenessAnswer {
        /// Các trường hợp. Every lapse, by unit and step.
        items: Vec<LapseAnswer>,
        /// Các quy định điểm trừ của bảng điểm. The penalty rules of the sheet.
        rules: Vec<PenaltyUse>,
    }
}

/// `GET /v1/blocs/{bloc}/years/{year}/lateness`
pub struct Lapses;

impl Read for Lapses {
    type Path = YearPath;
    type Query = AsOfQuery;
    const CACHE: Cache = Cache::Revalidate;

    fn schema(schemas: &mut Schemas) -> RefOr<Schema> {
        LatenessAnswer::schema(schemas)
    }

    async fn answer(call: &Call<'_>, path: YearPath, query: AsOfQuery) -> Result<Answer, Problem> {
        let moment = query.moment(call)?;
        let book = year_at(&moment, &path)?;
        let year = &book.state;
        let mut units = roster(call, &moment, path.bloc, year)?;
        let known: Vec<_> = year.units.keys().filter(|unit| !units.contains(unit)).copied().collect();
        units.extend(known);
        let lapses = year.lapses(&units);
        let rules = year.rule_counts(&lapses).iter().map(Into::into).collect();
        let items = lapses.iter().map(|lapse| lapse_answer(&moment, lapse)).collect::<Result<_, _>>()?;
        Ok(Answer::serialised(&LatenessAnswer { items, rules })?
            .with_etag(year_tag(call, &moment, path.bloc, &book))
            .at(moment.position()))
    }
}

impl From<&RuleCount> for PenaltyUse {
    fn from(count: &RuleCount) -> Self {
        let PenaltyRule { step, when, criterion, points } = count.rule;
        Self {
            step,
            when,
            criterion,
            points,
            found: count.found as u64,
            taken: count.taken as u64,
            waived: count.waived as u64,
            open: count.open as u64,
            equal: count.is_equal(),
        }
    }
}

fn late_by(lapse: &Lapse) -> Option<u64> {
    let mark = lapse.mark?;
    let millis = mark.recorded_at.millis() - mark.timeliness.due?.millis();
    u64::try_from(millis / 1000).ok()
}

fn lapse_answer(moment: &Moment, lapse: &Lapse) -> Result<LapseAnswer, Problem> {
    Ok(LapseAnswer {
        unit: lapse.unit,
        name: unit_name(moment, lapse.unit)?,
        step: lapse.step,
        when: if lapse.mark.is_some() { Breach::Late } else { Breach::NotTaken },
        late_seconds: late_by(lapse),
        filed: lapse.mark.as_ref().map(Into::into),
        criterion: lapse.penalty.map(|(rule, _)| rule.criterion),
        points: lapse.penalty.map(|(rule, _)| rule.points),
        state: lapse.penalty.map(|(_, state)| state),
        explanation: sentence(moment, lapse)?.into(),
    })
}

fn sentence(moment: &Moment, lapse: &Lapse) -> Result<Words, Problem> {
    let (unit, step) = (name_in(moment, lapse.unit)?, step_words(lapse.step));
    let how = late_by(lapse).map_or_else(
        || Words::fixed("không thực hiện", "was left out"),
        |seconds| {
            let (days, hours, minutes) = (seconds / 86_400, seconds / 3600 % 24, seconds / 60 % 60);
            Words::new(
                format!("muộn {days} ngày {hours} giờ {minutes} phút"),
                format!("came {days} days {hours} hours {minutes} minutes late"),
            )
        },
    );
    let cost = lapse.penalty.map_or_else(
        || Words::fixed("bảng điểm không trừ điểm", "the sheet has no penalty for it"),
        |(rule, state)| penalty_words(rule, state),
    );
    Ok(Words::new(
        format!("{}: {} {}; {}.", unit.vi, step.vi, how.vi, cost.vi),
        format!("{}: the {} {}; {}.", unit.en, step.en, how.en, cost.en),
    ))
}

/// What becomes of a penalty that the record found.
pub fn penalty_words(rule: PenaltyRule, state: FindingState) -> Words {
    let (points, id) = (rule.points, rule.criterion);
    match state {
        FindingState::Applied => Words::new(
            format!("sổ tự trừ {points} điểm ({id})"),
            format!("the record takes {points} away ({id})"),
        ),
        FindingState::Confirmed => Words::new(
            format!("người chấm đã xác nhận điểm trừ ({id}, quy định {points})"),
            format!("whoever scores {id} took points away (the rule says {points})"),
        ),
        FindingState::Waived => Words::new(
            format!("người chấm không trừ ({id}, quy định {points})"),
            format!("whoever scores {id} took none away (the rule says {points})"),
        ),
        FindingState::Proposed => Words::new(
            format!("chờ người chấm xác nhận điểm trừ {points} ({id})"),
            format!("whoever scores {id} has not spoken on the penalty of {points}"),
        ),
    }
}
