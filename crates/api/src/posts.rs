//! Requests that do not come over HTTP: the same path, key and body, the same checks, the same facts.

use crate::{
    body::parameters::Pairs,
    paths::Paths,
    problem::{Code, Problem},
    resources,
    routes::{
        Kind,
        fact::{self, FactRow, Origin, Posted},
    },
};
use app::{App, Request};
use domain::{ClientId, KeyHash, RequestId};

/// Everything that can be posted.
pub struct Posts {
    paths: Paths,
    rows: Vec<FactRow>,
}

impl Posts {
    /// What the registry says can be posted.
    pub fn new() -> Self {
        let routes = resources::ALL.iter().copied().flatten();
        let facts = routes.filter_map(|route| match route.kind {
            Kind::Fact(row) => Some((route.path, row)),
            Kind::Start(_) | Kind::Read(_) | Kind::Page(_) => None,
        });
        let (paths, rows): (Vec<_>, Vec<_>) = facts.unzip();
        Self { paths: Paths::new(paths.into_iter()), rows }
    }

    /// Reads a request, to be carried out by [`App::submit`] or [`App::execute`].
    ///
    /// # Errors
    /// Those that a request with such a path, key or body would meet over HTTP.
    pub fn read(
        &self,
        app: &App,
        client: &ClientId,
        path: &str,
        key: &str,
        body: &[u8],
    ) -> Result<Request, Problem> {
        let (index, found) = self.paths.find(path).ok_or_else(|| Problem::new(Code::ResourceNotFound))?;
        if !fact::is_key(key.as_bytes()) {
            return Err(Problem::new(Code::IdempotencyKeyMissing));
        }
        let origin = Origin { fresh: fact::fresh(app)?, key: key.as_bytes() };
        let (id, parameters) = (RequestId(fact::fresh(app)?), Pairs::known(found.into_iter()));
        let posted = Posted { client, key: key.as_bytes(), path, parameters, body, id, expected: None };
        fact::request(&self.rows[index], posted, &origin, Vec::new())
    }
}

impl Default for Posts {
    fn default() -> Self {
        Self::new()
    }
}

/// Under what the log knows a key of a client.
pub fn key_hash(client: &ClientId, key: &str) -> KeyHash {
    fact::key_hash(client, key.as_bytes())
}
