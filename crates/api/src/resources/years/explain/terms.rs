//! The arithmetic of one unit as data: parts, criteria, entries, givers.

use super::words::{part_words, term_words};
use crate::{
    answer_body,
    resources::{
        commendations::eligibility::Sentence,
        years::{
            basis::Basis,
            book::Filed,
            scores::{FindingAnswer, finding_answer},
        },
    },
};
use domain::{
    LocalisedName, Points, UnitId,
    regulation::{CriterionId, OverMaximum, PartKind, Scorer, scorer::Method},
    year::{Account, Entry, GivenPoints, Mark, PartAccount, SetAside, ShareOf, Term},
};

answer_body! {
    /// Điểm của một đơn vị chấm. What one giver gave.
    pub struct GivenExplanation {
        /// Đơn vị chấm; vắng mặt nếu là cơ quan cấp trên. The unit whose officer gave it; absent for the body above.
        given_by: Option<UnitId>,
        /// Điểm. The points.
        points: Points,
        /// Được giữ lại khi gộp. Whether the combining rule keeps it: the highest and lowest may be dropped.
        kept: bool,
        /// Vị trí của sự kiện trong sổ; `events` của đơn vị nói thêm. Where the fact stands in the log; `events` of the unit tells
        /// more of it: one fact gives the points of many criteria.
        position: u64,
    }
}

answer_body! {
    /// Phần của một nguồn điểm. What one kind of scorer gives.
    pub struct ShareExplanation {
        /// Nguồn điểm. The scorer.
        scorer: Scorer,
        /// Trọng số, phần trăm. Its weight in per cent.
        percent: Option<u8>,
        /// Cách gộp: `mean`, `median`, `trimmed_mean`. How several become one; absent where one giver scores.
        combine: Option<&'static str>,
        /// Cần ít nhất chừng ấy đơn vị chấm. How many givers are asked for.
        at_least: Option<u8>,
        /// Từng đơn vị chấm. What each gave.
        given: Vec<GivenExplanation>,
        /// Gộp lại, đã làm tròn để đọc. What they combine to, rounded for the reader: what is counted on is exact.
        points: Points,
    }
}

answer_body! {
    /// Điểm của một tháng, hoặc của cả năm. What one month, or the whole year, gives a criterion.
    pub struct EntryExplanation {
        /// Tháng. The month, in a sheet that adds up months.
        month: Option<u8>,
        /// Các nguồn điểm. Whose scores make it.
        shares: Vec<ShareExplanation>,
        /// Điểm, làm tròn theo quy chế. The points, rounded once as the sheet says.
        points: Points,
    }
}

answer_body! {
    /// Điểm đứng bên cạnh, không được tính. A score that stands beside and does not count.
    pub struct SetAsideAnswer {
        /// Nguồn điểm. The scorer.
        scorer: Scorer,
        /// Đơn vị chấm. The unit whose officer gave it.
        given_by: Option<UnitId>,
        /// Tháng. The month.
        month: Option<u8>,
        /// Điểm. The points.
        points: Points,
        /// Vì sao: `never_counts` (quy chế không tính nguồn này), `another_first` (nguồn ưu tiên hơn đã chấm), `too_few` (chưa đủ
        /// số đơn vị chấm), `others_missing` (nguồn cùng trọng số chưa chấm). Why it does not count.
        because: &'static str,
        /// Sự kiện. The fact.
        filed: Filed,
    }
}

answer_body! {
    /// Một tiêu chí. What one criterion came to.
    pub struct TermExplanation {
        /// Tiêu chí. The criterion.
        criterion: CriterionId,
        /// Tên. What is judged.
        name: LocalisedName,
        /// Thuộc tiêu chí cha. The criterion above it; absent at the top of its part.
        within: Option<CriterionId>,
        /// Chỉ tính tiêu chí con cao nhất. Whether only the highest of its sub-criteria counts.
        highest_only: bool,
        /// Các điểm được tính. The scores that count; empty where sub-criteria or the record make the points.
        entries: Vec<EntryExplanation>,
        /// Điểm trừ do sổ phát hiện. Penalties that the record found.
        findings: Vec<FindingAnswer>,
        /// Các điểm không được tính. The scores that do not count.
        set_aside: Vec<SetAsideAnswer>,
        /// Cộng lại, trước mức tối đa. What they give, before the maximum.
        sum: Points,
        /// Điểm tối đa. Its maximum.
        max: Option<Points>,
        /// Khi vượt tối đa. What the maximum does.
        over_max: OverMaximum,
        /// Được tính. What counts.
        counted: Points,
        /// Bằng lời. As a sentence.
        explanation: Sentence,
    }
}

answer_body! {
    /// Một phần của bảng điểm. What one part of the sheet came to.
    pub struct PartExplanation {
        /// Số mục. What stands before its name.
        label: Option<String>,
        /// Tên. Its name.
        name: LocalisedName,
        /// Điểm chuẩn, thưởng hay trừ. How it enters the total.
        kind: PartKind,
        /// Các tiêu chí; tiêu chí con đứng sau tiêu chí cha. Its criteria, each before those below it: the sum of a part is that of
        /// the criteria without `within`.
        terms: Vec<TermExplanation>,
        /// Cộng lại. What its criteria give together.
        sum: Points,
        /// Trần. The most that counts of it.
        cap: Option<Points>,
        /// Được tính. What counts of it.
        counted: Points,
        /// Bằng lời. As a sentence.
        explanation: Sentence,
    }
}

/// A part with its criteria, each before those below it.
pub fn part_explanation(part: &PartAccount) -> PartExplanation {
    let mut terms = Vec::new();
    tell(&part.terms, None, &mut terms);
    PartExplanation {
        label: part.label.as_ref().map(ToString::to_string),
        name: part.name.clone(),
        kind: part.kind,
        terms,
        sum: part.sum,
        cap: part.cap,
        counted: part.counted,
        explanation: part_words(part).into(),
    }
}

fn tell(terms: &[Term], within: Option<CriterionId>, told: &mut Vec<TermExplanation>) {
    for term in terms {
        told.push(TermExplanation {
            criterion: term.criterion,
            name: term.name.clone(),
            within,
            highest_only: term.highest_only,
            entries: term.entries.iter().map(entry).collect(),
            findings: term.findings.iter().map(finding_answer).collect(),
            set_aside: term.set_aside.iter().map(set_aside).collect(),
            sum: term.sum,
            max: term.max,
            over_max: term.over_max,
            counted: term.counted,
            explanation: term_words(term).into(),
        });
        tell(&term.terms, Some(term.criterion), told);
    }
}

fn entry(entry: &Entry) -> EntryExplanation {
    EntryExplanation {
        month: entry.month,
        shares: entry.shares.iter().map(share).collect(),
        points: entry.points,
    }
}

fn share(share: &ShareOf) -> ShareExplanation {
    let given = |given: &GivenPoints| GivenExplanation {
        given_by: given.given_by,
        points: given.points,
        kept: given.kept,
        position: given.mark.position.0,
    };
    ShareExplanation {
        scorer: share.scorer,
        percent: share.percent,
        combine: share.combine.map(|combine| match combine.method {
            Method::Mean => "mean",
            Method::Median => "median",
            Method::TrimmedMean(_) => "trimmed_mean",
        }),
        at_least: share.combine.map(|combine| combine.at_least),
        given: share.given.iter().map(given).collect(),
        points: share.points,
    }
}

fn set_aside(aside: &SetAside) -> SetAsideAnswer {
    SetAsideAnswer {
        scorer: aside.scorer,
        given_by: aside.given_by,
        month: aside.month,
        points: aside.points,
        because: aside.because.code(),
        filed: (&aside.mark).into(),
    }
}

/// Every fact the numbers of a unit rest on, in order: the regulation, the scores that count, late acts that cost points, and
/// what fixed the standing.
pub fn events_of(account: &Account, basis: &Basis, unit: UnitId) -> Vec<Filed> {
    let leaves = account.leaves();
    let entries = leaves.iter().flat_map(|term| &term.entries).flat_map(|entry| &entry.shares);
    let mut marks: Vec<Mark> = entries.flat_map(|share| &share.given).map(|given| given.mark).collect();
    marks.extend(basis.counted.regulation.as_ref().map(|adopted| adopted.mark));
    let late: Vec<_> = leaves.iter().flat_map(|term| &term.findings).filter_map(|found| found.fact).collect();
    let lapses = basis.counted.lapses(&[unit]);
    marks.extend(lapses.iter().filter_map(|lapse| lapse.mark).filter(|mark| late.contains(&mark.id)));
    marks.extend(
        basis.ranked.score_table.as_ref().filter(|_| basis.adopted.is_some()).map(|table| table.mark),
    );
    marks.extend(basis.adopted);
    marks.sort_by_key(|mark| mark.position);
    marks.dedup_by_key(|mark| mark.position);
    marks.iter().map(Into::into).collect()
}
