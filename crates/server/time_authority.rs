//! The authority that stamps signed heads, over HTTP (RFC 3161 §3.4).

use crate::exit::Exit;
use ::audit::time_stamp::{Authorities, QUERY, TimeStamp, query};
use app::{
    App,
    audit::{Authority, Stamping},
};
use domain::Timestamp;
use reqwest::{Client, header::CONTENT_TYPE, redirect};
use std::{path::Path, sync::Arc, time::Duration};

/// How long the authority may take to answer.
const PATIENCE: Duration = Duration::from_secs(30);
/// No answer is longer, in bytes: a signature and a chain of certificates.
const LONGEST: usize = 65_536;

/// From now on signed heads are stamped once a day; with certificates, only by whom they vouch for.
pub fn ask(app: &mut App, url: &str, certificates: Option<&Path>) -> Result<(), Exit> {
    if !url.starts_with("https://") && !url.starts_with("http://") {
        return Err(Exit::Usage(format!("the address of the time-stamping authority, {url}, is none")));
    }
    let believed = certificates.map(|path| {
        let wrong = |what: String| Exit::Usage(format!("{}: {what}", path.display()));
        let pem = std::fs::read(path).map_err(|error| wrong(error.to_string()))?;
        Authorities::read(&pem).map(Arc::new).map_err(|error| wrong(error.to_string()))
    });
    let believed = believed.transpose()?;
    let client = Client::builder().timeout(PATIENCE).redirect(redirect::Policy::none()).build();
    let (client, url) = (client.map_err(Exit::failed)?, url.to_owned());
    let authority: Authority = Box::new(move |message| -> Stamping {
        Box::pin(stamp(client.clone(), url.clone(), believed.clone(), message))
    });
    Ok(app.stamp(authority)?)
}

async fn stamp(
    client: Client,
    url: String,
    believed: Option<Arc<Authorities>>,
    message: Vec<u8>,
) -> Result<(Timestamp, Vec<u8>), String> {
    let mut nonce = [0; 8];
    getrandom::fill(&mut nonce).map_err(|error| error.to_string())?;
    let request = client.post(&url).header(CONTENT_TYPE, QUERY).body(query(&message, nonce));
    let mut answer = request.send().await.map_err(|error| error.to_string())?;
    if !answer.status().is_success() {
        return Err(format!("{url} answers {}", answer.status()));
    }
    let mut reply = Vec::new();
    while let Some(chunk) = answer.chunk().await.map_err(|error| error.to_string())? {
        if reply.len() + chunk.len() > LONGEST {
            return Err(format!("an answer of more than {LONGEST} bytes"));
        }
        reply.extend_from_slice(&chunk);
    }
    let stamp = TimeStamp::read(&reply, &message).map_err(|error| error.to_string())?;
    stamp.answers(nonce).map_err(|error| error.to_string())?;
    if let Some(believed) = believed {
        stamp.verify(&believed).map_err(|error| error.to_string())?;
    }
    let time = stamp.time;
    Ok((time, reply))
}
