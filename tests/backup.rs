//! A backup is taken while clients write, and what is restored from it is the same log; a backup that was damaged is
//! refused, and says so.

use crate::support::{
    Place, Server,
    facts::{NewUnit, REGISTERS_UNITS, history},
    place::{REGISTRAR, binary, run},
};
use std::{
    fs,
    path::Path,
    process::{Command, Output},
    sync::atomic::{AtomicBool, AtomicUsize, Ordering},
    thread,
};

fn store(words: &[&str]) -> Command {
    let mut command = Command::new(binary());
    command.arg("store").args(words);
    command
}

fn restore(from: &Path, address: &str) -> Output {
    store(&["restore", "--store", address, "--from"]).arg(from).output().expect("the program starts")
}

#[test]
fn a_backup_taken_while_clients_write_restores_the_same_log() {
    let place = Place::new();
    let token = place.token(REGISTRAR, REGISTERS_UNITS);
    let server = Server::start(&place);
    let before: Vec<_> = (0..100).map(|number| NewUnit::new(1, 0, number)).collect();
    let client = server.client(&token);
    for unit in &before {
        assert_eq!(unit.post(&client).expect("an answer").status, 201);
    }

    let copy = place.file("copy");
    let (posted, done) = (AtomicUsize::new(0), AtomicBool::new(false));
    thread::scope(|scope| {
        scope.spawn(|| {
            let client = server.client(&token);
            for unit in (0..).map(|number| NewUnit::new(1, 1, number)) {
                if done.load(Ordering::Relaxed) {
                    break;
                }
                assert_eq!(unit.post(&client).expect("an answer").status, 201);
                posted.fetch_add(1, Ordering::Relaxed);
            }
        });
        while posted.load(Ordering::Relaxed) == 0 {
            thread::yield_now();
        }
        let backup = store(&["backup", "--store", &place.store_address(), "--to"]).arg(&copy).output();
        done.store(true, Ordering::Relaxed);
        let backup = backup.expect("the program starts");
        assert!(backup.status.success(), "{}", String::from_utf8_lossy(&backup.stderr));
    });
    assert!(posted.into_inner() > 1, "nothing was written while the backup was taken");
    let original = history(&client);
    assert!(server.stop().success());

    let other = Place::new();
    run(store(&["restore", "--store", &other.store_address(), "--from"]).arg(&copy));
    run(&mut store(&["verify", "--store", &other.store_address()]));
    let server = Server::start(&other);
    let restored = history(&server.client(&other.token(REGISTRAR, REGISTERS_UNITS)));
    assert!(original.starts_with(&restored), "the restored log is not the beginning of the original");
    for unit in &before {
        let subject = format!("unit/{}", unit.id);
        assert!(restored.iter().any(|fact| fact.subject == subject), "{subject} is not in the backup");
    }
}

#[test]
fn a_damaged_backup_is_refused() {
    let place = Place::new();
    let token = place.token(REGISTRAR, REGISTERS_UNITS);
    let server = Server::start(&place);
    let client = server.client(&token);
    for number in 0..100 {
        assert_eq!(NewUnit::new(1, 0, number).post(&client).expect("an answer").status, 201);
    }
    assert!(server.stop().success());
    let copy = place.file("copy");
    run(store(&["backup", "--store", &place.store_address(), "--to"]).arg(&copy));

    for file in fs::read_dir(&copy).expect("a folder").map(|entry| entry.expect("an entry").path()) {
        let whole = fs::read(&file).expect("a file");
        let mut damaged = whole.clone();
        let middle = damaged.len() / 2;
        match damaged.get_mut(middle) {
            Some(byte) => *byte ^= 0x10,
            // Nothing stands aside in this log: there something appears.
            None => damaged.push(0),
        }
        fs::write(&file, &damaged).expect("the file can be written");
        let output = restore(&copy, &format!("sled:{}", place.file("restored").display()));
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(
            output.status.code(),
            Some(4),
            "{} was damaged, and restored all the same: {said}",
            file.display()
        );
        fs::write(&file, &whole).expect("the file can be written");
    }
    let output = restore(&copy, &format!("sled:{}", place.file("whole").display()));
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}
