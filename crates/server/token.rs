//! Development keys and tokens. A service accepts them only when it is told to.

use crate::{
    cli::{self, Mint, Token},
    exit::Exit,
};
use api::auth::{Scope, ScopeSet, keys};
use app::{Clock, SystemClock};

/// Runs a `token` command.
pub fn run(command: &Token, json: bool) -> Result<(), Exit> {
    match command {
        Token::Keys { dir } => {
            std::fs::create_dir_all(dir)?;
            let (pem, jwks) = (dir.join("signing-key.pem"), dir.join("jwks.json"));
            keys::SigningKey::generate().and_then(|key| key.write(&pem, &jwks)).map_err(Exit::failed)?;
            let written = serde_json::json!({ "signing_key": pem, "jwks": jwks });
            cli::print(&if json {
                written.to_string()
            } else {
                format!("{}\n{}", pem.display(), jwks.display())
            })
        }
        Token::Mint(mint) => {
            let key = keys::SigningKey::read(&mint.key).map_err(Exit::failed)?;
            let token = keys::mint(&key, &request(mint)?).map_err(Exit::failed)?;
            let written = serde_json::json!({ "token": token, "expires_in": mint.ttl });
            cli::print(&if json { written.to_string() } else { token })
        }
    }
}

fn request(mint: &Mint) -> Result<keys::MintRequest, Exit> {
    let scopes = match &mint.scope {
        None => Scope::ALL.iter().copied().collect(),
        Some(text) => scopes(text)?,
    };
    Ok(keys::MintRequest {
        client: mint.client.clone(),
        scopes,
        ttl_seconds: mint.ttl,
        audience: mint.audience.clone(),
        issuer: mint.issuer.clone(),
        now_seconds: SystemClock.now().millis() / 1000,
    })
}

fn scopes(text: &str) -> Result<ScopeSet, Exit> {
    let read = |name: &str| {
        name.parse::<Scope>().map_err(|_| Exit::Usage(format!("--scope: {name:?} is not a scope")))
    };
    text.split_whitespace().map(read).collect()
}
