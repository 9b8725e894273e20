//! Where dossiers are found: by the year they are for, and by the achievement they reward.

use crate::View;
use ahash::AHashMap;
use domain::{
    AchievementId, CommendationId, EmulationYear, Envelope, Event, Position, StreamId,
    commendation::CommendationEvent,
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// An index over dossiers, in the order they were proposed. What they hold is in the books.
#[derive(Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Commendations {
    all: Vec<Entry>,
    years: BTreeMap<EmulationYear, Vec<Entry>>,
    achievements: AHashMap<AchievementId, Vec<Entry>>,
}

/// A dossier, and where the fact stands that proposed it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Entry {
    since: Position,
    id: CommendationId,
}

impl Commendations {
    /// Every dossier there was when the log held `known` facts.
    pub fn all(&self, known: Position) -> impl Iterator<Item = CommendationId> {
        before(&self.all, known)
    }

    /// The dossiers of a year, in all blocs.
    pub fn of_year(&self, year: EmulationYear, known: Position) -> impl Iterator<Item = CommendationId> {
        before(self.years.get(&year).map_or(&[], Vec::as_slice), known)
    }

    /// The dossiers that name an achievement.
    pub fn of_achievement(
        &self,
        achievement: AchievementId,
        known: Position,
    ) -> impl Iterator<Item = CommendationId> {
        before(self.achievements.get(&achievement).map_or(&[], Vec::as_slice), known)
    }
}

fn before(list: &[Entry], known: Position) -> impl Iterator<Item = CommendationId> {
    list.iter().take_while(move |entry| entry.since < known).map(|entry| entry.id)
}

impl View for Commendations {
    fn fold(&mut self, fact: &Envelope) {
        let (Event::Commendation(CommendationEvent::Proposed(proposed)), StreamId::Commendation(id)) =
            (&fact.event, fact.stream)
        else {
            return;
        };
        let entry = Entry { since: fact.position, id };
        self.all.push(entry);
        self.years.entry(proposed.year).or_default().push(entry);
        if let Some(achievement) = proposed.achievement {
            self.achievements.entry(achievement).or_default().push(entry);
        }
    }
}
