//! Who won in which year: the leading unit, the flags, the leader of the bloc; and whether they take turns.

use super::BlocPath;
use crate::{
    answer::{Answer, Cache},
    answer_body,
    body::{Schemas, codes::VersionNumber},
    parameters,
    problem::{Code, Problem},
    resources::{
        commendations::eligibility::Sentence,
        shared::{AsOfQuery, unit_name},
        years::book::Filed,
    },
    routes::{Call, Read},
    shown::Shown,
    words::Words,
};
use app::Moment;
use domain::{
    BlocId, CommendationId, EmulationYear, LocalisedName, Position, Timestamp, UnitId,
    commendation::{AwardKind, CommendationState},
    year::Year,
};
use utoipa::openapi::{RefOr, Schema};
use views::{Rotation, rotation::Win};

/// How many years are read unless the client says.
const USUAL_YEARS: u16 = 5;

/// The awards that count as flags.
const FLAGS: [AwardKind; 3] = [AwardKind::GovFlag, AwardKind::MinistryFlag, AwardKind::ProvinceFlag];

answer_body! {
    /// Một lá cờ. A flag.
    pub struct FlagAnswer {
        /// Danh hiệu. Which flag.
        award: AwardKind,
        /// Đơn vị. The unit that got it.
        unit: UnitId,
        /// Tên. Its name.
        name: Option<LocalisedName>,
        /// Hồ sơ. The dossier, decided and not revoked.
        commendation: CommendationId,
    }
}

answer_body! {
    /// Kết quả một năm. Who won in one year.
    pub struct WinnerRow {
        /// Năm thi đua. The year.
        year: EmulationYear,
        /// Đơn vị dẫn đầu. The leading unit, once a ranking is adopted.
        leading_unit: Option<UnitId>,
        /// Tên. Its name.
        leading_name: Option<LocalisedName>,
        /// Xếp hạng đã thông qua. The ranking.
        ranking: Option<Filed>,
        /// Trưởng khối của năm. The unit that led the bloc in this year.
        leader: Option<UnitId>,
        /// Trưởng khối thắng: đơn vị dẫn đầu chính là Trưởng khối. Whether the leading unit is the leader itself.
        leader_won: Option<bool>,
        /// Các cờ đã có quyết định. The flags that were decided.
        flags: Vec<FlagAnswer>,
    }
}

answer_body! {
    /// Một đơn vị thắng bao nhiêu lần. How often a unit won.
    pub struct WinCount {
        /// Đơn vị. The unit.
        unit: UnitId,
        /// Số lần. How often.
        wins: u64,
    }
}

answer_body! {
    /// Có luân phiên không. Whether those who win take turns. It judges nobody: units may win in turn because they are equally
    /// good.
    pub struct RotationAnswer {
        /// Số lần của từng đơn vị. How often each unit won, most first.
        wins: Vec<WinCount>,
        /// Chuỗi dài nhất không đơn vị nào lặp lại. The longest run of years in which no unit won twice.
        longest_without_repeat: u64,
        /// Sau chừng ấy lần thì lặp lại đúng thứ tự cũ; vắng mặt nếu không. After how many wins the order begins anew; absent when
        /// it does not.
        period: Option<u64>,
        /// Bằng lời. As a sentence.
        explanation: Sentence,
    }
}

answer_body! {
    /// Ai thắng qua các năm. Who won over the years of a bloc.
    pub struct WinnerList {
        /// Khối, cụm. The bloc.
        bloc: BlocId,
        /// Các năm, cũ trước. The years, oldest first.
        items: Vec<WinnerRow>,
        /// Luân phiên của đơn vị dẫn đầu. The turns of leading units.
        leading_units: RotationAnswer,
        /// Luân phiên của Trưởng khối. The turns of leaders.
        leaders: RotationAnswer,
        /// Luân phiên của đơn vị được cờ. The turns of units that got flags, in the order of their years.
        flags: RotationAnswer,
    }
}

parameters! {
    /// How many years.
    pub struct WinnersQuery {
        /// Số năm gần nhất, mặc định 5. How many of the latest years; 5 when left out.
        years: Option<VersionNumber> = 5,
        /// Như đã biết tại thời điểm này. As known at a recorded time.
        as_of: Option<Timestamp>,
        /// Như đã biết sau chừng ấy sự kiện. As known after so many facts.
        as_of_position: Option<Position>,
    }
}

/// `GET /v1/blocs/{bloc}/winners`
pub struct Winners;

impl Read for Winners {
    type Path = BlocPath;
    type Query = WinnersQuery;
    const CACHE: Cache = Cache::Revalidate;

    fn schema(schemas: &mut Schemas) -> RefOr<Schema> {
        WinnerList::schema(schemas)
    }

    async fn answer(call: &Call<'_>, path: BlocPath, query: WinnersQuery) -> Result<Answer, Problem> {
        let WinnersQuery { years, as_of, as_of_position } = query;
        let moment = AsOfQuery { as_of, as_of_position }.moment(call)?;
        moment.bloc(path.bloc)?.ok_or_else(|| Problem::new(Code::ResourceNotFound))?;
        let wanted = usize::from(years.map_or(USUAL_YEARS, |years| years.0));
        let opened: Vec<_> = call.service.app().views().directory.years_of(path.bloc).collect();
        let mut known: Vec<_> =
            opened.into_iter().filter(|(_, at)| *at < moment.position()).map(|(year, _)| year).collect();
        known.sort_unstable();
        let latest = known.split_off(known.len().saturating_sub(wanted));
        let rows =
            latest.into_iter().filter_map(|year| winner_row(call, &moment, path.bloc, year).transpose());
        let items: Vec<_> = rows.collect::<Result<_, _>>()?;
        Ok(Answer::serialised(&winner_list(path.bloc, items))?.at(moment.position()))
    }
}

fn winner_list(bloc: BlocId, items: Vec<WinnerRow>) -> WinnerList {
    let of = |pick: &dyn Fn(&WinnerRow) -> Vec<UnitId>| {
        let wins = items.iter().flat_map(|row| pick(row).into_iter().map(|unit| (row.year, unit)));
        rotation(&wins.collect::<Vec<Win>>())
    };
    WinnerList {
        bloc,
        leading_units: of(&|row| row.leading_unit.into_iter().collect()),
        leaders: of(&|row| row.leader.into_iter().collect()),
        flags: of(&|row| row.flags.iter().map(|flag| flag.unit).collect()),
        items,
    }
}

fn rotation(wins: &[Win]) -> RotationAnswer {
    let found = Rotation::of(wins);
    let (count, distinct) = (wins.len(), found.wins.len());
    let words = match found.period {
        Some(period) => Words::new(
            format!("{count} lần, {distinct} đơn vị; cứ {period} lần lại lặp đúng thứ tự cũ."),
            format!("{count} wins by {distinct} units; the order begins anew after every {period}."),
        ),
        None => Words::new(
            format!("{count} lần, {distinct} đơn vị; không thấy thứ tự lặp lại."),
            format!("{count} wins by {distinct} units; no order repeats itself."),
        ),
    };
    RotationAnswer {
        wins: found.wins.iter().map(|(unit, wins)| WinCount { unit: *unit, wins: *wins as u64 }).collect(),
        longest_without_repeat: found.longest_without_repeat as u64,
        period: found.period.map(|period| period as u64),
        explanation: words.into(),
    }
}

fn winner_row(
    call: &Call<'_>,
    moment: &Moment,
    bloc: BlocId,
    year: EmulationYear,
) -> Result<Option<WinnerRow>, Problem> {
    let Some(book) = moment.year(bloc, year)? else { return Ok(None) };
    let state: &Year = &book.state;
    let leading_unit = state.ranking.as_ref().and_then(|ranking| ranking.leading_unit);
    let leader = state.leadership.as_ref().map(|held| held.leader);
    Ok(Some(WinnerRow {
        year,
        leading_unit,
        leading_name: leading_unit.map(|unit| unit_name(moment, unit)).transpose()?.flatten(),
        ranking: state.ranking.as_ref().map(|ranking| (&ranking.mark).into()),
        leader,
        leader_won: leading_unit.zip(leader).map(|(first, leader)| first == leader),
        flags: flags(call, moment, bloc, year)?,
    }))
}

/// The flags of a bloc's year that were decided and not revoked.
fn flags(
    call: &Call<'_>,
    moment: &Moment,
    bloc: BlocId,
    year: EmulationYear,
) -> Result<Vec<FlagAnswer>, Problem> {
    let ids: Vec<_> = call.service.app().views().commendations.of_year(year, moment.position()).collect();
    let mut flags = Vec::new();
    for id in ids {
        let Some(book) = moment.commendation(id)? else { continue };
        let proposal = &book.state.proposal;
        let decided = matches!(book.state.state(), CommendationState::Decided | CommendationState::Published);
        let is_unit = proposal.recipient.person().is_none();
        if proposal.bloc == bloc && is_unit && decided && FLAGS.contains(&proposal.award) {
            let unit = proposal.recipient.unit();
            flags.push(FlagAnswer {
                award: proposal.award,
                unit,
                name: unit_name(moment, unit)?,
                commendation: id,
            });
        }
    }
    Ok(flags)
}
