//! The emulation year of a bloc (năm thi đua): one file per step, each with its events and its rules.
//!
//! `opening` → `adoption` (of the regulation) → `registration` → `pledge` → `report` → `scoring` → `score_table` →
//! `ballot` → `ranking` → `election` (of the next leader); and beside them `conference` and `exclusion`.
//! The order of the steps is data of the adopted regulation; `order` holds it against the state.

mod adoption;
mod ballot;
mod conference;
mod election;
mod exclusion;
mod opening;
mod order;
mod permission;
mod pledge;
mod ranking;
mod registration;
mod report;
mod score_table;
mod scoring;
mod tally;
#[cfg(test)]
mod tests;

pub use adoption::{Adopted, RegulationAdopted};
pub use ballot::{
    Ballot, BallotClosed, BallotOpened, CastVote, Choice, CloseBallot, OpenBallot, Question, VoteCast,
};
pub use conference::{ConferenceHeld, ConferenceKind};
pub use election::{ElectLeadership, LeadershipElected};
pub use exclusion::{ExclusionCause, UnitExcluded};
pub use opening::{Leadership, LeadershipRecorded, Opened, RecordLeadership};
pub use order::{Gap, StepState};
pub use pledge::PledgeSigned;
pub use ranking::{AdoptRanking, RankedRow, Ranking, RankingAdopted};
pub use registration::{FileRegistration, RegistrationFiled, Target};
pub use report::{Evidence, Figure, FileReport, ReportFiled, ReportKind};
pub use score_table::{AdoptScoreTable, ScoreRow, ScoreTable, ScoreTableAdopted};
pub use scoring::{GiveScores, Score, ScoreEntry, ScoresGiven};
pub use tally::{CountedChoice, ReceiptCode, Tally};

use crate::{
    Aggregate, Authority, BlocId, Date, Denied, EmulationYear, EventId, Position, Recorded, Rejection,
    Remark, Rights, Timestamp, UnitId, event::events, regulation::Regulation, rejection::Thing,
};
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, sync::Arc};

events! {
    /// What can happen in the emulation year of a bloc.
    YearEvent {
        "year.opened" => Opened(Opened),
        "year.leadership_recorded" => LeadershipRecorded(LeadershipRecorded),
        "year.regulation_adopted" => RegulationAdopted(RegulationAdopted),
        "year.registration_filed" => RegistrationFiled(RegistrationFiled),
        "year.pledge_signed" => PledgeSigned(PledgeSigned),
        "year.conference_held" => ConferenceHeld(ConferenceHeld),
        "year.report_filed" => ReportFiled(ReportFiled),
        "year.scores_given" => ScoresGiven(ScoresGiven),
        "year.unit_excluded" => UnitExcluded(UnitExcluded),
        "year.score_table_adopted" => ScoreTableAdopted(ScoreTableAdopted),
        "year.ballot_opened" => BallotOpened(BallotOpened),
        "year.vote_cast" => VoteCast(VoteCast),
        "year.ballot_closed" => BallotClosed(BallotClosed),
        "year.ranking_adopted" => RankingAdopted(RankingAdopted),
        "year.leadership_elected" => LeadershipElected(LeadershipElected),
    }
}

/// What can be asked of the year of a bloc.
#[derive(Clone, Debug)]
pub enum YearAct {
    /// Open it.
    Open,
    /// Record who leads the bloc in this year.
    RecordLeadership(RecordLeadership),
    /// Adopt the regulation.
    AdoptRegulation(Arc<Regulation>),
    /// Register a unit's targets.
    FileRegistration(FileRegistration),
    /// Sign the pledge for a unit.
    SignPledge(UnitId),
    /// Record a conference.
    HoldConference(ConferenceHeld),
    /// File a unit's report.
    FileReport(FileReport),
    /// Score a unit.
    GiveScores(GiveScores),
    /// Exclude a unit from consideration.
    Exclude(UnitExcluded),
    /// Adopt the score table.
    AdoptScoreTable(AdoptScoreTable),
    /// Open a ballot.
    OpenBallot(OpenBallot),
    /// Vote.
    CastVote(CastVote),
    /// Close a ballot and count it.
    CloseBallot(CloseBallot),
    /// Adopt ranks and classes.
    AdoptRanking(AdoptRanking),
    /// Record the election of the next year's leader and deputy.
    ElectLeadership(ElectLeadership),
}

/// An act with the proofs its decision needs.
#[derive(Clone, Debug)]
pub struct YearCommand {
    /// The bloc.
    pub bloc: BlocId,
    /// The year.
    pub year: EmulationYear,
    /// What is asked.
    pub act: YearAct,
    /// What was looked up for it, under the turn.
    pub proofs: Proofs,
}

/// What a decision needs from outside the year.
#[derive(Clone, Debug)]
pub struct Proofs {
    /// When the server received the act: the only clock lateness is judged by.
    pub received: Timestamp,
    /// The day the act counts from, as claimed.
    pub effective_on: Date,
    /// Whether the bloc exists.
    pub bloc_exists: bool,
    /// The units that are members of the bloc on the day the act counts from.
    pub roster: Vec<UnitId>,
    /// Who was elected, in the year before, to lead this one.
    pub elected: Option<(UnitId, Option<UnitId>)>,
    /// The choices that wait aside for the ballot that is to be closed.
    pub waiting: Vec<CountedChoice>,
}

/// A correction: what it replaces, and why. What is replaced stays in the log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Correction {
    /// The fact that is replaced.
    pub corrects: EventId,
    /// Why.
    pub reason: Remark,
}

/// Whether an act came in time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Timeliness {
    /// When it was due; absent when no deadline was set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due: Option<Timestamp>,
    /// Whether the server received it after that.
    pub late: bool,
}

/// Where and when a fact that stands was recorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mark {
    /// Where it stands in the log.
    pub position: Position,
    /// Its id.
    pub id: EventId,
    /// When the server received it.
    pub recorded_at: Timestamp,
    /// The day it counts from, as claimed.
    pub effective_on: Date,
    /// Whether it came in time.
    pub timeliness: Timeliness,
}

/// The emulation year of a bloc.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Year {
    /// The bloc.
    pub bloc: BlocId,
    /// The year.
    pub year: EmulationYear,
    /// Who leads the bloc in this year.
    pub leadership: Option<Leadership>,
    /// The regulation in force.
    pub regulation: Option<Arc<Adopted>>,
    /// What each unit did and had done to it.
    pub units: BTreeMap<UnitId, Arc<UnitYear>>,
    /// The conferences held.
    pub conferences: Vec<(ConferenceKind, Mark)>,
    /// The units that attended, for the conferences whose minutes say so.
    pub attendance: Vec<(Mark, Vec<UnitId>)>,
    /// The score table that stands.
    pub score_table: Option<Arc<ScoreTable>>,
    /// Every ballot, in the order they were opened.
    pub ballots: Vec<Arc<Ballot>>,
    /// The ranking that stands.
    pub ranking: Option<Arc<Ranking>>,
    /// Who was elected for the next year.
    pub elected: Option<Leadership>,
}

/// One unit in the year of its bloc.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UnitYear {
    /// Its registration.
    pub registration: Option<Mark>,
    /// Its signature under the pledge.
    pub pledge: Option<Mark>,
    /// Its half-year report.
    pub half_year_report: Option<Mark>,
    /// Its annual report.
    pub annual_report: Option<Mark>,
    /// Its scores, one of each scorer, side by side.
    pub scores: Vec<Score>,
    /// Its exclusion from consideration.
    pub exclusion: Option<(ExclusionCause, Mark)>,
}

impl Year {
    fn decide_open(&self, command: YearCommand, by: &Authority) -> Result<YearEvent, Rejection> {
        let proofs = &command.proofs;
        match command.act {
            YearAct::Open => Err(Rejection::AlreadyExists(Thing::Year(command.year))),
            YearAct::RecordLeadership(act) => self.record_leadership(act, proofs).map(Into::into),
            YearAct::AdoptRegulation(regulation) => self.adopt_regulation(regulation).map(Into::into),
            YearAct::FileRegistration(act) => self.file_registration(act, proofs).map(Into::into),
            YearAct::SignPledge(unit) => self.sign_pledge(unit, proofs).map(Into::into),
            YearAct::HoldConference(act) => Ok(act.into()),
            YearAct::FileReport(act) => self.file_report(act, proofs).map(Into::into),
            YearAct::GiveScores(act) => self.give_scores(act, proofs, by).map(Into::into),
            YearAct::Exclude(act) => self.exclude(act, proofs).map(Into::into),
            YearAct::AdoptScoreTable(act) => self.adopt_score_table(act, proofs).map(Into::into),
            YearAct::OpenBallot(act) => self.open_ballot(act, proofs).map(Into::into),
            YearAct::CastVote(act) => self.cast_vote(&act).map(Into::into),
            YearAct::CloseBallot(act) => self.close_ballot(&act, proofs).map(Into::into),
            YearAct::AdoptRanking(act) => self.adopt_ranking(act, proofs).map(Into::into),
            YearAct::ElectLeadership(act) => self.elect_leadership(&act, proofs).map(Into::into),
        }
    }

    /// What is known of a unit in this year.
    pub fn unit(&self, unit: UnitId) -> Option<&UnitYear> {
        self.units.get(&unit).map(AsRef::as_ref)
    }

    fn unit_mut(&mut self, unit: UnitId) -> &mut UnitYear {
        Arc::make_mut(self.units.entry(unit).or_default())
    }

    fn is_excluded(&self, unit: UnitId) -> bool {
        self.unit(unit).is_some_and(|u| u.exclusion.is_some())
    }

    /// The adopted regulation, or the refusal that says it is missing.
    fn adopted(&self) -> Result<&Adopted, Rejection> {
        self.regulation.as_deref().ok_or(Rejection::Unknown(Thing::Regulation))
    }

    fn apply(mut self, event: &YearEvent, mark: Mark) -> Self {
        match event {
            YearEvent::Opened(_) => {}
            YearEvent::LeadershipRecorded(e) => self.leadership = Some(e.leadership(mark)),
            YearEvent::RegulationAdopted(e) => self.regulation = Some(Arc::new(e.adopted(mark))),
            YearEvent::RegistrationFiled(e) => {
                self.unit_mut(e.unit).registration = Some(Mark { timeliness: e.timeliness, ..mark });
            }
            YearEvent::PledgeSigned(e) => {
                self.unit_mut(e.unit).pledge = Some(Mark { timeliness: e.timeliness, ..mark });
            }
            YearEvent::ConferenceHeld(e) => {
                self.conferences.push((e.kind, mark));
                if !e.attended.is_empty() {
                    self.attendance.push((mark, e.attended.clone()));
                }
            }
            YearEvent::ReportFiled(e) => {
                *self.unit_mut(e.unit).report_mut(e.kind) = Some(Mark { timeliness: e.timeliness, ..mark });
            }
            YearEvent::ScoresGiven(e) => self.unit_mut(e.unit).take_score(e, mark),
            YearEvent::UnitExcluded(e) => self.unit_mut(e.unit).exclusion = Some((e.cause, mark)),
            YearEvent::ScoreTableAdopted(e) => self.score_table = Some(Arc::new(e.table(mark))),
            YearEvent::BallotOpened(e) => self.ballots.push(Arc::new(e.ballot(mark))),
            YearEvent::VoteCast(e) => self.take_vote(e),
            YearEvent::BallotClosed(e) => self.take_result(e, mark),
            YearEvent::RankingAdopted(e) => self.ranking = Some(Arc::new(e.ranking(mark))),
            YearEvent::LeadershipElected(e) => self.elected = Some(e.leadership(mark)),
        }
        self
    }
}

impl Aggregate for Year {
    type Command = YearCommand;
    type Event = YearEvent;

    fn decide(
        state: Option<&Self>,
        command: YearCommand,
        by: &Authority,
    ) -> Result<Vec<YearEvent>, Rejection> {
        if !command.proofs.bloc_exists {
            return Err(Rejection::Unknown(Thing::Bloc(command.bloc)));
        }
        match (state, &command.act) {
            (Some(year), _) => year.decide_open(command, by).map(|event| vec![event]),
            (None, YearAct::Open) => Ok(opening::open(&command)),
            (None, _) => Err(Rejection::Unknown(Thing::Year(command.year))),
        }
    }

    fn evolve(state: Option<Self>, fact: Recorded<'_, YearEvent>) -> Option<Self> {
        let mark = Mark {
            position: fact.position,
            id: fact.id,
            recorded_at: fact.recorded_at,
            effective_on: fact.effective_on,
            timeliness: Timeliness::default(),
        };
        match (fact.event, state) {
            (YearEvent::Opened(opened), None) => Some(opened.year()),
            (event, state) => state.map(|year| year.apply(event, mark)),
        }
    }

    fn permits(
        rights: &Rights<'_>,
        state: Option<&Self>,
        command: &YearCommand,
    ) -> Result<Authority, Denied> {
        permission::permits(rights, state, command)
    }
}
