//! What is said of a contradiction in a regulation.

use super::rejection::step_words;
use crate::words::Words;
use domain::regulation::{FaultKind, Scorer, TieBreak, award::Stage};

/// The words of a contradiction. Its code is the domain's, and so are the English words.
pub fn words(kind: &FaultKind) -> Words {
    Words::new(in_vietnamese(kind), format!("{kind}."))
}

#[allow(clippy::too_many_lines, reason = "one arm for every kind of fault, so that none can lack its words")]
fn in_vietnamese(kind: &FaultKind) -> String {
    use FaultKind as F;
    let step = |step| step_words(step).vi;
    match kind {
        F::Empty => "Danh sách trống.".into(),
        F::Duplicate(value) => format!("{value} xuất hiện hai lần."),
        F::TooManyDecimals(decimals) => format!("{decimals} chữ số thập phân; nhiều nhất là 2."),
        F::NotPositive(points) => format!("{points} phải lớn hơn 0."),
        F::Negative(points) => format!("{points} nhỏ hơn 0; điểm trừ cũng viết không dấu."),
        F::TooPrecise { value, decimals } => format!("{value} có quá {decimals} chữ số thập phân."),
        F::NotAStep { value, step } => format!("{value} không phải bội số của {step}."),
        F::DoNotAddUp { sum, max } => format!("Các tiêu chí cộng lại được {sum}, tổng là {max}."),
        F::ScaleNotMet { scale, contents, bonus } => {
            format!("Điểm chuẩn {contents} và điểm thưởng {bonus} không khớp thang điểm {scale}.")
        }
        F::Unlimited => "Phần điểm chuẩn không có giới hạn.".into(),
        F::OutOfReach { limit, most } => format!("Không thể đạt {limit}; cao nhất là {most}."),
        F::NoMaximum => "Có quy định về điểm vượt tối đa nhưng không có điểm tối đa.".into(),
        F::OptionAboveMaximum { option, max } => format!("Mức {option} cao hơn điểm tối đa {max}."),
        F::NobodyScores => "Không ai chấm tiêu chí này.".into(),
        F::UnknownCriterion(id) => format!("Không tiêu chí {id} nào được chấm."),
        F::NotAPenalty(id) => format!("Tiêu chí {id} không phải điểm trừ."),
        F::NotABonus => "Chỉ điểm thưởng mới là điểm thưởng của một tiêu chí điểm chuẩn.".into(),
        F::NoSubCriteria => "Chỉ tính tiêu chí con cao nhất nhưng không có tiêu chí con.".into(),
        F::NotAnOption(points) => format!("{points} không có trong các mức điểm."),
        F::CombineMissing(who) => format!("{}: chưa nêu cách gộp điểm của nhiều đơn vị.", scorer(*who)),
        F::OneGiver(who) => format!("{} chỉ có một, không có gì để gộp.", scorer(*who)),
        F::LeavesNobody { at_least, dropped } => {
            format!("Có {at_least} điểm mà bỏ {dropped} thì không còn điểm nào.")
        }
        F::DropsNothing => "Trung bình cắt mà không bỏ điểm nào.".into(),
        F::WeightsDoNotAddUp(sum) => format!("Các trọng số cộng lại được {sum}%, không phải 100%."),
        F::PartlyWeighted(who) => {
            format!("{} có trọng số, các nguồn kia chấm tiêu chí này mà nguồn này không chấm.", scorer(*who))
        }
        F::NotAUnitsStep(one) => format!("Bước {} không phải của từng đơn vị.", step(*one)),
        F::NeverLate => "Nộp muộn bị từ chối nên không có gì để trừ.".into(),
        F::UnscoredThreshold(points) => {
            format!("Mức dành cho đơn vị chưa được chấm không có ngưỡng {points}.")
        }
        F::NoClasses => "Không có mức xếp loại nào.".into(),
        F::LeavesNothing(tie_break) => {
            format!("Sau tiêu chí phụ {} không còn gì để phân định.", criterion(*tie_break))
        }
        F::NotScoredItself => "Tiêu chí có tiêu chí con thì không chấm trực tiếp.".into(),
        F::NeverCounts => "Không điểm chấm nào của tiêu chí này được tính.".into(),
        F::NothingToScore(who) => format!("{} không có tiêu chí nào để chấm.", scorer(*who)),
        F::ScorerWithoutStep(who) => {
            format!("{} chấm điểm nhưng quy trình không có bước {}.", scorer(*who), step(who.step()))
        }
        F::ThresholdMissing => "Chỉ mức xếp loại cuối cùng không có ngưỡng.".into(),
        F::LastThreshold(points) => {
            format!("Mức cuối cùng nhận mọi điểm còn lại nên không có ngưỡng {points}.")
        }
        F::NotDescending { threshold, previous } => {
            format!("Ngưỡng {threshold} không thấp hơn ngưỡng trước đó {previous}.")
        }
        F::StepMissing(missing) => format!("Thiếu bước {}.", step(*missing)),
        F::MustFollow { step: early, after } => {
            format!("Bước {} phải đứng sau bước {}.", step(*early), step(*after))
        }
        F::MustBeRequired { step: optional, needed_by } => {
            format!("Bước {} phải bắt buộc vì bước {} dựa vào nó.", step(*optional), step(*needed_by))
        }
        F::NoScoreRequired => "Không có điểm nào được tính mà bắt buộc phải chấm.".into(),
        F::ImpossibleDay { day, month } => format!("Không phải năm nào cũng có ngày {day}/{month}."),
        F::DistantYear(years) => format!("Hạn chót cách năm thi đua {years} năm."),
        F::DueTooEarly(before) => format!("Hạn chót sớm hơn bước {} là bước phải xong trước.", step(*before)),
        F::NoDeadline => "Nói về việc nộp muộn nhưng không có hạn chót.".into(),
        F::BallotWithoutRule => "Có bước bỏ phiếu nhưng không có quy định cách bỏ phiếu.".into(),
        F::BallotNotHeld => "Có quy định bỏ phiếu cho một cuộc bỏ phiếu không diễn ra.".into(),
        F::PercentOutOfRange(percent) => format!("Tỷ lệ {percent}% nằm ngoài 1–100%."),
        F::MajorityOutOfReach => "Không thể đạt quá 100% số phiếu.".into(),
        F::NoTurns => "Có thứ tự luân phiên nhưng khối trưởng không do luân phiên.".into(),
        F::NoTime => "Thời hạn 0 ngày: không ai kịp thực hiện.".into(),
        F::NoCandidates => "Không ai được ứng cử.".into(),
        F::DecidesNothing(tie_break) => {
            format!("Tiêu chí phụ {} không phân định được gì ở đây.", criterion(*tie_break))
        }
        F::CountedFromItself(award) => format!("Chỉ tiêu của {} tính từ chính nó.", award.vi()),
        F::AwardWithoutRule(award) => format!("Quy chế không có quy định về {}.", award.vi()),
        F::NoCouncil => "Quy định không có bước hội đồng bỏ phiếu.".into(),
        F::AskedTooEarly(stage) => {
            format!("Điều kiện này chỉ có thể đạt từ giai đoạn {} trở đi.", stage_words(*stage))
        }
        F::NoLegalBasis => "Quy định không nêu văn bản làm căn cứ.".into(),
        F::EndsBeforeItBegins(from, until) => format!("Hết hiệu lực {until} trước khi có hiệu lực {from}."),
        F::PointsNowhere(pointer) => format!("Con trỏ {pointer} không dẫn đến giá trị nào."),
    }
}

const fn scorer(who: Scorer) -> &'static str {
    match who {
        Scorer::Itself => "Đơn vị tự chấm",
        Scorer::Peer => "Các đơn vị chấm chéo",
        Scorer::Bloc => "Khối trưởng",
        Scorer::Panel => "Đơn vị được giao tiêu chí",
        Scorer::Official => "Cơ quan cấp trên",
    }
}

const fn stage_words(stage: Stage) -> &'static str {
    match stage {
        Stage::Proposal => "đề nghị",
        Stage::Council => "hội đồng xét",
        Stage::Decision => "quyết định",
    }
}

const fn criterion(tie_break: TieBreak) -> &'static str {
    match tie_break {
        TieBreak::Contents => "điểm chuẩn cao hơn",
        TieBreak::Bonus => "điểm thưởng cao hơn",
        TieBreak::FewerPenalties => "điểm trừ ít hơn",
        TieBreak::Votes => "nhiều phiếu hơn",
        TieBreak::Lots => "bốc thăm",
        TieBreak::Meeting => "quyết định của hội nghị",
    }
}
