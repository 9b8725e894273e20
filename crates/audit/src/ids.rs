//! Which ids facts have, and what bears them.

use ahash::AHashMap;
use domain::{EventId, StreamId};

/// The stream a fact belongs to, and the name of its type.
pub(crate) type Bearer = (StreamId, &'static str);

/// How many places before the end an id is still put in order: more facts are hardly recorded in one millisecond.
const NEAR: usize = 512;

/// The facts so far by their ids. An id begins with the time, so that nearly every one belongs at the end, or a few places
/// before it among those of the same millisecond: they are kept in order, where a new one is told by the last alone. A table
/// is asked at another place of memory for each fact, which cost a tenth of a verification. An id that belongs further back,
/// as in a log that somebody made up, is kept in one.
#[derive(Default)]
pub(crate) struct Ids {
    ordered: Vec<(EventId, Bearer)>,
    apart: AHashMap<EventId, Bearer>,
}

impl Ids {
    /// What bears an id.
    pub(crate) fn get(&self, id: EventId) -> Option<&Bearer> {
        match self.place(id) {
            Ok(place) => self.ordered.get(place).map(|(_, bearer)| bearer),
            Err(_) => self.apart.get(&id),
        }
    }

    /// Notes what bears an id that nothing has borne so far.
    pub(crate) fn insert(&mut self, id: EventId, bearer: Bearer) {
        match self.place(id) {
            Err(place) if self.ordered.len() - place <= NEAR => self.ordered.insert(place, (id, bearer)),
            Ok(_) | Err(_) => {
                self.apart.insert(id, bearer);
            }
        }
    }

    /// Where an id stands in order, or would.
    fn place(&self, id: EventId) -> Result<usize, usize> {
        match self.ordered.last() {
            Some((last, _)) if id <= *last => self.ordered.binary_search_by_key(&id, |(known, _)| *known),
            Some(_) | None => Err(self.ordered.len()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;
    use uuid::Uuid;

    #[test]
    fn an_id_is_known_wherever_it_belongs() {
        let far = u128::try_from(NEAR).unwrap() * 3;
        // In order, the other way round, and in leaps back and forth.
        let numbers = (far..far * 2).chain((0..far).rev()).chain((0..far).map(|n| far * 2 + n * 7_919 % far));
        let (mut ids, mut expected) = (Ids::default(), BTreeMap::new());
        for (number, name) in numbers.zip(["a.b", "c.d", "e.f"].into_iter().cycle()) {
            let id = EventId(Uuid::from_u128(number));
            assert_eq!(ids.get(id), None);
            ids.insert(id, (StreamId::Log, name));
            expected.insert(id, (StreamId::Log, name));
            assert_eq!(ids.get(id), expected.get(&id));
        }
        assert!(!ids.ordered.is_empty() && !ids.apart.is_empty());
        assert!(expected.iter().all(|(id, bearer)| ids.get(*id) == Some(bearer)));
        assert_eq!(ids.get(EventId(Uuid::from_u128(far * 4))), None);
    }
}
