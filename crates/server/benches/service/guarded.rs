//! Standings are public, so a token changes nothing when one is read. To see what a token costs, the service is mounted
//! here with one more row: the same standing, for clients with the scope to read standings.

use crate::{process::ISSUER, setting};
use actix_web::HttpServer;
use api::{
    Service,
    auth::{Issuer, KeyLocation, Scope, Verifier},
    resources::{self, years::standing::Standing},
    routes::{Route, Tag, needs, read},
    service::mount,
};
use app::{App, SystemClock, rebuild::rebuild};
use domain::Position;
use eventlog::SledLog;
use std::{path::Path, sync::Arc};

/// The argument that makes this program that server.
pub const NAME: &str = "guarded-server";

/// What the guarded standing has in the place of `/v1/blocs`.
pub const PATH: &str = "/v1/guarded-blocs";

static ROWS: &[Route] = &[read::<Standing>(
    "/v1/guarded-blocs/{bloc}/years/{year}/standing",
    "getGuardedStanding",
    Tag::Standings,
    ["Bảng xếp hạng", "The standing"],
    needs(&[Scope::StandingsRead]),
)];

/// The store and the public keys, when this program was started as that server.
pub fn asked_for(arguments: &[String]) -> Option<(&Path, &Path)> {
    match arguments {
        [name, store, keys] if name == NAME => Some((Path::new(store), Path::new(keys))),
        _ => None,
    }
}

/// Serves until it is killed.
pub fn serve(store: &Path, keys: &Path) {
    let log = SledLog::open(store).unwrap().confirm_by_reading().unwrap();
    let rebuilt = rebuild(&log, Position(0), |_| {}).unwrap();
    let app = App::start(Arc::new(log), rebuilt, Arc::new(SystemClock)).unwrap();
    let mut issuer = Issuer::new(ISSUER, "thidua", KeyLocation::File(keys.to_owned()));
    issuer.development_allowed = true;
    let verifier = Verifier::new(vec![issuer]).unwrap();
    let tables: Vec<_> = resources::ALL.iter().copied().chain([ROWS]).collect();
    let service = Arc::new(Service::new(Arc::new(app), Arc::new(verifier), &tables).unwrap());
    actix_web::rt::System::new().block_on(async {
        service.verifier().prefetch(service.app().now().millis() / 1000).await;
        let shared = Arc::clone(&service);
        let server = HttpServer::new(move || mount(&shared))
            .workers(setting("WORKERS", 1))
            .bind("127.0.0.1:0")
            .unwrap();
        println!("{}", serde_json::json!({ "listening": format!("http://{}", server.addrs()[0]) }));
        server.run().await.unwrap();
    });
}
