//! The promises every store makes, kept by this one.

use super::*;

fn place() -> impl Fn() -> Arc<dyn EventLog> {
    let folder = tempfile::tempdir().unwrap();
    move || Arc::new(SledLog::open(folder.path()).unwrap().confirm_by_reading().unwrap())
}

crate::contract_suite!(place);
