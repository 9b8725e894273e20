use super::*;
use std::{path::Path, process::Command};

/// Runs OpenSSL in a folder.
fn openssl(folder: &Path, words: &[&str]) {
    let output = Command::new("openssl").current_dir(folder).args(words).output().expect("openssl is there");
    assert!(output.status.success(), "{words:?}: {}", String::from_utf8_lossy(&output.stderr));
}

/// A throw-away authority: its own certificate, one for time stamps, and what `openssl ts` wants to know.
fn authority(folder: &Path, key: &[&str]) {
    let config = "\
[tsa]
serial = serial
crypto_device = builtin
signer_digest = sha256
default_policy = 1.2.3.4
digests = sha256
accuracy = secs:1
ess_cert_id_alg = sha256
[stamps]
basicConstraints = CA:FALSE
extendedKeyUsage = critical,timeStamping
[root]
basicConstraints = critical,CA:TRUE
";
    std::fs::write(folder.join("tsa.cnf"), config).unwrap();
    std::fs::write(folder.join("serial"), "01\n").unwrap();
    let new = |name: &'static str| {
        let common = ["req", "-new", "-nodes", "-subj", name, "-keyout", "key.pem"];
        [&common[..], key].concat()
    };
    let root = ["-x509", "-days", "2", "-out", "ca.pem", "-keyout", "ca.key"];
    openssl(folder, &[&new("/CN=Root")[..], &root].concat());
    openssl(folder, &[&new("/CN=Stamps")[..], &["-out", "tsa.csr"]].concat());
    let sign = [
        "x509",
        "-req",
        "-in",
        "tsa.csr",
        "-CA",
        "ca.pem",
        "-CAkey",
        "ca.key",
        "-CAcreateserial",
        "-days",
        "1",
    ];
    openssl(
        folder,
        &[&sign[..], &["-extfile", "tsa.cnf", "-extensions", "stamps", "-out", "tsa.pem"]].concat(),
    );
}

fn reply(folder: &Path, query: &[u8]) -> Vec<u8> {
    std::fs::write(folder.join("q.tsq"), query).unwrap();
    let words = [
        "ts",
        "-reply",
        "-config",
        "tsa.cnf",
        "-section",
        "tsa",
        "-queryfile",
        "q.tsq",
        "-signer",
        "tsa.pem",
    ];
    openssl(folder, &[&words[..], &["-inkey", "key.pem", "-out", "r.tsr"]].concat());
    std::fs::read(folder.join("r.tsr")).unwrap()
}

fn authorities(folder: &Path) -> Authorities {
    Authorities::read(&std::fs::read(folder.join("ca.pem")).unwrap()).unwrap()
}

const RSA: &[&str] = &["-newkey", "rsa:2048"];
const P256: &[&str] = &["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"];

#[test]
fn a_stamp_of_openssl_is_read_and_verified_and_every_change_to_it_is_found() {
    for key in [RSA, P256] {
        let home = tempfile::tempdir().unwrap();
        let folder = home.path();
        authority(folder, key);
        let (message, nonce) = (b"a checkpoint\n", [0xff, 2, 3, 4, 5, 6, 7, 8]);
        let reply = reply(folder, &query(message, nonce));
        let stamp = TimeStamp::read(&reply, message).unwrap();
        stamp.answers(nonce).unwrap();
        assert_eq!(stamp.answers([1; 8]), Err(StampError::OtherNonce));
        stamp.verify(&authorities(folder)).unwrap();
        assert_eq!(TimeStamp::read(&reply, b"b checkpoint\n").err(), Some(StampError::OtherContent));

        // The same is said by OpenSSL.
        std::fs::write(folder.join("message"), message).unwrap();
        openssl(folder, &["ts", "-verify", "-data", "message", "-in", "r.tsr", "-CAfile", "ca.pem"]);

        let other = tempfile::tempdir().unwrap();
        authority(other.path(), key);
        assert!(matches!(stamp.verify(&authorities(other.path())), Err(StampError::Certificate(_))));

        // No bit of what is signed, or of the signature, can be another.
        let (content, signature) = (stamp.content, stamp.signer.signature);
        let place = |part: &[u8]| reply.windows(part.len()).position(|window| window == part).unwrap();
        for part in [content, signature, stamp.signer.attributes] {
            for at in [place(part), place(part) + part.len() / 2, place(part) + part.len() - 1] {
                let mut forged = reply.clone();
                forged[at] ^= 1;
                let judged =
                    TimeStamp::read(&forged, message).map(|stamp| stamp.verify(&authorities(folder)));
                assert!(!matches!(judged, Ok(Ok(()))), "byte {at}");
            }
        }
        for cut in 0..reply.len() {
            assert!(TimeStamp::read(&reply[..cut], message).is_err(), "cut at {cut}");
        }
    }
}

#[test]
fn a_certificate_that_is_not_for_time_stamps_is_not_believed() {
    let home = tempfile::tempdir().unwrap();
    let folder = home.path();
    authority(folder, RSA);
    let reply = reply(folder, &query(b"x", [1; 8]));
    let stamp = TimeStamp::read(&reply, b"x").unwrap();
    let late = TimeStamp { time: Timestamp::from_millis(4_000_000_000_000), ..stamp.clone() };
    assert!(matches!(late.verify(&authorities(folder)), Err(StampError::Certificate(_))), "expired by then");
    // OpenSSL itself refuses to stamp with a certificate for other things, so the check is asked directly.
    let ca = std::fs::read(folder.join("ca.pem")).unwrap();
    let ca = CertificateDer::pem_slice_iter(&ca).next().unwrap().unwrap();
    assert!(authorities(folder).vouch_for(&ca, &[], stamp.time).is_err());
}

#[test]
fn a_refusal_is_told_and_times_have_fractions() {
    let refused = der::item(tag::SEQUENCE, &der::item(tag::SEQUENCE, &[2, 1, 2]));
    assert_eq!(TimeStamp::read(&refused, b"").err(), Some(StampError::NotGranted(vec![2])));
    for (text, expected) in [
        ("20261126021500Z", Some("2026-11-26T02:15:00.000Z")),
        ("20261126021500.25Z", Some("2026-11-26T02:15:00.250Z")),
        ("20261326021500Z", None),
        ("2026112602150Z", None),
        ("20261126021500", None),
    ] {
        assert_eq!(time_of(text.as_bytes()).map(|time| time.to_string()).as_deref(), expected, "{text}");
    }
}
