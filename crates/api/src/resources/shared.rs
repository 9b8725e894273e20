//! What several resources have in common: moments, pages, names beside ids.

use crate::{
    answer_body,
    body::parameters::Limit,
    parameters,
    problem::{Code, Problem},
    routes::{Call, read::as_of},
};
use app::{AsOf, Moment};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use domain::{
    BlocId, Date, DocumentNumber, LocalisedName, Position, Text, Timestamp, UnitId, bloc::Bloc, year::Year,
};
use std::fmt::Debug;
use views::Book;

parameters! {
    /// When to read.
    pub struct AsOfQuery {
        /// Như đã biết tại thời điểm này (giờ máy chủ ghi nhận). As known at a recorded time.
        as_of: Option<Timestamp> = "2026-10-20T00:00:00Z",
        /// Như đã biết sau chừng ấy sự kiện. As known after so many facts.
        as_of_position: Option<Position>,
    }
}

impl AsOfQuery {
    /// The moment asked for.
    pub fn moment(&self, call: &Call<'_>) -> Result<Moment, Problem> {
        Ok(call.service.app().moment(as_of(self.as_of, self.as_of_position)?)?)
    }
}

/// The entity tag of an answer about the year of a bloc: the version, for `If-Match`, and what else the answer shows
/// that may change without it: members, names, and which day it is.
pub fn year_tag(call: &Call<'_>, moment: &Moment, bloc: BlocId, year: &Book<Year>) -> String {
    if !moment.is_now() {
        return format!("{}-p{}", year.version, moment.position());
    }
    let app = call.service.app();
    let views = app.views();
    let members = views.books.bloc(bloc).map(|book| book.last).unwrap_or_default();
    let changed = year.last.max(members).max(views.directory.last_renaming());
    format!("{}-{changed}-{}", year.version, app.now().day())
}

/// The name of a unit on the day of a moment; nothing where the register does not know it yet.
pub fn unit_name(moment: &Moment, id: UnitId) -> Result<Option<LocalisedName>, Problem> {
    Ok(moment.unit(id)?.map(|book| book.state.name_on(moment.day()).clone()))
}

/// A moment to read at.
pub fn as_of_moment(
    call: &Call<'_>,
    time: Option<Timestamp>,
    position: Option<Position>,
) -> Result<Moment, Problem> {
    Ok(call.service.app().moment(as_of(time, position)?)?)
}

/// The members of a bloc on a day, in the order they joined. What has ended is a member no more.
pub fn active_members(moment: &Moment, bloc: &Bloc, day: Date) -> Result<Vec<UnitId>, Problem> {
    let mut members = Vec::new();
    for unit in bloc.members_on(day) {
        let ended = moment.unit(unit)?.is_some_and(|book| book.state.ended_by(day).is_some());
        members.extend((!ended).then_some(unit));
    }
    Ok(members)
}

answer_body! {
    /// Một đơn vị được nhắc đến. A unit that is spoken of.
    pub struct UnitRef {
        /// Mã. Its id.
        unit: UnitId,
        /// Tên. Its name.
        name: Option<LocalisedName>,
    }
}

/// A unit with its name on a day.
pub fn unit_ref(moment: &Moment, unit: UnitId, day: Date) -> Result<UnitRef, Problem> {
    let name = moment.unit(unit)?.map(|book| book.state.name_on(day).clone());
    Ok(UnitRef { unit, name })
}

answer_body! {
    /// Sự kiện và văn bản làm căn cứ. The fact that says so, and what it rests on.
    pub struct FactSource {
        /// Vị trí của sự kiện trong sổ. Where the fact stands in the log.
        event: u64,
        /// Các văn bản viện dẫn. The papers it cites.
        documents: Vec<DocumentNumber>,
        /// Ví dụ minh họa, không có văn bản nào nêu. An example that no document states.
        illustrative: bool,
    }
}

impl FactSource {
    /// What the fact at a position rests on, read from the log.
    pub fn of(moment: &Moment, position: Position) -> Result<Self, Problem> {
        let basis = moment.facts(&[position])?.pop().map(|fact| fact.basis).unwrap_or_default();
        Ok(Self { event: position.0, documents: basis.documents, illustrative: basis.illustrative })
    }
}

/// What a list was asked with.
pub struct PageQuery {
    /// Where to begin, as the page before said.
    pub cursor: Option<Text<200>>,
    /// How many items.
    pub limit: Limit,
    /// As known at a time.
    pub as_of: Option<Timestamp>,
    /// As known after so many facts.
    pub as_of_position: Option<Position>,
}

/// One page of a list. A walk over all pages is a stable snapshot: the cursor remembers the moment of the first page
/// and what was asked for.
pub struct Page {
    /// The moment of the whole walk.
    pub moment: Moment,
    begin: usize,
    limit: usize,
    asked: u64,
}

/// A page, filled.
pub struct Found<T> {
    /// Its items.
    pub items: Vec<T>,
    /// Where the next page begins.
    pub next_cursor: Option<String>,
}

impl Page {
    /// Reads the cursor, or begins a walk. `filter` is whatever else was asked for.
    ///
    /// # Errors
    /// When the cursor is not one of ours, or comes from a walk that asked for something else.
    pub fn open(call: &Call<'_>, query: PageQuery, filter: &impl Debug) -> Result<Self, Problem> {
        let asked = fingerprint(&(filter, query.as_of, query.as_of_position));
        let limit = usize::from(query.limit.0);
        let app = call.service.app();
        match query.cursor {
            None => {
                let moment = app.moment(as_of(query.as_of, query.as_of_position)?)?;
                Ok(Self { moment, begin: 0, limit, asked })
            }
            Some(cursor) => {
                let [position, begin, of] =
                    read_cursor(cursor.as_str()).ok_or_else(|| Problem::new(Code::CursorInvalid))?;
                if of != asked {
                    return Err(Problem::new(Code::CursorFilterMismatch));
                }
                let moment = app
                    .moment(AsOf::Position(Position(position)))
                    .map_err(|_| Problem::new(Code::CursorInvalid))?;
                let begin = usize::try_from(begin).map_err(|_| Problem::new(Code::CursorInvalid))?;
                Ok(Self { moment, begin, limit, asked })
            }
        }
    }

    /// Fills the page from the candidates of the whole list; those that `show` leaves out do not count.
    ///
    /// # Errors
    /// Those of `show`.
    pub fn fill<C, T>(
        &self,
        candidates: impl Iterator<Item = C>,
        show: impl FnMut(C) -> Result<Option<T>, Problem>,
    ) -> Result<Found<T>, Problem> {
        self.fill_by_place(candidates.enumerate().skip(self.begin), show)
    }

    /// As [`Page::fill`], where each candidate comes with its place, by which the next page begins. They come in the order
    /// of their places, from [`Page::begin`] on.
    ///
    /// # Errors
    /// Those of `show`.
    pub fn fill_by_place<C, T>(
        &self,
        candidates: impl Iterator<Item = (usize, C)>,
        mut show: impl FnMut(C) -> Result<Option<T>, Problem>,
    ) -> Result<Found<T>, Problem> {
        let mut items = Vec::with_capacity(self.limit);
        for (place, candidate) in candidates {
            if items.len() == self.limit {
                return Ok(Found { items, next_cursor: Some(self.cursor(place)) });
            }
            items.extend(show(candidate)?);
        }
        Ok(Found { items, next_cursor: None })
    }

    /// The place of the first candidate of this page.
    pub const fn begin(&self) -> usize {
        self.begin
    }

    /// Lets the page end earlier than asked, where what it holds grows large.
    pub fn hold_at_most(&mut self, items: usize) {
        self.limit = self.limit.min(items);
    }

    fn cursor(&self, next: usize) -> String {
        let parts = [self.moment.position().0, next as u64, self.asked];
        URL_SAFE_NO_PAD.encode(parts.map(u64::to_be_bytes).concat())
    }
}

fn read_cursor(text: &str) -> Option<[u64; 3]> {
    let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
    let (parts, rest) = bytes.as_chunks::<8>();
    let parts: Vec<u64> = parts.iter().map(|part| u64::from_be_bytes(*part)).collect();
    if rest.is_empty() { parts.try_into().ok() } else { None }
}

/// The same for the same question, in this process and the next.
fn fingerprint(asked: &impl Debug) -> u64 {
    ahash::RandomState::with_seeds(1, 2, 3, 4).hash_one(format!("{asked:?}"))
}
