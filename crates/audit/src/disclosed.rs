//! Personal data that was disclosed to the auditor, held against what the log committed to. What is shown must be what was
//! recorded, and what is not shown must have been erased by a fact of the log: neither can be substituted or go missing
//! silently.

use crate::{
    facts::Facts,
    failure::{Failure, Finding, FindingKind},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use domain::{
    Commitment, EventId, PersonId,
    person::{Known, Person, PersonField, Private},
};
use serde::{Deserialize, Serialize};

const FORMAT: &str = "thidua-disclosure/1";

/// A file of disclosed data, as `GET /v1/persons/{person}/disclosure` answers.
#[derive(Deserialize)]
pub struct Disclosure {
    format: String,
    person: PersonId,
    items: Vec<Item>,
}

#[derive(Deserialize)]
struct Item {
    position: u64,
    event: EventId,
    field: PersonField,
    salt: String,
    #[serde(deserialize_with = "private")]
    text: Private,
}

/// What became of one piece of data. What it says is not repeated.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Checked {
    /// The person.
    pub person: PersonId,
    /// Where the fact stands that committed to it.
    pub position: u64,
    /// What it is.
    pub field: PersonField,
    /// Whether it was shown.
    pub present: bool,
    /// Where the fact stands that the key was destroyed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub redacted_by: Option<u64>,
}

fn private<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Private, D::Error> {
    String::deserialize(deserializer).map(Private::new)
}

impl Disclosure {
    /// Reads files of disclosed data, one after another in one text.
    ///
    /// # Errors
    /// When the text is not of this form.
    pub fn read_all(text: &[u8]) -> Result<Vec<Self>, Failure> {
        let files = serde_json::Deserializer::from_slice(text).into_iter();
        let files: Result<Vec<Self>, _> = files.collect();
        let files = files.map_err(|error| Failure::Usage(format!("no disclosed data: {error}")))?;
        match files.iter().find(|file| file.format != FORMAT) {
            Some(file) => Err(Failure::UnknownVersion(file.format.clone())),
            None => Ok(files),
        }
    }

    /// Holds the data against a log that was verified.
    ///
    /// # Errors
    /// With the first piece that is another one than was recorded, or is missing without having been erased.
    pub fn check(&self, facts: &Facts) -> Result<Vec<Checked>, Failure> {
        let Some(book) = facts.books().person(self.person) else {
            let what = format!("the log knows no person {}", self.person);
            return Err(Finding::new(FindingKind::Commitment, what).into());
        };
        let person = &book.state;
        for item in &self.items {
            item.expect_known(person)?;
        }
        person.known.iter().map(|known| self.checked(person, known)).collect()
    }

    /// A piece that the log committed to is there, or was erased.
    fn checked(&self, person: &Person, known: &Known) -> Result<Checked, Failure> {
        let present = self.items.iter().any(|item| item.is_about(known));
        let redacted_by = person.destroyed().map(|destroyed| destroyed.position.0);
        if !present && redacted_by.is_none() {
            let what =
                format!("{} is missing, and no fact says that it was erased", known.committed.field.name());
            return Err(Finding::new(FindingKind::PersonalData, what).at(known.position.0).into());
        }
        let (person, position, field) = (self.person, known.position.0, known.committed.field);
        Ok(Checked { person, position, field, present, redacted_by })
    }
}

impl Item {
    fn is_about(&self, known: &Known) -> bool {
        let known = (known.position.0, known.event, known.committed.field);
        (self.position, self.event, self.field) == known
    }

    /// The log committed to exactly this.
    fn expect_known(&self, person: &Person) -> Result<(), Failure> {
        let found = |what: String| Finding::new(FindingKind::Commitment, what).at(self.position);
        let name = self.field.name();
        let Some(known) = person.known.iter().find(|known| self.is_about(known)) else {
            return Err(found(format!("nothing was recorded there as {name}")).into());
        };
        let salt: Option<[u8; 32]> =
            URL_SAFE_NO_PAD.decode(&self.salt).ok().and_then(|salt| salt.try_into().ok());
        let commitment = salt.map(|salt| Commitment::to_private(&salt, self.text.reveal()));
        if commitment == Some(known.committed.commitment) {
            return Ok(());
        }
        Err(found(format!("the {name} that is shown is not the one that was recorded")).into())
    }
}
