//! What can be wrong with a regulation, each fault with the values involved.

use crate::{
    Date, Points,
    commendation::AwardKind,
    regulation::{CriterionId, Scorer, Step, TieBreak, award::Stage},
};
use serde::Serialize;
use thiserror::Error;

/// One contradiction.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{pointer}: {kind}")]
pub struct Fault {
    /// JSON pointer (RFC 6901) to the faulty value within the regulation; the place that misses something when
    /// the fault is that it is not there.
    pub pointer: String,
    /// What is wrong.
    pub kind: FaultKind,
}

/// What can be wrong. Its `Display` is short English for logs; readers get their words by [`FaultKind::code`].
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum FaultKind {
    /// A list that must name something is empty.
    #[error("empty")]
    Empty,
    /// The value, as written, stands twice where each may stand once.
    #[error("{0} stands twice")]
    Duplicate(Box<str>),
    /// Scores have at most two decimals, for [`Points`] are counted in hundredths.
    #[error("{0} decimals; at most 2 are possible")]
    TooManyDecimals(u8),
    /// A number that must be above zero is not.
    #[error("{0} is not above zero")]
    NotPositive(Points),
    /// A number is below zero; penalties too are written without a sign.
    #[error("{0} is below zero")]
    Negative(Points),
    /// A number is finer than the sheet's decimals.
    #[error("{value} has more than {decimals} decimals")]
    TooPrecise {
        /// The number.
        value: Points,
        /// The decimals of the sheet.
        decimals: u8,
    },
    /// A number is not a multiple of the sheet's step.
    #[error("{value} is not a multiple of {step}")]
    NotAStep {
        /// The number.
        value: Points,
        /// The step of the sheet.
        step: Points,
    },
    /// The maxima of the criteria give less than the maximum or cap above them, or more than a maximum that does
    /// not say (by `over_max`) what happens to the excess.
    #[error("the criteria give {sum}, the whole {max}")]
    DoNotAddUp {
        /// What the criteria give together.
        sum: Points,
        /// The maximum of the criterion, or the cap of the part, that they make up.
        max: Points,
    },
    /// Neither the contents alone nor contents and bonus together give the scale.
    #[error("contents of {contents} and a bonus of {bonus} do not give the scale of {scale}")]
    ScaleNotMet {
        /// The scale of the sheet.
        scale: Points,
        /// The most the contents can count.
        contents: Points,
        /// The most the bonus parts that have a limit can count.
        bonus: Points,
    },
    /// A part for contents has no cap, and a criterion in it without a maximum or whose claims carry over it: it
    /// fits no scale.
    #[error("contents without a limit")]
    Unlimited,
    /// A maximum or threshold that no score can reach.
    #[error("{limit} cannot be reached; the most is {most}")]
    OutOfReach {
        /// The maximum or threshold.
        limit: Points,
        /// The most that can be reached.
        most: Points,
    },
    /// `over_max` speaks of a maximum that is not there.
    #[error("a rule for claims above a maximum, without a maximum")]
    NoMaximum,
    /// An option gives more than the maximum of its criterion.
    #[error("an option of {option} above the maximum of {max}")]
    OptionAboveMaximum {
        /// The points of the option.
        option: Points,
        /// The maximum.
        max: Points,
    },
    /// Nobody scores the criterion.
    #[error("nobody scores the criterion")]
    NobodyScores,
    /// A criterion that the sheet does not score itself is referred to.
    #[error("no criterion {0} is scored")]
    UnknownCriterion(CriterionId),
    /// A penalty is deducted under a criterion that takes nothing away.
    #[error("{0} is no penalty")]
    NotAPenalty(CriterionId),
    /// A criterion outside the bonus is the bonus of another, or of one that is not for contents.
    #[error("only a bonus can be the bonus of a criterion for contents")]
    NotABonus,
    /// Only the highest of the sub-criteria counts, but there are none.
    #[error("no sub-criteria, of which only the highest counts")]
    NoSubCriteria,
    /// Points that the options of the criterion do not give.
    #[error("{0} is none of the options")]
    NotAnOption(Points),
    /// The members score one another, and nothing says how their scores become one.
    #[error("nothing says how the scores of several become one: {}", word(.0))]
    CombineMissing(Scorer),
    /// A way of combining is given for a scorer of whom there is only one.
    #[error("there is only one: {}", word(.0))]
    OneGiver(Scorer),
    /// So many scores are dropped that none is sure to be left.
    #[error("of {at_least} scores, {dropped} are dropped: nobody is left")]
    LeavesNobody {
        /// How many givers must have scored.
        at_least: u8,
        /// How many scores are dropped.
        dropped: usize,
    },
    /// A trimmed mean that drops nothing is a mean.
    #[error("a trimmed mean that drops nothing")]
    DropsNothing,
    /// The weights of the scorers do not make up the whole.
    #[error("the weights make {0} per cent instead of 100")]
    WeightsDoNotAddUp(u32),
    /// Some of the weighted scorers score the criterion and this one does not, so the weights would not make up the
    /// whole.
    #[error("{} is weighted, scores with the others, and not this criterion", word(.0))]
    PartlyWeighted(Scorer),
    /// A penalty for a step that the bloc takes as a whole.
    #[error("units do not take the step {}", word(.0))]
    NotAUnitsStep(Step),
    /// A penalty for coming late, where late acts are refused.
    #[error("what is late is refused, so nothing is penalised")]
    NeverLate,
    /// The criterion has sub-criteria; these are scored, not the criterion itself.
    #[error("a criterion with sub-criteria is not scored itself")]
    NotScoredItself,
    /// The criterion is scored only by those whose score never counts.
    #[error("no score of this criterion counts")]
    NeverCounts,
    /// This scorer's score would count, but the sheet gives it nothing to score.
    #[error("{} has nothing to score", word(.0))]
    NothingToScore(Scorer),
    /// A scorer is named whose step the procedure does not have.
    #[error("{} scores, but the procedure has no step {}", word(.0), word(&.0.step()))]
    ScorerWithoutStep(Scorer),
    /// A class that is not the last has no threshold, so the ones below it are never given.
    #[error("only the last class is without a threshold")]
    ThresholdMissing,
    /// The last class has a threshold, so totals below it have no class.
    #[error("the last class takes the rest and has no threshold, not {0}")]
    LastThreshold(Points),
    /// The class of units without a score has a threshold.
    #[error("the class of units without a score has no threshold, not {0}")]
    UnscoredThreshold(Points),
    /// Totals are limited for classes that are not there.
    #[error("no classes")]
    NoClasses,
    /// A threshold is not below the one before it.
    #[error("{threshold} is not below {previous}")]
    NotDescending {
        /// The threshold.
        threshold: Points,
        /// The threshold of the class above.
        previous: Points,
    },
    /// The procedure lacks a step without which there are no standings.
    #[error("no step {}", word(.0))]
    StepMissing(Step),
    /// A step stands before one whose result it needs.
    #[error("{} must come after {}", word(.step), word(.after))]
    MustFollow {
        /// The step that stands too early.
        step: Step,
        /// The step it needs.
        after: Step,
    },
    /// A step is optional although another reads its result.
    #[error("{} must be required, for {} rests on it", word(.step), word(.needed_by))]
    MustBeRequired {
        /// The optional step.
        step: Step,
        /// The step that needs it.
        needed_by: Step,
    },
    /// Every score that counts is optional, so the score table could be adopted empty.
    #[error("no score that counts is required")]
    NoScoreRequired,
    /// The day does not exist in every year.
    #[error("no day {day}/{month} in every year")]
    ImpossibleDay {
        /// The day of the month.
        day: i8,
        /// The month.
        month: i8,
    },
    /// A deadline further from its year than the year before or after.
    #[error("{0} years from the year of emulation")]
    DistantYear(i8),
    /// A step is due before a required step it has to wait for.
    #[error("due before {}, which it waits for", word(.0))]
    DueTooEarly(Step),
    /// Something follows for late acts, but no deadline says what is late.
    #[error("speaks of what is late, without a deadline")]
    NoDeadline,
    /// The procedure has the step of the ballot, and no rule says how it is held.
    #[error("a ballot without a rule for it")]
    BallotWithoutRule,
    /// A rule for a ballot nobody holds: the procedure has no such step, or the leader is not elected.
    #[error("a rule for a ballot that is not held")]
    BallotNotHeld,
    /// A majority, a quorum or a weight outside 1 to 100 per cent.
    #[error("{0} per cent")]
    PercentOutOfRange(u8),
    /// More than all the votes are asked for.
    #[error("more than 100 per cent cannot be reached")]
    MajorityOutOfReach,
    /// An order of turns where the leader is not found by turns.
    #[error("an order of turns, and no turns")]
    NoTurns,
    /// A period of no days.
    #[error("a period of no days")]
    NoTime,
    /// The candidates are the best none.
    #[error("nobody may stand")]
    NoCandidates,
    /// A tie-break looks at something the regulation does not have.
    #[error("{} decides nothing here", word(.0))]
    DecidesNothing(TieBreak),
    /// A tie-break by numbers stands after one that people settle, which leaves nothing to break.
    #[error("{} leaves nothing to those after it", word(.0))]
    LeavesNothing(TieBreak),
    /// `unsourced` names a value that is not there.
    #[error("{0:?} points nowhere")]
    PointsNowhere(Box<str>),
    /// The quota of an award is counted from the award itself.
    #[error("the quota of {} is counted from itself", .0.code())]
    CountedFromItself(AwardKind),
    /// A quota looks at an award the regulation has no rule for.
    #[error("no rule for {}", .0.code())]
    AwardWithoutRule(AwardKind),
    /// A check asks for the vote of a council, and the rule knows none.
    #[error("the rule knows no vote of a council")]
    NoCouncil,
    /// A check stops a dossier before the stage at which it can first be fulfilled.
    #[error("cannot be fulfilled before the stage {}", word(.0))]
    AskedTooEarly(Stage),
    /// A check asks for a legal basis in force, and the rule names none.
    #[error("the rule names no legal basis")]
    NoLegalBasis,
    /// A paper's last day lies before its first.
    #[error("in force from {0} until {1}")]
    EndsBeforeItBegins(Date, Date),
}

/// The name of an enum value as the regulation writes it.
pub(in crate::regulation) fn word(value: &impl Serialize) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(text)) => text,
        Ok(other) => other.to_string(),
        Err(_) => String::new(),
    }
}

/// One list gives both the code of a fault and the list of all codes, so neither can lack one.
macro_rules! codes {
    ($($variant:ident $code:literal,)+) => {
        impl FaultKind {
            /// Every code there is, so that a translation can prove that it is whole.
            pub const CODES: &[&str] = &[$($code),+];

            /// The stable name under which the words of readers are looked up.
            pub const fn code(&self) -> &'static str {
                match self { $(Self::$variant { .. } => $code,)+ }
            }
        }
    };
}

codes! {
    Empty "empty",
    Duplicate "duplicate",
    TooManyDecimals "tooManyDecimals",
    NotPositive "notPositive",
    Negative "negative",
    TooPrecise "tooPrecise",
    NotAStep "notAStep",
    DoNotAddUp "doNotAddUp",
    ScaleNotMet "scaleNotMet",
    Unlimited "unlimited",
    OutOfReach "outOfReach",
    NoMaximum "noMaximum",
    OptionAboveMaximum "optionAboveMaximum",
    NobodyScores "nobodyScores",
    UnknownCriterion "unknownCriterion",
    NotAPenalty "notAPenalty",
    NotABonus "notABonus",
    NoSubCriteria "noSubCriteria",
    NotAnOption "notAnOption",
    CombineMissing "combineMissing",
    OneGiver "oneGiver",
    LeavesNobody "leavesNobody",
    DropsNothing "dropsNothing",
    WeightsDoNotAddUp "weightsDoNotAddUp",
    PartlyWeighted "partlyWeighted",
    NotAUnitsStep "notAUnitsStep",
    NeverLate "neverLate",
    NotScoredItself "notScoredItself",
    NeverCounts "neverCounts",
    NothingToScore "nothingToScore",
    ScorerWithoutStep "scorerWithoutStep",
    ThresholdMissing "thresholdMissing",
    LastThreshold "lastThreshold",
    UnscoredThreshold "unscoredThreshold",
    NoClasses "noClasses",
    NotDescending "notDescending",
    StepMissing "stepMissing",
    MustFollow "mustFollow",
    MustBeRequired "mustBeRequired",
    NoScoreRequired "noScoreRequired",
    ImpossibleDay "impossibleDay",
    DistantYear "distantYear",
    DueTooEarly "dueTooEarly",
    NoDeadline "noDeadline",
    BallotWithoutRule "ballotWithoutRule",
    BallotNotHeld "ballotNotHeld",
    PercentOutOfRange "percentOutOfRange",
    MajorityOutOfReach "majorityOutOfReach",
    NoTurns "noTurns",
    NoTime "noTime",
    NoCandidates "noCandidates",
    DecidesNothing "decidesNothing",
    LeavesNothing "leavesNothing",
    PointsNowhere "pointsNowhere",
    CountedFromItself "countedFromItself",
    AwardWithoutRule "awardWithoutRule",
    NoCouncil "noCouncil",
    AskedTooEarly "askedTooEarly",
    NoLegalBasis "noLegalBasis",
    EndsBeforeItBegins "endsBeforeItBegins",
}
