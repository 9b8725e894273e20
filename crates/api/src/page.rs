//! Plain HTML pages: no script, nothing from elsewhere, Vietnamese first.

use base64::{Engine, engine::general_purpose::STANDARD};
use sha2::{Digest, Sha256};
use std::{fmt::Write, sync::LazyLock};

const STYLE: &str = "body{font:16px/1.5 system-ui,sans-serif;max-width:46rem;margin:2rem auto;padding:0 1rem;color:#1a1a1a;\
background:#fff}h1{font-size:1.5rem}h2{font-size:1.15rem;margin-top:2rem}code{background:#f2f2f2;padding:.1em .3em;\
overflow-wrap:anywhere}a{color:#0b57a4}table{border-collapse:collapse}th,td{border:1px solid #ccc;padding:.3rem .6rem;\
text-align:left;vertical-align:top}@media(prefers-color-scheme:dark){body{color:#eee;background:#161616}code{background:\
#2a2a2a}a{color:#8ab4f8}}";

/// What a browser may do with these pages: apply the one style sheet they carry, and nothing else.
pub static POLICY: LazyLock<String> = LazyLock::new(|| {
    let style = STANDARD.encode(Sha256::digest(STYLE));
    format!(
        "default-src 'none'; style-src 'sha256-{style}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
});

/// A page in Vietnamese whose `body` is trusted HTML.
pub fn page(title: &str, body: &str) -> String {
    let title = escaped(title);
    format!(
        "<!doctype html>\n<html lang=\"vi\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" \
         content=\"width=device-width, initial-scale=1\"><title>{title}</title><style>{STYLE}</style></head>\n\
         <body><h1>{title}</h1>\n{body}</body></html>\n"
    )
}

/// A text as HTML.
pub fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            _ => out.push(c),
        }
    }
    out
}

/// A list of links with a few words each, as HTML.
pub fn links(items: &[(&str, &str)]) -> String {
    items.iter().fold(String::from("<ul>\n"), |mut list, (target, words)| {
        let (target, words) = (escaped(target), escaped(words));
        let _ = writeln!(list, "<li><a href=\"{target}\"><code>{target}</code></a> {words}</li>");
        list
    }) + "</ul>\n"
}
