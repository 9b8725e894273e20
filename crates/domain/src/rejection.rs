//! Every way a rule can say no. The HTTP status and the words in Vietnamese and English are `api`'s business.

use crate::{
    BallotId, CommendationId, Date, EmulationYear, EventId, Points, Timestamp, UnitId, UnitIdentifier,
    commendation::{AwardKind, CommendationState, Finding},
    quota::Quota,
    regulation::{CriterionId, Fault, Scorer, Step},
};

/// Why a command was refused. Nothing was recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Rejection {
    /// The thing the command speaks of is not there.
    Unknown(Thing),
    /// The thing the command would create is there already.
    AlreadyExists(Thing),
    /// The unit, bloc or grant has come to its end and takes no more acts.
    Ended(Thing),
    /// An identifier belongs to another unit.
    IdentifierTaken(UnitIdentifier, UnitId),
    /// The unit is not an active member of the bloc on that day.
    NotAMember(UnitId),
    /// The unit already is a member of this bloc.
    AlreadyAMember(UnitId),
    /// The act is dated outside what is possible.
    ImpossibleDate {
        /// The day claimed.
        claimed: Date,
        /// The latest day accepted.
        latest: Date,
    },
    /// A step of the year was tried before what must come first.
    OutOfOrder {
        /// The step that was tried.
        step: Step,
        /// What is missing, each with the units it is missing for.
        missing: Vec<Missing>,
    },
    /// The step was taken already and cannot be taken again.
    AlreadyDone(Step),
    /// The unit did this already; a correction must name what it corrects.
    AlreadyFiled(Step, UnitId, EventId),
    /// The bloc's regulation does not know this step.
    NotInProcedure(Step),
    /// The regulation refuses this step after its deadline.
    DeadlinePassed {
        /// The step.
        step: Step,
        /// When it was due.
        due: Timestamp,
        /// When the server received the act.
        received: Timestamp,
    },
    /// The regulation is frozen since the first score.
    RegulationFrozen,
    /// The regulation contradicts itself.
    RegulationFaulty(Vec<Fault>),
    /// Scores break the score sheet.
    ScoresFaulty(Vec<ScoreFault>),
    /// Nobody scores a unit for itself: the leader's own unit is scored by the deputy, and the other way round.
    ConflictOfInterest {
        /// The unit to be scored.
        unit: UnitId,
        /// Who may score it.
        scorer: Option<UnitId>,
    },
    /// The unit is excluded from consideration in this year.
    Excluded(UnitId),
    /// The corrected fact is not the one that stands.
    NotTheStandingFact {
        /// What the command names.
        named: EventId,
        /// What stands.
        standing: Option<EventId>,
    },
    /// The ballot is closed.
    BallotClosed(BallotId),
    /// The unit has voted already.
    AlreadyVoted(UnitId),
    /// The unit is not on the list of electors.
    NotAnElector(UnitId),
    /// The choice is not a candidate of this ballot.
    NotACandidate(UnitId),
    /// A candidate the regulation does not admit.
    CandidateNotAdmitted {
        /// The candidate.
        unit: UnitId,
        /// Why.
        because: Inadmissible,
    },
    /// A ballot on this question is open.
    BallotOpen(BallotId),
    /// A ballot on this question has chosen already; another round needs a reason.
    BallotDecided(BallotId),
    /// Fewer or more choices wait aside than units have voted: the ballot cannot be counted truthfully.
    BallotIncomplete {
        /// The ballot.
        ballot: BallotId,
        /// How many units have voted.
        cast: usize,
        /// How many choices were found.
        found: usize,
    },
    /// The regulation finds its leader in another way.
    OtherMethod(crate::regulation::LeadershipMethod),
    /// The leadership named is not the one that was chosen.
    NotChosen(UnitId),

    /// Two units would be the same.
    SameUnit(UnitId),
    /// No one was chosen: the ballot gave no majority.
    NoMajority(BallotId),
    /// The bloc's regulation has no rule for this award.
    AwardNotRegulated(AwardKind),
    /// The award is for persons alone.
    AwardForPersons(AwardKind),
    /// The dossier does not fulfil what its rule asks for at this stage.
    NotEligible(Vec<Finding>),
    /// Nothing is left of the quota, or the rule does not say how many there may be.
    QuotaExhausted(Box<Quota>),
    /// There is something left of the quota, or there is none: nothing to go beyond.
    QuotaNotExhausted(AwardKind),
    /// The dossier is in a state in which this is not done.
    StateConflict {
        /// The state.
        state: CommendationState,
        /// The states in which it is done.
        allowed: &'static [CommendationState],
    },
    /// The numbers of a vote cannot stand beside one another.
    VoteDoesNotAddUp,
    /// The rule of the award knows no vote of a council.
    CouncilNotInRule(AwardKind),
}

/// What a rejection can speak of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Thing {
    /// A unit.
    Unit(UnitId),
    /// A bloc.
    Bloc(crate::BlocId),
    /// The year of a bloc.
    Year(EmulationYear),
    /// A commendation.
    Commendation(CommendationId),
    /// A grant.
    Grant(crate::GrantId),
    /// A ballot.
    Ballot(BallotId),
    /// A regulation.
    Regulation,
    /// An alias of a bloc.
    Alias,
    /// An identifier of a unit.
    Identifier(UnitIdentifier),
    /// The leader of the year.
    Leader,
}

/// A step that has not been taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Missing {
    /// The step.
    pub step: Step,
    /// For which units; empty when the step belongs to the bloc as a whole.
    pub units: Vec<UnitId>,
}

/// Why a candidate is not admitted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Inadmissible {
    /// Not among the highest scores the regulation asks for.
    NotAmongHighestScores,
    /// Excluded from consideration.
    Excluded,
    /// Not a member.
    NotAMember,
}

/// One fault in a set of scores.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScoreFault {
    /// The index of the entry in the command, or `None` when an entry is missing.
    pub entry: Option<usize>,
    /// The criterion.
    pub criterion: CriterionId,
    /// What is wrong.
    pub kind: ScoreFaultKind,
}

/// What can be wrong with a score.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ScoreFaultKind {
    /// The sheet has no such criterion, or it has sub-criteria and is not scored itself.
    UnknownCriterion,
    /// The criterion is scored twice.
    Duplicate,
    /// No points for a criterion this scorer must score.
    NotScored,
    /// Above the maximum.
    AboveMaximum(Points),
    /// Below zero.
    Negative,
    /// Finer than the sheet's precision: the number of decimals allowed.
    TooPrecise(u8),
    /// Not a multiple of the sheet's step.
    NotAStep(Points),
    /// Not one of the points the options give.
    NotAnOption(Vec<Points>),
    /// This scorer does not score this criterion.
    NotYours(Vec<Scorer>),
}
