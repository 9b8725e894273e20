//! A shelf of names as a snapshot keeps it: each name once.

use super::{Directory, Earlier, Label, Shelf};
use ahash::AHashMap;
use domain::Position;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::hash::Hash;

/// A shelf as it is kept: each thing by its present name, and what it was called before.
#[derive(Serialize, Deserialize)]
struct Kept<K: Eq + Hash> {
    present: Vec<(K, Earlier)>,
    earlier: AHashMap<K, Vec<Earlier>>,
    changed: Position,
}

impl<K: Copy + Ord + Hash + Serialize> Serialize for Shelf<K> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Borrowed<'a, K: Eq + Hash> {
            present: Vec<(K, Present<'a>)>,
            earlier: &'a AHashMap<K, Vec<Earlier>>,
            changed: Position,
        }
        #[derive(Serialize)]
        struct Present<'a> {
            #[serde(with = "serde_bytes")]
            order: &'a [u8],
            label: &'a Label,
        }
        let present = self.in_order.iter().map(|((order, id), label)| (*id, Present { order, label }));
        Borrowed { present: present.collect(), earlier: &self.earlier, changed: self.changed }
            .serialize(serializer)
    }
}

impl<'de, K: Copy + Ord + Hash + Deserialize<'de>> Deserialize<'de> for Shelf<K> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Kept { present, earlier, changed } = Kept::deserialize(deserializer)?;
        let keys = present.iter().map(|(id, Earlier { order, .. })| (*id, order.clone())).collect();
        let in_order = present.into_iter().map(|(id, Earlier { order, label })| ((order, id), label));
        Ok(Self { in_order: in_order.collect(), keys, earlier, changed })
    }
}

impl PartialEq for Directory {
    fn eq(&self, other: &Self) -> bool {
        // The order of names is the same in every directory of a build.
        let Self {
            collator: _,
            units,
            blocs,
            owners,
            named_from,
            placed_in,
            blocs_of,
            blocs_in,
            years_of,
            renamed,
        } = self;
        (units, blocs, owners, named_from, placed_in)
            == (&other.units, &other.blocs, &other.owners, &other.named_from, &other.placed_in)
            && (blocs_of, blocs_in, years_of, renamed)
                == (&other.blocs_of, &other.blocs_in, &other.years_of, &other.renamed)
    }
}

impl<K: Eq + Hash> PartialEq for Shelf<K> {
    fn eq(&self, other: &Self) -> bool {
        let Self { in_order, keys, earlier, changed } = self;
        (in_order, keys, earlier, changed) == (&other.in_order, &other.keys, &other.earlier, &other.changed)
    }
}
