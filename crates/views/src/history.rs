//! Where facts stand: by stream, by unit, by bloc, by type, by time.

use crate::View;
use ahash::AHashMap;
use domain::{
    BlocId, CommendationId, Envelope, Event, Position, StreamId, Timestamp, UnitId, Version, bloc::BlocEvent,
    commendation::CommendationEvent, person::PersonEvent, year::YearEvent,
};
use serde::{Deserialize, Serialize};

/// Positions, ascending, by what they are about.
type Lists<K> = AHashMap<K, Vec<u32>>;

/// An index over the whole log. Positions only: what happened is read from the log itself.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct History {
    recorded_at: Vec<Timestamp>,
    types: Vec<u8>,
    /// By how many days each fact was recorded after the day it counts from; 0 when it was not.
    lags: Vec<u16>,
    /// Which facts correct another one.
    corrections: Vec<u32>,
    type_names: Vec<&'static str>,
    streams: Lists<StreamId>,
    units: Lists<UnitId>,
    blocs: Lists<BlocId>,
    /// Whose each dossier is: its later facts name neither bloc nor unit.
    dossiers: AHashMap<CommendationId, (BlocId, UnitId)>,
}

/// What is kept of each fact of a range, as bytes.
#[derive(Serialize, Deserialize)]
pub(crate) struct Columns {
    #[serde(with = "serde_bytes")]
    times: Vec<u8>,
    #[serde(with = "serde_bytes")]
    types: Vec<u8>,
    #[serde(with = "serde_bytes")]
    lags: Vec<u8>,
}

/// The parts of the index that stay small: the names of the types by their numbers, whose each dossier is, and which facts
/// are corrections.
#[derive(Serialize, Deserialize)]
pub(crate) struct Small {
    type_names: Vec<String>,
    dossiers: Vec<(CommendationId, BlocId, UnitId)>,
    corrections: Vec<u32>,
}

/// What to look for; everything that is given must hold.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// One of these types; empty for every type.
    pub types: Vec<Box<str>>,
    /// In this stream.
    pub stream: Option<StreamId>,
    /// About this unit.
    pub unit: Option<UnitId>,
    /// About this bloc, one of its years or one of its dossiers.
    pub bloc: Option<BlocId>,
}

impl History {
    /// How many facts there are: the position the next one will take.
    pub fn head(&self) -> Position {
        Position(self.recorded_at.len() as u64)
    }

    /// When the latest fact was recorded.
    pub fn latest(&self) -> Option<Timestamp> {
        self.recorded_at.last().copied()
    }

    /// When the last of the first `known` facts was recorded.
    pub fn recorded_before(&self, known: Position) -> Option<Timestamp> {
        let last = usize::try_from(known.0).ok()?.checked_sub(1)?;
        self.recorded_at.get(last).copied()
    }

    /// How many facts had been recorded by a moment, that moment included.
    pub fn position_at(&self, moment: Timestamp) -> Position {
        Position(self.recorded_at.partition_point(|recorded| *recorded <= moment) as u64)
    }

    /// The facts of a stream below `end`, in order.
    pub fn of_stream(&self, stream: StreamId, end: Position) -> impl Iterator<Item = Position> + '_ {
        below(self.streams.get(&stream).map_or(&[], Vec::as_slice), end)
    }

    /// Every stream that has a fact below `end`: how many it has there, and where the last of them stands. In no order.
    pub fn heads_at(&self, end: Position) -> impl Iterator<Item = (StreamId, Version, Position)> + '_ {
        let limit = u32::try_from(end.0).unwrap_or(u32::MAX);
        self.streams.iter().filter_map(move |(stream, list)| {
            let count = list.partition_point(|at| *at < limit);
            let last = list.get(count.checked_sub(1)?)?;
            Some((*stream, Version(u32::try_from(count).ok()?), Position(u64::from(*last))))
        })
    }

    /// The facts below `end` that were recorded at least so many days after the day they count from, from `from` on.
    pub fn backdated(&self, days: u16, from: Position, end: Position) -> impl Iterator<Item = Position> + '_ {
        (from.0..end.0.min(self.lags.len() as u64)).map(Position).filter(move |position| {
            usize::try_from(position.0).is_ok_and(|at| self.lags.get(at).is_some_and(|lag| *lag >= days))
        })
    }

    /// The facts below `end` that correct another one, from `from` on.
    pub fn corrections(&self, from: Position, end: Position) -> impl Iterator<Item = Position> + '_ {
        below(&self.corrections, end).skip_while(move |position| *position < from)
    }

    /// Whether a fact is about a bloc, one of its years or one of its dossiers.
    pub fn is_about(&self, bloc: BlocId, position: Position) -> bool {
        self.blocs.get(&bloc).is_some_and(|list| holds(list, position))
    }

    /// Up to `limit` facts from `from` on and below `end` that the filter lets through, in order.
    pub fn find(&self, filter: &Filter, from: Position, end: Position, limit: usize) -> Vec<Position> {
        let lists = [
            filter.stream.map(|stream| self.streams.get(&stream)),
            filter.unit.map(|unit| self.units.get(&unit)),
            filter.bloc.map(|bloc| self.blocs.get(&bloc)),
        ];
        let lists: Vec<&[u32]> =
            lists.into_iter().flatten().map(|list| list.map_or(&[][..], Vec::as_slice)).collect();
        let wanted: Option<Vec<u8>> = (!filter.types.is_empty()).then(|| self.type_numbers(&filter.types));
        let fits = |position: &Position| {
            let at = usize::try_from(position.0).unwrap_or(usize::MAX);
            wanted
                .as_ref()
                .is_none_or(|wanted| self.types.get(at).is_some_and(|number| wanted.contains(number)))
        };
        match lists.split_first() {
            None => (from.0..end.0.min(self.head().0)).map(Position).filter(fits).take(limit).collect(),
            Some((first, others)) => {
                let in_all = |position: &Position| others.iter().all(|list| holds(list, *position));
                let start = first.partition_point(|at| u64::from(*at) < from.0);
                below(&first[start..], end).filter(in_all).filter(fits).take(limit).collect()
            }
        }
    }

    /// What is kept of each of the facts from `from` on and below `end`.
    pub(crate) fn columns(&self, from: usize, end: usize) -> Columns {
        let times = self.recorded_at.get(from..end).unwrap_or_default();
        let lags = self.lags.get(from..end).unwrap_or_default();
        Columns {
            times: times.iter().flat_map(|time| time.millis().to_le_bytes()).collect(),
            types: self.types.get(from..end).unwrap_or_default().to_vec(),
            lags: lags.iter().flat_map(|days| days.to_le_bytes()).collect(),
        }
    }

    /// Takes columns back, behind those that are there; `None` when they are none.
    pub(crate) fn take_columns(&mut self, Columns { times, types, lags }: &Columns) -> Option<()> {
        let ((times, odd_time), (lags, odd_lag)) = (times.as_chunks(), lags.as_chunks());
        let known = types.iter().all(|number| usize::from(*number) < self.type_names.len());
        self.recorded_at
            .extend(times.iter().map(|millis| Timestamp::from_millis(i64::from_le_bytes(*millis))));
        self.types.extend_from_slice(types);
        self.lags.extend(lags.iter().map(|days| u16::from_le_bytes(*days)));
        let whole = odd_time.is_empty() && odd_lag.is_empty();
        (known && whole && times.len() == types.len() && lags.len() == types.len()).then_some(())
    }

    /// What is small.
    pub(crate) fn small(&self) -> Small {
        let dossiers = self.dossiers.iter().map(|(id, (bloc, unit))| (*id, *bloc, *unit));
        Small {
            type_names: self.type_names.iter().map(|name| (*name).to_owned()).collect(),
            dossiers: dossiers.collect(),
            corrections: self.corrections.clone(),
        }
    }

    pub(crate) fn take_small(&mut self, Small { type_names, dossiers, corrections }: Small) -> Option<()> {
        let known = |name: &String| Event::types().find(|known| *known == name);
        self.type_names = type_names.iter().map(known).collect::<Option<_>>()?;
        self.dossiers = dossiers.into_iter().map(|(id, bloc, unit)| (id, (bloc, unit))).collect();
        self.corrections = corrections;
        Some(())
    }

    /// The lists by stream, by unit and by bloc.
    pub(crate) const fn lists(&self) -> (&Lists<StreamId>, &Lists<UnitId>, &Lists<BlocId>) {
        (&self.streams, &self.units, &self.blocs)
    }

    pub(crate) const fn lists_mut(
        &mut self,
    ) -> (&mut Lists<StreamId>, &mut Lists<UnitId>, &mut Lists<BlocId>) {
        (&mut self.streams, &mut self.units, &mut self.blocs)
    }

    pub(crate) fn reserve(&mut self, more: usize) {
        self.recorded_at.reserve(more);
        self.types.reserve(more);
        self.lags.reserve(more);
    }

    fn type_numbers(&self, names: &[Box<str>]) -> Vec<u8> {
        let numbered = self.type_names.iter().zip(0_u8..);
        numbered
            .filter(|(name, _)| names.iter().any(|wanted| wanted.as_ref() == **name))
            .map(|(_, number)| number)
            .collect()
    }

    /// A fact of a dossier is about its unit and its bloc.
    fn fold_dossier(&mut self, id: CommendationId, event: &Event, at: u32) {
        if let Event::Commendation(CommendationEvent::Proposed(proposed)) = event {
            self.dossiers.insert(id, (proposed.bloc, proposed.recipient.unit()));
        }
        if let Some((bloc, unit)) = self.dossiers.get(&id) {
            self.blocs.entry(*bloc).or_default().push(at);
            self.units.entry(*unit).or_default().push(at);
        }
    }

    fn number_of(&mut self, name: &'static str) -> u8 {
        let known = self.type_names.iter().position(|n| *n == name);
        let at = known.unwrap_or_else(|| {
            self.type_names.push(name);
            self.type_names.len() - 1
        });
        u8::try_from(at).unwrap_or(u8::MAX)
    }
}

fn below(list: &[u32], end: Position) -> impl Iterator<Item = Position> + '_ {
    list.iter().map(|at| Position(u64::from(*at))).take_while(move |position| *position < end)
}

fn holds(list: &[u32], position: Position) -> bool {
    u32::try_from(position.0).is_ok_and(|at| list.binary_search(&at).is_ok())
}

/// The units a fact lists, where it lists many.
fn units_listed(fact: &Envelope) -> &[UnitId] {
    match &fact.event {
        Event::Bloc(BlocEvent::UnitsMovedIn(moved)) => &moved.units,
        Event::Bloc(BlocEvent::UnitsMovedOut(moved)) => &moved.units,
        Event::Year(YearEvent::TieBroken(broken)) => &broken.order,
        Event::Bloc(_)
        | Event::Commendation(_)
        | Event::Grant(_)
        | Event::Log(_)
        | Event::Person(_)
        | Event::Unit(_)
        | Event::Year(_) => &[],
    }
}

/// The units a fact is about: a leader and its deputy, who scored beside who was scored, or one.
fn units_of(fact: &Envelope) -> [Option<UnitId>; 2] {
    match &fact.event {
        Event::Year(YearEvent::LeadershipRecorded(recorded)) => [Some(recorded.leader), recorded.deputy],
        Event::Year(YearEvent::LeadershipReplaced(replaced)) => [Some(replaced.leader), replaced.deputy],
        Event::Year(YearEvent::LeadershipDelegated(given)) => [Some(given.leader), Some(given.deputy)],
        Event::Year(YearEvent::LeadershipHandedOver(handed)) => [Some(handed.from), Some(handed.to)],
        Event::Year(YearEvent::LeadershipElected(elected)) => [Some(elected.leader), elected.deputy],
        Event::Year(YearEvent::ScoresGiven(given)) if given.scorer.may_be_many() => {
            [Some(given.unit), given.given_by]
        }
        Event::Year(_)
        | Event::Unit(_)
        | Event::Bloc(_)
        | Event::Grant(_)
        | Event::Log(_)
        | Event::Person(_)
        | Event::Commendation(_) => [unit_of(fact), None],
    }
}

fn unit_of(fact: &Envelope) -> Option<UnitId> {
    match (&fact.event, fact.stream) {
        (Event::Unit(_), StreamId::Unit(unit)) => Some(unit),
        (Event::Bloc(event), _) => match event {
            BlocEvent::UnitJoined(joined) => Some(joined.unit),
            BlocEvent::UnitLeft(left) => Some(left.unit),
            BlocEvent::Delegated(delegated) => delegated.to,
            BlocEvent::Established(_)
            | BlocEvent::Aliased(_)
            | BlocEvent::UnitsMovedIn(_)
            | BlocEvent::UnitsMovedOut(_)
            | BlocEvent::Nested(_)
            | BlocEvent::Described(_)
            | BlocEvent::Dissolved(_) => None,
        },
        (Event::Year(event), _) => match event {
            YearEvent::RegistrationFiled(filed) => Some(filed.unit),
            YearEvent::PledgeSigned(signed) => Some(signed.unit),
            YearEvent::ReportFiled(filed) => Some(filed.unit),
            YearEvent::ScoresGiven(given) => Some(given.unit),
            YearEvent::PanelAssigned(assigned) => Some(assigned.panel),
            YearEvent::UnitExcluded(excluded) => Some(excluded.unit),
            YearEvent::VoteCast(cast) => Some(cast.elector),
            YearEvent::LeadershipVacated(vacated) => Some(vacated.unit),
            YearEvent::DraftCommented(commented) => Some(commented.unit),
            YearEvent::ScoreQueried(queried) => Some(queried.unit),
            YearEvent::ExplanationGiven(given) => Some(given.unit),
            YearEvent::ObjectionLodged(lodged) => Some(lodged.unit),
            YearEvent::ObjectionRuled(ruled) => Some(ruled.unit),
            YearEvent::LeadershipReplaced(_)
            | YearEvent::LeadershipDelegated(_)
            | YearEvent::LeadershipHandedOver(_)
            | YearEvent::RegulationDrafted(_)
            | YearEvent::DeadlineChanged(_)
            | YearEvent::ConsultationHeld(_)
            | YearEvent::CouncilDecided(_)
            | YearEvent::LeadershipRecorded(_)
            | YearEvent::LeadershipElected(_)
            | YearEvent::Opened(_)
            | YearEvent::RegulationAdopted(_)
            | YearEvent::ConferenceHeld(_)
            | YearEvent::ScoreTableAdopted(_)
            | YearEvent::BallotOpened(_)
            | YearEvent::BallotClosed(_)
            | YearEvent::TieBroken(_)
            | YearEvent::RankingAdopted(_)
            | YearEvent::StandingPublished(_) => None,
        },
        (Event::Person(PersonEvent::Registered(registered)), _) => Some(registered.unit),
        (Event::Unit(_) | Event::Grant(_) | Event::Log(_) | Event::Person(_) | Event::Commendation(_), _) => {
            None
        }
    }
}

impl View for History {
    fn fold(&mut self, fact: &Envelope) {
        // One log holds fewer than 2^32 facts: a province of 160 units writes about 100,000 a year.
        let at = u32::try_from(fact.position.0).unwrap_or(u32::MAX);
        self.recorded_at.push(fact.recorded_at);
        let number = self.number_of(fact.event.type_name());
        self.types.push(number);
        self.lags.push(u16::try_from(fact.lag_days().max(0)).unwrap_or(u16::MAX));
        if fact.event.correction().is_some() {
            self.corrections.push(at);
        }
        self.streams.entry(fact.stream).or_default().push(at);
        for unit in units_of(fact).into_iter().flatten().chain(units_listed(fact).iter().copied()) {
            self.units.entry(unit).or_default().push(at);
        }
        match fact.stream {
            StreamId::Bloc(bloc) | StreamId::Year(bloc, _) => self.blocs.entry(bloc).or_default().push(at),
            StreamId::Commendation(id) => self.fold_dossier(id, &fact.event, at),
            StreamId::Unit(_) | StreamId::Grant(_) | StreamId::Log | StreamId::Person(_) => {}
        }
    }
}
