//! The demo: the blocs of the five source documents with their facts, an example year, and a token to try it.

use crate::{
    cli::{self, DEVELOPMENT_ISSUER, Demo},
    exit::Exit,
    exporting, import, noting, opening,
    serve::{Running, install_metrics, stop},
    signing,
    store::StoreUrl,
    vault,
};
use api::auth::{Issuer, KeyLocation, Scope, Verifier, keys};
use app::{App, Clock, ScriptedClock, SystemClock};
use domain::{ClientId, Timestamp};
use std::{path::PathBuf, sync::Arc, time::Duration};

/// The provinces before and since the reform of 2025, what the five documents say, then what is made up to go with it and
/// marked so.
const DATA: [&str; 3] = [
    include_str!("../../api-spec/import/provinces.jsonl"),
    include_str!("demo/facts.jsonl"),
    include_str!("demo/example.jsonl"),
];
/// How long before the demo is loaded its clock begins, in days: so that there is a last month to ask about.
const BEGINS_DAYS_AGO: i64 = 60;
const DAY: i64 = 86_400_000;
/// A demo token is good for a day's trying out.
const TOKEN_SECONDS: u32 = 86_400;

/// Runs `demo`.
pub fn run(options: &Demo, json: bool) -> Result<(), Exit> {
    let temporary = options.store.is_none().then(temporary_folder).transpose()?;
    let store = match (&options.store, &temporary) {
        (Some(store), _) => store.clone(),
        (None, Some(folder)) => StoreUrl::Sled(folder.0.clone()),
        (None, None) => return Err(Exit::Usage("no store".to_owned())),
    };
    let clock = Arc::new(ScriptedClock::at(days_ago(BEGINS_DAYS_AGO)));
    if let StoreUrl::Postgres(place) = &store {
        // The example is its own owner.
        eventlog::postgres::migrate(place, None)?;
    }
    let mut app = opening::open(&store, None, Arc::clone(&clock) as Arc<dyn Clock>)?;
    let client = ClientId::new("demo").map_err(Exit::failed)?;
    let metrics = install_metrics()?;
    let keys_folder = opening::folder(&store)?.join("demo-keys");
    let (verifier, token) = development_token(&keys_folder, &client)?;
    // The example's anchor goes with the example: who takes a store for a real one names another.
    signing::publish_for_development(&mut app, &keys_folder.join("log.key"), &keys_folder.join("anchor"))?;
    vault::open_for_development(&mut app, &keys_folder.join("vault.key"), &keys_folder.join("vault"))?;
    noting::begin_in(&mut app, &keys_folder.join("reads"), None)?;
    exporting::offer_in(&mut app, &keys_folder.join("exports"))?;
    actix_web::rt::System::new().block_on(async {
        load(&app, &client, &clock).await?;
        let app = Arc::new(app);
        let verifier = Arc::new(verifier);
        verifier.prefetch(SystemClock.now().millis() / 1000).await;
        let running = Running::start(Arc::clone(&app), verifier, metrics, &options.listen)?;
        running.announce(json, Some(&token))?;
        if !json {
            cli::print(&try_it(&running.address(), &token))?;
        }
        let outcome = running.until_stopped().await;
        stop(app);
        outcome
    })
}

/// Posts the demo's requests. Those of an earlier start are found by their keys and left as they are.
async fn load(app: &App, client: &ClientId, clock: &ScriptedClock) -> Result<(), Exit> {
    opening::found(app, client).await?;
    for text in DATA {
        let set_clock = |days| clock.set(days_ago(days));
        let size = text.len() as u64;
        import::carry_out(app, client, text.as_bytes(), size, set_clock).await.map_err(Exit::failed)?;
    }
    clock.let_go();
    app.commit_stream_heads().await.map_err(|failure| Exit::failed(format!("{failure:?}")))?;
    // Who asks for the head finds one that covers the example.
    app.audit().covering(app.head().0, Duration::from_secs(5)).await;
    Ok(())
}

fn days_ago(days: i64) -> Timestamp {
    Timestamp::from_millis(SystemClock.now().millis() - days * DAY)
}

fn development_token(folder: &std::path::Path, client: &ClientId) -> Result<(Verifier, String), Exit> {
    std::fs::create_dir_all(folder)?;
    let (pem, jwks) = (folder.join("signing-key.pem"), folder.join("jwks.json"));
    if !pem.exists() || !jwks.exists() {
        keys::SigningKey::generate().and_then(|key| key.write(&pem, &jwks)).map_err(Exit::failed)?;
    }
    let mut issuer = Issuer::new(DEVELOPMENT_ISSUER, "thidua", KeyLocation::File(jwks));
    issuer.development_allowed = true;
    issuer.max_lifetime_seconds = TOKEN_SECONDS.into();
    let request = keys::MintRequest {
        client: client.clone(),
        scopes: Scope::ALL.iter().copied().collect(),
        ttl_seconds: TOKEN_SECONDS,
        audience: issuer.audience.clone(),
        issuer: issuer.url.clone(),
        now_seconds: SystemClock.now().millis() / 1000,
    };
    let key = keys::SigningKey::read(&pem).map_err(Exit::failed)?;
    let token = keys::mint(&key, &request).map_err(Exit::failed)?;
    let verifier = Verifier::new(vec![issuer]).map_err(|fault| Exit::Usage(fault.to_string()))?;
    Ok((verifier, token))
}

/// A folder that is removed at the end.
struct Temporary(PathBuf);

impl Drop for Temporary {
    fn drop(&mut self) {
        // What is left in the system's temporary folder is the system's to clear.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn temporary_folder() -> Result<Temporary, Exit> {
    let id = app::mint::new_uuid(SystemClock.now()).map_err(|error| Exit::failed(error.to_string()))?;
    let folder = std::env::temp_dir().join(format!("thidua-demo-{id}"));
    std::fs::create_dir_all(&folder)?;
    Ok(Temporary(folder))
}

fn try_it(address: &str, token: &str) -> String {
    format!(
        "\nThe example's clock began {BEGINS_DAYS_AGO} days ago; what no document says is marked illustrative.\n\
         Try it:\n\
         export TOKEN={token}\n\
         curl {address}/v1/blocs\n\
         curl {address}/v1/blocs/{HA_GIANG}/years/2019/standing\n\
         curl {address}/v1/units/{HA_GIANG_PROVINCE}/lineage\n\
         curl -H \"Authorization: Bearer $TOKEN\" {address}/v1/me\n"
    )
}

/// The bloc of the associations of Hà Giang.
const HA_GIANG: &str = "01890000-0000-7000-8001-000000000003";
/// The province of Hà Giang, which became part of Tuyên Quang on 1 July 2025.
const HA_GIANG_PROVINCE: &str = "01890000-0000-7000-8020-000000006302";
