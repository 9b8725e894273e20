//! How a database is reached: encryption, certificates, passwords.

use super::*;
use std::{fs, os::unix::fs::PermissionsExt, path::Path, process::Command};
use tempfile::TempDir;

/// A cluster that lets in `node` alone, encrypted and by password, and the certificate of its authority.
fn guarded() -> (Cluster, TempDir) {
    let cluster = Cluster::start(FLEETING);
    let server = cluster.primary();
    let folder = tempfile::tempdir().unwrap();
    certificates(folder.path());
    for file in ["server.crt", "server.key"] {
        server.put(file, &fs::read(folder.path().join(file)).unwrap());
    }
    server.sql("postgres", "create role node login password 'mật khẩu: dài'");
    let place: Place = server.url("postgres", "postgres").parse().unwrap();
    migrate(&place, Some("node")).unwrap();
    server.put(
        "pg_hba.conf",
        b"hostssl all node 127.0.0.1/32 scram-sha-256\nhost all postgres 127.0.0.1/32 trust\n",
    );
    server.set(&[("ssl", "on")]);
    server.reload();
    (cluster, folder)
}

/// An authority, and a certificate for `localhost` that it signed.
fn certificates(folder: &Path) {
    fs::write(folder.join("names"), "subjectAltName=DNS:localhost").unwrap();
    for words in [
        "req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=authority -keyout root.key -out root.crt",
        "req -newkey rsa:2048 -nodes -subj /CN=localhost -keyout server.key -out server.csr",
        "x509 -req -in server.csr -CA root.crt -CAkey root.key -CAcreateserial -days 2 -extfile names -out server.crt",
    ] {
        let made = Command::new("openssl").args(words.split(' ')).current_dir(folder).output().unwrap();
        assert!(made.status.success(), "{words}: {}", String::from_utf8_lossy(&made.stderr));
    }
}

fn passwords(folder: &Path, line: &str) -> String {
    let path = folder.join("passwords");
    fs::write(&path, line).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
    path.display().to_string()
}

#[test]
fn a_database_is_believed_by_its_certificate_and_a_node_by_its_password() {
    let (cluster, folder) = guarded();
    let port = cluster.primary().port();
    let root = folder.path().join("root.crt").display().to_string();
    let file = passwords(
        folder.path(),
        &format!("localhost:{port}:postgres:node:mật khẩu\\: dài\n127.0.0.1:*:*:*:x"),
    );
    let open = |host: &str, parameters: &str| {
        let url = format!("postgres://node@{host}:{port}/postgres?{parameters}");
        PostgresLog::open(url.parse().unwrap()).map(|log| log.head().unwrap()).map_err(|error| causes(&error))
    };
    let whole = format!("sslmode=verify-full&sslrootcert={root}&passfile={file}");
    assert_eq!(open("localhost", &whole).unwrap().0, 0);
    // It answers under an address that is not in its certificate.
    let other = open("127.0.0.1", &whole).unwrap_err();
    assert!(other.contains("not valid for name"), "{other}");
    let unnamed = open("localhost", &format!("sslmode=verify-full&passfile={file}")).unwrap_err();
    assert!(unnamed.contains("sslrootcert"), "{unnamed}");
    let plain = open("localhost", &format!("sslmode=disable&passfile={file}")).unwrap_err();
    assert!(plain.contains("no encryption"), "{plain}");
    let wrong = passwords(folder.path(), "*:*:*:*:wrong");
    let refused =
        open("localhost", &format!("sslmode=verify-full&sslrootcert={root}&passfile={wrong}")).unwrap_err();
    assert!(refused.contains("password authentication failed") && !refused.contains("wrong"), "{refused}");
}

fn causes(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(Some(error), |error| error.source());
    causes.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}
