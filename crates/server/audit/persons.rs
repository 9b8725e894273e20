//! Personal data that was disclosed to the auditor, held against a log.

use super::{fresh, options::Asked, options::Of};
use crate::{cli, exit::Exit, progress};
use ::audit::{
    Disclosure, Failure,
    disclosed::Checked,
    verify,
    walk::{Progress, Watch},
};
use std::path::Path;

/// Verifies the log and then the data. What it says is never printed.
pub fn run(mut asked: Asked, of: &Of, disclosed: &Path, json: bool) -> Result<(), Exit> {
    let name = disclosed.display().to_string();
    let text = std::fs::read(disclosed).map_err(|error| Failure::Usage(format!("{name}: {error}")))?;
    let files = Disclosure::read_all(&text)?;
    let head = fresh(&mut asked, of)?;
    let before = asked.before(&of.trust, &head)?;
    let bar = progress::bar("verifying", head.size());
    let mut show = |progress: Progress| bar.set_position(progress.done);
    let mut watch = Watch { progress: &mut show, each: &mut |_, _| {} };
    let verified = verify(&mut asked.source, head, before.as_ref(), &mut watch)?;
    bar.finish_and_clear();
    let mut checked = Vec::new();
    for file in &files {
        checked.extend(file.check(&verified.facts)?);
    }
    asked.keep(&of.trust, &verified.head.signed)?;
    if json {
        let answer = serde_json::json!({ "ok": true, "head": verified.head, "personal_data": checked });
        return cli::print(&answer.to_string());
    }
    cli::print(&checked.iter().map(line).collect::<Vec<_>>().join("\n"))
}

fn line(checked: &Checked) -> String {
    let Checked { person, position, field, present, redacted_by } = checked;
    let said = match (present, redacted_by) {
        (true, None) => "present and matches the commitment".to_owned(),
        (true, Some(by)) => format!("present and matches the commitment, though redacted by #{by}"),
        (false, Some(by)) => format!("redacted by #{by}"),
        // The check has ended with a violation before.
        (false, None) => "missing".to_owned(),
    };
    format!("{person}\t#{position}\t{}\t{said}", field.name())
}
