//! The views written down in pieces, and taken back from them. What only grows is read slice by slice, as it was with so
//! many facts, so that nobody who writes waits for long; what changes in place is taken in one look.
//!
//! Members have numbers in the place of names here, which are those of this build alone: see [`BUILD`].

use crate::{Book, Books, Commendations, Directory, Grants, Persons, Views, history, requests::PARTS};
use ahash::AHashMap;
use domain::{
    BlocId, CommendationId, EmulationYear, GrantId, PersonId, Position, StreamId, UnitId, bloc::Bloc,
    commendation::Commendation, grant::Grant, log::Log, person::Person, unit::Unit, year::Year,
};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use std::hash::Hash;

/// Names the code that folds: another build may fold the same facts to something else.
pub const BUILD: &str = concat!(env!("CARGO_PKG_VERSION"), "+", env!("THIDUA_FOLDING_CODE"));

/// How many books, or lists of positions, make a piece.
const TOGETHER: usize = 256;

/// How many facts make a piece of the columns.
const ROWS: usize = 1 << 17;

const NUMBERS: serde_brief::Config =
    serde_brief::Config { use_indices: true, error_on_excess_data: true, max_size: None };

/// These bytes are no snapshot, or not of this build.
#[derive(Debug, thiserror::Error)]
pub enum Unreadable {
    /// A piece cannot be read or written.
    #[error("a piece of it cannot be read: {0}")]
    Piece(#[from] serde_brief::Error),
    /// Pieces read and do not fit one another.
    #[error("its {0} do not fit the rest")]
    Misfit(&'static str),
}

/// A part of the views, small enough to be held beside them.
pub struct Piece(Content);

#[derive(Serialize, Deserialize)]
enum Content {
    /// Comes first: everything that is small.
    Small(Box<Small>),
    Units(Shelf<UnitId, Unit>),
    Blocs(Shelf<BlocId, Bloc>),
    Years(Shelf<(BlocId, EmulationYear), Year>),
    Grants(Shelf<GrantId, Grant>),
    Commendations(Shelf<CommendationId, Commendation>),
    Persons(Shelf<PersonId, Person>),
    Columns {
        from: usize,
        columns: history::Columns,
    },
    OfStreams(Lists<StreamId>),
    OfUnits(Lists<UnitId>),
    OfBlocs(Lists<BlocId>),
    Requests {
        part: usize,
        #[serde(with = "serde_bytes")]
        entries: Vec<u8>,
    },
}

type Shelf<K, A> = Vec<(K, Book<A>)>;

/// Positions by what they are about, each list as bytes.
type Lists<K> = Vec<(K, serde_bytes::ByteBuf)>;

#[derive(Serialize, Deserialize)]
struct Small {
    head: Position,
    history: history::Small,
    /// Each a piece in itself, for it is written while the views are looked at.
    #[serde(with = "serde_bytes")]
    commendations: Vec<u8>,
    #[serde(with = "serde_bytes")]
    directory: Vec<u8>,
    #[serde(with = "serde_bytes")]
    grants: Vec<u8>,
    #[serde(with = "serde_bytes")]
    persons: Vec<u8>,
    log: Option<Book<Log>>,
}

/// What one look at the views takes.
struct Look {
    small: Small,
    books: Books,
    streams: Vec<StreamId>,
    units: Vec<UnitId>,
    blocs: Vec<BlocId>,
}

impl Look {
    fn at(views: &Views) -> Result<Self, serde_brief::Error> {
        // Every view is named, so that a new one is not forgotten here.
        let Views { books, commendations, directory, history, grants, persons, requests: _ } = views;
        let small = Small {
            head: views.head(),
            history: history.small(),
            commendations: written(commendations)?,
            directory: written(directory)?,
            grants: written(grants)?,
            persons: written(persons)?,
            log: books.log().cloned(),
        };
        let (streams, units, blocs) = history.lists();
        Ok(Self {
            small,
            books: books.clone(),
            streams: streams.keys().copied().collect(),
            units: units.keys().copied().collect(),
            blocs: blocs.keys().copied().collect(),
        })
    }
}

fn written<T: Serialize>(value: &T) -> Result<Vec<u8>, serde_brief::Error> {
    serde_brief::to_vec_with_config(value, NUMBERS)
}

fn read<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, serde_brief::Error> {
    serde_brief::from_slice_with_config(bytes, NUMBERS)
}

/// Writes the views down: gives each piece to `keep`, and says how many facts they held. `look` shows the views as they
/// are; it is called for a moment at a time, and they may grow in between.
///
/// # Errors
/// Those of `keep`, and a state that cannot be written down.
pub fn write<E: From<Unreadable>>(
    look: impl Fn(&mut dyn FnMut(&Views)),
    mut keep: impl FnMut(&[u8]) -> Result<(), E>,
) -> Result<Position, E> {
    let mut first = None;
    look(&mut |views| first = Some(Look::at(views)));
    let Some(Look { small, books, streams, units, blocs }) = first.transpose().map_err(Unreadable::from)?
    else {
        return Ok(Position::default());
    };
    let head = small.head;
    let mut keep = |content: &Content| keep(&written(content).map_err(Unreadable::from)?);
    keep(&Content::Small(Box::new(small)))?;
    shelves(books.units, Content::Units, &mut keep)?;
    shelves(books.blocs, Content::Blocs, &mut keep)?;
    shelves(books.years, Content::Years, &mut keep)?;
    shelves(books.grants, Content::Grants, &mut keep)?;
    shelves(books.commendations, Content::Commendations, &mut keep)?;
    shelves(books.persons, Content::Persons, &mut keep)?;
    let mut slice = |take: &mut dyn FnMut(&Views) -> Content| {
        let mut content = None;
        look(&mut |views| content = Some(take(views)));
        content.map_or(Ok(()), |content| keep(&content))
    };
    let rows = usize::try_from(head.0).unwrap_or(usize::MAX);
    for from in (0..rows).step_by(ROWS) {
        slice(&mut |views| Content::Columns {
            from,
            columns: views.history.columns(from, rows.min(from + ROWS)),
        })?;
    }
    for ids in streams.chunks(TOGETHER) {
        slice(&mut |views| Content::OfStreams(lists(views.history.lists().0, ids, head)))?;
    }
    for ids in units.chunks(TOGETHER) {
        slice(&mut |views| Content::OfUnits(lists(views.history.lists().1, ids, head)))?;
    }
    for ids in blocs.chunks(TOGETHER) {
        slice(&mut |views| Content::OfBlocs(lists(views.history.lists().2, ids, head)))?;
    }
    for part in 0..PARTS {
        slice(&mut |views| Content::Requests { part, entries: views.requests.part(part, head) })?;
    }
    Ok(head)
}

fn shelves<K: Eq + Hash, A, E>(
    books: AHashMap<K, Book<A>>,
    content: impl Fn(Shelf<K, A>) -> Content,
    keep: &mut impl FnMut(&Content) -> Result<(), E>,
) -> Result<(), E> {
    let mut books = books.into_iter();
    loop {
        let shelf: Vec<_> = books.by_ref().take(TOGETHER).collect();
        if shelf.is_empty() {
            return Ok(());
        }
        keep(&content(shelf))?;
    }
}

fn lists<K: Copy + Eq + Hash>(all: &AHashMap<K, Vec<u32>>, ids: &[K], head: Position) -> Lists<K> {
    let below = |list: &Vec<u32>| {
        let end = list.partition_point(|at| u64::from(*at) < head.0);
        list[..end].iter().flat_map(|at| at.to_le_bytes()).collect::<Vec<_>>()
    };
    ids.iter().filter_map(|id| Some((*id, below(all.get(id)?).into()))).collect()
}

impl Piece {
    /// Reads a piece. Pieces can be read on several threads and put together in their order.
    ///
    /// # Errors
    /// When the bytes are no piece, or one of another build.
    pub fn read(bytes: &[u8]) -> Result<Self, Unreadable> {
        Ok(Self(read(bytes)?))
    }
}

/// Views that are being put together from the pieces of a snapshot.
#[derive(Default)]
pub struct Restored {
    views: Views,
    head: Option<Position>,
    /// Waiting to be put behind one another: where each begins, and what it holds.
    columns: Vec<(usize, history::Columns)>,
}

impl Restored {
    /// Puts a piece in its place: the first one first, the others in any order.
    ///
    /// # Errors
    /// When it does not fit those before it.
    pub fn put(&mut self, Piece(piece): Piece) -> Result<(), Unreadable> {
        let Views { books, history, requests, .. } = &mut self.views;
        let mut fits = Some(());
        match piece {
            Content::Small(small) => return self.put_small(*small),
            Content::Units(shelf) => books.units.extend(shelf),
            Content::Blocs(shelf) => books.blocs.extend(shelf),
            Content::Years(shelf) => books.take_years(shelf),
            Content::Grants(shelf) => books.grants.extend(shelf),
            Content::Commendations(shelf) => books.commendations.extend(shelf),
            Content::Persons(shelf) => books.persons.extend(shelf),
            Content::Columns { from, columns } => self.columns.push((from, columns)),
            Content::OfStreams(lists) => fits = take_lists(history.lists_mut().0, lists),
            Content::OfUnits(lists) => fits = take_lists(history.lists_mut().1, lists),
            Content::OfBlocs(lists) => fits = take_lists(history.lists_mut().2, lists),
            Content::Requests { part, entries } => fits = requests.take(part, &entries),
        }
        fits.ok_or(Unreadable::Misfit("positions"))
    }

    fn put_small(&mut self, small: Small) -> Result<(), Unreadable> {
        self.head = Some(small.head);
        // And a little of what will follow.
        self.views.reserve(usize::try_from(small.head.0).unwrap_or_default() / 16 * 17);
        self.views.commendations = read::<Commendations>(&small.commendations)?;
        self.views.directory = read::<Directory>(&small.directory)?;
        self.views.grants = read::<Grants>(&small.grants)?;
        self.views.persons = read::<Persons>(&small.persons)?;
        self.views.books.log = small.log;
        self.views.history.take_small(small.history).ok_or(Unreadable::Misfit("names of types"))
    }

    /// The views, when every piece has been put in its place.
    ///
    /// # Errors
    /// When something is missing.
    pub fn finish(mut self) -> Result<Views, Unreadable> {
        self.columns.sort_unstable_by_key(|(from, ..)| *from);
        for (_, columns) in self.columns.drain(..) {
            self.views.history.take_columns(&columns).ok_or(Unreadable::Misfit("columns"))?;
        }
        if self.head == Some(self.views.head()) { Ok(self.views) } else { Err(Unreadable::Misfit("facts")) }
    }
}

fn take_lists<K: Eq + Hash>(all: &mut AHashMap<K, Vec<u32>>, lists: Lists<K>) -> Option<()> {
    for (id, bytes) in lists {
        let (positions, rest) = bytes.as_chunks();
        all.insert(id, positions.iter().map(|at| u32::from_le_bytes(*at)).collect());
        if !rest.is_empty() {
            return None;
        }
    }
    Some(())
}
