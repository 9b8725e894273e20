//! A witness's key in a file, in the form other tools for signed notes write:
//! `PRIVATE+KEY+<name>+<id>+<base 64 of 0x04 and the seed>`.

use crate::exit::Exit;
use base64::{Engine, engine::general_purpose::STANDARD};
use std::{fs::OpenOptions, io::Write, os::unix::fs::OpenOptionsExt, path::Path};
use tlog::key::{Algorithm, Cosigner};

const PREFIX: &str = "PRIVATE+KEY+";

/// Makes a key and writes it to a file that does not exist yet.
pub fn make(name: &str, path: &Path) -> Result<Cosigner, Exit> {
    let mut seed = [0_u8; 32];
    getrandom::fill(&mut seed).map_err(|error| Exit::failed(format!("no randomness: {error}")))?;
    let cosigner = of(name, &seed)?;
    let public = cosigner.verifier();
    let secret = STANDARD.encode([&[Algorithm::Cosignature.byte()][..], &seed].concat());
    let text = format!("{PREFIX}{}+{}+{secret}\n", public.name(), public.id());
    let failed = |error: std::io::Error| Exit::failed(format!("{}: {error}", path.display()));
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path).map_err(failed)?;
    file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).map_err(failed)?;
    Ok(cosigner)
}

/// Reads a key from its file.
pub fn read(path: &Path) -> Result<Cosigner, Exit> {
    let wrong = |what: &str| Exit::Usage(format!("{}: {what}", path.display()));
    let text = std::fs::read_to_string(path).map_err(|error| wrong(&error.to_string()))?;
    let form = "not PRIVATE+KEY+<name>+<id>+<base 64>";
    let mut parts = text.trim_end().strip_prefix(PREFIX).ok_or_else(|| wrong(form))?.splitn(3, '+');
    let (Some(name), Some(id), Some(secret)) = (parts.next(), parts.next(), parts.next()) else {
        return Err(wrong(form));
    };
    let bytes = STANDARD.decode(secret).map_err(|_| wrong(form))?;
    let seed = match bytes.split_first() {
        Some((byte, seed)) if *byte == Algorithm::Cosignature.byte() => seed.try_into().ok(),
        Some(_) | None => None,
    };
    let cosigner = of(name, seed.ok_or_else(|| wrong("not the key of a witness (type 0x04)"))?)?;
    if cosigner.verifier().id().to_string() == id {
        Ok(cosigner)
    } else {
        Err(wrong("the id is of another key"))
    }
}

fn of(name: &str, seed: &[u8; 32]) -> Result<Cosigner, Exit> {
    let usage = |error: tlog::key::KeyError| Exit::Usage(error.to_string());
    Cosigner::from_seed(name.parse().map_err(usage)?, seed).map_err(usage)
}
