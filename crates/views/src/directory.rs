//! Names in Vietnamese order, search without tone marks, identifiers, and who belongs where.

mod kept;

use crate::View;
use ahash::AHashMap;
use domain::{
    BlocId, Date, EmulationYear, Envelope, Event, LocalisedName, Position, StreamId, UnitId, UnitIdentifier,
    bloc::BlocEvent, unit::UnitEvent, year::YearEvent,
};
use icu_collator::{CollatorBorrowed, options::CollatorOptions};
use serde::{Deserialize, Serialize};
use std::{
    collections::{BTreeMap, BTreeSet},
    hash::Hash,
};
use unicode_normalization::UnicodeNormalization;

/// Finds units, blocs and years.
#[derive(Serialize, Deserialize)]
pub struct Directory {
    #[serde(skip, default = "vietnamese")]
    collator: Option<CollatorBorrowed<'static>>,
    units: Shelf<UnitId>,
    blocs: Shelf<BlocId>,
    /// Every unit that holds or held an identifier, first holder first.
    owners: AHashMap<UnitIdentifier, Vec<UnitId>>,
    /// From which day the name counts that each unit is listed by.
    named_from: AHashMap<UnitId, Date>,
    /// The units that are or were placed under or in a unit.
    placed_in: AHashMap<UnitId, BTreeSet<UnitId>>,
    blocs_of: AHashMap<UnitId, BTreeSet<BlocId>>,
    /// The blocs that stand or stood directly within a bloc.
    blocs_in: AHashMap<BlocId, BTreeSet<BlocId>>,
    years_of: BTreeMap<(BlocId, EmulationYear), Position>,
    renamed: Position,
}

/// Things with names, in Vietnamese order.
struct Shelf<K> {
    in_order: BTreeMap<(Box<[u8]>, K), Label>,
    keys: AHashMap<K, Box<[u8]>>,
    /// What things were called before, oldest first: who pages through a list walks through the past.
    earlier: AHashMap<K, Vec<Earlier>>,
    changed: Position,
}

/// By what a thing is found, and since which fact.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Label {
    search: Box<str>,
    since: Position,
}

/// A name that has been replaced: its place in the order, and by what it was found.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Earlier {
    #[serde(with = "serde_bytes")]
    order: Box<[u8]>,
    label: Label,
}

impl<K> Default for Shelf<K> {
    fn default() -> Self {
        Self {
            in_order: BTreeMap::new(),
            keys: AHashMap::new(),
            earlier: AHashMap::new(),
            changed: Position::default(),
        }
    }
}

impl Default for Directory {
    fn default() -> Self {
        Self {
            collator: vietnamese(),
            units: Shelf::default(),
            blocs: Shelf::default(),
            owners: AHashMap::new(),
            named_from: AHashMap::new(),
            placed_in: AHashMap::new(),
            blocs_in: AHashMap::new(),
            blocs_of: AHashMap::new(),
            years_of: BTreeMap::new(),
            renamed: Position::default(),
        }
    }
}

/// The Vietnamese order of CLDR, which is compiled in; without it names would fall back to the order of code points.
fn vietnamese() -> Option<CollatorBorrowed<'static>> {
    let locale = icu_locale::Locale::try_from_str("vi").ok()?;
    CollatorBorrowed::try_new((&locale).into(), CollatorOptions::default()).ok()
}

/// What a name is searched by: lower case, without tone and letter marks, `đ` as `d`, `y` as `i`, so that
/// "thanh hoa" finds both "Thanh Hoá" and "Thanh Hóa".
pub fn search_key(text: &str) -> String {
    let plain = text.nfd().filter(|c| !unicode_normalization::char::is_combining_mark(*c));
    plain
        .flat_map(char::to_lowercase)
        .map(|c| match c {
            'đ' => 'd',
            'y' => 'i',
            other => other,
        })
        .collect()
}

impl<K: Copy + Ord + Hash> Shelf<K> {
    fn name(&mut self, id: K, order: Box<[u8]>, search: String, since: Position) {
        if let Some(before) = self.keys.insert(id, order.clone())
            && let Some(((order, _), label)) = self.in_order.remove_entry(&(before, id))
        {
            self.earlier.entry(id).or_default().push(Earlier { order, label });
        }
        self.in_order.insert((order, id), Label { search: search.into(), since });
        self.changed = since;
    }

    /// What was found by the query when the log held `known` facts, in the order of that moment.
    fn find(&self, query: Option<&str>, known: Position) -> Vec<K> {
        let fits = |label: &Label| query.is_none_or(|query| label.search.contains(query));
        let standing = self.in_order.iter().filter(|(_, label)| label.since < known && fits(label));
        if self.changed < known {
            return standing.map(|((_, id), _)| *id).collect();
        }
        let renamed = self.earlier.iter().filter(|(id, _)| self.is_renamed(**id, known));
        let renamed = renamed.filter_map(|(id, names)| {
            let Earlier { order, label } = names.iter().rev().find(|name| name.label.since < known)?;
            fits(label).then_some((order, *id))
        });
        let mut found: Vec<_> = standing.map(|((order, id), _)| (order, *id)).chain(renamed).collect();
        found.sort_unstable();
        found.into_iter().map(|(_, id)| id).collect()
    }

    /// Whether the present name was given after that moment.
    fn is_renamed(&self, id: K, known: Position) -> bool {
        let order = self.keys.get(&id).cloned().unwrap_or_default();
        self.in_order.get(&(order, id)).is_some_and(|label| label.since >= known)
    }
}

impl Directory {
    /// Units by their names, former ones too, when the log held `known` facts, in Vietnamese order; `query` is a [`search_key`].
    pub fn units(&self, query: Option<&str>, known: Position) -> Vec<UnitId> {
        self.units.find(query, known)
    }

    /// Blocs by their names and aliases when the log held `known` facts, in Vietnamese order; `query` is a
    /// [`search_key`].
    pub fn blocs(&self, query: Option<&str>, known: Position) -> Vec<BlocId> {
        self.blocs.find(query, known)
    }

    /// The units that hold or have held an identifier; who holds it on a day, the units know.
    pub fn owners(&self, identifier: &UnitIdentifier) -> &[UnitId] {
        self.owners.get(identifier).map_or(&[], Vec::as_slice)
    }

    /// The units that are or have been placed directly under or in a unit.
    pub fn placed_in(&self, unit: UnitId) -> impl Iterator<Item = UnitId> {
        self.placed_in.get(&unit).into_iter().flatten().copied()
    }

    /// The blocs that stand or have stood directly within a bloc.
    pub fn blocs_in(&self, bloc: BlocId) -> impl Iterator<Item = BlocId> {
        self.blocs_in.get(&bloc).into_iter().flatten().copied()
    }

    /// The blocs a unit belongs to or has belonged to.
    pub fn blocs_of(&self, unit: UnitId) -> impl Iterator<Item = BlocId> {
        self.blocs_of.get(&unit).into_iter().flatten().copied()
    }

    /// The years of a bloc, in order, each with where it was opened.
    pub fn years_of(&self, bloc: BlocId) -> impl Iterator<Item = (EmulationYear, Position)> {
        let whole = (bloc, EmulationYear::FIRST)..=(bloc, EmulationYear::LAST);
        self.years_of.range(whole).map(|((_, year), position)| (*year, *position))
    }

    /// Where a name last changed or a unit last ended: an answer that shows names and members and was made after this
    /// still shows the right ones.
    pub fn last_renaming(&self) -> Position {
        self.renamed
    }

    /// What a name is sorted by: the Vietnamese order of CLDR.
    pub fn order(&self, name: &str) -> Box<[u8]> {
        let mut key = Vec::new();
        match &self.collator {
            Some(collator) => {
                // Writing into memory cannot fail.
                let _ = collator.write_sort_key_to(name, &mut key);
            }
            None => key.extend_from_slice(name.as_bytes()),
        }
        key.into()
    }

    /// A unit is listed by the name that counts from the latest day, and found by every name it ever had.
    fn name_unit(&mut self, unit: UnitId, name: &LocalisedName, fact: &Envelope) {
        let mut order = self.order(name.vi.as_str());
        let mut search = searched(name);
        if let Some(listed) = self.units.keys.get(&unit).cloned() {
            if self.named_from.get(&unit).is_some_and(|from| fact.effective_on < *from) {
                order = listed.clone();
            }
            let known = self.units.in_order.get(&(listed, unit));
            search = format!("{}\n{search}", known.map_or("", |label| &label.search));
        }
        let from = self.named_from.entry(unit).or_insert(fact.effective_on);
        *from = fact.effective_on.max(*from);
        self.units.name(unit, order, search, fact.position);
        self.renamed = fact.position;
    }

    fn own(&mut self, identifier: &UnitIdentifier, unit: UnitId) {
        let owners = self.owners.entry(identifier.clone()).or_default();
        if !owners.contains(&unit) {
            owners.push(unit);
        }
    }

    fn fold_unit(&mut self, unit: UnitId, event: &UnitEvent, fact: &Envelope) {
        match event {
            UnitEvent::Registered(registered) => {
                self.name_unit(unit, &registered.name, fact);
                registered.identifiers.iter().for_each(|identifier| self.own(identifier, unit));
            }
            UnitEvent::Renamed(renamed) => self.name_unit(unit, &renamed.name, fact),
            UnitEvent::Identified(identified) => self.own(&identified.identifier, unit),
            UnitEvent::Placed(placed) => {
                if let Some(other) = placed.unit {
                    self.placed_in.entry(other).or_default().insert(unit);
                }
            }
            // Who has ended is a member no more.
            UnitEvent::Merged(_) | UnitEvent::Split(_) | UnitEvent::Dissolved(_) => {
                self.renamed = fact.position;
            }
            UnitEvent::IdentifierEnded(_)
            | UnitEvent::TookOver(_)
            | UnitEvent::SplitOff(_)
            | UnitEvent::HeadAppointed(_)
            | UnitEvent::HeadLeft(_) => {}
        }
    }

    fn fold_bloc(&mut self, bloc: BlocId, event: &BlocEvent, at: Position) {
        match event {
            BlocEvent::Established(established) => {
                let order = self.order(established.name.vi.as_str());
                self.blocs.name(bloc, order, searched(&established.name), at);
            }
            BlocEvent::Aliased(aliased) => {
                if let Some(order) = self.blocs.keys.get(&bloc).cloned() {
                    let known = self.blocs.in_order.get(&(order.clone(), bloc));
                    let known = known.map_or("", |label| &label.search);
                    let search = format!("{known}\n{}", searched(&aliased.alias));
                    self.blocs.name(bloc, order, search, at);
                }
            }
            BlocEvent::UnitJoined(joined) => {
                self.blocs_of.entry(joined.unit).or_default().insert(bloc);
            }
            BlocEvent::UnitsMovedIn(moved) => {
                for unit in &moved.units {
                    self.blocs_of.entry(*unit).or_default().insert(bloc);
                }
            }
            BlocEvent::Nested(nested) => {
                if let Some(other) = nested.within {
                    self.blocs_in.entry(other).or_default().insert(bloc);
                }
            }
            BlocEvent::UnitLeft(_)
            | BlocEvent::UnitsMovedOut(_)
            | BlocEvent::Delegated(_)
            | BlocEvent::Described(_)
            | BlocEvent::Dissolved(_) => {}
        }
    }
}

fn searched(name: &LocalisedName) -> String {
    let english = name.en.as_ref().map(|en| search_key(en.as_str()));
    [Some(search_key(name.vi.as_str())), english].into_iter().flatten().collect::<Vec<_>>().join("\n")
}

impl View for Directory {
    fn fold(&mut self, fact: &Envelope) {
        match (&fact.event, fact.stream) {
            (Event::Unit(event), StreamId::Unit(unit)) => self.fold_unit(unit, event, fact),
            (Event::Bloc(event), StreamId::Bloc(bloc)) => self.fold_bloc(bloc, event, fact.position),
            (Event::Year(YearEvent::Opened(opened)), _) => {
                self.years_of.insert((opened.bloc, opened.year), fact.position);
            }
            (
                Event::Unit(_)
                | Event::Bloc(_)
                | Event::Year(_)
                | Event::Grant(_)
                | Event::Log(_)
                | Event::Person(_)
                | Event::Commendation(_),
                _,
            ) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn search_ignores_marks_and_both_placements_of_a_tone() {
        assert_eq!(search_key("Thanh Hoá"), search_key("thanh hóa"));
        assert_eq!(search_key("Đồng Hới"), "dong hoi");
        assert_eq!(search_key("Hội Luật gia tỉnh Quảng Lý"), "hoi luat gia tinh quang li");
    }

    #[test]
    fn a_shelf_is_found_as_it_was() {
        let mut shelf = Shelf::default();
        let mut name =
            |id: u8, name: &str, at| shelf.name(id, name.as_bytes().into(), name.to_owned(), Position(at));
        name(1, "b", 0);
        name(2, "c", 1);
        name(1, "d", 2);
        name(3, "a", 3);
        name(1, "e", 4);
        let found = |query, known| shelf.find(query, Position(known));
        assert_eq!(found(None, 1), [1]);
        assert_eq!(found(None, 2), [1, 2]);
        assert_eq!(found(None, 3), [2, 1]);
        assert_eq!(found(None, 5), [3, 2, 1]);
        assert_eq!((found(Some("b"), 2), found(Some("b"), 3)), (vec![1], vec![]));
        assert_eq!((found(Some("d"), 4), found(Some("d"), 5)), (vec![1], vec![]));
    }

    #[test]
    fn names_sort_as_in_a_vietnamese_dictionary() {
        let directory = Directory::default();
        let mut names = ["Đakrông", "Dân Hóa", "Ái Tử", "A Dơi", "Ba Đồn", "Đông Hà", "Em", "Ở", "O", "Ô"];
        names.sort_by_key(|name| directory.order(name));
        assert_eq!(names, ["A Dơi", "Ái Tử", "Ba Đồn", "Dân Hóa", "Đakrông", "Đông Hà", "Em", "O", "Ô", "Ở"]);
    }
}
