//! The promises every store makes, kept by this one.

use super::*;

thidua_eventlog::contract_suite!(new_place);
thidua_eventlog::shared_contract_suite!(new_place);
