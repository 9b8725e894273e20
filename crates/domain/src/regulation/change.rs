//! What changed between two regulations: not which characters, but what it means for who is scored.
//!
//! Things are matched by what they are (a criterion by its id, a class by its code, a step by its name), so that moving
//! one in its list is no change of all that follow.

#[cfg(test)]
mod tests;

use super::Regulation;
use serde::Serialize;
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// One change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Change {
    /// What it means.
    pub meaning: Meaning,
    /// JSON pointer (RFC 6901) to the value, in the later regulation; of what was removed, in the earlier one.
    pub pointer: String,
    /// Which criterion, class, step or scorer it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub of: Option<String>,
    /// What stood there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub before: Option<Value>,
    /// What stands there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<Value>,
}

/// What a change means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "each name says it")]
pub enum Meaning {
    CriterionAdded,
    CriterionRemoved,
    CriterionMoved,
    MaximumChanged,
    OptionsChanged,
    ScorersChanged,
    CountingChanged,
    CombiningChanged,
    WeightChanged,
    PenaltyAdded,
    PenaltyRemoved,
    PartAdded,
    PartRemoved,
    CapChanged,
    ScaleChanged,
    BaseChanged,
    PrecisionChanged,
    ClassAdded,
    ClassRemoved,
    ThresholdChanged,
    StepAdded,
    StepRemoved,
    StepsReordered,
    RequirementChanged,
    DeadlineChanged,
    BallotChanged,
    MajorityChanged,
    QuorumChanged,
    LeadershipChanged,
    TieBreaksChanged,
    WordingChanged,
    SourcesChanged,
    /// Something else; the pointer and the values say what.
    OtherChanged,
}

impl Meaning {
    /// Its name as written.
    pub fn code(self) -> String {
        super::check::word(&self)
    }
}

impl Regulation {
    /// What is different from an earlier regulation: changes and additions in the order of this one, then what was
    /// removed in the order of the earlier one. Empty when nothing is.
    pub fn changes_since(&self, earlier: &Self) -> Vec<Change> {
        let [before, after] = [earlier, self].map(Listing::of);
        let mut changes: Vec<_> =
            after.entries.iter().filter_map(|entry| entry.since(&before, &after)).collect();
        changes.extend(before.entries.iter().filter_map(|entry| entry.removed(&before, &after)));
        if let Some(reordered) = reordered(earlier, self) {
            changes.push(reordered);
        }
        changes
    }
}

/// The steps that both have, in another order.
fn reordered(before: &Regulation, after: &Regulation) -> Option<Change> {
    let common = |one: &Regulation, other: &Regulation| {
        let steps = one.procedure.iter().map(|rule| rule.step).filter(|step| other.step(*step).is_some());
        serde_json::to_value(steps.collect::<Vec<_>>()).unwrap_or_default()
    };
    let (was, is) = (common(before, after), common(after, before));
    (was != is).then(|| Change {
        meaning: Meaning::StepsReordered,
        pointer: "/procedure".into(),
        of: None,
        before: Some(was),
        after: Some(is),
    })
}

/// A thing that can come and go, or a value of one.
struct Entry {
    /// By what it is found in the other regulation.
    key: String,
    /// The thing a value belongs to; none for a thing itself and for what is always there.
    owner: Option<String>,
    pointer: String,
    of: Option<String>,
    value: Value,
    meaning: Sense,
}

/// What a difference means.
#[derive(Clone, Copy)]
enum Sense {
    /// Of a thing: that it is new, that it is gone.
    Thing(Meaning, Meaning),
    /// Of a value.
    Value(Meaning),
}

impl Entry {
    fn change(&self, meaning: Meaning, before: Option<&Value>, after: Option<&Value>) -> Change {
        Change {
            meaning,
            pointer: self.pointer.clone(),
            of: self.of.clone(),
            before: before.cloned(),
            after: after.cloned(),
        }
    }

    /// A value of a thing that is itself new or gone is not told apart from it.
    fn goes_with_its_owner(&self, before: &Listing, after: &Listing) -> bool {
        let alone = |owner: &String| before.find(owner).is_none() || after.find(owner).is_none();
        self.owner.as_ref().is_some_and(alone)
    }

    fn since(&self, before: &Listing, after: &Listing) -> Option<Change> {
        let was = before.find(&self.key);
        match (self.meaning, was) {
            (Sense::Thing(new, _), None) => Some(self.change(new, None, Some(&self.value))),
            (Sense::Thing(..), Some(_)) => None,
            (Sense::Value(_), Some(was)) if was.value == self.value => None,
            (Sense::Value(_), _) if self.goes_with_its_owner(before, after) => None,
            (Sense::Value(meaning), was) => {
                Some(self.change(meaning, was.map(|was| &was.value), Some(&self.value)))
            }
        }
    }

    fn removed(&self, before: &Listing, after: &Listing) -> Option<Change> {
        if after.find(&self.key).is_some() || self.goes_with_its_owner(before, after) {
            return None;
        }
        let (Sense::Thing(_, meaning) | Sense::Value(meaning)) = self.meaning;
        Some(self.change(meaning, Some(&self.value), None))
    }
}

/// Everything in a regulation, one by one.
#[derive(Default)]
struct Listing {
    entries: Vec<Entry>,
    by_key: BTreeMap<String, usize>,
}

/// Where a walk stands.
#[derive(Clone)]
struct Place {
    pointer: String,
    /// The key of the thing it is in.
    thing: Option<String>,
    of: Option<String>,
    /// What the things of this list are called in [`sense`].
    within: &'static str,
}

impl Listing {
    fn of(regulation: &Regulation) -> Self {
        let mut listing = Self::default();
        let root = Place { pointer: String::new(), thing: None, of: None, within: "" };
        if let Ok(Value::Object(members)) = serde_json::to_value(regulation) {
            listing.members(&members, &root);
        }
        listing
    }

    fn find(&self, key: &str) -> Option<&Entry> {
        self.by_key.get(key).map(|index| &self.entries[*index])
    }

    fn push(&mut self, entry: Entry) {
        self.by_key.entry(entry.key.clone()).or_insert(self.entries.len());
        self.entries.push(entry);
    }

    fn members(&mut self, members: &Map<String, Value>, place: &Place) {
        for (name, value) in members {
            let pointer = format!("{}/{name}", place.pointer);
            let list = LISTS.iter().find(|list| list.member == name && list.within.contains(&place.within));
            match (list, value) {
                (Some(list), Value::Array(items)) => self.things(list, items, &pointer, place),
                (None, Value::Object(inner))
                    if name == "sheet" || name == "ballot" && place.within.is_empty() =>
                {
                    let within = if name == "sheet" { "sheet" } else { "ballot" };
                    self.members(inner, &Place { pointer, within, ..place.clone() });
                }
                _ => {
                    let thing = place.thing.as_deref().unwrap_or(place.within);
                    self.push(Entry {
                        key: format!("{thing}/{name}"),
                        owner: place.thing.clone(),
                        pointer,
                        of: place.of.clone(),
                        value: value.clone(),
                        meaning: Sense::Value(meaning_of(place.within, name)),
                    });
                }
            }
        }
    }

    fn things(&mut self, list: &'static List, items: &[Value], at: &str, parent: &Place) {
        for (index, item) in items.iter().enumerate() {
            let Value::Object(members) = item else { continue };
            let pointer = format!("{at}/{index}");
            let of = (list.name)(members);
            let thing = format!("{} {of}", list.member);
            let shown =
                Value::Object(members.iter().filter(|(name, _)| *name != "criteria").map(owned).collect());
            self.push(Entry {
                key: thing.clone(),
                owner: None,
                pointer: pointer.clone(),
                of: Some(of.clone()),
                value: shown,
                meaning: Sense::Thing(list.added, list.removed),
            });
            if list.member == "criteria" {
                let above = parent.of.clone().map_or(Value::Null, Value::String);
                self.push(Entry {
                    key: format!("{thing}/above"),
                    owner: Some(thing.clone()),
                    pointer: pointer.clone(),
                    of: Some(of.clone()),
                    value: above,
                    meaning: Sense::Value(Meaning::CriterionMoved),
                });
            }
            let within = list.member;
            self.members(members, &Place { pointer, thing: Some(thing), of: Some(of), within });
        }
    }
}

fn owned((name, value): (&String, &Value)) -> (String, Value) {
    (name.clone(), value.clone())
}

/// A list of things, each with a name of its own.
struct List {
    member: &'static str,
    within: &'static [&'static str],
    name: fn(&Map<String, Value>) -> String,
    added: Meaning,
    removed: Meaning,
}

const LISTS: &[List] = &[
    List {
        member: "parts",
        within: &["sheet"],
        name: |part| text(part, "label").unwrap_or_else(|| text_of(&part["name"], "vi")),
        added: Meaning::PartAdded,
        removed: Meaning::PartRemoved,
    },
    List {
        member: "criteria",
        within: &["parts", "criteria"],
        name: |criterion| text(criterion, "id").unwrap_or_default(),
        added: Meaning::CriterionAdded,
        removed: Meaning::CriterionRemoved,
    },
    List {
        member: "classes",
        within: &[""],
        name: |class| text(class, "code").unwrap_or_default(),
        added: Meaning::ClassAdded,
        removed: Meaning::ClassRemoved,
    },
    List {
        member: "procedure",
        within: &[""],
        name: |rule| text(rule, "step").unwrap_or_default(),
        added: Meaning::StepAdded,
        removed: Meaning::StepRemoved,
    },
    List {
        member: "weights",
        within: &["sheet"],
        name: |weight| text(weight, "scorer").unwrap_or_default(),
        added: Meaning::WeightChanged,
        removed: Meaning::WeightChanged,
    },
    List {
        member: "scorers",
        within: &["sheet"],
        name: |rule| text(rule, "scorer").unwrap_or_default(),
        added: Meaning::ScorersChanged,
        removed: Meaning::ScorersChanged,
    },
    List {
        member: "penalties",
        within: &["sheet"],
        name: |rule| ["step", "when", "criterion"].map(|name| text(rule, name).unwrap_or_default()).join(" "),
        added: Meaning::PenaltyAdded,
        removed: Meaning::PenaltyRemoved,
    },
];

fn text(members: &Map<String, Value>, name: &str) -> Option<String> {
    members.get(name).and_then(Value::as_str).map(str::to_owned)
}

fn text_of(value: &Value, name: &str) -> String {
    value[name].as_str().unwrap_or_default().to_owned()
}

/// What it means that a value changed. A member that nobody thought of here is still told, as something else.
fn meaning_of(within: &str, member: &str) -> Meaning {
    use Meaning as M;
    match (within, member) {
        ("criteria", "max") => M::MaximumChanged,
        ("criteria", "options") => M::OptionsChanged,
        ("criteria", "scored_by") => M::ScorersChanged,
        ("criteria", "over_max" | "bonus_of" | "highest_only") => M::CountingChanged,
        ("parts", "cap") => M::CapChanged,
        ("parts", "kind") | ("sheet", "counts" | "monthly") => M::CountingChanged,
        ("sheet", "scale") => M::ScaleChanged,
        ("sheet", "base") => M::BaseChanged,
        ("sheet", "decimals" | "step" | "rounding") => M::PrecisionChanged,
        ("scorers", "combine" | "own_unit") => M::CombiningChanged,
        ("weights", "percent") => M::WeightChanged,
        ("penalties", "points") => M::MaximumChanged,
        ("classes", "at_least" | "unscored") | ("", "classify_up_to") => M::ThresholdChanged,
        ("procedure", "required") => M::RequirementChanged,
        ("procedure", "deadline" | "late") => M::DeadlineChanged,
        ("ballot", "majority") => M::MajorityChanged,
        ("ballot", "quorum") => M::QuorumChanged,
        ("ballot", _) => M::BallotChanged,
        ("", "leadership") => M::LeadershipChanged,
        ("", "tie_breaks") => M::TieBreaksChanged,
        ("", "sources" | "unsourced") => M::SourcesChanged,
        (_, "title" | "name" | "label") => M::WordingChanged,
        _ => M::OtherChanged,
    }
}
