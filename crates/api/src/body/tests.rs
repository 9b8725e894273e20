//! What clients send, and what they are told.

use super::{lists::closed_lists, parameters::*, regulation::PARTS, *};
use domain::{
    Basis, Date, EmulationYear, LocalisedName, Name, Points, Role, UnitIdentifier, regulation::Regulation,
    unit::UnitKind,
};
use proptest::prelude::*;
use serde_json::json;

crate::body! {
    /// A body with one member of every sort.
    struct Sample {
        /// A name.
        name: LocalisedName,
        /// A kind.
        kind: UnitKind = "party_body",
        /// A year.
        year: EmulationYear,
        /// Points.
        points: Points,
        /// A day.
        day: Option<Date>,
        /// Other names.
        others: List<Name, 0, 2>,
        /// Identifiers.
        identifiers: List<UnitIdentifier, 1, 3>,
    }
}

crate::parameters! {
    /// A query with one parameter of every sort.
    struct SampleQuery {
        /// Page size.
        limit: Limit,
        /// Kinds.
        kind: Commas<UnitKind, 3>,
        /// A bloc.
        bloc: domain::BlocId,
        /// A day.
        on: Option<Date>,
    }
}

fn read(text: &str) -> Result<Sample, Vec<(String, &'static str)>> {
    read_object(text.as_bytes(), Sample::take).map_err(codes)
}

fn codes(issues: Vec<Issue>) -> Vec<(String, &'static str)> {
    issues.into_iter().map(|issue| (issue.at, issue.flaw.code())).collect()
}

fn good() -> serde_json::Value {
    json!({"name": {"vi": "Huyện ủy Ba Tơ"}, "kind": "party_body", "year": 2024, "points": "97.25",
           "identifiers": [{"scheme": "agency_eid", "value": "H59.1.12"}]})
}

#[test]
fn a_whole_body_is_read() {
    let sample = read(&good().to_string()).unwrap();
    assert_eq!(
        (sample.kind, sample.points.hundredths(), sample.others.0.len()),
        (UnitKind::PartyBody, 9725, 0)
    );
}

#[test]
fn all_faults_are_told_at_once_each_with_its_place() {
    let faults = read(
        r#"{"name":{"vi":" x","vn":"y"},"kind":"kingdom","year":2024.5,"points":97.25,"day":"2024-02-30",
            "others":["a","b","c"],"identifiers":[{"scheme":"budget","value":"12"},{"scheme":"budget"},null],"x/y":1}"#,
    )
    .unwrap_err();
    let expected = [
        ("/name/vi", "untrimmed"),
        ("/name/vn", "unknownField"),
        ("/kind", "unknownValue"),
        ("/year", "wrongType"),
        ("/points", "decimalMustBeString"),
        ("/day", "badDate"),
        ("/others", "tooMany"),
        ("/identifiers/0/value", "badIdentifier"),
        ("/identifiers/1/value", "missing"),
        ("/identifiers/2", "nullNotAllowed"),
        ("/x~1y", "unknownField"),
    ];
    assert_eq!(faults, expected.map(|(at, code)| (at.to_owned(), code)));
}

#[test]
fn missing_members_are_named_and_optional_ones_are_not() {
    let names: Vec<_> = read("{}").unwrap_err();
    let expected =
        ["/name", "/kind", "/year", "/points", "/identifiers"].map(|at| (at.to_owned(), "missing"));
    assert_eq!(names, expected);
    assert_eq!(read("[]").unwrap_err(), [(String::new(), "wrongType")]);
    assert_eq!(read("{\"name\":1,\"name\":1}").unwrap_err(), [("/name".to_owned(), "duplicateKey")]);
}

#[test]
fn every_text_fault_has_its_own_code() {
    for (text, code) in
        [("", "empty"), ("ba\u{301}o", "notNfc"), ("a\u{202e}b", "controlCharacter"), ("x ", "untrimmed")]
    {
        let mut body = good();
        body["name"]["vi"] = text.into();
        assert_eq!(read(&body.to_string()).unwrap_err(), [("/name/vi".to_owned(), code)], "{text:?}");
    }
    let mut body = good();
    body["name"]["vi"] = "ă".repeat(301).into();
    assert_eq!(read(&body.to_string()).unwrap_err(), [("/name/vi".to_owned(), "tooLong")]);
}

#[test]
fn the_schema_says_what_the_check_does() {
    let mut schemas = Schemas::default();
    schemas.object::<Sample>();
    let all: BTreeMap<_, _> = schemas.into_named().collect();
    let sample = serde_json::to_value(&all["Sample"]).unwrap();
    assert_eq!(sample["additionalProperties"], json!(false));
    assert_eq!(sample["required"], json!(["name", "kind", "year", "points", "identifiers"]));
    let kind = json!({"$ref": "#/components/schemas/UnitKind", "description": "A kind."});
    assert_eq!(sample["properties"]["kind"], kind);
    assert_eq!(
        (&sample["properties"]["identifiers"]["minItems"], &sample["properties"]["identifiers"]["maxItems"]),
        (&json!(1), &json!(3))
    );
    let text = serde_json::to_string(&all).unwrap();
    assert!(!text.contains("\"null\""), "nothing is nullable");
    for part in text.split("#/components/schemas/").skip(1) {
        let name = part.split('"').next().unwrap();
        assert!(all.contains_key(name), "{name} is referred to but not there");
    }
}

#[test]
fn closed_lists_are_those_that_serde_reads() {
    for (list, names, said) in closed_lists() {
        assert_eq!(said.matches('`').count() / 2, names.len() + 1, "{list}: {said}");
        for name in names {
            assert!(said.contains(&format!("`{name}`")), "{list}: {name} in {said}");
        }
    }
}

fn query(text: &str) -> Result<SampleQuery, Vec<(String, &'static str)>> {
    let mut faults = Faults::new(Place::Query);
    let mut pairs = Pairs::query(text, &mut faults);
    let read = SampleQuery::take(&mut pairs, &mut faults);
    pairs.close(&mut faults);
    faults.finish(read).map_err(codes)
}

#[test]
fn a_query_is_read_with_its_defaults() {
    let bloc = "018bcfe5-6800-7000-8000-000000000001";
    let read = query(&format!("bloc={bloc}&kind=party%5Fbody,locality")).unwrap();
    assert_eq!(
        (read.limit, read.kind.0, read.on),
        (Limit(50), vec![UnitKind::PartyBody, UnitKind::Locality], None)
    );
    assert!(query(&format!("bloc={bloc}&limit=500")).is_ok());
}

#[test]
fn a_query_with_faults_is_refused_with_all_of_them() {
    let faults = query("limit=501&kind=a&bloc=x&on=1/1/2024&b%C3%A1o=1&on=2024-01-01&q=%ff").unwrap_err();
    let expected = [
        ("q", "notUtf8"),
        ("limit", "outOfRange"),
        ("kind", "unknownValue"),
        ("bloc", "badId"),
        ("on", "duplicateParameter"),
        ("báo", "unknownParameter"),
    ];
    assert_eq!(faults, expected.map(|(at, code)| (at.to_owned(), code)));
    for limit in ["0", "-1", "+5", "05", "5.0", "", "99999999999999999999999"] {
        assert_eq!(
            query(&format!("limit={limit}")).unwrap_err()[0],
            ("limit".to_owned(), "outOfRange"),
            "{limit}"
        );
    }
}

#[test]
fn a_role_is_written_as_the_log_writes_it() {
    let unit: domain::UnitId = "018bcfe5-6800-7000-8000-000000000001".parse().unwrap();
    for role in [Role::Registrar, Role::Auditor, Role::UnitOfficer { unit }, Role::Official { bloc: None }] {
        let text = serde_json::to_string(&role).unwrap();
        let mut faults = Faults::new(Place::Body);
        let read = Role::read(&Json::read(text.as_bytes()).unwrap(), &mut faults);
        assert_eq!(faults.finish(read), Ok(role), "{text}");
    }
}

fn read_value<T: Field>(value: &serde_json::Value) -> Result<T, Vec<(String, &'static str)>> {
    let text = value.to_string();
    let mut faults = Faults::new(Place::Body);
    let read = T::read(&Json::read(text.as_bytes()).unwrap(), &mut faults);
    faults.finish(read).map_err(codes)
}

#[test]
fn a_fault_within_a_regulation_is_placed() {
    let mut regulation = json!({
        "title": {"vi": "Quy chế"}, "procedure": [{"step": "pledge", "required": true}],
        "leadership": {"method": "election", "ballot": {"secrecy": "secret", "candidates": {"top_scores": 2}}},
        "sheet": {"scale": "100", "decimals": 2, "rounding": "half_up", "counts": ["official"], "parts": [
            {"name": {"vi": "Phần I"}, "kind": "contents", "criteria": [{"id": "I.1", "name": {"vi": "Một"}}]}]},
    });
    assert!(read_value::<Regulation>(&regulation).is_ok());
    regulation["sheet"]["parts"][0]["criteria"][0]["max"] = json!(10);
    let at = "/sheet/parts/0/criteria/0/max";
    assert_eq!(read_value::<Regulation>(&regulation).unwrap_err(), [(at.to_owned(), "notAccepted")]);
}

/// The members `serde` expects, which it names when it meets one it does not know.
fn members_of<T: serde::de::DeserializeOwned>() -> Vec<String> {
    let Err(said) = serde_json::from_str::<T>("{\"?\":0}") else { panic!("an unknown member is refused") };
    said.to_string().split('`').skip(3).step_by(2).map(str::to_owned).collect()
}

#[test]
fn the_schema_of_a_regulation_has_the_members_that_serde_reads() {
    use domain::regulation::{award::*, procedure::*, scorer::*, sheet::*, *};
    let expected = [
        ("Regulation", members_of::<Regulation>()),
        ("RegulationSource", members_of::<Source>()),
        ("RegulationClass", members_of::<Class>()),
        ("ScoreSheet", members_of::<ScoreSheet>()),
        ("Weight", members_of::<Weight>()),
        ("ScorerRule", members_of::<ScorerRule>()),
        ("Combine", members_of::<Combine>()),
        ("Trim", members_of::<Trim>()),
        ("PenaltyRule", members_of::<PenaltyRule>()),
        ("SheetPart", members_of::<Part>()),
        ("Criterion", members_of::<Criterion>()),
        ("PointOption", members_of::<PointOption>()),
        ("StepRule", members_of::<StepRule>()),
        ("Deadline", members_of::<Deadline>()),
        ("BallotRule", members_of::<BallotRule>()),
        ("Quorum", members_of::<Quorum>()),
        ("Majority", members_of::<Majority>()),
        ("LeadershipRule", members_of::<LeadershipRule>()),
        ("AwardRule", members_of::<AwardRule>()),
        ("CheckRule", members_of::<CheckRule>()),
        ("CouncilMajority", members_of::<CouncilMajority>()),
        ("LegalBasis", members_of::<LegalBasis>()),
        ("QuotaAllotment", members_of::<Allotment>()),
        ("QuotaPercent", members_of::<PercentRule>()),
        ("QuotaRemaining", members_of::<Remaining>()),
    ];
    assert_eq!(PARTS.len(), expected.len());
    for (part, (name, members)) in PARTS.iter().zip(expected) {
        let declared: Vec<_> = part.members.iter().map(|(member, _, _)| (*member).to_owned()).collect();
        assert_eq!((part.name, declared), (name, members));
    }
}

proptest! {
    #[test]
    fn no_json_makes_a_reader_panic(text in "\\PC{0,40}", number in any::<f64>(), depth in 0_usize..4) {
        let inner = (0..depth).fold(json!(text), |inner, _| json!([inner, number]));
        for member in ["name", "kind", "year", "points", "day", "others", "identifiers"] {
            let mut body = good();
            body[member] = inner.clone();
            let _ = read(&body.to_string());
        }
        let _ = read_value::<Basis>(&inner);
        let _ = query(&format!("limit={text}&{text}"));
    }
}
