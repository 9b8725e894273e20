//! Whether a regulation contradicts itself.

/// One contradiction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// JSON pointer to the faulty value within the regulation.
    pub pointer: String,
    /// What is wrong.
    pub kind: FaultKind,
}

/// What can be wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FaultKind {
    /// placeholder
    Empty,
}

impl super::Regulation {
    /// Every contradiction in the regulation.
    pub fn check(&self) -> Vec<Fault> {
        Vec::new()
    }
}
