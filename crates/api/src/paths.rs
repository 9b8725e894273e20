//! Which path of the registry a request names.
//!
//! actix tries one resource after the other, most of them by a regular expression; with this many paths under
//! `/v1/blocs/{bloc}/years/{year}` that costs several times what the answer costs. Here each segment of a path is one step
//! down a tree.

use crate::body::parameters::Pairs;
use std::{cmp::Ordering, ops::Deref};

/// A path template, matched without a server.
#[derive(Clone, Copy, Debug)]
pub struct Pattern(pub &'static str);

/// A parameter found in a path: its name and what stands in for it.
pub type Parameter<'p> = (&'static str, &'p str);

/// The parameters found in a path, in its order. Kept in place: every request has some.
#[derive(Clone, Copy, Debug, Default)]
pub struct Found<'p> {
    pairs: [Parameter<'p>; MOST],
    count: usize,
}

/// More parameters than any template has, which a test says.
const MOST: usize = 6;

impl<'p> Found<'p> {
    fn push(&mut self, pair: Parameter<'p>) {
        if let Some(place) = self.pairs.get_mut(self.count) {
            *place = pair;
            self.count += 1;
        }
    }

    fn pop(&mut self) {
        self.count = self.count.saturating_sub(1);
    }
}

impl<'p> Deref for Found<'p> {
    type Target = [Parameter<'p>];

    fn deref(&self) -> &[Parameter<'p>] {
        &self.pairs[..self.count]
    }
}

/// One segment of a template.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Segment {
    /// These characters.
    Literal(&'static str),
    /// Any characters, at least one; the name of the parameter.
    Parameter(&'static str),
}

impl Pattern {
    /// The parameters of a path of this form.
    pub fn parameters(self, path: &str) -> Option<Pairs<'_>> {
        let mut given = path.split('/');
        let mut found = Found::default();
        for segment in self.segments() {
            segment.take(given.next()?, &mut found)?;
        }
        given.next().is_none().then(|| Pairs::known(found.iter().copied()))
    }

    fn segments(self) -> impl Iterator<Item = Segment> {
        self.0.split('/').map(|text| {
            let name = text.strip_prefix('{').and_then(|name| name.strip_suffix('}'));
            name.map_or(Segment::Literal(text), Segment::Parameter)
        })
    }
}

impl Segment {
    fn take<'p>(self, given: &'p str, found: &mut Found<'p>) -> Option<()> {
        match self {
            Self::Literal(text) => (text == given).then_some(()),
            Self::Parameter(_) if given.is_empty() => None,
            Self::Parameter(name) => {
                found.push((name, given));
                Some(())
            }
        }
    }
}

/// The templates of the registry as a tree, a segment a step; and those whose last parameter takes all that is left.
#[derive(Debug, Default)]
pub struct Paths {
    root: Step,
    open: Vec<(usize, &'static str, &'static str)>,
}

/// Where the segments so far lead.
#[derive(Debug, Default)]
struct Step {
    /// The shortest first: most are told apart by their length alone.
    literals: Vec<(&'static str, Step)>,
    parameter: Option<Box<Step>>,
    end: Option<End>,
}

/// A template that ends here, and the names of its parameters.
#[derive(Debug)]
struct End {
    index: usize,
    names: Box<[&'static str]>,
}

impl Paths {
    /// Of templates, which the answers of [`Paths::find`] count from 0.
    pub fn new(templates: impl Iterator<Item = &'static str>) -> Self {
        let mut paths = Self::default();
        for (index, template) in templates.enumerate() {
            if let Some((start, name)) = template.strip_suffix(":.*}").and_then(|text| text.split_once('{')) {
                paths.open.push((index, start, name));
                continue;
            }
            let (mut step, mut names) = (&mut paths.root, Vec::new());
            for segment in Pattern(template).segments() {
                step = match segment {
                    Segment::Literal(text) => step.literal_or_new(text),
                    Segment::Parameter(name) => {
                        names.push(name);
                        step.parameter.get_or_insert_default()
                    }
                };
            }
            step.end = Some(End { index, names: names.into() });
        }
        // The longest beginning wins.
        paths.open.sort_by_key(|(_, start, _)| std::cmp::Reverse(start.len()));
        paths
    }

    /// The template of a path, and its parameters. A literal segment wins over a parameter in its place.
    pub fn find<'p>(&self, path: &'p str) -> Option<(usize, Found<'p>)> {
        let mut found = Found::default();
        if let Some(end) = self.root.find(Some(path), &mut found) {
            found.pairs.iter_mut().zip(&end.names).for_each(|((name, _), known)| *name = known);
            return Some((end.index, found));
        }
        self.open.iter().find_map(|(index, start, name)| {
            let rest = path.strip_prefix(start)?;
            found.push((*name, rest));
            Some((*index, found))
        })
    }
}

impl Step {
    fn place_of(&self, text: &str) -> Result<usize, usize> {
        let order = |known: &str| -> Ordering { known.len().cmp(&text.len()).then_with(|| known.cmp(text)) };
        self.literals.binary_search_by(|(known, _)| order(known))
    }

    fn literal(&self, text: &str) -> Option<&Self> {
        self.place_of(text).ok().map(|at| &self.literals[at].1)
    }

    fn literal_or_new(&mut self, text: &'static str) -> &mut Self {
        let at = self.place_of(text).unwrap_or_else(|at| {
            self.literals.insert(at, (text, Self::default()));
            at
        });
        &mut self.literals[at].1
    }

    /// Follows what is left of a path; `None` is its end. What stands in for parameters is added without their names.
    fn find<'p>(&self, path: Option<&'p str>, found: &mut Found<'p>) -> Option<&End> {
        let Some(path) = path else { return self.end.as_ref() };
        let (given, rest) = path.split_once('/').map_or((path, None), |(given, rest)| (given, Some(rest)));
        if let Some(end) = self.literal(given).and_then(|step| step.find(rest, found)) {
            return Some(end);
        }
        let parameter = self.parameter.as_ref().filter(|_| !given.is_empty())?;
        found.push(("", given));
        let end = parameter.find(rest, found);
        if end.is_none() {
            found.pop();
        }
        end
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::resources;

    #[test]
    fn every_path_of_the_registry_is_found_and_names_its_parameters() {
        let mut templates: Vec<_> =
            resources::ALL.iter().copied().flatten().map(|route| route.path).collect();
        templates.sort_unstable();
        templates.dedup();
        let paths = Paths::new(templates.iter().copied());
        for (index, template) in templates.iter().enumerate() {
            let path = template.replace(":.*", "").replace(['{', '}'], "~");
            let (found, parameters) = paths.find(&path).unwrap();
            assert_eq!(found, index, "{template}");
            let named = template.matches('{').count();
            assert_eq!(parameters.len(), named, "{template}");
            for (name, value) in parameters.iter() {
                assert_eq!(*value, format!("~{name}~"));
            }
        }
    }

    #[test]
    fn a_literal_wins_over_a_parameter_and_nothing_is_no_parameter() {
        fn find<'p>(paths: &Paths, path: &'p str) -> Option<(usize, Vec<Parameter<'p>>)> {
            paths.find(path).map(|(index, found)| (index, found.to_vec()))
        }
        let paths = Paths::new(["/a/b", "/a/{x}", "/a/{x}/c"].into_iter());
        assert_eq!(find(&paths, "/a/b"), Some((0, vec![])));
        assert_eq!(find(&paths, "/a/bb"), Some((1, vec![("x", "bb")])));
        // Here the literal leads nowhere.
        assert_eq!(find(&paths, "/a/b/c"), Some((2, vec![("x", "b")])));
        let open = Paths::new(["/docs", "/docs/{file:.*}"].into_iter());
        assert_eq!(find(&open, "/docs"), Some((0, vec![])));
        assert_eq!(find(&open, "/docs/"), Some((1, vec![("file", "")])));
        assert_eq!(find(&open, "/docs/a/b.js"), Some((1, vec![("file", "a/b.js")])));
        assert_eq!(find(&open, "/docsx"), None);
        for path in ["/a/", "/a", "/a//c", "/a/b/", "a/b", "", "/", "/a/b/c/d", "/A/b/c"] {
            assert_eq!(find(&paths, path), None, "{path}");
        }
    }
}
