//! A standing as of two times, and what changed in it between two moments.

use super::{Facts, RecordedShown, covering, may_audit, not_found};
use crate::{
    answer::Answer,
    answer_body,
    body::{Schemas, parameters::NoParameters},
    parameters,
    problem::Problem,
    resources::shared::as_of_moment,
    routes::{Call, Read},
    shown::Shown,
};
use domain::{
    BlocId, Date, EmulationYear, EventId, Points, Position, Sha256, Timestamp, UnitId,
    regulation::{CriterionId, Scorer},
    year::{Projection, RankedRow},
};
use utoipa::openapi::{RefOr, Schema};
use views::{
    diff::Diff,
    standing::{Because, Question, Sheet, Vouched},
};

parameters! {
    /// Which standing.
    pub struct StandingsQuery {
        /// Khối, cụm. The bloc.
        bloc: BlocId,
        /// Năm thi đua. The year of emulation.
        year: EmulationYear = 2019,
        /// Chỉ tính các việc có hiệu lực đến ngày này. Only acts that count from this day or an earlier one.
        valid_at: Option<Date>,
        /// Chỉ tính các sự kiện máy chủ nhận đến lúc này. Only facts recorded by this moment.
        recorded_at: Option<Timestamp>,
        /// Hoặc: chừng ấy sự kiện đầu tiên. Or: so many of the first facts.
        at_size: Option<Position>,
        /// Nêu các sự kiện làm nên từng con số. Name the facts that every number came from.
        explain: Option<bool>,
    }
}

answer_body! {
    /// Một dòng, đúng như đã được băm. A row, exactly as it is hashed.
    pub struct HashedRow {
        /// Đơn vị. The unit.
        unit: UnitId,
        /// Hạng. Its rank.
        rank: u16,
        /// Cùng hạng với đơn vị khác. Whether another unit has the same.
        tied: bool,
        /// Tổng điểm. Its total.
        total: Points,
        /// Điểm nội dung. For contents.
        contents: Points,
        /// Điểm thưởng. Bonus.
        bonus: Points,
        /// Điểm trừ. Penalty.
        penalty: Points,
        /// Mã xếp loại. The code of its class.
        class: Option<String>,
    }
}

impl From<RankedRow> for HashedRow {
    fn from(row: RankedRow) -> Self {
        let RankedRow { unit, rank, tied, total, contents, bonus, penalty, class } = row;
        let class = class.map(|class| class.to_string());
        Self { unit, rank, tied, total, contents, bonus, penalty, class }
    }
}

answer_body! {
    /// Công bố. What vouches for the standing since it was published.
    pub struct VouchedShown {
        /// Vị trí của sự kiện công bố. Where its fact stands.
        position: u64,
        /// Số sự kiện đã biết khi tính. How many facts it rests on.
        at_size: u64,
        /// Cách tính. How it was computed.
        projection: &'static str,
        /// Lần ban hành quy chế. The version of the regulation.
        regulation_version: u16,
        /// Giá trị băm của quy chế. SHA-256 of that regulation, base64url.
        rules_hash: Sha256,
        /// Giá trị băm của các dòng. SHA-256 of the rows, base64url.
        state_hash: Sha256,
    }
}

impl From<Vouched> for VouchedShown {
    fn from(Vouched { position, standing }: Vouched) -> Self {
        Self {
            position,
            at_size: standing.at_size,
            projection: standing.projection.name(),
            regulation_version: standing.regulation_version,
            rules_hash: standing.rules_hash,
            state_hash: standing.state_hash,
        }
    }
}

answer_body! {
    /// Điểm đã chấm cho một tiêu chí. Points given for a criterion.
    pub struct GivenShown {
        /// Tiêu chí. The criterion.
        criterion: CriterionId,
        /// Điểm. The points.
        points: Points,
        /// Ai chấm. Who gave them.
        scorer: Scorer,
        /// Đơn vị đã chấm. The unit whose officer gave them.
        given_by: Option<UnitId>,
        /// Vị trí của sự kiện. Where the fact stands.
        position: u64,
        /// Sự kiện. The fact.
        event: EventId,
        /// Các sự kiện đã bị thay. Where the facts stand that it replaced, oldest first.
        replaced: Vec<u64>,
    }
}

answer_body! {
    /// Một bước của đơn vị. A step the unit took.
    pub struct StepShown {
        /// Bước. Which.
        step: &'static str,
        /// Vị trí của sự kiện. Where the fact stands.
        position: u64,
        /// Muộn. Whether it came late.
        late: bool,
    }
}

answer_body! {
    /// Các sự kiện làm nên con số của một đơn vị. The facts that a unit's numbers came from.
    pub struct BecauseShown {
        /// Đơn vị. The unit.
        unit: UnitId,
        /// Điểm từng tiêu chí. The points, criterion by criterion.
        points: Vec<GivenShown>,
        /// Các bước. The steps.
        steps: Vec<StepShown>,
    }
}

impl From<Because> for BecauseShown {
    fn from(Because { unit, points, steps }: Because) -> Self {
        let points = points.into_iter().map(|given| GivenShown {
            criterion: given.criterion,
            points: given.points,
            scorer: given.scorer,
            given_by: given.given_by,
            position: given.position,
            event: given.event,
            replaced: given.replaced,
        });
        let steps = steps.into_iter().map(|taken| StepShown {
            step: taken.step,
            position: taken.position,
            late: taken.late,
        });
        Self { unit, points: points.collect(), steps: steps.collect() }
    }
}

answer_body! {
    /// Bảng xếp hạng theo hai thời điểm. A standing as of two times.
    pub struct StandingAsOf {
        /// Khối, cụm. The bloc.
        bloc: BlocId,
        /// Năm thi đua. The year.
        year: EmulationYear,
        /// Có hiệu lực đến ngày. The day by which acts had to count.
        valid_at: Option<Date>,
        /// Được ghi nhận đến lúc. The moment by which facts had to be recorded.
        recorded_at: Option<Timestamp>,
        /// Số sự kiện đã biết. How many facts were known.
        at_size: u64,
        /// Giai đoạn. `provisional`, `score_table` or `final`.
        stage: &'static str,
        /// Cách tính. How it was computed.
        projection: &'static str,
        /// Lần ban hành quy chế. The version of the regulation.
        regulation_version: Option<u16>,
        /// Giá trị băm của quy chế. SHA-256 of that regulation as it was adopted, base64url.
        rules_hash: Option<Sha256>,
        /// Giá trị băm của `rows`. SHA-256 of the bytes of `rows` as they stand here, base64url.
        state_hash: Sha256,
        /// Công bố. Its publication, once the ranking is adopted.
        published: Option<VouchedShown>,
        /// Các dòng. The rows, first rank first.
        rows: Vec<HashedRow>,
        /// Các sự kiện làm nên từng con số. The facts that every number came from; nothing unless asked for.
        because: Vec<BecauseShown>,
        /// Đầu sổ đã ký gần nhất, bao gồm các sự kiện này. The signed head that covers these facts.
        checkpoint: String,
    }
}

/// `GET /v1/audit/standings`
pub struct Standings;

impl Read for Standings {
    type Path = NoParameters;
    type Query = StandingsQuery;

    fn schema(schemas: &mut Schemas) -> RefOr<Schema> {
        StandingAsOf::schema(schemas)
    }

    async fn answer(call: &Call<'_>, _: NoParameters, query: StandingsQuery) -> Result<Answer, Problem> {
        may_audit(call)?;
        let StandingsQuery { bloc, year, valid_at, recorded_at, at_size, explain } = query;
        let moment = as_of_moment(call, recorded_at, at_size)?;
        let asked = Question { bloc, year, valid_at, recorded_at, at_size: None };
        let sheet = moment.sheet(&asked, explain.unwrap_or(false))?.ok_or_else(not_found)?;
        let head = covering::<Facts>(call, sheet.at_size).await?;
        let shown = shown(sheet, head.signed.to_string());
        Ok(Answer::serialised(&shown)?.at(moment.position()))
    }
}

fn shown(sheet: Sheet, checkpoint: String) -> StandingAsOf {
    StandingAsOf {
        bloc: sheet.bloc,
        year: sheet.year,
        valid_at: sheet.valid_at,
        recorded_at: sheet.recorded_at,
        at_size: sheet.at_size,
        stage: sheet.stage,
        projection: Projection::Standing1.name(),
        regulation_version: sheet.regulation_version,
        rules_hash: sheet.rules_hash,
        state_hash: sheet.state_hash,
        published: sheet.published.map(Into::into),
        rows: sheet.rows.into_iter().map(Into::into).collect(),
        because: sheet.because.into_iter().map(Into::into).collect(),
        checkpoint,
    }
}

parameters! {
    /// Between which moments.
    pub struct DiffQuery {
        /// Khối, cụm. The bloc.
        bloc: BlocId,
        /// Năm thi đua. The year of emulation.
        year: EmulationYear = 2019,
        /// Từ lúc này (giờ máy chủ ghi nhận). From this recorded time on.
        from: Option<Timestamp>,
        /// Hoặc: từ sau chừng ấy sự kiện. Or: from after so many facts on.
        from_size: Option<Position>,
        /// Đến lúc này; không nêu thì đến bây giờ. Until this recorded time; until now unless given.
        to: Option<Timestamp>,
        /// Hoặc: đến chừng ấy sự kiện. Or: until so many facts.
        to_size: Option<Position>,
    }
}

answer_body! {
    /// Dòng của một đơn vị trước và sau. A unit's row before and since.
    pub struct RowChange {
        /// Đơn vị. The unit.
        unit: UnitId,
        /// Trước; vắng mặt nếu chưa có. Before; absent when it had none.
        before: Option<HashedRow>,
        /// Sau; vắng mặt nếu không còn. Since; absent when it has none.
        after: Option<HashedRow>,
    }
}

answer_body! {
    /// Bảng xếp hạng thay đổi gì, do các sự kiện nào của ai. What changed in a standing, and every fact in between.
    pub struct DiffShown {
        /// Khối, cụm. The bloc.
        bloc: BlocId,
        /// Năm thi đua. The year.
        year: EmulationYear,
        /// Số sự kiện đã biết khi trước. How many facts were known before.
        from_size: u64,
        /// Số sự kiện đã biết khi sau. How many are known since.
        to_size: u64,
        /// Các đơn vị có dòng thay đổi. The units whose row is another one.
        units: Vec<RowChange>,
        /// Mọi sự kiện của năm và của khối trong khoảng đó, không chọn lọc. Every fact of the year and of its bloc in between.
        facts: Vec<RecordedShown>,
    }
}

impl From<Diff> for DiffShown {
    fn from(Diff { bloc, year, from_size, to_size, units, facts }: Diff) -> Self {
        let units = units.into_iter().map(|changed| RowChange {
            unit: changed.unit,
            before: changed.before.map(Into::into),
            after: changed.after.map(Into::into),
        });
        let facts = facts.into_iter().map(Into::into).collect();
        Self { bloc, year, from_size, to_size, units: units.collect(), facts }
    }
}

/// `GET /v1/audit/diff`
pub struct Difference;

impl Read for Difference {
    type Path = NoParameters;
    type Query = DiffQuery;

    fn schema(schemas: &mut Schemas) -> RefOr<Schema> {
        DiffShown::schema(schemas)
    }

    async fn answer(call: &Call<'_>, _: NoParameters, query: DiffQuery) -> Result<Answer, Problem> {
        may_audit(call)?;
        let DiffQuery { bloc, year, from, from_size, to, to_size } = query;
        let after = as_of_moment(call, to, to_size)?;
        let from_size = from_size.or_else(|| from.is_none().then_some(Position(0)));
        let before = as_of_moment(call, from, from_size)?;
        let diff = after.diff(&before, bloc, year)?.ok_or_else(not_found)?;
        Ok(Answer::serialised(&DiffShown::from(diff))?.at(after.position()))
    }
}
