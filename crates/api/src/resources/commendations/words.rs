//! What is said of a check, a quota and a state, in both languages.

use crate::{problem::rejection::step_words, words::Words};
use domain::{
    Points, Timestamp,
    commendation::{AppraisalFinding, Because, CheckName, CommendationState, VoteOutcome},
    quota::{Quota, Reckoning},
    regulation::{
        Majority, MajorityBase, Step,
        award::{PaperKind, QuotaRounding},
    },
};

/// What people call a check.
pub const fn check_words(check: CheckName) -> Words {
    match check {
        CheckName::RegisteredInTime => Words::fixed("đăng ký thi đua đúng hạn", "registered in time"),
        CheckName::PledgeSigned => Words::fixed("ký giao ước thi đua", "signed the pledge"),
        CheckName::ReportsInTime => Words::fixed("nộp báo cáo đúng hạn", "filed its reports in time"),
        CheckName::Attended => Words::fixed("dự hội nghị", "attended the conferences"),
        CheckName::LeadingUnit => Words::fixed("là đơn vị dẫn đầu", "is the leading unit"),
        CheckName::RankWithin => Words::fixed("thứ hạng", "rank"),
        CheckName::BallotRatio => Words::fixed("tỷ lệ phiếu suy tôn", "share of the votes"),
        CheckName::NotExcluded => Words::fixed("không bị loại khỏi xét thi đua", "not excluded"),
        CheckName::AchievementNotRewarded => {
            Words::fixed("thành tích chưa được khen", "the achievement was not rewarded before")
        }
        CheckName::LegalBasisValid => Words::fixed("căn cứ pháp lý còn hiệu lực", "legal basis in force"),
        CheckName::DossierComplete => Words::fixed("hồ sơ đủ giấy tờ", "the dossier is complete"),
        CheckName::CouncilApproved => Words::fixed("hội đồng đã thông qua", "approved by the council"),
        CheckName::PublicityPassed => Words::fixed("hết thời gian công khai", "public for long enough"),
        CheckName::QuotaLeft => Words::fixed("còn chỉ tiêu", "something is left of the quota"),
    }
}

/// What people call a state.
pub const fn state_words(state: CommendationState) -> Words {
    match state {
        CommendationState::Proposed => Words::fixed("đã đề nghị", "proposed"),
        CommendationState::Appraised => Words::fixed("đã thẩm định", "appraised"),
        CommendationState::Approved => Words::fixed("hội đồng đã thông qua", "approved"),
        CommendationState::NotApproved => Words::fixed("hội đồng không thông qua", "not approved"),
        CommendationState::Decided => Words::fixed("đã có quyết định", "decided"),
        CommendationState::Published => Words::fixed("đã công bố", "published"),
        CommendationState::Revoked => Words::fixed("đã hủy bỏ", "revoked"),
    }
}

const fn paper_words(kind: PaperKind) -> Words {
    match kind {
        PaperKind::Submission => Words::fixed("tờ trình", "submission"),
        PaperKind::CouncilMinutes => Words::fixed("biên bản họp hội đồng", "council minutes"),
        PaperKind::AchievementReport => Words::fixed("báo cáo thành tích", "achievement report"),
        PaperKind::Other => Words::fixed("giấy tờ khác", "other papers"),
    }
}

fn said(vi: String, en: String) -> Words {
    Words::new(vi, en)
}

/// Why a check came to its outcome, as a sentence.
pub fn because_words(because: &Because) -> Words {
    let fixed = Words::fixed;
    match because {
        Because::Taken(step, due) => taken(*step, *due),
        Because::TakenLate(step, due) => late(*step, *due),
        Because::NotTaken(step) => about_step(*step, "Chưa có", "There is no"),
        Because::NoSuchStep(step) => about_step(*step, "Quy chế không có bước", "The procedure has no"),
        Because::NotYet(step) => about_step(*step, "Chưa có kết quả", "There is no result yet of the"),
        Because::Attendance(there, all) => attendance(*there, *all),
        Because::AttendanceNotRecorded => {
            fixed("Chưa có biên bản nào ghi thành phần dự.", "No minutes say who attended.")
        }
        Because::Leads => fixed("Là đơn vị dẫn đầu.", "It is the leading unit."),
        Because::LeadsNot(Some(_)) => fixed("Đơn vị khác dẫn đầu.", "Another unit leads."),
        Because::LeadsNot(None) => fixed("Không có đơn vị dẫn đầu.", "No unit leads."),
        Because::Rank(rank, places) => said(
            format!("Xếp thứ {rank}; cần trong {places} thứ hạng đầu."),
            format!("It has rank {rank}; the first {places} would do."),
        ),
        Because::Unranked => fixed("Không có trong bảng xếp hạng.", "It is not in the ranking."),
        Because::Votes { votes, base, majority } => ballot(*votes, *base, *majority),
        Because::NoCandidate => fixed("Không có trong danh sách bầu.", "It was no candidate."),
        Because::Considered => fixed("Không bị loại khỏi xét thi đua.", "It is not excluded."),
        Because::Excluded => fixed("Bị loại khỏi xét thi đua.", "It is excluded."),
        Because::AchievementNotNamed => fixed("Hồ sơ không nêu thành tích.", "No achievement is named."),
        Because::FirstReward => fixed("Thành tích này chưa được khen.", "It was not rewarded before."),
        Because::RewardedBefore(other) => said(
            format!("Thành tích này đã được khen ở hồ sơ {other}."),
            format!("Dossier {other} was awarded for the same achievement."),
        ),
        Because::NoLegalBasis => fixed("Quy định không nêu căn cứ.", "The rule names no legal basis."),
        Because::InForce(day) => {
            said(format!("Mọi căn cứ có hiệu lực ngày {day}."), format!("All papers are in force on {day}."))
        }
        Because::NotInForce(paper, day) => said(
            format!("{paper} không có hiệu lực ngày {day}."),
            format!("{paper} is not in force on {day}."),
        ),
        Because::ForceNotKnown(paper, day) => said(
            format!("Không rõ {paper} có hiệu lực ngày {day} hay không."),
            format!("It is not known whether {paper} is in force on {day}."),
        ),
        Because::PapersComplete => fixed("Đủ giấy tờ.", "Every paper is there."),
        Because::PapersMissing(kinds) => missing(kinds),
        Because::Approved => fixed("Hội đồng đã thông qua.", "The council approved it."),
        Because::NotApproved(outcome) => not_approved(*outcome),
        Because::NotVoted(finding) => not_voted(*finding),
        Because::PublicUntil(day) | Because::PublicTooShort(day) => said(
            format!("Thời gian công khai kết thúc khi đến ngày {day}."),
            format!("It is public for long enough when {day} has come."),
        ),
        Because::NotPublic => fixed("Chưa công khai.", "It was not made public."),
        Because::Quota(quota) => quota_words(quota),
        Because::BeyondQuota => {
            fixed("Hội đồng cho vượt chỉ tiêu.", "The council let it go beyond the quota.")
        }
        Because::NoYear => fixed("Không có dữ liệu của năm.", "The year is not in the log."),
    }
}

fn about_step(step: Step, vi: &str, en: &str) -> Words {
    let words = step_words(step);
    said(format!("{vi} {}.", words.vi), format!("{en} {}.", words.en))
}

fn taken(step: Step, due: Option<Timestamp>) -> Words {
    let words = step_words(step);
    match due {
        Some(due) => said(
            format!("Đã {} trước hạn {due}.", words.vi),
            format!("The {} came before it was due at {due}.", words.en),
        ),
        None => said(
            format!("Đã {}; không có hạn.", words.vi),
            format!("The {} is there; no day was set.", words.en),
        ),
    }
}

fn late(step: Step, due: Timestamp) -> Words {
    let words = step_words(step);
    said(
        format!("Muộn: {} (hạn {due}).", words.vi),
        format!("The {} was late; it was due at {due}.", words.en),
    )
}

fn attendance(there: u32, all: u32) -> Words {
    said(
        format!("Dự {there} trong {all} hội nghị có ghi thành phần dự."),
        format!("It attended {there} of the {all} conferences whose minutes say who did."),
    )
}

fn ballot(votes: u32, base: u32, majority: Majority) -> Words {
    let (vi, en) = match majority.base {
        MajorityBase::Electors => ("cử tri", "electors"),
        MajorityBase::Present => ("đơn vị có mặt", "units present"),
        MajorityBase::Cast => ("phiếu đã bỏ", "votes cast"),
        MajorityBase::Valid => ("phiếu hợp lệ", "valid votes"),
    };
    let (at_least, least) =
        if majority.or_equal { ("ít nhất", "at least") } else { ("hơn", "more than") };
    let percent = majority.percent;
    said(
        format!("Được {votes} phiếu trên {base} {vi}; cần {at_least} {percent}%."),
        format!("It has {votes} votes of {base} {en}; {least} {percent} per cent are needed."),
    )
}

fn missing(kinds: &[PaperKind]) -> Words {
    let words: Vec<_> = kinds.iter().map(|kind| paper_words(*kind)).collect();
    let list = |pick: fn(&Words) -> &str| words.iter().map(pick).collect::<Vec<_>>().join(", ");
    said(
        format!("Còn thiếu: {}.", list(|words| &words.vi)),
        format!("Still missing: {}.", list(|words| &words.en)),
    )
}

const fn not_approved(outcome: VoteOutcome) -> Words {
    match outcome {
        VoteOutcome::Approved => Words::fixed("Hội đồng đã thông qua.", "The council approved it."),
        VoteOutcome::TooFewVotes => {
            Words::fixed("Không đủ phiếu của hội đồng.", "It lacked votes of the council.")
        }
        VoteOutcome::Cut => Words::fixed("Hội đồng cắt hồ sơ.", "The council cut it."),
    }
}

const fn not_voted(finding: Option<AppraisalFinding>) -> Words {
    match finding {
        None => Words::fixed("Chưa thẩm định, hội đồng chưa xét.", "It was neither appraised nor voted on."),
        Some(AppraisalFinding::Meets) => Words::fixed(
            "Thẩm định đạt, hội đồng chưa xét.",
            "The appraisal found that it meets the rule; the council has not voted.",
        ),
        Some(AppraisalFinding::DoesNotMeet) => Words::fixed(
            "Thẩm định không đạt, hội đồng chưa xét.",
            "The appraisal found that it does not meet the rule; the council has not voted.",
        ),
    }
}

/// The arithmetic of a quota, as a sentence.
pub fn quota_words(quota: &Quota) -> Words {
    let Some(allowed) = quota.allowed else {
        return Words::fixed(
            "Quy định không nêu chỉ tiêu cho khối, cụm này.",
            "The rule does not say how many there may be in this bloc.",
        );
    };
    let (vi, en) = quota.reckoning.as_ref().map_or_else(|| (String::new(), String::new()), reckoned);
    let Quota { used, beyond, .. } = quota;
    let (beyond_vi, beyond_en) = match beyond {
        0 => (String::new(), String::new()),
        more => (format!(", hội đồng cho vượt {more}"), format!(", {more} beyond it by the council")),
    };
    said(
        format!("Chỉ tiêu {allowed}{vi}; đã dùng {used}{beyond_vi}."),
        format!("There may be {allowed}{en}; {used} are used{beyond_en}."),
    )
}

/// `= 50% × (9 − 2) = 3.5, làm tròn xuống`
fn reckoned(reckoning: &Reckoning) -> (String, String) {
    let Reckoning { base, taken, percent, rounding, .. } = reckoning;
    let exact = exact_units(reckoning);
    let remaining = match taken {
        0 => base.to_string(),
        taken => format!("({base} − {taken})"),
    };
    let (vi, en) = match rounding {
        QuotaRounding::Floor => ("làm tròn xuống", "rounded down"),
        QuotaRounding::Ceil => ("làm tròn lên", "rounded up"),
        QuotaRounding::HalfUp => ("làm tròn đến số gần nhất", "rounded to the nearest, halves up"),
    };
    let sum = format!(" = {percent}% × {remaining} = {exact}");
    (format!("{sum}, {vi}"), format!("{sum}, {en}"))
}

/// The exact result of a percentage, in units.
pub fn exact_units(reckoning: &Reckoning) -> Points {
    Points::from_hundredths(i64::try_from(reckoning.exact_hundredths).unwrap_or(i64::MAX))
}
