//! The README's story, run as a reader would paste it, against the demo.

use crate::support::{
    place::{binary, repository},
    server::signal,
};
use serde_json::Value;
use std::{
    io::{BufRead, BufReader},
    process::{Child, Command, Stdio},
};

/// The demo, in a temporary folder of its own. Dropping it stops it.
struct Demo {
    child: Child,
    said: Value,
}

impl Demo {
    fn start() -> Self {
        let mut child = Command::new(binary())
            .args(["demo", "--json", "--listen", "127.0.0.1:0", "--metrics-listen", "127.0.0.1:0"])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("the demo starts");
        let mut line = String::new();
        BufReader::new(child.stdout.take().expect("a pipe"))
            .read_line(&mut line)
            .expect("the demo says where it is");
        let said = serde_json::from_str(&line).unwrap_or_else(|_| panic!("the demo said {line:?}"));
        Self { child, said }
    }

    fn said(&self, name: &str) -> &str {
        self.said[name].as_str().unwrap_or_else(|| panic!("no {name} in {}", self.said))
    }
}

impl Drop for Demo {
    fn drop(&mut self) {
        signal(self.child.id(), "TERM");
        let _ = self.child.wait();
    }
}

/// The blocks behind a mark of the README and before the next one, in their order, as one script.
fn script(mark: &str, blocks: usize) -> String {
    let readme = std::fs::read_to_string(repository().join("README.md")).expect("there is a README");
    let (_, part) = readme.split_once(mark).unwrap_or_else(|| panic!("the README has no {mark}"));
    let (part, _) = part.split_once("\n<!-- ").unwrap_or((part, ""));
    let found: Vec<_> =
        part.split("```bash\n").skip(1).filter_map(|block| block.split("```").next()).collect();
    assert!(found.len() >= blocks, "{mark} has {} blocks", found.len());
    found.concat()
}

/// What a script says, run on a demo; it must succeed and say these things in this order.
fn expect(script: &str, in_order: &[&str]) {
    let demo = Demo::start();
    let output = Command::new("bash")
        .args(["-euo", "pipefail", "-c", script])
        .env("TOKEN", demo.said("token"))
        .env("BASE", demo.said("listening"))
        .env("THIDUA", binary())
        .output()
        .expect("bash is there");
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "the script ended with {}:\n{out}\n{err}", output.status);
    let mut rest = out.as_ref();
    for expected in in_order {
        let at = rest
            .find(expected)
            .unwrap_or_else(|| panic!("{expected:?} is not said after what came before:\n{out}"));
        rest = &rest[at + expected.len()..];
    }
}

#[test]
fn the_story_of_the_readme_works_as_it_is_printed() {
    let in_order = [
        "('outOfOrder', [{'step': 'registration'",
        "('leading_unit', '01890000-0000-7000-8003-000000000304', 'server_mixed', {'receipt':",
        "1. 92  A  Hội Nhà báo tỉnh Hà Giang\n2. 91.25  A  Hội Khuyến học",
        "10. 83.5  B  Hội Sinh vật cảnh tỉnh Hà Giang",
        "('next_leader', ",
        "('next_deputy', ",
        "\nHội Nhà báo tỉnh Hà Giang\n",
        // Last month, before the correction, the first two stood the other way round.
        "('provisional', [('Hội Khuyến học tỉnh Hà Giang', '91.25'), ('Hội Nhà báo tỉnh Hà Giang', '90')])",
        "điểm từ 11,5 lên 13,5",
    ];
    expect(&script("<!-- story", 6), &in_order);
}

#[test]
fn the_auditors_ten_minutes_work_as_they_are_printed() {
    let in_order = [
        "development.invalid/",
        "Signature Verified Successfully",
        "proven year.scores_given by demo at ",
        " entries in ",
        // Last month, before the correction, another unit stood first.
        "\n1\t01890000-0000-7000-8003-0000000003",
        "\t91.25\t",
        "\n1\t01890000-0000-7000-8003-0000000003",
        "\t92\t",
    ];
    expect(&script("<!-- auditor", 4), &in_order);
}
