//! The repository's own files, and Rust text without what only people read.

use super::place::repository;
use std::path::{Path, PathBuf};

/// A file of the repository.
pub struct SourceFile {
    /// Its path from the root, with `/`.
    pub path: String,
    /// Its text.
    pub text: String,
}

/// The text files of the repository whose name passes the test, in the order of their paths.
pub fn files(wanted: impl Fn(&str) -> bool) -> Vec<SourceFile> {
    let mut found = Vec::new();
    collect(repository(), &mut found);
    found.sort();
    let relative = |path: &Path| {
        let path = path.strip_prefix(repository()).expect("a path inside the repository");
        path.to_string_lossy().into_owned()
    };
    found
        .iter()
        .map(|path| (relative(path), path))
        .filter(|(relative, _)| wanted(relative))
        .filter_map(|(path, file)| Some(SourceFile { path, text: std::fs::read_to_string(file).ok()? }))
        .collect()
}

/// Every Rust file of the repository.
pub fn rust_files() -> Vec<SourceFile> {
    let files = files(|path| path.ends_with(".rs"));
    assert!(files.len() > 20, "only {} Rust files were found", files.len());
    files
}

fn collect(folder: &Path, found: &mut Vec<PathBuf>) {
    /// What no one wrote by hand.
    const GENERATED: [&str; 4] = [".git", "target", "node_modules", "__pycache__"];
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if path.is_dir() && !GENERATED.contains(&name.as_str()) {
            collect(&path, found);
        } else if path.is_file() {
            found.push(path);
        }
    }
}

impl SourceFile {
    /// Whether the whole file is a test, a benchmark or an example.
    pub fn is_test(&self) -> bool {
        let folders = ["tests/", "benches/", "examples/", "contract/"];
        let inside =
            |folder: &&str| self.path.starts_with(*folder) || self.path.contains(&format!("/{folder}"));
        self.path.ends_with("/tests.rs") || folders.iter().any(inside)
    }

    /// The part before the tests in the file, as it was written.
    pub fn production(&self) -> &str {
        // A line that names the file of the tests ends nothing: what follows it is code.
        let mut starts = self.text.match_indices("#[cfg(test)]\nmod ").map(|(start, _)| start);
        let end =
            starts.find(|start| self.text[*start..].lines().nth(1).is_some_and(|line| line.ends_with('{')));
        let end = end.unwrap_or(self.text.len());
        if self.is_test() { "" } else { &self.text[..end] }
    }
}

/// Rust text with comments and the contents of literals blanked out; line breaks stay.
pub fn code_only(text: &str) -> String {
    let mut code = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let skipped = skipped(rest, code.chars().next_back());
        if skipped == 0 {
            code.push(first);
            rest = &rest[first.len_utf8()..];
        } else {
            code.extend(rest[..skipped].chars().filter(|c| *c == '\n'));
            code.push(' ');
            rest = &rest[skipped..];
        }
    }
    code
}

/// The length of the comment or literal that the text begins with; 0 when it begins with code.
fn skipped(text: &str, before: Option<char>) -> usize {
    let in_word = before.is_some_and(|c| c.is_alphanumeric() || c == '_');
    if text.starts_with("//") {
        text.find('\n').unwrap_or(text.len())
    } else if text.starts_with("/*") {
        nested_comment(text)
    } else if text.starts_with('"') {
        quoted(text, '"')
    } else if text.starts_with('r') && !in_word {
        raw_string(text)
    } else if text.starts_with('\'') {
        character(text)
    } else {
        0
    }
}

fn nested_comment(text: &str) -> usize {
    let (mut depth, mut at) = (0_u32, 0);
    while at < text.len() {
        let rest = &text.as_bytes()[at..];
        if rest.starts_with(b"/*") {
            depth += 1;
            at += 2;
        } else if rest.starts_with(b"*/") {
            depth -= 1;
            at += 2;
            if depth == 0 {
                return at;
            }
        } else {
            at += 1;
        }
    }
    text.len()
}

fn quoted(text: &str, quote: char) -> usize {
    let mut escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            _ if c == quote => return at + c.len_utf8(),
            _ => {}
        }
    }
    text.len()
}

fn raw_string(text: &str) -> usize {
    let hashes = text[1..].bytes().take_while(|b| *b == b'#').count();
    let start = 1 + hashes;
    if !text[start..].starts_with('"') {
        return 0;
    }
    let end = format!("\"{}", "#".repeat(hashes));
    let body = start + 1;
    text[body..].find(&end).map_or(text.len(), |at| body + at + end.len())
}

/// A quote begins a character only when another quote closes it; otherwise it is a lifetime.
fn character(text: &str) -> usize {
    let mut after = text[1..].chars();
    match after.next() {
        Some('\\') => quoted(text, '\''),
        Some(c) if after.next() == Some('\'') => 2 + c.len_utf8(),
        _ => 0,
    }
}

#[test]
fn comments_and_literals_are_not_code() {
    let text = r##"let a = "async // \" tokio"; // sled
/* std::fs /* nested */ still */ let b = 'x'; let c: &'static str = r#"unsafe "quoted" text"#; real()"##;
    let code = code_only(text);
    for hidden in ["async", "tokio", "sled", "fs", "still", "unsafe", "quoted"] {
        assert!(!code.contains(hidden), "{hidden} is still in {code}");
    }
    for kept in ["let a =", "let b =", "&'static str", "real()"] {
        assert!(code.contains(kept), "{kept} is gone from {code}");
    }
    assert_eq!(code.lines().count(), text.lines().count());
}
