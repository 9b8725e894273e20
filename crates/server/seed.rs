//! Keys that sign notes, in files that only their owner can read. The form is that of other tools for signed notes:
//! `PRIVATE+KEY+<name>+<id>+<base 64 of the type and the seed>`.

use crate::exit::Exit;
use base64::{Engine, engine::general_purpose::STANDARD};
use std::{
    fs::{self, OpenOptions},
    io::Write,
    os::unix::fs::{OpenOptionsExt, PermissionsExt},
    path::Path,
};
use tlog::key::{KeyError, KeyName, Signer};

const PREFIX: &str = "PRIVATE+KEY+";
/// The type of a log's key (c2sp.org/signed-note, "Signature types").
const LOG: u8 = 0x01;

/// Makes the key of a log and writes it to a file that does not exist yet.
pub fn make(name: &str, path: &Path) -> Result<Signer, Exit> {
    let mut seed = [0_u8; 32];
    getrandom::fill(&mut seed).map_err(|error| Exit::failed(format!("no randomness: {error}")))?;
    let signer = of(name, &seed).map_err(|error| Exit::Usage(format!("{name}: {error}")))?;
    let public = signer.verifier();
    let secret = STANDARD.encode([&[LOG][..], &seed].concat());
    let text = format!("{PREFIX}{}+{}+{secret}\n", public.name(), public.id());
    let failed = |error: std::io::Error| Exit::failed(format!("{}: {error}", path.display()));
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path).map_err(failed)?;
    file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).map_err(failed)?;
    Ok(signer)
}

/// Reads the key of a log from its file.
pub fn read(path: &Path) -> Result<Signer, Exit> {
    let wrong = |what: &str| Exit::Usage(format!("the key {}: {what}", path.display()));
    let io = |error: std::io::Error| wrong(&error.to_string());
    if fs::metadata(path).map_err(io)?.permissions().mode() & 0o077 != 0 {
        return Err(wrong("others can read it; chmod 600"));
    }
    let text = fs::read_to_string(path).map_err(io)?;
    parse(&text).map_err(|what| wrong(&what))
}

fn parse(text: &str) -> Result<Signer, String> {
    let form = || "not of the form PRIVATE+KEY+<name>+<id>+<base 64>".to_owned();
    let mut parts = text.trim_end().strip_prefix(PREFIX).ok_or_else(form)?.splitn(3, '+');
    let (Some(name), Some(id), Some(secret)) = (parts.next(), parts.next(), parts.next()) else {
        return Err(form());
    };
    let bytes = STANDARD.decode(secret).map_err(|_| form())?;
    let seed = bytes.strip_prefix(&[LOG]).and_then(|seed| seed.try_into().ok());
    let seed = seed.ok_or("not the key of a log (type 0x01)")?;
    let signer = of(name, seed).map_err(|error| error.to_string())?;
    if signer.verifier().id().to_string() == id {
        Ok(signer)
    } else {
        Err("the id is of another key".to_owned())
    }
}

fn of(name: &str, seed: &[u8; 32]) -> Result<Signer, KeyError> {
    Signer::from_seed(name.parse::<KeyName>()?, seed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_read_back_and_only_by_its_owner() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("log.key");
        let made = make("so.example.vn/thidua", &path).unwrap();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(read(&path).unwrap().verifier(), made.verifier());
        assert!(make("so.example.vn/thidua", &path).is_err(), "a key is never overwritten");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
        assert!(matches!(read(&path), Err(Exit::Usage(what)) if what.contains("chmod 600")));
    }

    #[test]
    fn what_is_no_key_is_refused() {
        // The example key of Go's golang.org/x/mod/sumdb/note.
        let key = "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz\n";
        assert!(parse(key).unwrap().verifier().to_string().starts_with("PeterNeumann+c74f20a3+"));
        let other_id = key.replace("c74f", "c74e");
        let witness = key.replace("AYEK", "BIEK");
        for text in ["", "PRIVATE+KEY+a+b", &other_id, &witness, &key[8..], "PRIVATE+KEY+a b+c74f20a3+AY"] {
            assert!(parse(text).is_err(), "{text}");
        }
    }
}
