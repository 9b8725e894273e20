//! Every way a rule can say no. The HTTP status and the words in Vietnamese and English are `api`'s business.

use crate::{
    BallotId, BlocId, CommendationId, Date, EmulationYear, EventId, PersonId, Points, Timestamp, UnitId,
    UnitIdentifier,
    bloc::BlocEnd,
    commendation::{AwardKind, CommendationState, Finding},
    quota::Quota,
    regulation::{CriterionId, Fault, Scorer, Step, TieBreak},
    unit::UnitEnd,
};
use serde::{Deserialize, Serialize};

/// Why a command was refused. Nothing was recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Rejection {
    /// The thing the command speaks of is not there.
    Unknown(Thing),
    /// The thing the command would create is there already.
    AlreadyExists(Thing),
    /// The grant has come to its end and takes no more acts.
    Ended(Thing),
    /// The unit is no more on that day: how it ended and what took its place.
    UnitEnded(UnitId, Box<UnitEnd>),
    /// The bloc is no more on that day.
    BlocEnded(BlocId, Box<BlocEnd>),
    /// A thing would contain itself, directly or through others.
    Circular(Thing),
    /// A unit that is no locality was named as one.
    NotALocality(UnitId),
    /// A merger, split or dissolution without a document it rests on.
    Undocumented,
    /// A period that ends on or before its first day.
    EmptyPeriod {
        /// Its first day.
        from: Date,
        /// The first day after it.
        until: Date,
    },
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
    /// Criteria cannot be assigned to a unit.
    AssignmentFaulty(Vec<ScoreFault>),
    /// A unit has scored criteria that would be taken from it.
    AssignmentUsed(UnitId, Vec<CriterionId>),
    /// The sheet adds up months and the scores name none, or the other way round.
    WrongPeriod {
        /// Whether the sheet adds up months.
        monthly: bool,
    },
    /// The units are not exactly those that share a rank.
    NotTied(Vec<UnitId>),
    /// The regulation does not break ties in this way.
    OtherTieBreak(Vec<TieBreak>),
    /// Fewer units are present than the regulation asks for.
    NoQuorum {
        /// How many are present.
        present: usize,
        /// How many must be.
        least: usize,
    },
    /// The regulation counts who is present, and nobody said who is.
    PresentUnknown,
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
    /// The regulation in force asks for a draft that the members could comment on; the adoption must name one.
    DraftRequired,
    /// The members may still comment on the draft.
    CommentPeriodOpen {
        /// The draft.
        draft: u16,
        /// Until when.
        until: Timestamp,
        /// Who has not commented.
        waiting: Vec<UnitId>,
    },
    /// A JSON pointer leads to no value of the draft.
    PointsNowhere(Box<str>),
    /// The score is not the unit's own.
    NotYourScore {
        /// The unit that objects.
        unit: UnitId,
        /// The unit that was scored.
        scored: UnitId,
    },
    /// A correction names as its ruling a fact that upheld no objection.
    NotARuling(EventId),
    /// The numbers of a vote cannot stand beside one another: more votes than members.
    VoteDoesNotAddUp {
        /// How many members the council has.
        members: u16,
        /// How many votes are counted.
        cast: u32,
    },
    /// The council cannot change this.
    ChangeNotPossible {
        /// The unit the change is about.
        unit: UnitId,
        /// Why not.
        because: NotPossible,
    },
    /// The deadline has passed: only the body above may move it.
    DeadlineOver {
        /// The step.
        step: Step,
        /// When it was due.
        due: Timestamp,
    },
    /// The deadline would stay where it is, or be brought forward into the past.
    DeadlineNotMoved {
        /// The step.
        step: Step,
        /// When it is due.
        due: Option<Timestamp>,
        /// What was asked for.
        to: Timestamp,
    },
    /// It is another unit's turn to lead; passing it over needs a reason.
    NotInTurn {
        /// The unit named.
        named: UnitId,
        /// The unit whose turn it is.
        next: UnitId,
    },
    /// The unit is neither leader nor deputy.
    NotInOffice(UnitId),
    /// The period ends before it could begin.
    PeriodOver {
        /// Its last day.
        until: Date,
        /// The first day it could have.
        today: Date,
    },
    /// The bloc's regulation has no rule for this award.
    AwardNotRegulated(AwardKind),
    /// The award is for persons alone.
    AwardForPersons(AwardKind),
    /// The award is for collectives alone.
    AwardForCollectives(AwardKind),
    /// The person is not the head of the unit on that day.
    NotTheHead(PersonId),
    /// The erasure was approved by this client, or by the person behind it, already: another one must.
    SecondApprover,
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
    /// The rule of the award knows no vote of a council.
    CouncilNotInRule(AwardKind),
}

/// Why a council's change cannot be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotPossible {
    /// The unit is not in the ranking, or was cut from it.
    NotRanked,
    /// There are not that many ranks.
    NoSuchRank,
    /// The regulation has no such class.
    NoSuchClass,
    /// The same is changed twice for one unit.
    SaidTwice,
}

/// What a rejection can speak of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Thing {
    /// A unit.
    Unit(UnitId),
    /// A bloc.
    Bloc(BlocId),
    /// The year of a bloc.
    Year(EmulationYear),
    /// A commendation.
    Commendation(CommendationId),
    /// A person.
    Person(PersonId),
    /// A grant.
    Grant(crate::GrantId),
    /// The key that signs the log.
    LogKey,
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
    /// The deputy of the year.
    Deputy,
    /// A draft of the regulation.
    Draft(u16),
    /// A criterion.
    Criterion(CriterionId),
    /// A fact that an act speaks of.
    Fact(EventId),
    /// The query of a score.
    Query(EventId),
    /// An objection.
    Objection(EventId),
    /// The hand-over to the next leader.
    HandOver,
}

/// A step that has not been taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Missing {
    /// The step.
    pub step: Step,
    /// For which units; empty when the step belongs to the bloc as a whole.
    pub units: Vec<UnitId>,
}

impl From<Step> for Missing {
    fn from(step: Step) -> Self {
        Self { step, units: Vec::new() }
    }
}

/// Why a candidate is not admitted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Inadmissible {
    /// Not among the highest scores the regulation asks for.
    NotAmongHighestScores,
    /// Excluded from consideration.
    Excluded,
    /// Excluded from consideration in the year before.
    ExcludedLastYear,
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
    /// The criterion was assigned to others than the unit that scores.
    NotAssigned,
    /// The criterion is assigned to this unit already, and the sheet does not say how two scores become one.
    Taken(UnitId),
}
