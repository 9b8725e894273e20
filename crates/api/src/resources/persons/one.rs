//! What is known of a person, and what an auditor is shown of it.

use super::{
    PersonPath,
    erasures::{ErasureAnswer, erasure_of},
    may_read,
};
use crate::{
    answer::Answer,
    answer_body,
    body::{Schemas, parameters::NoParameters},
    parameters,
    problem::{Code, Problem},
    routes::{Call, Read},
    shown::Shown,
};
use app::{AsOf, Moment, vault::Payload};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use domain::{
    EventId, PersonId, UnitId,
    person::{Known, Person, PersonField, PersonStanding},
};
use utoipa::openapi::{RefOr, Schema};
use views::Book;

answer_body! {
    /// Một người. A person, as far as its data is kept.
    pub struct PersonAnswer {
        /// Mã. Its id.
        id: PersonId,
        /// Đơn vị lưu giữ dữ liệu. The unit that keeps its data.
        unit: UnitId,
        /// `kept`, `erasing` (đã duyệt xóa, approved) hoặc `erased` (đã xóa, the key is destroyed).
        status: &'static str,
        /// Họ và tên. The full name.
        full_name: Option<String>,
        /// Ngày sinh. The date of birth.
        date_of_birth: Option<String>,
        /// Chức vụ. The office it holds.
        office: Option<String>,
        /// Số giấy tờ định danh. The number of an identity paper.
        identity_number: Option<String>,
        /// Việc xóa, nếu đã có yêu cầu. Its erasure, once one is asked for.
        erasure: Option<ErasureAnswer>,
        /// Số sự kiện: thẻ ETag. How many facts it has: its entity tag.
        version: u32,
    }
}

/// What the vault keeps of a person. Nothing of one whose erasure is approved.
fn kept(call: &Call<'_>, id: PersonId, person: &Person) -> Result<Vec<Payload>, Problem> {
    match person.standing() {
        PersonStanding::Erased | PersonStanding::Unknown => Ok(Vec::new()),
        PersonStanding::There => {
            let kept = call.service.app().personal_data(id, person)?;
            kept.ok_or_else(|| Problem::new(Code::VaultClosed))
        }
    }
}

fn shown(
    call: &Call<'_>,
    moment: &Moment,
    id: PersonId,
    book: &Book<Person>,
) -> Result<PersonAnswer, Problem> {
    let person = &book.state;
    let kept = kept(call, id, person)?;
    let text = |field: PersonField| {
        let latest = kept.iter().rfind(|payload| payload.known.committed.field == field);
        let Some(payload) = latest else { return Ok(None) };
        match &payload.content {
            Some((_, text)) => Ok(Some(text.reveal().to_owned())),
            None => Err(damaged(id, &payload.known)),
        }
    };
    let status = match (person.standing(), person.destroyed()) {
        (_, Some(_)) => "erased",
        (PersonStanding::Erased, None) => "erasing",
        (PersonStanding::There | PersonStanding::Unknown, None) => "kept",
    };
    Ok(PersonAnswer {
        id,
        unit: person.unit,
        status,
        full_name: text(PersonField::FullName)?,
        date_of_birth: text(PersonField::DateOfBirth)?,
        office: text(PersonField::Office)?,
        identity_number: text(PersonField::IdentityNumber)?,
        erasure: erasure_of(moment, id, person)?,
        version: book.version.0,
    })
}

/// The log says that there is something, and it is not there, or it is something else.
fn damaged(id: PersonId, known: &Known) -> Problem {
    let (position, field) = (known.position, known.committed.field.name());
    tracing::error!(person = %id, %position, field, "personal data is missing or not what was committed to");
    Problem::new(Code::PersonalDataDamaged).with("event", position.0).with("field", field)
}

/// `GET /v1/persons/{person}`
pub struct OnePerson;

impl Read for OnePerson {
    type Path = PersonPath;
    type Query = NoParameters;

    fn schema(schemas: &mut Schemas) -> RefOr<Schema> {
        PersonAnswer::schema(schemas)
    }

    async fn answer(call: &Call<'_>, path: PersonPath, _: NoParameters) -> Result<Answer, Problem> {
        let (moment, book) = found(call, path.person)?;
        let answer = shown(call, &moment, path.person, &book)?;
        Ok(Answer::serialised(&answer)?.with_etag(book.version).at(moment.position()))
    }
}

/// A person whose data the caller may read.
fn found(call: &Call<'_>, id: PersonId) -> Result<(Moment, Book<Person>), Problem> {
    let moment = call.service.app().moment(AsOf::Now)?;
    let book = moment.person(id)?.ok_or_else(|| Problem::new(Code::ResourceNotFound))?;
    may_read(call, book.state.unit)?;
    Ok((moment, book))
}

answer_body! {
    /// Những người mà một đơn vị lưu dữ liệu. The persons whose data a unit keeps, in the order they were registered.
    pub struct PersonList {
        /// Những người đó. The persons.
        items: Vec<PersonAnswer>,
    }
}

parameters! {
    /// Whose persons.
    pub struct PersonQuery {
        /// Đơn vị lưu giữ dữ liệu. The unit that keeps the data.
        unit: UnitId,
    }
}

/// `GET /v1/persons`
pub struct Persons;

impl Read for Persons {
    type Path = NoParameters;
    type Query = PersonQuery;

    fn schema(schemas: &mut Schemas) -> RefOr<Schema> {
        PersonList::schema(schemas)
    }

    async fn answer(call: &Call<'_>, _: NoParameters, query: PersonQuery) -> Result<Answer, Problem> {
        may_read(call, query.unit)?;
        let app = call.service.app();
        let moment = app.moment(AsOf::Now)?;
        let persons = app.views().persons.of_unit(query.unit).to_vec();
        let mut items = Vec::with_capacity(persons.len());
        for id in persons {
            if let Some(book) = moment.person(id)? {
                items.push(shown(call, &moment, id, &book)?);
            }
        }
        Ok(Answer::serialised(&PersonList { items })?.at(moment.position()))
    }
}

answer_body! {
    /// Một mục dữ liệu với bằng chứng. A piece of data with what proves it.
    pub struct DisclosedField {
        /// Vị trí của sự kiện trong sổ. Where the fact stands that committed to it.
        position: u64,
        /// Sự kiện. The fact.
        event: EventId,
        /// Mục nào. What it is.
        field: PersonField,
        /// Muối, base64url. The salt of the commitment.
        salt: String,
        /// Nội dung. What it says.
        text: String,
    }
}

answer_body! {
    /// Dữ liệu của một người kèm bằng chứng: SHA-256("thidua/pii/v1" ‖ muối ‖ nội dung) là cam kết trong sổ. The data of a
    /// person with what proves it: SHA-256("thidua/pii/v1" ‖ salt ‖ text) is the commitment in the log. For `thidua audit
    /// persons`; whoever holds it deletes it when the person is erased.
    pub struct DisclosureAnswer {
        /// Luôn là `thidua-disclosure/1`. The form of this file.
        format: &'static str,
        /// Cá nhân. The person.
        person: PersonId,
        /// Mọi mục từng được ghi nhận. Everything that was ever recorded, in the order of the log.
        items: Vec<DisclosedField>,
        /// Vị trí của sự kiện hủy khóa. Where the fact stands that the key was destroyed.
        erased_by: Option<u64>,
    }
}

/// `GET /v1/persons/{person}/disclosure`
pub struct Disclosure;

impl Read for Disclosure {
    type Path = PersonPath;
    type Query = NoParameters;

    fn schema(schemas: &mut Schemas) -> RefOr<Schema> {
        DisclosureAnswer::schema(schemas)
    }

    async fn answer(call: &Call<'_>, path: PersonPath, _: NoParameters) -> Result<Answer, Problem> {
        let (moment, book) = found(call, path.person)?;
        let mut items = Vec::new();
        for payload in kept(call, path.person, &book.state)? {
            let Payload { known, content } = payload;
            let (salt, text) = content.ok_or_else(|| damaged(path.person, &known))?;
            items.push(DisclosedField {
                position: known.position.0,
                event: known.event,
                field: known.committed.field,
                salt: URL_SAFE_NO_PAD.encode(&salt[..]),
                text: text.reveal().to_owned(),
            });
        }
        let erased_by = book.state.destroyed().map(|destroyed| destroyed.position.0);
        let answer =
            DisclosureAnswer { format: "thidua-disclosure/1", person: path.person, items, erased_by };
        Ok(Answer::serialised(&answer)?.with_etag(book.version).at(moment.position()))
    }
}
