//! Encryption of the connection, with the server's name and certificate checked.

use super::place::Files;
use rustls::{
    ClientConfig, RootCertStore,
    crypto::aws_lc_rs,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
};
use std::{io, path::Path, sync::Arc};

/// Makes encrypted connections.
pub(super) type Connector = tokio_postgres_rustls::MakeRustlsConnect;

/// Believes servers whose certificate one of the authorities in the file has signed for their name.
pub(super) fn connector(files: &Files) -> io::Result<Connector> {
    let root = files.root.as_deref().ok_or_else(|| {
        io::Error::other(
            "name the file of the authority that signed the server's certificate: sslrootcert=FILE",
        )
    })?;
    let mut roots = RootCertStore::empty();
    for certificate in certificates(root)? {
        roots.add(certificate).map_err(|error| unusable(root, &error))?;
    }
    let builder = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(io::Error::other)?
        .with_root_certificates(roots);
    let config = match &files.own {
        None => builder.with_no_client_auth(),
        Some((certificate, key)) => {
            let own = PrivateKeyDer::from_pem_file(key).map_err(|error| unusable(key, &error))?;
            builder
                .with_client_auth_cert(certificates(certificate)?, own)
                .map_err(|error| unusable(certificate, &error))?
        }
    };
    Ok(Connector::new(config))
}

fn certificates(path: &Path) -> io::Result<Vec<CertificateDer<'static>>> {
    let all = CertificateDer::pem_file_iter(path).and_then(Iterator::collect::<Result<Vec<_>, _>>);
    match all.map_err(|error| unusable(path, &error))? {
        none if none.is_empty() => Err(unusable(path, &"it holds no certificate")),
        some => Ok(some),
    }
}

fn unusable(path: &Path, why: &dyn std::fmt::Display) -> io::Error {
    io::Error::other(format!("{}: {why}", path.display()))
}
