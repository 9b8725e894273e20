//! Ballots (bỏ phiếu), open or secret. Every round is kept.
//!
//! A secret ballot records that a unit has voted; the choices wait beside the log under the voters' receipt codes,
//! without voter or time, and are published sorted at the close. The profile is called `server_mixed`: secrecy
//! depends on the operator of the server, who could link a choice to its voter while the ballot is open.

use super::{CountedChoice, Mark, Proofs, ReceiptCode, ScoreRow, Tally, Year, tally::count};
use crate::{
    BallotId, Rejection, Remark, UnitId,
    regulation::{BallotRule, Candidates, Majority, Secrecy, Step},
    rejection::{Inadmissible, Thing},
};
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, sync::Arc};

/// What is voted on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Question {
    /// Which unit leads the bloc's movement in this year (suy tôn đơn vị dẫn đầu).
    LeadingUnit,
    /// Who leads the bloc in the next year (bầu Trưởng khối).
    NextLeader,
    /// Who is deputy in the next year (bầu Phó Trưởng khối).
    NextDeputy,
}

/// A vote.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Choice {
    /// For a candidate.
    For(UnitId),
    /// For nobody.
    Abstain,
}

/// Asks to open a ballot.
#[derive(Clone, Debug)]
pub struct OpenBallot {
    /// Its id.
    pub ballot: BallotId,
    /// What is voted on.
    pub question: Question,
    /// Who stands; empty for everyone the regulation admits.
    pub candidates: Vec<UnitId>,
    /// Who is present, where the regulation counts it.
    pub present: Vec<UnitId>,
    /// Why there is another round.
    pub reason: Option<Remark>,
}

/// A ballot was opened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BallotOpened {
    /// Its id.
    pub ballot: BallotId,
    /// What is voted on.
    pub question: Question,
    /// 1 for the first ballot on the question in this year.
    pub round: u16,
    /// Open or secret.
    pub secrecy: Secrecy,
    /// Who stands.
    pub candidates: Vec<UnitId>,
    /// Who may vote: fixed before the first vote.
    pub electors: Vec<UnitId>,
    /// Who was present; empty where nobody said.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub present: Vec<UnitId>,
    /// What a candidate needs; absent when the most votes are enough.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub majority: Option<Majority>,
    /// Why there is another round.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Remark>,
}

/// Asks to vote.
#[derive(Clone, Debug)]
pub struct CastVote {
    /// The ballot.
    pub ballot: BallotId,
    /// The unit that votes.
    pub elector: UnitId,
    /// Its choice.
    pub choice: Choice,
    /// Under what the choice waits aside, when the ballot is secret.
    pub receipt: ReceiptCode,
}

/// A unit voted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VoteCast {
    /// The ballot.
    pub ballot: BallotId,
    /// The unit.
    pub elector: UnitId,
    /// Its choice; absent in a secret ballot.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub choice: Option<Choice>,
}

/// Asks to close a ballot.
#[derive(Clone, Debug)]
pub struct CloseBallot {
    /// The ballot.
    pub ballot: BallotId,
}

/// A ballot was closed and counted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BallotClosed {
    /// The ballot.
    pub ballot: BallotId,
    /// How many could vote.
    pub electors: u32,
    /// How many voted.
    pub cast: u32,
    /// How many abstained.
    pub abstained: u32,
    /// The votes of every candidate, most first.
    pub tally: Vec<Tally>,
    /// Who was chosen; absent when no one reached the majority or the most votes are shared.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub chosen: Option<UnitId>,
    /// In a secret ballot, every choice, sorted by receipt code.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub choices: Vec<CountedChoice>,
}

/// A ballot.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ballot {
    /// Its id.
    pub id: BallotId,
    /// What is voted on.
    pub question: Question,
    /// Its round.
    pub round: u16,
    /// Open or secret.
    pub secrecy: Secrecy,
    /// Who stands.
    pub candidates: Vec<UnitId>,
    /// Who may vote.
    pub electors: Vec<UnitId>,
    /// Who was present when it was opened; empty where nobody said.
    pub present: Vec<UnitId>,
    /// What a candidate needs.
    pub majority: Option<Majority>,
    /// Who has voted, with the choice when the ballot is open.
    pub votes: BTreeMap<UnitId, Option<Choice>>,
    /// The fact that opened it.
    pub opened: Mark,
    /// The count, and the fact that closed it.
    pub result: Option<(BallotClosed, Mark)>,
}

impl Ballot {
    /// Who was chosen, once it is closed.
    pub fn chosen(&self) -> Option<UnitId> {
        self.result.as_ref().and_then(|(result, _)| result.chosen)
    }
}

impl Question {
    /// The step of the year the question belongs to.
    pub const fn step(self) -> Step {
        match self {
            Self::LeadingUnit => Step::Ballot,
            Self::NextLeader | Self::NextDeputy => Step::Leadership,
        }
    }
}

impl BallotOpened {
    pub(super) fn ballot(&self, opened: Mark) -> Ballot {
        Ballot {
            id: self.ballot,
            question: self.question,
            round: self.round,
            secrecy: self.secrecy,
            candidates: self.candidates.clone(),
            electors: self.electors.clone(),
            present: self.present.clone(),
            majority: self.majority,
            votes: BTreeMap::new(),
            opened,
            result: None,
        }
    }
}

impl Year {
    /// A ballot of this year.
    pub fn ballot(&self, id: BallotId) -> Option<&Ballot> {
        self.ballots.iter().find(|ballot| ballot.id == id).map(AsRef::as_ref)
    }

    /// The latest ballot on a question.
    pub fn latest_ballot(&self, question: Question) -> Option<&Ballot> {
        self.ballots.iter().rev().find(|ballot| ballot.question == question).map(AsRef::as_ref)
    }

    pub(super) fn ballot_rule(&self, question: Question) -> Result<&BallotRule, Rejection> {
        let regulation = &self.adopted()?.regulation;
        match question {
            Question::LeadingUnit => {
                regulation.ballot.as_ref().ok_or(Rejection::NotInProcedure(Step::Ballot))
            }
            Question::NextLeader | Question::NextDeputy => regulation
                .leadership
                .ballot
                .as_ref()
                .ok_or(Rejection::OtherMethod(regulation.leadership.method)),
        }
    }

    pub(super) fn open_ballot(&self, act: OpenBallot, proofs: &Proofs) -> Result<BallotOpened, Rejection> {
        self.in_order(act.question.step(), &proofs.roster)?;
        if self.ballot(act.ballot).is_some() {
            return Err(Rejection::AlreadyExists(Thing::Ballot(act.ballot)));
        }
        let rule = self.ballot_rule(act.question)?;
        let before = self.latest_ballot(act.question);
        match before {
            Some(open) if open.result.is_none() => return Err(Rejection::BallotOpen(open.id)),
            Some(decided) if decided.chosen().is_some() && act.reason.is_none() => {
                return Err(Rejection::BallotDecided(decided.id));
            }
            Some(_) | None => {}
        }
        let present = self.present(rule, act.present, &proofs.roster)?;
        Ok(BallotOpened {
            ballot: act.ballot,
            question: act.question,
            round: before.map_or(1, |ballot| ballot.round.saturating_add(1)),
            secrecy: rule.secrecy,
            candidates: self.admit(act.candidates, act.question, rule.candidates, proofs)?,
            electors: proofs.roster.clone(),
            present,
            majority: rule.majority,
            reason: act.reason,
        })
    }

    /// Who is present, each once, and enough of them where the regulation asks for a number.
    pub(super) fn present(
        &self,
        rule: &BallotRule,
        mut named: Vec<UnitId>,
        roster: &[UnitId],
    ) -> Result<Vec<UnitId>, Rejection> {
        named.sort_unstable();
        named.dedup();
        if let Some(stranger) = named.iter().find(|unit| !roster.contains(unit)) {
            return Err(Rejection::NotAMember(*stranger));
        }
        if named.is_empty() && rule.asks_who_is_present() {
            return Err(Rejection::PresentUnknown);
        }
        let considered = roster.iter().filter(|unit| !self.is_excluded(**unit)).count();
        let least = rule.quorum.map_or(0, |quorum| quorum.least(roster.len(), considered));
        if named.len() < least {
            return Err(Rejection::NoQuorum { present: named.len(), least });
        }
        Ok(named)
    }

    /// The candidates the regulation admits: those named, or all of them when none is named.
    fn admit(
        &self,
        named: Vec<UnitId>,
        question: Question,
        rule: Candidates,
        proofs: &Proofs,
    ) -> Result<Vec<UnitId>, Rejection> {
        let barred = |unit: UnitId| {
            let because = self.inadmissible(unit, rule, proofs);
            match question {
                Question::LeadingUnit => because,
                Question::NextLeader | Question::NextDeputy => because.or(self.barred(unit, proofs)),
            }
        };
        if named.is_empty() {
            return Ok(proofs.roster.iter().copied().filter(|unit| barred(*unit).is_none()).collect());
        }
        match named.iter().find_map(|unit| barred(*unit).map(|because| (*unit, because))) {
            Some((unit, because)) => Err(Rejection::CandidateNotAdmitted { unit, because }),
            None => Ok(named),
        }
    }

    /// Why a unit may not stand.
    pub(super) fn inadmissible(
        &self,
        unit: UnitId,
        rule: Candidates,
        proofs: &Proofs,
    ) -> Option<Inadmissible> {
        if !proofs.roster.contains(&unit) {
            Some(Inadmissible::NotAMember)
        } else if self.is_excluded(unit) {
            Some(Inadmissible::Excluded)
        } else if !self.scores_high_enough(unit, rule) {
            Some(Inadmissible::NotAmongHighestScores)
        } else {
            None
        }
    }

    fn scores_high_enough(&self, unit: UnitId, rule: Candidates) -> bool {
        match rule {
            Candidates::Members => true,
            Candidates::TopScores(places) => {
                let rows: &[ScoreRow] = self.score_table.as_ref().map_or(&[], |table| &table.rows);
                let own = rows.iter().find(|row| row.unit == unit);
                own.is_some_and(|own| {
                    rows.iter().filter(|row| row.total > own.total).count() < usize::from(places)
                })
            }
        }
    }

    pub(super) fn cast_vote(&self, act: &CastVote) -> Result<VoteCast, Rejection> {
        let ballot = self.ballot(act.ballot).ok_or(Rejection::Unknown(Thing::Ballot(act.ballot)))?;
        if ballot.result.is_some() {
            return Err(Rejection::BallotClosed(act.ballot));
        }
        if !ballot.electors.contains(&act.elector) {
            return Err(Rejection::NotAnElector(act.elector));
        }
        if ballot.votes.contains_key(&act.elector) {
            return Err(Rejection::AlreadyVoted(act.elector));
        }
        match act.choice {
            Choice::For(unit) if !ballot.candidates.contains(&unit) => {
                return Err(Rejection::NotACandidate(unit));
            }
            Choice::For(_) | Choice::Abstain => {}
        }
        let choice = match ballot.secrecy {
            Secrecy::Open => Some(act.choice),
            Secrecy::Secret => None,
        };
        Ok(VoteCast { ballot: act.ballot, elector: act.elector, choice })
    }

    pub(super) fn close_ballot(&self, act: &CloseBallot, proofs: &Proofs) -> Result<BallotClosed, Rejection> {
        let ballot = self.ballot(act.ballot).ok_or(Rejection::Unknown(Thing::Ballot(act.ballot)))?;
        if ballot.result.is_some() {
            return Err(Rejection::BallotClosed(act.ballot));
        }
        match ballot.secrecy {
            Secrecy::Open => Ok(count(ballot, ballot.votes.values().flatten().copied(), Vec::new())),
            Secrecy::Secret if proofs.waiting.len() != ballot.votes.len() => {
                Err(Rejection::BallotIncomplete {
                    ballot: act.ballot,
                    cast: ballot.votes.len(),
                    found: proofs.waiting.len(),
                })
            }
            Secrecy::Secret => {
                let mut choices = proofs.waiting.clone();
                choices.sort();
                Ok(count(ballot, choices.iter().map(|counted| counted.choice), choices.clone()))
            }
        }
    }

    pub(super) fn take_vote(&mut self, event: &VoteCast) {
        if let Some(ballot) = self.ballots.iter_mut().find(|ballot| ballot.id == event.ballot) {
            Arc::make_mut(ballot).votes.insert(event.elector, event.choice);
        }
    }

    pub(super) fn take_result(&mut self, event: &BallotClosed, mark: Mark) {
        if let Some(ballot) = self.ballots.iter_mut().find(|ballot| ballot.id == event.ballot) {
            Arc::make_mut(ballot).result = Some((event.clone(), mark));
        }
    }
}
