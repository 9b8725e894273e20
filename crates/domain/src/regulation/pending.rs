//! Signatures that `evaluate` and `rank` fill in.
#![allow(missing_docs, clippy::panic, clippy::unimplemented, clippy::needless_pass_by_value)]
use super::*;
use crate::{Text, UnitId, rejection::ScoreFault};
pub struct Contender {
    pub unit: UnitId,
    pub total: Points,
    pub contents: Points,
    pub bonus: Points,
    pub penalty: Points,
    pub votes: Option<u32>,
}
pub struct Ranked {
    pub unit: UnitId,
    pub rank: u16,
    pub tied: bool,
    pub class: Option<Text<32>>,
}
impl ScoreSheet {
    pub fn evaluate<'a>(&self, _: impl Fn(Scorer) -> Option<sheet::Marks<'a>>) -> Evaluation {
        unimplemented!()
    }
    pub fn accept(&self, _: Scorer, _: &[(CriterionId, Points)]) -> Result<(), Vec<ScoreFault>> {
        unimplemented!()
    }
}
impl Regulation {
    pub fn rank(&self, _: &[Contender]) -> Vec<Ranked> {
        unimplemented!()
    }
}
