//! What a ballot rests on: the score table that stood when it was opened, whether the best stood in it, and the majority.

use super::{YearPath, ballots::MajorityAnswer, book::Filed, year_at};
use crate::{
    answer_body, problem::Problem, resources::commendations::eligibility::Sentence, routes::Call,
    words::Words,
};
use app::AsOf;
use domain::{
    LocalisedName, Points, UnitId,
    regulation::{Majority, MajorityBase, Regulation, Source, TurnOut},
    year::{Ballot, Question, ScoreTable, Year},
};
use std::sync::Arc;

answer_body! {
    /// Văn bản làm căn cứ của quy chế. A paper the regulation rests on.
    pub struct SourceAnswer {
        /// Số, ký hiệu. Its number.
        number: Option<String>,
        /// Tên. Its title.
        title: String,
        /// Điều, mục, phụ lục. The article, item or annex.
        article: Option<String>,
    }
}

impl From<&Source> for SourceAnswer {
    fn from(source: &Source) -> Self {
        Self {
            number: source.number.as_ref().map(ToString::to_string),
            title: source.title.to_string(),
            article: source.article.as_ref().map(ToString::to_string),
        }
    }
}

answer_body! {
    /// Tỷ lệ phải đạt và căn cứ. What a candidate needed, counted out, and which papers say so.
    pub struct MajorityBasis {
        /// Quy định; vắng mặt khi chỉ cần nhiều phiếu nhất. The rule; absent when the most votes are enough.
        rule: Option<MajorityAnswer>,
        /// Số lấy làm căn cứ tính; có sau khi đóng, hoặc trước đó nếu tính trên cử tri hay số có mặt. How many the share is counted
        /// over; before the close only where that is known.
        base_count: Option<u32>,
        /// Số phiếu ít nhất phải đạt. The fewest votes that are enough.
        needed: Option<u32>,
        /// Con trỏ JSON đến quy định trong quy chế. JSON pointer to the rule in the regulation.
        pointer: &'static str,
        /// Lần ban hành quy chế. The version of the regulation.
        regulation_version: u16,
        /// Tên quy chế. Its title.
        regulation_title: LocalisedName,
        /// Có văn bản nêu; không thì là lựa chọn của khối. Whether a paper states the rule; if not, it is the bloc's own choice.
        sourced: bool,
        /// Các văn bản, điều khoản làm căn cứ. The papers the regulation rests on, with their articles.
        sources: Vec<SourceAnswer>,
    }
}

answer_body! {
    /// Điểm của một ứng viên khi mở cuộc bỏ phiếu. What a candidate had when the ballot was opened.
    pub struct CandidateScore {
        /// Đơn vị. The unit.
        unit: UnitId,
        /// Tổng điểm trong bảng điểm. Its total in the score table.
        total: Option<Points>,
        /// Bao nhiêu đơn vị có điểm cao hơn. How many units had more.
        above: Option<u32>,
    }
}

answer_body! {
    /// Cuộc bỏ phiếu dựa trên gì. What a ballot rests on.
    pub struct BallotBasis {
        /// Bảng điểm đã thông qua khi mở; vắng mặt nếu chưa có. The score table that stood when it was opened; absent when there was
        /// none.
        score_table: Option<Filed>,
        /// Điểm của các ứng viên. What the candidates had.
        scores: Vec<CandidateScore>,
        /// Không đơn vị nào ngoài danh sách có điểm cao hơn một ứng viên. Whether the candidates were the top scorers: no unit
        /// outside had more than one of them. Absent without a score table.
        top_scorers: Option<bool>,
        /// Tỷ lệ phải đạt. The majority; absent before a regulation is adopted.
        majority: Option<MajorityBasis>,
        /// Bằng lời. As a sentence.
        explanation: Sentence,
    }
}

/// What a ballot of a year rests on.
pub fn ballot_basis(
    call: &Call<'_>,
    path: &YearPath,
    year: &Year,
    ballot: &Ballot,
) -> Result<BallotBasis, Problem> {
    let table = table_at(call, path, year, ballot)?;
    let rows = table.as_ref().map_or(&[][..], |table| &table.rows);
    let scores: Vec<_> = ballot
        .candidates
        .iter()
        .map(|unit| {
            let total = rows.iter().find(|row| row.unit == *unit).map(|row| row.total);
            let above = total.map(|total| rows.iter().filter(|row| row.total > total).count());
            CandidateScore { unit: *unit, total, above: above.and_then(|count| u32::try_from(count).ok()) }
        })
        .collect();
    let outside = rows.iter().filter(|row| !ballot.candidates.contains(&row.unit)).map(|row| row.total).max();
    let lowest = scores.iter().map(|score| score.total).min().flatten();
    let top_scorers =
        table.as_ref().map(|_| outside.is_none_or(|best| lowest.is_some_and(|lowest| best <= lowest)));
    let majority =
        year.regulation.as_ref().map(|adopted| majority(ballot, &adopted.regulation, adopted.version));
    let explanation = sentence(table.as_deref(), top_scorers, majority.as_ref()).into();
    Ok(BallotBasis {
        score_table: table.map(|table| (&table.mark).into()),
        scores,
        top_scorers,
        majority,
        explanation,
    })
}

/// The score table that stood when the ballot was opened: read from the past when another stands by now.
fn table_at(
    call: &Call<'_>,
    path: &YearPath,
    year: &Year,
    ballot: &Ballot,
) -> Result<Option<Arc<ScoreTable>>, Problem> {
    let opened = ballot.opened.position;
    match &year.score_table {
        Some(table) if table.mark.position > opened => {
            let then = call.service.app().moment(AsOf::Position(opened))?;
            Ok(year_at(&then, path)?.state.score_table.clone())
        }
        Some(_) | None => Ok(year.score_table.clone()),
    }
}

fn majority(ballot: &Ballot, regulation: &Regulation, version: u16) -> MajorityBasis {
    let pointer = match ballot.question {
        Question::LeadingUnit => "/ballot/majority",
        Question::NextLeader | Question::NextDeputy => "/leadership/ballot/majority",
    };
    let below = |whole: &str, part: &str| {
        part.strip_prefix(whole).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    let own = |said: &str| below(said, pointer) || below(pointer, said);
    let base = ballot.majority.and_then(|rule| base_count(rule, ballot));
    MajorityBasis {
        rule: ballot.majority.map(Into::into),
        base_count: base,
        needed: ballot.majority.zip(base).map(|(rule, base)| needed(rule, base)),
        pointer,
        regulation_version: version,
        regulation_title: regulation.title.clone(),
        sourced: !regulation.sources.is_empty() && !regulation.unsourced.iter().any(|said| own(said)),
        sources: regulation.sources.iter().map(Into::into).collect(),
    }
}

fn base_count(rule: Majority, ballot: &Ballot) -> Option<u32> {
    let count = |units: usize| u32::try_from(units).unwrap_or(u32::MAX);
    match (rule.base, &ballot.result) {
        (MajorityBase::Electors, _) => Some(count(ballot.electors.len())),
        (MajorityBase::Present, _) => Some(count(ballot.present.len())),
        (MajorityBase::Cast | MajorityBase::Valid, None) => None,
        (MajorityBase::Cast, Some((closed, _))) => Some(closed.cast),
        (MajorityBase::Valid, Some((closed, _))) => Some(closed.cast.saturating_sub(closed.abstained)),
    }
}

/// The fewest votes that reach the share of a base.
fn needed(rule: Majority, base: u32) -> u32 {
    let turn_out = TurnOut { electors: base, present: base, cast: base, valid: base };
    (1..=base).find(|votes| rule.reached(*votes, turn_out)).unwrap_or(base.saturating_add(1))
}

fn sentence(table: Option<&ScoreTable>, top: Option<bool>, majority: Option<&MajorityBasis>) -> Words {
    let order = table.map_or(
        Words::fixed("Khi mở chưa có bảng điểm", "No score table had been adopted when it was opened"),
        |table| {
            let at = table.mark.position;
            Words::new(
                format!("Mở sau khi thông qua bảng điểm (sự kiện {at})"),
                format!("Opened after the score table was adopted (fact {at})"),
            )
        },
    );
    let best = match top {
        Some(true) => {
            Words::fixed("; ứng viên là các đơn vị điểm cao nhất", "; the candidates were the top scorers")
        }
        Some(false) => Words::fixed(
            "; có đơn vị ngoài danh sách điểm cao hơn một ứng viên",
            "; a unit outside had more than one of the candidates",
        ),
        None => Words::fixed("", ""),
    };
    let share = majority.map_or(Words::fixed("", ""), majority_words);
    Words::new(
        format!("{}{}{}.", order.vi, best.vi, share.vi),
        format!("{}{}{}.", order.en, best.en, share.en),
    )
}

fn majority_words(basis: &MajorityBasis) -> Words {
    let Some(rule) = &basis.rule else {
        return Words::fixed("; ai nhiều phiếu nhất thì trúng", "; the most votes are enough");
    };
    let (least_vi, least_en) = if rule.or_equal { ("ít nhất", "at least") } else { ("quá", "more than") };
    let (base_vi, base_en) = match rule.base {
        "electors" => ("tổng số cử tri", "all electors"),
        "present" => ("số có mặt", "those present"),
        "cast" => ("số đã bỏ phiếu", "votes cast"),
        _ => ("số phiếu hợp lệ", "valid votes"),
    };
    let percent = rule.percent;
    let [count_vi, count_en] = match (basis.base_count, basis.needed) {
        (Some(base), Some(needed)) => {
            [format!(" ({base}), tức {needed} phiếu"), format!(" ({base}), that is {needed}")]
        }
        (Some(_) | None, Some(_) | None) => Default::default(),
    };
    Words::new(
        format!("; phải đạt {least_vi} {percent}% {base_vi}{count_vi}"),
        format!("; {least_en} {percent}% of {base_en} were needed{count_en}"),
    )
}
