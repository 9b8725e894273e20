//! The explanation as sentences, made from its data.

use crate::{problem::Problem, words::Words};
use app::Moment;
use domain::{
    Points, UnitId,
    regulation::{Combine, OverMaximum, PartKind, Scorer, TieBreak, scorer::Method},
    year::{Account, ClassAccount, Entry, PartAccount, RankedRow, ShareOf, Telling, Term},
};

/// The name of a unit in a sentence; its id where the register does not know it.
pub fn name_in(moment: &Moment, unit: UnitId) -> Result<Words, Problem> {
    let name = crate::resources::shared::unit_name(moment, unit)?;
    Ok(name.map_or_else(
        || Words::new(unit.to_string(), unit.to_string()),
        |name| {
            let vi = name.vi.to_string();
            let en = name.en.map_or_else(|| vi.clone(), |en| en.to_string());
            Words::new(vi, en)
        },
    ))
}

/// What people call a kind of scorer.
pub const fn scorer_words(scorer: Scorer) -> Words {
    match scorer {
        Scorer::Itself => Words::fixed("đơn vị tự chấm", "unit itself"),
        Scorer::Peer => Words::fixed("các đơn vị chấm chéo", "other members"),
        Scorer::Bloc => Words::fixed("khối chấm", "bloc"),
        Scorer::Panel => Words::fixed("đơn vị được giao tiêu chí", "panel"),
        Scorer::Official => Words::fixed("cơ quan cấp trên thẩm định", "state body"),
    }
}

fn joined(texts: impl Iterator<Item = Words>, between: &str) -> Words {
    let (vi, en): (Vec<_>, Vec<_>) = texts.map(|Words { vi, en }| (vi, en)).unzip();
    Words::new(vi.join(between), en.join(between))
}

fn method_words(combine: Combine) -> Words {
    match combine.method {
        Method::Mean => Words::fixed("trung bình cộng", "mean"),
        Method::Median => Words::fixed("trung vị", "median"),
        Method::TrimmedMean(trim) => Words::new(
            format!(
                "trung bình cộng sau khi bỏ {} điểm thấp nhất, {} điểm cao nhất",
                trim.lowest, trim.highest
            ),
            format!("mean without the {} lowest and the {} highest", trim.lowest, trim.highest),
        ),
    }
}

fn share_words(share: &ShareOf) -> Words {
    let Words { vi, en } = scorer_words(share.scorer);
    let text = match share.combine {
        None => Words::new(format!("{vi} {}", share.points), format!("{en} {}", share.points)),
        Some(combine) => {
            let given: Vec<_> = share.given.iter().map(|given| given.points.to_string()).collect();
            let (list, count, points) = (given.join("; "), given.len(), share.points);
            let Words { vi: how_vi, en: how_en } = method_words(combine);
            Words::new(
                format!("{vi}: {how_vi} của {count} đơn vị ({list}) = {points}"),
                format!("{en}: {how_en} of {count} ({list}) = {points}"),
            )
        }
    };
    share.percent.map_or(text.clone(), |percent| {
        Words::new(format!("{percent}% × [{}]", text.vi), format!("{percent}% × [{}]", text.en))
    })
}

fn entry_words(entry: &Entry) -> Words {
    let shares = joined(entry.shares.iter().map(share_words), " + ");
    let weighted = entry.shares.iter().any(|share| share.percent.is_some());
    let points = if weighted { format!(" = {}", entry.points) } else { String::new() };
    match entry.month {
        Some(month) => Words::new(
            format!("tháng {month}: {}{points}", shares.vi),
            format!("month {month}: {}{points}", shares.en),
        ),
        None => Words::new(format!("{}{points}", shares.vi), format!("{}{points}", shares.en)),
    }
}

/// How one criterion came about.
pub fn term_words(term: &Term) -> Words {
    let made = if !term.terms.is_empty() {
        let below: Vec<_> =
            term.terms.iter().map(|below| format!("{} {}", below.criterion, below.counted)).collect();
        let (list, sum) = (below.join(", "), term.sum);
        if term.highest_only {
            Words::new(
                format!("lấy điểm cao nhất của {list}: {sum}"),
                format!("the highest of {list}: {sum}"),
            )
        } else {
            Words::new(format!("cộng {list} = {sum}"), format!("sum of {list} = {sum}"))
        }
    } else if !term.entries.is_empty() {
        joined(term.entries.iter().map(entry_words), "; ")
    } else if !term.findings.is_empty() && term.sum > Points::ZERO {
        let (count, sum) = (term.findings.len(), term.sum);
        Words::new(
            format!("sổ phát hiện {count} vi phạm: {sum}"),
            format!("{count} breaches found by the record: {sum}"),
        )
    } else {
        Words::fixed("chưa có điểm được tính: 0", "no score that counts: 0")
    };
    let limit = limit_words(term);
    Words::new(
        format!("{} ({}): {}{}.", term.criterion, term.name.vi, made.vi, limit.vi),
        format!(
            "{} ({}): {}{}.",
            term.criterion,
            term.name.en.as_ref().unwrap_or(&term.name.vi),
            made.en,
            limit.en
        ),
    )
}

fn limit_words(term: &Term) -> Words {
    let (sum, counted) = (term.sum, term.counted);
    match term.max {
        Some(max) if sum != counted => match term.over_max {
            OverMaximum::Clamp if sum < Points::ZERO => Words::new(
                format!("; {sum} dưới 0, tính {counted}"),
                format!("; {sum} is below zero and counts {counted}"),
            ),
            OverMaximum::Refuse | OverMaximum::Cap | OverMaximum::Carry | OverMaximum::Clamp => Words::new(
                format!("; {sum} vượt tối đa {max}, tính {counted}"),
                format!("; {sum} is above the maximum of {max} and counts {counted}"),
            ),
        },
        Some(max) if sum > max => Words::new(
            format!("; {sum} vượt tối đa {max}, được tính đủ"),
            format!("; {sum} is above the maximum of {max} and counts in full"),
        ),
        Some(max) => Words::new(format!("; tối đa {max}"), format!("; maximum {max}")),
        None => Words::fixed("", ""),
    }
}

/// How one part came about.
pub fn part_words(part: &PartAccount) -> Words {
    let terms: Vec<_> =
        part.terms.iter().map(|term| format!("{} {}", term.criterion, term.counted)).collect();
    let (list, sum) = (terms.join(" + "), part.sum);
    let name =
        |text: &str| part.label.as_ref().map_or_else(|| text.to_owned(), |label| format!("{label}. {text}"));
    let cap = match part.cap {
        Some(cap) if part.sum > cap => Words::new(
            format!("; vượt trần {cap}, tính {}", part.counted),
            format!("; above the cap of {cap}, counts {}", part.counted),
        ),
        Some(cap) => Words::new(format!("; trần {cap}"), format!("; cap {cap}")),
        None => Words::fixed("", ""),
    };
    let en = part.name.en.as_ref().unwrap_or(&part.name.vi);
    Words::new(
        format!("{}: {list} = {sum}{}.", name(part.name.vi.as_str()), cap.vi),
        format!("{}: {list} = {sum}{}.", name(en.as_str()), cap.en),
    )
}

/// The total as a sum of the parts: `60 + 40 − 0.5`.
fn arithmetic(account: &Account) -> String {
    let mut text = if account.base == Points::ZERO { String::new() } else { account.base.to_string() };
    for part in &account.parts {
        let sign = match part.kind {
            PartKind::Contents | PartKind::Bonus => "+",
            PartKind::Penalty => "−",
        };
        if text.is_empty() && sign == "+" {
            text = part.counted.to_string();
        } else {
            text = format!("{text} {sign} {}", part.counted);
        }
    }
    text.trim_start().to_owned()
}

/// Why a unit stands before or after another; `mine` comes first where `first` says so.
pub fn telling_words(by: Telling, first: bool, other: &Words) -> Words {
    let (vi, en) = if first { ("trước", "before") } else { ("sau", "after") };
    let pair = |[a, b]: [String; 2]| if first { [a, b] } else { [b, a] };
    let (why_vi, why_en) = match by {
        Telling::Total(points) => {
            let [mine, theirs] = pair(points.map(|points| points.to_string()));
            (format!("tổng điểm {mine} so với {theirs}"), format!("total {mine} to {theirs}"))
        }
        Telling::Points(tie_break, points) => {
            let [mine, theirs] = pair(points.map(|points| points.to_string()));
            let Words { vi, en } = tie_break_words(tie_break);
            (
                format!("bằng tổng điểm; {vi} {mine} so với {theirs}"),
                format!("equal totals; {en} {mine} to {theirs}"),
            )
        }
        Telling::Votes(votes) => {
            let [mine, theirs] = pair(votes.map(|votes| votes.unwrap_or_default().to_string()));
            (
                format!("bằng điểm; số phiếu {mine} so với {theirs}"),
                format!("equal points; votes {mine} to {theirs}"),
            )
        }
        Telling::Recorded(mark) => {
            let at = mark.position;
            (format!("bằng nhau; phân định theo sự kiện {at}"), format!("equal; settled by the fact at {at}"))
        }
        Telling::Nothing => {
            return Words::new(
                format!("cùng hạng với {}", other.vi),
                format!("shares the rank of {}", other.en),
            );
        }
    };
    Words::new(format!("{vi} {} ({why_vi})", other.vi), format!("{en} {} ({why_en})", other.en))
}

/// What people call a tie-break.
pub const fn tie_break_words(by: TieBreak) -> Words {
    match by {
        TieBreak::Contents => Words::fixed("điểm nội dung", "contents"),
        TieBreak::Bonus => Words::fixed("điểm thưởng", "bonus"),
        TieBreak::FewerPenalties => Words::fixed("điểm trừ", "penalty"),
        TieBreak::Votes => Words::fixed("số phiếu", "votes"),
        TieBreak::Lots => Words::fixed("bốc thăm", "lots"),
        TieBreak::Meeting => Words::fixed("hội nghị quyết định", "the meeting's decision"),
    }
}

/// Why a unit has its class.
pub fn class_words(class: &ClassAccount) -> Words {
    let (code, total) = (&class.code, class.classified);
    if class.unscored {
        return Words::new(
            format!("xếp loại {code} vì chưa được chấm điểm"),
            format!("class {code}, as nobody scored it"),
        );
    }
    let least =
        class.at_least.map_or(Words::fixed("không có ngưỡng dưới", "no lower threshold"), |least| {
            Words::new(format!("đạt từ {least} điểm"), format!("{total} is at least {least}"))
        });
    let above = class.above.as_ref().map_or(Words::fixed("", ""), |(code, least)| {
        Words::new(format!(", chưa đạt {least} của loại {code}"), format!(", below {least} of class {code}"))
    });
    Words::new(
        format!("xếp loại {code} ({}{})", least.vi, above.vi),
        format!("class {code} ({}{})", least.en, above.en),
    )
}

/// A unit's place in one sentence.
pub fn unit_words(
    name: &Words,
    row: &RankedRow,
    (account, version): (&Account, u16),
    places: &[Words],
    class: Option<&ClassAccount>,
) -> Words {
    let (total, rank, sum) = (account.total, row.rank, arithmetic(account));
    let places = joined(places.iter().cloned(), ", ");
    let class = class.map(class_words);
    let rest = |place: &str, class: Option<&str>| {
        let told: Vec<_> =
            [Some(place), class].into_iter().flatten().filter(|text| !text.is_empty()).collect();
        if told.is_empty() { String::new() } else { format!(": {}", told.join("; ")) }
    };
    Words::new(
        format!(
            "{}: {total} điểm = {sum}, theo quy chế lần {version}; hạng {rank}{}.",
            name.vi,
            rest(&places.vi, class.as_ref().map(|class| &*class.vi))
        ),
        format!(
            "{}: {total} points = {sum}, by version {version} of the regulation; rank {rank}{}.",
            name.en,
            rest(&places.en, class.as_ref().map(|class| &*class.en))
        ),
    )
}
