//! A throw-away time-stamping authority: certificates and stamps by OpenSSL, behind a small HTTP server.

use super::place::run;
use std::{
    fs,
    io::{BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    path::{Path, PathBuf},
    process::Command,
    thread,
};

const CONFIG: &str = "\
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
";

/// An authority in a folder.
pub struct Authority {
    folder: PathBuf,
    /// Where it can be asked.
    pub url: String,
}

impl Authority {
    /// Makes the certificates in a folder and answers from now on.
    pub fn start(folder: &Path) -> Self {
        fs::create_dir_all(folder).expect("a folder");
        fs::write(folder.join("tsa.cnf"), CONFIG).expect("a file");
        fs::write(folder.join("serial"), "01\n").expect("a file");
        let new = "req -new -nodes -newkey rsa:2048";
        openssl(folder, &format!("{new} -subj /CN=Root -x509 -days 2 -keyout ca.key -out ca.pem"));
        openssl(folder, &format!("{new} -subj /CN=Stamps -keyout key.pem -out tsa.csr"));
        let sign = "x509 -req -in tsa.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 1";
        openssl(folder, &format!("{sign} -extfile tsa.cnf -extensions stamps -out tsa.pem"));
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let url = format!("http://{}/tsr", listener.local_addr().expect("an address"));
        let answering = folder.to_owned();
        thread::spawn(move || {
            listener.incoming().flatten().for_each(|stream| drop(answer(&answering, stream)))
        });
        Self { folder: folder.to_owned(), url }
    }

    /// The certificate of whoever vouches for it.
    pub fn certificates(&self) -> PathBuf {
        self.folder.join("ca.pem")
    }

    /// Stamps these bytes.
    pub fn stamp(&self, message: &[u8]) -> Vec<u8> {
        fs::write(self.folder.join("stamped"), message).expect("a file");
        openssl(&self.folder, "ts -query -data stamped -sha256 -cert -out query");
        reply(&self.folder).expect("a reply")
    }

    /// Whether OpenSSL finds that a reply is a time stamp of these bytes.
    pub fn vouches(&self, message: &[u8], reply: &[u8]) -> bool {
        fs::write(self.folder.join("message"), message).expect("a file");
        fs::write(self.folder.join("reply"), reply).expect("a file");
        let words = "ts -verify -data message -in reply -CAfile ca.pem";
        let mut openssl = Command::new("openssl");
        openssl.current_dir(&self.folder).args(words.split(' '));
        openssl.output().expect("openssl is there").status.success()
    }
}

fn openssl(folder: &Path, words: &str) {
    run(Command::new("openssl").current_dir(folder).args(words.split(' ')));
}

fn answer(folder: &Path, mut stream: TcpStream) -> Option<()> {
    let mut reader = BufReader::new(stream.try_clone().ok()?);
    let (mut length, mut is_query) = (0, false);
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        let line = line.trim().to_ascii_lowercase();
        if let Some(value) = line.strip_prefix("content-length:") {
            length = value.trim().parse().ok()?;
        }
        is_query |= line == "content-type: application/timestamp-query";
        if line.is_empty() {
            break;
        }
    }
    let mut query = vec![0; length];
    reader.read_exact(&mut query).ok()?;
    assert!(is_query, "the request does not say that it is one");
    fs::write(folder.join("query"), query).ok()?;
    let body = reply(folder)?;
    let head = "HTTP/1.1 200 OK\r\ncontent-type: application/timestamp-reply\r\nconnection: close";
    write!(stream, "{head}\r\ncontent-length: {}\r\n\r\n", body.len()).ok()?;
    stream.write_all(&body).ok()
}

/// The reply to the query in the folder.
fn reply(folder: &Path) -> Option<Vec<u8>> {
    openssl(
        folder,
        "ts -reply -config tsa.cnf -section tsa -queryfile query -signer tsa.pem -inkey key.pem -out answer",
    );
    fs::read(folder.join("answer")).ok()
}
