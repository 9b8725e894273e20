//! The OpenAPI 3.1 document, made from the rows.

use super::{Access, Kind, Route, Tag, fact::FactRow, read::ReadRow, start::StartRow};
use crate::{
    auth::Scope,
    body::{Schemas, closed, described, text::string},
    cloud_event,
    issue::{Flaw, Place},
    problem::Code,
    service::API_VERSION,
};
use serde_json::json;
use utoipa::openapi::{
    Content, HttpMethod, Info, KnownFormat, OpenApi, OpenApiBuilder, Ref, RefOr, Required, SchemaFormat,
    Server,
    extensions::ExtensionsBuilder,
    header::{Header, HeaderBuilder},
    info::{ContactBuilder, InfoBuilder, LicenseBuilder},
    path::{Operation, OperationBuilder, Parameter, ParameterBuilder, ParameterIn, PathItem, PathsBuilder},
    request_body::RequestBodyBuilder,
    response::{Response, ResponseBuilder},
    schema::{Array, ComponentsBuilder, ObjectBuilder, Schema, Type},
    security::{HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme},
    tag::TagBuilder,
};

/// The name of the one security scheme.
const BEARER: &str = "bearer";

/// The document of these rows; pages are left out.
pub fn document(routes: &[&Route]) -> OpenApi {
    let mut schemas = Schemas::default();
    problem_schema(&mut schemas);
    let mut paths = PathsBuilder::new();
    for route in routes {
        match &route.kind {
            Kind::Fact(row) => {
                let item = PathItem::new(HttpMethod::Post, fact(route, row, &mut schemas));
                paths = paths.path(route.path, item);
            }
            Kind::Start(row) => {
                let item = PathItem::new(HttpMethod::Post, start(route, row, &mut schemas));
                paths = paths.path(route.path, item);
            }
            Kind::Read(row) => {
                let item = PathItem::new(HttpMethod::Get, read(route, row, &mut schemas));
                // The document has no way to say that a parameter takes the rest of the path.
                paths = paths.path(route.path.replace(":.*", ""), item);
            }
            Kind::Page(_) => {}
        }
    }
    let components = ComponentsBuilder::new()
        .schemas_from_iter(schemas.into_named())
        .response("Problem", problem_response())
        .parameter("AcceptLanguage", accept_language())
        .parameter("IdempotencyKey", idempotency_key())
        .parameter("IfMatch", if_match())
        .parameter("IfNoneMatch", if_none_match())
        .parameter("MinEventPosition", min_event_position())
        .security_scheme(BEARER, bearer())
        .build();
    let tags = Tag::ALL
        .iter()
        .map(|tag| TagBuilder::new().name(tag.name()).description(Some(both(&tag.about()))).build());
    OpenApiBuilder::new()
        .info(info())
        .servers(Some([Server::new("/")]))
        .paths(paths.build())
        .components(Some(components))
        .tags(Some(tags))
        .build()
}

fn both(words: &crate::words::Words) -> String {
    format!("{}. {}.", words.vi, words.en)
}

fn info() -> Info {
    let about = "Sổ ghi của các khối, cụm thi đua: mỗi việc là một sự kiện không sửa được; bảng xếp hạng được tính từ \
                 các sự kiện.\n\nThe book of record of Vietnamese emulation blocs: every act is an immutable event, and \
                 standings are folded from events. Facts are posted with an `Idempotency-Key`; problems follow RFC 9457 \
                 and are listed under `/problems`.";
    InfoBuilder::new()
        .title("thidua")
        .version(API_VERSION)
        .description(Some(about))
        .contact(Some(
            ContactBuilder::new()
                .name(Some("thidua"))
                .url(Some("https://thidua.example/"))
                .email(Some("api@thidua.example"))
                .build(),
        ))
        .license(Some(LicenseBuilder::new().name("Apache-2.0").identifier(Some("Apache-2.0")).build()))
        .build()
}

fn bearer() -> SecurityScheme {
    let scopes = Scope::ALL
        .iter()
        .map(|scope| format!("- `{scope}`: {}. {}.", scope.description_vi(), scope.description_en()));
    let about = format!(
        "Mã truy cập RFC 9068. An access token (RFC 9068). It says who calls and how much at most; for which unit, \
         grants decide.\n\n{}",
        scopes.collect::<Vec<_>>().join("\n")
    );
    SecurityScheme::Http(
        HttpBuilder::new()
            .scheme(HttpAuthScheme::Bearer)
            .bearer_format("JWT")
            .description(Some(about))
            .build(),
    )
}

/// What every operation has: id, summary, chapter, security, problems.
fn operation(route: &Route) -> OperationBuilder {
    let [vi, en] = route.summary;
    let operation = OperationBuilder::new()
        .operation_id(Some(route.id))
        .tag(route.tag.name())
        .summary(Some(vi))
        .description(Some(format!("{vi}. {en}.")))
        .parameter_ref(parameter("AcceptLanguage"))
        .response("4XX", Ref::from_response_name("Problem"))
        .response("5XX", Ref::from_response_name("Problem"));
    match route.access {
        // An empty list, not a missing one: no token is needed.
        Access::Public => operation.securities(Some([])),
        Access::Scopes(scopes) => {
            let names: Vec<_> = scopes.iter().map(Scope::as_str).collect();
            operation.security(SecurityRequirement::new(BEARER, names))
        }
    }
}

fn parameter(name: &str) -> Ref {
    Ref::new(format!("#/components/parameters/{name}"))
}

fn fact(route: &Route, row: &FactRow, schemas: &mut Schemas) -> Operation {
    let mut operation =
        operation(route).parameter_ref(parameter("IdempotencyKey")).parameter_ref(parameter("IfMatch"));
    for described in row.describe_path(schemas) {
        operation = operation.parameter(described.into_parameter(ParameterIn::Path));
    }
    let body = RequestBodyBuilder::new()
        .required(Some(Required::True))
        .content(crate::answer::JSON, Content::new(Some(row.describe_body(schemas))))
        .build();
    let created = ResponseBuilder::new()
        .description("Đã ghi nhận. Recorded.")
        .content(crate::answer::JSON, Content::new(Some(cloud_event::schema(schemas))))
        .header("Location", header(string(), "Nơi đọc lại. Where it can be read."))
        .header(
            "ETag",
            header(string().pattern(Some("^\"\\d+\"$")), "Phiên bản mới, cho If-Match. The new version."),
        )
        .header("Event-Position", event_position())
        .header(
            "Idempotency-Replayed",
            header(
                string().enum_values(Some(["true"])),
                "Câu trả lời cũ được nhắc lại. An earlier answer, repeated.",
            ),
        );
    let roles = ExtensionsBuilder::new().add("x-required-roles", row.roles).build();
    operation.request_body(Some(body)).extensions(Some(roles)).response("201", everywhere(created)).build()
}

fn start(route: &Route, row: &StartRow, schemas: &mut Schemas) -> Operation {
    let body = RequestBodyBuilder::new()
        .required(Some(Required::True))
        .content(crate::answer::JSON, Content::new(Some(StartRow::describe_body())))
        .build();
    let accepted = ResponseBuilder::new()
        .description("Đã nhận, đang làm. Accepted, and under way.")
        .content(crate::answer::JSON, Content::new(Some(row.describe_answer(schemas))))
        .header(
            "Location",
            header(string(), "Nơi xem tiến độ và kết quả. Where it can be watched and fetched."),
        );
    let operation = operation(route).parameter_ref(parameter("IdempotencyKey"));
    operation.request_body(Some(body)).response("202", everywhere(accepted)).build()
}

fn read(route: &Route, row: &ReadRow, schemas: &mut Schemas) -> Operation {
    let mut operation =
        operation(route).parameter_ref(parameter("IfNoneMatch")).parameter_ref(parameter("MinEventPosition"));
    for described in row.describe_path(schemas) {
        operation = operation.parameter(described.into_parameter(ParameterIn::Path));
    }
    for described in row.describe_query(schemas) {
        operation = operation.parameter(described.into_parameter(ParameterIn::Query));
    }
    let mut found = ResponseBuilder::new()
        .description("Kết quả. The answer.")
        .header("ETag", header(string(), "Nhãn, cho If-None-Match. The tag for If-None-Match."))
        .header("Event-Position", event_position())
        .header("Cache-Control", header(string(), "Giữ được bao lâu. How long it may be kept."));
    let answer = row.describe_answer(schemas);
    for form in row.forms {
        let schema = if form.ends_with("json") { answer.clone() } else { string().into() };
        found = found.content(*form, Content::new(Some(schema)));
    }
    let unchanged = ResponseBuilder::new().description("Chưa thay đổi. Not modified.");
    operation.response("200", everywhere(found)).response("304", everywhere(unchanged)).build()
}

/// The headers of every answer.
fn everywhere(response: ResponseBuilder) -> Response {
    let uuid = string().format(Some(SchemaFormat::Custom("uuid".into())));
    response
        .header("Request-Id", header(uuid, "Mã yêu cầu, cũng là trace_id của lỗi. The id of the request."))
        .header("API-Version", header(string(), "Phiên bản API. The version of this contract."))
        .build()
}

fn header(schema: ObjectBuilder, about: &str) -> Header {
    HeaderBuilder::new().schema(Some(schema)).description(Some(about)).build()
}

fn position() -> ObjectBuilder {
    ObjectBuilder::new()
        .schema_type(Type::Integer)
        .format(Some(SchemaFormat::KnownFormat(KnownFormat::Int64)))
        .minimum(Some(0))
}

fn event_position() -> Header {
    header(position(), "Số sự kiện mà câu trả lời dựa vào. How many facts the answer rests on.")
}

fn header_parameter(name: &str, schema: ObjectBuilder, about: &str) -> ParameterBuilder {
    ParameterBuilder::new()
        .name(name)
        .parameter_in(ParameterIn::Header)
        .required(Required::False)
        .description(Some(about))
        .schema(Some(schema))
}

fn accept_language() -> Parameter {
    let about = "Ngôn ngữ của phần giải thích: vi (mặc định) hoặc en. The language of explanations.";
    header_parameter("Accept-Language", string().examples(["vi"]), about).build()
}

fn idempotency_key() -> Parameter {
    let schema = string().min_length(Some(16)).max_length(Some(128)).pattern(Some("^[!-~]{16,128}$"));
    let about = "Khóa do hệ thống khách chọn; gửi lại cùng khóa và cùng nội dung thì nhận lại câu trả lời cũ. Chosen by \
                 the client: the same key with the same request gets the same answer again, and records nothing.";
    header_parameter("Idempotency-Key", schema.examples(["5b1f0c1e-6f0e-4d3c-9c1b-2f0a7d1e8b11"]), about)
        .required(Required::True)
        .build()
}

fn if_match() -> Parameter {
    let about =
        "Phiên bản đã đọc; khác đi thì trả 412. The version the client has seen; 412 when it has moved on.";
    header_parameter(
        "If-Match",
        string().pattern(Some("^\"\\d{1,9}(-[0-9p-]*)?\"$")).examples(["\"7\""]),
        about,
    )
    .build()
}

fn if_none_match() -> Parameter {
    header_parameter(
        "If-None-Match",
        string(),
        "Nhãn đang giữ; không đổi thì trả 304. The tags the client holds.",
    )
    .build()
}

fn min_event_position() -> Parameter {
    let about = "Đợi (tối đa 2 giây) đến khi đọc được ít nhất chừng này sự kiện. Waits, at most 2 seconds, until at least \
                 so many facts are in the answer.";
    header_parameter("Min-Event-Position", position(), about).build()
}

fn problem_response() -> Response {
    let content = Content::new(Some(Ref::from_schema_name("Problem")));
    let language = string().enum_values(Some(["vi", "en"]));
    everywhere(
        ResponseBuilder::new()
            .description("Lỗi (RFC 9457). A problem.")
            .content("application/problem+json", content)
            .header("Content-Language", header(language, "Ngôn ngữ của detail. The language of detail.")),
    )
}

fn problem_schema(schemas: &mut Schemas) {
    let text = |about: &str| described(string().into(), about, None);
    let open_list = |names: Vec<&str>, about: &str| {
        let names = ExtensionsBuilder::new().add("x-extensible-enum", names).build();
        RefOr::T(Schema::Object(string().extensions(Some(names)).description(Some(about)).build()))
    };
    schemas.named("Issue", |_| {
        closed(
            ObjectBuilder::new()
                .property("in", string().enum_values(Some(Place::ALL.map(Place::name))))
                .required("in")
                .property("pointer", text("Con trỏ JSON (RFC 6901) trong body. JSON pointer, for a body."))
                .property("parameter", text("Tên tham số hoặc tiêu đề. The parameter or header."))
                .property("code", open_list(Flaw::CODES.to_vec(), "Mã lỗi. The stable code."))
                .required("code")
                .property("detail", text("Giải thích. The explanation."))
                .required("detail")
                .description(Some("Một lỗi trong yêu cầu. One fault of the request.")),
        )
        .into()
    });
    schemas.named("Problem", |_| {
        let codes = Code::ALL.iter().map(|code| code.as_str()).collect();
        let status = ObjectBuilder::new().schema_type(Type::Integer).minimum(Some(400)).maximum(Some(599));
        let uri = |pattern: &str, about: &str| string().pattern(Some(pattern)).description(Some(about));
        ObjectBuilder::new()
            .property("type", uri("^urn:problem-type:thidua:[a-zA-Z]+$", "Loại lỗi. The kind of problem."))
            .required("type")
            .property("href", uri("^/problems/[a-zA-Z]+$", "Trang giải thích. Its page."))
            .required("href")
            .property("title", text("Tên lỗi, không đổi theo ngôn ngữ. The title, the same in every language."))
            .required("title")
            .property("status", status)
            .required("status")
            .property("code", open_list(codes, "Mã lỗi. The stable code."))
            .required("code")
            .property("detail", text("Giải thích cho lần này. What is the matter this time."))
            .required("detail")
            .property("trace_id", text("Mã yêu cầu. The Request-Id."))
            .required("trace_id")
            .property("issues", Schema::Array(Array::new(Ref::from_schema_name("Issue"))))
            .description(Some("Lỗi theo RFC 9457; có thể có thêm trường tùy mã lỗi. A problem; further members by its code."))
            .examples([json!({
                "type": "urn:problem-type:thidua:invalidInput", "href": "/problems/invalidInput",
                "title": "Invalid input", "status": 400, "code": "invalidInput", "detail": "Yêu cầu có 1 lỗi.",
                "trace_id": "0195f0a2-8c1e-7a6b-9c43-0f0b5c9f6d21",
                "issues": [{"in": "body", "pointer": "/points", "code": "decimalMustBeString", "detail": "…"}],
            })])
            .into()
    });
}
