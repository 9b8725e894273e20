//! A temporary folder with development keys and room for a store, and how to call the program on it.

use std::{
    path::{Path, PathBuf},
    process::{Command, Output},
};
use tempfile::TempDir;

/// The issuer of every token the tests use.
pub const ISSUER: &str = "https://issuer.test";
/// The audience of every token the tests use.
pub const AUDIENCE: &str = "thidua-test";
/// The client that founds every log the tests make.
pub const REGISTRAR: &str = "registrar";

/// A temporary folder; it is removed when this is dropped.
pub struct Place {
    folder: TempDir,
    /// Where the store is, when it is not in the folder.
    elsewhere: Option<String>,
}

impl Place {
    /// A fresh folder with keys in it and no store yet.
    pub fn new() -> Self {
        let folder = tempfile::Builder::new().prefix("thidua-test-").tempdir().expect("a temporary folder");
        let place = Self { folder, elsewhere: None };
        let keys = place.file("keys");
        run(Command::new(binary()).args(["token", "keys", "--dir"]).arg(keys));
        run(Command::new(binary()).args(["vault", "key", "--key"]).arg(place.vault_key()));
        place
    }

    /// A fresh folder with keys in it, and a store somewhere else.
    #[cfg(feature = "postgres")]
    pub fn with_store(address: &str) -> Self {
        Self { elsewhere: Some(address.to_owned()), ..Self::new() }
    }

    /// A path inside the folder.
    pub fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The folder of the store.
    pub fn store(&self) -> PathBuf {
        self.file("store")
    }

    /// The store as the command line names it.
    pub fn store_address(&self) -> String {
        self.elsewhere.clone().unwrap_or_else(|| format!("sled:{}", self.store().display()))
    }

    /// The root key of the vault.
    pub fn vault_key(&self) -> PathBuf {
        self.file("vault.key")
    }

    /// The keys of persons.
    pub fn vault(&self) -> PathBuf {
        self.file("store.vault")
    }

    /// The public keys that the server trusts.
    pub fn jwks(&self) -> PathBuf {
        self.file("keys/jwks.json")
    }

    /// A token for a client with scopes separated by spaces, valid for an hour.
    pub fn token(&self, client: &str, scope: &str) -> String {
        let output = run(Command::new(binary())
            .args(["token", "mint", "--key"])
            .arg(self.file("keys/signing-key.pem"))
            .args(["--client", client, "--scope", scope])
            .args(["--issuer", ISSUER, "--audience", AUDIENCE]));
        let token = String::from_utf8(output.stdout).expect("a token is ASCII").trim().to_owned();
        assert_eq!(token.split('.').count(), 3, "not a signed token: {token:?}");
        token
    }
}

/// The program under test.
pub fn binary() -> PathBuf {
    let built = || PathBuf::from(env!("CARGO_BIN_EXE_thidua"));
    let path = std::env::var_os("THIDUA_BINARY").map_or_else(built, PathBuf::from);
    let path = if path.is_absolute() { path } else { repository().join(path) };
    assert!(path.is_file(), "there is no program at {}", path.display());
    path
}

/// The root of the repository.
pub fn repository() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Runs a command that must succeed.
pub fn run(command: &mut Command) -> Output {
    let output = command.output().unwrap_or_else(|error| panic!("{command:?} does not start: {error}"));
    assert!(
        output.status.success(),
        "{command:?} ended with {}: {}",
        output.status,
        String::from_utf8_lossy(&output.stderr)
    );
    output
}
