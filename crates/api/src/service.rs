//! The service as actix sees it: one function for every request.

use crate::{
    answer::Answer,
    auth::Verifier,
    docs,
    middleware::{self, Mounted},
    paths::{Found, Paths},
    routes::{Kind, Route, document::document},
};
use actix_web::{
    dev::{ServiceRequest, ServiceResponse, fn_service},
    http::{Method, header::HeaderValue},
    web::{Bytes, ServiceConfig},
};
use ahash::AHashMap;
use app::App;
use domain::{BlocId, Date, EmulationYear, Position};
use parking_lot::RwLock;
use sha2::{Digest, Sha256};
use std::{collections::BTreeMap, fmt::Write, rc::Rc, sync::Arc};

/// The version of the contract, in every answer and in the document. Additive within `/v1`.
pub const API_VERSION: &str = "1.0.0";

/// What every request may need. One for the whole process.
pub struct Service {
    app: Arc<App>,
    verifier: Arc<Verifier>,
    paths: Vec<Path>,
    finder: Paths,
    document: Document,
    standings: Shelf,
    pub(crate) swagger: Arc<utoipa_swagger_ui::Config<'static>>,
}

/// The OpenAPI document, written once.
pub struct Document {
    /// The JSON.
    pub json: Bytes,
    /// Its entity tag, without quotes.
    pub tag: String,
}

/// One path and what it answers to.
#[derive(Clone)]
pub struct Path {
    /// The template.
    pub template: &'static str,
    /// Answers `GET` and `HEAD`.
    pub get: Option<&'static Route>,
    /// Answers `POST`.
    pub post: Option<&'static Route>,
    /// The value of `Allow`.
    pub allow: HeaderValue,
}

impl Service {
    /// The service over these rows, in the order of the document.
    ///
    /// # Errors
    /// When the document cannot be written as JSON.
    pub fn new(
        app: Arc<App>,
        verifier: Arc<Verifier>,
        tables: &[&'static [Route]],
    ) -> Result<Self, serde_json::Error> {
        let routes: Vec<&'static Route> = tables.iter().copied().flatten().collect();
        let json: Bytes = serde_json::to_vec(&document(&routes))?.into();
        let tag = Sha256::digest(&json)[..8].iter().fold(String::new(), |mut tag, byte| {
            let _ = write!(tag, "{byte:02x}");
            tag
        });
        let paths = paths_of(&routes);
        Ok(Self {
            app,
            verifier,
            finder: Paths::new(paths.iter().map(|path| path.template)),
            paths,
            document: Document { json, tag },
            standings: Shelf::default(),
            swagger: docs::config(),
        })
    }

    /// The application behind it.
    pub fn app(&self) -> &App {
        &self.app
    }

    /// Verifies tokens.
    pub fn verifier(&self) -> &Verifier {
        &self.verifier
    }

    /// Standings as they were last written.
    pub fn standings(&self) -> &Shelf {
        &self.standings
    }

    /// The OpenAPI document.
    pub fn document(&self) -> &Document {
        &self.document
    }

    /// Every path there is.
    pub fn paths(&self) -> &[Path] {
        &self.paths
    }

    /// Which of [`Service::paths`] a path is, and the parameters in it.
    pub fn find<'p>(&self, path: &'p str) -> Option<(usize, Found<'p>)> {
        self.finder.find(path)
    }
}

/// Standings kept as bytes, each with the position of the last change it shows and the day it was written for.
#[derive(Default)]
pub struct Shelf(RwLock<AHashMap<ShelfKey, (ShelfMark, Answer)>>);

type ShelfKey = (BlocId, EmulationYear);
type ShelfMark = (Position, Date);

impl Shelf {
    /// How many standings are kept; past that the shelf is emptied and fills again.
    const MOST: usize = 4096;

    /// The standing, if what is kept is still what stands.
    pub fn get(&self, key: ShelfKey, mark: ShelfMark) -> Option<Answer> {
        self.0.read().get(&key).filter(|(kept, _)| *kept == mark).map(|(_, answer)| answer.clone())
    }

    /// Keeps a standing.
    pub fn put(&self, key: ShelfKey, mark: ShelfMark, answer: Answer) {
        let mut kept = self.0.write();
        if kept.len() >= Self::MOST {
            kept.clear();
        }
        kept.insert(key, (mark, answer));
    }
}

fn paths_of(routes: &[&'static Route]) -> Vec<Path> {
    let mut paths: BTreeMap<&str, Path> = BTreeMap::new();
    for route in routes {
        let path = paths.entry(route.path).or_insert_with(|| Path {
            template: route.path,
            get: None,
            post: None,
            allow: HeaderValue::from_static("OPTIONS"),
        });
        match route.kind {
            Kind::Fact(_) | Kind::Start(_) => path.post = Some(route),
            Kind::Read(_) | Kind::Page(_) => path.get = Some(route),
        }
        path.allow = HeaderValue::from_static(match (path.get, path.post) {
            (Some(_), Some(_)) => "GET, HEAD, OPTIONS, POST",
            (Some(_), None) => "GET, HEAD, OPTIONS",
            (None, Some(_)) => "OPTIONS, POST",
            (None, None) => "OPTIONS",
        });
    }
    paths.into_values().collect()
}

impl Path {
    /// The route that answers to a method.
    pub fn route(&self, method: &Method) -> Option<&'static Route> {
        match *method {
            Method::GET | Method::HEAD => self.get,
            Method::POST => self.post,
            _ => None,
        }
    }
}

/// Mounts the service. Called once per worker.
///
/// ```text
/// HttpServer::new(move || actix_web::App::new().configure(|config| api::service::mount(config, &service)))
/// ```
pub fn mount(config: &mut ServiceConfig, service: &Arc<Service>) {
    // One counter per worker and path instead of one that all workers fight over.
    let mounted = Rc::new(Mounted::new(service));
    config.default_service(fn_service(move |request: ServiceRequest| {
        let mounted = Rc::clone(&mounted);
        async move {
            let (request, payload) = request.into_parts();
            let response = middleware::answer(&mounted, &request, payload).await;
            Ok(ServiceResponse::new(request, response))
        }
    }));
}
