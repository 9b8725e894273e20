//! The witnesses that a service shows its signed heads to, over HTTP (c2sp.org/tlog-witness).

use crate::exit::Exit;
use app::{
    App,
    audit::{Answering, Courier, Witnesses},
};
use reqwest::{Client, redirect};
use std::{path::Path, time::Duration};
use tlog::policy::{Policy, Witness};

/// How long a witness may take to answer.
const PATIENCE: Duration = Duration::from_secs(10);
/// No answer is longer, in bytes: some signature lines.
const LONGEST: usize = 65_536;

/// From now on the witnesses of a policy file are shown what is signed.
pub fn ask(app: &mut App, file: &Path) -> Result<(), Exit> {
    let wrong = |what: String| Exit::Usage(format!("the policy {}: {what}", file.display()));
    let bytes = std::fs::read(file).map_err(|error| wrong(error.to_string()))?;
    let policy = Policy::parse(&bytes).map_err(|error| wrong(error.to_string()))?;
    let head = app.audit().published().ok_or_else(|| Exit::failed("nothing was signed"))?;
    if policy.logs().iter().all(|log| log.key != head.key) {
        return Err(wrong(format!("it does not list the key of this log, {}", head.key)));
    }
    let couriers = policy.witnesses().iter().map(|witness| courier(witness).map_err(wrong));
    let couriers = couriers.collect::<Result<_, _>>()?;
    Ok(app.witness(Witnesses { file: bytes, policy, couriers })?)
}

/// The way to a witness; none when the policy does not say where it is.
fn courier(witness: &Witness) -> Result<Option<Courier>, String> {
    let name = String::from_utf8_lossy(&witness.name).into_owned();
    let Some(url) = &witness.url else {
        tracing::warn!(witness = name, "the policy does not say where the witness can be asked");
        return Ok(None);
    };
    let url =
        str::from_utf8(url).ok().filter(|url| url.starts_with("https://") || url.starts_with("http://"));
    let url = url.ok_or_else(|| format!("the address of the witness {name} is none"))?;
    let address = format!("{}/add-checkpoint", url.trim_end_matches('/'));
    let client = Client::builder().timeout(PATIENCE).redirect(redirect::Policy::none()).build();
    let client = client.map_err(|error| error.to_string())?;
    Ok(Some(Box::new(move |body| -> Answering { Box::pin(carry(client.clone(), address.clone(), body)) })))
}

async fn carry(client: Client, address: String, body: String) -> Result<(u16, String), String> {
    let mut answer = client.post(address).body(body).send().await.map_err(|error| told(&error))?;
    let (status, mut bytes) = (answer.status().as_u16(), Vec::new());
    while let Some(chunk) = answer.chunk().await.map_err(|error| told(&error))? {
        if bytes.len() + chunk.len() > LONGEST {
            return Err(format!("an answer of more than {LONGEST} bytes"));
        }
        bytes.extend_from_slice(&chunk);
    }
    String::from_utf8(bytes).map(|text| (status, text)).map_err(|_| "an answer that is no text".to_owned())
}

/// An error with its causes: the first says only that sending failed.
fn told(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(Some(error), |error| error.source());
    causes.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}
