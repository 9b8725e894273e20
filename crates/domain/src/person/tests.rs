use super::*;
use crate::{ClientId, Date, GrantId, Timestamp};
use uuid::Uuid;

const PERSON: PersonId = PersonId(Uuid::from_u128(1));
const UNIT: UnitId = UnitId(Uuid::from_u128(2));
const KEY: KeyId = KeyId(Uuid::from_u128(3));

fn client(name: &str) -> ClientId {
    ClientId::new(name).unwrap()
}

fn by(name: &str, person: Option<u128>) -> Approver {
    Approver { client: client(name), person: person.map(|id| PersonId(Uuid::from_u128(id))) }
}

/// A person with the facts it came from.
#[derive(Default)]
struct Story {
    person: Option<Person>,
    facts: u64,
}

impl Story {
    fn take(&mut self, event: &PersonEvent) -> EventId {
        let id = EventId(Uuid::from_u128(100 + u128::from(self.facts)));
        let recorded = Recorded {
            position: Position(self.facts),
            id,
            recorded_at: Timestamp::from_millis(0),
            effective_on: "2026-01-01".parse::<Date>().unwrap(),
            event,
        };
        self.facts += 1;
        self.person = Person::evolve(self.person.take(), recorded);
        id
    }

    fn ask(&mut self, act: PersonAct, by: Approver) -> Result<EventId, Rejection> {
        let fields = act.details().iter().map(|detail| Committed {
            field: detail.field,
            commitment: Commitment::to_private(&[7; 32], detail.text.reveal()),
        });
        let fields = fields.collect();
        let command = PersonCommand { id: PERSON, act, key: KEY, fields, unit_known: true, by };
        let authority = Authority { grant: Some(GrantId(Uuid::nil())), unit: None, delegation: None };
        let events = Person::decide(self.person.as_ref(), command, &authority)?;
        Ok(events.iter().map(|event| self.take(event)).last().unwrap())
    }

    fn registered() -> Self {
        let mut story = Self::default();
        let act = PersonAct::Register {
            unit: UNIT,
            details: vec![detail(PersonField::FullName, "Nguyễn Văn A")],
        };
        story.ask(act, by("registry", None)).unwrap();
        story
    }
}

fn detail(field: PersonField, text: &str) -> Detail {
    Detail { field, text: Private::new(text) }
}

#[test]
fn no_event_holds_what_it_commits_to() {
    let story = Story::registered();
    let said = serde_json::to_string(&story.person).unwrap();
    assert!(!said.contains("Nguyễn"), "{said}");
    let detail = detail(PersonField::FullName, "Nguyễn Văn A");
    assert!(!format!("{detail:?}").contains("Nguyễn"));
}

#[test]
fn a_commitment_is_to_one_text_under_one_salt() {
    let one = Commitment::to_private(&[7; 32], "Nguyễn Văn A");
    assert_eq!(one, Commitment::to_private(&[7; 32], "Nguyễn Văn A"));
    assert_ne!(one, Commitment::to_private(&[7; 32], "Nguyễn Văn B"));
    assert_ne!(one, Commitment::to_private(&[8; 32], "Nguyễn Văn A"));
}

#[test]
fn of_each_field_the_latest_counts_and_the_earlier_ones_stay() {
    let mut story = Story::registered();
    let amended =
        vec![detail(PersonField::FullName, "Nguyễn Văn Á"), detail(PersonField::Office, "Giám đốc")];
    story.ask(PersonAct::Amend(amended), by("registry", None)).unwrap();
    let person = story.person.unwrap();
    assert_eq!(person.known.len(), 3);
    let current: Vec<_> = person.current().map(|known| (known.committed.field, known.position.0)).collect();
    assert_eq!(current, [(PersonField::FullName, 1), (PersonField::Office, 1)]);
}

#[test]
fn two_different_clients_approve_and_two_different_persons_behind_them() {
    let mut story = Story::registered();
    let request =
        story.ask(PersonAct::RequestErasure(ErasureGround::SubjectRequest), by("unit", None)).unwrap();
    let approve = PersonAct::ApproveErasure(request);
    story.ask(approve.clone(), by("registry", Some(50))).unwrap();
    for again in [by("registry", None), by("other", Some(50))] {
        assert_eq!(story.ask(approve.clone(), again), Err(Rejection::SecondApprover));
    }
    assert!(story.person.as_ref().unwrap().key_destroyed().is_none(), "one approval destroys nothing");
    story.ask(approve.clone(), by("council", Some(51))).unwrap();
    let person = story.person.as_ref().unwrap();
    assert_eq!(person.standing(), PersonStanding::Erased);
    let destroyed = person.key_destroyed().unwrap();
    assert_eq!((destroyed.facts, destroyed.fields, destroyed.key), (1, 1, KEY));
    let ended = Err(Rejection::Ended(Thing::Person(PERSON)));
    assert_eq!(story.ask(approve, by("third", None)), ended);
    assert_eq!(
        story.ask(PersonAct::Amend(vec![detail(PersonField::Office, "x")]), by("registry", None)),
        ended
    );
    story.take(&destroyed.into());
    let person = story.person.unwrap();
    assert!(person.destroyed().is_some() && person.key_destroyed().is_none());
}

#[test]
fn an_erasure_is_asked_for_once_and_approved_by_its_own_id() {
    let mut story = Story::registered();
    let ask = PersonAct::RequestErasure(ErasureGround::RetentionEnded);
    let request = story.ask(ask.clone(), by("unit", None)).unwrap();
    assert_eq!(story.ask(ask, by("unit", None)), Err(Rejection::AlreadyExists(Thing::Fact(request))));
    let other = EventId(Uuid::from_u128(9));
    let unknown = Err(Rejection::Unknown(Thing::Fact(other)));
    assert_eq!(story.ask(PersonAct::ApproveErasure(other), by("registry", None)), unknown);
}

#[test]
fn only_those_above_approve_and_only_the_own_unit_enters() {
    let (client, grant) = (client("x"), GrantId(Uuid::nil()));
    let person = Story::registered().person;
    let may = |role: Role, act: PersonAct| {
        let rights = Rights { client: &client, held: vec![(grant, role)] };
        let command = PersonCommand {
            id: PERSON,
            act,
            key: KEY,
            fields: Vec::new(),
            unit_known: true,
            by: by("x", None),
        };
        Person::permits(&rights, person.as_ref(), &command).is_ok()
    };
    let other = UnitId(Uuid::from_u128(77));
    let own = Role::UnitOfficer { unit: UNIT };
    let stranger = Role::UnitOfficer { unit: other };
    let approve = || PersonAct::ApproveErasure(EventId(Uuid::nil()));
    let ask = || PersonAct::RequestErasure(ErasureGround::PurposeEnded);
    let above = Role::Official { bloc: None };
    assert!(may(own, PersonAct::Amend(Vec::new())) && !may(stranger, PersonAct::Amend(Vec::new())));
    assert!(may(own, ask()) && may(above, ask()) && !may(stranger, ask()) && !may(Role::Auditor, ask()));
    assert!(may(Role::Registrar, approve()) && may(above, approve()) && !may(own, approve()));
    assert!(!may(own, PersonAct::Register { unit: other, details: Vec::new() }));
}
