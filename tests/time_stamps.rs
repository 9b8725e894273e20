//! An authority outside stamps a signed head: the stamp is served and bundled, OpenSSL and the auditor accept it, and what
//! contradicts it is found.

use crate::support::{auditor::Audited, authority::Authority, place::run, waiting::until_some};
use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::Value;
use sha2::Digest;
use std::{
    fs::{self, File},
    io::Read,
    process::Command,
};
use tlog::checkpoint::SignedCheckpoint;

#[test]
fn a_head_is_stamped_and_anyone_can_check_it() {
    let log = Audited::new();
    let authority = Authority::start(&log.place.file("authority"));
    let certificates = authority.certificates().display().to_string();
    let options = ["--time-authority", &authority.url, "--time-certificates", &certificates];
    let server = log.serve(&options);
    let public = server.client("");
    let stamped = until_some("a time stamp", || {
        let heads = public.read("/v1/audit/checkpoints");
        let items = heads["items"].as_array().expect("heads").clone();
        items.into_iter().find(|head| head["time_stamp"].is_object())
    });
    let checkpoint = stamped["checkpoint"].as_str().expect("a note").to_owned();
    let reply = STANDARD.decode(stamped["time_stamp"]["reply"].as_str().expect("base 64")).expect("base 64");
    assert!(authority.vouches(checkpoint.as_bytes(), &reply), "OpenSSL does not accept it");
    assert!(!authority.vouches(checkpoint.replace('0', "1").as_bytes(), &reply), "OpenSSL accepts anything");

    // The same in two requests, as files for OpenSSL.
    let size = stamped["size"].as_u64().expect("a size");
    let path = format!("/v1/audit/checkpoints/{size}/time-stamp");
    let ask = |form: &str| public.ask(reqwest::Method::GET, &path).header("Accept", form).send();
    assert_eq!(ask("application/timestamp-reply").bytes, reply);
    assert_eq!(ask("text/plain").text, checkpoint);
    assert_eq!(public.get("/v1/audit/checkpoints/999/time-stamp").expect("an answer").status, 404);

    // The auditor counts it when it is told whom to believe.
    log.register(&server, 0..3);
    log.write_policy("");
    let url = format!("{}/v1/audit", server.url);
    let (code, said) = log.audit(&["verify", &url, "--time-certificates", &certificates]);
    assert_eq!(code, Some(0), "{said}");
    assert_eq!(said["head"]["time_stamps"][0]["verified"], true, "{said}");
    let (code, said) = log.audit(&["verify", &url]);
    assert_eq!((code, &said["head"]["time_stamps"][0]["verified"]), (Some(0), &Value::from(false)), "{said}");
    let other = Authority::start(&log.place.file("other"));
    let other = other.certificates().display().to_string();
    let (code, said) = log.audit(&["verify", &url, "--time-certificates", &other]);
    assert_eq!((code, said["finding"]["kind"].as_str()), (Some(2), Some("time_stamp")), "{said}");

    // It goes into bundles, and two bundles of one head are still one.
    for name in ["once.zip", "again.zip"] {
        let (code, said) = log.audit(&["bundle", &url, "--to", name]);
        assert_eq!(code, Some(0), "{said}");
    }
    let read = |name| fs::read(log.place.file(name)).expect("a bundle");
    assert!(read("once.zip") == read("again.zip"), "two bundles differ");
    let words = ["verify", "once.zip", "--offline", "--time-certificates", &certificates];
    let (code, said) = log.audit(&words);
    assert_eq!((code, &said["head"]["time_stamps"][0]["verified"]), (Some(0), &Value::from(true)), "{said}");
    let mut archive =
        zip::ZipArchive::new(File::open(log.place.file("once.zip")).expect("a file")).expect("a zip");
    let names: Vec<String> = (0..archive.len())
        .map(|at| archive.by_index(at).expect("a file").name().expect("a name").into_owned())
        .collect();
    let name = names.iter().find(|name| name.ends_with(".tsr")).expect("a time stamp in the bundle");
    let mut bundled = Vec::new();
    archive.by_name(name).expect("a file").read_to_end(&mut bundled).expect("its bytes");
    assert_eq!(bundled, reply);

    // A fact names it, which bounds what comes after; a head that covers a fact and was stamped bounds it from above.
    let registrar = log.registrar(&server, "events:read");
    let named = until_some("a fact that names the stamp", || {
        let facts = registrar.read("/v1/events?types=log.time_anchored");
        facts["items"].as_array().and_then(|items| items.first().cloned())
    });
    let hash = domain::Sha256(sha2::Sha256::digest(&reply).into()).to_string();
    assert_eq!((&named["data"]["reply"], &named["data"]["size"]), (&hash.into(), &size.into()), "{named}");
    assert_eq!(named["actorclient"], "system", "{named}");

    // It is kept: the next process shows it and asks for no other on this day.
    assert!(server.stop().success());
    let server = log.serve(&options);
    let heads = server.client("").read("/v1/audit/checkpoints");
    let stamps =
        heads["items"].as_array().expect("heads").iter().filter(|head| head["time_stamp"].is_object());
    assert_eq!(stamps.count(), 1);
    let registrar = log.registrar(&server, "events:read");
    let facts = registrar.read("/v1/events?types=log.time_anchored");
    assert_eq!(facts["items"].as_array().map(Vec::len), Some(1), "one stamp is named once: {facts}");
}

#[test]
fn a_stamp_of_another_head_is_found() {
    let log = Audited::new();
    let authority = Authority::start(&log.place.file("authority"));
    let server = log.serve(&["--time-authority", &authority.url]);
    let public = server.client("");
    let stamped = until_some("a time stamp", || {
        let heads = public.read("/v1/audit/checkpoints");
        let items = heads["items"].as_array().expect("heads").clone();
        items.into_iter().find(|head| head["time_stamp"].is_object())
    });
    log.write_policy("");
    let url = format!("{}/v1/audit", server.url);
    assert_eq!(log.audit(&["bundle", &url, "--to", "log.zip"]).0, Some(0));
    let folder = log.place.file("unpacked");
    fs::create_dir(&folder).expect("a folder");
    run(Command::new("python3").args(["-m", "zipfile", "-e"]).arg(log.place.file("log.zip")).arg(&folder));
    let certificates = authority.certificates().display().to_string();
    let verify = || log.audit(&["verify", "unpacked", "--offline", "--time-certificates", &certificates]);
    let (code, said) = verify();
    assert_eq!((code, &said["head"]["time_stamps"][0]["verified"]), (Some(0), &Value::from(true)), "{said}");
    let names = fs::read_dir(folder.join("time")).expect("stamps").filter_map(Result::ok);
    let note =
        names.map(|entry| entry.path()).find(|path| path.extension().is_some_and(|end| end == "checkpoint"));
    let note = note.expect("a stamped head");
    let text = fs::read_to_string(&note).expect("a note");
    assert!(SignedCheckpoint::parse(text.as_bytes()).is_ok() && stamped["checkpoint"] == text.as_str());
    fs::write(&note, text.replacen('\n', "/x\n", 1)).expect("the note");
    let (code, _) = verify();
    assert_eq!(code, Some(2), "a stamp of another head was accepted");
}
