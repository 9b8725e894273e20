//! Every refusal the table of problems knows: a request that provokes it, its status and code, words in both languages,
//! and nothing recorded.
//!
//! - `register`: units, blocs, grants
//! - `year`: the steps of a year
//! - `givers`: panels, months, ties, who is present
//! - `beside`: drafts, deadlines, the office of leader, objections, the council
//! - `votes`: ballots, ranking, election
//! - `awards`: commendations and quotas
//! - `persons`: personal data and its erasure
//! - `door`: tokens, headers, methods, positions
//! - `input`: what is wrong with a request itself, fault by fault

mod awards;
mod beside;
mod door;
mod givers;
mod input;
mod persons;
mod register;
mod votes;
mod year;

use crate::support::{
    Answer, Client,
    bloc::Bloc,
    client::{Ask, fresh_key},
};
use api::problem::Code;
use reqwest::Method;
use serde_json::{Value, json};

/// What no client can provoke, and why.
const OUT_OF_REACH: [(Code, &str); 10] = [
    (
        Code::BallotIncomplete,
        "a choice waiting aside must vanish from the store while the log keeps its vote",
    ),
    (Code::InternalServerError, "a mistake in the program; the api's own tests make a handler panic"),
    (Code::ReadsNotNoted, "the disk under the log of reads must fail; tests/reads.rs takes its file away"),
    (Code::ExportNotReady, "an export must still be under way; the api's own tests have one that waits"),
    (Code::TooManyExports, "five exports must still be under way; the api's own tests have such that wait"),
    (Code::NotYetSigned, "the signer must be out of reach; tests/transparency.rs takes it away"),
    (
        Code::PersonalDataDamaged,
        "what stands beside the log must be changed on disk; tests/persons/residue.rs changes it",
    ),
    (Code::VaultClosed, "the service must be started without a vault; tests/persons starts it so"),
    (Code::StorageUnavailable, "the disk must fail; the app's own tests have a log that fails on demand"),
    (Code::ReadOnly, "the disk must have failed before; the app's own tests have a log that fails on demand"),
];

/// The refusals met so far.
#[derive(Default)]
struct Met(Vec<Code>);

impl Met {
    /// Sends the request twice, in both languages, and checks everything that refusals have in common. The answer is the
    /// Vietnamese one.
    fn refused<'c>(&mut self, bloc: &Bloc, code: Code, ask: impl Fn() -> Ask<'c>) -> Answer {
        let head = bloc.head();
        let [vi, en] = [None, Some("en")].map(|language| match language {
            None => ask().send(),
            Some(language) => ask().header("Accept-Language", language).send(),
        });
        for (answer, language) in [(&vi, "vi"), (&en, "en")] {
            let said = &answer.text;
            assert_eq!(answer.code(), code.as_str(), "{said}");
            assert_eq!(answer.status, code.status().as_u16(), "{said}");
            assert_eq!(answer.json()["status"], json!(answer.status), "{said}");
            assert_eq!(answer.header("Content-Type"), Some("application/problem+json"), "{said}");
            assert_eq!(answer.header("Content-Language"), Some(language), "{said}");
        }
        let detail = |answer: &Answer| answer.json()["detail"].as_str().expect("words").to_owned();
        assert!(is_vietnamese(&detail(&vi)), "not Vietnamese: {}", detail(&vi));
        assert_ne!(detail(&vi), detail(&en));
        assert_eq!(bloc.head(), head, "a refusal was recorded: {}", vi.text);
        self.0.push(code);
        vi
    }

    /// The same for a fact that is posted under a fresh key.
    fn no(&mut self, bloc: &Bloc, code: Code, client: &Client, path: &str, body: &Value) -> Value {
        self.refused(bloc, code, || client.ask(Method::POST, path).key(&fresh_key()).json(body)).json()
    }
}

/// Whether the text has letters that only Vietnamese has.
fn is_vietnamese(text: &str) -> bool {
    text.chars().any(|c| "ăâđêôơưạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹáàãéèíìóòõúùýĐƯ".contains(c))
}

#[test]
fn every_refusal_of_the_table_is_met_or_out_of_reach() {
    let mut met = Met::default();
    register::all(&mut met);
    year::all(&mut met);
    givers::all(&mut met);
    beside::all(&mut met);
    votes::all(&mut met);
    awards::all(&mut met);
    persons::all(&mut met);
    door::all(&mut met);
    let known = |code: &&Code| !met.0.contains(code) && OUT_OF_REACH.iter().all(|(out, _)| out != *code);
    let missing: Vec<_> = Code::ALL.iter().filter(known).map(|code| code.as_str()).collect();
    assert!(missing.is_empty(), "no case for {missing:?}");
    let reached: Vec<_> = OUT_OF_REACH.iter().filter(|(code, _)| met.0.contains(code)).collect();
    assert!(reached.is_empty(), "said to be out of reach, and met: {reached:?}");
}

#[test]
fn the_service_lists_the_same_problems_as_the_table() {
    let place = crate::support::Place::new();
    let server = crate::support::Server::start(&place);
    let list = server.client("").read("/v1/reference/problem-types");
    let listed: Vec<_> =
        list["items"].as_array().into_iter().flatten().map(|row| row["code"].clone()).collect();
    assert_eq!(listed, Code::ALL.iter().map(|code| json!(code.as_str())).collect::<Vec<_>>());
}
