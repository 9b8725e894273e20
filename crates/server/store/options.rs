//! What can be typed about stores.

use clap::Subcommand;
use eventlog::postgres::Place;
use std::{path::PathBuf, str::FromStr};

/// Where a log is kept.
#[derive(Clone, Debug)]
pub enum StoreUrl {
    /// `sled:FOLDER`
    Sled(PathBuf),
    /// `postgres://USER@HOST/DATABASE?schema=NAME`
    Postgres(Box<Place>),
}

impl FromStr for StoreUrl {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text.split_once(':') {
            Some(("sled", folder)) if !folder.is_empty() => Ok(Self::Sled(folder.into())),
            Some(("postgres" | "postgresql", _)) => text
                .parse()
                .map(|place| Self::Postgres(Box::new(place)))
                .map_err(|error: eventlog::postgres::NotAPlace| error.to_string()),
            _ => Err("give the store as sled:FOLDER or postgres://USER@HOST/DATABASE?schema=NAME".to_owned()),
        }
    }
}

/// Commands on a store.
#[derive(Subcommand)]
pub enum Store {
    /// Read everything, recompute everything, and name the first fault.
    Verify {
        /// Where the log is kept: sled:FOLDER, or postgres://USER@HOST/DATABASE?schema=NAME.
        #[arg(long, env = "THIDUA_STORE")]
        store: StoreUrl,
    },
    /// Back the store up into a folder, also while it is served.
    #[command(
        after_help = "Example:\n  thidua store backup --store sled:/var/lib/thidua --to /backup/2026-11-20"
    )]
    Backup {
        /// Where the log is kept: sled:FOLDER, or postgres://USER@HOST/DATABASE?schema=NAME.
        #[arg(long, env = "THIDUA_STORE")]
        store: StoreUrl,
        /// The folder of the backup; it must not exist, or be empty.
        #[arg(long)]
        to: PathBuf,
    },
    /// Make a store from a backup.
    Restore {
        /// The folder of the backup.
        #[arg(long)]
        from: PathBuf,
        /// Where the new store goes: sled:FOLDER, which must not exist, or be empty; or
        /// postgres://USER@HOST/DATABASE?schema=NAME, an empty log made by `store migrate`.
        #[arg(long, env = "THIDUA_STORE")]
        store: StoreUrl,
    },
    /// Make the tables of a log in PostgreSQL, or bring them to the version of this build.
    #[command(after_help = "\
Examples:
  thidua store migrate --store 'postgres://owner@db.example.vn/thidua?sslrootcert=/etc/thidua/db-ca.pem' --node thidua
  thidua store migrate --store 'postgres://owner@/thidua?host=/run/postgresql&schema=quang_tri'

It is run as the owner of the schema; services connect as another role, which --node names: it can read the log, and
write it through the functions of the schema, and nothing else. Passwords come from PGPASSFILE or PGPASSWORD.")]
    Migrate {
        /// Where the log is to be: postgres://USER@HOST/DATABASE?schema=NAME. The database exists, the schema need not.
        #[arg(long, env = "THIDUA_STORE")]
        store: StoreUrl,
        /// The role that services connect as.
        #[arg(long, value_name = "ROLE")]
        node: Option<String>,
    },
    /// Move a log to another store: positions, bytes and hashes stay, and both are checked.
    #[command(after_help = "\
Examples:
  thidua store copy --from sled:/var/lib/thidua --to postgres://thidua@db.example.vn/thidua
  thidua store copy --from postgres://thidua@db.example.vn/thidua --to sled:/var/lib/thidua

Stop the service first. A copy that was interrupted goes on when it is run again.")]
    Copy {
        /// The store that is copied.
        #[arg(long)]
        from: StoreUrl,
        /// The store it is copied into: a new one, or one that a copy was begun in.
        #[arg(long)]
        to: StoreUrl,
    },
}
