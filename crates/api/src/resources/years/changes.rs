//! The versions of a year's regulation, and what changed from one to another.

use super::{YearPath, book::Filed, year_at};
use crate::{
    answer::{Answer, Cache},
    answer_body,
    body::{Schemas, codes::VersionNumber},
    parameters,
    problem::{Code, Problem},
    resources::shared::{AsOfQuery, year_tag},
    routes::{Call, Read},
    shown::Shown,
    words::Words,
};
use app::Moment;
use domain::{
    BlocId, EmulationYear, Event, Position, Timestamp,
    regulation::{Change, Meaning, Regulation},
    year::{Mark, Year, YearEvent},
};
use serde_json::Value;
use std::sync::Arc;
use utoipa::openapi::{RefOr, Schema};
use views::Book;

parameters! {
    /// A version of the regulation of a year.
    pub struct VersionPath {
        /// Khối, cụm. The bloc.
        bloc: BlocId,
        /// Năm thi đua. The year of emulation.
        year: EmulationYear = 2019,
        /// Lần ban hành trong năm, từ 1. The version within the year, from 1.
        version: VersionNumber = 1,
    }
}

answer_body! {
    /// Một lần ban hành quy chế. One version of the regulation.
    pub struct RegulationVersionAnswer {
        /// Lần ban hành trong năm. Its version within the year.
        version: u16,
        /// Sự kiện thông qua. The fact that adopted it.
        filed: Filed,
        /// Toàn văn. The regulation, whole.
        regulation: Arc<Regulation>,
    }
}

/// `GET /v1/blocs/{bloc}/years/{year}/regulations/{version}`
pub struct RegulationVersion;

impl Read for RegulationVersion {
    type Path = VersionPath;
    type Query = AsOfQuery;
    const CACHE: Cache = Cache::Revalidate;

    fn schema(schemas: &mut Schemas) -> RefOr<Schema> {
        RegulationVersionAnswer::schema(schemas)
    }

    async fn answer(call: &Call<'_>, path: VersionPath, query: AsOfQuery) -> Result<Answer, Problem> {
        let moment = query.moment(call)?;
        let book = year_of(&moment, &path)?;
        let (mark, regulation) = version(&moment, &book.state, path.version.0)?;
        let shown = RegulationVersionAnswer { version: path.version.0, filed: (&mark).into(), regulation };
        Ok(Answer::serialised(&shown)?
            .with_etag(year_tag(call, &moment, path.bloc, &book))
            .at(moment.position()))
    }
}

fn year_of(moment: &Moment, path: &VersionPath) -> Result<Book<Year>, Problem> {
    year_at(moment, &YearPath { bloc: path.bloc, year: path.year })
}

/// A version, read from the fact that adopted it.
pub fn version(moment: &Moment, year: &Year, version: u16) -> Result<(Mark, Arc<Regulation>), Problem> {
    let none = || Problem::new(Code::ResourceNotFound);
    let (_, mark) = *year.versions.iter().find(|(number, _)| *number == version).ok_or_else(none)?;
    let facts = moment.facts(&[mark.position])?;
    match facts.into_iter().next().map(|fact| fact.event) {
        Some(Event::Year(YearEvent::RegulationAdopted(adopted))) => Ok((mark, adopted.regulation)),
        _ => Err(none()),
    }
}

answer_body! {
    /// Một thay đổi của quy chế. One change of a regulation.
    pub struct ChangeAnswer {
        /// Ý nghĩa: `maximum_changed`, `criterion_added`, `threshold_changed`… What it means.
        meaning: String,
        /// Bằng tiếng Việt. The change in Vietnamese.
        vi: String,
        /// Bằng tiếng Anh. The change in English.
        en: String,
        /// Con trỏ JSON đến giá trị trong quy chế sau; nếu bị bỏ thì trong quy chế trước. JSON pointer to the value in the
        /// later regulation; of what was removed, in the earlier one.
        pointer: String,
        /// Tiêu chí, mức, bước hay nguồn điểm liên quan. Which criterion, class, step or scorer it is about.
        of: Option<String>,
        /// Trước. What stood there.
        before: Option<Value>,
        /// Sau. What stands there.
        after: Option<Value>,
    }
}

answer_body! {
    /// Các thay đổi giữa hai lần ban hành quy chế. What changed between two versions.
    pub struct ChangeList {
        /// Lần trước. The earlier version.
        from: u16,
        /// Lần sau. The later version.
        to: u16,
        /// Các thay đổi. The changes.
        items: Vec<ChangeAnswer>,
    }
}

parameters! {
    /// From which version.
    pub struct ChangesQuery {
        /// So với lần ban hành này; không nêu thì lần liền trước. Compared with this version; when it is left out, with the
        /// one before, and the first with itself.
        from: Option<VersionNumber>,
        /// Như đã biết tại thời điểm này. As known at a recorded time.
        as_of: Option<Timestamp>,
        /// Như đã biết sau chừng ấy sự kiện. As known after so many facts.
        as_of_position: Option<Position>,
    }
}

/// `GET /v1/blocs/{bloc}/years/{year}/regulations/{version}/changes`
pub struct Changes;

impl Read for Changes {
    type Path = VersionPath;
    type Query = ChangesQuery;
    const CACHE: Cache = Cache::Revalidate;

    fn schema(schemas: &mut Schemas) -> RefOr<Schema> {
        ChangeList::schema(schemas)
    }

    async fn answer(call: &Call<'_>, path: VersionPath, query: ChangesQuery) -> Result<Answer, Problem> {
        let ChangesQuery { from, as_of, as_of_position } = query;
        let moment = AsOfQuery { as_of, as_of_position }.moment(call)?;
        let book = year_of(&moment, &path)?;
        let to = path.version.0;
        let from = from.map_or(to.saturating_sub(1).max(1), |from| from.0);
        let (_, earlier) = version(&moment, &book.state, from)?;
        let (_, later) = version(&moment, &book.state, to)?;
        let items = later.changes_since(&earlier).into_iter().map(change_answer).collect();
        Ok(Answer::serialised(&ChangeList { from, to, items })?
            .with_etag(year_tag(call, &moment, path.bloc, &book))
            .at(moment.position()))
    }
}

/// A change with its sentence.
pub fn change_answer(change: Change) -> ChangeAnswer {
    let Words { vi, en } = sentence(&change);
    let Change { meaning, pointer, of, before, after } = change;
    ChangeAnswer { meaning: meaning.code(), vi: vi.into(), en: en.into(), pointer, of, before, after }
}

/// The change in one sentence: what it means, of what, and from what to what where that is short.
pub fn sentence(change: &Change) -> Words {
    let Words { vi, en } = words(change.meaning);
    let of = change.of.as_ref().map(|of| format!(" ({of})")).unwrap_or_default();
    let short = |value: &Option<Value>| match value {
        Some(Value::String(text)) => Some(text.clone()),
        Some(Value::Number(number)) => Some(number.to_string()),
        Some(Value::Bool(value)) => Some(value.to_string()),
        Some(Value::Null | Value::Array(_) | Value::Object(_)) | None => None,
    };
    let values = match (short(&change.before), short(&change.after)) {
        (Some(before), Some(after)) => format!(": {before} → {after}"),
        (Some(before), None) if change.after.is_none() => format!(": {before} → –"),
        (None, Some(after)) if change.before.is_none() => format!(": – → {after}"),
        (Some(_) | None, Some(_) | None) => String::new(),
    };
    Words::new(format!("{vi}{of}{values}."), format!("{en}{of}{values}."))
}

const fn words(meaning: Meaning) -> Words {
    use Meaning as M;
    let (vi, en) = match meaning {
        M::CriterionAdded => ("Thêm tiêu chí", "Criterion added"),
        M::CriterionRemoved => ("Bỏ tiêu chí", "Criterion removed"),
        M::CriterionMoved => ("Chuyển tiêu chí sang nhóm khác", "Criterion moved to another group"),
        M::MaximumChanged => ("Đổi điểm tối đa, mức điểm", "Maximum or points changed"),
        M::OptionsChanged => ("Đổi các mức điểm cho sẵn", "Options changed"),
        M::ScorersChanged => ("Đổi người chấm", "Scorers changed"),
        M::CountingChanged => ("Đổi cách tính điểm", "The way points count changed"),
        M::CombiningChanged => {
            ("Đổi cách gộp điểm của nhiều đơn vị", "The way several scores become one changed")
        }
        M::WeightChanged => ("Đổi trọng số", "Weight changed"),
        M::PenaltyAdded => ("Thêm điểm trừ", "Penalty added"),
        M::PenaltyRemoved => ("Bỏ điểm trừ", "Penalty removed"),
        M::PartAdded => ("Thêm phần của bảng điểm", "Part added"),
        M::PartRemoved => ("Bỏ phần của bảng điểm", "Part removed"),
        M::CapChanged => ("Đổi trần điểm của phần", "Cap changed"),
        M::ScaleChanged => ("Đổi thang điểm", "Scale changed"),
        M::BaseChanged => ("Đổi điểm nền", "Base changed"),
        M::PrecisionChanged => ("Đổi số lẻ, bước điểm, cách làm tròn", "Decimals, step or rounding changed"),
        M::ClassAdded => ("Thêm mức xếp loại", "Class added"),
        M::ClassRemoved => ("Bỏ mức xếp loại", "Class removed"),
        M::ThresholdChanged => ("Đổi ngưỡng xếp loại", "Threshold changed"),
        M::StepAdded => ("Thêm bước", "Step added"),
        M::StepRemoved => ("Bỏ bước", "Step removed"),
        M::StepsReordered => ("Đổi thứ tự các bước", "Order of the steps changed"),
        M::RequirementChanged => ("Đổi bước bắt buộc", "Whether a step is required changed"),
        M::DeadlineChanged => ("Đổi thời hạn", "Deadline changed"),
        M::BallotChanged => ("Đổi cách bỏ phiếu", "Ballot changed"),
        M::MajorityChanged => ("Đổi tỷ lệ phiếu phải đạt", "Majority changed"),
        M::QuorumChanged => ("Đổi số đơn vị phải có mặt", "Quorum changed"),
        M::LeadershipChanged => ("Đổi cách chọn Trưởng khối", "How the leader is found changed"),
        M::TieBreaksChanged => ("Đổi cách phân định đồng hạng", "Tie-breaks changed"),
        M::WordingChanged => ("Đổi tên gọi", "Wording changed"),
        M::SourcesChanged => ("Đổi căn cứ", "Sources changed"),
        M::OtherChanged => ("Thay đổi khác", "Something else changed"),
    };
    Words::fixed(vi, en)
}
