//! The emulation year of a bloc (năm thi đua): one file per step, each with its events and its rules.
//!
//! `opening` → `adoption` (of the regulation) → `registration` → `pledge` → `report` → `panel` → `scoring` →
//! `score_table` → `consultation` → `ballot` → `tie` → `ranking` → `council` → `election` (of the next leader). Beside them
//! stand `draft` (of the regulation), `conference`, `exclusion`, `deadline`, `query`, `objection` and `office` (what becomes
//! of the leader).
//! The order of the steps is data of the adopted regulation; `order` holds it against the state.

mod account;
mod adoption;
mod aggregate;
mod ballot;
mod comparison;
mod conference;
mod consultation;
mod council;
mod deadline;
mod draft;
mod election;
mod exclusion;
mod lateness;
mod mark;
mod named;
mod objection;
mod office;
mod opening;
mod order;
mod panel;
mod permission;
mod pledge;
mod publication;
mod query;
mod ranking;
mod recheck;
mod registration;
mod report;
mod score_table;
mod scoring;
mod since;
mod tally;
#[cfg(test)]
mod tests;
mod tie;

pub use account::{Account, Entry, GivenPoints, NotCounted, PartAccount, SetAside, ShareOf, Term};
pub use adoption::{Adopted, RegulationAdopted};
pub use ballot::{
    Ballot, BallotClosed, BallotOpened, CastVote, Choice, CloseBallot, OpenBallot, Question, VoteCast,
};
pub use comparison::{ClassAccount, Comparison, Telling};
pub use conference::{ConferenceHeld, ConferenceKind};
pub use consultation::{Consultation, ConsultationHeld};
pub use council::{Council, CouncilChange, CouncilDecided, CouncilEffect, CouncilVote, RecordCouncil};
pub use deadline::{ChangeDeadline, DeadlineChanged};
pub use draft::{Draft, DraftCommented, DraftRegulation, RegulationDrafted};
pub use election::{ElectLeadership, LeadershipElected, Skipped};
pub use exclusion::{ExclusionCause, UnitExcluded};
pub use lateness::{Lapse, RuleCount};
pub use mark::{Correction, Mark, Timeliness};
pub use named::Proofs;
pub use objection::{
    Contested, LodgeObjection, Objection, ObjectionLodged, ObjectionRuled, Outcome, RuleOnObjection,
};
pub use office::{
    Delegate, HandOver, LeadershipDelegated, LeadershipHandedOver, LeadershipReplaced, LeadershipVacated,
    Office,
};
pub use opening::{Leadership, LeadershipRecorded, Opened, RecordLeadership};
pub use order::{Gap, StepState};
pub use panel::{AssignPanel, Panel, PanelAssigned};
pub use pledge::PledgeSigned;
pub use publication::{Projection, Published, StandingPublished};
pub use query::{ExplainScore, ExplanationGiven, Query, QueryScore, ScoreQueried};
pub use ranking::{AdoptRanking, RankedRow, Ranking, RankingAdopted};
pub use recheck::Rechecked;
pub use registration::{FileRegistration, RegistrationFiled, Target};
pub use report::{Evidence, Figure, FileReport, ReportFiled, ReportKind};
pub use score_table::{AdoptScoreTable, ScoreRow, ScoreTable, ScoreTableAdopted};
pub use scoring::{GiveScores, Score, ScoreEntry, ScoresGiven};
pub use tally::{CountedChoice, ReceiptCode, Tally};
pub use tie::{BreakTie, Settlement, TieBroken};

use crate::{
    Authority, BlocId, EmulationYear, Rejection, UnitId, event::events, regulation::Regulation,
    rejection::Thing,
};
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, sync::Arc};

events! {
    /// What can happen in the emulation year of a bloc.
    YearEvent {
        "year.opened" => Opened(Opened),
        "year.leadership_recorded" => LeadershipRecorded(LeadershipRecorded),
        "year.leadership_vacated" => LeadershipVacated(LeadershipVacated),
        "year.leadership_replaced" => LeadershipReplaced(LeadershipReplaced),
        "year.leadership_delegated" => LeadershipDelegated(LeadershipDelegated),
        "year.leadership_handed_over" => LeadershipHandedOver(LeadershipHandedOver),
        "year.regulation_drafted" => RegulationDrafted(RegulationDrafted),
        "year.draft_commented" => DraftCommented(DraftCommented),
        "year.regulation_adopted" => RegulationAdopted(RegulationAdopted),
        "year.deadline_changed" => DeadlineChanged(DeadlineChanged),
        "year.registration_filed" => RegistrationFiled(RegistrationFiled),
        "year.pledge_signed" => PledgeSigned(PledgeSigned),
        "year.conference_held" => ConferenceHeld(ConferenceHeld),
        "year.report_filed" => ReportFiled(ReportFiled),
        "year.panel_assigned" => PanelAssigned(PanelAssigned),
        "year.scores_given" => ScoresGiven(ScoresGiven),
        "year.score_queried" => ScoreQueried(ScoreQueried),
        "year.explanation_given" => ExplanationGiven(ExplanationGiven),
        "year.objection_lodged" => ObjectionLodged(ObjectionLodged),
        "year.objection_ruled" => ObjectionRuled(ObjectionRuled),
        "year.unit_excluded" => UnitExcluded(UnitExcluded),
        "year.score_table_adopted" => ScoreTableAdopted(ScoreTableAdopted),
        "year.consultation_held" => ConsultationHeld(ConsultationHeld),
        "year.ballot_opened" => BallotOpened(BallotOpened),
        "year.vote_cast" => VoteCast(VoteCast),
        "year.ballot_closed" => BallotClosed(BallotClosed),
        "year.tie_broken" => TieBroken(TieBroken),
        "year.ranking_adopted" => RankingAdopted(RankingAdopted),
        "year.standing_published" => StandingPublished(StandingPublished),
        "year.council_decided" => CouncilDecided(CouncilDecided),
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
    /// Record that the leader or the deputy no longer holds its office.
    VacateLeadership(LeadershipVacated),
    /// Record who leads the bloc from now on.
    ReplaceLeadership(LeadershipReplaced),
    /// Let the deputy act as the leader for some days.
    Delegate(Delegate),
    /// Record the hand-over to the next leader.
    HandOver(HandOver),
    /// Lay a draft of the regulation before the members.
    DraftRegulation(DraftRegulation),
    /// Comment on a draft.
    CommentDraft(DraftCommented),
    /// Adopt a regulation without a draft.
    AdoptRegulation(Arc<Regulation>),
    /// Adopt a draft.
    AdoptDraft(u16),
    /// Move a deadline.
    ChangeDeadline(ChangeDeadline),
    /// Register a unit's targets.
    FileRegistration(FileRegistration),
    /// Sign the pledge for a unit.
    SignPledge(UnitId),
    /// Record a conference.
    HoldConference(ConferenceHeld),
    /// File a unit's report.
    FileReport(FileReport),
    /// Assign criteria to a unit that scores them.
    AssignPanel(AssignPanel),
    /// Score a unit.
    GiveScores(GiveScores),
    /// Ask how a score came about.
    QueryScore(QueryScore),
    /// Explain a score.
    ExplainScore(ExplainScore),
    /// Lodge a unit's objection.
    LodgeObjection(LodgeObjection),
    /// Rule on an objection.
    RuleOnObjection(RuleOnObjection),
    /// Exclude a unit from consideration.
    Exclude(UnitExcluded),
    /// Adopt the score table.
    AdoptScoreTable(AdoptScoreTable),
    /// Record the consultation on the leading unit.
    HoldConsultation(ConsultationHeld),
    /// Open a ballot.
    OpenBallot(OpenBallot),
    /// Vote.
    CastVote(CastVote),
    /// Close a ballot and count it.
    CloseBallot(CloseBallot),
    /// Record how a tie was broken.
    BreakTie(BreakTie),
    /// Adopt ranks and classes.
    AdoptRanking(AdoptRanking),
    /// Record what the council decided on the bloc's result.
    RecordCouncil(RecordCouncil),
    /// Record the choice of the next year's leader and deputy.
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

/// The emulation year of a bloc.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Year {
    /// The bloc.
    pub bloc: BlocId,
    /// The year.
    pub year: EmulationYear,
    /// Who leads the bloc in this year.
    pub leadership: Option<Leadership>,
    /// What became of the office of leader during the year.
    pub office: Office,
    /// The drafts of the regulation, oldest first.
    pub drafts: Vec<Arc<Draft>>,
    /// The regulation in force.
    pub regulation: Option<Arc<Adopted>>,
    /// The deadlines that were moved, oldest first.
    pub deadlines: Vec<(DeadlineChanged, Mark)>,
    /// What each unit did and had done to it.
    pub units: BTreeMap<UnitId, Arc<UnitYear>>,
    /// Where each version of the regulation was adopted, the first one first.
    pub versions: Vec<(u16, Mark)>,
    /// Who scores which criteria beside the bloc.
    pub panels: Vec<Panel>,
    /// The ties that were broken, each with its order.
    pub ties: Vec<(Vec<UnitId>, Mark)>,
    /// The conferences held.
    pub conferences: Vec<(ConferenceKind, Mark)>,
    /// The scores that were queried, oldest first.
    pub queries: Vec<Arc<Query>>,
    /// The objections, oldest first.
    pub objections: Vec<Arc<Objection>>,
    /// The units that attended, for the conferences whose minutes say so.
    pub attendance: Vec<(Mark, Vec<UnitId>)>,
    /// The score table that stands.
    pub score_table: Option<Arc<ScoreTable>>,
    /// The consultation that stands.
    pub consultation: Option<Arc<Consultation>>,
    /// Every ballot, in the order they were opened.
    pub ballots: Vec<Arc<Ballot>>,
    /// The ranking that stands.
    pub ranking: Option<Arc<Ranking>>,
    /// What the council above decided on it.
    pub council: Option<Arc<Council>>,
    /// Who was chosen for the next year.
    pub elected: Option<Leadership>,
}

/// One unit in the year of its bloc.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnitYear {
    /// Its registration.
    pub registration: Option<Mark>,
    /// Its signature under the pledge.
    pub pledge: Option<Mark>,
    /// Its half-year report.
    pub half_year_report: Option<Mark>,
    /// Its annual report.
    pub annual_report: Option<Mark>,
    /// Its scores, by scorer, giver and month, side by side.
    pub scores: Vec<Score>,
    /// Its exclusion from consideration.
    pub exclusion: Option<(ExclusionCause, Mark)>,
}

impl Year {
    fn decide_open(&self, command: YearCommand, by: &Authority) -> Result<YearEvent, Rejection> {
        let proofs = &command.proofs;
        self.rests_on_a_ruling(command.act.correction())?;
        match command.act {
            YearAct::Open => Err(Rejection::AlreadyExists(Thing::Year(command.year))),
            YearAct::RecordLeadership(act) => self.record_leadership(act, proofs).map(Into::into),
            YearAct::VacateLeadership(act) => self.vacate_leadership(act).map(Into::into),
            YearAct::ReplaceLeadership(act) => self.replace_leadership(act, proofs).map(Into::into),
            YearAct::Delegate(act) => self.delegate(act, proofs).map(Into::into),
            YearAct::HandOver(act) => self.hand_over(act).map(Into::into),
            YearAct::DraftRegulation(act) => self.draft_regulation(act, proofs, by).map(Into::into),
            YearAct::CommentDraft(act) => self.comment_draft(act, proofs).map(Into::into),
            YearAct::AdoptRegulation(whole) => self.adopt_regulation(whole, proofs, by).map(Into::into),
            YearAct::AdoptDraft(draft) => self.adopt_draft(draft, proofs, by).map(Into::into),
            YearAct::ChangeDeadline(act) => self.change_deadline(act, proofs, by).map(Into::into),
            YearAct::FileRegistration(act) => self.file_registration(act, proofs).map(Into::into),
            YearAct::SignPledge(unit) => self.sign_pledge(unit, proofs).map(Into::into),
            YearAct::HoldConference(act) => Ok(act.into()),
            YearAct::FileReport(act) => self.file_report(act, proofs).map(Into::into),
            YearAct::AssignPanel(act) => self.assign_panel(act, proofs).map(Into::into),
            YearAct::GiveScores(act) => self.give_scores(act, proofs, by).map(Into::into),
            YearAct::QueryScore(act) => self.query_score(act, proofs, by.unit).map(Into::into),
            YearAct::ExplainScore(act) => self.explain_score(act, proofs).map(Into::into),
            YearAct::LodgeObjection(act) => self.lodge_objection(act, proofs).map(Into::into),
            YearAct::RuleOnObjection(act) => self.rule_on_objection(act, proofs, by).map(Into::into),
            YearAct::Exclude(act) => self.exclude(act, proofs).map(Into::into),
            YearAct::AdoptScoreTable(act) => self.adopt_score_table(act, proofs).map(Into::into),
            YearAct::HoldConsultation(act) => self.hold_consultation(act, proofs).map(Into::into),
            YearAct::OpenBallot(act) => self.open_ballot(act, proofs).map(Into::into),
            YearAct::CastVote(act) => self.cast_vote(&act).map(Into::into),
            YearAct::CloseBallot(act) => self.close_ballot(&act, proofs).map(Into::into),
            YearAct::BreakTie(act) => self.break_tie(act, proofs).map(Into::into),
            YearAct::AdoptRanking(act) => self.adopt_ranking(act, proofs).map(Into::into),
            YearAct::RecordCouncil(act) => self.record_council(act, proofs).map(Into::into),
            YearAct::ElectLeadership(act) => self.elect_leadership(act, proofs).map(Into::into),
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
        self.take_effect(event.correction(), mark);
        match event {
            YearEvent::Opened(_) => {}
            YearEvent::LeadershipRecorded(e) => self.take_leadership(e.leadership(mark)),
            YearEvent::LeadershipVacated(e) => self.office.vacant.push((e.unit, mark)),
            YearEvent::LeadershipReplaced(e) => self.take_leadership(e.leadership(mark)),
            YearEvent::LeadershipDelegated(e) => self.office.delegations.push((e.clone(), mark)),
            YearEvent::LeadershipHandedOver(e) => self.office.handed_over = Some((e.clone(), mark)),
            YearEvent::RegulationDrafted(e) => self.drafts.push(Arc::new(e.draft(mark))),
            YearEvent::DraftCommented(e) => self.take_comment(e, mark),
            YearEvent::RegulationAdopted(e) => self.take_regulation(e, mark),
            YearEvent::DeadlineChanged(e) => self.take_deadline(e, mark),
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
            YearEvent::PanelAssigned(e) => self.take_panel(e, mark),
            YearEvent::ScoresGiven(e) => self.unit_mut(e.unit).take_score(e, mark),
            YearEvent::ScoreQueried(e) => self.queries.push(Arc::new(e.query(mark))),
            YearEvent::ExplanationGiven(e) => self.take_explanation(e, mark),
            YearEvent::ObjectionLodged(e) => self.objections.push(Arc::new(e.objection(mark))),
            YearEvent::ObjectionRuled(e) => self.take_ruling(e, mark),
            YearEvent::UnitExcluded(e) => self.unit_mut(e.unit).exclusion = Some((e.cause, mark)),
            YearEvent::ScoreTableAdopted(e) => self.take_score_table(e, mark),
            YearEvent::ConsultationHeld(e) => {
                self.consultation = Some(Arc::new(Consultation { agreed: e.agreed.clone(), mark }));
            }
            YearEvent::BallotOpened(e) => self.ballots.push(Arc::new(e.ballot(mark))),
            YearEvent::VoteCast(e) => self.take_vote(e),
            YearEvent::BallotClosed(e) => self.take_result(e, mark),
            YearEvent::TieBroken(e) => self.take_tie(e, mark),
            YearEvent::RankingAdopted(e) => self.take_ranking(e, mark),
            YearEvent::StandingPublished(e) => self.take_publication(e, mark),
            YearEvent::CouncilDecided(e) => {
                self.council = Some(Arc::new(Council { decided: e.clone(), mark }));
            }
            YearEvent::LeadershipElected(e) => self.elected = Some(e.leadership(mark)),
        }
        self
    }
}
