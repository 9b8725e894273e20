//! A fact as a CloudEvents 1.0 JSON object: one shape for answers, histories, feeds and exports.
//!
//! The extension attributes are lower case, as the standard demands: `sequence` (the position, padded so that it
//! sorts as text), `streamversion`, `effectiveon`, `actorclient`, `actorunit`, `actorgrant`, `actordelegation`, `basisdocuments` (joined
//! by `; `) and `illustrative`.

use crate::{
    body::Schemas,
    body::{described, text::string},
};
use domain::{DocumentNumber, Envelope, Event, StreamId};
use std::io::Write;
use utoipa::openapi::{
    KnownFormat, RefOr, SchemaFormat,
    extensions::ExtensionsBuilder,
    schema::{ObjectBuilder, Schema, Type},
};

/// The path of the thing a stream belongs to.
pub fn path_of(stream: StreamId) -> String {
    match stream {
        StreamId::Bloc(id) => format!("/v1/blocs/{id}"),
        StreamId::Commendation(id) => format!("/v1/commendations/{id}"),
        StreamId::Grant(id) => format!("/v1/grants/{id}"),
        StreamId::Log => "/v1/audit".to_owned(),
        StreamId::Person(id) => format!("/v1/persons/{id}"),
        StreamId::Unit(id) => format!("/v1/units/{id}"),
        StreamId::Year(bloc, year) => format!("/v1/blocs/{bloc}/years/{year}"),
    }
}

/// The event type outside the log: `vn.thidua.unit.registered.v1`.
pub fn type_of(event: &Event) -> String {
    format!("vn.thidua.{}.v1", event.type_name())
}

/// Appends a fact to `out`.
///
/// # Errors
/// When the event cannot be written as JSON, which its own tests rule out.
pub fn write(out: &mut Vec<u8>, fact: &Envelope) -> std::io::Result<()> {
    let type_name = fact.event.type_name();
    write!(
        out,
        r#"{{"specversion":"1.0","id":"{}","source":"{}","type":"{}","subject":"{}","time":"{}","sequence":"{:020}","#,
        fact.id,
        path_of(fact.stream),
        type_of(&fact.event),
        fact.stream,
        fact.recorded_at,
        fact.position.0,
    )?;
    write!(
        out,
        r#""datacontenttype":"application/json","effectiveon":"{}","streamversion":{},"actorclient":"{}","#,
        fact.effective_on, fact.version, fact.actor.client,
    )?;
    if let Some(unit) = fact.actor.unit {
        write!(out, r#""actorunit":"{unit}","#)?;
    }
    if let Some(grant) = fact.actor.grant {
        write!(out, r#""actorgrant":"{grant}","#)?;
    }
    if let Some(delegation) = fact.actor.delegation {
        write!(out, r#""actordelegation":"{delegation}","#)?;
    }
    if !fact.basis.documents.is_empty() {
        let documents: Vec<_> = fact.basis.documents.iter().map(DocumentNumber::raw).collect();
        out.extend_from_slice(br#""basisdocuments":"#);
        serde_json::to_writer(&mut *out, &documents.join("; "))?;
        out.push(b',');
    }
    if fact.basis.illustrative {
        out.extend_from_slice(br#""illustrative":true,"#);
    }
    // An event writes itself as {"type":"…","data":{…}}. Without its first member, what is left is the member `data`
    // and the brace that closes this object.
    let start = out.len();
    serde_json::to_writer(&mut *out, &fact.event)?;
    let first = format!(r#"{{"type":"{type_name}","#);
    if !out[start..].starts_with(first.as_bytes()) {
        return Err(std::io::Error::other("an event must write its type first"));
    }
    out.drain(start..start + first.len());
    Ok(())
}

/// One fact.
///
/// # Errors
/// See [`write()`].
pub fn to_bytes(fact: &Envelope) -> std::io::Result<Vec<u8>> {
    let mut out = Vec::with_capacity(1024);
    write(&mut out, fact)?;
    Ok(out)
}

/// A list of facts: `{"items":[…]}`, and where the next page begins, if there is one.
///
/// # Errors
/// See [`write()`].
pub fn list(facts: &[Envelope], next_cursor: Option<&str>) -> std::io::Result<Vec<u8>> {
    let mut out = Vec::with_capacity(32 + facts.len() * 1024);
    out.extend_from_slice(br#"{"items":["#);
    for (index, fact) in facts.iter().enumerate() {
        if index > 0 {
            out.push(b',');
        }
        write(&mut out, fact)?;
    }
    out.push(b']');
    if let Some(cursor) = next_cursor {
        write!(out, r#","next_cursor":"{cursor}""#)?;
    }
    out.push(b'}');
    Ok(out)
}

/// The schema of a list of facts.
pub fn list_schema(schemas: &mut Schemas) -> RefOr<Schema> {
    schemas.named("FactList", |schemas| {
        let items = Schema::Array(utoipa::openapi::schema::Array::new(schema(schemas)));
        let cursor = "Con trỏ tới trang sau; vắng mặt ở trang cuối. Where the next page begins; absent on the last one.";
        ObjectBuilder::new()
            .description(Some("Danh sách sự kiện. Facts, oldest first."))
            .property("items", items)
            .required("items")
            .property("next_cursor", described(string().into(), cursor, None))
            .into()
    })
}

/// The schema of a fact.
pub fn schema(schemas: &mut Schemas) -> RefOr<Schema> {
    schemas.named("Fact", |schemas| {
        let id = <domain::EventId as crate::body::Field>::schema(schemas);
        let day = <domain::Date as crate::body::Field>::schema(schemas);
        let unit = <domain::UnitId as crate::body::Field>::schema(schemas);
        let types: Vec<_> = Event::types().map(|name| format!("vn.thidua.{name}.v1")).collect();
        let kind = string().extensions(Some(ExtensionsBuilder::new().add("x-extensible-enum", types).build()));
        let time = string().format(Some(SchemaFormat::KnownFormat(KnownFormat::DateTime)));
        let integer = ObjectBuilder::new().schema_type(Type::Integer).minimum(Some(1));
        let member = |schema: RefOr<Schema>, about| described(schema, about, None);
        let members = [
            ("specversion", true, member(string().enum_values(Some(["1.0"])).into(), "CloudEvents 1.0.")),
            ("id", true, member(id, "Mã sự kiện (UUIDv7). The id of the fact.")),
            ("source", true, member(string().into(), "Đối tượng. The path of the thing it happened to.")),
            ("type", true, member(kind.into(), "Loại sự kiện. What happened.")),
            ("subject", true, member(string().into(), "Dòng sự kiện. The stream it stands in.")),
            ("time", true, member(time.into(), "Máy chủ ghi nhận lúc. When the server recorded it.")),
            ("sequence", true, member(string().pattern(Some(r"^\d{20}$")).into(), "Vị trí trong sổ. Its position in the log.")),
            ("datacontenttype", true, member(string().enum_values(Some(["application/json"])).into(), "")),
            ("effectiveon", true, member(day, "Ngày có hiệu lực. The day it counts from, as claimed.")),
            ("streamversion", true, member(integer.into(), "Số thứ tự trong dòng. Its number within the stream.")),
            ("actorclient", true, member(string().into(), "Hệ thống khách. The client that acted.")),
            ("actorunit", false, member(unit.clone(), "Thay mặt đơn vị. The unit acted for.")),
            ("actorgrant", false, member(unit.clone(), "Theo quyền. The grant that allowed it.")),
            ("actordelegation", false, member(unit, "Theo ủy quyền. The delegation under which the deputy acted as the leader.")),
            ("basisdocuments", false, member(string().into(), "Các văn bản căn cứ, cách nhau bằng dấu chấm phẩy. The papers cited.")),
            ("illustrative", false, member(ObjectBuilder::new().schema_type(Type::Boolean).into(), "Ví dụ minh họa. An example no document states.")),
            ("data", true, member(ObjectBuilder::new().into(), "Nội dung. What happened, by its type.")),
        ];
        let about = "Một sự kiện, theo CloudEvents 1.0. One fact. Members not listed here may be added: ignore what you do not know.";
        let object = ObjectBuilder::new().description(Some(about));
        members.into_iter().fold(object, |object, (name, required, schema)| {
            let object = object.property(name, schema);
            if required { object.required(name) } else { object }
        }).into()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::*;
    use serde_json::{Value, json};

    /// A fact as the log could hold it.
    fn fact() -> Envelope {
        let (key, print, salt, none) =
            (KeyHash([1; 16]), Fingerprint([2; 16]), Salt([3; 16]), LeafHash::NONE);
        let id = |n: u8| format!("018bcfe5-6800-7000-8000-00000000000{n}");
        let (unit, event, grant, request) = (id(1), id(2), id(3), id(4));
        let text = format!(
            r#"{{"position":48310,"stream":"unit/{unit}","version":1,"previous":"{none}","id":"{event}",
                "recorded_at":"2024-07-11T02:11:09.000Z","effective_on":"2024-07-01",
                "actor":{{"client":"portal","unit":"{unit}","grant":"{grant}","delegation":"{request}"}},
                "request":{{"id":"{request}","key":"{key}","fingerprint":"{print}"}},
                "basis":{{"documents":["37/NQ-HĐND","số \"7\""],"illustrative":true}},"salt":"{salt}",
                "event":{{"type":"unit.registered","data":{{"name":{{"vi":"Huyện ủy Ba Tơ"}},"kind":"party_body"}}}}}}"#
        );
        serde_json::from_str(&text).unwrap()
    }

    #[test]
    fn a_fact_is_a_cloud_event_that_holds_exactly_the_events_data() {
        let fact = fact();
        let written: Value = serde_json::from_slice(&to_bytes(&fact).unwrap()).unwrap();
        assert_eq!(written["sequence"], "00000000000000048310");
        assert_eq!(written["type"], "vn.thidua.unit.registered.v1");
        assert_eq!(written["source"], "/v1/units/018bcfe5-6800-7000-8000-000000000001");
        assert_eq!(written["basisdocuments"], "37/NQ-HĐND; số \"7\"");
        assert_eq!((&written["streamversion"], &written["illustrative"]), (&json!(1), &json!(true)));
        assert_eq!(written["data"], serde_json::to_value(&fact.event).unwrap()["data"]);
    }

    #[test]
    fn every_member_is_in_the_schema() {
        let mut schemas = Schemas::default();
        schema(&mut schemas);
        let all: Vec<_> = schemas.into_named().collect();
        let schema = serde_json::to_value(&all.iter().find(|(name, _)| *name == "Fact").unwrap().1).unwrap();
        let written: Value = serde_json::from_slice(&to_bytes(&fact()).unwrap()).unwrap();
        for name in written.as_object().unwrap().keys() {
            assert!(schema["properties"].get(name).is_some(), "{name}");
        }
        for name in schema["required"].as_array().unwrap() {
            assert!(written.get(name.as_str().unwrap()).is_some(), "{name}");
        }
    }
}
