//! What people read: the landing page, the OpenAPI document, and Swagger UI served from this binary alone.

use crate::{
    answer::{Answer, Cache, HTML},
    body::{Schemas, parameters::NoParameters},
    page::{self, links},
    problem::{Code, Problem, pages},
    routes::{Access, Call, Read, Route, Tag, page, read},
};
use actix_web::http::{
    StatusCode,
    header::{self, CONTENT_ENCODING, CONTENT_SECURITY_POLICY, HeaderValue},
};
use std::sync::Arc;
use utoipa::openapi::{
    RefOr,
    schema::{ObjectBuilder, Schema},
};
use utoipa_swagger_ui::Config;

/// The rows of this page.
pub static ROUTES: &[Route] = &[
    page("/", |_, _| Ok(html(landing()))),
    page("/docs", |_, _| Ok(to_docs())),
    page("/docs/{file:.*}", swagger),
    page("/problems", |_, _| Ok(html(pages::index()))),
    page("/problems/{code}", |_, code| {
        pages::of(code).map(html).ok_or_else(|| Problem::new(Code::ResourceNotFound))
    }),
    read::<OpenApi>(
        "/v1/openapi.json",
        "getOpenApi",
        Tag::Reference,
        ["Tài liệu OpenAPI này", "This OpenAPI document"],
        Access::Public,
    ),
    read::<ProblemTypes>(
        "/v1/reference/problem-types",
        "listProblemTypes",
        Tag::Reference,
        ["Danh mục các mã lỗi", "Every kind of problem, its cause and its cure"],
        Access::Public,
    ),
];

/// What Swagger UI may do: run its own files and call this service. It writes styles from scripts.
const SWAGGER_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; \
    img-src 'self' data:; font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// Swagger UI over our document, without the validator that would send it elsewhere.
pub fn config() -> Arc<Config<'static>> {
    Arc::new(
        Config::from("/v1/openapi.json")
            .validator_url("none")
            .deep_linking(true)
            .display_operation_id(true)
            .display_request_duration(true)
            .doc_expansion("none")
            .filter(true),
    )
}

fn html(text: String) -> Answer {
    Answer::new(HTML, text)
        .with_header(CONTENT_SECURITY_POLICY, page::POLICY.as_str())
        .with_cache(Cache::Shared(60))
}

fn landing() -> String {
    let items = [
        ("/docs/", "Thử API ngay trong trình duyệt · Try the API in the browser"),
        ("/v1/openapi.json", "Tài liệu OpenAPI 3.1 · The OpenAPI document"),
        ("/problems", "Mọi mã lỗi, nguyên nhân và cách xử lý · Every problem, its cause and its cure"),
        ("/v1/reference/problem-types", "Danh mục mã lỗi dạng JSON · The same for programs"),
    ];
    let body = format!(
        "<p>Sổ ghi của các khối, cụm thi đua: mỗi việc là một sự kiện không sửa được; bảng xếp hạng được tính từ các sự \
         kiện và ai cũng kiểm chứng được.</p>\n<p lang=\"en\">The book of record of Vietnamese emulation blocs: every act \
         is an immutable event; standings are folded from events, and anyone can verify them.</p>\n{}",
        links(&items)
    );
    page::page("thidua", &body)
}

/// The files of Swagger UI name one another relative to a folder.
fn to_docs() -> Answer {
    let mut answer =
        Answer::new("text/plain", "").with_header(header::LOCATION, HeaderValue::from_static("/docs/"));
    answer.status = StatusCode::PERMANENT_REDIRECT;
    answer
}

fn swagger(call: &Call<'_>, file: &str) -> Result<Answer, Problem> {
    let found = utoipa_swagger_ui::serve(file, Arc::clone(&call.service.swagger));
    let found = found.map_err(|_| Problem::new(Code::InternalServerError))?;
    let found = found.ok_or_else(|| Problem::new(Code::ResourceNotFound))?;
    let answer = Answer::new(found.content_type, found.bytes.into_owned())
        .with_header(CONTENT_SECURITY_POLICY, HeaderValue::from_static(SWAGGER_POLICY))
        .with_cache(Cache::Shared(3600));
    Ok(if found.gzpipped {
        answer.with_header(CONTENT_ENCODING, HeaderValue::from_static("gzip"))
    } else {
        answer
    })
}

/// The document of this API.
struct OpenApi;

impl Read for OpenApi {
    type Path = NoParameters;
    type Query = NoParameters;
    const CACHE: Cache = Cache::Revalidate;

    fn schema(_: &mut Schemas) -> RefOr<Schema> {
        ObjectBuilder::new().description(Some("OpenAPI 3.1")).into()
    }

    async fn answer(call: &Call<'_>, _: NoParameters, _: NoParameters) -> Result<Answer, Problem> {
        let document = call.service.document();
        // Tools of any origin may read the contract; nothing else is open to other origins.
        Ok(Answer::json(document.json.clone())
            .with_etag(&document.tag)
            .with_header(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*")))
    }
}

/// The table of problems.
struct ProblemTypes;

impl Read for ProblemTypes {
    type Path = NoParameters;
    type Query = NoParameters;
    const CACHE: Cache = Cache::Shared(3600);

    fn schema(schemas: &mut Schemas) -> RefOr<Schema> {
        pages::reference_schema(schemas)
    }

    async fn answer(_: &Call<'_>, _: NoParameters, _: NoParameters) -> Result<Answer, Problem> {
        Ok(Answer::json(pages::reference().to_string()).with_etag(crate::service::API_VERSION))
    }
}
