//! What can be recorded of a person. What comes with these bodies goes into the vault; the events hold commitments.

use super::PersonPath;
use crate::{
    body,
    body::{Faults, parameters::NoParameters, private::Hidden},
    issue::Flaw,
    routes::{Fact, fact::Origin},
};
use app::Act;
use domain::{
    Date, Envelope, EventId, PersonId, UnitId,
    person::{Detail, ErasureGround, PersonAct, PersonField, Private},
};

body! {
    /// Dữ liệu của một người. Không có gì ở đây vào sổ sự kiện: sổ chỉ giữ cam kết (SHA-256). Personal data. Nothing of it
    /// enters the log, which holds commitments only. The server chooses the id.
    pub struct RegisterPerson {
        /// Đơn vị lưu giữ và chịu trách nhiệm về dữ liệu. The unit that keeps the data and answers for it.
        unit: UnitId,
        /// Họ và tên. The full name.
        full_name: Hidden<200> = "Nguyễn Văn A",
        /// Ngày sinh. The date of birth.
        date_of_birth: Option<Date> = "1975-05-19",
        /// Chức vụ. The office the person holds.
        office: Option<Hidden<300>> = "Giám đốc Sở",
        /// Số định danh cá nhân hoặc hộ chiếu. The number of an identity paper.
        identity_number: Option<Hidden<50>>,
    }
}

impl Fact for RegisterPerson {
    type Path = NoParameters;
    const ROLES: &'static [&'static str] = &["registrar", "unit_officer"];

    fn act(self, _: NoParameters, origin: &Origin<'_>, _: &mut Faults) -> Option<Act> {
        let Self { unit, full_name, date_of_birth, office, identity_number } = self;
        let details = details(Some(full_name), date_of_birth, office, identity_number);
        Some(Act::Person(PersonId(origin.fresh), PersonAct::Register { unit, details }))
    }

    fn location(fact: &Envelope) -> String {
        crate::cloud_event::path_of(fact.stream)
    }
}

body! {
    /// Những gì thay đổi; ít nhất một mục. What changes, at least one member. What was known before stays in the vault.
    pub struct AmendPerson {
        /// Họ và tên. The full name.
        full_name: Option<Hidden<200>>,
        /// Ngày sinh. The date of birth.
        date_of_birth: Option<Date>,
        /// Chức vụ. The office the person holds.
        office: Option<Hidden<300>> = "Phó Giám đốc Sở",
        /// Số định danh cá nhân hoặc hộ chiếu. The number of an identity paper.
        identity_number: Option<Hidden<50>>,
    }
}

impl Fact for AmendPerson {
    type Path = PersonPath;
    const ROLES: &'static [&'static str] = &["registrar", "unit_officer"];

    fn act(self, path: PersonPath, _: &Origin<'_>, faults: &mut Faults) -> Option<Act> {
        let details = details(self.full_name, self.date_of_birth, self.office, self.identity_number);
        if details.is_empty() {
            const MEMBERS: &str = "full_name | date_of_birth | office | identity_number";
            faults.note::<()>(Flaw::BadValue(MEMBERS));
        }
        Some(Act::Person(path.person, PersonAct::Amend(details)))
    }
}

fn details(
    name: Option<Hidden<200>>,
    born: Option<Date>,
    office: Option<Hidden<300>>,
    number: Option<Hidden<50>>,
) -> Vec<Detail> {
    let all = [
        (PersonField::FullName, name.map(|text| text.0)),
        (PersonField::DateOfBirth, born.map(|day| Private::new(day.to_string()))),
        (PersonField::Office, office.map(|text| text.0)),
        (PersonField::IdentityNumber, number.map(|text| text.0)),
    ];
    all.into_iter().filter_map(|(field, text)| Some(Detail { field, text: text? })).collect()
}

body! {
    /// Yêu cầu xóa; văn bản căn cứ nêu ở `basis`. Asks for the erasure; the papers it rests on are named in `basis`.
    pub struct RequestErasure {
        /// Căn cứ. On what ground.
        ground: ErasureGround = "subject_request",
    }
}

impl Fact for RequestErasure {
    type Path = PersonPath;
    const ROLES: &'static [&'static str] = &["registrar", "unit_officer", "official"];

    fn act(self, path: PersonPath, _: &Origin<'_>, _: &mut Faults) -> Option<Act> {
        Some(Act::Person(path.person, PersonAct::RequestErasure(self.ground)))
    }
}

body! {
    /// Duyệt. Hai hệ thống khác nhau phải duyệt; sau lần thứ hai, khóa bị hủy và không ai đọc lại được. Approves. Two
    /// different clients must; with the second approval the key is destroyed, and nobody can read the data again.
    pub struct ApproveErasure {
        /// Sự kiện yêu cầu xóa. The fact that asked for it.
        request: EventId,
    }
}

impl Fact for ApproveErasure {
    type Path = PersonPath;
    const ROLES: &'static [&'static str] = &["registrar", "official"];

    fn act(self, path: PersonPath, _: &Origin<'_>, _: &mut Faults) -> Option<Act> {
        Some(Act::Person(path.person, PersonAct::ApproveErasure(self.request)))
    }
}
