//! Rules about files that no compiler checks. Each says why it exists; each was seen to fail once.

use crate::support::{
    place::repository,
    source::{SourceFile, code_only, files, rust_files},
};
use std::{collections::BTreeSet, path::Path};

/// The longest file, in lines: what a reader can hold before losing the thread.
const LONGEST_FILE: usize = 400;

/// What stands at the root beside dot-files. A newcomer sees the whole house at once.
const ROOT: [&str; 7] = ["Cargo.lock", "Cargo.toml", "README.md", "api-spec", "crates", "deploy", "tests"];

#[test]
fn no_file_is_longer_than_a_reader_can_hold() {
    let long: Vec<_> = rust_files()
        .iter()
        .map(|file| (file.path.clone(), file.production().lines().count()))
        .filter(|(_, lines)| *lines >= LONGEST_FILE)
        .collect();
    assert!(long.is_empty(), "{LONGEST_FILE} lines or more before the tests: {long:?}");
}

#[test]
fn the_root_holds_what_it_should_and_nothing_else() {
    let entries = std::fs::read_dir(repository()).expect("the root");
    let names: BTreeSet<String> = entries
        .map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned())
        .filter(|name| !name.starts_with('.') && name != "target")
        .collect();
    let expected: BTreeSet<String> = ROOT.into_iter().map(str::to_owned).collect();
    assert_eq!(names, expected);
}

#[test]
fn nothing_is_left_for_later() {
    // Written in two halves, so that this file does not find itself.
    let later =
        [("TO", "DO"), ("FIX", "ME"), ("XX", "X"), ("todo", "!"), ("unimplemented", "!"), ("#[ign", "ore")];
    let mut found = Vec::new();
    for file in files(is_written_by_hand) {
        for (number, line) in file.text.lines().enumerate() {
            let marks = later.iter().map(|(left, right)| format!("{left}{right}"));
            for mark in marks.filter(|mark| stands_alone(line, mark)) {
                found.push(format!("{}:{}: {mark}", file.path, number + 1));
            }
        }
    }
    assert!(found.is_empty(), "{found:#?}");
}

#[test]
fn every_exception_to_a_lint_says_why() {
    for file in rust_files() {
        let code = code_only(&file.text);
        for start in ["#[allow(", "#![allow(", "#[expect(", "#![expect("] {
            for (at, _) in code.match_indices(start) {
                let attribute = &code[at..];
                let attribute = &attribute[..attribute.find(']').unwrap_or(attribute.len())];
                let lint = attribute.replace('\n', " ");
                assert!(attribute.contains("reason ="), "{}: {lint} gives no reason", file.path);
            }
        }
    }
}

#[test]
fn documents_name_only_files_that_exist() {
    let mut missing = Vec::new();
    let documents = files(|path| path.ends_with(".md"));
    for document in &documents {
        let folder = Path::new(&document.path).parent().unwrap_or(Path::new(""));
        for target in linked(&document.text) {
            let (path, anchor) = target.split_once('#').unwrap_or((target, ""));
            let file = if path.is_empty() {
                repository().join(&document.path)
            } else {
                repository().join(folder).join(path)
            };
            if !file.exists() || (!anchor.is_empty() && !has_heading(&file, anchor)) {
                missing.push(format!("{}: link to {target}", document.path));
            }
        }
        for path in named_in_backticks(&document.text) {
            if !repository().join(path).exists() {
                missing.push(format!("{}: `{path}`", document.path));
            }
        }
    }
    assert!(missing.is_empty(), "{missing:#?}");
}

#[test]
fn served_assets_load_nothing_from_elsewhere() {
    let assets = |path: &str| {
        let served = [".html", ".css", ".js", ".svg", ".webmanifest"].iter().any(|end| path.ends_with(end));
        path.starts_with("crates/") && served
    };
    for file in files(assets) {
        // An SVG or MathML namespace looks like an address and is never fetched.
        let text = file.text.replace("http://www.w3.org/", "");
        assert!(!has_address(&text), "{} names an address outside", file.path);
    }
    for file in rust_files().iter().filter(|file| file.path.starts_with("crates/api/src/")) {
        for line in file.production().lines().filter(|line| loads(line)) {
            assert!(!has_address(line), "{} loads from outside: {line}", file.path);
        }
    }
}

fn is_written_by_hand(path: &str) -> bool {
    let kinds = [
        ".rs", ".toml", ".md", ".yaml", ".yml", ".json", ".jsonl", ".service", ".timer", ".env", ".css",
        ".html",
    ];
    let scripts = ["tests/run", ".ci/run", "tests/power_cut", "deploy/Containerfile"];
    kinds.iter().any(|kind| path.ends_with(kind)) || scripts.contains(&path)
}

fn stands_alone(line: &str, mark: &str) -> bool {
    line.match_indices(mark).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        let after = line[at + mark.len()..].chars().next();
        ![before, after].into_iter().flatten().any(char::is_alphanumeric)
    })
}

fn has_address(text: &str) -> bool {
    text.contains("http://") || text.contains("https://")
}

/// Whether a line of HTML or CSS makes a browser fetch something; a method of ours called `url` does not.
fn loads(line: &str) -> bool {
    let line = line.replace(".url(", "");
    ["src=", "<link", "url(", "@import", "<iframe"].iter().any(|word| line.contains(word))
}

/// The targets of Markdown links inside the repository.
fn linked(text: &str) -> impl Iterator<Item = &str> {
    let targets = text.split("](").skip(1).filter_map(|rest| rest.split([')', ' ']).next());
    targets.filter(|target| !target.contains("://") && !target.starts_with("mailto:"))
}

/// Whole paths from the root that stand in backticks, such as `tests/run`. A path with a gap or a pattern names no file.
fn named_in_backticks(text: &str) -> impl Iterator<Item = &str> {
    let quoted = text.split('`').skip(1).step_by(2).map(|quoted| quoted.split(' ').next().unwrap_or(""));
    quoted.filter(|path| {
        let root = path.split('/').next().unwrap_or("");
        let plain = path.chars().all(|c| c.is_ascii_alphanumeric() || "/._-".contains(c));
        path.contains('/') && plain && ROOT.contains(&root)
    })
}

/// Whether a Markdown file has the heading that an anchor names, by the rule that code hosts share: lower case, no
/// punctuation, hyphens for spaces.
fn has_heading(file: &Path, anchor: &str) -> bool {
    let text = std::fs::read_to_string(file).unwrap_or_default();
    let name = |heading: &str| -> String {
        let kept = heading.chars().filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'));
        kept.map(|c| if c == ' ' { '-' } else { c }).flat_map(char::to_lowercase).collect()
    };
    let headings = text.lines().filter(|line| line.starts_with('#'));
    headings.map(|line| name(line.trim_start_matches('#').trim())).any(|heading| heading == anchor)
}

#[test]
fn links_and_paths_in_documents_are_found() {
    let text = "See [the map](../crates/README.md#map), [out](https://example.org), `tests/run crash` and `crates/*/src`.";
    assert_eq!(linked(text).collect::<Vec<_>>(), ["../crates/README.md#map"]);
    assert_eq!(named_in_backticks(text).collect::<Vec<_>>(), ["tests/run"]);
}

#[test]
fn the_tests_inside_a_file_do_not_count() {
    let text = "code\n#[cfg(test)]\nmod tests {\n}\n".to_owned();
    let file = |path: &str| SourceFile { path: path.to_owned(), text: text.clone() };
    assert_eq!(file("crates/domain/src/unit.rs").production(), "code\n");
    assert_eq!(file("crates/domain/src/year/tests.rs").production(), "");
    let elsewhere = "#[cfg(test)]\nmod tests;\ncode\n".to_owned();
    let file = SourceFile { path: "crates/domain/src/unit.rs".to_owned(), text: elsewhere.clone() };
    assert_eq!(file.production(), elsewhere);
}

#[test]
fn what_makes_a_browser_fetch_is_seen() {
    assert!(loads("@font-face{src:url(https://fonts.example/a.woff2)}"));
    assert!(loads(r#"<script src="https://cdn.example/a.js"></script>"#));
    assert!(!loads(r#".url(Some("https://thidua.example/"))"#));
    assert!(!loads(r#"<a href="https://www.rfc-editor.org/rfc/rfc9457">"#));
}

#[test]
fn a_mark_counts_only_as_a_word() {
    assert!(stands_alone("// LATER: more", "LATER"));
    assert!(!stands_alone("mktemp -d name.LATERS", "LATER"));
}
