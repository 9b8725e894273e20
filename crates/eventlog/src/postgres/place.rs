//! Where a log lies: the database, the schema in it, and how it is reached. No secret is part of it.

use super::{passwords, tls};
use std::{fmt, path::PathBuf, str::FromStr, time::Duration};
use tokio_postgres::config::{Config, Host, SslMode, TargetSessionAttrs};

/// The schema of a log unless another is named.
const USUAL_SCHEMA: &str = "thidua";

/// Where a log lies in PostgreSQL, as written in a URL.
///
/// `postgres://USER@HOST[:PORT][,HOST…]/DATABASE[?schema=…&sslmode=…&sslrootcert=…&sslcert=…&sslkey=…&passfile=…]`;
/// `host=/FOLDER` among the parameters names the folder of a Unix socket. Of several hosts, the one that takes writes is
/// used. The password comes from `PGPASSWORD` or a password file (`passfile`, `PGPASSFILE`, `~/.pgpass`).
#[derive(Clone, Debug)]
pub struct Place {
    config: Config,
    schema: String,
    pub(super) files: Files,
    /// How long to wait for what.
    pub patience: Patience,
}

/// Files that say who both sides are.
#[derive(Clone, Debug, Default)]
pub(super) struct Files {
    /// The certificates of the authorities the server is believed by.
    pub root: Option<PathBuf>,
    /// The certificate this side shows, and its key.
    pub own: Option<(PathBuf, PathBuf)>,
    /// The passwords.
    pub passwords: Option<PathBuf>,
}

/// How long to wait for what.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Patience {
    /// How long the server lets this process keep a turn without hearing from it, before it gives it to others.
    pub turn: Duration,
    /// How long to wait for others to end their turn.
    pub wait: Duration,
    /// How long to wait for the answer to anything, a commit included, before the connection counts as lost.
    pub answer: Duration,
    /// How long to look for what became of a commit that was not answered.
    pub settle: Duration,
    /// How long to try to connect, and to read.
    pub connect: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            turn: Duration::from_secs(1),
            wait: Duration::from_secs(5),
            answer: Duration::from_secs(10),
            settle: Duration::from_secs(10),
            connect: Duration::from_secs(5),
        }
    }
}

/// Why a text does not say where a log lies.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotAPlace {
    /// A password would be seen by everyone on the machine.
    #[error(
        "a password must not be typed on the command line, where every user of the machine can read it: put it into a \
         file for PGPASSFILE (host:port:database:user:password, readable by its owner alone) or into PGPASSWORD"
    )]
    Password,
    /// The schema's name would have to be quoted.
    #[error("{0:?} is no name for a schema: 1 to 40 of a-z, 0-9 and _, not beginning with a digit")]
    Schema(String),
    /// A parameter with a value that it cannot have.
    #[error("{0}")]
    Parameter(String),
    /// The rest cannot be read.
    #[error("not postgres://USER@HOST/DATABASE?schema=NAME: {0}")]
    Unreadable(String),
}

impl FromStr for Place {
    type Err = NotAPlace;

    fn from_str(text: &str) -> Result<Self, NotAPlace> {
        let (address, query) = text.split_once('?').unwrap_or((text, ""));
        let mut place = Self {
            config: Config::new(),
            schema: USUAL_SCHEMA.to_owned(),
            files: Files::default(),
            patience: Patience::default(),
        };
        let (mut others, mut encrypted, mut own) = (Vec::new(), None, (None, None));
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let file = || decoded(value).map(PathBuf::from);
            match name {
                "password" => return Err(NotAPlace::Password),
                "schema" => place.schema = schema(value)?,
                "sslmode" => encrypted = Some(is_encrypted(value)?),
                "sslrootcert" => place.files.root = Some(file()?),
                "sslcert" => own.0 = Some(file()?),
                "sslkey" => own.1 = Some(file()?),
                "passfile" => place.files.passwords = Some(file()?),
                _ => others.push(pair),
            }
        }
        place.files.own = match own {
            (Some(certificate), Some(key)) => Some((certificate, key)),
            (None, None) => None,
            _ => return Err(NotAPlace::Parameter("give sslcert and sslkey together".to_owned())),
        };
        let config = format!("{address}?{}", others.join("&")).parse::<Config>();
        place.config = config.map_err(|error| NotAPlace::Unreadable(causes(&error)))?;
        if place.config.get_password().is_some() {
            return Err(NotAPlace::Password);
        }
        if place.config.get_hosts().is_empty() || place.config.get_dbname().is_none() {
            return Err(NotAPlace::Unreadable("a host or a database is missing".to_owned()));
        }
        let encrypted = encrypted.unwrap_or_else(|| !place.is_near());
        place.config.ssl_mode(if encrypted { SslMode::Require } else { SslMode::Disable });
        Ok(place)
    }
}

fn schema(name: &str) -> Result<String, NotAPlace> {
    let allowed = |(index, byte): (usize, u8)| match byte {
        b'a'..=b'z' | b'_' => true,
        b'0'..=b'9' => index > 0,
        _ => false,
    };
    if (1..=40).contains(&name.len()) && name.bytes().enumerate().all(allowed) && !name.starts_with("pg_") {
        Ok(name.to_owned())
    } else {
        Err(NotAPlace::Schema(name.to_owned()))
    }
}

/// Encryption without knowing to whom is not offered: it only looks safe.
fn is_encrypted(mode: &str) -> Result<bool, NotAPlace> {
    match mode {
        "disable" => Ok(false),
        "verify-full" => Ok(true),
        _ => Err(NotAPlace::Parameter(format!(
            "sslmode={mode}: give verify-full (with sslrootcert=FILE), or disable for a database on this machine"
        ))),
    }
}

fn decoded(text: &str) -> Result<String, NotAPlace> {
    let unreadable = || NotAPlace::Parameter(format!("{text}: not percent-encoded UTF-8"));
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte != b'%' {
            bytes.push(byte);
            continue;
        }
        let digits = [rest.next(), rest.next()];
        let digit = |byte: Option<u8>| byte.and_then(|byte| char::from(byte).to_digit(16));
        let (Some(high), Some(low)) = (digit(digits[0]), digit(digits[1])) else { return Err(unreadable()) };
        bytes.push(u8::try_from(16 * high + low).map_err(|_| unreadable())?);
    }
    String::from_utf8(bytes).map_err(|_| unreadable())
}

pub(super) fn causes(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(Some(error), |error| error.source());
    causes.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}

impl Place {
    /// The schema of the log.
    pub fn schema(&self) -> &str {
        &self.schema
    }

    /// The same database with another schema.
    ///
    /// # Errors
    /// When the name cannot be one.
    pub fn with_schema(&self, name: &str) -> Result<Self, NotAPlace> {
        Ok(Self { schema: schema(name)?, ..self.clone() })
    }

    /// The channel on which new heads are announced, and the name under which connections are shown.
    pub(super) fn channel(&self) -> String {
        format!("thidua.{}", self.schema)
    }

    /// Whether every host is this machine.
    fn is_near(&self) -> bool {
        self.config.get_hosts().iter().all(|host| match host {
            Host::Unix(_) => true,
            Host::Tcp(name) => {
                name == "localhost" || name.parse().is_ok_and(|ip: std::net::IpAddr| ip.is_loopback())
            }
        })
    }

    /// How to encrypt, if that is asked for.
    pub(super) fn tls(&self) -> std::io::Result<Option<tls::Connector>> {
        if self.config.get_ssl_mode() == SslMode::Disable {
            return Ok(None);
        }
        tls::connector(&self.files).map(Some)
    }

    /// What a connection is opened with, for each server. The password is read each time, for it may have been changed.
    pub(super) fn configs(&self) -> std::io::Result<Vec<Config>> {
        let ports = self.config.get_ports();
        let hosts = self.config.get_hosts().iter().enumerate();
        hosts
            .map(|(index, host)| {
                let port = ports.get(index).or_else(|| ports.first()).copied();
                self.config_of(host, port.unwrap_or(5432))
            })
            .collect()
    }

    fn config_of(&self, host: &Host, port: u16) -> std::io::Result<Config> {
        let mut config = Config::new();
        match host {
            Host::Tcp(name) => config.host(name),
            Host::Unix(folder) => config.host_path(folder),
        };
        config.port(port).ssl_mode(self.config.get_ssl_mode());
        if let Some(user) = self.config.get_user() {
            config.user(user);
        }
        if let Some(database) = self.config.get_dbname() {
            config.dbname(database);
        }
        let milliseconds = |duration: Duration| duration.as_millis();
        let Patience { turn, wait, connect, .. } = self.patience;
        // A plan made while the table was small must not scan it when it is large, and READ COMMITTED is what the turns
        // are made for, whatever the database's defaults say.
        let ours = format!(
            "-c search_path={schema} -c default_transaction_isolation=read\\ committed -c statement_timeout=0 \
             -c enable_seqscan=off -c jit=off -c lock_timeout={wait} \
             -c idle_in_transaction_session_timeout={turn} -c tcp_user_timeout={turn}",
            schema = self.schema,
            wait = milliseconds(wait),
            turn = milliseconds(turn),
        );
        let options = self.config.get_options().map_or(ours.clone(), |given| format!("{given} {ours}"));
        config
            .options(options)
            .application_name(self.channel())
            .target_session_attrs(TargetSessionAttrs::ReadWrite)
            .connect_timeout(connect)
            .keepalives_idle(Duration::from_secs(10))
            .keepalives_interval(Duration::from_secs(3))
            .keepalives_retries(3);
        if let Some(password) = passwords::find(&config, self.files.passwords.as_deref())? {
            config.password(password);
        }
        Ok(config)
    }
}

/// Without the parameters: enough to tell one store from another, for messages.
impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("postgres://")?;
        let ports = self.config.get_ports();
        for (index, host) in self.config.get_hosts().iter().enumerate() {
            let port = ports.get(index).or_else(|| ports.first()).copied().unwrap_or(5432);
            let comma = if index > 0 { "," } else { "" };
            match host {
                Host::Tcp(name) => write!(f, "{comma}{name}:{port}")?,
                Host::Unix(folder) => write!(f, "{comma}{}:{port}", folder.display())?,
            }
        }
        write!(f, "/{}?schema={}", self.config.get_dbname().unwrap_or_default(), self.schema)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(text: &str) -> NotAPlace {
        text.parse::<Place>().unwrap_err()
    }

    #[test]
    fn a_password_in_the_url_is_refused() {
        for text in
            ["postgres://a:b@h/d", "postgres://a@h/d?password=b", "postgres://a@h/d?schema=x&password=b"]
        {
            assert_eq!(refused(text), NotAPlace::Password);
        }
        assert!(NotAPlace::Password.to_string().contains("PGPASSFILE"));
    }

    #[test]
    fn the_schema_is_a_plain_name() {
        let place: Place = "postgres://a@localhost/d?schema=tinh_12".parse().unwrap();
        assert_eq!(place.schema(), "tinh_12");
        assert_eq!("postgres://a@localhost/d".parse::<Place>().unwrap().schema(), "thidua");
        for name in ["", "a b", "1a", "pg_x", "A", "a;drop", "a\"", &"a".repeat(41)] {
            assert_eq!(
                refused(&format!("postgres://a@h/d?schema={name}")),
                NotAPlace::Schema(name.to_owned())
            );
        }
    }

    #[test]
    fn what_leaves_the_machine_is_encrypted_unless_told_otherwise() {
        let mode = |text: &str| text.parse::<Place>().unwrap().config.get_ssl_mode();
        assert_eq!(mode("postgres://a@db.example.vn/d"), SslMode::Require);
        assert_eq!(mode("postgres://a@127.0.0.1,db.example.vn/d"), SslMode::Require);
        assert_eq!(mode("postgres://a@127.0.0.1/d?sslmode=verify-full"), SslMode::Require);
        assert_eq!(mode("postgres://a@127.0.0.1/d"), SslMode::Disable);
        assert_eq!(mode("postgres://a@/d?host=/run/postgresql"), SslMode::Disable);
        assert_eq!(mode("postgres://a@db.example.vn/d?sslmode=disable"), SslMode::Disable);
        assert!(matches!(refused("postgres://a@h/d?sslmode=require"), NotAPlace::Parameter(_)));
        assert!(matches!(refused("postgres://a@h/d?sslcert=/a"), NotAPlace::Parameter(_)));
    }

    #[test]
    fn files_are_read_as_written() {
        let place: Place = "postgres://a@h/d?sslrootcert=/etc/a%20b.pem&passfile=/p".parse().unwrap();
        assert_eq!(place.files.root, Some("/etc/a b.pem".into()));
        assert_eq!(place.files.passwords, Some("/p".into()));
        assert!(matches!(refused("postgres://a@h/d?passfile=%2"), NotAPlace::Parameter(_)));
        for text in ["postgres://a@h", "postgres:///d", "postgres://a@h/d?nonsense=1", "mysql://a@h/d"] {
            assert!(matches!(refused(text), NotAPlace::Unreadable(_)), "{text}");
        }
    }

    #[test]
    fn a_place_is_shown_without_its_parameters() {
        let place: Place = "postgres://a@x:1,y:2/d?schema=s&passfile=/p".parse().unwrap();
        assert_eq!(place.to_string(), "postgres://x:1,y:2/d?schema=s");
    }
}
