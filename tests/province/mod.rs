//! A province of made-up years, the same for the same seed: units, blocs and every step of every year, as lines that
//! `thidua import` takes. A library for a test and a benchmark; it holds one line at a time.
//!
//! The units have names from the public lists in this repository. What they do here is invented, and every line says so
//! (`"illustrative": true`).

mod names;
mod papers;
mod random;
mod regulation;
mod scores;
mod year;

pub use random::Random;
use serde_json::{Value, json};
use std::{
    fmt,
    io::{self, Write},
    ops::Range,
};

/// How large the province is.
#[derive(Clone, Copy, Debug)]
pub struct Size {
    /// How many units; at least 20, so that a small bloc finds its members and the units beside them that score it.
    pub units: usize,
    /// How many blocs.
    pub blocs: usize,
    /// How many years, from [`FIRST_YEAR`] on.
    pub years: u16,
}

/// The first year that is told.
pub const FIRST_YEAR: u16 = 2016;

/// A request as a line of an import.
#[derive(Clone, Debug)]
pub struct Line {
    /// The path it is posted to.
    pub post: String,
    /// Its idempotency key.
    pub key: String,
    /// Its body.
    pub body: Value,
}

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { post, key, body } = self;
        write!(f, r#"{{"post":"{post}","key":"{key}","body":{body}}}"#)
    }
}

/// An organisation.
#[derive(Clone, Debug)]
pub struct Unit {
    /// Its id.
    pub id: String,
    /// Its name, from the public lists.
    pub name: String,
    kind: &'static str,
}

/// A bloc.
#[derive(Clone, Debug)]
pub struct Bloc {
    /// Its id.
    pub id: String,
    /// Its members, as places in the list of units. Each unit is in two blocs or so: that of the province and that of its
    /// sector.
    pub members: Vec<usize>,
    /// The units outside it that score criteria of their field.
    pub panels: Vec<usize>,
}

/// The province.
#[derive(Clone, Debug)]
pub struct Province {
    seed: u64,
    /// Its units.
    pub units: Vec<Unit>,
    /// Its blocs.
    pub blocs: Vec<Bloc>,
    /// Its years.
    pub years: Range<u16>,
}

/// How many members the blocs have, one after the other: four to fifteen.
const MEMBERS: [usize; 12] = [6, 5, 7, 4, 15, 9, 12, 14, 11, 13, 8, 10];

impl Province {
    /// A province of this size.
    pub fn new(seed: u64, size: Size) -> Self {
        let names = names::units();
        let units = (0..size.units).map(|number| {
            let (name, kind) = names[number % names.len()].clone();
            Unit { id: id(Thing::Unit, number), name, kind }
        });
        let mut next = 0;
        let blocs = (0..size.blocs).map(|number| {
            let wanted = MEMBERS[number % MEMBERS.len()].min(size.units - 1);
            let members: Vec<usize> = (next..next + wanted).map(|place| place % size.units).collect();
            next += wanted;
            let beside = (next..next + size.units - wanted).map(|place| place % size.units);
            Bloc { id: id(Thing::Bloc, number), members, panels: beside.take(regulation::FIELDS.len()).collect() }
        });
        let (units, blocs) = (units.collect(), blocs.collect());
        Self { seed, units, blocs, years: FIRST_YEAR..FIRST_YEAR + size.years }
    }

    /// Everything, in order; how many lines it was.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn write(&self, client: &str, out: &mut impl Write) -> io::Result<u64> {
        let (mut count, mut failure) = (0, None);
        let mut keep = |line: Line| {
            if failure.is_none() {
                failure = writeln!(out, "{line}").err();
                count += 1;
            }
        };
        self.register(client, &mut keep);
        for year in self.years.clone() {
            for bloc in 0..self.blocs.len() {
                self.year(bloc, year, &mut keep);
            }
        }
        failure.map_or(Ok(count), Err)
    }

    /// The units, the blocs with their members, and what `client` may do: it imports in the name of all.
    pub fn register(&self, client: &str, out: &mut dyn FnMut(Line)) {
        let mut grant = 0;
        let mut given = |role: &Value, out: &mut dyn FnMut(Line)| {
            let body = json!({"id": id(Thing::Grant, grant), "client": client, "role": role});
            out(line("/v1/grants".to_owned(), format!("vi-du-tinh-quyen-{grant:04}"), "2015-12-01", body));
            grant += 1;
        };
        given(&json!({"official": {}}), out);
        for (number, unit) in self.units.iter().enumerate() {
            let body = json!({"id": unit.id, "name": {"vi": unit.name}, "kind": unit.kind});
            out(line("/v1/units".to_owned(), format!("vi-du-tinh-don-vi-{number:04}"), "2015-12-01", body));
            given(&json!({"unit_officer": {"unit": unit.id}}), out);
        }
        for (number, bloc) in self.blocs.iter().enumerate() {
            let name = format!("Khối thi đua số {} (ví dụ)", number + 1);
            let note = "Ví dụ minh họa: tên đơn vị lấy từ danh sách công khai, khối và mọi việc trong khối là giả định.";
            let body = json!({"id": bloc.id, "name": {"vi": name}, "kind": "khoi", "level": "province", "note": note});
            out(line("/v1/blocs".to_owned(), format!("vi-du-tinh-khoi-{number:04}"), "2015-12-01", body));
            for member in &bloc.members {
                let key = format!("vi-du-tinh-khoi-{number:04}-{member:04}");
                let body = json!({"unit": self.units[*member].id});
                out(line(format!("/v1/blocs/{}/memberships", bloc.id), key, "2015-12-01", body));
            }
        }
    }

    /// One year of one bloc, from its opening to the election. It needs the register and the years of this bloc before.
    pub fn year(&self, bloc: usize, year: u16, out: &mut dyn FnMut(Line)) {
        let random = Random::new(self.seed ^ (bloc as u64 + 1) << 20 ^ u64::from(year) << 40);
        year::tell(self, bloc, year, random, out);
    }

    /// Where the year of a bloc is.
    pub fn path(&self, bloc: usize, year: u16) -> String {
        format!("/v1/blocs/{}/years/{year}", self.blocs[bloc].id)
    }
}

/// A line that counts from a day and says that it is an example.
fn line(post: String, key: String, day: &str, mut body: Value) -> Line {
    body["effective_on"] = day.into();
    body["basis"] = json!({"illustrative": true});
    Line { post, key, body }
}

/// What an id is for.
#[derive(Clone, Copy)]
enum Thing {
    Unit = 1,
    Bloc = 2,
    Grant = 3,
    Ballot = 4,
}

/// An id (of UUID version 7, as a client may choose it) that says what it is for.
fn id(thing: Thing, number: usize) -> String {
    format!("01910000-0000-7000-80{:02}-{number:012}", thing as u8)
}
