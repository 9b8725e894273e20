//! Regulations on the command line.

use crate::{
    cli::{self, Regulations},
    exit::Exit,
};
use api::resources::years::changes::sentence;
use domain::regulation::{Regulation, presets};
use std::path::Path;

/// Runs a `regulations` command.
pub fn run(command: &Regulations, json: bool) -> Result<(), Exit> {
    match command {
        Regulations::List => list(json),
        Regulations::Show { code } => show(code),
        Regulations::Diff { from, to } => diff(from, to, json),
        Regulations::Check { file } => check(file, json),
    }
}

fn list(json: bool) -> Result<(), Exit> {
    let rows = presets().iter().map(|preset| {
        let title = &preset.regulation.title;
        if json {
            serde_json::json!({ "code": preset.code, "title": title }).to_string()
        } else {
            format!("{}\t{}", preset.code, title.vi)
        }
    });
    cli::print(&rows.collect::<Vec<_>>().join("\n"))
}

fn show(code: &str) -> Result<(), Exit> {
    let preset = presets().iter().find(|preset| preset.code == code);
    let preset = preset.ok_or_else(|| {
        Exit::Usage(format!("no regulation {code:?}; `thidua regulations list` shows them"))
    })?;
    cli::print(&serde_json::to_string_pretty(&preset.regulation).map_err(Exit::failed)?)
}

/// A regulation by the code of a preset, or from a file.
fn find(name: &str) -> Result<Regulation, Exit> {
    if let Some(preset) = presets().iter().find(|preset| preset.code == name) {
        return Ok(preset.regulation.clone());
    }
    let text = std::fs::read_to_string(name)?;
    let reader = &mut serde_json::Deserializer::from_str(&text);
    serde_path_to_error::deserialize(reader).map_err(|error| {
        Exit::Usage(format!("{name}: {}: {}", api::body::fields::pointer_of(error.path()), error.inner()))
    })
}

fn diff(from: &str, to: &str, json: bool) -> Result<(), Exit> {
    let changes = find(to)?.changes_since(&find(from)?);
    let shown = changes.iter().map(|change| {
        let said = sentence(change);
        if json {
            let mut row = serde_json::to_value(change).unwrap_or_default();
            row["vi"] = said.vi.into();
            row["en"] = said.en.into();
            row.to_string()
        } else {
            format!("{}\t{}\t{}", change.pointer, change.meaning.code(), said.en)
        }
    });
    match changes.len() {
        0 => cli::print(if json { "[]" } else { "no change" }),
        _ => cli::print(&shown.collect::<Vec<_>>().join("\n")),
    }
}

fn check(file: &Path, json: bool) -> Result<(), Exit> {
    let text = std::fs::read_to_string(file)?;
    let reader = &mut serde_json::Deserializer::from_str(&text);
    let faults: Vec<(String, String, String)> =
        match serde_path_to_error::deserialize::<_, Regulation>(reader) {
            Err(error) => {
                let pointer = api::body::fields::pointer_of(error.path());
                vec![(pointer, "unreadable".to_owned(), error.inner().to_string())]
            }
            Ok(regulation) => {
                let faults = regulation.check();
                faults
                    .iter()
                    .map(|f| (f.pointer.clone(), f.kind.code().to_owned(), f.kind.to_string()))
                    .collect()
            }
        };
    let shown = faults.iter().map(|(pointer, code, detail)| {
        if json {
            serde_json::json!({ "pointer": pointer, "code": code, "detail": detail }).to_string()
        } else {
            format!("{pointer}\t{code}\t{detail}")
        }
    });
    match faults.len() {
        0 => cli::print(if json { "[]" } else { "no contradiction found" }),
        _ => {
            cli::print(&shown.collect::<Vec<_>>().join("\n"))?;
            Err(Exit::Faulty)
        }
    }
}
