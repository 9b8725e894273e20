//! Personal data where several processes write one log, and where a commit may stay unanswered.

use super::*;
use crate::tests::rename;

#[test]
fn an_erasure_whose_outcome_was_not_told_is_finished_with_the_next_group_and_once() {
    for moment in [FaultyMoment::Unavailable, FaultyMoment::Unknown] {
        let (log, place, runtime, service, request) = nearly_erased();
        log.fail_after(1, moment);
        runtime.block_on(service.asks("council", erase(request))).unwrap();
        assert!(!service.app.is_read_only());
        runtime.block_on(service.asks("registry", rename(UNIT, "Sở Nội vụ tỉnh"))).unwrap();
        assert_eq!(destroyed(&service.app), 1);
        finishes(&log, &place, service);
    }
}

#[test]
fn of_several_processes_one_keeps_personal_data() {
    let (log, place): (Arc<dyn EventLog>, _) = (Arc::new(MemoryLog::default()), Place::new());
    let (runtime, mut keeps) = served(Arc::clone(&log));
    keeps.app.keep_vault(&place.path(), root(), MissingKeys::Refused).unwrap();
    let mut beside = Service::beside(log);
    let another = beside.app.keep_vault(&place.0.path().join("another.vault"), root(), MissingKeys::Refused);
    assert!(matches!(another, Err(VaultError::OtherVault { .. })), "{another:?}");

    // The other takes and shows nothing of persons, and folds what the first records of them.
    let request = runtime.block_on(async {
        let refused = beside.asks("registry", enter(PERSON, NAME)).await;
        assert_eq!(refused.err(), Some(Failure::VaultClosed));
        keeps.asks("registry", enter(PERSON, NAME)).await.unwrap();
        assert!(beside.app.reach(keeps.app.head(), std::time::Duration::from_secs(5)).await);
        let person = beside.app.views().books.person(PERSON).unwrap().state.clone();
        assert!(beside.app.personal_data(PERSON, &person).unwrap().is_none());
        // An erasure may be asked for anywhere; it is approved where it can be carried out.
        let request = Act::Person(PERSON, PersonAct::RequestErasure(ErasureGround::SubjectRequest));
        let request = beside.asks("registry", request).await.unwrap().facts[0].id;
        let refused = beside.asks("registry", erase(request)).await;
        assert_eq!(refused.err(), Some(Failure::VaultClosed));
        request
    });

    // With a copy of the vault another process takes its place; the first must not make a key that the copy lacks.
    let copied = place.0.path().join("copy.vault");
    copy(&place.path(), &copied).unwrap();
    beside.app.keep_vault(&copied, root(), MissingKeys::Refused).unwrap();
    runtime.block_on(async {
        let refused = keeps.asks("registry", enter(OTHER, "Người đến sau")).await;
        assert_eq!(refused.err(), Some(Failure::VaultClosed));
        assert_eq!(known(&beside.app, PERSON), [Some(NAME.to_owned())]);
        for client in ["registry", "council"] {
            beside.asks(client, erase(request)).await.unwrap();
        }
    });
    assert_eq!((destroyed(&beside.app), known(&beside.app, PERSON)), (1, vec![None]));
}

/// Others write all the time: every step of an erasure may come too late, and is taken again.
#[test]
fn an_erasure_is_carried_out_once_while_others_write() {
    let (log, _place, runtime, service, request) = nearly_erased();
    let others = Service::beside(Arc::clone(&log) as _);
    let over = std::sync::atomic::AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            while !over.load(std::sync::atomic::Ordering::Relaxed) {
                runtime.block_on(others.asks("registry", rename(UNIT, "Sở Nội vụ tỉnh"))).unwrap();
            }
        });
        runtime.block_on(service.asks("council", erase(request))).unwrap();
        over.store(true, std::sync::atomic::Ordering::Relaxed);
    });
    assert_eq!((destroyed(&service.app), known(&service.app, PERSON)), (1, vec![None]));
    eventlog::verify::verify(log.as_ref(), None, &mut |_| ()).unwrap();
}
