//! Whatever is done to a token, it does not verify, and nothing breaks.

use super::support::*;
use crate::auth::TokenFault;
use proptest::prelude::*;
use std::sync::LazyLock;
use tokio::runtime::{Builder, Runtime};

/// One sound token per algorithm.
static TOKENS: LazyLock<Vec<String>> = LazyLock::new(|| {
    [
        (&EC, "ES256", "ec"),
        (&ED, "EdDSA", "ed"),
        (&RSA, "RS256", "rsa"),
        (&RSA, "PS256", "rsa"),
    ]
    .map(|(key, alg, kid)| key.sign(&header(alg, kid), &claims()))
    .into()
});

fn runtime() -> Runtime {
    Builder::new_current_thread().build().unwrap()
}

#[derive(Clone, Debug)]
enum Damage {
    Replace(prop::sample::Index, char),
    Insert(prop::sample::Index, char),
    Remove(prop::sample::Index),
    Cut(prop::sample::Index),
}

fn damage() -> impl Strategy<Value = Damage> {
    let at = any::<prop::sample::Index>;
    let letter =
        || prop_oneof![4 => "[A-Za-z0-9_.-]".prop_map(|s| s.chars().next().unwrap()), 1 => any::<char>()];
    prop_oneof![
        8 => (at(), letter()).prop_map(|(at, letter)| Damage::Replace(at, letter)),
        2 => (at(), letter()).prop_map(|(at, letter)| Damage::Insert(at, letter)),
        2 => at().prop_map(Damage::Remove),
        1 => at().prop_map(Damage::Cut),
    ]
}

impl Damage {
    fn apply(&self, token: &str) -> String {
        let mut letters: Vec<char> = token.chars().collect();
        match self {
            Self::Replace(at, letter) => letters[at.index(token.len())] = *letter,
            Self::Insert(at, letter) => letters.insert(at.index(token.len() + 1), *letter),
            Self::Remove(at) => drop(letters.remove(at.index(token.len()))),
            Self::Cut(at) => letters.truncate(at.index(token.len())),
        }
        letters.into_iter().collect()
    }
}

proptest! {
    #[test]
    fn a_damaged_token_never_verifies(which in 0..4_usize, damages in prop::collection::vec(damage(), 1..4)) {
        static WORLD: LazyLock<World> = LazyLock::new(World::usual);
        let token = &TOKENS[which];
        let damaged = damages.iter().fold(token.clone(), |text, damage| {
            if text.is_ascii() && !text.is_empty() { damage.apply(&text) } else { text }
        });
        prop_assume!(damaged != *token);
        prop_assert!(runtime().block_on(WORLD.verify(&damaged)).is_err(), "{damaged}");
        prop_assert!(runtime().block_on(WORLD.verify(token)).is_ok());
    }

    #[test]
    fn no_text_breaks_the_verifier(text in ".{0,200}", parts in prop::collection::vec(any::<Vec<u8>>(), 0..5)) {
        static WORLD: LazyLock<World> = LazyLock::new(World::usual);
        let encoded = parts.iter().map(encode).collect::<Vec<_>>().join(".");
        prop_assert!(runtime().block_on(WORLD.verify(&text)).is_err());
        prop_assert!(runtime().block_on(WORLD.verify(&encoded)).is_err());
    }

    #[test]
    fn no_signature_of_another_token_fits(scope in "[a-z:]{1,20}", which in 0..4_usize, other in 0..4_usize) {
        static WORLD: LazyLock<World> = LazyLock::new(World::usual);
        let claims = with(&claims(), "scope", Some(scope.into()));
        let head = TOKENS[which].split('.').next().unwrap();
        let signature = TOKENS[other].rsplit('.').next().unwrap();
        let spliced = format!("{head}.{}.{signature}", encode(claims.to_string()));
        prop_assert_eq!(runtime().block_on(WORLD.verify(&spliced)), Err(TokenFault::ForgedSignature));
    }
}
