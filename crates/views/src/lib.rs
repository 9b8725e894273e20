//! What readers see, folded from the facts of the log.
//!
//! # Layout
//! - [`books`]: the state of every aggregate, with its version; decisions read it too
//! - [`commendations`]: which dossiers there are of a year, and of an achievement
//! - [`mod@diff`]: what changed in a standing between two sizes of the log
//! - [`directory`]: names in Vietnamese order, search, identifiers, who belongs where
//! - [`history`]: where the facts of a stream, a unit, a bloc or a type stand
//! - [`grants`]: which grants a client holds
//! - [`persons`]: which persons a unit keeps data of, and whose erasure was asked for
//! - [`peer_matrix`]: how the units of a bloc scored one another
//! - [`requests`]: which idempotency keys are spent, and where
//! - [`rotation`]: whether those who win take turns
//! - [`mod@score_changes`]: every change of a score, criterion by criterion
//! - [`snapshot`]: the views written down, to begin with the next time
//! - [`standing`]: a standing as of two times, with the facts it came from
//!
//! # What it refuses to know
//! No clock, no input or output, no HTTP, no storage. A view is rebuilt from the log whenever it is missing.

pub mod books;
pub mod commendations;
pub mod diff;
pub mod directory;
pub mod grants;
pub mod history;
pub mod peer_matrix;
pub mod persons;
pub mod requests;
pub mod rotation;
pub mod score_changes;
pub mod snapshot;
pub mod standing;

pub use books::{Book, Books};
pub use commendations::Commendations;
pub use directory::Directory;
pub use grants::Grants;
pub use history::History;
pub use peer_matrix::PeerMatrix;
pub use persons::Persons;
pub use requests::Requests;
pub use rotation::Rotation;
pub use score_changes::{Paper, ScoreChange, papers, score_changes};

use domain::{Envelope, LeafHash, Position};

/// Something folded from facts, in their order, each exactly once.
pub trait View {
    /// Takes in the next fact. Total: what is recorded has happened.
    fn fold(&mut self, fact: &Envelope);
}

/// Every view, all at the same position.
#[derive(Default, PartialEq)]
pub struct Views {
    /// The state of every aggregate.
    pub books: Books,
    /// Dossiers by year and achievement.
    pub commendations: Commendations,
    /// Names, search, identifiers, memberships.
    pub directory: Directory,
    /// Where facts stand.
    pub history: History,
    /// Which grants a client holds.
    pub grants: Grants,
    /// Which persons a unit keeps data of.
    pub persons: Persons,
    /// Which idempotency keys are spent.
    pub requests: Requests,
}

impl Views {
    /// Nothing yet, with room for so many facts. Growing on the way would copy every index again and again.
    pub fn with_room(facts: usize) -> Self {
        let mut views = Self::default();
        views.reserve(facts);
        views
    }

    fn reserve(&mut self, facts: usize) {
        self.history.reserve(facts);
        self.requests.reserve(facts);
    }

    /// How many facts have been folded: the position the next one will take.
    pub fn head(&self) -> Position {
        self.history.head()
    }

    /// Whether the last fact commits to what every stream held before it, or there is none.
    pub fn has_committed(&self) -> bool {
        let log = self.books.log();
        let last = log.and_then(|book| book.state.commitments.last()).map(|last| last.next());
        last.unwrap_or_default() == self.head()
    }

    /// Takes in the next fact, whose stored bytes hash to `leaf`.
    pub fn fold(&mut self, fact: &Envelope, leaf: LeafHash) {
        self.books.fold(fact, leaf);
        self.fold_all_but_books(fact);
    }

    /// Takes in facts whose books were already written while they were decided.
    pub fn settle(&mut self, changed: Books, facts: &[Envelope]) {
        self.books.take_over(changed);
        for fact in facts {
            self.fold_all_but_books(fact);
        }
    }

    fn fold_all_but_books(&mut self, fact: &Envelope) {
        self.commendations.fold(fact);
        self.directory.fold(fact);
        self.history.fold(fact);
        self.grants.fold(fact);
        self.persons.fold(fact);
        self.requests.fold(fact);
    }
}
