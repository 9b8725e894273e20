//! What was the same at an earlier position of the log: which regulation was in force, and whether anything that numbers rest
//! on has been recorded since. Where nothing has, the past need not be read again.

use super::{Mark, Question, UnitYear, Year};
use crate::{Position, regulation::Step};

impl Year {
    /// The version of the regulation that was in force when the fact at a position was recorded.
    pub fn version_at(&self, position: Position) -> Option<u16> {
        let before = self.versions.iter().rev().find(|(_, mark)| mark.position < position);
        before.map(|(version, _)| *version)
    }

    /// Whether nothing that totals rest on has been recorded at a position or later: regulation, deadlines, what units did,
    /// their scores, exclusions.
    pub fn counts_as_before(&self, position: Position) -> bool {
        let rules = self.regulation.iter().map(|adopted| adopted.mark);
        let moved = self.deadlines.iter().map(|(_, mark)| *mark);
        let units = self.units.values().flat_map(|known| known.all_marks());
        rules.chain(moved).chain(units).all(|mark| mark.position < position)
    }

    /// Whether nothing that ranks rest on beside the totals has been recorded at a position or later: regulation, score table,
    /// the ballots on the leading unit, ties that were broken.
    pub fn ranks_as_before(&self, position: Position) -> bool {
        let rules = self.regulation.iter().map(|adopted| adopted.mark);
        let table = self.score_table.iter().map(|table| table.mark);
        let ties = self.ties.iter().map(|(_, mark)| *mark);
        let ballots = self.ballots.iter().filter(|ballot| ballot.question == Question::LeadingUnit);
        let votes = ballots.flat_map(|ballot| {
            [Some(ballot.opened), ballot.result.as_ref().map(|(_, mark)| *mark)].into_iter().flatten()
        });
        rules.chain(table).chain(ties).chain(votes).all(|mark| mark.position < position)
    }
}

impl UnitYear {
    fn all_marks(&self) -> impl Iterator<Item = Mark> {
        let steps = Step::ALL.iter().filter_map(|step| self.step(*step).copied());
        let scores = self.scores.iter().map(|score| score.mark);
        steps.chain(scores).chain(self.exclusion.iter().map(|(_, mark)| *mark))
    }
}
