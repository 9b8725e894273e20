//! The password, from where PostgreSQL's own programs take it: `PGPASSWORD`, or a password file whose lines are
//! `host:port:database:user:password`.

use std::{env, fs, io, os::unix::fs::PermissionsExt, path::Path, path::PathBuf};
use tokio_postgres::config::{Config, Host};

/// The password for a connection, if there is one.
///
/// # Errors
/// When the file cannot be read, or others than its owner can read it.
pub(super) fn find(config: &Config, file: Option<&Path>) -> io::Result<Option<String>> {
    if let Ok(password) = env::var("PGPASSWORD") {
        return Ok(Some(password));
    }
    let named = file.map(Path::to_owned).or_else(|| env::var_os("PGPASSFILE").map(PathBuf::from));
    let path = match named {
        Some(path) => path,
        None => match env::var_os("HOME").map(|home| Path::new(&home).join(".pgpass")) {
            Some(path) if path.exists() => path,
            _ => return Ok(None),
        },
    };
    let failed = |what: String| io::Error::other(format!("the password file {}: {what}", path.display()));
    let mode = fs::metadata(&path).map_err(|error| failed(error.to_string()))?.permissions().mode();
    if mode & 0o077 != 0 {
        return Err(failed(format!("others can read it (mode {:o}): chmod 600", mode & 0o777)));
    }
    let text = fs::read_to_string(&path).map_err(|error| failed(error.to_string()))?;
    let user = config.get_user().unwrap_or_default();
    let database = config.get_dbname().unwrap_or_default();
    let ports = config.get_ports();
    let hosts = config.get_hosts().iter().enumerate();
    let found = hosts.filter_map(|(index, host)| {
        let port = ports.get(index).or_else(|| ports.first()).copied().unwrap_or(5432).to_string();
        let host = match host {
            Host::Tcp(name) => name.clone(),
            Host::Unix(folder) => folder.to_string_lossy().into_owned(),
        };
        of_line(&text, [&host, &port, database, user])
    });
    Ok(found.into_iter().next())
}

/// The password of the first line that matches.
fn of_line(text: &str, wanted: [&str; 4]) -> Option<String> {
    text.lines().filter(|line| !line.starts_with('#')).find_map(|line| {
        let mut fields = fields(line).into_iter();
        let all =
            wanted.iter().all(|wanted| fields.next().is_some_and(|field| field == "*" || field == *wanted));
        fields.next().filter(|password| all && !password.is_empty())
    })
}

/// The fields of a line, parted by colons; a backslash takes the next character as it is.
fn fields(line: &str) -> Vec<String> {
    let mut fields = vec![String::new()];
    let mut rest = line.chars();
    while let Some(character) = rest.next() {
        match (character, fields.last_mut()) {
            (':', _) => fields.push(String::new()),
            ('\\', Some(field)) => field.extend(rest.next()),
            (_, Some(field)) => field.push(character),
            (_, None) => {}
        }
    }
    fields
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_line_that_matches_counts() {
        let text = "# a comment\nother:*:*:u:wrong\n*:5432:d:u:p\\:w\\\\d\n*:*:*:*:last\n";
        assert_eq!(of_line(text, ["h", "5432", "d", "u"]).as_deref(), Some("p:w\\d"));
        assert_eq!(of_line(text, ["h", "5433", "d", "u"]).as_deref(), Some("last"));
        assert_eq!(of_line("h:1:d:u:p", ["h", "2", "d", "u"]), None);
    }

    #[test]
    fn a_file_that_others_can_read_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("passwords");
        fs::write(&path, "h:*:*:*:secret").unwrap();
        let config: Config = "postgres://u@h/d".parse().unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
        let refused = find(&config, Some(&path)).unwrap_err().to_string();
        assert!(refused.contains("chmod 600") && !refused.contains("secret"), "{refused}");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        assert_eq!(find(&config, Some(&path)).unwrap().as_deref(), Some("secret"));
        assert!(find(&config, Some(&folder.path().join("none"))).is_err());
    }
}
